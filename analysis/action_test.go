package analysis

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/secret"
)

func titles(actions []Action) []string {
	var titles []string
	for _, a := range actions {
		titles = append(titles, a.Title)
	}
	return titles
}

// insertTitles are one action a provider, in the order of the table.
func insertTitles() []string {
	var titles []string
	for _, spec := range secret.Providers() {
		titles = append(titles, "Insert secret: "+spec.Label)
	}
	return titles
}

func TestActionsInsert(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		request + "Authorization: Bearer ‸", request + "Authorization: Bearer ‸abc‸", "@a = ‸", "GET https://x/‸",
		"POST https://x\nContent-Type: text/plain\n\n# a ‸b\n",
		"POST https://x\n\n{\"a\": \"‸\"}", request + "A: ‸{{host}}‸",
	} {
		in, selection := selected(t, src)
		if diff := cmp.Diff(insertTitles(), titles(Actions(in, selection))); diff != "" {
			t.Errorf("%q: %s", src, diff)
		}
	}
	for _, src := range []string{
		"# com‸ment\n", "### ti‸tle\n" + request, "‸GET https://x", "GET‸ https://x", request + "Acc‸ept: x", "@a‸ = b",
		request + "A: {{ho‸st}}", "POST https://x\n\na‸b\nc‸d\n", request + "A: x ‸y {{ho‸st}}",
		"POST https://x\n\n{\n  # a ‸b\n}\n", "POST https://x\nContent-Type: application/x-www-form-urlencoded\n\na=1\n‸# b=‸\n",
	} {
		in, selection := selected(t, src)
		for _, title := range titles(Actions(in, selection)) {
			if strings.HasPrefix(title, "Insert secret") {
				t.Errorf("%q offers %q", src, title)
				break
			}
		}
	}
}

