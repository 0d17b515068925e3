package env

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

// WholeHeader returns the variable that stands alone on the first line of the
// request's body, directly behind the head, if its value is a whole header such
// as "Authorization: Basic x". REST Client, which puts values in before it
// parses, sends that header; here a value adds none (ruling C16), and nobody
// wants it for a body.
func (s *Scope) WholeHeader(src string, r *parser.Request) (e *template.Expr, d Definition, ok bool) {
	if r.Body == nil || r.Curl != nil || len(r.Body.Content.Parts) == 0 {
		return nil, d, false
	}
	body := r.Body.Span
	line, _, _ := strings.Cut(body.Of(src), "\n")
	for i := range r.Body.Content.Parts[:min(2, len(r.Body.Content.Parts))] {
		e = r.Body.Content.Parts[i].Expr
		if e != nil {
			break
		}
	}
	if e == nil || e.Kind != template.Variable || strings.TrimSpace(line) != e.Span.Of(src) || !followsText(src[:body.Start]) {
		return nil, d, false
	}
	definitions := s.Lookup(e.Name)
	if len(definitions) == 0 {
		return nil, d, false
	}
	d = definitions[0]
	return e, d, isWholeHeader(d.Template.Span.Of(d.Src))
}

// followsText reports whether the line that ends with before is not blank.
func followsText(before string) bool {
	before = strings.TrimSuffix(strings.TrimSuffix(before, "\n"), "\r")
	return strings.TrimRight(before[strings.LastIndexAny(before, "\r\n")+1:], " \t") != ""
}

// isWholeHeader reports whether value is a header's name, a colon, a blank and
// more.
func isWholeHeader(value string) bool {
	name, rest, ok := strings.Cut(value, ":")
	if !ok || name == "" || !strings.HasPrefix(rest, " ") {
		return false
	}
	for i := range len(name) {
		if c := name[i]; c != '-' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}
