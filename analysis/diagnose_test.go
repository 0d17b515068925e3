package analysis

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
)

const request = "GET https://example.com\n"

// asFile puts an example that is one header line into a request.
func asFile(example string) string {
	if strings.HasPrefix(example, "X-A:") {
		return request + example + "\n"
	}
	return example + "\n"
}

// codesOf returns the findings with a code.
func codesOf(found []Diagnostic, code string) []Diagnostic {
	var with []Diagnostic
	for _, d := range found {
		if d.Code == code {
			with = append(with, d)
		}
	}
	return with
}

// TestCodes: every code of the table is found in its example, with the table's
// severity, and not in a file that is all right.
func TestCodes(t *testing.T) {
	t.Parallel()
	good := Diagnose(input(goodFile))
	for _, c := range Codes() {
		t.Run(c.Code, func(t *testing.T) {
			t.Parallel()
			if with := codesOf(good, c.Code); len(with) > 0 {
				t.Errorf("found in a good file: %+v", with)
			}
			if c.Example == "" {
				return
			}
			with := codesOf(Diagnose(input(asFile(c.Example))), c.Code)
			if len(with) == 0 {
				t.Fatalf("not found in\n%s\nbut %+v", asFile(c.Example), Diagnose(input(asFile(c.Example))))
			}
			for _, d := range with {
				if d.Severity != c.Severity {
					t.Errorf("severity %v, the table says %v", d.Severity, c.Severity)
				}
				if d.Message == "" || d.Span.Start < 0 || d.Span.End < d.Span.Start || d.Span.End > len(asFile(c.Example)) {
					t.Errorf("bad diagnostic %+v", d)
				}
			}
		})
	}
}

const goodFile = `# @name login
# @no-redirect
@base = https://{{host}}/{{version}}
@token = {{$vault path=app/api key=token credential=staging}}
POST {{base}}/login?id={{$guid}}&t={{%tag}} HTTP/1.1
Authorization: Bearer {{token}}
X-Key: {{$aws secret={{version}}/stripe key=api_key}}
X-Azure: {{$azure vault=team-vault secret=b}}
X-Env: {{$processEnv HOME}} {{$dotenv API_KEY}} {{$randomInt 1 10}} {{$timestamp -1 d}}
Content-Type: application/json

{
  "key": "{{stripe_key}}", "raw": {{$local secret=n}}, "text": "AKIA is no key, ghp_short neither",
  "quoted": "{{$local secret='a b' encode=json}}"
}

### Other
GET http://localhost:8080/x
Authorization: Bearer {{token}}

### Loopback
GET http://127.0.0.1/{{$local secret=n}}

###
GET http://[::1]:80/
X: {{token}}

### Plain text over http is not ours to judge
GET http://example.com
Cookie: theme={{tag}}
X-Example: AKIAIOSFODNN7EXAMPLE ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
`

func TestGoodFileHasNoDiagnostics(t *testing.T) {
	t.Parallel()
	for _, d := range Diagnose(input(goodFile)) {
		t.Errorf("%s %q at %q", d.Code, d.Message, d.Span.Of(goodFile))
	}
}

