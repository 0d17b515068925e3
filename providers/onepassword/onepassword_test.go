package onepassword

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// TestConformance runs the suite of all providers against the fake.
func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, func(t *testing.T) providertest.Harness {
		f := newFake(t)
		return providertest.Harness{
			Provider:   New(Options{}),
			Credential: f.credential(""),
			Put:        func(t *testing.T, name, text string) { f.put(t, "dev", name, "credential", text) },
			PutBinary:  func(t *testing.T, name string, data []byte) { f.put(t, "dev", name, "credential", string(data)) },
			Ref: func(t *testing.T, name string) secret.Ref {
				return reference(t, "op://dev/"+name+"/credential")
			},
			Text:      func(_ *testing.T, payload providers.Payload) string { return string(payload.Value.Reveal()) },
			ListField: fieldID,
			Listed:    func(name string) string { return "op://dev/" + name + "/" },
			Names:     []string{"two words", "Größe 日本", "dash-and_under.dot"},
			Refused: func(*testing.T) (providers.Credential, []string) {
				return f.service("ops_wrong"), []string{"ops_wrong"}
			},
			Denied: func(*testing.T, string) providers.Credential { return f.credential("stranger") },
			Silent: func(*testing.T) providers.Credential { return f.credential("silent") },
			Delete: func(t *testing.T, name string) {
				if err := os.RemoveAll(filepath.Join(f.dir, "vaults", "dev", name)); err != nil {
					t.Fatal(err)
				}
			},
			DeletedKind: providers.NotFound,
			Expired: func(t *testing.T) (providers.Credential, []string) {
				credential := f.service(goodToken)
				f.write(t, "tokens", "another\n")
				return credential, []string{goodToken}
			},
			ExpiredKind: providers.Unauthenticated,
			Throttled:   func(*testing.T) (providers.Credential, time.Duration) { return f.credential("throttled"), 0 },
		}
	})
}

// TestRead hands op exactly the reference, behind --.
func TestRead(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.put(t, "My Vault", "an item", "section/field", "text\n")
	p := New(Options{})
	payload, err := p.Get(t.Context(), f.service(goodToken), reference(t, "op://My Vault/an item/section/field?attribute=otp"))
	if err != nil || string(payload.Value.Reveal()) != "text\n" {
		t.Fatalf("%q, %v", payload.Value.Reveal(), err)
	}
	log, _ := os.ReadFile(filepath.Join(f.dir, "log"))
	if want := "read --no-newline -- op://My Vault/an item/section/field?attribute=otp\n"; string(log) != want {
		t.Errorf("op was started with %q, want %q", log, want)
	}
}

// TestListAndCheck name items and the account, never a value.
func TestListAndCheck(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.put(t, "dev", "stripe", "credential", "hidden-value")
	f.put(t, "dev", "a (b)", "credential", "hidden-value")
	f.put(t, "prod", "stripe", "credential", "hidden-value")
	p := New(Options{})
	items, err := p.List(t.Context(), f.credential(""), providers.Query{Field: "id", Prefix: "op://dev/"})
	want := []providers.Item{{Value: "op://dev/id-of-5/", Detail: "api credential a (b)"}, {Value: "op://dev/stripe/", Detail: "api credential stripe"}}
	if diff := cmp.Diff(want, items); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for credential, name := range map[*providers.Credential]string{ptr(f.credential("")): "jo@example.com", ptr(f.service(goodToken)): "service account"} {
		identity, err := p.Check(t.Context(), *credential)
		if err != nil || identity.Name != name || identity.Details[0].Value != "https://example.1password.com" {
			t.Errorf("%+v, %v; want %s", identity, err, name)
		}
	}
}

func ptr(c providers.Credential) *providers.Credential { return &c }

// TestErrors tells apart what op says; all of it holds what must not be shown.
func TestErrors(t *testing.T) {
	t.Parallel()
	const leak = "hunter2-leak"
	f := newFake(t)
	f.put(t, "dev", "stripe", "credential", leak)
	tests := []struct {
		account, id string
		kind        providers.Kind
		says        string
	}{
		{"", "op://nope/stripe/credential", providers.NotFound, "the vault of op://nope/stripe/credential does not exist"},
		{"", "op://dev/nope/credential", providers.NotFound, "the item of"},
		{"", "op://dev/stripe/nope", providers.NotFound, "has no such field"},
		{"nobody", "op://dev/stripe/credential", providers.Unauthenticated, "nobody is signed in"},
		{"text:session expired, sign in to create a new session " + leak, "op://a/b/c", providers.Unauthenticated, "op signin"},
		{"text:authorization prompt dismissed, please try again " + leak, "op://a/b/c", providers.Unauthenticated, "was not confirmed"},
		{"text:No accounts configured for use with 1Password CLI. " + leak, "op://a/b/c", providers.Unauthenticated, "op account add"},
		{"text:cannot connect to 1Password app, make sure it is running " + leak, "op://a/b/c", providers.Unavailable, "start the app"},
		{"text:More than one item matches \"stripe\" " + leak, "op://a/b/c", providers.InvalidReference, "give the id"},
		{"text:invalid secret reference " + leak, "op://a/b/c", providers.InvalidReference, "write op://VAULT"},
		{"text:Get https://my.1password.com: dial tcp: lookup my.1password.com: no such host " + leak, "op://a/b/c", providers.Unavailable, "check the network"},
		{"text:(429) Too Many Requests " + leak, "op://a/b/c", providers.Throttled, "limit on requests"},
		{"text:something else " + leak, "op://a/b/c", providers.Unavailable, "op failed (exit status 1)"},
	}
	p := New(Options{})
	for _, test := range tests {
		_, err := p.Get(t.Context(), f.credential(test.account), reference(t, test.id))
		got := providertest.WantError(t, err, test.kind)
		providertest.WantNo(t, strings.ReplaceAll(got.Error()+got.Hint, "mine"+test.account, ""), leak)
		if text := got.Message + " " + got.Hint; !strings.Contains(text, test.says) {
			t.Errorf("%s %s: %q does not say %q", test.account, test.id, text, test.says)
		}
	}
}

