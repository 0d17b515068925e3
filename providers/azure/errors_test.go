package azure_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/azure"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

// leak stands for what a server repeats in its message; no error may show it.
const leak = "leaked-by-the-server-61"

// TestVaultErrors: what Key Vault answers, told apart.
// https://learn.microsoft.com/azure/key-vault/general/common-error-codes
func TestVaultErrors(t *testing.T) {
	t.Parallel()
	const (
		rbac     = "Caller is not authorized to perform action on resource.\r\nCaller: appid=" + leak + "\r\nAction: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'\r\nAssignment: (not found)"
		policy   = "The user, group or application 'appid=" + leak + "' does not have secrets get permission on key vault 'my-vault;location=westeurope'."
		firewall = "Client address is not authorized and caller is not a trusted service.\r\nClient address: 203.0.113.7\r\nCaller: appid=" + leak + "\r\nVault: my-vault;location=westeurope"
		closed   = "Public network access is disabled and request is not from a trusted service nor via an approved private link.\r\nCaller: appid=" + leak
	)
	tests := []struct {
		name                 string
		status               int
		code, inner, message string
		kind                 providers.Kind
		text, hint           string
	}{
		{"role", 403, "Forbidden", "ForbiddenByRbac", rbac, providers.Denied, "no role that allows it", `"Key Vault Secrets User"`},
		{"role, old form", 403, "Forbidden", "", rbac, providers.Denied, "no role that allows it", "roles"},
		{"access policy", 403, "Forbidden", "ForbiddenByPolicy", policy, providers.Denied, "access policies do not allow", "--secret-permissions get"},
		{"access policy, old form", 403, "Forbidden", "AccessDenied", policy, providers.Denied, "access policies do not allow", "get"},
		{"firewall", 403, "Forbidden", "ForbiddenByFirewall", firewall, providers.Denied, "203.0.113.7", "network-rule add"},
		{"firewall, old form", 403, "Forbidden", "", firewall, providers.Denied, "the firewall of the vault my-vault", "network"},
		{"private link", 403, "Forbidden", "ForbiddenByConnection", closed, providers.Denied, "closed to the public network", "private endpoint"},
		{"disabled", 403, "Forbidden", "SecretDisabled", "Operation get is not allowed on a disabled secret.", providers.Denied, "is disabled", "--enabled true"},
		{"expired", 403, "Forbidden", "", "Operation get is not allowed on an expired secret: the secret is expired " + leak, providers.Denied, "outside its activation and expiry dates", "new version"},
		{"forbidden", 403, "Forbidden", "", leak, providers.Denied, "may not read", "Key Vault Secrets User"},
		{"issuer", 401, "Unauthorized", "", "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/a/, found " + leak, providers.Unauthenticated, "another tenant", "az keyvault show"},
		{"audience", 401, "Unauthorized", "", "AKV10022: Invalid audience. Expected a, found: " + leak, providers.Unauthenticated, "another cloud", "cloud"},
		{"token", 401, "Unauthorized", "", "Error validating token: IDX10223: Lifetime validation failed. " + leak, providers.Unauthenticated, "has expired", "sign in"},
		{"unauthorized", 401, "Unauthorized", "", leak, providers.Unauthenticated, "does not accept the token", "sign in"},
		{"not found", 404, "SecretNotFound", "", "A secret with (name/id) " + leak + " was not found in this key vault.", providers.NotFound, "there is no secret present", "check the names"},
		{"not a vault", 404, "", "", leak, providers.Unavailable, "not one of a key vault", "vault's name"},
		{"conflict", 409, "Conflict", "ObjectIsBeingDeleted", leak, providers.Deleted, "being deleted", "try again"},
		{"throttled", 429, "Throttled", "", leak, providers.Throttled, "too many requests", "7s"},
		{"bad parameter", 400, "BadParameter", "", leak, providers.InvalidReference, "refuses the name or the version", "names"},
		{"API version", 400, "BadParameter", "", "The specified version (2026-04-01) is not recognized. Consider using the latest supported version (7.6).", providers.Unsupported, "this version of the interface", "apiVersion of the credential to 7.6"},
		{"server", 500, "InternalError", "", leak, providers.Unavailable, "failed (status 500)", "try again"},
		{"teapot", 418, "", "", leak, providers.Unavailable, "status 418", "vault's name"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cloud := newCloud(t)
			cloud.Answer(func(w http.ResponseWriter, r *http.Request) bool {
				if test.status == 429 {
					w.Header().Set("Retry-After", "7")
				}
				if test.code == "" && test.status == 404 {
					http.Error(w, test.message, test.status)
					return true
				}
				azurefake.Fail(w, test.status, test.code, test.inner, test.message)
				return true
			})
			err := getError(t, newProvider(cloud), principal(nil), inVault(t, "present"))
			got := providertest.WantError(t, err, test.kind, leak, clientSecret)
			if !strings.Contains(got.Message, test.text) || !strings.Contains(got.Hint, test.hint) {
				t.Errorf("message %q, hint %q;\nwant %q, %q", got.Message, got.Hint, test.text, test.hint)
			}
			if test.kind == providers.Denied && !strings.Contains(got.Message, "my-vault") {
				t.Errorf("message %q names no vault", got.Message)
			}
		})
	}
}

