package request_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/template"
)

// TestTarget sends to a server and looks at what arrives. HOST stands for the
// server's address.
func TestTarget(t *testing.T) {
	t.Parallel()
	const v = "a/b c?d&e=f#g%+é"
	const encoded = "a%2Fb%20c%3Fd%26e%3Df%23g%25%2B%C3%A9"
	tests := []struct{ name, src, want string }{
		{"plain", "GET http://HOST/a/b?x=1&y=2", "/a/b?x=1&y=2"},
		{"no method", "http://HOST/a", "/a"},
		{"no path", "GET http://HOST", "/"},
		{"query without path", "GET http://HOST?x=1", "/?x=1"},
		{"version", "GET http://HOST/a HTTP/1.1", "/a"},
		{"several lines", "GET http://HOST/a\n    ?x=1\n    &y=2", "/a?x=1&y=2"},
		{"no scheme", "GET HOST/a", "/a"},
		{"path and host", "GET /a?x=1\nHost: HOST", "/a?x=1"},
		{"path and variable host", "@host = http://HOST/v1/\n\nGET /a?x=1", "/v1/a?x=1"},
		{"path and variable host without scheme", "@host = HOST\n\nGET /a", "/a"},
		{"path and variable host from a vault", "@host = {{$vault path=base}}\n\nGET /a", "/v1/a"},
		{"asterisk", "OPTIONS *\nHost: HOST", "*"},
		{"asterisk and host with a scheme", "OPTIONS * HTTP/1.1\nHost: http://HOST", "*"},
		{"path and host with a scheme", "GET /a\nHost: HTTP://HOST/", "/a"},
		{"fragment is not sent", "GET http://HOST/a?x=1#part?y", "/a?x=1"},
		{"only illegal characters are encoded", "GET http://HOST/é/a%20b/100%/c,d;e:f@g?q=ü&ids[]=1&x=\"y\"", "/%C3%A9/a%20b/100%25/c,d;e:f@g?q=%C3%BC&ids[]=1&x=%22y%22"},
		{"variable stays as written", "@v = a/b?c=d&e=%2F\n\nGET http://HOST/{{v}}", "/a/b?c=d&e=%2F"},
		{"encoded variable", "@v = a/b?c d\n\nGET http://HOST/{{%v}}", "/a%2Fb%3Fc%20d"},
		{"secret in the path", "GET http://HOST/x/{{$vault path=odd}}/y", "/x/" + encoded + "/y"},
		{"secret in the query", "GET http://HOST/?k={{$vault path=odd}}&z=1", "/?k=" + encoded + "&z=1"},
		{"secret through a variable", "@s = {{$vault path=odd}}\n\nGET http://HOST/?k={{s}}", "/?k=" + encoded},
		{"encode=none", "GET http://HOST/{{$vault path=raw encode=none}}", "/a/b?c=d%20e"},
		{"encode=url is not encoded again", "GET http://HOST/?k={{$vault path=once encode=url}}", "/?k=a%2Fb"},
		{"secret begins the target", "GET {{$vault path=base}}/users?x=1", "/v1/users?x=1"},
		{"secret is the target", "GET {{$vault path=hook}}", "/services/T0?token=a%2Fb"},
		{"secret with a query and more", "GET {{$vault path=hook}}&y=2", "/services/T0?token=a%2Fb&y=2"},
		{"secret is the host", "GET http://{{$vault path=host}}/x", "/x"},
		{"user information is not in the target", "GET http://user:{{$vault path=odd}}@HOST/x", "/x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			server := w.serve(false, nil)
			w.vault.values = map[string]string{
				"{{$vault path=odd}}": v, "{{$vault path=raw encode=none}}": "a/b?c=d e", "{{$vault path=once encode=url}}": "a%2Fb",
				"{{$vault path=base}}": server.URL + "/v1", "{{$vault path=hook}}": server.URL + "/services/T0?token=a%2Fb", "{{$vault path=host}}": server.addr(),
			}
			w.mustSend(strings.ReplaceAll(tt.src, "HOST", server.addr()))
			got := server.last(t)
			if got.URL != tt.want || got.Host != server.addr() {
				t.Errorf("the server saw %q of host %q, want %q", got.URL, got.Host, tt.want)
			}
			if tt.name == "user information is not in the target" {
				if user, pw, ok := basicAuth(got.Header); !ok || user != "user" || pw != v {
					t.Errorf("credentials %q %q %v", user, pw, ok)
				}
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, line, header, want string }{
		{"value", "X-A:  one two  ", "X-A", "one two"},
		{"empty", "X-A:", "X-A", ""},
		{"secret is raw", "X-A: k={{$vault path=s}};", "X-A", "k=s/e c;"},
		{"encoded secret", "@s = {{$vault path=s}}\n\nGET URL\nX-A: {{%s}}", "X-A", "s%2Fe%20c"},
		{"host", "Host: virtual.test", "Host", "virtual.test"},
		{"basic with a blank", "Authorization: Basic user pass", "Authorization", "Basic dXNlcjpwYXNz"},
		{"basic with a colon", "Authorization: Basic user:pass", "Authorization", "Basic dXNlcjpwYXNz"},
		{"basic, encoded already", "Authorization: Basic dXNlcjpwYXNz", "Authorization", "Basic dXNlcjpwYXNz"},
		{"basic, password with blanks", "Authorization: Basic user pass word", "Authorization", "Basic dXNlcjpwYXNzIHdvcmQ="},
		{"basic with a secret", "Authorization: Basic user {{$vault path=s}}", "Authorization", "Basic dXNlcjpzL2UgYw=="},
		{"basic with a secret and colon", "authorization: basic user:{{$vault path=s}}", "Authorization", "Basic dXNlcjpzL2UgYw=="},
		{"basic, pair is the secret", "Authorization: Basic {{$vault path=pair}}", "Authorization", "Basic dXNlcjpwYXNz"},
		{"basic, encoded secret", "Authorization: Basic {{$vault path=b64}}", "Authorization", "Basic dXNlcjpwYXNz"},
		{"bearer", "Authorization: Bearer {{$vault path=s}}", "Authorization", "Bearer s/e c"},
		{"digest answer", `Authorization: Digest username="u", realm="r"`, "Authorization", `Digest username="u", realm="r"`},
		{"user agent", "User-Agent: mine", "User-Agent", "mine"},
		{"default user agent", "X: y", "User-Agent", "vault-lsp/test"},
		{"twice", "X-A: 1\nX-A: 2", "X-A", "1|2"},
		{"cookies", "Cookie: a=1\ncookie: b={{$vault path=s}}", "Cookie", "a=1; b=s/e c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values = map[string]string{"{{$vault path=s}}": "s/e c", "{{$vault path=pair}}": "user:pass", "{{$vault path=b64}}": "dXNlcjpwYXNz"}
			server := w.serve(false, nil)
			src := "GET " + server.URL + "\n" + tt.line
			if strings.Contains(tt.line, "URL") {
				src = strings.ReplaceAll(tt.line, "URL", server.URL)
			}
			w.mustSend(src)
			got := server.last(t)
			value := strings.Join(got.Header.Values(tt.header), "|")
			if tt.header == "Host" {
				value = got.Host
			}
			if value != tt.want {
				t.Errorf("%s: %q, want %q", tt.header, value, tt.want)
			}
		})
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	files := map[string]string{"data.bin": "\x00\x01\r\nraw {{name}}", "text.txt": "hello {{name}} {{$vault path=s}}", "latin.txt": "caf\xe9 {{name}}", "sub/in.txt": "in sub", "q.gql": "query Q { a }", "lines.txt": "a\nb {{name}}\n"}
	tests := []struct{ name, head, body, want string }{
		{"json", "Content-Type: application/json", "{\"a\": \"{{name}}\"}\n\n\n", `{"a": "value"}`},
		{"secret is raw", "", "k={{$vault path=s}}", "k=s\"e&c"},
		{"file", "", "< ./data.bin", files["data.bin"]},
		{"file in a folder", "", "< sub/in.txt", "in sub"},
		{"file by variable", "", "< {{file}}", "in sub"},
		{"expanded file", "", "<@ text.txt", "hello value s\"e&c"},
		{"expanded latin1", "", "<@latin1 latin.txt", "café value"},
		{"form with blanks", "Content-Type: application/x-www-form-urlencoded", "a = 1 &\nb = 2", "a=1&b=2"},
		{"form over lines", "Content-Type: application/x-www-form-urlencoded", "a=1\n&b=x y\n  &c = 3&\nd=é+%20", "a=1&b=x%20y&c=3&d=%C3%A9+%20"},
		{"form with comments", "Content-Type: application/x-www-form-urlencoded", "a=1\n# comment\n&b={{name}}&\n// comment\nc = 2", "a=1&b=value&c=2"},
		{"multipart", "Content-Type: multipart/form-data; boundary=X", "--X\nContent-Disposition: form-data; name=\"f\"; filename=\"d\"\n\n< data.bin\n--X--\n",
			"--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"d\"\r\n\r\n" + files["data.bin"] + "\r\n--X--\r\n"},
		{"multipart with an expanded file", "Content-Type: multipart/form-data; boundary=X", "--X\n\n<@ lines.txt\n--X\n\n{{lines}}\n--X--",
			"--X\r\n\r\na\nb value\n\r\n--X\r\n\r\n1\n2\r\n--X--\r\n"},
		{"lines", "", "a\n\nb\n< ./lines.txt\nc", "a\n\nb\na\nb {{name}}\n\nc"},
		{"ndjson", "Content-Type: application/x-ndjson", "{\"a\":1}\n{\"b\":2}", "{\"a\":1}\n{\"b\":2}\n"},
		{"graphql", "X-Request-Type: GraphQL", "query Q {\n  a(b: \"{{name}}\")\n}\n\n{\"v\": \"{{name}}\"}", `{"query":"query Q {\n  a(b: \"value\")\n}","operationName":"Q","variables":{"v": "value"}}`},
		{"graphql by its text", "Content-Type: application/json", "query Q {\n\n  a }\n\n{\"v\": 1}", `{"query":"query Q {\n\n  a }","operationName":"Q","variables":{"v": 1}}`},
		{"graphql with fragments", "Content-Type: application/json", "query Q { ...Names }", `{"query":"query Q { ...Names }\nfragment Names on T { ...Deep }\nfragment Deep on T { value }","operationName":"Q"}`},
		{"graphql in a file", "", "gql Q < ./q.gql\n\n{\"v\": 1}", `{"query":"query Q { a }","operationName":"Q","variables":{"v": 1}}`},
		{"graphql without a media type", "", "mutation Q($a: Int) { a }", `{"query":"mutation Q($a: Int) { a }","operationName":"Q"}`},
		{"graphql header with a file", "X-Request-Type: GraphQL", "< ./q.gql\n\n{\"v\": 1}", `{"query":"query Q { a }","variables":{"v": 1}}`},
		{"graphql header with an expanded file", "X-Request-Type: GraphQL", "<@ text.txt", `{"query":"hello value s\"e&c"}`},
		{"text that only begins like graphql", "", "query the database", "query the database"},
		{"JSON that only looks like graphql", "Content-Type: text/plain", "query Q { a }", "query Q { a }"},
		{"no parsing of graphql", "Content-Type: application/json\n# @no-gql-parsing", "query Q { a }", "query Q { a }"},
		{"graphql with a secret", "X-Request-Type: GraphQL", "{ a(b: \"{{$vault path=s}}\") }", `{"query":"{ a(b: \"s\"e&c\") }"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values = map[string]string{"{{$vault path=s}}": "s\"e&c"}
			for name, text := range files {
				path := filepath.Join(w.dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := writeFile(path, text); err != nil {
					t.Fatal(err)
				}
			}
			server := w.serve(false, nil)
			src := "@name = value\n@file = sub/in.txt\n@lines = 1\\n2\n\nfragment Names on T { ...Deep }\nfragment Deep on T { {{name}} }\n\nPOST " + server.URL + "\n" + tt.head + "\n\n" + tt.body
			w.mustSend(src)
			got := server.last(t)
			w.mustSend(strings.ReplaceAll(src, "\n", "\r\n"))
			if diff := cmp.Diff(got.Body, server.last(t).Body); diff != "" {
				t.Errorf("with other line ends in the request file:\n%s", diff)
			}
			want := tt.want
			if tt.name == "graphql with a secret" {
				want = `{"query":"{ a(b: \"s\"e&c\") }"}`
				want = strings.Replace(want, `s"e`, `s\"e`, 1)
			}
			if diff := cmp.Diff(want, got.Body); diff != "" {
				t.Error(diff)
			}
			if got.Length != int64(len(want)) {
				t.Errorf("Content-Length %d, want %d", got.Length, len(want))
			}
		})
	}
}