func TestDiagnose(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src, code, at, message, suggestion string
	}{
		{"undefined with suggestion", request + "X: {{hots}}\n", env.CodeUndefined, "hots", "host", "host"},
		{"undefined nested", request + "X: {{$aws secret={{versoin}}/x}}\n", env.CodeUndefined, "versoin", "version", "version"},
		{"provider", request + "X: {{$valt path=a}}\n", "unknown-provider", "$valt", "$vault", "$vault"},
		{"system variable", request + "X: {{$gid}}\n", env.CodeUnknownSystem, "$gid", "$guid", "$guid"},
		{"field", request + "X: {{$vault path=a kye=b}}\n", "unknown-field", "kye", "key", "key"},
		{"value", request + "X: {{$vault path=a engine=v7}}\n", "bad-field-value", "v7", "v1", ""},
		{"missing", request + "X: {{$hcp app=web}}\n", "missing-field", "", "secret", ""},
		{"azure asks for the begun form", request + "X: {{$azure vault=a}}\n", "missing-field", "", "secret", ""},
		{"credential", request + "X: {{$vault path=a credential=stagng}}\n", CodeUnknownCredential, "stagng", "staging", "staging"},
		{"credential of another provider", request + "X: {{$vault path=a credential=aws-dev}}\n", CodeWrongCredential, "aws-dev", "$aws", ""},
		{"http by variable", "@h = http://api.example.com\nGET {{h}}/x\nX: {{stripe_key}}\n", CodePlainHTTP, "{{stripe_key}}", "https", ""},
		{"http with look-alike of loopback", "GET http://localhost.example.com\nX: {{stripe_key}}\n", CodePlainHTTP, "{{stripe_key}}", "https", ""},
		{"http with user information", "GET http://127.0.0.1@evil.example\nX: {{stripe_key}}\n", CodePlainHTTP, "{{stripe_key}}", "https", ""},
		{"cookie by variable", request + "cookie: a={{stripe_key}}\n", CodeSecretInCookie, "{{stripe_key}}", "Authorization", ""},
		{"userinfo", "GET https://a:{{stripe_key}}@example.com/\n", CodeSecretInUserinfo, "{{stripe_key}}", "Authorization", ""},
		{"hcp", request + "X: {{$hcp app=web secret=K}}\n", CodeEndOfLife, "$hcp", "$vault", ""},
		{"directive", "# @no-redirct\n" + request, CodeUnknownDirective, "no-redirct", "no-redirect", "no-redirect"},
		{"title twice", "### A\n" + request + "\n### A\n" + request, CodeDuplicateName, "A", "A", ""},
		{"jwt", request + "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U\n", CodeLiteralSecret, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", "JSON Web Token", ""},
		{"aws key", "@k = AKIAABCDEFGHIJKLMNOP\n" + request, CodeLiteralSecret, "AKIAABCDEFGHIJKLMNOP", "AWS", ""},
		{"github", "@k = ghp_abcdefghijklmnopqrstuvwxyz0123456789\n" + request, CodeLiteralSecret, "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "GitHub", ""},
		{"stripe", "@k = sk_live_abcdefghijklmnop\n" + request, CodeLiteralSecret, "sk_live_abcdefghijklmnop", "Stripe", ""},
		{"private key", "POST https://example.com\n\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n", CodeLiteralSecret, "-----BEGIN RSA PRIVATE KEY-----", "private key", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			with := codesOf(Diagnose(input(tt.src)), tt.code)
			if len(with) != 1 {
				t.Fatalf("want one %s, got %+v", tt.code, Diagnose(input(tt.src)))
			}
			d := with[0]
			if got := d.Span.Of(tt.src); tt.at != "" && got != tt.at {
				t.Errorf("at %q, want %q", got, tt.at)
			}
			if !strings.Contains(d.Message, tt.message) {
				t.Errorf("message %q does not hold %q", d.Message, tt.message)
			}
			if d.Suggestion != tt.suggestion {
				t.Errorf("suggestion %q, want %q", d.Suggestion, tt.suggestion)
			}
		})
	}
}

func TestDiagnoseNothing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ src, code string }{
		"jwt without signature":      {request + "X: eyJhbGciOiJub25lIn0.eyJzdWIiOiIx\n", CodeLiteralSecret},
		"aws key inside a word":      {request + "X: fooAKIAABCDEFGHIJKLMNOPbar\n", CodeLiteralSecret},
		"public key":                 {"POST https://example.com\n\n-----BEGIN PUBLIC KEY-----\n", CodeLiteralSecret},
		"system variable in cookie":  {request + "Cookie: a={{$guid}}\n", CodeSecretInCookie},
		"at in path is no user info": {"GET https://example.com/{{stripe_key}}@x\n", CodeSecretInUserinfo},
		"target by secret":           {"POST {{$vault path=hook}}\nX: {{stripe_key}}\n", CodePlainHTTP},
		"httpYac directive":          {"# @noRedirect\n# @kulala-curl--insecure\n" + request, CodeUnknownDirective},
		"variable commented out":     {"# @base = https://x\n" + request, CodeUnknownDirective},
		"prose in a comment":         {"# mail me @ home\n" + request, CodeUnknownDirective},
		"different names":            {"### A\n" + request + "\n### B\n" + request, CodeDuplicateName},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if with := codesOf(Diagnose(input(tt.src)), tt.code); len(with) > 0 {
				t.Errorf("unexpected %+v", with)
			}
		})
	}
}