// TestDeniedSaysWho: whom to give the role to, and for what.
func TestDeniedSaysWho(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t)
	cloud.Deny(vaultName, clientID)
	p := newProvider(cloud)
	got := asError(t, getError(t, p, principal(nil), inVault(t, "present")))
	if !strings.Contains(got.Message, "application "+clientID) || !strings.Contains(got.Message, "may not read") {
		t.Errorf("message %q", got.Message)
	}
	_, err := p.List(t.Context(), principal(nil), providers.Query{Field: "secret", Known: map[string]string{"vault": vaultName}})
	got = providertest.WantError(t, err, providers.Denied)
	if !strings.Contains(got.Message, "may not list") {
		t.Errorf("message %q", got.Message)
	}
}

// TestAuthorityErrors: what Entra answers, in our words.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
func TestAuthorityErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault azurefake.SignInFault
		kind  providers.Kind
		text  string
	}{
		{azurefake.SignInFault{Status: 401, Error: "invalid_client", Code: 7000215}, providers.Unauthenticated, "the client secret is wrong (AADSTS7000215)"},
		{azurefake.SignInFault{Status: 401, Error: "invalid_client", Code: 7000222}, providers.Unauthenticated, "the client secret has expired"},
		{azurefake.SignInFault{Status: 400, Error: "unauthorized_client", Code: 700016}, providers.Unauthenticated, "does not know the application"},
		{azurefake.SignInFault{Status: 400, Error: "invalid_request", Code: 90002}, providers.Unauthenticated, "there is no such tenant"},
		{azurefake.SignInFault{Status: 400, Error: "invalid_grant", Code: 53003}, providers.Unauthenticated, "a policy of the tenant blocks"},
		{azurefake.SignInFault{Status: 400, Error: "invalid_resource", Code: 500011}, providers.Unauthenticated, "Key Vault is not known to the tenant"},
		{azurefake.SignInFault{Status: 401, Error: "invalid_client", Code: 700027}, providers.Unauthenticated, "the certificate is not registered"},
		{azurefake.SignInFault{Status: 503, Error: "temporarily_unavailable", Code: 90033}, providers.Unavailable, "not able to answer"},
		{azurefake.SignInFault{Status: 401, Error: "invalid_client"}, providers.Unauthenticated, "does not know the application, or refuses"},
		{azurefake.SignInFault{Status: 400, Error: "invalid_grant"}, providers.Unauthenticated, "refuses the sign-in"},
		{azurefake.SignInFault{Status: 400, Error: "invalid_scope"}, providers.Unauthenticated, "gives no tokens for https://vault.azure.net"},
		{azurefake.SignInFault{Status: 400, Error: "something_new"}, providers.Unauthenticated, "refuses to give a token (status 400)"},
		{azurefake.SignInFault{Status: 429, Error: "throttled", RetryAfter: "9"}, providers.Throttled, "too many requests"},
		{azurefake.SignInFault{Status: 500, Error: "boom"}, providers.Unavailable, "failed (status 500)"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.fault.Error, test.fault.Code), func(t *testing.T) {
			t.Parallel()
			cloud := newCloud(t)
			test.fault.Description = "Something with " + leak
			cloud.Refuse(clientID, test.fault)
			err := getError(t, newProvider(cloud), principal(nil), inVault(t, "present"))
			got := providertest.WantError(t, err, test.kind, leak, clientSecret)
			if !strings.Contains(got.Message, test.text) {
				t.Errorf("message %q, want %q in it", got.Message, test.text)
			}
			if test.fault.RetryAfter != "" && got.RetryAfter != 9*time.Second {
				t.Errorf("retry after %s", got.RetryAfter)
			}
		})
	}
}

