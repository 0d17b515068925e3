package analysis

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/parser"
)

// directiveWord is a directive that is offered and explained.
type directiveWord struct {
	Name string
	// Of are the tools that act on it, where it has no effect here; else empty.
	Of  string
	Doc string
	// Argument is the snippet behind the name; empty for a flag.
	Argument string
	// Describes is set where a directive only says something about a request, so
	// that nothing is lost where it has no effect.
	Describes bool
	// Prevents is set where other tools do not send the request, or ask first.
	Prevents bool
}

// lookupDirective finds a directive by any of its spellings. One that is known
// and has no row has no Doc.
func lookupDirective(name string) (directiveWord, bool) {
	spec, known := parser.LookupDirective(name)
	if !known {
		return directiveWord{}, false
	}
	for _, word := range directiveWords {
		if word.Name == spec.Name {
			return word, true
		}
	}
	for _, family := range directiveFamilies {
		if strings.HasPrefix(spec.Name, family.Name) {
			family.Name = spec.Name
			return family, true
		}
	}
	return directiveWord{Name: spec.Name, Of: "resterm"}, true
}

// camelCase writes a name in dash-case with capital letters.
func camelCase(name string) string {
	words := strings.Split(name, "-")
	for i := 1; i < len(words); i++ {
		if words[i] == "" {
			return name
		}
		words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
	}
	return strings.Join(words, "")
}