// TestUnknownCredentials: while the configuration cannot be read, no name is
// called unknown.
func TestUnknownCredentials(t *testing.T) {
	t.Parallel()
	in := input(request + "X: {{$vault path=a credential=nobody}}\n")
	in.CredentialsKnown = false
	if with := codesOf(Diagnose(in), CodeUnknownCredential); len(with) > 0 {
		t.Errorf("unexpected %+v", with)
	}
}

func TestRelated(t *testing.T) {
	t.Parallel()
	src := "@base = a\n@base = b\n" + request
	d := codesOf(Diagnose(input(src)), CodeRedefined)
	if len(d) != 1 || len(d[0].Related) != 1 {
		t.Fatalf("got %+v", d)
	}
	if d[0].Span.Start != 1 || d[0].Related[0].Span.Start != strings.LastIndex(src, "base") {
		t.Errorf("spans %v, %v", d[0].Span, d[0].Related[0].Span)
	}
	in := input(request + "X: {{broken}}\n")
	d = codesOf(Diagnose(in), env.CodeUndefined)
	if len(d) != 1 || len(d[0].Related) != 1 || d[0].Related[0].Path != "http-client.env.json" || d[0].Related[0].Line == 0 {
		t.Errorf("a problem inside an environment file is related to it; got %+v", d)
	}
	src = "@mine = {{nowhere}}\nGET https://example.com/{{mine}}\n"
	if d = codesOf(Diagnose(input(src)), env.CodeUndefined); len(d) != 1 || d[0].Span.Of(src) != "nowhere" {
		t.Errorf("a problem in the file's own variable is reported once, there; got %+v", d)
	}
}

func TestDiagnosticsAreInOrder(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, c := range Codes() {
		all.WriteString("\n###\n" + asFile(c.Example))
	}
	found := Diagnose(input(all.String()))
	for i := 1; i < len(found); i++ {
		if found[i].Span.Start < found[i-1].Span.Start {
			t.Fatalf("%v stands behind %v", found[i-1].Span, found[i].Span)
		}
	}
	if diff := cmp.Diff(found, Diagnose(input(all.String()))); diff != "" {
		t.Errorf("not the same twice: %s", diff)
	}
}

func TestSeverityOfUnknownCodeIsError(t *testing.T) {
	t.Parallel()
	if severityOf("no-such-code") != parser.Error {
		t.Error("want Error")
	}
}

// TestPrompts: a prompt's variable is known in its own request only, hover says
// that it is asked for, and completion offers it.
func TestPrompts(t *testing.T) {
	t.Parallel()
	const src = "# @prompt code The code\n# @secret pin\nGET https://x.test/{{code}}?p={{pin}}\n\n### b\nGET https://x.test/{{code}}\n"
	found := Diagnose(input(src))
	if len(found) != 1 || found[0].Code != env.CodeUndefined || found[0].Span.Start < strings.Index(src, "### b") {
		t.Errorf("%+v", found)
	}
	in, offset := atMarker(t, strings.Replace(src, "{{code}}?", "{{co‸de}}?", 1))
	if hover := Hover(in, offset, nil); !strings.Contains(hover.Markdown, "asked for when the request is sent, line 1") {
		t.Errorf("%+v", hover)
	}
	if locations := Definition(in, offset); len(locations) != 1 || locations[0].Span.Of(in.File.Src) != "code" {
		t.Errorf("%+v", locations)
	}
	var labels []string
	for _, item := range Complete(in, offset).Items {
		labels = append(labels, item.Label)
	}
	if !strings.Contains(strings.Join(labels, " "), "code ") {
		t.Errorf("%q", labels)
	}
}
