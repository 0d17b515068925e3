// Package providertest is the conformance suite of providers: what every
// implementation of providers.Provider must do, run against a vault that holds
// what the suite puts there. A provider's test describes its vault in a Harness
// and calls Run.
package providertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Harness is one provider over one vault. The functions that may be nil belong
// to abilities a provider need not have; the tests of those are left out, and
// say so.
type Harness struct {
	Provider providers.Provider
	// Credential may read and list everything the suite puts into the vault.
	Credential providers.Credential
	// Put stores a text under a name, replacing what is there. Names have
	// letters of several scripts, digits, blanks and dashes.
	Put func(t *testing.T, name, text string)
	// Ref is the reference to what Put stores under a name.
	Ref func(t *testing.T, name string) secret.Ref
	// Text finds the text that was put in the payload of its reference.
	Text func(t *testing.T, payload providers.Payload) string
	// ListField is the field of a reference that names a secret.
	ListField string

	// Refused is a credential the vault does not accept: a wrong token, a wrong
	// passphrase. Secrets are the texts in it that no error may show.
	Refused func(t *testing.T) (credential providers.Credential, secrets []string)
	// Refusal is the kind of error a refused credential gives; Unauthenticated
	// where it is empty.
	Refusal providers.Kind
	// Denied is a credential the vault knows that may not read what Put stores
	// under the name; nil where a vault has no such rights.
	Denied func(t *testing.T, name string) providers.Credential
	// Silent is a credential whose vault takes the request and never answers;
	// nil where a vault is not remote.
	Silent func(t *testing.T) providers.Credential
	// Version is the reference to the n-th text put under a name, from 1; nil
	// where a vault keeps no versions.
	Version func(t *testing.T, name string, n int) secret.Ref
	// Delete deletes a secret, so that its reference gives DeletedKind.
	Delete func(t *testing.T, name string)
	// DeletedKind is the kind of error of a deleted secret: Deleted where the
	// vault can tell, else NotFound.
	DeletedKind providers.Kind
}

// Credential makes a credential for tests: a profile whose secret fields are
// given as text.
func Credential(profile credentials.Profile, material map[string]string) providers.Credential {
	return providers.Credential{
		Profile:     profile,
		Fingerprint: fmt.Sprintf("%v %v", profile, material),
		Material: func(ctx context.Context, field string) (secret.Value, error) {
			if err := ctx.Err(); err != nil {
				return secret.Value{}, err
			}
			text, ok := material[field]
			if !ok {
				return secret.Value{}, &providers.Error{
					Kind: providers.Unauthenticated, Provider: profile.Provider, Op: "sign in",
					Message: "no material for " + field, Err: credentials.ErrNoSource,
				}
			}
			return secret.NewValue([]byte(text)), nil
		},
	}
}

// MustRef parses a reference.
func MustRef(t testing.TB, provider string, fields ...secret.FieldValue) secret.Ref {
	t.Helper()
	ref, err := secret.New(provider, fields)
	if err != nil {
		t.Fatalf("reference: %v", err)
	}
	return ref
}

// WantError fails the test unless err is a providers.Error of a kind that a
// person can act on: a sentence and a hint, and none of the secrets in anything
// it can be printed as.
func WantError(t testing.TB, err error, kind providers.Kind, secrets ...string) *providers.Error {
	t.Helper()
	var got *providers.Error
	if !errors.As(err, &got) {
		t.Fatalf("error %v (%T), want a providers.Error of kind %s", err, err, kind)
	}
	if got.Kind != kind {
		t.Errorf("kind %s (%s), want %s", got.Kind, got.Error(), kind)
	}
	if strings.TrimSpace(got.Message) == "" || strings.HasSuffix(got.Message, ".") {
		t.Errorf("message %q: want a sentence without its full stop", got.Message)
	}
	if got.Hint == "" {
		t.Errorf("%q has no hint", got.Message)
	}
	WantNo(t, fmt.Sprintf("%v %+v %#v %s", err, err, err, got.Hint), secrets...)
	encoded, jsonErr := got.MarshalJSON()
	if jsonErr != nil {
		t.Errorf("marshal error: %v", jsonErr)
	}
	WantNo(t, string(encoded), secrets...)
	return got
}

// WantNo fails the test if a text shows one of the secrets.
func WantNo(t testing.TB, text string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if s != "" && strings.Contains(text, s) {
			t.Errorf("%q shows the secret %q", text, s)
		}
	}
}

func matchAll(credentials.Profile) bool { return true }

func matchNone(credentials.Profile) bool { return false }
