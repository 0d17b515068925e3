package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// Description is the data model of `vault-lsp parse --json`: the requests of a
// file and what is wrong with it. All spans are byte offsets. Lists are never
// null in JSON.
type Description struct {
	// Language is "http", "markdown" or "asciidoc".
	Language string               `json:"language"`
	Requests []RequestDescription `json:"requests"`
	// Variables are all definitions of the file in order.
	Variables []DefinitionDescription `json:"variables"`
	Blocks    []BlockDescription      `json:"blocks"`
	Problems  []ProblemDescription    `json:"problems"`
}

// RequestDescription describes one request.
type RequestDescription struct {
	// Name is the value of # @name.
	Name string `json:"name,omitempty"`
	// Title is what stands behind ###.
	Title  string `json:"title,omitempty"`
	Method string `json:"method"`
	Target string `json:"target"`
	// TargetSpan goes from the target's first to its last byte, over all its
	// lines.
	TargetSpan text.Span `json:"targetSpan"`
	// Version is the HTTP/x behind the target.
	Version string `json:"version,omitempty"`
	// Protocol is "http", "graphql", "grpc", "websocket" and so on.
	Protocol string              `json:"protocol"`
	Headers  []HeaderDescription `json:"headers"`
	// OpenHeaders are lines among the headers whose names only a value says.
	OpenHeaders []OpenHeaderDescription `json:"openHeaders,omitempty"`
	Body        *BodyDescription        `json:"body,omitempty"`
	// Curl are the options of a request that is written as a curl command.
	Curl       []OptionDescription    `json:"curl,omitempty"`
	Variables  []VariableDescription  `json:"variables"`
	References []ReferenceDescription `json:"references"`
	// Calls are those of system variables.
	Calls []CallDescription `json:"calls,omitempty"`
	// Responses are the values taken out of other requests and their responses;
	// they are among Variables too.
	Responses []ResponseDescription `json:"responses,omitempty"`
	// Block is the index in Blocks.
	Block    int       `json:"block"`
	Runnable bool      `json:"runnable"`
	Span     text.Span `json:"span"`
}

// OpenHeaderDescription describes ...name, or a header whose name holds an
// expression.
type OpenHeaderDescription struct {
	Spread bool      `json:"spread,omitempty"`
	Name   string    `json:"name"`
	Value  string    `json:"value,omitempty"`
	Span   text.Span `json:"span"`
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
	// Structure is what stands inside it, by its media type.
	Structure StructureDescription `json:"structure"`
	// Files are the paths of its < lines, as written.
	Files []FileDescription `json:"files,omitempty"`
	// Comments are the lines inside it that are not sent.
	Comments []text.Span `json:"comments,omitempty"`
	// Messages are what === separates.
	Messages []MessageDescription `json:"messages,omitempty"`
}

// FileDescription describes a < path line of a body.
type FileDescription struct {
	Path     string    `json:"path"`
	Expand   bool      `json:"expand,omitempty"`
	Encoding string    `json:"encoding,omitempty"`
	GraphQL  bool      `json:"graphql,omitempty"`
	Span     text.Span `json:"span"`
}

// VariableDescription is one use of a variable, also inside a reference.
type VariableDescription struct {
	Name string `json:"name"`
	// Encoded is set for {{%name}}.
	Encoded bool      `json:"encoded,omitempty"`
	Span    text.Span `json:"span"`
}

// CallDescription is one call of a system variable, {{$name …}}. The arguments
// are those in parentheses where there are any, without quotes and with escapes
// resolved, nested variables as written.
type CallDescription struct {
	Name      string    `json:"name"`
	Arguments []string  `json:"arguments,omitempty"`
	Span      text.Span `json:"span"`
}

// ReferenceDescription is one secret reference.
type ReferenceDescription struct {
	// Provider is the word behind $, or the scheme of another tool's reference:
	// "ref+vault", "op".
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
	d := Description{
		Language: f.Language.String(), Requests: []RequestDescription{}, Variables: []DefinitionDescription{},
		Blocks: []BlockDescription{}, Problems: []ProblemDescription{},
	}
	for _, b := range f.Blocks {
		d.Blocks = append(d.Blocks, describeBlock(f.Src, b))
		if b.Request != nil {
			d.Requests = append(d.Requests, describeRequest(f, b, isProvider))
		}
	}
	for _, v := range f.Variables {
		d.Variables = append(d.Variables, describeDefinition(f.Src, v))
	}
	for _, p := range f.Problems {
		d.Problems = append(d.Problems, ProblemDescription{Code: p.Code, Severity: p.Severity.String(), Message: p.Message, Span: p.Span})
	}
	return d
}