func TestMultipartWithoutBoundaryIsToldOf(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]int{"multipart/form-data": 1, "multipart/form-data; Boundary=X": 0, "multipart/form-data; {{$vault path=s}}": 0} {
		w := newWorld(t)
		plan := w.plan("POST http://x.test\nContent-Type: " + header + "\n\n--X\n\n1\n--X--\n")
		if len(plan.Warnings) != want {
			t.Errorf("%s: %q", header, plan.Warnings)
		}
	}
}

func TestBodyFilesStayInTheWorkspace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	outside := filepath.Join(t.TempDir(), "secret.txt")
	if err := writeFile(outside, "outside"); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"link.txt": outside, "inside.txt": "real.txt", "dev.txt": "/dev/zero"} {
		if err := os.Symlink(to, filepath.Join(w.dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeFile(filepath.Join(w.dir, "real.txt"), "real"); err != nil {
		t.Fatal(err)
	}
	up, err := filepath.Rel(w.dir, outside)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"real.txt": "", "inside.txt": "", "nosuch.txt": "does not exist",
		up: "outside the workspace", outside: "outside the workspace", "link.txt": "outside the workspace", "dev.txt": "outside the workspace",
		"/dev/zero": "outside the workspace", ".": "not a regular file", "{{$vault path=s}}": "plain path",
	} {
		plan, problems := w.build("POST http://x.test\n\n< " + path)
		if want == "" {
			if plan == nil {
				t.Errorf("%s: %+v", path, problems)
			}
			continue
		}
		if e := request.ProblemError(problems); plan != nil || e == nil || e.Code != request.CodeBodyFile || !strings.Contains(e.Message+e.Hint, want) || e.Exit != 4 {
			t.Errorf("%s: %+v, want %q", path, e, want)
		}
	}
}

// TestBodyFileIsCheckedAgainWhenSent: a link that takes the file's place after
// the plan was made leads nowhere.
func TestBodyFileIsCheckedAgainWhenSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	outside := filepath.Join(t.TempDir(), "secret.txt")
	path := filepath.Join(w.dir, "real.txt")
	for _, p := range []string{outside, path} {
		if err := writeFile(p, "text"); err != nil {
			t.Fatal(err)
		}
	}
	server := w.serve(false, nil)
	plan := w.plan("POST " + server.URL + "\n\n< real.txt")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, path); err != nil {
		t.Fatal(err)
	}
	if _, problem := w.sendWith(plan, w.call()); problem == nil || problem.Code != request.CodeBodyFile {
		t.Errorf("error %+v", problem)
	}
	if len(server.requests()) > 0 {
		t.Error("sent")
	}
}