// TestActionsApply: what an action makes of the source.
func TestActionsApply(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, title, want string }{
		{"insert", request + "A: ‸", "Insert secret: HashiCorp Vault", request + "A: {{$vault path=‸}}$0"},
		{"replace", request + "A: Bearer ‸s3cr3t‸ x", "Insert secret: HCP Vault Secrets", request + "A: Bearer {{$hcp app=‸ secret=‸}}$0 x"},
		{"date letters", request + "A: {{$datetime 'dd-‸MM-yyyy' 1 d}}", "Change to DD-MM-YYYY", request + "A: {{$datetime 'DD-MM-YYYY' 1 d}}"},
		{"did you mean", "GET https://{{ho‸ts}}/", "Change to host", "GET https://{{host}}/"},
		{"provider", request + "A: {{$va‸lt path=a}}", "Change to $vault", request + "A: {{$vault path=a}}"},
		{"system variable", request + "A: {{$g‸id}}", "Change to $guid", request + "A: {{$guid}}"},
		{"field", request + "A: {{$vault path=a k‸ye=b}}", "Change to key", request + "A: {{$vault path=a key=b}}"},
		{"unknown field", request + "A: {{$vault path=a nonsen‸se=b}}", "Remove field nonsense", request + "A: {{$vault path=a}}"},
		{"duplicate field", request + "A: {{$vault path=a pa‸th=b}}", "Remove field path", request + "A: {{$vault path=a}}"},
		{"missing field", request + "A: {{$va‸ult mount=kv}}", "Add path", request + "A: {{$vault mount=kv path=‸}}"},
		{"missing fields", request + "A: {{$h‸cp}}", "Add app and secret", request + "A: {{$hcp app=‸ secret=‸}}"},
		{"another form", request + "A: {{$az‸ure}}", "Add vault and secret", request + "A: {{$azure vault=‸ secret=‸}}"},
		{"credential", request + "A: {{$vault path=a credential=sta‸gin}}", "Change to staging", request + "A: {{$vault path=a credential=staging}}"},
		{"another credential", request + "A: {{$vault path=a credential=no‸body}}", "Use the credential infra", request + "A: {{$vault path=a credential=infra}}"},
		{"default credential", request + "A: {{$vault path=a credential=no‸body}}", "Use the default credential", request + "A: {{$vault path=a}}"},
		{"quotes", "POST https://x\n\n{\"a\": \"{{$vault path=\\\"a‸ b\\\"}}\"}", "Use single quotes", "POST https://x\n\n{\"a\": \"{{$vault path='a b'}}\"}"},
		{"unclosed variable", "GET https://{{ho‸st/x", "Close with }}", "GET https://{{host}}/x"},
		{"unclosed reference", request + "A: {{$vau‸lt path=a", "Close with }}", request + "A: {{$vault path=a}}"},
		{"blank at equals", request + "A: {{$vault path ‸= a}}", "Remove the blanks", request + "A: {{$vault path=a}}"},
		{"https", "GET http://example.com\nA: {{stripe‸_key}}", "Use https", "GET https://example.com\nA: {{stripe_key}}"},
		{"redefined", "@a‸ = 1\n@a = 2\n", "Remove this definition", "@a = 2\n"},
		{"directive", "# @nm‸ae a\n" + request, "Change to name", "# @name a\n" + request},
		{"blank line", "POST https://x\nA: b\n‸{}\n", "Insert a blank line", "POST https://x\nA: b\n\n{}\n"},
		{"blank line with CRLF", "POST https://x\r\nA: b\r\n‸{}\r\n", "Insert a blank line", "POST https://x\r\nA: b\r\n\r\n{}\r\n"},
		{"separator", "GET https://x/a\n\n‸GET https://x/b\n", "Insert ###", "GET https://x/a\n\n###\nGET https://x/b\n"},
		{"separator above directives", "GET https://x/a\n\n# @name b\n\n‸GET https://x/b\n", "Insert ###", "GET https://x/a\n\n###\n# @name b\n\nGET https://x/b\n"},
		{"separator above directives among headers", "GET https://x/a\r\n# @name b\r\n‸GET https://x/b\r\n", "Insert ###", "GET https://x/a\r\n###\r\n# @name b\r\nGET https://x/b\r\n"},
		{"undefined", "GET https://x/{{no‸thing}}\r\n", "Define nothing in this file", "@nothing = $0\r\nGET https://x/{{nothing}}\r\n"},
		{"undefined behind others", "\ufeff@a = 1\n@b = 2\n\nGET https://x/{{no‸thing}}\n", "Define nothing in this file", "\ufeff@a = 1\n@b = 2\n@nothing = $0\n\nGET https://x/{{nothing}}\n"},
		{"undefined behind a mark", "\ufeffGET https://x/{{no‸thing}}\n", "Define nothing in this file", "\ufeff@nothing = $0\nGET https://x/{{nothing}}\n"},
		{"seconds", "# @timeout 50‸00\n" + request, "Change to 5000 ms", "# @timeout 5000 ms\n" + request},
		{"everywhere", "get https://x\n\n###\nge‸t https://y\n\n###\nGET https://z\n", "Write the method in upper case in all 2 places", "GET https://x\n\n###\nGET https://y\n\n###\nGET https://z\n"},
		{"one repair of many lines", "POST https://x\n\nt\n# ‸a\n# b\nt\n###\nPOST https://x\n\nt\n# c\nt\n", "Send such lines (# @raw-body) in all 2 places", "# @raw-body\nPOST https://x\n\nt\n# a\n# b\nt\n###\n# @raw-body\nPOST https://x\n\nt\n# c\nt\n"},
		{"method", "ge‸t https://x\n", "Write the method in upper case", "GET https://x\n"},
		{"indent", "GET https://x\n  Acc‸ept: a\n", "Remove the indentation", "GET https://x\nAccept: a\n"},
		{"missing separator among headers", "GET https://x/a\n‸GET https://x/b\n", "Insert ###", "GET https://x/a\n###\nGET https://x/b\n"},
		{"variable behind a body", "POST https://x\n\n{}\n\n@a‸ = 1\n", "Insert ###", "POST https://x\n\n{}\n\n###\n@a = 1\n"},
		{"indented separator", "GET https://x\n\n  #‸##\nGET https://x\n", "Remove the indentation", "GET https://x\n\n###\nGET https://x\n"},
		{"fragment", "GET https://x/a#‸b\n", "Remove what is not sent", "GET https://x/a\n"},
		{"comment in a body", "### t\nPOST https://x\n\nt\n# ‸a\nt\n", "Send such lines (# @raw-body)", "### t\n# @raw-body\nPOST https://x\n\nt\n# a\nt\n"},
		{"request line above a header", "###\nConte‸nt-Type: x\n\nA\n", "Insert a request line", "###\n‸GET ‸https://example.com\nContent-Type: x\n\nA\n"},
		{"header in place of a request", "###\nConte‸nt-Type: x\n", "Make this line a comment", "###\n# Content-Type: x\n"},
		{"prose in place of a request", "  what ‸is this\n", "Make this line a comment", "  # what is this\n"},
		{"option of curl", "curl --inse‸cure https://x\n", "Remove --insecure", "curl https://x\n"},
		{"comment in a multipart body", "POST https://x\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\n// n‸o\n1\n--a--\n", "Remove this line", "POST https://x\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\n1\n--a--\n"},
		{"quotes of a value", "@a = \"b {{c}}‸\"\n@c = 1\n", "Remove the quotes", "@a = b {{c}}\n@c = 1\n"},
		{"text as a header", "POST https://x\nhel‸lo\n", "Insert a blank line", "POST https://x\n\nhello\n"},
		{"add key", request + "A: {{$vault pa‸th=a}}", "Add field key", request + "A: {{$vault path=a key=$0}}"},
		{"encode", "POST https://x\n\n{\"a\": \"{{$vault pa‸th=a}}\"}", "Add encode=json", "POST https://x\n\n{\"a\": \"{{$vault path=a encode=json}}\"}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in, selection := selected(t, tt.src)
			actions := Actions(in, selection)
			for _, a := range actions {
				if a.Title != tt.title {
					continue
				}
				if got := applied(in.File.Src, a.Edits...); got != tt.want {
					t.Errorf("got  %q\nwant %q", got, tt.want)
				}
				if a.Kind == "" || a.Kind == ActionQuickFix && a.Fixes == nil {
					t.Errorf("incomplete: %+v", a)
				}
				return
			}
			t.Errorf("no %q in %q", tt.title, titles(actions))
		})
	}
}

