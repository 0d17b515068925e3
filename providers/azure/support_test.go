package azure_test

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/azure"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// What every test of the fake cloud uses.
const (
	vaultName    = "my-vault"
	clientID     = "33333333-3333-3333-3333-333333333333"
	clientSecret = "client-secret-value-1"
)

// fields are plain fields of a profile.
type fields map[string]string

// newCloud starts a cloud with a vault and an application.
func newCloud(t testing.TB) *azurefake.Cloud {
	t.Helper()
	cloud := azurefake.New(t)
	cloud.Application(clientID, clientSecret)
	cloud.Put(vaultName, "present", azurefake.Version{Text: "the-value"})
	return cloud
}

// newProvider returns a provider over a cloud.
func newProvider(cloud *azurefake.Cloud) *azure.Provider {
	return azure.New(azure.Options{Transport: cloud.Transport, UserAgent: "vault-lsp/test"})
}

// credential is a configured profile.
func credential(auth string, plain fields, material map[string]string) providers.Credential {
	return providertest.Credential(credentials.Profile{
		Name: "work", Provider: secret.Azure, Auth: auth, Fields: plain,
	}, material)
}

// principal is the application of newCloud.
func principal(more fields) providers.Credential {
	plain := fields{"tenant": azurefake.Tenant, "clientId": clientID}
	maps.Copy(plain, more)
	return credential("service-principal", plain, map[string]string{"clientSecret": clientSecret})
}

// ref makes a reference of name=value texts.
func ref(t testing.TB, pairs ...string) secret.Ref {
	t.Helper()
	return providertest.MustRef(t, secret.Azure, values(pairs...)...)
}

func values(pairs ...string) []secret.FieldValue {
	var list []secret.FieldValue
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		list = append(list, secret.FieldValue{Name: name, Value: value})
	}
	return list
}

// inVault is a reference to a secret of the vault.
func inVault(t testing.TB, name string) secret.Ref {
	t.Helper()
	return ref(t, "vault="+vaultName, "secret="+name)
}

// get reads a reference and returns its text.
func get(t testing.TB, p providers.Provider, c providers.Credential, r secret.Ref) string {
	t.Helper()
	payload, err := p.Get(t.Context(), c, r)
	if err != nil {
		t.Fatalf("get %s: %v (%s)", r, err, hintOf(err))
	}
	return string(payload.Value.Reveal())
}

// getError reads a reference that cannot be read.
func getError(t testing.TB, p providers.Provider, c providers.Credential, r secret.Ref) error {
	t.Helper()
	payload, err := p.Get(t.Context(), c, r)
	if err == nil {
		t.Fatalf("get %s: %d bytes, want an error", r, payload.Value.Len())
	}
	return err
}

func hintOf(err error) string {
	var told *providers.Error
	if errors.As(err, &told) {
		return told.Hint
	}
	return ""
}

// list returns the values a field can take.
func list(t testing.TB, p providers.Provider, c providers.Credential, query providers.Query) []string {
	t.Helper()
	items, err := p.List(t.Context(), c, query)
	if err != nil {
		t.Fatalf("list %+v: %v", query, err)
	}
	var names []string
	for _, item := range items {
		names = append(names, item.Value)
	}
	return names
}

// transport is a function as an http.RoundTripper.
type transport func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// silentHosts never answer under .silent.example.net.
func silentHosts(next http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Host, ".silent.example.net") {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		return next.RoundTrip(r)
	})
}

// announced collects what a provider announces.
type announced struct {
	mu    sync.Mutex
	texts []string
}

// add keeps a value.
func (a *announced) add(v secret.Value) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.texts = append(a.texts, string(v.Reveal()))
}

// has reports whether a text was announced.
func (a *announced) has(text string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, have := range a.texts {
		if have == text {
			return true
		}
	}
	return false
}

func timeAt(text string) *time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return &at
}

// readCloser is a text as a body.
func readCloser(text string) io.ReadCloser { return io.NopCloser(strings.NewReader(text)) }
