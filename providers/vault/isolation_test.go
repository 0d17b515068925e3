package vault_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
	"github.com/vault-lsp/vault-lsp/secret"
)

// ambient are the variables the client library would use. None of their values
// may be seen by any server.
func setAmbient(t *testing.T, other string) {
	t.Helper()
	for name, value := range map[string]string{
		"VAULT_TOKEN":      "ambient-token",
		"VAULT_NAMESPACE":  "ambient-namespace",
		"VAULT_HEADERS":    `{"X-Ambient": "ambient-header"}`,
		"VAULT_ADDR":       other,
		"VAULT_AGENT_ADDR": other,
		"VAULT_PROXY_ADDR": other,
		"VAULT_HTTP_PROXY": other,
		"VAULT_WRAP_TTL":   "60s",
		"VAULT_MFA":        "ambient-mfa",
		"VAULT_SRV_LOOKUP": "true",
	} {
		t.Setenv(name, value)
	}
}

// TestAmbientIsNotSent: with everything set in the environment, the server of
// the profile sees the profile's token and nothing else, and nobody else sees
// anything, whatever it redirects to.
func TestAmbientIsNotSent(t *testing.T) {
	podToken := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(podToken, []byte("profile-pod-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, code := range []int{0, 301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint("redirect ", code), func(t *testing.T) {
			other := newRecorder(t, "", status(http.StatusOK))
			setAmbient(t, other.URL)
			named := newRecorder(t, "", func(w http.ResponseWriter, r *http.Request) bool {
				if code == 0 {
					_, _ = w.Write([]byte(`{"auth": {"client_token": "minted-token", "lease_duration": 60}, "data": {"k": "v", "ttl": 60, "secret_id": "s", "creation_path": "auth/approle/role/r/secret-id"}}`))
					return true
				}
				http.Redirect(w, r, other.URL+"/v1/stolen?x="+r.Header.Get("X-Vault-Token"), code)
				return true
			})
			p := newProvider(t, vault.Options{PodTokenFile: podToken})
			signedIn := credential("oidc", named.URL, nil, nil)
			if err := signedIn.Session.Save(t.Context(), []byte(`{"token": "profile-token"}`)); err != nil {
				t.Fatal(err)
			}
			logins := []providers.Credential{
				withToken(named.URL, "profile-token", nil),
				withAppRole(named.URL, "profile-role", "profile-secret", nil),
				withAppRole(named.URL, "profile-role", "profile-token", fields{"secretIdWrapped": "true"}),
				credential("userpass", named.URL, fields{"username": "jo"}, map[string]string{"password": "profile-secret"}),
				credential("ldap", named.URL, fields{"username": "jo"}, map[string]string{"password": "profile-secret"}),
				credential("jwt", named.URL, nil, map[string]string{"jwt": "profile-secret"}),
				credential("kubernetes", named.URL, fields{"role": "r"}, nil),
				signedIn,
			}
			for _, c := range logins {
				_, err := p.Get(t.Context(), c, ref(t, "path=a", "engine=v1"))
				if code == 0 && err != nil {
					t.Errorf("%s: get: %v", c.Profile.Auth, err)
				}
				if code != 0 {
					got := providertest.WantError(t, err, providers.Unavailable, "profile-token", "profile-secret", "profile-pod-token", "stolen")
					if !strings.Contains(got.Message, "redirects to "+other.URL) {
						t.Errorf("message %q: want where it redirects to", got.Message)
					}
				}
				_, _ = p.List(t.Context(), c, providers.Query{Field: "mount"})
				_, _ = p.Check(t.Context(), c)
				_, _ = p.SignIn(t.Context(), c, person(func(context.Context, string) error { return errors.New("no browser") }))
			}
			if got := other.all(); len(got) > 0 {
				t.Errorf("the other server got %d requests: %+v", len(got), got)
			}
			wantOnlyProfile(t, named)
		})
	}
}

