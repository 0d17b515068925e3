package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// ResponseRef is an expression that takes a value out of another request of the
// file or of its response: {{login.response.body.$.token}}.
type ResponseRef struct {
	// Request is the name of the request, a name or a title; in quotes it may
	// hold anything (ruling C19).
	Request text.Span
	Quoted  bool
	// OfRequest is set for .request., whose own text is meant.
	OfRequest bool
	// Part is "body", "headers", "cookies" or another word, PartSpan its place.
	Part     string
	PartSpan text.Span
	// As is "json" or "xml" where asJson or asXml asks for it.
	As string
	// Path is what stands behind the part: a JSONPath, an XPath, a header's name
	// or *; empty for all of it.
	Path     text.Span
	PathKind PathKind
}

// PathKind says what a path is.
type PathKind uint8

// The kinds of path.
const (
	PathNone   PathKind = iota
	PathAll             // *
	PathJSON            // $.a, or a without the $ where JSON is meant
	PathXML             // /a or //a
	PathHeader          // a header's name, also headers['Name'][0]
)

// String returns the name that `parse --json` gives.
func (k PathKind) String() string {
	return [...]string{"", "all", "jsonpath", "xpath", "header"}[k]
}

// ParseResponseRef reads an expression of src as a response reference.
func ParseResponseRef(src string, e *template.Expr) (ref ResponseRef, ok bool) {
	if e.Kind != template.Variable && e.Kind != template.EncodedVariable {
		return ref, false
	}
	name := e.NameSpan.Of(src)
	at, ok := ref.readRequest(name, e.NameSpan.Start)
	if !ok {
		return ref, false
	}
	if rest := name[at:]; strings.HasPrefix(rest, ".request.") {
		ref.OfRequest = true
		at += len(".request.")
	} else if strings.HasPrefix(rest, ".response.") {
		at += len(".response.")
	} else {
		return ref, false
	}
	end := at
	for end < len(name) && name[end] != '.' && name[end] != '[' {
		end++
	}
	ref.PartSpan = text.Span{Start: e.NameSpan.Start + at, End: e.NameSpan.Start + end}
	ref.Part = name[at:end]
	ref.readPath(name, end, e.NameSpan.Start)
	return ref, ref.Part != ""
}

// readRequest reads the request's name, and returns the offset behind it.
func (r *ResponseRef) readRequest(name string, start int) (at int, ok bool) {
	if name == "" {
		return 0, false
	}
	if quote := name[0]; quote == '"' || quote == '\'' {
		end := strings.IndexByte(name[1:], quote)
		if end <= 0 {
			return 0, false
		}
		r.Quoted = true
		r.Request = text.Span{Start: start + 1, End: start + 1 + end}
		return end + 2, true
	}
	at = strings.Index(name, ".response.")
	if i := strings.Index(name, ".request."); i >= 0 && (at < 0 || i < at) {
		at = i
	}
	if at <= 0 {
		return 0, false
	}
	r.Request = text.Span{Start: start, End: start + at}
	return at, true
}

// readPath reads what stands behind the part, at offset at of name.
func (r *ResponseRef) readPath(name string, at, start int) {
	path := strings.TrimPrefix(name[at:], ".")
	if r.Part == "asJson" || r.Part == "asXml" { // of the body
		path = name[at-len(r.Part):]
		r.Part = "body"
	}
	for as, word := range map[string]string{"json": "asJson", "xml": "asXml"} {
		if rest, ok := strings.CutPrefix(path, word); ok && (rest == "" || rest[0] == '.') {
			r.As = as
			path = strings.TrimPrefix(rest, ".")
		}
	}
	if path == "" {
		return
	}
	r.Path = text.Span{Start: start + len(name) - len(path), End: start + len(name)}
	switch {
	case r.Part == "headers":
		r.PathKind = PathHeader
	case path == "*":
		r.PathKind = PathAll
	case path[0] == '/' || r.As == "xml":
		r.PathKind = PathXML
	default:
		r.PathKind = PathJSON
	}
}
