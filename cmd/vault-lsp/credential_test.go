package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers/local"
)

// dialogue runs a command line with a person at the terminal: lines are the
// answers to visible questions, secrets those to hidden ones.
func (u *user) dialogue(lines, secrets []string, args ...string) result {
	u.t.Helper()
	var out, errs bytes.Buffer
	s := terminalOf(lines, secrets, &out, &errs)
	code := (&app{streams: s, ctx: u.t.Context(), local: local.Options{WorkFactor: 10}}).run(args)
	return result{code: code, out: out.String(), err: errs.String()}
}

func terminalOf(lines, secrets []string, out, errs *bytes.Buffer) streams {
	typed := ""
	for _, line := range lines {
		typed += line + "\n"
	}
	s := streams{in: bufio.NewReader(strings.NewReader(typed)), out: out, err: errs, terminal: true}
	s.readPassword = func() ([]byte, error) {
		if len(secrets) == 0 {
			return nil, errors.New("a secret is asked for that the test does not know")
		}
		answer := secrets[0]
		secrets = secrets[1:]
		return []byte(answer), nil
	}
	return s
}

func (u *user) configuration() string {
	u.t.Helper()
	b, err := os.ReadFile(filepath.Join(u.home, ".config", "vault-lsp", "config.json"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		u.t.Fatal(err)
	}
	return string(b)
}

// TestCredentialForm: what the flags do not say is asked for, checked while it
// is asked, and written at the end only.
func TestCredentialForm(t *testing.T) {
	u := newUser(t)
	t.Setenv("THE_TOKEN", "x")
	r := u.dialogue([]string{
		"bad name", "team", // the name
		"nope", "vault", // the provider, by name
		"1",                                         // the first way: token
		"ftp://no", "", "https://vault.example.com", // required: asked again until valid
		"n",                                   // no optional fields
		"x", "e", "TOKEN=x", "e", "THE_TOKEN", // where the token is
	}, nil, "credential", "add").want(t, exitOK, "Which vault?", "1. token: ", "such as https://vault.example.com", "is not a name", `"nope" is none of them`, "is not an http or https URL", "Answer with one of the letters", `added credential "team"`)
	if r.out != "added credential \"team\"; try it: vault-lsp credential test team\n" {
		t.Errorf("standard output has questions: %q", r.out)
	}
	want := `"team": {
      "provider": "vault",
      "auth": "token",
      "address": "https://vault.example.com",
      "token": { "env": "THE_TOKEN" }
    }`
	if got := u.configuration(); !strings.Contains(got, want) {
		t.Errorf("got %s", got)
	}
	// A second one of the provider: the default is asked for; flags shorten it.
	u.dialogue([]string{"y", "5m", "-", "", "", "y"}, nil,
		"credential", "add", "role", "--provider", "aws", "--auth", "role", "--set", "roleArn=arn:aws:iam::123456789012:role/r",
		"--set", "sessionName=x").want(t, exitOK)
	u.dialogue([]string{"", "team", "other"}, nil, "credential", "add", "--provider", "vault", "--auth", "token").want(t, exitUsage, "There is a credential")
	u.dialogue(nil, nil, "credential", "add", "team").want(t, exitUsage, "already", "credential edit team")
	u.run("credential", "add").want(t, exitUsage, "NAME is missing")
	u.run("credential", "add", "x", "--provider", "valt", "--auth", "token").want(t, exitUsage, "unknown provider", `did you mean "vault"?`)
}

// TestCredentialFormLeavesNothing: whoever stops in between has written nothing.
func TestCredentialFormLeavesNothing(t *testing.T) {
	u := newUser(t)
	u.dialogue([]string{"team", "vault", "token", "https://vault.example.com", "n"}, nil, "credential", "add").want(t, exitUsage)
	if got := u.configuration(); got != "" {
		t.Errorf("a half profile was written: %s", got)
	}
	// Ctrl-C at a hidden question.
	ctx, cancel := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	s := terminalOf(nil, nil, &out, &errs)
	restored := false
	s.restore = func() { restored = true }
	s.readPassword = func() ([]byte, error) {
		cancel()
		<-t.Context().Done()
		return nil, nil
	}
	code := (&app{streams: s, ctx: ctx}).run([]string{"credential", "add", "x", "--provider", "vault", "--auth", "token", "--set", "address=https://vault.example.com"})
	result{code, out.String(), errs.String()}.want(t, exitUsage, "cancelled; nothing was changed")
	if !restored || u.configuration() != "" {
		t.Errorf("restored %v, wrote %s", restored, u.configuration())
	}
}

// TestCredentialEdit: one field changes, the others and the comments stay, and
// what is wrong changes nothing.
func TestCredentialEdit(t *testing.T) {
	u := newUser(t)
	config := `{ // mine
  "credentials": {
    "v": { "provider": "vault", "auth": "token", "address": "https://a.example.com", "namespace": "n", /* here */ "token": { "env": "T" } }
  }
}
`
	u.configure(config)
	u.run("credential", "edit", "v", "--set", "address=https://b.example.com", "--unset", "namespace", "--from", "token=env:OTHER", "--default").want(t, exitOK, "changed")
	got := u.configuration()
	for _, part := range []string{"// mine", "/* here */", `"address": "https://b.example.com"`, `{ "env": "OTHER" }`, `"vault": "v"`} {
		if !strings.Contains(got, part) {
			t.Errorf("lacks %s:\n%s", part, got)
		}
	}
	if strings.Contains(got, "namespace") {
		t.Errorf("namespace is still there:\n%s", got)
	}
	for name, args := range map[string][]string{
		"nothing to change": {"credential", "edit", "v"},
		"no credential":     {"credential", "edit", "w", "--default"},
		"not an http":       {"credential", "edit", "v", "--set", "address=ftp://x"},
		"is secret":         {"credential", "edit", "v", "--set", "token=x"},
		"needs address":     {"credential", "edit", "v", "--unset", "address"},
		"has no field":      {"credential", "edit", "v", "--unset", "role"},
		"did you mean":      {"credential", "edit", "v", "--set", "adress=https://x.example.com"},
	} {
		u.run(args...).want(t, exitUsage, name)
	}
	// No keyring here: the old source stays.
	u.pipe("typed-marker", "credential", "edit", "v", "--from", "token=keyring").want(t, exitUsage, "no OS keyring here", "--from token=env:NAME")
	if now := u.configuration(); now != got {
		t.Errorf("a failed edit changed the file:\n%s", cmp.Diff(got, now))
	}
	// On a terminal it goes through the fields.
	answers := []string{""}
	method, _ := credentials.LookupMethod("vault", "token")
	for _, f := range method.Fields[1:] {
		answer := ""
		switch {
		case f.Name == "namespace":
			answer = "team"
		case f.Secret:
			answer = "n"
		}
		answers = append(answers, answer)
	}
	u.dialogue(answers, nil, "credential", "edit", "v").want(t, exitOK, "[https://b.example.com]", "environment variable OTHER")
	if !strings.Contains(u.configuration(), `"namespace": "team"`) {
		t.Errorf("got %s", u.configuration())
	}
}

func TestCredentialMethods(t *testing.T) {
	u := newUser(t)
	u.run("credential", "methods").want(t, exitOK, "approle", "workload-identity", "keyring")
	u.run("credential", "methods", "vault", "approle").want(t, exitOK, "roleId", "text, required", "secretId", "secret", "default approle", "such as https://vault.example.com")
	u.run("credential", "methods", "azure", "service-principal").want(t, exitOK, "one of these is needed")
	u.run("credential", "methods", "nope").want(t, exitUsage, "no such way")
}

// TestCompletion: the shell completes names, providers, ways and fields.
func TestCompletion(t *testing.T) {
	u := newUser(t)
	u.configure(`{"credentials": {"infra": {"provider": "vault", "auth": "token", "address": "https://a.example.com", "token": {"env": "T"}},
		"mine": {"provider": "local", "auth": "keyring"}}}`)
	file := u.write("a.http", "### List\nGET http://x.test\n\n###\n# @name pay\nGET http://x.test\n")
	u.write("http-client.env.json", `{"dev": {"a": "1"}, "prod": {"a": "2"}}`)
	allowed := u.run("permission", "allow", "--reference", "{{$local secret=x}}", "--origin", "https://x.test").want(t, exitOK)
	id, _, _ := strings.Cut(allowed.out, ":")
	for line, want := range map[string][]string{
		"send " + file + " --name ":                    {"List", "pay"},
		"send " + file + " --env p":                    {"prod"},
		"send --env ":                                  nil,
		"check " + file + " --env d":                   {"dev"},
		"check --format ":                              {"text", "json", "sarif"},
		"parse --language ":                            {"http", "markdown", "asciidoc"},
		"secret list --provider ":                      {"aws", "ssm", "gcp", "vault", "hcp", "azure", "op", "local"},
		"permission revoke ":                           {id},
		"credential test i":                            {"infra"},
		"credential add x --provider va":               {"vault"},
		"credential add x --provider vault --auth app": {"approle"},
		"credential add x --provider vault --auth approle --set rol":              {"roleId="},
		"credential add x --provider vault --auth approle --set secretIdWrapped=": {"secretIdWrapped=true", "secretIdWrapped=false"},
		"credential add x --provider vault --auth approle --from secretId=k":      {"secretId=keyring"},
		"credential edit infra --set addr":                                        {"address="},
		"credential edit infra --unset names":                                     {"namespace"},
		"credential methods local pass":                                           {"passphrase"},
		"secret set x --credential ":                                              {"mine"},
	} {
		args := append([]string{"__complete"}, strings.Split(line, " ")...)
		r := u.run(args...).want(t, exitOK)
		var got []string
		for _, l := range strings.Split(r.out, "\n") {
			if word, _, _ := strings.Cut(l, "\t"); word != "" && !strings.HasPrefix(word, ":") {
				got = append(got, word)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

// TestThreatBrowserInheritsPassphrases: a browser lives for days, and what it
// starts has its environment.
func TestThreatBrowserInheritsPassphrases(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("left out: there is no /bin/sh")
	}
	dir := t.TempDir()
	out := filepath.Join(dir, "env")
	script := filepath.Join(dir, "browser")
	if err := os.WriteFile(script, []byte("env > "+out+".new\nmv "+out+".new "+out+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BROWSER", "/bin/sh "+script)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "first")
	t.Setenv("VAULT_LSP_SIGN_INS_PASSPHRASE", "second")
	if err := openBrowser(t.Context(), "https://login.example.com/"); err != nil {
		t.Fatal(err)
	}
	var seen []byte
	for len(seen) == 0 && t.Context().Err() == nil {
		seen, _ = os.ReadFile(out)
	}
	if !strings.Contains(string(seen), "BROWSER=") || strings.Contains(string(seen), "PASSPHRASE") {
		t.Errorf("the browser has %s", seen)
	}
}

func TestBrowserCommands(t *testing.T) {
	t.Parallel()
	const address = "https://login.example.com/?a=b&c=d"
	tests := map[string]struct {
		system string
		env    map[string]string
		want   [][]string
	}{
		"mac":      {"darwin", nil, [][]string{{"open", address}}},
		"windows":  {"windows", nil, [][]string{{"rundll32", "url.dll,FileProtocolHandler", address}}},
		"desktop":  {"linux", map[string]string{"DISPLAY": ":0"}, [][]string{{"xdg-open", address}}},
		"wayland":  {"linux", map[string]string{"WAYLAND_DISPLAY": "w"}, [][]string{{"xdg-open", address}}},
		"ssh":      {"linux", map[string]string{"SSH_CONNECTION": "x"}, nil},
		"wsl":      {"linux", map[string]string{"WSL_DISTRO_NAME": "d"}, [][]string{{"wslview", address}, {"rundll32.exe", "url.dll,FileProtocolHandler", address}}},
		"chosen":   {"linux", map[string]string{"BROWSER": "firefox --new-window"}, [][]string{{"firefox", "--new-window", address}}},
		"template": {"linux", map[string]string{"BROWSER": "w3m -o url=%s" + string(os.PathListSeparator) + "lynx"}, [][]string{{"w3m", "-o", "url=" + address}, {"lynx", address}}},
	}
	for name, test := range tests {
		got := browserCommands(address, test.system, func(name string) (string, bool) { v, ok := test.env[name]; return v, ok })
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, hostile := range []string{"file:///etc/passwd", "javascript:alert(1)", "-flag", "https://", "\x00"} {
		if err := openBrowser(t.Context(), hostile); !errors.Is(err, errNoBrowser) {
			t.Errorf("%q: %v", hostile, err)
		}
	}
}

func TestInWords(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		20 * time.Second: "less than a minute", time.Minute: "1 minute", 59 * time.Minute: "59 minutes",
		2 * time.Hour: "2 hours", 35 * time.Hour: "35 hours", 36 * time.Hour: "2 days", 768 * time.Hour: "32 days",
	} {
		if got := inWords(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	now := time.Now()
	if got := expiryInWords(now.Add(-time.Hour), now); !strings.HasPrefix(got, "expired (") {
		t.Errorf("got %q", got)
	}
}

// TestPastedKey: the lines of a JSON key that is pasted at the prompt all belong
// to it, and nothing is left for the shell.
func TestPastedKey(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	lines := []string{"{", `  "type": "service_account",`, `  "private_key": "a\\nb"`, "}", "ls"}
	s := terminalOf(nil, lines, &out, &errs)
	got, err := s.askSecret(t.Context(), "Key")
	if want := strings.Join(lines[:4], "\n"); err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
	s = terminalOf(nil, []string{"{", "no JSON", "", "ls"}, &out, &errs)
	if got, err := s.askSecret(t.Context(), "Key"); err != nil || string(got) != "{\nno JSON" {
		t.Errorf("%q, %v", got, err)
	}
	s = terminalOf(nil, []string{"{secret", "ls"}, &out, &errs)
	if got, err := s.askSecret(t.Context(), "Password"); err != nil || string(got) != "{secret" {
		t.Errorf("%q, %v", got, err)
	}
}
