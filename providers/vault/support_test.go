package vault_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
	"github.com/vault-lsp/vault-lsp/secret"
)

// newProvider returns a provider that is closed with the test.
func newProvider(t *testing.T, options vault.Options) *vault.Provider {
	t.Helper()
	p := vault.New(options)
	t.Cleanup(func() {
		// The test's own context has ended by now, the logins have not.
		if err := p.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return p
}

// fields are plain fields of a profile beside its address.
type fields map[string]string

// withToken is a configured profile with a token.
func withToken(address, token string, more fields) providers.Credential {
	return credential("token", address, more, map[string]string{"token": token})
}

// withAppRole is a configured profile with a role.
func withAppRole(address, roleID, secretID string, more fields) providers.Credential {
	all := fields{"roleId": roleID}
	maps.Copy(all, more)
	return credential("approle", address, all, map[string]string{"secretId": secretID})
}

func credential(auth, address string, plain fields, material map[string]string) providers.Credential {
	all := map[string]string{"address": address}
	maps.Copy(all, plain)
	return providertest.Credential(credentials.Profile{
		Name: "infra", Provider: secret.Vault, Auth: auth, Fields: all,
	}, material)
}

// ref makes a reference of name=value texts.
func ref(t testing.TB, pairs ...string) secret.Ref {
	t.Helper()
	var values []secret.FieldValue
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		values = append(values, secret.FieldValue{Name: name, Value: value})
	}
	return providertest.MustRef(t, secret.Vault, values...)
}

// get reads a reference and returns the object as text.
func get(t *testing.T, p *vault.Provider, c providers.Credential, pairs ...string) string {
	t.Helper()
	payload, err := p.Get(t.Context(), c, ref(t, pairs...))
	if err != nil {
		t.Fatalf("get %v: %v", pairs, err)
	}
	if payload.Kind != providers.Object {
		t.Errorf("get %v: kind %v, want an object", pairs, payload.Kind)
	}
	return string(payload.Value.Reveal())
}

// getError reads a reference that cannot be read.
func getError(t *testing.T, p *vault.Provider, c providers.Credential, pairs ...string) error {
	t.Helper()
	payload, err := p.Get(t.Context(), c, ref(t, pairs...))
	if err == nil {
		t.Fatalf("get %v: %d bytes, want an error", pairs, payload.Value.Len())
	}
	return err
}

// list returns the values a field can take.
func list(t *testing.T, p *vault.Provider, c providers.Credential, query providers.Query) []string {
	t.Helper()
	items, err := p.List(t.Context(), c, query)
	if err != nil {
		t.Fatalf("list %+v: %v", query, err)
	}
	var values []string
	for _, item := range items {
		values = append(values, item.Value)
	}
	return values
}

// seen is one request a recorder got.
type seen struct {
	Method, URI string
	Header      http.Header
	Body        string
}

// recorder is a server in front of another, or of nothing, that keeps what it
// is asked.
type recorder struct {
	URL string

	mu       sync.Mutex
	requests []seen
	// answer may answer in place of the server behind; it reports whether it
	// did.
	answer func(http.ResponseWriter, *http.Request) bool
}

// newRecorder starts a recorder in front of a server, or of nothing for "".
func newRecorder(t *testing.T, behind string, answer func(http.ResponseWriter, *http.Request) bool) *recorder {
	t.Helper()
	r := &recorder{answer: answer}
	var proxy http.Handler = http.NotFoundHandler()
	if behind != "" {
		target, err := url.Parse(behind)
		if err != nil {
			t.Fatal(err)
		}
		proxy = &httputil.ReverseProxy{Rewrite: func(request *httputil.ProxyRequest) { request.SetURL(target) }}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			t.Errorf("recorder: %v", err)
		}
		request.Body = io.NopCloser(strings.NewReader(string(body)))
		r.mu.Lock()
		r.requests = append(r.requests, seen{request.Method, request.RequestURI, request.Header.Clone(), string(body)})
		answer := r.answer
		r.mu.Unlock()
		if answer == nil || !answer(w, request) {
			proxy.ServeHTTP(w, request)
		}
	}))
	t.Cleanup(server.Close)
	r.URL = server.URL
	return r
}

// all returns what was asked so far.
func (r *recorder) all() []seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// count returns how many requests had a path that begins like this.
func (r *recorder) count(prefix string) int {
	n := 0
	for _, request := range r.all() {
		if strings.HasPrefix(request.URI, prefix) {
			n++
		}
	}
	return n
}

// status answers with a status and Vault's form of an error.
func status(code int, messages ...string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		if messages == nil {
			messages = []string{}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"errors": messages})
		return true
	}
}

// only limits an answer to the paths that begin like this.
func only(prefix string, answer func(http.ResponseWriter, *http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		return strings.HasPrefix(r.URL.Path, prefix) && answer(w, r)
	}
}

// onePath is a policy to read one path.
func onePath(server *testtools.VaultServer, name, path string) {
	server.Policy(name, `path "`+path+`" { capabilities = ["read"] }`)
}

// escape makes a path of a secret one of a URL.
func escape(path string) string { return (&url.URL{Path: path}).EscapedPath() }

func decodeBody(t *testing.T, response *http.Response, into any) {
	t.Helper()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatalf("decode: %v", err)
	}
}

func asError(err error, target **providers.Error) bool { return errors.As(err, target) }

// announce keeps what a credential's sign-ins announced.
func announce(into *[]string) func(secret.Value) {
	var mu sync.Mutex
	return func(value secret.Value) {
		mu.Lock()
		defer mu.Unlock()
		*into = append(*into, string(value.Reveal()))
	}
}

// newLatencyServer is a key/value server that takes its time.
func newLatencyServer(b *testing.B, latency time.Duration) string {
	b.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(latency)
		defer timer.Stop()
		<-timer.C
		fakeKV(w, r)
	}))
	b.Cleanup(server.Close)
	return server.URL
}
