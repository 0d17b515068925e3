// Package providers defines what a secret provider is and resolves references
// through the cache, the credentials and the providers that are wired in.
package providers

import (
	"context"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Provider reads secrets from one kind of vault. Its methods may be called
// concurrently; they return when ctx is done. Every error is an *Error or the
// error of ctx.
type Provider interface {
	// Name is the provider's name in the reference table: "vault".
	Name() string
	// Get fetches the secret that the locating fields of ref name. It does not
	// look at key, decode, trim, encode or ttl.
	Get(ctx context.Context, credential Credential, ref secret.Ref) (Payload, error)
	// List returns the values a field of a reference can take, never the value
	// of a secret.
	List(ctx context.Context, credential Credential, query Query) ([]Item, error)
	// Check signs in and says who the user is.
	Check(ctx context.Context, credential Credential) (Identity, error)
}

// Resetter is a Provider that keeps logins. The Resolver calls it on a reset.
type Resetter interface {
	// ResetLogins forgets, and where it can revokes, the logins of the profiles
	// that match and returns how many there were.
	ResetLogins(ctx context.Context, match func(credentials.Profile) bool) int
}

// Releaser is a Provider whose vault issues secrets for single reads, with a
// lease, such as a database user. The Resolver calls it on the reset of one
// reference; ResetLogins and Close give everything back.
type Releaser interface {
	// Release gives back what was issued, or is being issued, to the matching
	// profiles for the references that have this locator (secret.Ref.Locator). It
	// returns when that is done, or when ctx is.
	Release(ctx context.Context, locator string, match func(credentials.Profile) bool)
}

// Closer is a Provider with something to end when the program ends, such as
// logins to revoke.
type Closer interface {
	Close(ctx context.Context) error
}

// Credential is a profile together with the way to its material.
type Credential struct {
	Profile credentials.Profile
	// Material fetches a secret field of the profile; its error is an *Error of
	// kind Unauthenticated, with credentials.ErrNoSource as cause where the
	// profile has none.
	Material func(ctx context.Context, field string) (secret.Value, error)
	// Fingerprint identifies the account and its present material; a login kept
	// under another fingerprint must not be used.
	Fingerprint string
	// Session keeps what a person's sign-in left, such as a refresh token,
	// across restarts.
	Session Session
	// Source returns the credential of the same provider that this one builds
	// on: the identity that assumes a role.
	Source func(name string) (Credential, error)
	// Announce is called with every token that a sign-in brought, before it is
	// used, so that it is masked from then on.
	Announce func(secret.Value)
}

// PayloadKind says what the bytes of a Payload are.
type PayloadKind int

// The kinds of payload.
const (
	Text   PayloadKind = iota // text; JSON if a key is asked for
	Binary                    // arbitrary bytes
	Object                    // the bytes of a JSON object, one member a key
)

// Payload is a secret as its vault keeps it, before a key is picked.
type Payload struct {
	Value   secret.Value
	Kind    PayloadKind
	Version string    // as the vault names it; "" if it has none
	Expires time.Time // when the vault says it ends; zero for never
	// Release gives back what the vault issued for this one read; nil where it
	// issued nothing. The cache calls it when it no longer serves the payload. It
	// returns at once and may be called more than once; what nobody calls it for
	// is given back by Releaser, ResetLogins and Close.
	Release func()
}

// Query asks for the values of one field of a reference.
type Query struct {
	Field  string            // the field to complete: "path"
	Known  map[string]string // the fields that are already there
	Prefix string            // what the user has typed of the value
	// Ambient asks with the identity of the environment too, where no credential
	// is configured: a person wants this list, and does not just type.
	Ambient bool
}

// Item is one possible value of a field.
type Item struct {
	Value  string
	Detail string // "version 3, 2026-01-02"; never a secret
}

// Identity is who a credential is.
type Identity struct {
	Name    string // "approle infra"
	Details []Detail
	Expires time.Time // zero for never or unknown
}

// Detail is one line about an Identity: {"policies", "default, app"}.
type Detail struct {
	Name  string
	Value string
}
