package analysis

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
)

// severitiesOf returns the severities and codes of a file's diagnostics.
func severitiesOf(src string) []string {
	var found []string
	for _, d := range Diagnose(input(src)) {
		found = append(found, d.Severity.String()+" "+d.Code+" "+d.Span.Of(src))
	}
	return found
}

// TestRulingC05DefinitionsHoldInTheWholeFile: the last one wins; the ones before
// it are warned of, and a use above the first one is a hint, once.
func TestRulingC05DefinitionsHoldInTheWholeFile(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"@a = 1\n@b = 2\n@a = 3\nGET https://x/{{a}}/{{b}}\n":       {"warning redefined-variable a"},
		"GET https://x/{{a}}/{{a}}\n\n###\n@a = 1\nGET https://x\n": {"hint used-before-definition a"},
		"@a = 1\nGET https://x/{{a}}\n":                             nil,
		"@b = {{a}}\n@a = 1\nGET https://x/{{b}}\n":                 {"hint used-before-definition a"},
		"GET https://x/{{host}}\n":                                  nil, // of the environment
	}
	for src, want := range tests {
		if diff := cmp.Diff(want, severitiesOf(src)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", src, diff)
		}
	}
}

// TestRulingC14DateLetters: Day.js's count, and .NET's are warned of.
func TestRulingC14DateLetters(t *testing.T) {
	t.Parallel()
	for src, want := range map[string][]string{
		"GET https://x/{{$datetime 'dd-MM-yyyy'}}\n": {"warning date-letters 'dd-MM-yyyy'"},
		"GET https://x/{{$datetime 'DD-MM-YYYY'}}\n": nil,
	} {
		if diff := cmp.Diff(want, severitiesOf(src)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", src, diff)
		}
	}
}

// TestRulingC24EscapesAreShown, the first of each variable.
func TestRulingC24EscapesAreShown(t *testing.T) {
	t.Parallel()
	for src, want := range map[string][]string{
		`@a = one\ntwo\tthree` + "\n":         {`hint escape-in-variable \n`},
		`@a = C:\dir` + "\n@b = \\\\ {{a}}\n": {`hint escape-in-variable \\`},
	} {
		if diff := cmp.Diff(want, severitiesOf(src)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", src, diff)
		}
	}
	in := input(`@a = \n` + "\n")
	in.Scope = env.NewScope(in.File, nil, "", nil, env.WithDialect(env.JetBrains))
	if found := Diagnose(in); found != nil {
		t.Errorf("in the dialect jetbrains: %+v", found)
	}
}

// TestRulingC26QuotesArePartOfTheValue, which a hint says.
func TestRulingC26QuotesArePartOfTheValue(t *testing.T) {
	t.Parallel()
	for src, want := range map[string][]string{
		"@a = \"b\"\n":             {`hint quoted-variable "b"`},
		"@a = 'b {{c}}'\n@c = 1\n": {"hint used-before-definition c", "hint quoted-variable 'b {{c}}'"},
		"@a = \"b\" and \"c\"\n":   nil,
		"@a = \"\n":                nil,
		"@a = b \"c\"\n":           nil,
	} {
		found := severitiesOf(src)
		slices.Sort(found)
		slices.Sort(want)
		if diff := cmp.Diff(want, found); diff != "" {
			t.Errorf("%q (-want +got):\n%s", src, diff)
		}
	}
	in := input("@a = \"b\"\n")
	if got, ok := in.Scope.ExpandDefinition(in.Scope.Lookup("a")[0]).Text(); !ok || got != `"b"` {
		t.Errorf("the value is %s", got)
	}
}

// TestRulingC19DuplicateNamesAreWarnedOf, whichever way they are written.
func TestRulingC19DuplicateNamesAreWarnedOf(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"### Log in\nGET https://x\n\n### Log in\nGET https://x\n",
		"### Log in\nGET https://x\n\n###\n# @name Log in\nGET https://x\n",
		"# @name Log in\nGET https://x\n\n###\n# @name = Log in\nGET https://x\n",
	} {
		if diff := cmp.Diff([]string{"warning duplicate-name Log in"}, severitiesOf(src)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", src, diff)
		}
	}
}

// TestRulingC23TwoFilesAreWarnedOf: of a path that names two, the first is sent.
func TestRulingC23TwoFilesAreWarnedOf(t *testing.T) {
	t.Parallel()
	const src = "POST https://x\n\n< ./both.json\n\n###\nPOST https://x\n\n< ./one.json\n\n###\nPOST https://x\n\n< ./{{host}}.json\n"
	in := input(src)
	in.NamesTwo = func(path string) bool { return path != "./one.json" }
	found := Diagnose(in)
	if len(found) != 1 || found[0].Code != CodeAmbiguousFile || found[0].Span.Of(src) != "./both.json" || found[0].Severity != parser.Warning {
		t.Errorf("%+v", found)
	}
}
