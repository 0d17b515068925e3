package azure_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/azure"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

// emulator is what the emulators of Key Vault have in common: a vault at
// localhost, a challenge, and any token that there is.
type emulator struct {
	challenge func(origin, path string) string
	mu        sync.Mutex
	versions  []string // of the interface
}

// ServeHTTP answers as an emulator that has an authority of its own.
func (e *emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	origin := "https://" + r.Host
	switch {
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		tenant := origin + "/" + azurefake.Tenant
		writeJSON(w, map[string]any{
			"issuer": tenant + "/v2.0", "authorization_endpoint": tenant + "/oauth2/v2.0/authorize", "token_endpoint": tenant + "/oauth2/v2.0/token",
		})
	case strings.HasSuffix(r.URL.Path, "/token"):
		writeJSON(w, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": "opaque"})
	case r.Header.Get("Authorization") == "":
		w.Header().Set("WWW-Authenticate", e.challenge(origin, r.URL.Path))
		w.WriteHeader(http.StatusUnauthorized)
	default:
		e.mu.Lock()
		e.versions = append(e.versions, r.URL.Query().Get("api-version"))
		e.mu.Unlock()
		writeJSON(w, map[string]any{"value": "emulated", "id": origin + r.URL.Path + "0a", "attributes": map[string]any{"enabled": true}})
	}
}

func writeJSON(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// TestEmulators: the profiles of docs/azure.md reach emulators on this machine,
// over the real network, with certificates verified. Their challenges are those
// of the emulators' sources.
func TestEmulators(t *testing.T) {
	clearAzure(t)
	// Lowkey Vault has the endpoint of a managed identity.
	// https://github.com/nagyesta/lowkey-vault
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WWW-Authenticate", "Basic realm=assumed-identity")
		now := time.Now()
		writeJSON(w, map[string]any{
			"resource": r.URL.Query().Get("resource"), "access_token": "opaque", "refresh_token": "opaque", "expires_in": 3600,
			"expires_on": now.Add(time.Hour).Unix(), "token_type": "Bearer",
		})
	}))
	t.Cleanup(tokens.Close)
	t.Setenv("IDENTITY_ENDPOINT", tokens.URL+"/metadata/identity/oauth2/token")
	t.Setenv("IDENTITY_HEADER", "header")
	lowkey := func(origin, path string) string {
		return fmt.Sprintf(`Bearer resource="%s", authorization_uri="%s"`, origin, origin+path)
	}
	// https://github.com/james-gould/azure-keyvault-emulator
	gould := func(origin, _ string) string {
		return fmt.Sprintf(`Bearer authorization="%s/%s", scope="https://vault.azure.net/.default", resource="https://vault.azure.net"`, origin, azurefake.Tenant)
	}
	tests := []struct {
		name, auth string
		challenge  func(origin, path string) string
		more       func(host string) fields
	}{
		{"Lowkey Vault", "managed-identity", lowkey, func(string) fields { return fields{"apiVersion": "7.5"} }},
		{"Lowkey Vault, default chain", "default", lowkey, func(string) fields { return nil }},
		{"with an authority", "service-principal", gould, func(host string) fields {
			return fields{"authority": "https://" + host, "tenant": azurefake.Tenant, "clientId": clientID}
		}},
	}
	for _, test := range tests {
		server := &emulator{challenge: test.challenge}
		host, ca := azurefake.Serve(t, server)
		plain := fields{"cloud": "custom", "vaultSuffix": host, "verifyChallenge": "false", "caCert": ca}
		for name, value := range test.more(host) {
			plain[name] = value
		}
		c := credential(test.auth, plain, map[string]string{"clientSecret": "any"})
		p := azure.New(azure.Options{})
		if got := get(t, p, c, ref(t, "id=https://"+host+"/secrets/n")); got != "emulated" {
			t.Errorf("%s: got %q", test.name, got)
		}
		// A vault under localhost, whatever the machine's resolver says.
		if got := get(t, p, c, ref(t, "vault=other-vault", "secret=n")); got != "emulated" {
			t.Errorf("%s: got %q", test.name, got)
		}
		if want := plain["apiVersion"]; want != "" && server.versions[0] != want {
			t.Errorf("%s: version %s", test.name, server.versions[0])
		}
		delete(plain, "verifyChallenge")
		err := getError(t, azure.New(azure.Options{}), credential(test.auth, plain, map[string]string{"clientSecret": "any"}), ref(t, "id=https://"+host+"/secrets/n"))
		if got := providertest.WantError(t, err, providers.Unavailable); !strings.Contains(got.Hint, "verifyChallenge") {
			t.Errorf("%s: hint %q", test.name, got.Hint)
		}
	}
}