// wantOnlyProfile fails the test if a request carries more than the profile
// says.
func wantOnlyProfile(t *testing.T, server *recorder) {
	t.Helper()
	if len(server.all()) == 0 {
		t.Error("the server of the profile got no request")
	}
	for _, request := range server.all() {
		text := fmt.Sprint(request)
		if strings.Contains(strings.ToLower(text), "ambient") || request.Header.Get("X-Vault-Wrap-Ttl") != "" {
			t.Errorf("a request carries what the profile does not name: %s", text)
		}
		switch token := request.Header.Get("X-Vault-Token"); token {
		case "profile-token", "minted-token":
		case "":
			// The way to a token.
			if !strings.Contains(request.URI, "/login") && !strings.HasPrefix(request.URI, "/v1/auth/oidc/") && request.URI != "/v1/sys/wrapping/lookup" {
				t.Errorf("%s without a token", request.URI)
			}
		default:
			t.Errorf("%s with the token %q", request.URI, token)
		}
	}
}

// TestMalformedEnvironment: what the library cannot read is told, not shown.
func TestMalformedEnvironment(t *testing.T) {
	t.Setenv("VAULT_HEADERS", `{"ambient-header`)
	p := newProvider(t, vault.Options{})
	err := getError(t, p, withToken("http://127.0.0.1:1", "profile-token", nil), "path=a")
	providertest.WantError(t, err, providers.Unauthenticated, "ambient-header", "profile-token")
}

func TestNamespaces(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name           string
		profile        fields
		fields         []string
		secrets, login string
	}{
		{"none", nil, nil, "", ""},
		{"profile", fields{"namespace": "admin/"}, nil, "admin", "admin"},
		{"sign-in elsewhere", fields{"namespace": "admin", "authNamespace": "admin/auth"}, nil, "admin", "admin/auth"},
		{"sign-in at the root", fields{"namespace": "admin", "authNamespace": ""}, nil, "admin", ""},
		{"reference", fields{"namespace": "admin"}, []string{"namespace=admin/team"}, "admin/team", "admin"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := newRecorder(t, "", func(w http.ResponseWriter, _ *http.Request) bool {
				_, _ = w.Write([]byte(`{"auth": {"client_token": "m"}, "data": {"k": "v", "type": "kv", "options": {"version": "1"}}}`))
				return true
			})
			p := newProvider(t, vault.Options{})
			get(t, p, withAppRole(server.URL, "r", "s", test.profile), append(test.fields, "path=a")...)
			for _, request := range server.all() {
				want := test.secrets
				if request.URI == loginPath {
					want = test.login
				}
				if got := request.Header.Get("X-Vault-Namespace"); got != want {
					t.Errorf("%s in namespace %q, want %q", request.URI, got, want)
				}
			}
			if server.count(loginPath) != 1 || server.count("/v1/secret/a") != 1 {
				t.Errorf("requests %+v", server.all())
			}
		})
	}
}

// hostile are values that try to leave the place they stand for.
var hostile = []string{
	"../sys/mounts", "../../auth/token/lookup-self", "a/../../sys/mounts", "..", ".", "a/./b", "a//b", "//evil.example.com/x",
	"a?list=true", "a#b", "a%2e%2e/%2e%2e/sys", "%2e%2e/sys", "..%2fsys", "a\\..\\..\\sys", "http://evil.example.com/x",
	"a\r\nX-Vault-Namespace: evil", "a\nb", "a\x00b", "a;b", "a&version=1", "@evil.example.com", "a b", "\u2024\u2024/sys", "a\u2028b",
}

