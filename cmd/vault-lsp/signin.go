package main

import (
	"context"
	"errors"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// maxMends bounds how often one command asks a person to make something
// possible: a passphrase, a sign-in, and the sign-in that one builds on.
const maxMends = 8

// person reaches the user during a sign-in over the terminal, and over the
// browser where there is one. What is asked for goes to standard error, so that
// standard output stays the command's own.
func (a *app) person() providers.Person {
	open := a.browse
	if open == nil {
		open = openBrowser
	}
	return providers.Person{
		OpenURL: func(ctx context.Context, url string) error {
			if err := open(ctx, url); err != nil {
				// Whoever reads this may have a browser that reaches the address.
				a.warnf("Open this address in a browser on this machine to sign in:\n  %s\n", url)
				return nil
			}
			a.warnf("Sign in in the browser that opens. If none does, open:\n  %s\n", url)
			return nil
		},
		ShowCode: func(ctx context.Context, code providers.DeviceCode) error {
			a.warnf("Open %s in any browser and enter the code %s\n", code.URL, code.Code)
			if !code.Expires.IsZero() {
				a.warnf("  (it is valid for %s)\n", inWords(time.Until(code.Expires)))
			}
			address := code.Complete
			if address == "" {
				address = code.URL
			}
			_ = open(ctx, address) // the address has been shown
			return nil
		},
		Ask: func(ctx context.Context, question providers.Question) (secret.Value, error) {
			answer, err := a.askSecret(ctx, question.Prompt)
			return secret.NewValue(answer), err
		},
	}
}

// signIn signs a person in, asking for the passphrase of the kept sign-ins where
// one is needed.
func (a *app) signIn(ctx context.Context, p *parts, name string) (providers.Identity, error) {
	identity, err := p.resolver.SignIn(ctx, name, a.person())
	var e *providers.Error
	if a.terminal && errors.As(err, &e) && e.Kind == providers.Locked && e.Provider != secret.Local {
		if err := a.unlockSignIns(ctx, p); err != nil {
			return providers.Identity{}, err
		}
		identity, err = p.resolver.SignIn(ctx, name, a.person())
	}
	if err != nil {
		return providers.Identity{}, withExit(exitReference, hinted(err))
	}
	return identity, nil
}

// unlockSignIns asks for the passphrase that protects the kept sign-ins, or for
// a new one.
func (a *app) unlockSignIns(ctx context.Context, p *parts) error {
	var passphrase []byte
	var err error
	if p.store.SignInsHavePassphrase() {
		passphrase, err = a.askSecret(ctx, "passphrase of the kept sign-ins (empty: go on without them)")
	} else {
		a.warnf("There is no OS keyring here to keep the sign-in with.\n")
		passphrase, err = a.askNew(ctx, "passphrase to keep it under (empty: forget it when this command ends)")
	}
	if err != nil {
		return usage(err)
	}
	if len(passphrase) == 0 {
		p.store.KeepSignInsInMemory()
		return nil
	}
	defer clear(passphrase)
	if err := p.store.UnlockSignIns(ctx, passphrase); err != nil {
		return withExit(exitReference, hinted(err))
	}
	return nil
}

// withPerson runs do, and again while a person at the terminal can make possible
// what fails: by a passphrase or by signing in. credential names the local vault
// to unlock. The error has its exit status.
func withPerson[T any](ctx context.Context, a *app, p *parts, credential string, do func() (T, error)) (T, error) {
	for range maxMends {
		result, err := do()
		if err == nil {
			return result, nil
		}
		mended, mendErr := a.mend(ctx, p, credential, err)
		if mendErr != nil {
			return result, mendErr
		}
		if !mended {
			return result, exitWith(err)
		}
	}
	result, err := do()
	return result, exitWith(err)
}

// exitWith gives an error of a vault its exit status, where it has none.
func exitWith(err error) error {
	var e *exitError
	if err == nil || errors.As(err, &e) {
		return err
	}
	return withExit(exitReference, hinted(err))
}

// mend asks the person at the terminal for what an error says is missing. It
// reports whether to try again: not where nobody can be asked, asking does not
// help, or the person declines.
func (a *app) mend(ctx context.Context, p *parts, credential string, err error) (bool, error) {
	var e *providers.Error
	if !a.terminal || !errors.As(err, &e) {
		return false, nil
	}
	switch {
	case e.Kind == providers.Locked && e.Provider == secret.Local:
		return true, a.unlock(ctx, p, credential)
	case e.Kind == providers.Locked:
		return true, a.unlockSignIns(ctx, p)
	case e.Kind == providers.SignInNeeded && e.Credential != "" && !a.declined[e.Credential]:
		a.warnf("%s\n", a.mask(e.Message))
		yes, err := a.confirm(ctx, "Sign in now?", true)
		if err != nil || !yes {
			a.decline(e.Credential)
			return false, err
		}
		_, err = a.signIn(ctx, p, e.Credential)
		return true, err
	}
	return false, nil
}

// decline remembers that the person does not want to sign in with a credential
// now, so that a file with many references asks once.
func (a *app) decline(credential string) {
	if a.declined == nil {
		a.declined = map[string]bool{}
	}
	a.declined[credential] = true
}
