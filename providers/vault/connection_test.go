package vault_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
)

// wantFault reads with a credential and compares kind, message and hint.
func wantFault(t *testing.T, c providers.Credential, kind providers.Kind, message, hint string) {
	t.Helper()
	p := newProvider(t, vault.Options{})
	got := providertest.WantError(t, getError(t, p, c, "path=app/db"), kind, "profile-token", "echoed-value")
	if !strings.Contains(got.Message, message) || !strings.Contains(got.Hint, hint) {
		t.Errorf("message %q, hint %q; want parts %q, %q", got.Message, got.Hint, message, hint)
	}
}

func TestSealed(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": "p"})
	p := newProvider(t, vault.Options{})
	c := withToken(server.Address, server.RootToken, nil)
	get(t, p, c, "path=app/db")
	server.Seal()
	got := providertest.WantError(t, getError(t, p, c, "path=app/db"), providers.Sealed, server.RootToken)
	if !strings.Contains(got.Message, "sealed") || !strings.Contains(got.Hint, "unseal") {
		t.Errorf("message %q, hint %q", got.Message, got.Hint)
	}
	_, err := p.Check(t.Context(), c)
	providertest.WantError(t, err, providers.Sealed)
	_, err = p.List(t.Context(), c, providers.Query{Field: "mount"})
	providertest.WantError(t, err, providers.Sealed)
	server.Unseal()
	get(t, p, c, "path=app/db")
}

func TestTLS(t *testing.T) {
	t.Parallel()
	server := testtools.VaultTLS(t)
	server.PutKV2("app/db", map[string]any{"password": "p"})
	p := newProvider(t, vault.Options{})
	get(t, p, withToken(server.Address, server.RootToken, fields{"caCert": server.CAFile}), "path=app/db")

	token := server.RootToken
	wantFault(t, withToken(server.Address, token, nil), providers.Unavailable, "unknown authority", `caCert of credential "infra"`)
	wantFault(t, withToken(server.Address, token, fields{"caCert": server.CAFile, "tlsServerName": "vault.example.com"}),
		providers.Unavailable, "for another name", "tlsServerName")
	plain := strings.Replace(server.Address, "https://", "http://", 1)
	wantFault(t, withToken(plain, token, nil), providers.Unavailable, "the address says http", "https://")

	clear := testtools.Vault(t)
	encrypted := strings.Replace(clear.Address, "http://", "https://", 1)
	wantFault(t, withToken(encrypted, token, nil), providers.Unavailable, "does not speak https", "http://")
}

// TestCAFileInHome: a path that begins with ~/ is one of the home folder.
func TestCAFileInHome(t *testing.T) {
	server := testtools.VaultTLS(t)
	server.PutKV2("app/db", map[string]any{"password": "p"})
	t.Setenv("HOME", filepath.Dir(server.CAFile))
	p := newProvider(t, vault.Options{})
	get(t, p, withToken(server.Address, server.RootToken, fields{"caCert": "~/" + filepath.Base(server.CAFile)}), "path=app/db")
}

func TestClientCertificateWanted(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool()}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	wantFault(t, withToken(server.URL, "profile-token", fields{"caCert": ca}),
		providers.Unavailable, "ended the TLS handshake", "clientCert and clientKey")
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	closed := "http://" + testtools.ClosedAddress(t)
	wantFault(t, withToken(closed, "profile-token", nil), providers.Unavailable, "the server at "+strings.TrimPrefix(closed, "http://")+" refuses the connection", "that the server runs")
	wantFault(t, withToken("https://does-not-exist.invalid", "profile-token", nil),
		providers.Unavailable, "does-not-exist.invalid cannot be resolved", "VPN")

	dropping := newRecorder(t, "", func(w http.ResponseWriter, _ *http.Request) bool {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
		return true
	})
	wantFault(t, withToken(dropping.URL, "profile-token", nil), providers.Unavailable, "closed the connection", "")
}

func TestStatus(t *testing.T) {
	t.Parallel()
	html := func(code int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(code)
			_, _ = w.Write([]byte("<html>echoed-value</html>"))
			return true
		}
	}
	tests := []struct {
		name    string
		answer  func(http.ResponseWriter, *http.Request) bool
		kind    providers.Kind
		message string
	}{
		{"throttled", status(429, "echoed-value"), providers.Throttled, "limit on requests"},
		{"server error", status(500, "echoed-value"), providers.Unavailable, "status 500"},
		{"unavailable", status(503, "echoed-value"), providers.Unavailable, "status 503"},
		{"gateway sign-in", html(401), providers.Unauthenticated, "another sign-in"},
		{"page", html(200), providers.Unavailable, "not one of a Vault server"},
		{"page not found", html(404), providers.Unavailable, "not one of a Vault server"},
		{"no token", status(400, "missing client token"), providers.Unauthenticated, "received no token"},
		{"teapot", status(418, "echoed-value"), providers.InvalidReference, "status 418"},
		{"not an object", only("/v1/secret", func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte(`{"data": ["echoed-value"]}`))
			return true
		}), providers.InvalidReference, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := newRecorder(t, "", test.answer)
			p := newProvider(t, vault.Options{})
			err := getError(t, p, withToken(server.URL, "profile-token", nil), "path=app/db", "engine=v1")
			got := providertest.WantError(t, err, test.kind, "echoed-value", "profile-token")
			if !strings.Contains(got.Message, test.message) {
				t.Errorf("message %q, want %q in it", got.Message, test.message)
			}
		})
	}
}

