package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers/local"
)

// user is a user of the command line with a home of their own.
type user struct {
	t    *testing.T
	home string
	work string
}

// newUser gives the process a fresh home and an empty environment of vaults.
func newUser(t *testing.T) *user {
	t.Helper()
	u := &user{t: t, home: t.TempDir(), work: t.TempDir()}
	// The real parts of the tests are found from the developer's own home.
	t.Setenv("VAULT_LSP_TOOLS", testtools.Folder())
	t.Setenv("HOME", u.home)
	for name, dir := range map[string]string{
		"XDG_CONFIG_HOME": ".config", "XDG_DATA_HOME": ".data", "XDG_STATE_HOME": ".state", "XDG_CACHE_HOME": ".cache",
	} {
		t.Setenv(name, filepath.Join(u.home, dir))
	}
	isolate(t)
	return u
}

// ambient is what the names of variables begin with that say who somebody is, at
// which vault, or where a machine's own identity is.
var ambient = []string{
	"AWS_", "AMAZON_", "GOOGLE_", "GCLOUD_", "GCE_", "CLOUDSDK_", "AZURE_", "ARM_", "IDENTITY_", "IMDS_", "MSI_",
	"VAULT_", "BAO_", "HCP_", "OP_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
}

// isolate takes every ambient identity out of the environment and keeps the
// machine's metadata services from being asked for one.
func isolate(t *testing.T) {
	t.Helper()
	cleared := []string{"VAULT_LSP_CONFIG", "VAULT_LSP_LOCAL_PASSPHRASE", "VAULT_LSP_SIGN_INS_PASSPHRASE", "DBUS_SESSION_BUS_ADDRESS"}
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		own := strings.HasPrefix(name, "VAULT_LSP_") && !slices.Contains(cleared, name)
		if slices.Contains(cleared, name) || !own && slices.ContainsFunc(ambient, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			t.Setenv(name, "")
			_ = os.Unsetenv(name)
		}
	}
	closed := testtools.ClosedAddress(t)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	// Asking that address is all a program does that takes this machine for one
	// of Google or Azure.
	t.Setenv("GCE_METADATA_HOST", closed)
	t.Setenv("IDENTITY_ENDPOINT", "http://"+closed)
	t.Setenv("IDENTITY_HEADER", "none")
}

// write writes a file of the working folder and returns its path.
func (u *user) write(name, content string) string {
	u.t.Helper()
	path := filepath.Join(u.work, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		u.t.Fatal(err)
	}
	return path
}

// configure writes the user's configuration file.
func (u *user) configure(content string) string {
	u.t.Helper()
	path := filepath.Join(u.home, ".config", "vault-lsp", "config.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		u.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		u.t.Fatal(err)
	}
	return path
}

// result is what one command line did.
type result struct {
	code     int
	out, err string
}

// run runs a command line with no input.
func (u *user) run(args ...string) result { return u.pipe("", args...) }

// pipe runs a command line with text on standard input.
func (u *user) pipe(input string, args ...string) result {
	u.t.Helper()
	var out, errs bytes.Buffer
	code := runCheaply(streams{in: strings.NewReader(input), out: &out, err: &errs}, args)
	return result{code: code, out: out.String(), err: errs.String()}
}

// runCheaply is run with a local vault whose passphrase costs next to nothing to
// try: the race detector makes scrypt many times slower.
func runCheaply(s streams, args []string) int {
	return (&app{streams: s, ctx: context.Background(), local: local.Options{WorkFactor: 10}}).run(args)
}

// want fails the test unless the exit status is code and the outputs together
// hold every one of the parts.
func (r result) want(t *testing.T, code int, parts ...string) result {
	t.Helper()
	if r.code != code {
		t.Fatalf("exit status %d, want %d\nstdout: %s\nstderr: %s", r.code, code, r.out, r.err)
	}
	for _, part := range parts {
		if !strings.Contains(r.out+r.err, part) {
			t.Errorf("output lacks %q\nstdout: %s\nstderr: %s", part, r.out, r.err)
		}
	}
	return r
}