// TestRulingC23FilesBesideTheRequestFirst is ruling C23: the request file's folder,
// then the workspace's root, and a warning if both have it.
func TestRulingC23FilesBesideTheRequestFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := filepath.Join(w.dir, "sub")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"a.txt": "root a", "sub/a.txt": "sub a", "b.txt": "root b"} {
		if err := writeFile(filepath.Join(w.dir, name), text); err != nil {
			t.Fatal(err)
		}
	}
	server := w.serve(false, nil)
	for name, want := range map[string]string{"a.txt": "sub a", "b.txt": "root b"} {
		file := parser.Parse("POST " + server.URL + "\n\n< " + name)
		plan, problems := request.Build(file, file.Blocks[0].Request, env.NewScope(file, nil, "", nil), request.Sources{Workspace: w.dir, Dir: dir})
		if plan == nil {
			t.Fatal(problems)
		}
		response, problem := w.sendWith(plan, w.call())
		if problem != nil || server.last(t).Body != want {
			t.Errorf("%s: %+v, %q", name, problem, server.last(t).Body)
		}
		if warned := len(response.Warnings) == 1; warned != (name == "a.txt") {
			t.Errorf("%s: warnings %v", name, response.Warnings)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src, code, at string
		exit                int
	}{
		{"undefined variable", "GET http://x.test/{{nosuch}}", env.CodeUndefined, "nosuch", 3},
		{"undefined in a header", "GET http://x.test\nA: {{nosuch}}", env.CodeUndefined, "nosuch", 3},
		{"undefined in the body", "POST http://x.test\n\n{{nosuch}}", env.CodeUndefined, "nosuch", 3},
		{"missing field", "GET http://x.test/{{$vault key=a}}", "missing-field", "", 3},
		{"line break in a header", "GET http://x.test\nA: {{v}}", request.CodeControlInText, "{{v}}", 3},
		{"line break in the target", "GET http://x.test/{{v}}", request.CodeControlInText, "{{v}}", 3},
		{"environment variable", "GET http://x.test/{{$processEnv NOSUCH}}", request.CodeMissingEnv, "{{$processEnv NOSUCH}}", 3},
		{"dotenv", "GET http://x.test/{{$dotenv NOSUCH}}", request.CodeMissingEnv, "NOSUCH", 3},
		{"random", "GET http://x.test/{{$randomInt 5 5}}", request.CodeBadArgument, "", 3},
		{"timestamp", "GET http://x.test/{{$timestamp 1 parsec}}", request.CodeBadArgument, "", 3},
		{"tag of Insomnia in a header", "GET http://x.test\nA: Bearer {% vault 'aws', 'c', 'e30=' %}", env.CodeInsomnia, "{% vault 'aws', 'c', 'e30=' %}", 3},
		{"tag of Insomnia in the target", "GET http://x.test/{% vault 'aws', 'c', 'e30=' %}", env.CodeInsomnia, "{% vault 'aws', 'c', 'e30=' %}", 3},
		{"tag of Insomnia in the body", "POST http://x.test\n\n{\"a\": \"{% vault 'aws', 'c', 'e30=' %}\"}", env.CodeInsomnia, "{% vault 'aws', 'c', 'e30=' %}", 3},
		{"reference of Bruno", "GET http://x.test\nA: {{$secrets.db.password}}", env.CodeBruno, "$secrets.db.password", 3},
		{"scheme of vals that is not read", "GET http://x.test\nA: {{ref+exec:///bin/sh}}", env.CodeOtherTool, "exec", 3},
		{"scheme", "GET ftp://x.test/", request.CodeBadScheme, "ftp://x.test/", 4},
		{"host", "GET http:///x", request.CodeBadTarget, "http:///x", 4},
		{"path without host", "GET /x", request.CodeMissingHost, "/x", 4},
		{"digest", "GET http://x.test\nAuthorization: Digest user pass", request.CodeBadAuth, "", 4},
		{"cognito", "GET http://x.test\nAuthorization: COGNITO user pass eu pool client", request.CodeBadAuth, "", 4},
		{"flows of httpYac", "GET http://x.test\nAuthorization: openid client_credentials name", request.CodeBadAuth, "", 4},
		{"client certificate of httpYac", "GET http://x.test\nX-ClientCert: pfx: ./a.pfx passphrase: b", request.CodeBadHeader, "", 4},
		{"header without colon", "GET http://x.test\nContent-Type text/plain\n\n### next\n...", parser.CodeHeaderWithoutColon, "Content-Type text/plain", 4},
		{"a header in a variable", "@auth = Authorization: Basic YTpi\n\nGET http://x.test\n{{auth}}\n", request.CodeNotRunnable, "{{auth}}", 4},
		{"no target", "GET\n", parser.CodeMissingTarget, "", 4},
		{"unclosed expression", "GET http://x.test/{{a\n", string(template.CodeUnclosed), "", 3},
		{"unclosed quote", "GET http://x.test\nA: {{$vault path='a}}\n", string(template.CodeUnclosedQuote), "", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.overrides = map[string]string{"v": "a\r\nX-Evil: 1"}
			plan, problems := w.build(tt.src)
			e := request.ProblemError(problems)
			if plan != nil || e == nil || e.Code != tt.code || e.Exit != tt.exit || e.Message == "" {
				t.Fatalf("plan %v, problems %+v; want %s, exit %d", plan != nil, problems, tt.code, tt.exit)
			}
			if got := e.Span.Of(tt.src); tt.at != "" && got != tt.at {
				t.Errorf("at %q, want %q", got, tt.at)
			}
		})
	}
}

