package azure_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/azure"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// everywhere is a network on which every name leads to the cloud, so that a
// request to a stranger would be seen.
func everywhere(cloud *azurefake.Cloud) (http.RoundTripper, func() []string) {
	var mu sync.Mutex
	var hosts []string
	record := func(r *http.Request) (*http.Response, error) {
		mu.Lock()
		hosts = append(hosts, r.URL.Host)
		mu.Unlock()
		return cloud.Transport.RoundTrip(r)
	}
	return transport(record), func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), hosts...)
	}
}

// TestHostileReferences: a reference that names another host, or hides one,
// sends no packet and asks for no token.
func TestHostileReferences(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t)
	network, sent := everywhere(cloud)
	p := azure.New(azure.Options{Transport: network})
	credentials := []providers.Credential{
		principal(nil), credential("browser", nil, nil), credential("managed-identity", nil, nil),
		principal(fields{"cloud": "custom", "authority": "https://login.example.net", "vaultSuffix": "vault.example.net", "verifyChallenge": "false"}),
	}
	for _, id := range []string{
		"https://evil.example.com/secrets/n",
		"https://my-vault.vault.azure.net.evil.example.com/secrets/n",
		"https://evilvault.azure.net/secrets/n",
		"https://vault.azure.net/secrets/n",
		"https://a.b.vault.azure.net/secrets/n",
		"https://my-vault.vault.azure.net:8443/secrets/n",
		"https://my-vault.vault.azure.cn/secrets/n",
		"https://localhost/secrets/n",
		"https://127.0.0.1:8443/secrets/n",
		"https://169.254.169.254/secrets/n",
		"@Microsoft.KeyVault(SecretUri=https://evil.example.com/secrets/n)",
	} {
		r, err := secret.New(secret.Azure, values("id="+id))
		if err != nil {
			continue // refused before: as good
		}
		for _, c := range credentials {
			err := getError(t, p, c, r)
			got := providertest.WantError(t, err, providers.InvalidReference)
			if !strings.HasPrefix(got.Message, "id ") {
				t.Errorf("%s: message %q", id, got.Message)
			}
		}
	}
	for _, vault := range []string{"evil.example.com", "evil.example.com/", "a#", "..", "a:1"} {
		for _, c := range credentials {
			for _, field := range []string{"secret", "version"} {
				_, err := p.List(t.Context(), c, providers.Query{Field: field, Known: map[string]string{"vault": vault, "secret": "n"}})
				providertest.WantError(t, err, providers.InvalidReference)
			}
		}
	}
	if hosts := sent(); len(hosts) > 0 {
		t.Errorf("%d requests were sent, the first to %s", len(hosts), hosts[0])
	}
}

// TestChallenges: no vault gets a token that is not for vaults, and none of its
// demands ends the program.
func TestChallenges(t *testing.T) {
	t.Parallel()
	own := fields{"cloud": "custom", "authority": "https://login.microsoftonline.com", "vaultSuffix": "vault.example.net", "verifyChallenge": "false", "resource": "https://vault.azure.net"}
	tests := []struct {
		name, challenge string
		more            fields
	}{
		{"another host", `Bearer authorization="https://login.microsoftonline.com/t", resource="https://evil.example.com"`, nil},
		{"management", `Bearer authorization="https://login.microsoftonline.com/t", resource="https://management.azure.com"`, nil},
		{"scope", `Bearer authorization="https://login.microsoftonline.com/t", scope="https://graph.microsoft.com/.default", resource="https://vault.azure.net"`, nil},
		{"management, not verified", `Bearer authorization="https://login.microsoftonline.com/t", resource="https://management.azure.com"`, own},
		{"graph, not verified", `Bearer authorization="https://login.microsoftonline.com/t", resource="https://graph.microsoft.com"`, own},
		{"look-alike, not verified", `Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net.evil.example.com"`, own},
		{"path, not verified", `Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net/../x"`, own},
		{"no resource", `Bearer authorization="https://login.microsoftonline.com/t"`, nil},
		{"short authorization", `Bearer authorization="https:", resource="https://vault.azure.net"`, nil},
		{"authorization without tenant", `Bearer authorization="https://login.microsoftonline.com" resource="https://vault.azure.net"`, nil},
		{"broken URL", `Bearer authorization="https://login.microsoftonline.com/t", resource="https://%zz"`, nil},
		{"no challenge", ``, nil},
		{"basic", `Basic realm="x"`, nil},
		{"claims that are no base64", `Bearer realm="", authorization_uri="x", error="insufficient_claims", claims="%%%"`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cloud := newCloud(t)
			network := transport(func(r *http.Request) (*http.Response, error) {
				if !strings.Contains(r.URL.Host, ".vault.") {
					return cloud.Transport.RoundTrip(r)
				}
				if r.Header.Get("Authorization") != "" {
					t.Error("a token was sent")
				}
				header := http.Header{}
				if test.challenge != "" {
					header.Set("WWW-Authenticate", test.challenge)
				}
				return &http.Response{StatusCode: http.StatusUnauthorized, Header: header, Body: http.NoBody, Request: r}, nil
			})
			err := getError(t, azure.New(azure.Options{Transport: network}), principal(test.more), inVault(t, "present"))
			kind := providers.Unavailable
			if test.challenge == "" {
				kind = providers.Unauthenticated
			}
			got := asError(t, err)
			if got.Kind != kind && got.Kind != providers.Unauthenticated {
				t.Errorf("%s: %s (%s)", got.Kind, got.Message, got.Hint)
			}
			providertest.WantError(t, err, got.Kind, clientSecret)
			for _, r := range cloud.Requests() {
				t.Errorf("the authority was asked: %s %s %v", r.Method, r.Path, r.Form)
			}
		})
	}
}

