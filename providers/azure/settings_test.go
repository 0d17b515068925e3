package azure_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

// TestSettingsThatCannotBeUsed: a profile's mistake is told by its field, and
// nothing is sent.
func TestSettingsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		auth string
		more fields
		part string
	}{
		{"service-principal", fields{"tenant": "not a tenant"}, "tenant: "},
		{"service-principal", fields{"tenant": ""}, "tenant: is missing"},
		{"service-principal", fields{"clientId": ""}, "clientId: is missing"},
		{"service-principal", fields{"cloud": "germany"}, "cloud: "},
		{"service-principal", fields{"cloud": "custom"}, "vaultSuffix: is missing"},
		{"service-principal", fields{"cloud": "custom", "vaultSuffix": "vault.example.net"}, "authority: is missing"},
		{"browser", fields{"cloud": "custom", "vaultSuffix": "vault.example.net"}, "authority: is missing"},
		{"service-principal", fields{"authority": "http://login.example.net"}, "authority: is not an https URL"},
		{"service-principal", fields{"authority": "https://u:password-in-url@login.example.net"}, "authority: has a user"},
		{"service-principal", fields{"authority": "https://login.example.net/other/path"}, "authority: has a path"},
		{"service-principal", fields{"vaultSuffix": "evil.example.com/x"}, "vaultSuffix: "},
		{"service-principal", fields{"vaultSuffix": "a.b:99999999"}, "vaultSuffix: "},
		{"service-principal", fields{"resource": "http://vault.example.net"}, "resource: "},
		{"service-principal", fields{"apiVersion": "7.4&x=y"}, "apiVersion: "},
		{"service-principal", fields{"verifyChallenge": "false"}, "verifyChallenge: "},
		{"service-principal", fields{"caCert": "ca.pem"}, "caCert: is a relative path"},
		{"service-principal", fields{"caCert": filepath.Join(t.TempDir(), "none.pem")}, "caCert: cannot be read"},
		{"service-principal", fields{"caCert": empty}, "caCert: holds no certificate"},
		{"service-principal", fields{"certificate": "cert.pem"}, "certificate: is a relative path"},
		{"workload-identity", fields{"tokenFile": "token"}, "tokenFile: is a relative path"},
		{"managed-identity", fields{"objectId": "o"}, "clientId: names an identity beside"},
		{"cli", fields{"subscription": "--help; rm"}, "subscription: "},
		{"password", nil, "auth: "},
	}
	for _, test := range tests {
		p := newProvider(cloud)
		plain := fields{"tenant": azurefake.Tenant, "clientId": clientID}
		for name, value := range test.more {
			plain[name] = value
		}
		c := credential(test.auth, plain, map[string]string{"clientSecret": clientSecret})
		got := providertest.WantError(t, getError(t, p, c, inVault(t, "present")), providers.Unauthenticated, "password-in-url", clientSecret)
		if !strings.Contains(got.Message, test.part) {
			t.Errorf("%s %v: message %q, want %q in it", test.auth, test.more, got.Message, test.part)
		}
		_, err := p.SignIn(t.Context(), c, providers.Person{})
		providertest.WantError(t, err, providers.Unauthenticated, "password-in-url", clientSecret)
	}
	if seen := cloud.Requests(); len(seen) > 0 {
		t.Errorf("%d requests were sent: %+v", len(seen), seen[0])
	}
}

// TestClouds: each cloud has its own authority, suffix and resource.
func TestClouds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		plain             fields
		authority, suffix string
	}{
		{fields{}, "login.microsoftonline.com", "vault.azure.net"},
		{fields{"cloud": "public"}, "login.microsoftonline.com", "vault.azure.net"},
		{fields{"cloud": "usgov"}, "login.microsoftonline.us", "vault.usgovcloudapi.net"},
		{fields{"cloud": "china"}, "login.chinacloudapi.cn", "vault.azure.cn"},
		{fields{"cloud": "custom", "authority": "https://login.example.net", "vaultSuffix": "vault.example.net"}, "login.example.net", "vault.example.net"},
		{fields{"authority": "https://login.example.net/" + azurefake.Tenant, "vaultSuffix": "vault.example.net", "tenant": azurefake.Tenant}, "login.example.net", "vault.example.net"},
	}
	for _, test := range tests {
		cloud := newCloud(t)
		p := newProvider(cloud)
		c := principal(test.plain)
		if got := get(t, p, c, inVault(t, "present")); got != "the-value" {
			t.Errorf("%v: got %q", test.plain, got)
		}
		for _, r := range cloud.Requests() {
			if r.Host != test.authority && r.Host != vaultName+"."+test.suffix {
				t.Errorf("%v: a request to %s", test.plain, r.Host)
			}
			if scope := r.Form["scope"]; len(scope) > 0 && !strings.HasPrefix(scope[0], "https://"+test.suffix+"/.default") {
				t.Errorf("%v: scope %v", test.plain, scope)
			}
			if !strings.HasPrefix(r.UserAgent, "vault-lsp/test") {
				t.Errorf("%v: user agent %q of %s %s", test.plain, r.UserAgent, r.Host, r.Path)
			}
		}
		identity, err := p.Check(t.Context(), c)
		if err != nil || identity.Name != "application "+clientID {
			t.Errorf("%v: %+v, %v", test.plain, identity, err)
		}
	}
}

// TestAPIVersion: an older cloud or an emulator gets the version it knows.
func TestAPIVersion(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t)
	var versions []string
	base := cloud.Transport
	cloud.Transport = transport(func(r *http.Request) (*http.Response, error) {
		if v := r.URL.Query().Get("api-version"); v != "" && strings.Contains(r.URL.Host, ".vault.") {
			versions = append(versions, v)
		}
		return base.RoundTrip(r)
	})
	get(t, newProvider(cloud), principal(fields{"apiVersion": "7.4"}), inVault(t, "present"))
	for _, v := range versions {
		if v != "7.4" {
			t.Errorf("asked with version %s", v)
		}
	}
	if len(versions) == 0 {
		t.Error("no request with a version")
	}
}

// TestEnvironmentAuthority: the authority of the environment counts for the
// default chain only, as in Azure's own tools.
func TestEnvironmentAuthority(t *testing.T) {
	cloud := newCloud(t)
	t.Setenv("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us")
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
	t.Setenv("AZURE_TENANT_ID", azurefake.Tenant)
	t.Setenv("AZURE_CLIENT_ID", clientID)
	t.Setenv("AZURE_CLIENT_SECRET", clientSecret)
	c := credential("default", nil, nil)
	if got := get(t, newProvider(cloud), c, ref(t, "id=https://"+vaultName+".vault.usgovcloudapi.net/secrets/present")); got != "the-value" {
		t.Errorf("got %q", got)
	}
	err := getError(t, newProvider(cloud), c, ref(t, "id=https://"+vaultName+".vault.azure.net/secrets/present"))
	providertest.WantError(t, err, providers.InvalidReference)
	// A configured application does not look at it.
	get(t, newProvider(cloud), principal(nil), inVault(t, "present"))
}