// TestLineBreakInASecretIsRefused: the value of a secret cannot be known
// before it is fetched, so it is looked at when it is put in.
func TestLineBreakInASecretIsRefused(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"a\r\nX-Evil: 1", "a\n", "a\x00b", "a\rb"} {
		w := newWorld(t)
		server := w.serve(false, nil)
		w.vault.values[plainRef] = value
		w.vault.values["{{$vault path=n encode=none}}"] = value
		for _, src := range []string{get(server.URL), "GET " + server.URL + "/?q={{$vault path=n encode=none}}"} {
			_, problem := w.send(src)
			if problem == nil && strings.Contains(src, "encode=none") {
				// Raw in the target, it is percent-encoded as any illegal character.
				if got := server.last(t).URL; strings.ContainsAny(got, "\r\n\x00") {
					t.Errorf("%q: the server saw %q", value, got)
				}
				continue
			}
			if problem == nil || problem.Code != request.CodeControlInText || strings.Contains(problem.Message, "Evil") {
				t.Errorf("%q: %+v", value, problem)
			}
		}
		for _, got := range server.requests() {
			if got.Header.Get("X-Evil") != "" {
				t.Error("a header was added")
			}
		}
	}
}

func TestDirectives(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for directive, want := range map[string]string{"# @timeout 500 ms": "500ms", "# @timeout 2": "2s", "// @timeout 1.5s": "1.5s", "# @timeout 2 m": "2m0s", "# @timeout soon": "0s", "# @no-cookie-jar": "0s"} {
		plan, problems := w.build(directive + "\nGET http://x.test")
		if plan == nil || plan.Timeout.String() != want || (len(problems) == 1) != strings.Contains(directive, "soon") {
			t.Errorf("%s: %+v, %v", directive, plan, problems)
		}
	}
	if !w.plan("# @no-redirect\nGET http://x.test").NoRedirect {
		t.Error("# @no-redirect is not read")
	}
}

func TestUsesNamePlacements(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plan := w.plan("POST http://u:{{$vault path=a}}@x.test/{{$vault path=b}}?q={{$vault path=c}}#{{$vault path=unsent}}\nx-key: {{$vault path=d}}\n\n{{$vault path=e}}")
	got := map[string]string{}
	for _, u := range plan.Uses {
		got[u.Reference] = u.In
	}
	want := map[string]string{"{{$vault path=a}}": "header:Authorization", "{{$vault path=b}}": "path", "{{$vault path=c}}": "query", "{{$vault path=d}}": "header:X-Key", "{{$vault path=e}}": "body"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
