package vault_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
	"github.com/vault-lsp/vault-lsp/secret"
)

// conformance is what a harness is made of.
type conformance struct {
	server     *testtools.VaultServer
	credential providers.Credential
	mount      string
	// refused is a credential of the same method; a wrong token where nil.
	refused func() (providers.Credential, []string)
	// refusal is the kind of its error.
	refusal providers.Kind
	// expired is nil where the method signs in again by itself.
	expired func(t *testing.T) (providers.Credential, []string)
	// expiredKind is the kind of its error.
	expiredKind providers.Kind
}

func TestConformance(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	roleID, secretID := conformanceRole(server)
	all := map[string]conformance{
		"token":   {credential: withToken(server.Address, server.RootToken, nil), expired: expiredToken(server), expiredKind: providers.Unauthenticated},
		"approle": {credential: withAppRole(server.Address, roleID, secretID, nil)},
	}
	for _, m := range methods(t, server, "conformance") {
		all[m.auth] = conformance{
			credential: m.credential(server.Address, nil),
			refused:    func() (providers.Credential, []string) { return m.refused(server.Address, nil) },
		}
	}
	for login, c := range all {
		c.server = server
		for _, mount := range []string{"secret", "kv1"} {
			if c.refused != nil && mount == "kv1" {
				continue // the engine is not the method's business
			}
			c.mount = mount
			t.Run(login+"/"+mount, func(t *testing.T) {
				t.Parallel()
				providertest.Run(t, func(t *testing.T) providertest.Harness { return newHarness(t, c) })
			})
		}
	}
}

// TestConformanceCert is the suite over TLS with a client certificate.
func TestConformanceCert(t *testing.T) {
	t.Parallel()
	server := testtools.VaultTLS(t)
	conformanceRole(server)
	m := setUpCert(t, server, "conformance")
	stranger := clientAuthority(t).issue(t, "stranger")
	providertest.Run(t, func(t *testing.T) providertest.Harness {
		return newHarness(t, conformance{
			server: server, credential: m.credential(server.Address, nil), mount: "secret",
			refused: func() (providers.Credential, []string) { return m.credential(server.Address, stranger), nil },
		})
	})
}

// TestConformanceOIDC is the suite with a person's sign-in, which each part
// finds in the session.
func TestConformanceOIDC(t *testing.T) {
	t.Parallel()
	server := startOIDC(t, nil, map[string]any{"token_policies": "conformance", "token_ttl": "10m"})
	conformanceRole(server.VaultServer)
	signIn := func(t *testing.T) providers.Credential {
		t.Helper()
		c := server.credential(server.Address)
		if _, err := newProvider(t, vault.Options{}).SignIn(t.Context(), c, person(inBackground(t))); err != nil {
			t.Fatal(err)
		}
		return c
	}
	gone := func(t *testing.T) (providers.Credential, []string) {
		c := signIn(t)
		front := newRecorder(t, server.Address, nil)
		seen := c
		seen.Profile.Fields = merged(c.Profile.Fields, fields{"address": front.URL})
		seen.Fingerprint += front.URL
		if _, err := newProvider(t, vault.Options{}).Check(t.Context(), seen); err != nil {
			t.Fatal(err)
		}
		token := lastToken(t, front)
		server.Write("auth/token/revoke", map[string]any{"token": token})
		return c, []string{token}
	}
	nobody := func() (providers.Credential, []string) {
		c := server.credential(server.Address)
		c.Fingerprint += "of nobody"
		return c, nil
	}
	credential := signIn(t)
	providertest.Run(t, func(t *testing.T) providertest.Harness {
		return newHarness(t, conformance{
			server: server.VaultServer, credential: credential, mount: "secret",
			refused: nobody, refusal: providers.SignInNeeded,
			expired: gone, expiredKind: providers.SignInNeeded,
		})
	})
}