// TestRulingC21HeaderFixes: the likelier repair of a header without a request comes
// first: a comment where nothing else is left of the request, else a request line.
func TestRulingC21HeaderFixes(t *testing.T) {
	t.Parallel()
	const comment, line = "Make this line a comment", insertRequestLine
	for src, want := range map[string][]string{
		"### t\n## (removed)\nA‸: b\n\n// c\n": {comment, line},
		"###\nA‸: b\n\n###\nGET https://x\n":   {comment, line},
		"###\nA‸: b\nC: d\n":                   {line, comment},
		"###\nA‸: b\n\n{}\n":                   {line, comment},
	} {
		in, selection := selected(t, src)
		if diff := cmp.Diff(want, titles(Actions(in, selection))[:2]); diff != "" {
			t.Errorf("%q: %s", src, diff)
		}
	}
}

// TestRawBodyIsNoRepairOfJSON: sending the lines would make the JSON none.
func TestRawBodyIsNoRepairOfJSON(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"POST https://x\n\n{\n# ‸a\n}\n", "POST https://x\nContent-Type: application/json\n\n{\n// ‸a\n}\n",
		"POST https://x\nContent-Type: application/x-ndjson\n\n{}\n# ‸a\n{}\n",
	} {
		in, selection := selected(t, src)
		if got := titles(Actions(in, selection)); len(got) > 0 {
			t.Errorf("%q: %q", src, got)
		}
	}
}

// TestActionsPreferred: what editors apply without a choice repairs what is wrong.
func TestActionsPreferred(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]bool{"ge‸t https://x\n": true, "POST https://x\n\nt\n# ‸a\nt\n": false, "###\nA‸: b\n\n{}\n": false, "###\nA‸: b\n": true} {
		in, selection := selected(t, src)
		if got := Actions(in, selection)[0]; got.Preferred != want {
			t.Errorf("%q: %+v", src, got)
		}
	}
}

// TestActionsSelect: where no environment is selected, those that define the
// variable are offered.
func TestActionsSelect(t *testing.T) {
	t.Parallel()
	in, selection := selected(t, "GET https://{{ho‸st}}/{{tag}}\n")
	in.Environment, in.Scope = "", nil
	if got := Actions(in, selection); len(got) != 2 || got[0].Environment != "dev" || got[0].Title != "Select the environment dev" || got[0].Edits != nil || !got[0].Preferred {
		t.Errorf("%+v", got)
	}
	// It is said once, and repaired everywhere.
	if found := codesOf(Diagnose(in), env.CodeNoEnvironment); len(found) != 1 || found[0].Span.Of(in.File.Src) != "host" {
		t.Errorf("%+v", found)
	}
	in, selection = selected(t, "GET https://{{host}}/\n\n###\nGET https://{{ta‸g}}/\n")
	in.Environment, in.Scope = "", nil
	if got := Actions(in, selection); len(got) != 2 || got[0].Environment != "dev" {
		t.Errorf("%+v", got)
	}
	in, selection = selected(t, "GET https://{{no‸thing}}/\n")
	in.Environment, in.Scope = "", nil
	for _, a := range Actions(in, selection) {
		if a.Environment != "" {
			t.Errorf("%+v", a)
		}
	}
}

// TestActionsEverywhere: what is wrong in one place, or must be filled in, is not
// offered everywhere.
func TestActionsEverywhere(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"ge‸t https://x\n", "POST https://x\n\nt\n# ‸a\n# b\nt\n",
		request + "A: {{$va‸ult mount=a}}\nB: {{$vault mount=b}}\n",
	} {
		in, selection := selected(t, src)
		for _, title := range titles(Actions(in, selection)) {
			if strings.Contains(title, " places") {
				t.Errorf("%q offers %q", src, title)
			}
		}
	}
}

// TestFixesRepair: a preferred repair that is complete in itself removes its
// diagnostic and brings no other.
func TestFixesRepair(t *testing.T) {
	t.Parallel()
	for _, c := range Codes() {
		src := asFile(c.Example)
		for _, d := range codesOf(Diagnose(input(src)), c.Code) {
			for _, a := range Actions(input(src), d.Span) {
				if a.Fixes == nil || a.Fixes.Code != c.Code || !a.Preferred || a.Edits[0].Snippet != "" {
					continue
				}
				fixed := applied(src, a.Edits...)
				after := Diagnose(input(fixed))
				if len(codesOf(after, c.Code)) >= len(codesOf(Diagnose(input(src)), c.Code)) {
					t.Errorf("%s: %q leaves it:\n%s%+v", c.Code, a.Title, fixed, after)
				}
			}
		}
	}
}
