package gcp_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/gcp"
	"github.com/vault-lsp/vault-lsp/providers/gcp/gcpfake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// asUser is a provider and a credential of a user account, with a clock.
func asUser(t *testing.T, server *gcpfake.Server) (*gcp.Provider, providers.Credential, *clock) {
	t.Helper()
	server.Put(project, "db", []byte(text))
	server.Refresh("refresh-1", developer)
	now := &clock{now: time.Now()}
	env := environment{"GOOGLE_APPLICATION_CREDENTIALS": writeFile(t, userFile("refresh-1", nil))}
	p := newProvider(t, server, func(o *gcp.Options) { o.Clock, o.LookupEnv = now.time, env.lookup })
	return p, plainCredential("default", fields{"project": "my-project"}), now
}

// TestOneSignIn: any number of callers share one, until its token is about to
// end or is not accepted any more.
func TestOneSignIn(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	p, c, now := asUser(t, server)
	want := func(signIns int, when string) {
		t.Helper()
		var group sync.WaitGroup
		for range 30 {
			group.Go(func() {
				if _, err := p.Get(t.Context(), c, ref(t, "secret=db")); err != nil {
					t.Errorf("%s: %v", when, err)
				}
			})
		}
		group.Wait()
		if got := len(server.Requests()); got != signIns {
			t.Errorf("%s: %d sign-ins, want %d", when, got, signIns)
		}
	}
	want(1, "at first")
	now.add(50 * time.Minute)
	want(1, "after 50 minutes")
	now.add(7 * time.Minute)
	want(2, "shortly before the end")
	// Where no new token can be had, the old one is used as long as it lives.
	now.add(57 * time.Minute)
	server.EndRefresh("refresh-1", "")
	get(t, p, c, "secret=db")
	now.add(5 * time.Minute)
	_, err := p.Get(t.Context(), c, ref(t, "secret=db"))
	if err == nil {
		t.Error("a token was used after its end")
	}
	server.Refresh("refresh-1", developer)
	get(t, p, c, "secret=db")
}

// TestRevokedToken: a token that was good and is not accepted any more is
// replaced once.
func TestRevokedToken(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	p, c, _ := asUser(t, server)
	get(t, p, c, "secret=db")
	server.Revoke()
	get(t, p, c, "secret=db")
	if got := len(server.Requests()); got != 2 {
		t.Errorf("%d sign-ins, want 2", got)
	}
}