// TestTenants: a vault of another tenant is told before a token is asked for;
// a tenant that is a domain is left to the authority.
func TestTenants(t *testing.T) {
	t.Parallel()
	const other = "55555555-5555-5555-5555-555555555555"
	cloud := newCloud(t)
	got := providertest.WantError(t, getError(t, newProvider(cloud), principal(fields{"tenant": other}), inVault(t, "present")), providers.Unauthenticated)
	if !strings.Contains(got.Message, "belongs to the tenant "+azurefake.Tenant) || !strings.Contains(got.Message, other) {
		t.Errorf("message %q", got.Message)
	}
	for _, r := range cloud.Requests() {
		if strings.HasPrefix(r.Host, "login.") {
			t.Errorf("the authority was asked for %s", r.Path)
		}
	}
	if got := get(t, newProvider(cloud), principal(fields{"tenant": "contoso.example.com"}), inVault(t, "present")); got != "the-value" {
		t.Errorf("got %q", got)
	}
}

// TestConnectionErrors: names that do not exist, certificates, silence.
func TestConnectionErrors(t *testing.T) {
	t.Parallel()
	vaultOnly := func(err error) func(*http.Request) (*http.Response, error) {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	op := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	tests := []struct {
		name string
		send func(*http.Request) (*http.Response, error)
		kind providers.Kind
		text string
	}{
		{"no such vault", vaultOnly(op(&net.DNSError{Name: "my-vault.vault.azure.net", IsNotFound: true})), providers.NotFound, "there is no vault my-vault in the cloud public"},
		{"no name server", vaultOnly(op(&net.DNSError{Name: "my-vault.vault.azure.net", IsTemporary: true})), providers.Unavailable, "cannot be resolved"},
		{"refused", vaultOnly(op(syscall.ECONNREFUSED)), providers.Unavailable, "refuses the connection"},
		{"reset", vaultOnly(op(syscall.ECONNRESET)), providers.Unavailable, "closed the connection"},
		{"end", vaultOnly(io.ErrUnexpectedEOF), providers.Unavailable, "closed the connection"},
		{"unreachable", vaultOnly(op(syscall.ENETUNREACH)), providers.Unavailable, "cannot be reached"},
		{"timeout", vaultOnly(op(timeoutError{})), providers.Timeout, "did not answer in time"},
		{"proxy", vaultOnly(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: errors.New(leak)}), providers.Unavailable, "the proxy"},
		{"TLS record", vaultOnly(tls.RecordHeaderError{Msg: leak}), providers.Unavailable, "does not speak https"},
		{"other", vaultOnly(errors.New(leak)), providers.Unavailable, "failed"},
	}
	for _, test := range tests {
		for _, place := range []string{".vault.azure.net", "login."} {
			if place == "login." && test.kind == providers.NotFound {
				continue
			}
			cloud := newCloud(t)
			network := transport(func(r *http.Request) (*http.Response, error) {
				if strings.Contains(r.URL.Host, place) {
					return test.send(r)
				}
				return cloud.Transport.RoundTrip(r)
			})
			err := getError(t, azure.New(azure.Options{Transport: network}), principal(nil), inVault(t, "present"))
			got := providertest.WantError(t, err, test.kind, leak, clientSecret)
			if !strings.Contains(got.Message, test.text) || !strings.Contains(got.Message, strings.Trim(place, ".")) && !strings.Contains(got.Message, "my-vault") {
				t.Errorf("%s at %s: message %q, want %q and the host in it", test.name, place, got.Message, test.text)
			}
		}
	}
}

