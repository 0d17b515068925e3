package analysis

import "github.com/vault-lsp/vault-lsp/parser"

// directiveWord is a directive that has an effect here, and is offered.
type directiveWord struct {
	Name string
	Doc  string
	// Argument is the snippet behind the name; empty for a flag.
	Argument string
}

// directiveWords are those of the directives that package parser knows that
// have an effect here.
var directiveWords = []directiveWord{
	{"name", "Names the request, for `--name` and the outline.", "${1:request}"},
	{"no-redirect", "Does not follow redirects.", ""},
	{"timeout", "How long the request may take: `10 s`, `500 ms`, `1 m`; seconds where no unit stands.", "${1:10 s}"},
	{"prompt", "Asks for a value when the request is sent; the request uses it as `{{name}}`. The answers to `password`, `passwd` and `pass` are hidden and masked.", "${1:name} ${2:What is asked}"},
	{"kulala-prompt", "Asks for a value when the request is sent; the same as `@prompt`.", "${1:name} ${2:What is asked}"},
	{"secret", "Asks for a value when the request is sent, hides it while it is typed and masks it; the request uses it as `{{name}}`.", "${1:name} ${2:What is asked}"},
	{"raw-body", "Sends lines of the body that look like comments too.", ""},
}

// lookupDirective finds a directive by any of its spellings. One of other tools
// is known and has no Doc.
func lookupDirective(name string) (directiveWord, bool) {
	spec, known := parser.LookupDirective(name)
	for _, word := range directiveWords {
		if known && word.Name == spec.Name {
			return word, true
		}
	}
	return directiveWord{Name: spec.Name}, known
}

// describes reports whether a directive only says something about a request, so
// that nothing is lost where it has no effect.
func describes(name string) bool { return name == "title" || name == "description" }
