package vault_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
)

// agent forwards to a server and adds its token where a request has none, as
// Vault Agent and Vault Proxy do with use_auto_auth_token
// (https://developer.hashicorp.com/vault/docs/agent-and-proxy/proxy/apiproxy). It
// wants the header that no browser sends.
type agent struct {
	server *testtools.VaultServer
	token  string

	mu      sync.Mutex
	headers []http.Header
}

func (a *agent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.headers = append(a.headers, r.Header.Clone())
	a.mu.Unlock()
	if r.Header.Get("X-Vault-Request") != "true" {
		w.WriteHeader(http.StatusPreconditionFailed)
		return
	}
	target, err := url.Parse(a.server.Address)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	(&httputil.ReverseProxy{Rewrite: func(request *httputil.ProxyRequest) {
		request.SetURL(target)
		if request.Out.Header.Get("X-Vault-Token") == "" && a.token != "" {
			request.Out.Header.Set("X-Vault-Token", a.token)
		}
	}}).ServeHTTP(w, r)
}

// listenSocket serves on a Unix socket and returns its address.
func listenSocket(t *testing.T, handler http.Handler) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "agent") // t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	path := filepath.Join(folder, "agent.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return "unix://" + path
}

// TestAgent: through an agent's socket or port nothing is signed in with, nothing
// of the environment is sent, and the agent's token is not ours to revoke.
func TestAgent(t *testing.T) {
	setAmbient(t, "http://127.0.0.1:1")
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": "p"})
	onePath(server, "app", "secret/data/app/db")
	a := &agent{server: server, token: server.Token(0, 0, "app", "default")}
	port := httptest.NewServer(a)
	t.Cleanup(port.Close)
	for _, address := range []string{listenSocket(t, a), port.URL} {
		for _, ambient := range []bool{false, true} {
			t.Run(fmt.Sprint(address, ambient), func(t *testing.T) {
				c := credential("agent", address, nil, nil)
				if ambient {
					c = providertest.Credential(credentials.Profile{Provider: "vault", Auth: "agent", Ambient: true, Fields: fields{"address": address}}, nil)
				}
				p := newProvider(t, vault.Options{})
				if got := get(t, p, c, "path=app/db"); got != `{"password":"p"}` {
					t.Errorf("got %s", got)
				}
				identity, err := p.Check(t.Context(), c)
				if err != nil || !strings.Contains(fmt.Sprint(identity.Details), address) {
					t.Errorf("check: %+v, %v", identity, err)
				}
				if err := p.Close(t.Context()); err != nil || !accepted(server, a.token) {
					t.Errorf("close: %v; the agent's token must stay", err)
				}
			})
		}
	}
	for _, header := range a.headers {
		if header.Get("X-Vault-Token") != "" || strings.Contains(strings.ToLower(fmt.Sprint(header)), "ambient") {
			t.Errorf("the agent was sent %v", header)
		}
	}
}

// TestAgentFails: an agent that adds no token, and none at all.
func TestAgentFails(t *testing.T) {
	t.Parallel()
	a := &agent{server: testtools.Vault(t)}
	got := providertest.WantError(t, getError(t, newProvider(t, vault.Options{}), credential("agent", listenSocket(t, a), nil, nil), "path=a"), providers.Unauthenticated)
	if !strings.Contains(got.Message, "adds no token, or none") || !strings.Contains(got.Hint, "use_auto_auth_token") {
		t.Errorf("%q, %q", got.Message, got.Hint)
	}
	path := filepath.Join(t.TempDir(), "no.sock")
	got = providertest.WantError(t, getError(t, newProvider(t, vault.Options{}), credential("agent", "unix://"+path, nil, nil), "path=a"), providers.Unavailable)
	if !strings.Contains(got.Message, path) || !strings.Contains(got.Hint, "agent runs") {
		t.Errorf("%q, %q", got.Message, got.Hint)
	}
}