type timeoutError struct{}

func (timeoutError) Error() string   { return leak }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

// TestCertificatesAreVerified: over the real transport, an authority that
// nobody vouches for gets nothing until the profile names it.
func TestCertificatesAreVerified(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t)
	_, port, err := net.SplitHostPort(cloud.Address)
	if err != nil {
		t.Fatal(err)
	}
	host := "localhost:" + port
	c := credential("service-principal", fields{
		"tenant": azurefake.Tenant, "clientId": clientID, "cloud": "custom", "authority": "https://" + host, "vaultSuffix": host, "verifyChallenge": "false",
	}, map[string]string{"clientSecret": clientSecret})
	got := providertest.WantError(t, getError(t, azure.New(azure.Options{}), c, ref(t, "id=https://"+host+"/secrets/n")), providers.Unavailable, clientSecret)
	if !strings.Contains(got.Message, "unknown authority") || !strings.Contains(got.Hint, "caCert") {
		t.Errorf("message %q, hint %q", got.Message, got.Hint)
	}
	if n := len(cloud.Requests()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestAnswersThatAreNoVaults: a body that is too large or of another form.
func TestAnswersThatAreNoVaults(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"empty object": `{}`, "no JSON": `<html>` + leak, "null": `null`, "a list": `[]`, "too large": `{"value":"` + strings.Repeat("x", 5<<20) + `"}`,
	} {
		cloud := newCloud(t)
		cloud.Answer(func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = io.WriteString(w, body)
			return true
		})
		err := getError(t, newProvider(cloud), principal(nil), inVault(t, "present"))
		got := providertest.WantError(t, err, providers.Unavailable, leak)
		if want := map[bool]string{true: "4 MiB", false: "not one of a key vault"}[name == "too large"]; !strings.Contains(got.Message, want) {
			t.Errorf("message %q", got.Message)
		}
	}
}

// TestProxy: everything goes through the proxy, and what it refuses is told.
func TestProxy(t *testing.T) {
	t.Parallel()
	for status, part := range map[int]string{http.StatusProxyAuthRequired: "asks for a password", http.StatusForbidden: "does not let the connection through (status 403)"} {
		var asked []string
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.Method+" "+r.Host)
			w.WriteHeader(status)
		}))
		t.Cleanup(proxy.Close)
		through, err := url.Parse(proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		p := azure.New(azure.Options{Proxy: http.ProxyURL(through)})
		got := providertest.WantError(t, getError(t, p, principal(nil), inVault(t, "present")), providers.Unavailable)
		if !strings.Contains(got.Message, "the proxy 127.0.0.1:") || !strings.Contains(got.Message, part) {
			t.Errorf("message %q", got.Message)
		}
		if _, err := p.Check(t.Context(), principal(nil)); err == nil {
			t.Error("the authority was reached past the proxy")
		}
		slices.Sort(asked)
		want := []string{"CONNECT login.microsoftonline.com:443", "CONNECT my-vault.vault.azure.net:443"}
		if asked = slices.Compact(asked); !slices.Equal(asked, want) {
			t.Errorf("the proxy was asked for %q", asked)
		}
	}
}
