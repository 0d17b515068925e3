package vault_test

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
	"github.com/vault-lsp/vault-lsp/secret"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	roleID, secretID := conformanceRole(server)
	logins := map[string]providers.Credential{
		"token":   withToken(server.Address, server.RootToken, nil),
		"approle": withAppRole(server.Address, roleID, secretID, nil),
	}
	for login, credential := range logins {
		for _, mount := range []string{"secret", "kv1"} {
			t.Run(login+"/"+mount, func(t *testing.T) {
				providertest.Run(t, func(t *testing.T) providertest.Harness {
					return newHarness(t, server, credential, mount)
				})
			})
		}
	}
}

func conformanceRole(server *testtools.VaultServer) (roleID, secretID string) {
	server.Policy("conformance", `path "secret/*" { capabilities = ["read", "list"] }
		path "kv1/*" { capabilities = ["read", "list"] }`)
	return server.AppRole("conformance", map[string]any{"token_policies": "conformance", "token_ttl": "10m"})
}

// folders keeps the harnesses of one server apart.
var folders atomic.Int64

func newHarness(t *testing.T, server *testtools.VaultServer, credential providers.Credential, mount string) providertest.Harness {
	folder := fmt.Sprintf("conformance%d/", folders.Add(1))
	refTo := func(t *testing.T, name string, more ...string) secret.Ref {
		return ref(t, append([]string{"mount=" + mount, "path=" + folder + name, "key=value"}, more...)...)
	}
	h := providertest.Harness{
		Provider:   newProvider(t, vault.Options{}),
		Credential: credential,
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
			return withToken(server.Address, "hvs.not-a-token-of-this-server", nil), []string{"hvs.not-a-token-of-this-server"}
		},
		Denied: func(t *testing.T, _ string) providers.Credential {
			return withToken(server.Address, server.Token(time.Minute, 0, "default"), nil)
		},
		Silent: func(t *testing.T) providers.Credential {
			return withToken(silent(t), "root", nil)
		},
		DeletedKind: providers.NotFound,
		NoJSON:      true,
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
