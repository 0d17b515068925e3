// Package parser turns the text of a .http file into a lossless tree: every
// byte of the file has a place, parsing never fails, and what is wrong is
// listed as problems with spans. It knows the dialect's constructs but no
// provider, no environment and no network.
package parser

import (
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// File is the tree of one source text. It is immutable after Parse.
type File struct {
	Src      string
	Language Language
	// Blocks tile the file: the first begins at 0, each next one at a ###
	// separator line, behind a fence of Markdown or AsciiDoc, or, where ruling C9 accepts a request without one, at that
	// request's first line; the last ends at len(Src). There is always at least
	// one.
	Blocks []*Block
	// Variables are all `@name = value` lines of the file in order.
	Variables []*Variable
	// Problems are everything wrong with the file's syntax, in file order,
	// those of its expressions included.
	Problems []Problem

	// sources are the blocks from which on the tree holds on to another source
	// than the blocks before them do; Src is the last one.
	sources []int
}

// Block is the text from one ### separator to the next.
type Block struct {
	Span text.Span
	// Title is the text behind ###, trimmed; empty when there is none.
	Title text.Span
	// Items tile the block, in order: whole lines, their ends included. Blank
	// lines behind each other, a script, a comment of several lines, a body with
	// the comments inside it, and a pasted response are one item each.
	Items      []Item
	Directives []Directive
	Variables  []*Variable
	// Attachments are the scripts, assertions, commands and the like, in order.
	Attachments []Attachment
	// Request is nil when the block holds none.
	Request *Request
}

// Item is one piece of a block.
type Item struct {
	Kind ItemKind
	Span text.Span
}

// ItemKind says what an item is.
type ItemKind uint8

// The kinds of item.
const (
	ItemBlank ItemKind = iota
	ItemSeparator
	ItemComment
	ItemDirective
	ItemVariable
	ItemRequestLine
	ItemTargetLine // a line that continues the request target
	ItemHeader
	ItemBody
	ItemScript   // < {% … %}, > {% … %}, > file.js, a {{ … }} block, ?? assertion
	ItemOutput   // >> file, >>! file
	ItemResponse // <> file, or a pasted HTTP/1.1 200 response
	ItemCommand  // import …, run …, proto < file
	ItemUnknown  // a line that belongs nowhere; always with an error
	ItemGraphQL  // gql name < file and fragments above a request
	ItemProse    // text around the requests of a Markdown or AsciiDoc file
)

// String returns a word for the kind, for tests and traces.
func (k ItemKind) String() string {
	return [...]string{
		"blank", "separator", "comment", "directive", "variable", "request-line", "target-line", "header",
		"body", "script", "output", "response", "command", "unknown", "graphql", "prose",
	}[k]
}

// Directive is a `# @name value` or `// @name value` line.
type Directive struct {
	Span      text.Span
	Name      string // without the @
	NameSpan  text.Span
	Value     string // trimmed
	ValueSpan text.Span
	// Assigned is true where = stands behind the name, as in `# @name = login`
	// or in a variable line that was made a comment.
	Assigned bool
}

// Variable is a `@name = value` line.
type Variable struct {
	Span     text.Span
	Name     string // of @global.name without the global
	NameSpan text.Span
	Value    template.Template
	// Global is set for @global.name = value of httpYac.
	Global bool
	// Lazy is set for @name := value of httpYac.
	Lazy bool
	// Escapes are the places of \n, \r, \t and \\ in the value's text, which
	// REST Client resolves.
	Escapes []text.Span
	// Block is the index of the block that holds it.
	Block int
}

// Request is one request of the file.
type Request struct {
	// Span runs from the request line to the end of the body, or of the last
	// header, without the line end.
	Span text.Span
	// Name is the value of # @name, else the title with a letter or a digit; empty
	// when neither stands.
	Name     string
	NameSpan text.Span
	// Method is upper case, GET where none is written.
	Method     string
	MethodSpan text.Span // empty where none is written
	// LineSpan is the request line without its line end; of a curl command its
	// first line, where the method need not stand.
	LineSpan text.Span
	// Target is the request target, joined over its lines (each trimmed).
	Target  template.Template
	Version text.Span // of "HTTP/1.1"; empty when none is written
	// Protocol is what the method or the target's scheme asks for.
	Protocol Protocol
	Headers  []Header
	// OpenHeaders are the lines among the headers whose names are not known.
	OpenHeaders []OpenHeader
	Body        *Body // nil when there is none
	// Curl is set where the request is written as a curl command.
	Curl *Curl
	// Runnable is false if the block cannot be sent as it stands; Problems of
	// the file say why.
	Runnable bool
	// Block is the index of the block that holds it.
	Block int
}

// Header is one `Name: value` line, its folded lines included, or an option of
// a curl command that makes a header.
type Header struct {
	Span     text.Span // without the line end
	Name     string
	NameSpan text.Span // empty where an option says which header it is
	Value    template.Template
	// Basic is set for curl -u: the value is user:password of the Basic scheme.
	Basic bool
}

// BodyKind says how a body is written.
type BodyKind uint8

// The kinds of body.
const (
	BodyInline BodyKind = iota // text in the file
	BodyFile                   // only `< file`
	BodyMixed                  // text and `< file` lines (multipart)
)

// String returns the name that `parse --json` gives: "inline", "file", "mixed".
func (k BodyKind) String() string {
	return [...]string{"inline", "file", "mixed"}[k]
}

// Body is a request's body.
type Body struct {
	// Span is what is sent, comment lines between included: blank lines at both
	// ends and the last line end are left out.
	Span text.Span
	Kind BodyKind
	// Content is the text that is sent; comment lines are left out as gaps.
	// `< file` lines are gaps too and listed in Files.
	Content template.Template
	Files   []FileRef
	// Comments are the lines between that are comments and not sent (ruling C1:
	// lines beginning with # or // are, except in media types where they mean
	// something else).
	Comments []text.Span
	// Messages are what lines of === separate, in requests that send several;
	// nil where there is no such line.
	Messages []Message
}

// Message is one of several messages of a body.
type Message struct {
	// Span is what is sent, without blank lines at its ends; it may be empty.
	Span text.Span
	// Separator is the === line before it; empty for the first message.
	Separator text.Span
	// WaitForServer is set for === wait-for-server.
	WaitForServer bool
}

// FileRef is a `< path`, `<@ path` or `gql name < path` line of a body.
type FileRef struct {
	Span     text.Span // the line without its end
	Path     template.Template
	Expand   bool   // <@: variables inside the file are expanded
	Encoding string // of <@latin1; empty for UTF-8
	// GraphQL is set for gql name < path, whose file is the query; Operation is
	// the name, empty where none is written.
	GraphQL   bool
	Operation text.Span
}

// Severity grades a problem.
type Severity uint8

// The severities, in the order of the Language Server Protocol.
const (
	Error Severity = iota + 1
	Warning
	Information
	Hint
)

// String returns the lower-case name: "error", "warning", "information", "hint".
func (s Severity) String() string {
	return [...]string{"", "error", "warning", "information", "hint"}[s]
}

// Problem is one thing wrong with the file's syntax. Code is stable and
// documented; Message says what, and what to do.
type Problem struct {
	Code     string
	Severity Severity
	Message  string
	Span     text.Span
}

// EachExpr calls visit for every top-level expression of the request in file
// order: target, headers, body.
func (r *Request) EachExpr(visit func(*template.Expr)) {
	each := func(t template.Template) {
		for _, p := range t.Parts {
			if p.Expr != nil {
				visit(p.Expr)
			}
		}
	}
	each(r.Target)
	for i := range r.Headers {
		each(r.Headers[i].Value)
	}
	if r.Body != nil {
		each(r.Body.Content)
		for i := range r.Body.Files {
			each(r.Body.Files[i].Path)
		}
	}
}
