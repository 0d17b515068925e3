package providers

import (
	"context"
	"fmt"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// SignIn is a Provider with credentials that a person signs in with: in the
// browser, with a device code, with an MFA code. Get, List and Check of such a
// credential answer an *Error of kind SignInNeeded until SignIn has succeeded
// or the Session holds what an earlier one left, and never ask anything
// themselves.
type SignIn interface {
	// SignIn signs in anew and keeps what is needed to stay signed in, in the
	// credential's Session. A credential that needs no person is only checked.
	SignIn(ctx context.Context, credential Credential, person Person) (Identity, error)
}

// SignOut is a Provider whose sign-ins leave more behind than the credential's
// Session holds, such as a token in the files of the vault's own tools.
type SignOut interface {
	// SignOut ends the sign-in as far as it can and forgets what it left; that
	// there is nothing to forget is no error. The Session is deleted by the
	// caller.
	SignOut(ctx context.Context, credential Credential) error
}

// Person is how a provider reaches the user during SignIn. The functions return
// when ctx is done.
type Person struct {
	// OpenURL opens an https or loopback URL in the user's browser. An error
	// means that there is none; the sign-in then cannot go on.
	OpenURL func(ctx context.Context, url string) error
	// ShowCode tells where to enter a device code, and returns at once or when
	// the user has closed the message; an error ends the sign-in.
	ShowCode func(ctx context.Context, code DeviceCode) error
	// Ask asks for a secret answer, such as an MFA code.
	Ask func(ctx context.Context, question Question) (secret.Value, error)
}

// DeviceCode is what the user enters at a URL to sign in (RFC 8628).
type DeviceCode struct {
	URL      string    // where to enter Code
	Complete string    // the same with the code in it; "" if there is none
	Code     string    // "WDJB-MJHT"
	Expires  time.Time // zero if unknown
}

// Question asks for one secret answer.
type Question struct {
	Field  string // stable name of what is asked for: "mfaCode"
	Prompt string // for display: "MFA code of arn:aws:iam::123456789012:mfa/jo"
}

// Session keeps the state of a sign-in, opaque to everyone but the provider,
// encrypted at rest. What is kept belongs to the profile as it is configured
// now; an edit of the profile forgets it.
type Session struct {
	// Load returns the state that was saved last; a zero Value if there is none.
	// The error is an *Error: Locked where a passphrase is needed first.
	Load func(ctx context.Context) (secret.Value, error)
	// Save keeps state, which it copies, in place of what was there.
	Save func(ctx context.Context, state []byte) error
	// Delete forgets it.
	Delete func(ctx context.Context) error
}

// NeedsSignIn is the error of a credential that a person has to sign in with,
// because nobody has yet or because reason, a clause such as "the session has
// expired".
func NeedsSignIn(profile credentials.Profile, reason string, cause error) *Error {
	return &Error{
		Kind: SignInNeeded, Provider: profile.Provider, Op: "sign in",
		Message:    fmt.Sprintf("%s: %s", profile.Title(), reason),
		Credential: profile.Name,
		Hint:       "sign in with `vault-lsp credential login " + profile.Name + "`, or with the command Sign In of your editor",
		Err:        cause,
	}
}