// TestRefusedForGood: where no token is accepted, each call signs in anew once
// and no more.
func TestRefusedForGood(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	p, c, _ := asUser(t, server)
	get(t, p, c, "secret=db")
	server.OnCall(func(context.Context, gcpfake.Call) error {
		return gcpfake.Refusal(codes.Unauthenticated, echo, "ACCOUNT_STATE_INVALID", nil)
	})
	providertest.WantError(t, getError(t, p, c, "secret=db"), providers.Unauthenticated, echo)
	if calls, signIns := len(server.Calls()), len(server.Requests()); calls != 3 || signIns != 2 {
		t.Errorf("%d calls and %d sign-ins, want 3 and 2", calls, signIns)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	p, c, _ := asUser(t, server)
	all := func(credentials.Profile) bool { return true }
	if n := p.ResetLogins(t.Context(), all); n != 0 {
		t.Errorf("%d logins before the first", n)
	}
	get(t, p, c, "secret=db")
	if n := p.ResetLogins(t.Context(), all); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
	get(t, p, c, "secret=db")
	if got := len(server.Requests()); got != 2 {
		t.Errorf("%d sign-ins, want 2", got)
	}
}

// TestAnotherUser: after another `gcloud auth application-default login` the
// next reference is fetched by the other user, past what is cached, and after a
// revocation by nobody.
func TestAnotherUser(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	server.Refresh("refresh-1", developer)
	server.Refresh("refresh-22", "kim@example.com")
	path := writeFile(t, userFile("refresh-1", nil))
	env := environment{"GOOGLE_APPLICATION_CREDENTIALS": path, "GOOGLE_CLOUD_PROJECT": "my-project", "HOME": t.TempDir()}
	store, err := credentials.Open(filepath.Join(t.TempDir(), "config.json"), credentials.Options{LookupEnv: env.lookup})
	if err != nil {
		t.Fatal(err)
	}
	resolver := providers.NewResolver(providers.Options{
		Providers: []providers.Provider{newProvider(t, server, func(o *gcp.Options) { o.LookupEnv = env.lookup })}, Store: store, CacheTTL: time.Hour,
	})
	t.Cleanup(func() { _ = resolver.Close(context.WithoutCancel(t.Context())) })
	resolve := func() error { return resolver.Resolve(t.Context(), []secret.Ref{ref(t, "secret=db")})[0].Err }
	for range 2 {
		if err := resolve(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, []byte(mustRead(t, writeFile(t, userFile("refresh-22", nil)))), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := resolve(); err != nil {
		t.Fatal(err)
	}
	calls := server.Calls()
	if len(calls) != 2 || calls[0].Principal != developer || calls[1].Principal != "kim@example.com" {
		t.Errorf("calls %+v", calls)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	wantWords(t, providertest.WantError(t, resolve(), providers.Unauthenticated), "no such file")
}

// TestDeniedUser: the error names the user, whom gcloud's file does not tell.
func TestDeniedUser(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	p, c, _ := asUser(t, server)
	server.Deny(developer, "secretmanager.versions.access")
	err := providertest.WantError(t, getError(t, p, c, "secret=db"), providers.Denied)
	wantWords(t, err, `credential "work" (`+developer+") may not read", "--member=user:"+developer)
	identity, checkErr := p.Check(t.Context(), c)
	if checkErr != nil || identity.Name != developer {
		t.Errorf("%+v, %v", identity, checkErr)
	}
}

// TestEditedProfile: another fingerprint is another account.
func TestEditedProfile(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	p := newProvider(t, server)
	get(t, p, withKey(server, reader, nil), "secret=db")
	get(t, p, withKey(server, target, nil), "secret=db")
	calls := server.Calls()
	if calls[0].Principal != reader || calls[1].Principal != target {
		t.Errorf("calls by %s and %s", calls[0].Principal, calls[1].Principal)
	}
}

// TestTokensAreAnnounced: every token is announced before it is used.
func TestTokensAreAnnounced(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.AllowActAs(reader, target)
	server.Put(project, "db", []byte(text))
	var mu sync.Mutex
	announced := map[string]bool{}
	announce := func(v secret.Value) {
		mu.Lock()
		defer mu.Unlock()
		announced[string(v.Reveal())] = true
	}
	server.OnCall(func(_ context.Context, call gcpfake.Call) error {
		mu.Lock()
		defer mu.Unlock()
		if !announced[call.Token] {
			t.Errorf("a token of %s was used before it was announced", call.Principal)
		}
		return nil
	})
	key := withKey(server, reader, nil)
	key.Announce = announce
	act := impersonating(nil, &key)
	act.Announce = announce
	p := newProvider(t, server)
	get(t, p, key, "secret=db")
	get(t, p, act, "secret=db")
	for _, request := range server.Requests() {
		if token := strings.TrimPrefix(request.Authorization, "Bearer "); !announced[token] {
			t.Error("the token of the source was used before it was announced")
		}
	}
	if len(announced) < 2 {
		t.Errorf("%d tokens announced", len(announced))
	}
}

// TestQuotaProject: of the profile, the environment, the credential.
func TestQuotaProject(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	server.Refresh("refresh-1", developer)
	path := writeFile(t, userFile("refresh-1", fields{"quota_project_id": "of-file"}))
	tests := []struct {
		env   environment
		plain fields
		want  string
	}{
		{nil, nil, "of-file"},
		{environment{"GOOGLE_CLOUD_QUOTA_PROJECT": "of-variable"}, nil, "of-variable"},
		{environment{"GOOGLE_CLOUD_QUOTA_PROJECT": "of-variable"}, fields{"quotaProject": "of-profile"}, "of-profile"},
	}
	for _, test := range tests {
		for _, transport := range []string{"grpc", "rest"} {
			env := environment{"GOOGLE_APPLICATION_CREDENTIALS": path}
			for name, value := range test.env {
				env[name] = value
			}
			plain := fields{"project": "my-project", "transport": transport}
			for name, value := range test.plain {
				plain[name] = value
			}
			p := newProvider(t, server, func(o *gcp.Options) { o.LookupEnv = env.lookup })
			before := len(server.Calls())
			get(t, p, plainCredential("default", plain), "secret=db")
			if got := server.Calls()[before].QuotaProject; got != test.want {
				t.Errorf("quota project %q, want %q", got, test.want)
			}
		}
	}
}

// TestFiftyReferences: the server answers none before it has all fifty, so that
// they must be under way at the same time.
func TestFiftyReferences(t *testing.T) {
	t.Parallel()
	const count = 50
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		var arrived atomic.Int32
		all := make(chan struct{})
		server.OnCall(func(ctx context.Context, _ gcpfake.Call) error {
			if arrived.Add(1) == count {
				close(all)
			}
			select {
			case <-all:
			case <-ctx.Done():
			}
			return nil
		})
		p := newProvider(t, server)
		c := withKey(server, reader, fields{"transport": transport})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		var group sync.WaitGroup
		for i := range count {
			name := fmt.Sprintf("s%d", i)
			server.Put(project, name, []byte(name))
			group.Go(func() {
				payload, err := p.Get(ctx, c, ref(t, "secret="+name))
				if err != nil || string(payload.Value.Reveal()) != name {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		group.Wait()
	})
}

// BenchmarkFiftyReferences is one round of fifty secrets from a server that
// takes 100 ms for each.
func BenchmarkFiftyReferences(b *testing.B) {
	for _, transport := range []string{"grpc", "rest"} {
		b.Run(transport, func(b *testing.B) {
			server := gcpfake.Start(b)
			server.Put(project, "db", []byte(text))
			server.OnCall(func(ctx context.Context, _ gcpfake.Call) error {
				select {
				case <-time.After(100 * time.Millisecond):
				case <-ctx.Done():
				}
				return nil
			})
			p := newProvider(b, server)
			c := withKey(server, reader, fields{"transport": transport})
			r := ref(b, "secret=db")
			if _, err := p.Get(b.Context(), c, r); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				var group sync.WaitGroup
				for range 50 {
					group.Go(func() {
						if _, err := p.Get(b.Context(), c, r); err != nil {
							b.Error(err)
						}
					})
				}
				group.Wait()
			}
		})
	}
}
