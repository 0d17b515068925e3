package providers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// route finds the provider and the credential that references which name it
// use.
func (r *Resolver) route(name, credential string) (Provider, Credential, error) {
	provider, ok := r.providers[name]
	if !ok {
		return nil, Credential{}, unsupported(name)
	}
	c, err := r.Credential(name, credential)
	return provider, c, err
}

// unsupported is the error of a provider that is not wired in.
func unsupported(name string) *Error {
	spec, ok := secret.Lookup(name)
	if !ok {
		return &Error{Kind: InvalidReference, Message: "there is no such provider", Hint: "see the table of providers"}
	}
	return &Error{Kind: Unsupported, Provider: name, Op: "get",
		Message: spec.Label + " cannot be reached yet by this version",
		Hint:    "keep the secret in $vault or $local for now"}
}

// Credential returns the credential that references of provider use which
// name it; name may be "". It does not sign in.
func (r *Resolver) Credential(provider, name string) (Credential, error) {
	profile, err := r.options.Store.Select(provider, name)
	if err != nil {
		return Credential{}, selectError(provider, err)
	}
	return r.credential(r.options.Store.Session(profile), profile, 0), nil
}

// maxSources bounds how many profiles may build on one another.
const maxSources = 8

// credential makes the Credential of a profile with a sign-in. depth counts the
// profiles that build on it.
func (r *Resolver) credential(signIn credentials.Session, profile credentials.Profile, depth int) Credential {
	provider := profile.Provider
	source := func(name string) (Credential, error) {
		if depth >= maxSources {
			return Credential{}, &Error{Kind: Unauthenticated, Provider: provider, Op: "choose credential",
				Message: fmt.Sprintf("more than %d credentials build on one another, up to %q", maxSources, profile.Name),
				Hint:    "look for a circle of source fields in the configuration"}
		}
		from, err := r.options.Store.Select(provider, name)
		if err != nil {
			return Credential{}, selectError(provider, err)
		}
		return r.credential(r.options.Store.Session(from), from, depth+1), nil
	}
	return Credential{
		Profile:     profile,
		Fingerprint: r.fingerprint(signIn, profile, source),
		Source:      source,
		Announce:    r.options.OnValue,
		Session:     session(signIn, profile),
		Material: func(ctx context.Context, field string) (secret.Value, error) {
			value, err := r.options.Store.Material(ctx, profile, field)
			if err != nil {
				return secret.Value{}, materialError(ctx, provider, err)
			}
			r.announce(provider, field, value)
			return value, nil
		},
	}
}

// fingerprint is that of the profile and of the one it builds on, so that an
// edit of either, or another sign-in outside, gives another identity.
func (r *Resolver) fingerprint(signIn credentials.Session, profile credentials.Profile, source func(string) (Credential, error)) string {
	own := signIn.Fingerprint() + r.stamp(profile)
	name := profile.Fields["source"]
	if name == "" {
		return own
	}
	from, err := source(name)
	if err != nil {
		return own
	}
	return own + "+" + from.Fingerprint
}

// session is what is kept of a sign-in, with the errors of this package.
func session(signIn credentials.Session, profile credentials.Profile) Session {
	return Session{
		Load: func(ctx context.Context) (secret.Value, error) {
			state, err := signIn.Load(ctx)
			return state, sessionError(ctx, profile, "read the sign-in", err)
		},
		Save: func(ctx context.Context, state []byte) error {
			return sessionError(ctx, profile, "keep the sign-in", signIn.Save(ctx, state))
		},
		Delete: func(ctx context.Context) error {
			return sessionError(ctx, profile, "forget the sign-in", signIn.Delete(ctx))
		},
	}
}

// sessionError is the *Error for a sign-in that cannot be read or kept: Locked
// where a passphrase is needed, SignInNeeded where signing in again helps.
func sessionError(ctx context.Context, profile credentials.Profile, op string, err error) error {
	var told *credentials.SessionError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case !errors.As(err, &told):
		return &Error{Kind: Unavailable, Provider: profile.Provider, Op: op, Message: "the sign-in cannot be read or kept", Hint: "sign in again", Err: err}
	case told.Reason == credentials.SessionLost:
		return NeedsSignIn(profile, told.Message, err)
	}
	kind := Unavailable
	if told.Reason == credentials.SessionLocked {
		kind = Locked
	}
	return &Error{Kind: kind, Provider: profile.Provider, Op: op, Message: told.Message, Hint: told.Hint, Err: err}
}

// selectError is the *Error for a credential that cannot be chosen. The errors
// of package credentials are safe to show.
func selectError(provider string, err error) *Error {
	e := &Error{Kind: Unauthenticated, Provider: provider, Op: "choose credential", Message: err.Error(),
		Hint: "see your configuration file", Err: err}
	var none *credentials.NoCredentialError
	var config *credentials.ConfigError
	var unknown *credentials.UnknownCredentialError
	switch {
	case errors.As(err, &none):
		e.Hint = none.Hint
	case errors.As(err, &config) && len(config.Problems) > 0:
		first := config.Problems[0]
		e.Message = fmt.Sprintf("the configuration has a mistake at %s:%d:%d: %s", first.Path, first.Line, first.Column, first.Message)
		if more := len(config.Problems) - 1; more > 0 {
			e.Message += fmt.Sprintf(" (and %d more)", more)
		}
		e.Hint = first.Hint
	case errors.Is(err, credentials.ErrAmbiguous):
		e.Hint = "name it in the reference, or make one the default with `vault-lsp credential edit NAME --default`"
	case errors.As(err, &unknown):
		e.Hint = fmt.Sprintf("add it with `vault-lsp credential add %s`, or name another", strings.TrimSpace(unknown.Name))
	}
	return e
}

// SelectHint says what to do where the credential of a provider cannot be
// chosen; err is of credentials.Store.Select.
func SelectHint(provider string, err error) string { return selectError(provider, err).Hint }

// materialError is the *Error for a secret field that cannot be had.
func materialError(ctx context.Context, provider string, err error) error {
	var told *credentials.MaterialError
	switch {
	case errors.As(err, &told):
		return &Error{Kind: Unauthenticated, Provider: provider, Op: "sign in", Message: told.Error(), Hint: told.Hint, Err: err}
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return &Error{Kind: Unauthenticated, Provider: provider, Op: "sign in", Message: "the credential cannot be read", Hint: "check its entry in the configuration", Err: err}
}