// echoTarget is a server that answers with what it got and counts requests.
type echoTarget struct {
	*httptest.Server
	authorization []string
}

func newEchoTarget(t *testing.T) *echoTarget {
	t.Helper()
	e := &echoTarget{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.authorization = append(e.authorization, r.Header.Get("Authorization"))
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Echo", r.Header.Get("Authorization"))
		_, _ = io.WriteString(w, "you sent "+r.Header.Get("Authorization")+" "+r.URL.RequestURI()+" "+string(body))
	}))
	t.Cleanup(e.Close)
	return e
}

func TestDemo(t *testing.T) {
	u := newUser(t)
	r := u.run("demo").want(t, exitOK, "●●●●●●", "HTTP/1.1 200 OK", "The server got the real key")
	for _, value := range []string{"sk_demo_", "whsec_demo_"} {
		if strings.Contains(r.out+r.err, value) {
			t.Errorf("the demo shows a value:\n%s%s", r.out, r.err)
		}
	}
	entries, err := os.ReadDir(u.home)
	if err != nil || len(entries) > 0 {
		t.Errorf("the demo left something behind: %v %v", entries, err)
	}
}

func TestSendWithLocalVault(t *testing.T) {
	u := newUser(t)
	const value = "local-marker-91d2c4"
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "correct horse battery staple")
	target := newEchoTarget(t)
	u.pipe(value+"\n", "secret", "set", "stripe").want(t, exitOK, "{{$local secret=stripe}}")
	file := u.write("a.http", "### pay\nGET {{host}}/x\nAuthorization: Bearer {{$local secret=stripe}}\n")

	r := u.run("send", file, "--var", "host="+target.URL).want(t, exitOK, "HTTP/1.1 200 OK", "X-Echo: Bearer ●●●●●●", "you sent Bearer ●●●●●●")
	if strings.Contains(r.out+r.err, value) {
		t.Errorf("the value shows:\n%s%s", r.out, r.err)
	}
	if len(target.authorization) != 1 || target.authorization[0] != "Bearer "+value {
		t.Errorf("the server got %q", target.authorization)
	}

	r = u.run("send", file, "--var", "host="+target.URL, "--json").want(t, exitOK)
	var response struct {
		Status  int
		Secrets []struct{ Reference, Credential, Cache string }
		Timings map[string]float64
	}
	if err := json.Unmarshal([]byte(r.out), &response); err != nil {
		t.Fatalf("%v\n%s", err, r.out)
	}
	if response.Status != 200 || len(response.Secrets) != 1 || response.Secrets[0].Cache != "miss" {
		t.Errorf("got %+v", response)
	}
	u.run("secret", "list").want(t, exitOK, "stripe")
	u.run("secret", "get", "stripe").want(t, exitOK, "●●●●●●")
	if r := u.run("secret", "get", "stripe", "--reveal").want(t, exitOK); r.out != value+"\n" {
		t.Errorf("revealed %q", r.out)
	}
	u.run("secret", "remove", "stripe").want(t, exitOK)
	u.run("secret", "get", "stripe").want(t, exitReference, "stripe")
}

func TestChoosingARequest(t *testing.T) {
	u := newUser(t)
	target := newEchoTarget(t)
	file := u.write("many.http", "@host = "+target.URL+"\n\n### first\nGET {{host}}/1\n\n### second\nGET {{host}}/2\n\n### second\nGET {{host}}/3\n")
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"by name", []string{"--name", "first"}, exitOK, "/1"},
		{"by line", []string{"--line", "7"}, exitOK, "/2"},
		{"all", []string{"--all"}, exitOK, "/3"},
		{"which one", nil, exitUsage, "choose with --name"},
		{"no such name", []string{"--name", "third"}, exitUsage, "first"},
		{"two of a name", []string{"--name", "second"}, exitUsage, "2 requests"},
		{"two selectors", []string{"--name", "first", "--all"}, exitUsage, "none of the others"},
		{"no such environment", []string{"--name", "first", "--env", "prod"}, exitUsage, "no environment of that name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u.run(append([]string{"send", file}, c.args...)...).want(t, c.code, c.want)
		})
	}
	report := filepath.Join(u.work, "report.xml")
	u.run("send", file, "--all", "--report", "junit="+report).want(t, exitOK)
	if b, err := os.ReadFile(report); err != nil || !strings.Contains(string(b), `tests="3" failures="0" errors="0"`) {
		t.Errorf("report: %v %s", err, b)
	}
}

