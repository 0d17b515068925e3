package request

import (
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// The exit statuses that an Error asks of the command line.
const (
	// ExitReference: a reference or variable is invalid, unresolved or not
	// permitted.
	ExitReference = 3
	// ExitSend: the request could not be sent.
	ExitSend = 4
)

// Error is why a request was not sent, or why no response came. It is safe to
// show: it never holds a secret's value.
type Error struct {
	// Code is one of the Code constants, a problem's code of package env, or
	// the kind of a provider's error; stable.
	Code string
	// Message says what and where; Hint what to do, and may be empty.
	Message string
	Hint    string
	// Span is the place in the request file, nil if there is none.
	Span *text.Span
	// Exit is ExitReference or ExitSend.
	Exit int
	err  error
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause, so that a cancelled send is context.Canceled. The
// cause's own text may hold values: show Message instead.
func (e *Error) Unwrap() error { return e.err }

// Problem is one thing that Build found. A plan is made only if none of them
// is an error.
type Problem struct {
	Code     string
	Severity parser.Severity
	Message  string
	Hint     string
	Span     text.Span
	Exit     int
}

// ProblemError returns the first problem that is an error as an *Error, or nil.
func ProblemError(problems []Problem) *Error {
	for _, p := range problems {
		if p.Severity == parser.Error {
			span := p.Span
			return &Error{Code: p.Code, Message: p.Message, Hint: p.Hint, Span: &span, Exit: p.Exit}
		}
	}
	return nil
}