// TestProgram: op comes from the PATH or the configuration, never from a
// relative path or a workspace.
func TestProgram(t *testing.T) {
	f := newFake(t)
	f.put(t, "dev", "stripe", "credential", "text")
	bin := filepath.Dir(f.program)
	evil := newFake(t)
	evil.put(t, "dev", "stripe", "credential", "evil")
	evilBin := filepath.Dir(evil.program)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(evilBin, link); err != nil {
		t.Fatal(err)
	}
	system := os.Getenv("PATH")
	tests := map[string]struct {
		path, program string
		workspace     string
		here          string
		want          string // value, or part of the error
	}{
		"on the PATH":                {path: bin, want: "text"},
		"configured":                 {path: evilBin, program: f.program, want: "text"},
		"relative folder":            {path: "bin" + string(filepath.ListSeparator) + bin, here: evil.dir, want: "text"},
		"empty folder":               {path: string(filepath.ListSeparator) + bin, here: evilBin, want: "text"},
		"folder of the workspace":    {path: evilBin + string(filepath.ListSeparator) + bin, workspace: evil.dir, want: "text"},
		"link into the workspace":    {path: link + string(filepath.ListSeparator) + bin, workspace: evil.dir, want: "text"},
		"folder of the process":      {path: evilBin + string(filepath.ListSeparator) + bin, here: evil.dir, want: "text"},
		"not there":                  {path: t.TempDir(), want: "is not on the PATH"},
		"configured relative":        {program: "bin/op", here: evil.dir, want: "program is a relative path"},
		"configured word":            {program: "op", path: evilBin, want: "program is a relative path"},
		"configured, in a workspace": {program: evil.program, workspace: evil.dir, want: "lies in the workspace"},
		"configured, not there":      {program: filepath.Join(bin, "nope"), want: "cannot be started"},
		"a folder":                   {program: bin, want: "cannot be started"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			// The fake itself needs the system's programs.
			t.Setenv("PATH", test.path+string(filepath.ListSeparator)+system)
			if test.here != "" {
				t.Chdir(test.here)
			}
			p := New(Options{Workspaces: func() []string {
				if test.workspace == "" {
					return nil
				}
				return []string{test.workspace}
			}})
			credential := f.credential("")
			credential.Profile.Fields = map[string]string{fieldProgram: test.program}
			payload, err := p.Get(t.Context(), credential, reference(t, "op://dev/stripe/credential"))
			got := string(payload.Value.Reveal())
			var failed *providers.Error
			if errors.As(err, &failed) {
				got = failed.Message
			}
			if !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if ran := evil.read("log"); len(ran) > 0 {
		t.Errorf("a program of the workspace was run: %q", ran)
	}
}

// TestOneAsksFirst: until one call has succeeded the others wait, since each
// could make the desktop app ask; then a bounded number runs at once.
func TestOneAsksFirst(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.write(t, "slow", "")
	p := New(Options{})
	const calls = 40
	results := make(chan error, calls)
	for i := range calls {
		f.put(t, "dev", fmt.Sprintf("i%d", i), "credential", "text")
	}
	for i := range calls {
		go func() {
			_, err := p.Get(t.Context(), f.credential(""), reference(t, fmt.Sprintf("op://dev/i%d/credential", i)))
			results <- err
		}()
	}
	for range calls {
		if err := <-results; err != nil {
			t.Fatal(err)
		}
	}
	counts := f.read("counts")
	if len(counts) != 2*calls || counts[0] != "1" || counts[1] != "end" {
		t.Errorf("the first call did not run alone: %q", counts)
	}
	for _, count := range counts {
		if running, err := strconv.Atoi(count); err == nil && running > maxProcesses {
			t.Errorf("%d programs ran at once, %d are allowed", running, maxProcesses)
		}
	}
}

// TestWaitingCallersCancel: who waits for another's first call can give up.
func TestWaitingCallersCancel(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	p := New(Options{})
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := p.Get(ctx, f.credential("silent"), reference(t, "op://a/b/c"))
		first <- err
	}()
	second, giveUp := context.WithCancel(t.Context())
	giveUp()
	if _, err := p.Get(second, f.credential("silent"), reference(t, "op://a/b/d")); !errors.Is(err, context.Canceled) {
		t.Errorf("the caller that gave up got %v", err)
	}
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first got %v", err)
	}
}