func TestParse(t *testing.T) {
	u := newUser(t)
	file := u.write("p.http", "### a\nPOST https://x.test/{{id}}\nA: {{$vault path=p key=k}}\n\n{}\n")
	r := u.run("parse", file, "--json").want(t, exitOK)
	var tree struct {
		Requests []struct {
			Method, Target string
			Headers        []struct{ Name, Value string }
			Runnable       bool
			References     []any
		}
	}
	if err := json.Unmarshal([]byte(r.out), &tree); err != nil {
		t.Fatal(err)
	}
	if len(tree.Requests) != 1 || tree.Requests[0].Target != "https://x.test/{{id}}" || len(tree.Requests[0].References) != 1 {
		t.Errorf("got %+v", tree)
	}
	u.run("parse", file).want(t, exitUsage, "--json")
	fences := "text\n```http\nGET https://x.test/fence\n```\n"
	u.run("parse", u.write("p.md", fences), "--json").want(t, exitOK, `"target": "https://x.test/fence"`)
	u.run("parse", u.write("p.txt", fences), "--json", "--language", "asciidoc").want(t, exitOK, `"target": "https://x.test/fence"`)
	u.run("parse", file, "--json", "--language", "word").want(t, exitUsage, "markdown")
}

func TestCheck(t *testing.T) {
	u := newUser(t)
	file := u.write("c.http", "GET https://x.test/{{nope}}\nA: {{$vaul path=p}}\n")
	u.run("check", file).want(t, exitFailed, "c.http:1:", "undefined-variable", "vault")
	r := u.run("check", file, "--format", "json").want(t, exitFailed)
	var findings []finding
	if err := json.Unmarshal([]byte(r.out), &findings); err != nil || len(findings) < 2 {
		t.Errorf("%v: %s", err, r.out)
	}
	u.run("check", file, "--format", "sarif").want(t, exitFailed, `"2.1.0"`, "undefined-variable")
	u.run("check", file, "--format", "xml").want(t, exitUsage, "text, json, sarif")
	fine := u.write("fine.http", "GET https://x.test/\n")
	u.run("check", fine).want(t, exitOK)
	u.write("http-client.env.json", `{"dev": {"a": "1", "a": "2"}}`)
	u.run("check", fine).want(t, exitOK, "warning", "duplicate-name")
	u.write("http-client.env.json", `{"dev": `)
	u.run("check", fine).want(t, exitFailed, "http-client.env.json:1:", "error", "bad-json")
	u.write("http-client.env.json", `{}`)
	missing := u.write("missing.http", "GET https://x.test/\nA: {{$local secret=gone}}\n")
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "passphrase")
	u.pipe("x-value", "secret", "set", "other").want(t, exitOK)
	u.run("check", missing).want(t, exitOK)
	u.run("check", missing, "--online").want(t, exitFailed, "missing.http:2:", "gone")
}

