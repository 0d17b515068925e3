package hcp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// TestTokenIsKeptAndRefreshed counts the sign-ins over the life of a token.
func TestTokenIsKeptAndRefreshed(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.put("web", "key", "kv", map[string]any{"value": "text"})
	now := time.Now()
	p := New(Options{Clock: func() time.Time { return now }})
	var announced []string
	credential := credentialOf(f.fields(), testSecret)
	credential.Announce = func(v secret.Value) { announced = append(announced, string(v.Reveal())) }
	get := func(want int) {
		t.Helper()
		if _, err := p.Get(t.Context(), credential, reference(t, "app=web", "secret=key")); err != nil {
			t.Fatal(err)
		}
		if f.minted != want || len(announced) != want {
			t.Errorf("%d sign-ins, %d announced, want %d", f.minted, len(announced), want)
		}
	}
	get(1)
	now = now.Add(58 * time.Minute)
	get(1)
	now = now.Add(90 * time.Second) // within the skew
	get(2)
	f.change(func() { clear(f.tokens) }) // revoked before its time
	get(3)
	if n := p.ResetLogins(t.Context(), matchNone); n != 0 {
		t.Errorf("a reset of nothing drops %d", n)
	}
	get(3)
	if n := p.ResetLogins(t.Context(), matchAll); n != 1 {
		t.Errorf("a reset drops %d logins, want 1", n)
	}
	get(4)
	f.change(func() { f.life = 0 }) // a service that does not say how long
	p.ResetLogins(t.Context(), matchAll)
	get(5)
	now = now.Add(100 * time.Hour)
	get(5)
	credential.Fingerprint = "edited"
	get(6)
	if !slices.ContainsFunc(announced, func(token string) bool { return strings.Contains(token, "-6-") }) {
		t.Errorf("not every token was announced: %q", announced)
	}
}

// TestTokenOfAnotherAudience is told apart from a wrong secret.
func TestTokenOfAnotherAudience(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	_, err := New(Options{}).Check(t.Context(), credentialOf(f.fields("audience", "https://api.cloud.hashicorp.com"), testSecret))
	if got := providertest.WantError(t, err, providers.Unauthenticated, testSecret); !strings.Contains(got.Hint, fieldAudience) {
		t.Errorf("hint %q does not name %s", got.Hint, fieldAudience)
	}
	f.change(func() {
		f.answer = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == tokenPath {
				return false
			}
			status(w, http.StatusUnauthorized, 16, "audience")
			return true
		}
	})
	_, err = New(Options{}).Check(t.Context(), credentialOf(f.fields(), testSecret))
	if got := providertest.WantError(t, err, providers.Unauthenticated, testSecret, "access-token"); !strings.Contains(got.Message, "token") {
		t.Errorf("message %q", got.Message)
	}
}

// slow answers as the service would, after a time.
type slow struct {
	delay       time.Duration
	signs, gets atomic.Int64
}

func (s *slow) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-time.After(s.delay):
	}
	body := `{"access_token":"slow-token","token_type":"bearer","expires_in":3600}`
	if r.URL.Path != tokenPath {
		s.gets.Add(1)
		body = `{"secret":{"type":"kv","static_version":{"version":"3","value":"` + r.URL.Path + `"}}}`
	} else {
		s.signs.Add(1)
	}
	return answer(r, http.StatusOK, body), nil
}

// TestFiftyReferences resolves fifty secrets in the time of one, with one
// sign-in. The clock is the test's own.
func TestFiftyReferences(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := &slow{delay: 100 * time.Millisecond}
		p := New(Options{Transport: transport})
		credential := credentialOf(map[string]string{"clientId": "id", "organization": testOrganization, "project": testProject}, testSecret)
		began := time.Now()
		results := make(chan error)
		for i := range 50 {
			go func() {
				payload, err := p.Get(t.Context(), credential, reference(t, "app=web", fmt.Sprintf("secret=s%d", i)))
				if err == nil && !strings.HasSuffix(string(payload.Value.Reveal()), fmt.Sprintf("/s%d:open", i)) {
					err = fmt.Errorf("secret %d has the value of %s", i, payload.Value.Reveal())
				}
				results <- err
			}()
		}
		for range 50 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		// The slowest single one is a sign-in and a read.
		if took := time.Since(began); took > 2*transport.delay {
			t.Errorf("fifty references took %s, one takes %s", took, 2*transport.delay)
		}
		if signs, gets := transport.signs.Load(), transport.gets.Load(); signs != 1 || gets != 50 {
			t.Errorf("%d sign-ins and %d reads", signs, gets)
		}
	})
}

// TestOneCallersCancel leaves the sign-in to those who wait for it.
func TestOneCallersCancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := New(Options{Transport: &slow{delay: time.Second}})
		credential := credentialOf(map[string]string{"clientId": "id", "organization": testOrganization, "project": testProject}, testSecret)
		first, cancel := context.WithCancel(t.Context())
		errs := make(chan error, 2)
		ref := reference(t, "app=web", "secret=key")
		go func() { _, err := p.Get(first, credential, ref); errs <- err }()
		synctest.Wait()
		go func() { _, err := p.Get(t.Context(), credential, ref); errs <- err }()
		synctest.Wait()
		cancel()
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Errorf("the caller that gave up got %v", err)
		}
		if err := <-errs; err != nil {
			t.Errorf("the other one got %v", err)
		}
	})
}

// BenchmarkFiftyReferences measures what this package adds to fifty reads.
func BenchmarkFiftyReferences(b *testing.B) {
	p := New(Options{Transport: &slow{delay: 0}})
	credential := credentialOf(map[string]string{"clientId": "id", "organization": testOrganization, "project": testProject}, testSecret)
	ref := reference(b, "app=web", "secret=key")
	for b.Loop() {
		results := make(chan error)
		for range 50 {
			go func() { _, err := p.Get(b.Context(), credential, ref); results <- err }()
		}
		for range 50 {
			if err := <-results; err != nil {
				b.Fatal(err)
			}
		}
	}
}
