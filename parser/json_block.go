package parser

import (
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// BlockDescription describes one block: from a separator to the next.
type BlockDescription struct {
	Title string `json:"title,omitempty"`
	// Kind is "request", "shared" (the block of that title), "global" (no request
	// and something for other blocks) or "empty".
	Kind        string                  `json:"kind"`
	Items       []ItemDescription       `json:"items"`
	Directives  []DirectiveDescription  `json:"directives,omitempty"`
	Attachments []AttachmentDescription `json:"attachments,omitempty"`
	Span        text.Span               `json:"span"`
}

// ItemDescription is one piece of a block. The items of a block, and the blocks
// of a file, follow each other without a gap.
type ItemDescription struct {
	Kind string    `json:"kind"`
	Span text.Span `json:"span"`
}

// DirectiveDescription describes a # @name line.
type DirectiveDescription struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
	// Known is the name in the table of directives; empty for an unknown one.
	Known string    `json:"known,omitempty"`
	Span  text.Span `json:"span"`
}

// DefinitionDescription describes an @name = value line.
type DefinitionDescription struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Global bool   `json:"global,omitempty"`
	Lazy   bool   `json:"lazy,omitempty"`
	// Escapes are the places of \n, \r, \t and \\ in the value.
	Escapes []text.Span `json:"escapes,omitempty"`
	Span    text.Span   `json:"span"`
}

// AttachmentDescription describes an Attachment. Code is the place of a
// script's text, which is not repeated.
type AttachmentDescription struct {
	Kind       string                `json:"kind"`
	Before     bool                  `json:"before,omitempty"`
	Event      string                `json:"event,omitempty"`
	Everywhere bool                  `json:"everywhere,omitempty"`
	Name       string                `json:"name,omitempty"`
	Path       string                `json:"path,omitempty"`
	Overwrite  bool                  `json:"overwrite,omitempty"`
	Arguments  []ArgumentDescription `json:"arguments,omitempty"`
	Code       *text.Span            `json:"code,omitempty"`
	Span       text.Span             `json:"span"`
}

// ArgumentDescription describes an Argument.
type ArgumentDescription struct {
	Name  string    `json:"name"`
	Value string    `json:"value"`
	Span  text.Span `json:"span"`
}

// String returns the name that `parse --json` gives.
func (l Language) String() string { return [...]string{"http", "markdown", "asciidoc"}[l] }

// IsShared reports whether the block is Kulala's block of what all requests of
// the file share: the one with the title Shared.
func (b *Block) IsShared(src string) bool { return b.Title.Of(src) == "Shared" }

// IsGlobal reports whether the block has no request and holds something for the
// requests of other blocks, as httpYac's global regions do.
func (b *Block) IsGlobal() bool {
	return b.Request == nil && len(b.Variables)+len(b.Attachments)+len(b.Directives) > 0
}

func describeBlock(src string, b *Block) BlockDescription {
	d := BlockDescription{Title: b.Title.Of(src), Kind: "empty", Items: []ItemDescription{}, Span: b.Span}
	switch {
	case b.IsShared(src):
		d.Kind = "shared"
	case b.Request != nil:
		d.Kind = "request"
	case b.IsGlobal():
		d.Kind = "global"
	}
	for _, item := range b.Items {
		d.Items = append(d.Items, ItemDescription{Kind: item.Kind.String(), Span: item.Span})
	}
	for i := range b.Directives {
		v := &b.Directives[i]
		spec, _ := LookupDirective(v.Name)
		d.Directives = append(d.Directives, DirectiveDescription{Name: v.Name, Value: v.Value, Known: spec.Name, Span: v.Span})
	}
	for i := range b.Attachments {
		d.Attachments = append(d.Attachments, describeAttachment(src, &b.Attachments[i]))
	}
	return d
}

func describeAttachment(src string, a *Attachment) AttachmentDescription {
	d := AttachmentDescription{
		Kind: a.Kind.String(), Before: a.Before, Event: a.Event.Of(src), Everywhere: a.Everywhere, Name: a.Name.Of(src),
		Path: a.Path.Text(src), Overwrite: a.Overwrite, Span: a.Span,
	}
	if !a.Code.IsEmpty() {
		d.Code = &a.Code
	}
	for i := range a.Arguments {
		argument := &a.Arguments[i]
		d.Arguments = append(d.Arguments, ArgumentDescription{Name: argument.NameSpan.Of(src), Value: argument.Value.Text(src), Span: argument.Span})
	}
	return d
}

func describeDefinition(src string, v *Variable) DefinitionDescription {
	return DefinitionDescription{Name: v.Name, Value: v.Value.Text(src), Global: v.Global, Lazy: v.Lazy, Escapes: v.Escapes, Span: v.Span}
}

// ResponseDescription describes a ResponseRef.
type ResponseDescription struct {
	Request   string    `json:"request"`
	OfRequest bool      `json:"ofRequest,omitempty"`
	Part      string    `json:"part"`
	As        string    `json:"as,omitempty"`
	Path      string    `json:"path,omitempty"`
	PathKind  string    `json:"pathKind,omitempty"`
	Span      text.Span `json:"span"`
}

func describeResponse(src string, e *template.Expr, r ResponseRef) ResponseDescription {
	return ResponseDescription{
		Request: r.Request.Of(src), OfRequest: r.OfRequest, Part: r.Part, As: r.As,
		Path: r.Path.Of(src), PathKind: r.PathKind.String(), Span: e.Span,
	}
}
