package parser

import (
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// Attachment is what stands beside a request and is not sent with it: scripts,
// assertions, files that take the response, other files to read or run. What a
// script says is opaque; only its place is known.
type Attachment struct {
	Kind AttachmentKind
	// Span is all of it, without blanks at its ends and without the line end.
	Span text.Span
	// Before is true where it stands above its block's request line, or the
	// block has none: such a script runs before the request, and the others
	// behind the response.
	Before bool
	// Code is the text of a script, an assertion, a GraphQL fragment or a pasted
	// response; empty for the others.
	Code text.Span
	// Event is the word of a {{@event block of httpYac, or of {{+event; empty
	// where none is written.
	Event text.Span
	// Everywhere is set for {{+ blocks: they run at every request of the file.
	Everywhere bool
	// Name is what the attachment names: the request of run #Name, the operation
	// of gql name < path, the fragment.
	Name text.Span
	// Path is the file of those that name one.
	Path template.Template
	// Overwrite is set for >>! path.
	Overwrite bool
	// Arguments are the (@name=value, …) of import and run, and the lines of
	// options below proto < path.
	Arguments []Argument
}

// Argument is a name and a value of an attachment.
type Argument struct {
	Span     text.Span
	NameSpan text.Span // without the @
	Value    template.Template
}

// AttachmentKind says what an attachment is.
type AttachmentKind uint8

// The kinds of attachment.
const (
	AttachScript       AttachmentKind = iota // < {% … %}, > {% … %}, a {{ … }} block
	AttachScriptFile                         // > file.js, < file.js above a request
	AttachAssertion                          // ?? status == 200
	AttachOutput                             // >> file, >>! file
	AttachResponseFile                       // <> file
	AttachResponse                           // a pasted HTTP/1.1 200 response
	AttachImport                             // import file
	AttachRun                                // run file, run #Name
	AttachProto                              // proto < file
	AttachGraphQLFile                        // gql name < file above a request
	AttachFragment                           // a GraphQL fragment above a request
)

// String returns the name that `parse --json` gives.
func (k AttachmentKind) String() string {
	return [...]string{
		"script", "script-file", "assertion", "output", "response-file", "response", "import", "run", "proto",
		"graphql-file", "graphql-fragment",
	}[k]
}

// OpenHeader is a line among the headers of which only a value says which
// headers it makes: ...name, which spreads a script's object, or a header whose
// name holds an expression. A request with one cannot run.
type OpenHeader struct {
	Span text.Span
	// Spread is set for ...name; Name is then what stands behind the dots.
	Spread bool
	Name   template.Template
	Value  template.Template
}

// Protocol is how a request travels.
type Protocol uint8

// The protocols that request files name by a method or by a scheme. Requests of
// the others than HTTP and GraphQL are read and cannot run.
const (
	ProtocolHTTP Protocol = iota
	ProtocolGraphQL
	ProtocolGRPC
	ProtocolWebSocket
	ProtocolSSE
	ProtocolMQTT
	ProtocolAMQP
	ProtocolUnix // HTTP over a socket of this machine, unix:/path
)

// String returns the name that `parse --json` gives.
func (p Protocol) String() string {
	return [...]string{"http", "graphql", "grpc", "websocket", "sse", "mqtt", "amqp", "unix"}[p]
}
