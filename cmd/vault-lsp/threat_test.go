package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestThreatEnvironmentLinkLeavesWorkspace: git keeps symbolic links, so a
// cloned folder may hold a .env that is one to the user's own file.
func TestThreatEnvironmentLinkLeavesWorkspace(t *testing.T) {
	const marker = "OutsideMarker-4711"
	for link, tt := range map[string]struct{ content, use string }{
		".env":                         {"TOKEN=" + marker, "{{$dotenv TOKEN}}"},
		"http-client.env.json":         {`{"$shared":{"token":"` + marker + `"}}`, "{{token}}"},
		"http-client.private.env.json": {`{"$shared":{"token":"` + marker + `"}}`, "{{token}}"},
		"http-client.env.json.user":    {`{"$shared":{"token":"` + marker + `"}}`, "{{token}}"},
	} {
		t.Run(link, func(t *testing.T) {
			u := newUser(t)
			outside := filepath.Join(u.home, "mine")
			if err := os.WriteFile(outside, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(outside, filepath.Join(u.work, link)); err != nil {
				t.Skip("this system makes no symbolic links:", err)
			}
			target := newEchoTarget(t)
			path := u.write("a.http", "GET "+target.URL+"/\nAuthorization: "+tt.use+"\n")
			r := u.run("send", path)
			if r.code != exitReference || len(target.authorization) > 0 {
				t.Errorf("exit status %d, server saw %q\n%s%s", r.code, target.authorization, r.out, r.err)
			}
			for _, command := range []string{"send", "check"} {
				if r := u.run(command, path); strings.Contains(r.out+r.err, marker) {
					t.Errorf("%s shows it:\n%s%s", command, r.out, r.err)
				}
			}
		})
	}
}

// TestThreatEnvironmentLinkInsideWorkspace: links that stay inside are fine.
func TestThreatEnvironmentLinkInsideWorkspace(t *testing.T) {
	u := newUser(t)
	u.write("team.json", `{"$shared":{"token":"abc"}}`)
	if err := os.Symlink("team.json", filepath.Join(u.work, "http-client.env.json")); err != nil {
		t.Skip("this system makes no symbolic links:", err)
	}
	target := newEchoTarget(t)
	u.run("send", u.write("a.http", "GET "+target.URL+"/\nAuthorization: {{token}}\n")).want(t, exitOK)
	if len(target.authorization) != 1 || target.authorization[0] != "abc" {
		t.Errorf("server saw %q", target.authorization)
	}
}

// TestThreatTerminalEscapes: whatever a file, its name or a server says, the
// terminal gets no control characters.
func TestThreatTerminalEscapes(t *testing.T) {
	const escape = "\x1b]0;pwn\a\u009b31m\u202e"
	u := newUser(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Escape", "\u009b31m\u202e")
		_, _ = io.WriteString(w, escape)
	}))
	t.Cleanup(server.Close)
	one := u.write("one.http", "### "+escape+"\nGET "+server.URL+"/\n")
	two := u.write("two.http", "### "+escape+"\nGET "+server.URL+"/{{x"+escape+"}}\n\n### "+escape+"\nGET "+server.URL+"/\n")
	named := u.write("c\x1b[31m\u202e.http", "GET http://x/{{y}}\n")
	poisoned := `{"version":1,"rules":[{"id":"1","reference":"{{$local secret=a` + "\u009b\u202e" + `}}","origin":"https://a"}]}`
	state := filepath.Join(u.home, ".state", "vault-lsp")
	if err := os.MkdirAll(state, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(state, "permissions.json"), []byte(poisoned), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"send", one}, {"send", one, "-v"}, {"send", one, "--json"}, {"send", two}, {"send", two, "--all"}, {"send", two, "--all", "--json"},
		{"send", two, "--name", escape}, {"send", two, "--line", "99"}, {"send", named}, {"send", escape}, {"send", one, "--env", escape},
		{"check", two}, {"check", named}, {"check", two, "--format", "json"}, {"check", two, "--format", "sarif"}, {"check", escape},
		{"parse", two, "--json"}, {"parse", escape}, {"permission", "list"}, {"permission", "revoke", "1"}, {escape},
	} {
		r := u.run(args...)
		if i := strings.IndexFunc(r.out+r.err, func(c rune) bool {
			return c != '\n' && c != '\t' && (unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c))
		}); i >= 0 {
			t.Errorf("%q prints %q", args, (r.out + r.err)[i:])
		}
	}
}