// TestCheckFolder: a folder stands for its request files in the order of their
// names, an environment file is reported once and by its own path, and a file that
// cannot be read does not keep the others from being checked.
func TestCheckFolder(t *testing.T) {
	u := newUser(t)
	for _, name := range []string{"b.http", "a/d.REST", "a/c.http", ".hidden/e.http", "node_modules/f.http", "g.json"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(u.work, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		u.write(name, "GET https://x.test/{{nope}}\n")
	}
	u.write("a/http-client.env.json", `{"dev": {"x": "1", "x": "2"}}`)
	t.Chdir(u.work)
	r := u.run("check", ".").want(t, exitFailed)
	var places []string
	for line := range strings.Lines(r.out) {
		place, _, _ := strings.Cut(line, ": ")
		places = append(places, filepath.ToSlash(place))
	}
	want := []string{"a/http-client.env.json:1:10", "a/c.http:1:22", "a/d.REST:1:22", "b.http:1:22"}
	if diff := cmp.Diff(want, places); diff != "" {
		t.Errorf("%s\n%s", diff, r.out)
	}
	if r.err != "3 files: 3 errors, 1 warning\n" {
		t.Errorf("%q", r.err)
	}
	r = u.run("check", "missing.http", ".").want(t, exitUsage, "missing.http", "b.http:1:22")
	if r = u.run("check", ".", "--format", "sarif").want(t, exitFailed, `"a/c.http"`); r.err != "" {
		t.Errorf("%q", r.err)
	}
	// An environment that some folder has is none of the others' mistakes.
	u.run("check", ".", "--env", "dev").want(t, exitFailed, "3 files", "b.http:1:22")
	u.run("check", ".", "--env", "nowhere").want(t, exitUsage, "--env nowhere")
	u.run("check", "b.http", "--env", "dev").want(t, exitUsage, "--env dev")
	u.write("b.http", "GET https://x.test\n")
	u.run("check", "b.http").want(t, exitOK, "1 file: nothing to report")
	u.run("check", t.TempDir()).want(t, exitUsage, "no .http or .rest file")
}

// atTerminal runs a command line with a person at the terminal, who answers
// hidden prompts from a list.
func (u *user) atTerminal(answers []string, args ...string) result {
	u.t.Helper()
	var out, errs bytes.Buffer
	s := streams{in: strings.NewReader(""), out: &out, err: &errs, terminal: true}
	s.readPassword = func() ([]byte, error) {
		if len(answers) == 0 {
			return nil, io.EOF
		}
		answer := answers[0]
		answers = answers[1:]
		return []byte(answer), nil
	}
	code := runCheaply(s, args)
	return result{code: code, out: out.String(), err: errs.String()}
}

// TestPassphraseAtTheTerminal: a machine without keyring and configuration asks
// for a passphrase, twice for a new vault, once for one that exists.
func TestPassphraseAtTheTerminal(t *testing.T) {
	u := newUser(t)
	const value = "typed-value-marker"
	u.atTerminal([]string{value, "pass phrase", "other phrase"}, "secret", "set", "x").want(t, exitUsage, "differ")
	u.atTerminal([]string{value, "pass phrase", "pass phrase"}, "secret", "set", "x").want(t, exitOK, "stored")
	u.atTerminal([]string{"pass phrase"}, "secret", "list").want(t, exitOK, "x")
	u.atTerminal([]string{"wrong phrase"}, "secret", "get", "x").want(t, exitReference, "wrong")
	u.atTerminal([]string{"pass phrase"}, "secret", "get", "x", "--reveal").want(t, exitOK, value)
	target := newEchoTarget(t)
	file := u.write("t.http", "GET "+target.URL+"/\nAuthorization: Bearer {{$local secret=x}}\n")
	r := u.atTerminal([]string{"pass phrase"}, "send", file).want(t, exitOK, "●●●●●●")
	u.hides(r, value)
	u.hides(r, "pass phrase")
	u.run("send", file).want(t, exitReference, "VAULT_LSP_LOCAL_PASSPHRASE")
}

// shell runs a command line as a POSIX shell would split it.
func (u *user) shell(line string) result {
	u.t.Helper()
	out, err := exec.Command("sh", "-c", `printf '%s\0' `+line).Output()
	if err != nil {
		u.t.Fatalf("sh: %v", err)
	}
	return u.run(strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")...)
}