func describeRequest(f *File, b *Block, isProvider func(string) bool) RequestDescription {
	src, r := f.Src, b.Request
	d := RequestDescription{
		Title:      b.Title.Of(src),
		Method:     r.Method,
		Target:     r.Target.Text(src),
		TargetSpan: r.Target.Span,
		Version:    r.Version.Of(src),
		Protocol:   r.Protocol.String(),
		Block:      r.Block,
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
	for i := range r.OpenHeaders {
		h := &r.OpenHeaders[i]
		d.OpenHeaders = append(d.OpenHeaders, OpenHeaderDescription{Spread: h.Spread, Name: h.Name.Text(src), Value: h.Value.Text(src), Span: h.Span})
	}
	if r.Curl != nil {
		for i := range r.Curl.Options {
			o := &r.Curl.Options[i]
			d.Curl = append(d.Curl, OptionDescription{Name: o.Name, Value: o.Value.Text(src), Span: o.Span})
		}
	}
	if r.Body != nil {
		d.Body = describeBody(f, r)
	}
	r.EachExpr(func(e *template.Expr) { d.addExpr(src, e, isProvider) })
	return d
}

func describeBody(f *File, r *Request) *BodyDescription {
	src, b := f.Src, r.Body
	d := &BodyDescription{Kind: b.Kind.String(), Span: b.Span, Comments: b.Comments, Structure: describeStructure(f, r)}
	for _, message := range b.Messages {
		d.Messages = append(d.Messages, MessageDescription{WaitForServer: message.WaitForServer, Span: message.Span})
	}
	for i := range b.Files {
		file := &b.Files[i]
		d.Files = append(d.Files, FileDescription{Path: file.Path.Text(src), Expand: file.Expand, Encoding: file.Encoding, GraphQL: file.GraphQL, Span: file.Span})
	}
	return d
}

// addExpr adds the variables and the reference of one expression.
func (d *RequestDescription) addExpr(src string, e *template.Expr, isProvider func(string) bool) {
	if e.Kind == template.Variable || e.Kind == template.EncodedVariable {
		d.Variables = append(d.Variables, VariableDescription{Name: e.Name, Encoded: e.Kind == template.EncodedVariable, Span: e.Span})
		if ref, ok := ParseResponseRef(src, e); ok {
			d.Responses = append(d.Responses, describeResponse(src, e, ref))
		}
		return
	}
	if e.Kind == template.Foreign {
		scheme, _, _ := strings.Cut(e.Name, "://")
		d.References = append(d.References, ReferenceDescription{Provider: scheme, Fields: []FieldDescription{}, Span: e.Span})
		return
	}
	for i := range e.Args {
		for _, part := range e.Args[i].Value {
			if part.Expr != nil {
				d.addExpr(src, part.Expr, isProvider)
			}
		}
	}
	switch {
	case e.Kind != template.Call:
	case isProvider(e.Name) || hasOnlyFields(e):
		d.References = append(d.References, describeReference(src, e))
	default:
		d.Calls = append(d.Calls, describeCall(src, e))
	}
}

func describeCall(src string, e *template.Expr) CallDescription {
	d := CallDescription{Name: e.Name, Span: e.Span}
	for i := range e.Args {
		value := argumentText(src, &e.Args[i])
		if e.Args[i].Name != "" {
			value = e.Args[i].Name + "=" + value
		}
		d.Arguments = append(d.Arguments, value)
	}
	name, inside, found := strings.Cut(strings.Join(append([]string{e.Name}, d.Arguments...), " "), "(")
	inside, closed := strings.CutSuffix(inside, ")")
	if !found || !closed || !strings.HasPrefix(e.Name, "random.") {
		// A parenthesis in a title or in a format is a part of it.
		return d
	}
	d.Name, d.Arguments = strings.TrimSpace(name), nil
	if strings.TrimSpace(inside) != "" {
		for argument := range strings.SplitSeq(inside, ",") {
			d.Arguments = append(d.Arguments, strings.TrimSpace(argument))
		}
	}
	return d
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
		d.Fields = append(d.Fields, FieldDescription{Name: a.Name, Value: argumentText(src, a), Span: a.Span})
	}
	return d
}

// argumentText is an argument's value, nested variables as written.
func argumentText(src string, a *template.Arg) string {
	value := ""
	for _, part := range a.Value {
		if part.Expr != nil {
			value += part.Span.Of(src)
		} else {
			value += part.Text
		}
	}
	return value
}
