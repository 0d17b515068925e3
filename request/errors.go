package request

import (
	"github.com/vault-lsp/vault-lsp/env"
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

// The codes of Error and Problem, besides those of packages env, secret and
// template and the kinds of a provider's errors. They are stable.
const (
	// With ExitReference.
	CodeUnresolved    = "unresolved-reference"   // a vault gave no value, without a kind
	CodeCredential    = "unknown-credential"     // no profile for a reference
	CodeInputNeeded   = "input-needed"           // a prompt without an answer
	CodeBadAnswer     = "bad-answer"             // an answer that is not among the choices
	CodeMissingEnv    = env.CodeMissingEnv       // $processEnv or $dotenv without a value
	CodeBadArgument   = "bad-argument"           // of a system variable
	CodeUnsupported   = "unsupported-variable"   // a system variable without evaluation
	CodeDenied        = "destination-denied"     // the user, or nobody, allowed it
	CodePlainHTTP     = "plain-http"             // a value would go in clear
	CodeDowngrade     = "redirect-downgrade"     // redirected from https to http with a value
	CodePermissions   = "permissions-unreadable" // the state file is damaged
	CodeControlInText = "control-character"      // CR, LF or NUL in request line or header

	// With ExitSend.
	CodeNotRunnable  = "not-runnable"
	CodeBadTarget    = "invalid-target"
	CodeBadScheme    = "unsupported-scheme"
	CodeMissingHost  = "missing-host"
	CodeBadHeader    = "invalid-header"
	CodeBadAuth      = "unsupported-authorization"
	CodeBadDirective = "invalid-directive" // a warning
	CodeBodyFile     = "body-file"
	CodeCancelled    = "cancelled"
	CodeTimeout      = "timeout"
	CodeHostNotFound = "host-not-found"
	CodeRefused      = "connection-refused"
	CodeTLS          = "tls-failed"
	CodeRedirects    = "too-many-redirects"
	CodeBadRedirect  = "invalid-redirect"
	CodeBadResponse  = "invalid-response"
	CodeState        = "state-folder"
	CodeNotSent      = "not-sent"
)

// Error is why a request was not sent, or why no response came. It is safe to
// show: it never holds a secret's value.
type Error struct {
	// Code is one of the Code constants, a problem's code of package parser or env, or
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
	// Prompt is set where an answer of the user's is missing.
	Prompt *env.Prompt
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
