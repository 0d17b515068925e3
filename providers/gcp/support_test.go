package gcp_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/gcp"
	"github.com/vault-lsp/vault-lsp/providers/gcp/gcpfake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

const (
	reader  = "reader@my-project.iam.gserviceaccount.com"
	project = "projects/my-project"
	text    = "MARKER-value-0123"
)

// fields are plain fields of a profile.
type fields map[string]string

// noProxy is a machine without a proxy.
func noProxy(*http.Request) (*url.URL, error) { return nil, nil }

// environment is what LookupEnv of the provider under test reads.
type environment map[string]string

func (e environment) lookup(name string) (string, bool) { value, ok := e[name]; return value, ok }

// newProvider makes a provider whose connections to Google lead to the server.
func newProvider(t testing.TB, server *gcpfake.Server, edit ...func(*gcp.Options)) *gcp.Provider {
	t.Helper()
	options := gcp.Options{
		Proxy: noProxy, UserAgent: "vault-lsp/test", LookupEnv: environment{}.lookup,
		Dial: dialOf(server), RootCAs: server.RootCAs,
	}
	for _, e := range edit {
		e(&options)
	}
	p := gcp.New(options)
	t.Cleanup(func() { _ = p.Close(context.WithoutCancel(t.Context())) })
	return p
}

// dialOf leads to the server, and to this machine where that is asked for.
func dialOf(server *gcpfake.Server) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(address, "127.0.0.1:") {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}
		return server.Dial(ctx, network, address)
	}
}

// withKey is a credential with the key of a service account.
func withKey(server *gcpfake.Server, email string, plain fields) providers.Credential {
	return withMaterial("service-account", server.Key(email, nil), plain)
}

func withMaterial(auth, key string, plain fields) providers.Credential {
	profile := credentials.Profile{
		Name: "work", Provider: secret.GCP, Auth: auth, Fields: plain,
		Secrets: map[string]credentials.Source{"key": {Keyring: true}},
	}
	return providertest.Credential(profile, map[string]string{"key": key})
}

// plainCredential is a credential without material.
func plainCredential(auth string, plain fields) providers.Credential {
	return providertest.Credential(credentials.Profile{Name: "work", Provider: secret.GCP, Auth: auth, Fields: plain}, nil)
}

// ref parses fields of a reference, "name=value".
func ref(t testing.TB, pairs ...string) secret.Ref {
	t.Helper()
	values := make([]secret.FieldValue, len(pairs))
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		values[i] = secret.FieldValue{Name: name, Value: value}
	}
	return providertest.MustRef(t, secret.GCP, values...)
}

// get fetches a reference and returns its text and version.
func get(t testing.TB, p *gcp.Provider, c providers.Credential, pairs ...string) (string, string) {
	t.Helper()
	payload, err := p.Get(t.Context(), c, ref(t, pairs...))
	if err != nil {
		t.Fatalf("get %v: %v", pairs, err)
	}
	return string(payload.Value.Reveal()), payload.Version
}

// getError fetches a reference that must fail.
func getError(t testing.TB, p *gcp.Provider, c providers.Credential, pairs ...string) error {
	t.Helper()
	_, err := p.Get(t.Context(), c, ref(t, pairs...))
	if err == nil {
		t.Fatalf("get %v: no error", pairs)
	}
	return err
}

// wantWords fails the test unless message and hint of an error hold all words.
func wantWords(t testing.TB, err *providers.Error, words ...string) {
	t.Helper()
	all := err.Error() + "; " + err.Hint
	for _, word := range words {
		if !strings.Contains(all, word) {
			t.Errorf("%q does not say %q", all, word)
		}
	}
}

// writeFile writes JSON or text to a new file and returns its path.
func writeFile(t testing.TB, content any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.json")
	data, ok := content.(string)
	if !ok {
		encoded, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		data = string(encoded)
	}
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// userFile is what `gcloud auth application-default login` writes.
func userFile(refresh string, more fields) map[string]string {
	file := map[string]string{
		"type": "authorized_user", "client_id": "id.apps.googleusercontent.com", "client_secret": "client-secret-77",
		"refresh_token": refresh, "account": "", "universe_domain": "googleapis.com",
	}
	for name, value := range more {
		file[name] = value
	}
	return file
}
