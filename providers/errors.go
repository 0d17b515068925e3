package providers

import (
	"encoding/json"
	"fmt"
	"time"
)

// Kind is what went wrong, as a stable code.
type Kind string

// The kinds of error.
const (
	NotFound         Kind = "not-found"
	KeyNotFound      Kind = "key-not-found"
	Deleted          Kind = "deleted"
	Denied           Kind = "denied"
	Unauthenticated  Kind = "unauthenticated"
	SignInNeeded     Kind = "sign-in-needed" // a person has to sign in; see SignIn
	InvalidReference Kind = "invalid-reference"
	Unavailable      Kind = "unavailable"
	Timeout          Kind = "timeout"
	Throttled        Kind = "throttled"
	Sealed           Kind = "sealed"
	Unsupported      Kind = "unsupported"
	Locked           Kind = "locked"  // a passphrase is needed
	Damaged          Kind = "damaged" // stored data cannot be read
)

// Error is the error of a provider or of the Resolver. Message and Hint are
// safe to show: no secret, no text of an SDK that may repeat one. Err is for
// errors.Is and errors.As only and is never printed, whatever the verb.
type Error struct {
	Kind     Kind
	Provider string // "vault"
	Op       string // "get", "list", "check", "sign in"
	Message  string // a sentence without its full stop
	Hint     string // what to do; may be empty
	// RetryAfter is how long a throttling vault asks to wait; 0 if it does not say.
	RetryAfter time.Duration
	// Credential is the profile that a person has to sign in with, for kind
	// SignInNeeded: the one named by the reference, or one it builds on.
	Credential string
	Err        error
}

// Error gives provider, operation and message.
func (e Error) Error() string {
	s := e.Message
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.Provider != "" {
		s = "$" + e.Provider + " " + s
	}
	return s
}

// Unwrap returns the cause, for errors.Is and errors.As.
func (e Error) Unwrap() error { return e.Err }

// Format prints the text of Error for every verb, so that %+v and %#v do not
// reach the cause.
func (e Error) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(e.Error())) }

// MarshalJSON gives code, message and hint.
func (e Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Code    Kind   `json:"code"`
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
	}{e.Kind, e.Error(), e.Hint})
}
