package request

import (
	"fmt"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
)

// The placements of a value in a request. A header's is InHeader and its
// canonical name.
const (
	InURL    = "url" // the value supplies the origin, or part of it
	InPath   = "path"
	InQuery  = "query"
	InBody   = "body"
	InHeader = "header:"
)

// Use is one value of the user's (not of the workspace) that the request
// carries: a secret reference, an environment variable of the process, or a
// variable of the editor's own settings.
type Use struct {
	// Reference is the canonical print: "{{$vault path=app/db}}",
	// "{{$processEnv TOKEN}}", "{{token}}".
	Reference string
	// Ref is the secret reference; nil for other sources.
	Ref *secret.Ref
	// In is the placement.
	In string
	// Span is the outermost expression in the request file.
	Span text.Span

	// value is that of a source without a reference.
	value secret.Value
	// written is set if the value stands in the request's text already, which
	// is masked like other private text.
	written bool
}

// Plan is a request that can be sent, its secrets still references. It is
// immutable and may be sent any number of times.
type Plan struct {
	Name   string
	Method string
	// Span is the request in its file.
	Span text.Span
	// Uses are the values that are bound to destinations: those of the target
	// first, then the headers', then the body's.
	Uses []Use
	// Warnings are what the user should know although the request can be sent.
	Warnings []string
	// Timeout is that of # @timeout, 0 if there is none.
	Timeout time.Duration
	// NoRedirect is set by # @no-redirect.
	NoRedirect bool

	target  target
	headers []header
	body    body
	// private are literal texts that are masked in what comes back.
	private []string
}

// Format prints name, method and number of uses for every verb, so that no
// value of the process's environment shows when a plan is printed.
func (p Plan) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "plan %s %s (%d uses)", p.Name, p.Method, len(p.Uses))
}

// Format prints reference and placement for every verb.
func (u Use) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%s (%s)", u.Reference, u.In) }
