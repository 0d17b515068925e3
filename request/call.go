package request

import (
	"context"

	"github.com/vault-lsp/vault-lsp/secret"
)

// Call is how one plan is sent.
type Call struct {
	// Workspace is the root folder of the file's workspace; permissions are
	// remembered under it.
	Workspace string
	// AllowOrigins are origins that the user named for this call
	// (--allow-host). One with http allows plain http too.
	AllowOrigins []string
	// Ask asks the user. Nil, or an error, means nobody can be asked: denied.
	Ask func(context.Context, Question) (Answer, error)
	// Progress is told what is being done; it may be nil. The text is safe.
	Progress func(string)
	// Grants remembers one-time answers over several sends; nil for a single
	// one.
	Grants *Grants
}

// Question asks whether values may go to an origin.
type Question struct {
	// Origin is scheme://host[:port].
	Origin string
	Method string
	// RedirectFrom is the origin that redirected here; empty for a first hop.
	RedirectFrom string
	Workspace    string
	// Items are every value that needs the answer.
	Items []QuestionItem
}

// QuestionItem is one value of a Question.
type QuestionItem struct {
	Reference string `json:"reference"`
	// Credential is the profile that fetches it: "prod", or "(ambient)". Empty
	// for a source that needs none.
	Credential string `json:"credential"`
	In         string `json:"in"`
}

// Answer is what the user says to a Question.
type Answer int

// The answers. The zero Answer is Deny.
const (
	Deny Answer = iota
	AllowOnce
	Always
)

// CredentialError is why Options.Credential chose none, with what to do.
type CredentialError struct {
	Err  error
	Hint string
}

// Error is the text of Err, which is safe to show.
func (e *CredentialError) Error() string { return e.Err.Error() }

// Unwrap is Err.
func (e *CredentialError) Unwrap() error { return e.Err }

// Secret is one resolved reference, as the resolver gives it.
type Secret struct {
	Ref   secret.Ref
	Value secret.Value
	// Credential is the profile that fetched it; empty is the ambient one.
	Credential string
	// Hit is set if the value came from the cache.
	Hit bool
	// Err is why there is no value; its text is safe to show. Code and Hint
	// are those of the Error that Send returns for it; an empty Code is
	// "unresolved-reference".
	Err  error
	Code string
	Hint string
}