// TestRetry: an answer that a second try can change is asked for again, one
// that cannot is not.
func TestRetry(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]int{412: 3, 500: 3, 502: 3, 504: 3, 429: 1, 503: 1, 404: 1, 400: 1} {
		t.Run(strconv.Itoa(code), func(t *testing.T) {
			t.Parallel()
			server := newRecorder(t, "", status(code))
			p := newProvider(t, vault.Options{})
			_ = getError(t, p, withToken(server.URL, "t", nil), "path=a", "engine=v1")
			if got := server.count("/v1/secret/a"); got != want {
				t.Errorf("asked %d times, want %d", got, want)
			}
		})
	}
}

// TestCancelOfOne: the caller who began a sign-in gives up; the one who waits
// for the same sign-in gets it.
func TestCancelOfOne(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	server := newRecorder(t, "", func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == loginPath {
			close(arrived)
			<-release
		}
		_, _ = w.Write([]byte(`{"auth": {"client_token": "m", "lease_duration": 60}, "data": {"k": "v"}}`))
		return true
	})
	p := newProvider(t, vault.Options{})
	c := withAppRole(server.URL, "r", "s", nil)
	r := ref(t, "path=a", "engine=v1")
	first, cancel := context.WithCancel(t.Context())
	firstDone, secondDone := make(chan error, 1), make(chan error, 1)
	go func() { _, err := p.Get(first, c, r); firstDone <- err }()
	<-arrived
	go func() { _, err := p.Get(t.Context(), c, r); secondDone <- err }()
	cancel()
	if err := <-firstDone; err != context.Canceled {
		t.Errorf("first: %v, want context.Canceled", err)
	}
	close(release)
	if err := <-secondDone; err != nil {
		t.Errorf("second: %v", err)
	}
	if n := server.count(loginPath); n != 1 {
		t.Errorf("%d sign-ins, want 1", n)
	}
}

func TestTimeoutOfSignIn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	p := newProvider(t, vault.Options{})
	_, err := p.Get(ctx, withAppRole("http://"+testtools.SilentAddress(t), "r", "the-secret-id", nil), ref(t, "path=a"))
	providertest.WantError(t, err, providers.Timeout, "the-secret-id")
}

// TestQuota: the server's own limit on requests is told with the time to wait.
func TestQuota(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": "p"})
	server.Write("sys/quotas/config", map[string]any{"enable_rate_limit_response_headers": true})
	server.Write("sys/quotas/rate-limit/secret", map[string]any{"path": "secret/data/app/db", "rate": 1, "interval": "60s"})
	p := newProvider(t, vault.Options{})
	c := withToken(server.Address, server.RootToken, nil)
	get(t, p, c, "path=app/db")
	got := providertest.WantError(t, getError(t, p, c, "path=app/db"), providers.Throttled)
	if got.RetryAfter <= 0 || got.RetryAfter > time.Minute || !strings.Contains(got.Hint, "try again in") {
		t.Errorf("wait %s, hint %q", got.RetryAfter, got.Hint)
	}
}

// TestStaleReplica: a replica that has not caught up is asked again, and then it
// is told.
func TestStaleReplica(t *testing.T) {
	t.Parallel()
	server := newRecorder(t, "", status(http.StatusPreconditionFailed, "required index state not present"))
	wantFault(t, withToken(server.URL, "profile-token", nil), providers.Unavailable, "replica", "try again")
	if n := server.count(uiMounts); n != 3 {
		t.Errorf("asked %d times, want 3", n)
	}
}

// TestControlGroup: an answer of Vault Enterprise that waits for an approval
// (https://developer.hashicorp.com/vault/docs/enterprise/control-groups).
func TestControlGroup(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"v1", "v2"} {
		server := newRecorder(t, "", func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte(`{"data": null, "wrap_info": {"token": "hvs.wrapping-7f3a91", "accessor": "a", "ttl": 86400, "creation_path": "secret/data/a"}}`))
			return true
		})
		err := getError(t, newProvider(t, vault.Options{}), withToken(server.URL, "profile-token", nil), "path=a", "engine="+engine)
		got := providertest.WantError(t, err, providers.Denied, "hvs.wrapping-7f3a91", "profile-token")
		if !strings.Contains(got.Message, "approve") {
			t.Errorf("message %q", got.Message)
		}
	}
}
