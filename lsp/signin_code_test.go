package lsp

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// mfa is a sign-in that needs a one-time code.
func mfa(ctx context.Context, _ providers.Credential, person providers.Person) (providers.Identity, error) {
	code, err := person.Ask(ctx, providers.Question{Field: "mfaCode", Prompt: "MFA code of arn:aws:iam::1:mfa/jo"})
	if err != nil {
		return providers.Identity{}, &providers.Error{Kind: providers.Unauthenticated, Provider: secret.Vault, Op: "sign in", Message: "no code", Err: err}
	}
	if string(code.Reveal()) != "471 113" {
		return providers.Identity{}, &providers.Error{Kind: providers.Unauthenticated, Provider: secret.Vault, Op: "sign in", Message: "the code is wrong"}
	}
	return providers.Identity{Name: "jo"}, nil
}

// An answer to the provider's question never crosses the protocol: the failure
// says how to give it, and the repeated command uses it once.
func TestSignInWithCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) {
		withInput(t, w)
		w.vault.signIn = mfa
	})
	w.initialize()
	login := func() error {
		return w.Command("vault-lsp.loginCredential", map[string]any{"name": "infra"}, nil)
	}
	for range 2 { // an answer is used once
		f := failure(t, login())
		if f.Code != codeInputNeeded || !cmp.Equal(f.Needs, []string{"mfaCode"}) || len(f.Input) != 1 ||
			!cmp.Equal(f.Prompts, []string{"MFA code of arn:aws:iam::1:mfa/jo"}) {
			t.Fatalf("the failure is %+v", f)
		}
		if err := enter(t, f.Input[0], "471 113"); err != nil {
			t.Fatal(err)
		}
		if err := login(); err != nil {
			t.Fatal(err)
		}
	}
	f := failure(t, login())
	if err := enter(t, f.Input[0], "000 000"); err != nil {
		t.Fatal(err)
	}
	if f := failure(t, login()); f.Code != "unauthenticated" || f.Message != "the code is wrong" {
		t.Errorf("a wrong code: %+v", f)
	}
	if strings.Contains(w.Traffic(), "471 113") {
		t.Error("the code crossed the protocol")
	}
}

func TestAnswersExpire(t *testing.T) {
	t.Parallel()
	var a answers
	key := answerKey{"prod", "mfaCode"}
	a.put(key, []byte("1"), time.Now().Add(-time.Second))
	if a.ready("prod") {
		t.Error("an old answer is ready")
	}
	if _, ok := a.take(key); ok {
		t.Error("an old answer is used")
	}
	a.put(key, []byte("1"), time.Now().Add(time.Minute))
	if !a.ready("prod") || a.ready("other") {
		t.Error("ready for the wrong credential")
	}
	if v, ok := a.take(key); !ok || string(v.Reveal()) != "1" || a.ready("prod") {
		t.Error("the answer is not used once")
	}
}