// TestHostileFields: whatever a reference or a query says, requests go to the
// server of the profile, below the mount, with the headers of the profile, or
// do not go at all.
func TestHostileFields(t *testing.T) {
	t.Parallel()
	server := newRecorder(t, "", only("/v1/", func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, uiMounts) {
			return status(http.StatusForbidden)(w, r)
		}
		return status(http.StatusNotFound)(w, r)
	}))
	p := newProvider(t, vault.Options{})
	c := withToken(server.URL, "profile-token", fields{"namespace": "admin"})
	for _, value := range hostile {
		for _, field := range []string{"path", "mount", "namespace", "version", "engine"} {
			values := []secret.FieldValue{{Name: field, Value: value}}
			if field != "path" {
				values = append(values, secret.FieldValue{Name: "path", Value: "p"})
			}
			// What the checks of the reference refuse does not get here.
			if r, err := secret.New(secret.Vault, values); err == nil {
				_, err = p.Get(t.Context(), c, r)
				providertest.WantNo(t, fmt.Sprint(err), "profile-token")
			}
			known := map[string]string{"path": "p", field: value}
			for _, asked := range []string{"mount", "path", "key", "version"} {
				_, err := p.List(t.Context(), c, providers.Query{Field: asked, Known: known, Prefix: value})
				providertest.WantNo(t, fmt.Sprint(err), "profile-token")
			}
		}
	}
	for _, request := range server.all() {
		path, _, _ := strings.Cut(request.URI, "?")
		wanted := []string{uiMounts, "/v1/sys/mounts", lookupPath}
		if strings.HasPrefix(path, "/v1/sys/") || strings.HasPrefix(path, "/v1/auth/") {
			ok := false
			for _, w := range wanted {
				ok = ok || path == w || w == uiMounts && strings.HasPrefix(path, uiMounts+"/")
			}
			if !ok {
				t.Errorf("left the mount: %s", request.URI)
			}
		}
		for segment := range strings.SplitSeq(path, "/") {
			if segment == ".." || segment == "." {
				t.Errorf("a path with dots was sent: %s", request.URI)
			}
		}
		if strings.ContainsAny(request.URI, "\r\n# \\") {
			t.Errorf("not escaped: %q", request.URI)
		}
		if got := request.Header.Get("X-Vault-Token"); got != "profile-token" {
			t.Errorf("token %q", got)
		}
		if request.Method != http.MethodGet {
			t.Errorf("%s %s", request.Method, request.URI)
		}
	}
	if len(server.all()) == 0 {
		t.Error("no request at all: the test shows nothing")
	}
}

// TestReservedMounts: what is not a secrets engine is not asked.
func TestReservedMounts(t *testing.T) {
	t.Parallel()
	server := newRecorder(t, "", status(http.StatusOK))
	p := newProvider(t, vault.Options{})
	c := withToken(server.URL, "profile-token", nil)
	for _, mount := range []string{"sys", "auth", "auth/token", "/sys/", "sys/internal"} {
		providertest.WantError(t, getError(t, p, c, "mount="+mount, "path=lookup-self", "engine=v1"), providers.InvalidReference)
	}
	if n := len(server.all()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestOwnToken: below a namespace that is part of the path, a read can still
// reach the description of the token. Its answer is not a secret.
func TestOwnToken(t *testing.T) {
	t.Parallel()
	server := newRecorder(t, "", func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, uiMounts) || strings.Contains(r.URL.Path, "/data/") {
			return status(http.StatusForbidden)(w, r)
		}
		_, _ = w.Write([]byte(`{"data": {"id": "profile-token", "accessor": "x", "policies": ["root"]}}`))
		return true
	})
	p := newProvider(t, vault.Options{})
	c := withToken(server.URL, "profile-token", nil)
	err := getError(t, p, c, "mount=team", "path=auth/token/lookup-self", "key=id")
	providertest.WantError(t, err, providers.InvalidReference, "profile-token")
}

