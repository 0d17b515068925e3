package awsauth

import (
	"context"
	"errors"

	"github.com/vault-lsp/vault-lsp/providers"
)

// lock waits for the turn of a key and returns the function that ends it.
func (a *Accounts) lock(ctx context.Context, key string) (release func(), err error) {
	a.mu.Lock()
	turn, ok := a.turns[key]
	if !ok {
		turn = make(chan struct{}, 1)
		a.turns[key] = turn
	}
	a.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// SignIn signs a person in as far as the credential needs one: in the browser
// to IAM Identity Center, with the code of an MFA device to a role. A source
// profile that needs it is signed in first. call is for errors.
func (a *Accounts) SignIn(ctx context.Context, call *Call, credential providers.Credential, person providers.Person) error {
	call.title = credential.Profile.Title()
	err := a.signIn(ctx, call, credential, person)
	if err != nil {
		err = &signInError{err}
	}
	return call.explain(ctx, err)
}

// SignOut ends the session of IAM Identity Center that a credential signs in
// with, and removes its token, which is the AWS CLI's too. For any other
// credential there is nothing to do. call is for errors.
func (a *Accounts) SignOut(ctx context.Context, call *Call, credential providers.Credential) error {
	call.title = credential.Profile.Title()
	if credential.Profile.Auth != authSSO && credential.Profile.Auth != authProfile {
		return nil
	}
	account, err := a.Account(ctx, credential)
	if err == nil && account.tokens != nil {
		err = account.tokens.signOut(ctx)
		a.forget(credential)
	}
	return call.explain(ctx, err)
}

// personError is an error of the person or of the editor that asked the person.
type personError struct{ err error }

func (e *personError) Error() string { return "ask: " + e.err.Error() }

func (e *personError) Unwrap() error { return e.err }

func (a *Accounts) signIn(ctx context.Context, call *Call, credential providers.Credential, person providers.Person) error {
	if source := credential.Profile.Fields[fieldSource]; credential.Profile.Auth == authRole && source != "" {
		from, err := credential.Source(source)
		if err != nil {
			return err
		}
		if err := a.signInSource(ctx, call, from, person); err != nil {
			return err
		}
	}
	ask := func(serial string) (string, error) {
		code, err := person.Ask(ctx, providers.Question{Field: "mfaCode", Prompt: "MFA code of " + serial})
		if err != nil {
			return "", &personError{err}
		}
		defer code.Wipe()
		return string(code.Reveal()), nil
	}
	account, err := a.load(ctx, credential, ask)
	if err != nil {
		return err
	}
	if account.tokens != nil {
		if err := account.tokens.signIn(ctx, person); err != nil {
			return err
		}
	}
	// This asks for the MFA code where there is one, and tells whether the
	// sign-in is good for anything.
	if _, err = account.config.Credentials.Retrieve(ctx); err != nil {
		return err
	}
	a.forget(credential)
	return nil
}

// signInSource signs in to the source of a role only if it needs a person:
// a session that still lasts is not thrown away.
func (a *Accounts) signInSource(ctx context.Context, call *Call, credential providers.Credential, person providers.Person) error {
	account, err := a.Account(ctx, credential)
	if err != nil {
		return err
	}
	_, err = account.config.Credentials.Retrieve(ctx)
	var told *providers.Error
	if errors.As(err, &told) && told.Kind == providers.SignInNeeded {
		return a.signIn(ctx, call, credential, person)
	}
	return err
}

// forget drops the account of a credential, so that the next call starts with
// what the sign-in left.
func (a *Accounts) forget(credential providers.Credential) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.held, credential.Fingerprint)
}