func asError(t *testing.T, err error) *providers.Error {
	t.Helper()
	told, ok := err.(*providers.Error)
	if !ok {
		t.Fatalf("%v (%T) is no *providers.Error", err, err)
	}
	return told
}

// TestTokensStayWithTheVault: neither a redirect nor the URL of a list's next
// page takes a token to another host.
func TestTokensStayWithTheVault(t *testing.T) {
	t.Parallel()
	for _, code := range []int{0, 301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			cloud := newCloud(t)
			cloud.Put("other", "n", azurefake.Version{Text: "x"})
			cloud.Answer(func(w http.ResponseWriter, r *http.Request) bool {
				if code == 0 {
					w.Header().Set("Content-Type", "application/json")
					_, _ = w.Write([]byte(`{"value":[{"id":"https://my-vault.vault.azure.net/secrets/a"}],"nextLink":"https://other.vault.azure.net/secrets?stolen=1"}`))
					return true
				}
				http.Redirect(w, r, "https://other.vault.azure.net/stolen?x="+r.Header.Get("Authorization"), code)
				return true
			})
			p := newProvider(cloud)
			_, err := p.List(t.Context(), principal(nil), providers.Query{Field: "secret", Known: map[string]string{"vault": vaultName}})
			providertest.WantError(t, err, providers.Unavailable, "stolen", "Bearer")
			if code != 0 {
				providertest.WantError(t, getError(t, p, principal(nil), inVault(t, "present")), providers.Unavailable, "stolen", "Bearer")
			}
			for _, r := range cloud.Requests() {
				if strings.HasPrefix(r.Host, "other") {
					t.Errorf("the other vault was asked for %s, token %v", r.Path, r.Token)
				}
			}
		})
	}
}

// TestAuthorityStaysTheProfiles: an authority's own description of its
// endpoints leads nowhere else.
func TestAuthorityStaysTheProfiles(t *testing.T) {
	t.Parallel()
	for _, auth := range []string{"service-principal", "device-code"} {
		cloud := newCloud(t)
		var hosts []string
		network := transport(func(r *http.Request) (*http.Response, error) {
			hosts = append(hosts, r.URL.Host)
			if strings.HasSuffix(r.URL.Path, "/openid-configuration") {
				const evil = "https://evil.example.com/t/oauth2/v2.0/"
				body := `{"issuer":"https://login.example.net/t/v2.0","authorization_endpoint":"` + evil + `authorize","token_endpoint":"` + evil + `token","device_authorization_endpoint":"` + evil + `devicecode"}`
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: readCloser(body), Request: r}, nil
			}
			return cloud.Transport.RoundTrip(r)
		})
		p := azure.New(azure.Options{Transport: network})
		plain := fields{"cloud": "custom", "authority": "https://login.example.net", "vaultSuffix": "vault.example.net", "tenant": azurefake.Tenant, "clientId": clientID}
		c := credential(auth, plain, map[string]string{"clientSecret": clientSecret})
		_, err := p.SignIn(t.Context(), c, providers.Person{})
		providertest.WantError(t, err, providers.Unavailable, clientSecret)
		for _, host := range hosts {
			if host != "login.example.net" {
				t.Errorf("%s: a request to %s", auth, host)
			}
		}
	}
}

// TestAmbientIsNotUsed: with everything set in the environment, a configured
// application signs in as itself, and the variables reach nobody.
func TestAmbientIsNotUsed(t *testing.T) {
	for name, value := range map[string]string{
		"AZURE_TENANT_ID": "ambient-tenant", "AZURE_CLIENT_ID": "ambient-client", "AZURE_CLIENT_SECRET": "ambient-secret",
		"AZURE_AUTHORITY_HOST": "https://ambient.example.com", "AZURE_USERNAME": "ambient-user", "AZURE_PASSWORD": "ambient-password",
		"AZURE_FEDERATED_TOKEN_FILE": "/ambient/file", "IDENTITY_ENDPOINT": "http://ambient.example.com", "IDENTITY_HEADER": "ambient-header",
	} {
		t.Setenv(name, value)
	}
	cloud := newCloud(t)
	network, sent := everywhere(cloud)
	get(t, azure.New(azure.Options{Transport: network}), principal(nil), inVault(t, "present"))
	for _, host := range sent() {
		if strings.Contains(host, "ambient") {
			t.Errorf("a request to %s", host)
		}
	}
	for _, r := range cloud.Requests() {
		if strings.Contains(fmt.Sprint(r), "ambient") {
			t.Errorf("a request carries what the profile does not name: %+v", r)
		}
	}
}
