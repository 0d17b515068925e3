package lsp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"

	"go.uber.org/zap"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/secret"
)

// answerSignIn agrees to sign in.
const answerSignIn = "Sign In"

// resolveSigningIn is resolve for a user who waits for a send: where a person
// has to sign in first, it asks whether to, signs in, and resolves again.
// Nothing has been sent by then, so the send just goes on.
func (s *session) resolveSigningIn(resolve func(context.Context, []secret.Ref) []request.Secret) func(context.Context, []secret.Ref) []request.Secret {
	if resolve == nil {
		return nil
	}
	return func(ctx context.Context, refs []secret.Ref) []request.Secret {
		before := s.signIns.succeededBefore()
		secrets := resolve(ctx, refs)
		tried := signInsOf(ctx)
		for i := range secrets {
			if secrets[i].Code != codeSignInNeeded || secrets[i].Credential == "" || ctx.Err() != nil {
				continue
			}
			name := secrets[i].Credential
			err := tried.once(name, func() error { return s.signInForSend(ctx, name, secrets[i].Err, before[name]) })
			if err == nil {
				secrets[i] = resolve(ctx, refs[i:i+1])[0]
				continue
			}
			secrets[i].Err = err
			var failure *Failure
			if errors.As(err, &failure) {
				secrets[i].Err, secrets[i].Code, secrets[i].Hint = refusal{failure}, failure.Code, failure.Hint
			}
		}
		return secrets
	}
}

// triedSignIns are the sign-ins that one command has tried, so that the user is
// asked once for each credential.
type triedSignIns struct {
	mu    sync.Mutex
	tried map[string]error
}

// once returns what try returned for that credential the first time.
func (t *triedSignIns) once(name string, try func() error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	err, done := t.tried[name]
	if !done {
		err = try()
		t.tried[name] = err
	}
	return err
}

type triedSignInsKey struct{}

// withSignInsAskedOnce makes all sends with the context ask once for each
// credential.
func withSignInsAskedOnce(ctx context.Context) context.Context {
	return context.WithValue(ctx, triedSignInsKey{}, &triedSignIns{tried: map[string]error{}})
}

// signInsOf returns what the context's command has tried, or nothing.
func signInsOf(ctx context.Context) *triedSignIns {
	if tried, ok := ctx.Value(triedSignInsKey{}).(*triedSignIns); ok {
		return tried
	}
	return &triedSignIns{tried: map[string]error{}}
}

// refusal is a Failure whose text is the message alone: the hint goes beside it.
type refusal struct{ failure *Failure }

func (r refusal) Error() string { return r.failure.Message }

func (r refusal) Unwrap() error { return r.failure }

// succeededBefore is how often each credential has been signed in with.
func (t *signIns) succeededBefore() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.succeeded)
}

// signInForSend signs in with a credential that refused a send with cause.
// before is how often it had been signed in with then: if that has happened
// since, there is nothing to ask.
func (s *session) signInForSend(ctx context.Context, name string, cause error, before int) error {
	profile, err := s.deps.Credentials.Profile(name)
	if err != nil {
		return credentialFailure(err)
	}
	if s.signIns.count(name) != before {
		return nil
	}
	ctx, progress, end := s.beginProgress(ctx, nil, "Signing in with "+profile.Title())
	defer end()
	agree := func(ctx context.Context) error { return s.agreeToSignIn(ctx, profile, cause) }
	if s.answers.ready(name) {
		agree = nil // the answer was entered for this very sign-in
	}
	_, err = s.signIn(ctx, profile, progress, agree)
	return err
}

// agreeToSignIn asks the user whether to sign in now.
func (s *session) agreeToSignIn(ctx context.Context, profile credentials.Profile, cause error) error {
	refused := &Failure{
		Code: codeSignInNeeded, Message: fmt.Sprintf("%s: a person has to sign in", profile.Title()),
		Hint:   "sign in with `vault-lsp credential login " + profile.Name + "`, or with the command Sign In of your editor",
		Action: signInAction(profile.Name),
	}
	reason := "a person has to sign in"
	var told *providers.Error
	if errors.As(cause, &told) {
		refused.Message, refused.Hint = told.Message, told.Hint
		reason = strings.TrimPrefix(told.Message, profile.Title()+": ")
	}
	if !s.caps.ask {
		return refused
	}
	question := fmt.Sprintf("Credential %q (%s): %s. Sign in?", profile.Name, methodLabel(profile), reason)
	chosen, err := s.ask(ctx, question, answerSignIn, answerCancel)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		s.log.Debug("asking whether to sign in", zap.Error(err))
	}
	if err != nil || chosen != answerSignIn {
		return refused
	}
	return nil
}

// methodLabel names how a profile signs in: "aws, IAM Identity Center (SSO)".
func methodLabel(profile credentials.Profile) string {
	if method, ok := credentials.LookupMethod(profile.Provider, profile.Auth); ok {
		return profile.Provider + ", " + method.Label
	}
	return profile.Provider
}