// TestThreatProxyRepeatsItsPassword: what a proxy answers becomes our error.
func TestThreatProxyRepeatsItsPassword(t *testing.T) {
	u := newUser(t)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, sent, _ := strings.Cut(r.Header.Get("Proxy-Authorization"), " ")
		plain, _ := base64.StdEncoding.DecodeString(sent)
		_, _ = io.WriteString(connection, "HTTP/1.1 407 "+string(plain)+" "+sent+"\r\n\r\n")
		_ = connection.Close()
	}))
	t.Cleanup(proxy.Close)
	const password = "ProxyMarker-4711"
	u.configure(`{"proxy": "` + strings.Replace(proxy.URL, "http://", "http://user:"+password+"@", 1) + `"}`)
	r := u.run("send", u.write("a.http", "GET https://example.invalid/\n"))
	r.want(t, exitSend, "●●●●●●")
	for _, form := range []string{password, base64.StdEncoding.EncodeToString([]byte("user:" + password))} {
		if strings.Contains(r.out+r.err, form) {
			t.Errorf("shown: %s%s", r.out, r.err)
		}
	}
}

// TestThreatCompletionGivesTheShellCommands: bash puts what several words begin
// with into the command line unquoted, and evaluates it at the next completion.
func TestThreatCompletionGivesTheShellCommands(t *testing.T) {
	u := newUser(t)
	names := []string{
		"$(touch pwned)a", "$(touch pwned)b", "`touch pwned`", "a;touch pwned", "a|b", "a&b", "a>b", "(a)", "*", "~", "a'b", `a"b`, `a\b`, "#a", "!a",
		"--allow-host=evil.example.com", "a --allow-host evil.example.com", "a\x1b[31m", "a\u202eb", "_activeHelp_ $(a)", "Größe 1/2", "log-in, v1.0",
	}
	var requests strings.Builder
	environments := map[string]any{}
	for _, name := range names {
		requests.WriteString("### " + name + "\nGET http://127.0.0.1/\n\n")
		environments[name] = map[string]string{}
	}
	path := u.write("a.http", requests.String())
	text, err := json.Marshal(environments)
	if err != nil {
		t.Fatal(err)
	}
	u.write("http-client.env.json", string(text))
	for _, flag := range []string{"--name", "--env"} {
		got := u.run("__complete", "send", path, flag, "").want(t, exitOK).out
		words := strings.Split(got, "\n")
		slices.Sort(words)
		if want := []string{"", ":4", "Größe 1/2", "log-in, v1.0"}; !slices.Equal(words, want) {
			t.Errorf("%s: got %q, want %q", flag, words, want)
		}
	}
}

// TestThreatFmtSteersTheTerminal: what fmt prints of a cloned file is copied as it
// is to a program, and made harmless for a terminal.
func TestThreatFmtSteersTheTerminal(t *testing.T) {
	u := newUser(t)
	const escape = "\x1b]0;pwn\a\u009b31m\u202e"
	path := u.write("a.http", "GET http://127.0.0.1/\nX-A:   "+escape+"\n")
	for _, args := range [][]string{{"fmt", path}, {"fmt", "--diff", path}} {
		for _, shown := range []bool{true, false} {
			var out, errs bytes.Buffer
			runCheaply(streams{in: strings.NewReader(""), out: &out, err: &errs, shown: shown}, args)
			if strings.Contains(out.String(), escape) == shown || strings.ContainsAny(out.String(), "\x1b\a\u009b\u202e") == shown || out.Len() == 0 {
				t.Errorf("%q, shown at a terminal %t: %q", args[:len(args)-1], shown, out.String())
			}
		}
	}
}

// TestThreatEnvironmentOfTheUser: a .env that is a link to what version control
// keeps, such as the address of a remote with its token, and the hidden files of a
// home folder that is a repository, did not come with the workspace.
func TestThreatEnvironmentOfTheUser(t *testing.T) {
	const marker = "PersonalMarker-4711"
	u := newUser(t)
	if err := os.Mkdir(filepath.Join(u.work, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	u.write(".git/config", "url = "+marker+"\n")
	if err := os.Symlink(filepath.Join(".git", "config"), filepath.Join(u.work, ".env")); err != nil {
		t.Skip("this system makes no symbolic links:", err)
	}
	home := t.TempDir()
	for name, text := range map[string]string{
		".git/HEAD": "", ".env": "url=" + marker + "\n", ".vscode/settings.json": `{"rest-client.environmentVariables": {"$shared": {"url": "` + marker + `"}}}`,
	} {
		path := filepath.Join(home, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	target := newEchoTarget(t)
	text := "GET " + target.URL + "/\nAuthorization: {{url}}\n"
	downloaded := filepath.Join(home, "Downloads", "a.http")
	if err := errors.Join(os.MkdirAll(filepath.Dir(downloaded), 0o700), os.WriteFile(downloaded, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	cloned := u.write("a.http", text)
	for _, path := range []string{cloned, downloaded} {
		if path == downloaded {
			t.Setenv("HOME", home)
		}
		if r := u.run("send", path); r.code != exitReference || strings.Contains(r.out+r.err, marker) {
			t.Errorf("%s: exit status %d\n%s%s", path, r.code, r.out, r.err)
		}
	}
	if len(target.authorization) > 0 {
		t.Errorf("server saw %q", target.authorization)
	}
}
