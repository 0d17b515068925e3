package hcp

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// credentialOf makes a credential named "cloud" for the fake.
func credentialOf(fields map[string]string, clientSecret string) providers.Credential {
	return providertest.Credential(credentials.Profile{
		Name: "cloud", Provider: secret.HCP, Auth: "service-principal", Fields: fields,
	}, map[string]string{fieldClientSecret: clientSecret})
}

// named gives a credential another name, so that its client is kept beside.
func named(name string, c providers.Credential) providers.Credential {
	c.Profile.Name = name
	return c
}

func reference(t testing.TB, fields ...string) secret.Ref {
	t.Helper()
	var list []secret.FieldValue
	for _, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		list = append(list, secret.FieldValue{Name: name, Value: value})
	}
	return providertest.MustRef(t, secret.HCP, list...)
}

// TestConformance runs the suite of all providers against the fake, which
// TestOfficialClient holds to HashiCorp's own client.
func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, func(t *testing.T) providertest.Harness {
		f := newFake(t)
		p := New(Options{})
		t.Cleanup(func() { _ = p.Close(t.Context()) })
		silent := newSilent(t)
		return providertest.Harness{
			Provider:   p,
			Credential: credentialOf(f.fields(), testSecret),
			Put: func(_ *testing.T, name, text string) {
				f.put("web", name, "kv", map[string]any{"value": text})
			},
			Ref:       func(t *testing.T, name string) secret.Ref { return reference(t, "app=web", "secret="+name) },
			Text:      func(_ *testing.T, payload providers.Payload) string { return string(payload.Value.Reveal()) },
			ListField: fieldSecret,
			Refused: func(*testing.T) (providers.Credential, []string) {
				return named("refused", credentialOf(f.fields(), "wrong-secret-93c1")), []string{"wrong-secret-93c1"}
			},
			Denied: func(*testing.T, string) providers.Credential {
				f.change(func() { f.principals["stranger"], f.denied["stranger"] = "stranger-secret", true })
				return named("stranger", credentialOf(f.fields("clientId", "stranger"), "stranger-secret"))
			},
			Silent: func(*testing.T) providers.Credential {
				return named("silent", credentialOf(f.fields("apiUrl", silent), testSecret))
			},
			Version: func(t *testing.T, name string, n int) secret.Ref {
				return reference(t, "app=web", "secret="+name, fmt.Sprintf("version=%d", n))
			},
			Delete: func(_ *testing.T, name string) {
				f.change(func() { f.apps[testProject]["web"] = nil })
			},
			DeletedKind: providers.NotFound,
			Names:       []string{"UPPER_lower_09", strings.Repeat("n", 64), "dash-ed", "_"},
			Page:        100,
			Expired: func(t *testing.T) (providers.Credential, []string) {
				credential := named("expiring", credentialOf(f.fields(), testSecret))
				if _, err := p.Check(t.Context(), credential); err != nil {
					t.Fatal(err)
				}
				// The key is deleted in the portal and its tokens end.
				f.change(func() { clear(f.tokens); clear(f.principals) })
				return credential, []string{testSecret, "access-token"}
			},
			ExpiredKind: providers.Unauthenticated,
			Throttled: func(t *testing.T) (providers.Credential, time.Duration) {
				f.change(func() {
					f.answer = func(w http.ResponseWriter, r *http.Request) bool {
						if r.URL.Path == tokenPath {
							return false
						}
						w.Header().Set("Retry-After", "7")
						status(w, http.StatusTooManyRequests, 8, "quota exceeded")
						return true
					}
				})
				return named("throttled", credentialOf(f.fields(), testSecret)), 7 * time.Second
			},
		}
	})
}

// newSilent starts a server that takes requests and does not answer them.
func newSilent(t *testing.T) string {
	t.Helper()
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-done:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(done); server.Close() })
	return server.URL
}