// expiredToken makes a token that was good and whose time is over.
func expiredToken(server *testtools.VaultServer) func(*testing.T) (providers.Credential, []string) {
	return func(t *testing.T) (providers.Credential, []string) {
		token := server.Token(time.Second, time.Second, "conformance")
		if !accepted(server, token) {
			t.Fatal("the token was never good")
		}
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for accepted(server, token) {
			select {
			case <-tick.C:
			case <-t.Context().Done():
				t.Fatal("the token does not expire")
			}
		}
		return withToken(server.Address, token, nil), []string{token}
	}
}

func conformanceRole(server *testtools.VaultServer) (roleID, secretID string) {
	server.Policy("conformance", `path "secret/*" { capabilities = ["read", "list"] }
		path "kv1/*" { capabilities = ["read", "list"] }`)
	return server.AppRole("conformance", map[string]any{"token_policies": "conformance", "token_ttl": "10m"})
}

// folders keeps the harnesses of one server apart.
var folders atomic.Int64

func newHarness(t *testing.T, c conformance) providertest.Harness {
	server, mount := c.server, c.mount
	// The authority of the server and nothing else of the profile.
	trust := fields{}
	if server.CAFile != "" {
		trust["caCert"] = server.CAFile
	}
	folder := fmt.Sprintf("conformance%d/", folders.Add(1))
	refTo := func(t *testing.T, name string, more ...string) secret.Ref {
		return ref(t, append([]string{"mount=" + mount, "path=" + folder + name, "key=value"}, more...)...)
	}
	h := providertest.Harness{
		Provider:   newProvider(t, vault.Options{}),
		Credential: c.credential,
		ListField:  "path",
		Ref:        func(t *testing.T, name string) secret.Ref { return refTo(t, name) },
		Text: func(t *testing.T, payload providers.Payload) string {
			var data struct {
				Value string `json:"value"`
			}
			if err := json.Unmarshal(payload.Value.Reveal(), &data); err != nil {
				t.Fatalf("payload: %v", err)
			}
			return data.Value
		},
		Refused: func(*testing.T) (providers.Credential, []string) {
			return withToken(server.Address, "hvs.not-a-token-of-this-server", trust), []string{"hvs.not-a-token-of-this-server"}
		},
		Denied: func(t *testing.T, _ string) providers.Credential {
			return withToken(server.Address, server.Token(time.Minute, 0, "default"), trust)
		},
		Silent: func(t *testing.T) providers.Credential {
			return withToken("http://"+testtools.SilentAddress(t), "root", nil)
		},
		Throttled: func(t *testing.T) (providers.Credential, time.Duration) {
			busy := newRecorder(t, "", func(w http.ResponseWriter, r *http.Request) bool {
				w.Header().Set("Retry-After", "7")
				return status(http.StatusTooManyRequests, "request path is rate limited")(w, r)
			})
			return withToken(busy.URL, "t", nil), 7 * time.Second
		},
		Expired: c.expired, ExpiredKind: c.expiredKind, Refusal: c.refusal,
		DeletedKind: providers.NotFound,
		NoJSON:      true,
	}
	if c.refused != nil {
		h.Refused = func(*testing.T) (providers.Credential, []string) { return c.refused() }
	}
	pairs := func(text string) map[string]any { return map[string]any{"value": text} }
	if mount == "kv1" {
		h.Put = func(t *testing.T, name, text string) { server.PutKV1(escape(folder+name), pairs(text)) }
		h.Delete = func(t *testing.T, name string) { server.Delete("kv1/" + escape(folder+name)) }
		return h
	}
	h.Put = func(t *testing.T, name, text string) { server.PutKV2(escape(folder+name), pairs(text)) }
	h.Delete = func(t *testing.T, name string) { server.Delete("secret/data/" + escape(folder+name)) }
	h.DeletedKind = providers.Deleted
	h.Version = func(t *testing.T, name string, n int) secret.Ref {
		return refTo(t, name, fmt.Sprintf("version=%d", n))
	}
	return h
}
