package azure_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/azure"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	t.Run("by name", func(t *testing.T) {
		providertest.Run(t, func(t *testing.T) providertest.Harness { return newHarness(t) })
	})
}

func newHarness(t *testing.T) providertest.Harness {
	cloud := newCloud(t)
	const denied = "44444444-4444-4444-4444-444444444444"
	h := providertest.Harness{
		Provider:   azure.New(azure.Options{Transport: silentHosts(cloud.Transport)}),
		Credential: principal(nil),
		ListField:  "secret",
		Put: func(_ *testing.T, name, text string) {
			cloud.Put(vaultName, name, azurefake.Version{Text: text})
		},
		Ref: inVaultOf,
		Text: func(_ *testing.T, payload providers.Payload) string {
			return string(payload.Value.Reveal())
		},
		Version: func(t *testing.T, name string, n int) secret.Ref {
			return ref(t, "vault="+vaultName, "secret="+name, "version="+versionID(n))
		},
		Delete: func(_ *testing.T, name string) {
			cloud.Delete(vaultName, name, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
		},
		DeletedKind: providers.Deleted,
		// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates
		Names:   []string{"A", "0", "-", "Mixed-Case-Name-0123456789", "x" + string(make127())},
		MaxText: 25 << 10,
		Page:    azurefake.Page,
	}
	h.Refused = func(*testing.T) (providers.Credential, []string) {
		const wrong = "wrong-client-secret-2"
		return credential("service-principal", fields{"tenant": azurefake.Tenant, "clientId": clientID}, map[string]string{"clientSecret": wrong}), []string{wrong}
	}
	h.Denied = func(*testing.T, string) providers.Credential {
		cloud.Application(denied, clientSecret)
		cloud.Deny(vaultName, denied)
		return principal(fields{"clientId": denied})
	}
	h.Silent = func(*testing.T) providers.Credential {
		return principal(fields{"cloud": "custom", "authority": "https://login.example.net", "vaultSuffix": "silent.example.net"})
	}
	h.Expired = func(*testing.T) (providers.Credential, []string) {
		cloud.Refuse(clientID, azurefake.SignInFault{
			Status: 401, Error: "invalid_client", Code: 7000222, Description: "The provided client secret keys for app '" + clientID + "' are expired: " + clientSecret,
		})
		return principal(nil), []string{clientSecret}
	}
	h.ExpiredKind = providers.Unauthenticated
	h.Throttled = func(*testing.T) (providers.Credential, time.Duration) {
		cloud.Answer(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Retry-After", "7")
			azurefake.Fail(w, http.StatusTooManyRequests, "Throttled", "", "Request was not processed because too many requests were received.")
			return true
		})
		return principal(nil), 7 * time.Second
	}
	return h
}

func inVaultOf(t *testing.T, name string) secret.Ref { return inVault(t, name) }

const hexDigits = "0123456789abcdef"

// versionID is the id that the fake gives the n-th version.
func versionID(n int) string {
	id := []byte("00000000000000000000000000000000")
	id[31] = hexDigits[n%16]
	id[30] = hexDigits[n/16]
	return string(id)
}

// make127 fills a name up to its longest.
func make127() []byte {
	name := make([]byte, 126)
	for i := range name {
		name[i] = 'y'
	}
	return name
}