// TestBadProfiles: nothing is sent for a profile that could send a token where
// it should not go.
func TestBadProfiles(t *testing.T) {
	t.Parallel()
	notPEM := filepath.Join(t.TempDir(), "not.pem")
	if err := os.WriteFile(notPEM, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		address string
		more    fields
		part    string
	}{
		{"no address", "", nil, "address: is missing"},
		{"no URL", "vault.example.com:8200", nil, "address"},
		{"other scheme", "ftp://vault.example.com", nil, `scheme "ftp"`},
		{"relative socket", "unix://agent.sock", nil, "address: is not the whole path"},
		{"user", "https://user:password-in-url@vault.example.com", nil, "user or password"},
		{"query", "https://vault.example.com?x=1", nil, "query"},
		{"plain http", "http://vault.example.com:8200", nil, "plain http"},
		{"plain http to an address", "http://192.0.2.1:8200", nil, "plain http"},
		{"plain http that looks local", "http://127.0.0.1.example.com", nil, "plain http"},
		{"namespace", "https://127.0.0.1:1", fields{"namespace": "a/../b"}, "namespace"},
		{"sign-in namespace", "https://127.0.0.1:1", fields{"authNamespace": "a\nb"}, "authNamespace"},
		{"no CA file", "https://127.0.0.1:1", fields{"caCert": filepath.Join(t.TempDir(), "missing.pem")}, "caCert: cannot be read"},
		{"relative CA file", "https://127.0.0.1:1", fields{"caCert": "ca.pem"}, "caCert: is a relative path"},
		{"CA file without a certificate", "https://127.0.0.1:1", fields{"caCert": notPEM}, "no certificate"},
		{"client certificate without its key", "https://127.0.0.1:1", fields{"clientCert": notPEM}, "clientKey"},
		{"client certificate that is none", "https://127.0.0.1:1", fields{"clientCert": notPEM, "clientKey": notPEM}, "clientCert"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newProvider(t, vault.Options{})
			err := getError(t, p, withToken(test.address, "profile-token", test.more), "path=a")
			got := providertest.WantError(t, err, providers.Unauthenticated, "profile-token", "password-in-url")
			if !strings.Contains(got.Message, test.part) {
				t.Errorf("message %q, want %q in it", got.Message, test.part)
			}
		})
	}
	p := newProvider(t, vault.Options{})
	for auth, plain := range map[string]fields{"ldap": nil, "approle": nil} {
		providertest.WantError(t, getError(t, p, credential(auth, "https://127.0.0.1:1", plain, nil), "path=a"), providers.Unauthenticated)
	}
	err := getError(t, p, withAppRole("https://127.0.0.1:1", "r", "s", fields{"mount": "../token"}), "path=a")
	providertest.WantError(t, err, providers.Unauthenticated)
}

// TestAllowHTTP: only the profile opens plain http to another machine.
func TestAllowHTTP(t *testing.T) {
	t.Parallel()
	// As a proxy the recorder receives what would go to the other machine.
	proxy := newRecorder(t, "", func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = w.Write([]byte(`{"data": {"k": "v"}}`))
		return true
	})
	through, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := newProvider(t, vault.Options{Proxy: http.ProxyURL(through)})
	const address = "http://vault.example.com:8200"
	err = getError(t, p, withToken(address, "profile-token", fields{"allowHttp": "false"}), "path=a", "engine=v1")
	providertest.WantError(t, err, providers.Unauthenticated, "profile-token")
	if n := len(proxy.all()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
	if got := get(t, p, withToken(address, "profile-token", fields{"allowHttp": "true"}), "path=a", "engine=v1"); got != `{"k":"v"}` {
		t.Errorf("got %s", got)
	}
	if all := proxy.all(); len(all) != 1 || all[0].URI != address+"/v1/secret/a" {
		t.Errorf("requests %+v", all)
	}
	// This machine is reached without the proxy.
	local := newRecorder(t, "", proxy.answer)
	get(t, p, withToken(local.URL, "profile-token", nil), "path=a", "engine=v1")
	if n := len(local.all()); n != 1 {
		t.Errorf("%d requests, want 1 directly", n)
	}
}
