package lsp

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
)

// The codes of failures of a sign-in, beside the kinds of a provider's errors.
const (
	codeSignInNeeded    = string(providers.SignInNeeded)
	codeInputNeeded     = "input-needed"      // an answer such as an MFA code
	codeSignInCancelled = "sign-in-cancelled" // by the user, in the sign-in itself
)

// errSignInCancelled is the cause of a sign-in's end that the user wanted.
var errSignInCancelled = errors.New("the user cancelled the sign-in")

// signIns are the sign-ins under way. A credential has one at most, however
// many requests wait for it.
type signIns struct {
	mu      sync.Mutex
	running map[string]*signInRun
	// succeeded counts the sign-ins of a credential, so that who has been refused
	// before one knows that it is worth trying again.
	succeeded map[string]int
}

// signInRun is one sign-in. What it answers is set when done is closed.
type signInRun struct {
	done    chan struct{}
	cancel  context.CancelCauseFunc
	waiting int // how many wait; signIns.mu guards it

	identity providers.Identity
	err      error
}

// count returns how many sign-ins of a credential have succeeded.
func (t *signIns) count(name string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.succeeded[name]
}

// cancel ends the sign-in of a credential and reports whether there was one.
func (t *signIns) cancel(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	run := t.running[name]
	if run != nil {
		run.cancel(errSignInCancelled)
	}
	return run != nil
}

// signIn signs in with a credential and waits until that has ended. It joins
// the sign-in of the same credential that is under way. The sign-in ends when
// nobody waits for it any longer.
//
// agree, where it is not nil, asks the user first; an error of it ends the
// sign-in.
func (s *session) signIn(ctx context.Context, profile credentials.Profile, progress *progressReport, agree func(context.Context) error) (providers.Identity, error) {
	t := &s.signIns
	t.mu.Lock()
	run := t.running[profile.Name]
	if run == nil {
		run = s.beginSignIn(profile, progress, agree)
	}
	run.waiting++
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if run.waiting--; run.waiting == 0 {
			run.cancel(context.Canceled)
		}
	}()
	select {
	case <-run.done:
		return run.identity, run.err
	case <-ctx.Done():
		return providers.Identity{}, ctx.Err()
	}
}

// beginSignIn starts a sign-in; signIns.mu is held.
func (s *session) beginSignIn(profile credentials.Profile, progress *progressReport, agree func(context.Context) error) *signInRun {
	ctx, cancel := context.WithCancelCause(s.base)
	run := &signInRun{done: make(chan struct{}), cancel: cancel}
	if s.signIns.running == nil {
		s.signIns.running, s.signIns.succeeded = map[string]*signInRun{}, map[string]int{}
	}
	s.signIns.running[profile.Name] = run
	end := func() {
		s.signIns.mu.Lock()
		delete(s.signIns.running, profile.Name)
		if run.err == nil {
			s.signIns.succeeded[profile.Name]++
		}
		s.signIns.mu.Unlock()
		cancel(nil)
		close(run.done)
	}
	started := s.dispatch.spawn(func() {
		defer func() {
			if r := recover(); r != nil {
				s.dispatch.logPanic("sign-in", r)
				run.err = &Failure{Code: "failed", Message: "internal error in the sign-in"}
			}
			end()
		}()
		run.identity, run.err = s.carryOutSignIn(ctx, cancel, profile, progress, agree)
	})
	if !started {
		run.err = context.Canceled
		delete(s.signIns.running, profile.Name)
		cancel(nil)
		close(run.done)
	}
	return run
}

// carryOutSignIn asks, signs in, and remembers who the credential is.
func (s *session) carryOutSignIn(ctx context.Context, cancel context.CancelCauseFunc, profile credentials.Profile, progress *progressReport, agree func(context.Context) error) (providers.Identity, error) {
	if agree != nil {
		if err := agree(ctx); err != nil {
			return providers.Identity{}, err
		}
	}
	p := &person{s: s, profile: profile, progress: progress, flow: ctx, cancel: cancel}
	identity, err := s.deps.Vaults.SignIn(ctx, profile.Name, providers.Person{OpenURL: p.openURL, ShowCode: p.showCode, Ask: p.ask})
	p.end()
	switch {
	case err == nil:
		s.identities.set(profile.Name, identity)
		s.live.reset()
		return identity, nil
	case errors.Is(context.Cause(ctx), errSignInCancelled):
		return identity, &Failure{
			Code: codeSignInCancelled, Message: fmt.Sprintf("the sign-in with %s was cancelled", profile.Title()),
			Hint: "sign in again when you are ready", Action: signInAction(profile.Name),
		}
	case p.missing != nil:
		return identity, p.missing
	}
	s.identities.forget(profile.Name)
	return identity, s.vaultFailure(err, profile.Provider, profile.Name)
}

// signInAction is the command that signs in with a credential.
func signInAction(name string) *FailureAction {
	if name == "" {
		return nil // nobody can sign in with what the machine gives
	}
	return &FailureAction{
		Title: "Sign In", Command: "vault-lsp.loginCredential", Arguments: []any{credentialArgs{Name: name}},
	}
}

// loginCredential signs in anew with a credential profile. What the profile
// fetched before is forgotten.
func (s *session) loginCredential(ctx context.Context, inv invocation, args credentialArgs) (*identityInfo, error) {
	profile, err := s.deps.Credentials.Profile(args.Name)
	if err != nil {
		return nil, credentialFailure(err)
	}
	ctx, progress, end := s.beginProgress(ctx, inv.token, "Signing in with "+profile.Title())
	defer end()
	identity, err := s.signIn(ctx, profile, progress, nil)
	if err != nil {
		return nil, err
	}
	return s.identityInfo(profile, identity), nil
}

// logoutCredential forgets the sign-in of a person with a profile, and what it
// fetched.
func (s *session) logoutCredential(ctx context.Context, _ invocation, args credentialArgs) (credentialArgs, error) {
	profile, err := s.deps.Credentials.Profile(args.Name)
	if err != nil {
		return args, credentialFailure(err)
	}
	s.signIns.cancel(args.Name)
	if err := s.deps.Vaults.SignOut(ctx, args.Name); err != nil {
		return args, s.vaultFailure(err, profile.Provider, args.Name)
	}
	s.credentialChanged(args.Name)
	return args, nil
}

// cancelledSignIn is the result of cancelSignIn.
type cancelledSignIn struct {
	Name      string `json:"name"`
	Cancelled bool   `json:"cancelled"`
}

func (s *session) cancelSignIn(_ context.Context, _ invocation, args credentialArgs) (cancelledSignIn, error) {
	return cancelledSignIn{Name: args.Name, Cancelled: s.signIns.cancel(args.Name)}, nil
}
