package env

import (
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/parser"
)

// TestRulingC24EscapesInVariables: REST Client's \n, \r, \t and \\ count in its
// dialect; other tools leave every backslash as it is.
func TestRulingC24EscapesInVariables(t *testing.T) {
	t.Parallel()
	file := parser.Parse("@a = one\\ntwo\\r\\t\\\\n end\\\n@b = <{{a}}\\t{{$guid}}>\n@path = C:\\dir\\d\n@lazy := {{a}}\n@global.g = {{path}}\n")
	escaped, written := "one\ntwo\r\t\\n end\\", `one\ntwo\r\t\\n end\`
	for dialect, want := range map[Dialect]string{RESTClient: escaped, JetBrains: written} {
		scope := NewScope(file, nil, "", nil, WithDialect(dialect))
		for _, src := range []string{"{{a}}", "{{lazy}}"} {
			if got := textOf(t, scope, src); got != want {
				t.Errorf("%s: %s is %q, want %q", dialect, src, got, want)
			}
		}
		if got := textOf(t, scope, "{{g}}"); got != `C:\dir\d` {
			t.Errorf("%s: other backslashes stay: %q", dialect, got)
		}
		if got := scope.Expand("{{b}}", scan("{{b}}")).Pieces; got[0].Text+got[1].Text+got[2].Text != "<"+want+map[Dialect]string{RESTClient: "\t", JetBrains: `\t`}[dialect] {
			t.Errorf("%s: %+v", dialect, got)
		}
		if got, ok := scope.ExpandDefinition(scope.Lookup("a")[0]).Text(); !ok || got != want {
			t.Errorf("%s: the definition is %q", dialect, got)
		}
	}
}

// TestRulingC25BracesThatAreText: \{\{x\}\} is {{x}} and no variable, wherever it
// stands.
func TestRulingC25BracesThatAreText(t *testing.T) {
	t.Parallel()
	scope := NewScope(parser.Parse("@v = a \\{\\{b\\}\\} c\n"), nil, "", nil)
	for src, want := range map[string]string{
		`\{\{x\}\}`:               `{{x}}`,
		`<\{\{ x y \}\}{{v}}>`:    `<{{ x y }}a {{b}} c>`,
		`\{\{x\}\}\{\{y\}\}`:      `{{x}}{{y}}`,
		`\{\{x`:                   `\{\{x`,
		`\{\{\}\}`:                `\{\{\}\}`,
		`\{\{x\}`:                 `\{\{x\}`,
		`\{\{x} \{\{y\}\}`:        `\{\{x} {{y}}`,
		`\\{\\{x\\}\\}`:           `\\{\\{x\\}\\}`,
		strings.Repeat(`\{\{`, 4): strings.Repeat(`\{\{`, 4),
	} {
		if got := textOf(t, scope, src); got != want {
			t.Errorf("%s is %q, want %q", src, got, want)
		}
	}
}

// TestInclude is {{< ./file}} of httpYac: a piece that whoever sends reads.
func TestInclude(t *testing.T) {
	t.Parallel()
	scope := NewScope(parser.Parse("@v = {{< ./a b.txt}}\n"), nil, "", nil)
	for src, want := range map[string]Include{
		"{{< ./a.txt}}":           {Path: "./a.txt"},
		"{{<@ a.txt }}":           {Path: "a.txt", Expand: true},
		"{{ <@latin1   x/a.txt}}": {Path: "x/a.txt", Expand: true, Encoding: "latin1"},
		"{{v}}":                   {Path: "./a b.txt"},
	} {
		e := scope.Expand(src, scan(src))
		if len(e.Pieces) != 1 || e.Pieces[0].Kind != File || e.Pieces[0].File != want || e.Problems != nil {
			t.Errorf("%s: %+v", src, e)
		}
	}
	for _, src := range []string{"{{<}}", "{{<a.txt}}", "{{<@latin1}}", "{{$dotenv {{v}}}}"} {
		if e := scope.Expand(src, scan(src)); len(e.Problems) != 1 || len(e.Pieces) != 0 {
			t.Errorf("%s: %+v", src, e)
		}
	}
}

// TestResponsesAreRefused also where the request's title is in quotes.
func TestResponsesAreRefused(t *testing.T) {
	t.Parallel()
	scope := NewScope(nil, nil, "", nil)
	for _, src := range []string{"{{login.response.body.$.a}}", `{{"Log in v1.0".response.headers.X}}`, "{{login.request.body.*}}"} {
		if e := scope.Expand(src, scan(src)); len(e.Problems) != 1 || e.Problems[0].Code != CodeResponse {
			t.Errorf("%s: %+v", src, e)
		}
	}
}
