package parser

import (
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// Description is the data model of `vault-lsp parse --json`: the requests of a
// file and what is wrong with it. All spans are byte offsets. Lists are never
// null in JSON.
type Description struct {
	Requests []RequestDescription `json:"requests"`
	Problems []ProblemDescription `json:"problems"`
}

// RequestDescription describes one request.
type RequestDescription struct {
	// Name is the value of # @name.
	Name string `json:"name,omitempty"`
	// Title is what stands behind ###.
	Title      string                 `json:"title,omitempty"`
	Method     string                 `json:"method"`
	Target     string                 `json:"target"`
	Headers    []HeaderDescription    `json:"headers"`
	Body       *BodyDescription       `json:"body,omitempty"`
	Variables  []VariableDescription  `json:"variables"`
	References []ReferenceDescription `json:"references"`
	Runnable   bool                   `json:"runnable"`
	Span       text.Span              `json:"span"`
}

// HeaderDescription describes one header; Value is as written.
type HeaderDescription struct {
	Name  string    `json:"name"`
	Value string    `json:"value"`
	Span  text.Span `json:"span"`
}

// BodyDescription describes a body.
type BodyDescription struct {
	// Kind is "inline", "file" or "mixed".
	Kind string    `json:"kind"`
	Span text.Span `json:"span"`
	// Files are the paths of its < lines, as written.
	Files []FileDescription `json:"files,omitempty"`
	// Comments are the lines inside it that are not sent.
	Comments []text.Span `json:"comments,omitempty"`
}

// FileDescription describes a < path line of a body.
type FileDescription struct {
	Path     string    `json:"path"`
	Expand   bool      `json:"expand,omitempty"`
	Encoding string    `json:"encoding,omitempty"`
	Span     text.Span `json:"span"`
}

// VariableDescription is one use of a variable, also inside a reference.
type VariableDescription struct {
	Name string    `json:"name"`
	Span text.Span `json:"span"`
}

// ReferenceDescription is one secret reference.
type ReferenceDescription struct {
	Provider string             `json:"provider"`
	Fields   []FieldDescription `json:"fields"`
	Span     text.Span          `json:"span"`
}

// FieldDescription is one field of a reference. Value is without its quotes
// and with its escapes resolved, nested variables as written.
type FieldDescription struct {
	Name  string    `json:"name"`
	Value string    `json:"value"`
	Span  text.Span `json:"span"`
}

// ProblemDescription is one problem; Severity is "error", "warning",
// "information" or "hint".
type ProblemDescription struct {
	Code     string    `json:"code"`
	Severity string    `json:"severity"`
	Message  string    `json:"message"`
	Span     text.Span `json:"span"`
}

// Describe returns the description of f. Its references are the calls whose
// name isProvider knows, and those that have fields and nothing else.
func Describe(f *File, isProvider func(name string) bool) Description {
	d := Description{Requests: []RequestDescription{}, Problems: []ProblemDescription{}}
	for _, b := range f.Blocks {
		if b.Request != nil {
			d.Requests = append(d.Requests, describeRequest(f.Src, b, isProvider))
		}
	}
	for _, p := range f.Problems {
		d.Problems = append(d.Problems, ProblemDescription{Code: p.Code, Severity: p.Severity.String(), Message: p.Message, Span: p.Span})
	}
	return d
}

func describeRequest(src string, b *Block, isProvider func(string) bool) RequestDescription {
	r := b.Request
	d := RequestDescription{
		Title:      b.Title.Of(src),
		Method:     r.Method,
		Target:     r.Target.Text(src),
		Headers:    []HeaderDescription{},
		Variables:  []VariableDescription{},
		References: []ReferenceDescription{},
		Runnable:   r.Runnable,
		Span:       r.Span,
	}
	if r.NameSpan != b.Title {
		d.Name = r.Name
	}
	for i := range r.Headers {
		h := &r.Headers[i]
		d.Headers = append(d.Headers, HeaderDescription{Name: h.Name, Value: h.Value.Text(src), Span: h.Span})
	}
	if r.Body != nil {
		d.Body = describeBody(src, r.Body)
	}
	r.EachExpr(func(e *template.Expr) { d.addExpr(src, e, isProvider) })
	return d
}

func describeBody(src string, b *Body) *BodyDescription {
	d := &BodyDescription{Kind: b.Kind.String(), Span: b.Span, Comments: b.Comments}
	for i := range b.Files {
		f := &b.Files[i]
		d.Files = append(d.Files, FileDescription{Path: f.Path.Text(src), Expand: f.Expand, Encoding: f.Encoding, Span: f.Span})
	}
	return d
}

// addExpr adds the variables and the reference of one expression.
func (d *RequestDescription) addExpr(src string, e *template.Expr, isProvider func(string) bool) {
	if e.Kind == template.Variable || e.Kind == template.EncodedVariable {
		d.Variables = append(d.Variables, VariableDescription{Name: e.Name, Span: e.Span})
		return
	}
	for i := range e.Args {
		for _, part := range e.Args[i].Value {
			if part.Expr != nil {
				d.addExpr(src, part.Expr, isProvider)
			}
		}
	}
	if e.Kind == template.Call && (isProvider(e.Name) || hasOnlyFields(e)) {
		d.References = append(d.References, describeReference(src, e))
	}
}

// hasOnlyFields reports whether a call has fields and no other argument.
func hasOnlyFields(e *template.Expr) bool {
	for i := range e.Args {
		if e.Args[i].Name == "" {
			return false
		}
	}
	return len(e.Args) > 0
}

func describeReference(src string, e *template.Expr) ReferenceDescription {
	d := ReferenceDescription{Provider: e.Name, Fields: []FieldDescription{}, Span: e.Span}
	for i := range e.Args {
		a := &e.Args[i]
		value := ""
		for _, part := range a.Value {
			if part.Expr != nil {
				value += part.Span.Of(src)
			} else {
				value += part.Text
			}
		}
		d.Fields = append(d.Fields, FieldDescription{Name: a.Name, Value: value, Span: a.Span})
	}
	return d
}
