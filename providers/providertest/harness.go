// Package providertest is the conformance suite of providers: what every
// implementation of providers.Provider must do, run against a vault that holds
// what the suite puts there. A provider's test describes its vault in a Harness
// and calls Run.
package providertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

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
	// Listed is the item of a name where it is not the value that ListField has
	// in its reference: where a vault lists only the beginning of one.
	Listed func(name string) string

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

	// Names are secret names with the hardest characters the vault allows;
	// names with blanks, percent signs and letters of other scripts where nil.
	Names []string
	// PutBinary stores bytes that are no UTF-8 under a name; nil where a vault
	// keeps text only. Text must give those bytes of its payload.
	PutBinary func(t *testing.T, name string, data []byte)
	// RefJSON is the reference to what Put stores under a name with a key to
	// pick from it; Ref with key where nil. A vault whose secrets are objects
	// leaves out the tests of broken JSON with NoJSON.
	RefJSON func(t *testing.T, name, key string) secret.Ref
	NoJSON  bool
	// MaxText is the largest text the vault takes, in bytes; 64 KiB where 0.
	MaxText int
	// NoEmpty is set where the vault refuses an empty text.
	NoEmpty bool
	// Page is the number of names in one page of the vault's list; the suite
	// puts a few more. 0 leaves the test of paging out.
	Page int
	// Expired is a credential that was good and is not any more; the error is of
	// kind ExpiredKind. nil where nothing expires.
	Expired     func(t *testing.T) (credential providers.Credential, secrets []string)
	ExpiredKind providers.Kind
	// Throttled is a credential whose vault answers that there were too many
	// requests and asks to wait for the duration that is returned; 0 where the
	// vault's protocol has no such field. nil where a vault does not throttle.
	Throttled func(t *testing.T) (credential providers.Credential, wait time.Duration)
}

// Credential makes a credential for tests: a profile whose secret fields are
// given as text.
func Credential(profile credentials.Profile, material map[string]string) providers.Credential {
	return providers.Credential{
		Profile:     profile,
		Fingerprint: fmt.Sprintf("%v %v", profile, material),
		Session:     Session(),
		Announce:    func(secret.Value) {},
		Source: func(name string) (providers.Credential, error) {
			return providers.Credential{}, &providers.Error{
				Kind: providers.Unauthenticated, Provider: profile.Provider, Op: "choose credential",
				Message: "there is no credential " + name, Hint: "configure it",
			}
		},
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

// Session makes a session that keeps its state in memory.
func Session() providers.Session {
	var mu sync.Mutex
	var state []byte
	set := func(ctx context.Context, to []byte) error {
		mu.Lock()
		defer mu.Unlock()
		state = to
		return ctx.Err()
	}
	return providers.Session{
		Load: func(ctx context.Context) (secret.Value, error) {
			mu.Lock()
			defer mu.Unlock()
			return secret.NewValue(bytes.Clone(state)), ctx.Err()
		},
		Save:   func(ctx context.Context, to []byte) error { return set(ctx, bytes.Clone(to)) },
		Delete: func(ctx context.Context) error { return set(ctx, nil) },
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
