package lsp

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"go.lsp.dev/uri"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/lsptest"
	"github.com/vault-lsp/vault-lsp/internal/redact"
	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/secret"
)

// The values that the fake vault gives out. No message may hold them.
const (
	markerValue = "m4rker/s3cr3t+value=="
	markerToken = "hvs.m4rkerT0kenM4terial"
)

// fakeVault is the provider of the tests.
type fakeVault struct {
	name string
	// get replaces the answer of Get.
	get func(ctx context.Context, ref secret.Ref) (providers.Payload, error)
	// signIn replaces the answer of SignIn.
	signIn func(ctx context.Context, credential providers.Credential, person providers.Person) (providers.Identity, error)
	// list replaces the answer of List.
	list func(ctx context.Context, query providers.Query) ([]providers.Item, error)

	mu      sync.Mutex
	fetched int
	listed  []providers.Query
}

func (f *fakeVault) Name() string { return f.name }

func (f *fakeVault) Get(ctx context.Context, credential providers.Credential, ref secret.Ref) (providers.Payload, error) {
	f.mu.Lock()
	f.fetched++
	get := f.get
	f.mu.Unlock()
	if get != nil {
		return get(ctx, ref)
	}
	if _, err := credential.Material(ctx, "token"); err != nil {
		return providers.Payload{}, err
	}
	return providers.Payload{Kind: providers.Object, Value: secret.NewValue([]byte(`{"password":"` + markerValue + `"}`))}, nil
}

func (f *fakeVault) List(ctx context.Context, _ providers.Credential, query providers.Query) ([]providers.Item, error) {
	f.mu.Lock()
	f.listed = append(f.listed, query)
	list := f.list
	f.mu.Unlock()
	if list != nil {
		return list(ctx, query)
	}
	return []providers.Item{{Value: "app/db", Detail: "version 3"}, {Value: "app/mail"}}, nil
}

func (f *fakeVault) Check(ctx context.Context, credential providers.Credential) (providers.Identity, error) {
	if _, err := credential.Material(ctx, "token"); err != nil {
		return providers.Identity{}, err
	}
	return providers.Identity{Name: "token app", Details: []providers.Detail{{Name: "policies", Value: "app"}}}, nil
}

func (f *fakeVault) SignIn(ctx context.Context, credential providers.Credential, person providers.Person) (providers.Identity, error) {
	f.mu.Lock()
	signIn := f.signIn
	f.mu.Unlock()
	if signIn != nil {
		return signIn(ctx, credential, person)
	}
	return f.Check(ctx, credential)
}

// memoryKeyring is a keyring for one test.
type memoryKeyring struct {
	mu      sync.Mutex
	entries map[string][]byte
	// absent makes it a machine without a keyring.
	absent bool
}

func (k *memoryKeyring) Get(account string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	value, ok := k.entries[account]
	if !ok {
		return nil, credentials.ErrNotInKeyring
	}
	return bytes.Clone(value), nil
}

func (k *memoryKeyring) Set(account string, value []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.absent {
		return credentials.ErrNoKeyring
	}
	k.entries[account] = bytes.Clone(value)
	return nil
}

func (k *memoryKeyring) Delete(account string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.absent {
		return credentials.ErrNoKeyring
	}
	if _, ok := k.entries[account]; !ok {
		return credentials.ErrNotInKeyring
	}
	delete(k.entries, account)
	return nil
}

// world is a server with everything real but the vault, the keyring and the
// name of the host that requests go to.
type world struct {
	*lsptest.Editor
	deps    Deps
	dir     string
	state   string
	vault   *fakeVault
	local   *fakeVault
	keyring *memoryKeyring
	http    *httptest.Server
	log     *bytes.Buffer

	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
	// respond replaces the server's answer.
	respond http.HandlerFunc
}

// userConfig is the configuration file of the tests.
const userConfig = `{
  "credentials": {
    "infra": {"provider": "vault", "auth": "token", "address": "https://vault.invalid", "token": {"env": "MARKER_TOKEN"}},
  },
  "defaults": {"vault": "infra"},
}`

// newWorld returns a server whose requests to https://api.example.com arrive at
// w.http. It is not initialized yet.
func newWorld(t testing.TB, change func(*world)) *world {
	t.Helper()
	w := &world{
		dir: t.TempDir(), vault: &fakeVault{name: secret.Vault}, local: &fakeVault{name: secret.Local}, log: &bytes.Buffer{},
		keyring: &memoryKeyring{entries: map[string][]byte{}},
	}
	w.http = httptest.NewTLSServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.http.Close)
	w.state = t.TempDir()
	w.configure(t, userConfig)
	if change != nil {
		change(w)
	}
	w.Editor = lsptest.New(t, func(ctx context.Context, in io.Reader, out io.Writer) int {
		return New(w.deps).Run(ctx, in, out)
	})
	return w
}

// configure makes the server's dependencies for a configuration file.
func (w *world) configure(t testing.TB, content string) {
	t.Helper()
	config := filepath.Join(w.state, "config.json")
	if err := os.WriteFile(config, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := credentials.Open(config, credentials.Options{Keyring: w.keyring, LookupEnv: func(name string) (string, bool) {
		switch name {
		case "MARKER_TOKEN", "VAULT_TOKEN":
			return markerToken, true
		case "VAULT_ADDR":
			return "https://ambient.invalid", true
		}
		return "", false
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.deps = Deps{
		Version: "0.0.0-test", Executable: "/usr/bin/vault-lsp", Redact: redact.NewSet(), Credentials: store,
		Permissions: permission.Open(filepath.Join(w.state, "permissions.json")),
		Log: zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()),
			zapcore.Lock(zapcore.AddSync(w.log)), zap.DebugLevel)),
	}
	w.wire()
}

// wire connects resolver and sender, as the program does.
func (w *world) wire() {
	set := w.deps.Redact
	resolver := providers.NewResolver(providers.Options{
		Providers: []providers.Provider{w.vault, w.local}, Store: w.deps.Credentials,
		CacheTTL: credentials.DefaultCacheTTL, CacheMaxEntries: credentials.DefaultCacheMaxEntries,
		OnValue: func(v secret.Value) { set.Add(v.Reveal()) },
	})
	w.deps.Vaults = resolver
	toSecrets := func(resolved []providers.Resolved) []request.Secret {
		secrets := make([]request.Secret, 0, len(resolved))
		for _, r := range resolved {
			one := request.Secret{Ref: r.Ref, Value: r.Value, Credential: r.Credential, Hit: r.Hit, Err: r.Err}
			var failed *providers.Error
			if errors.As(r.Err, &failed) {
				one.Code, one.Hint = string(failed.Kind), failed.Hint
			}
			secrets = append(secrets, one)
		}
		return secrets
	}
	pool := x509.NewCertPool()
	pool.AddCert(w.http.Certificate())
	address := w.http.Listener.Addr().String()
	w.deps.Requests = request.Options{
		Resolve: func(ctx context.Context, refs []secret.Ref) []request.Secret {
			return toSecrets(resolver.Resolve(ctx, refs))
		},
		Credential: func(ref secret.Ref) (string, error) {
			credential, err := resolver.Credential(ref.Provider(), ref.Get("credential"))
			return credential.Profile.Name, err
		},
		Permissions: w.deps.Permissions, Redact: set, UserAgent: "vault-lsp/test", StateDir: w.state, RootCAs: pool,
		LookupIP: func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
		},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, address)
		},
	}
}

// serve is the server that requests go to: it says back what it got, secrets
// included.
func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	w.requests = append(w.requests, r)
	w.bodies = append(w.bodies, string(body))
	respond := w.respond
	w.mu.Unlock()
	if respond != nil {
		respond(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("X-Echo", r.Header.Get("Authorization"))
	_ = json.NewEncoder(rw).Encode(map[string]any{"authorization": r.Header.Get("Authorization"), "body": string(body)})
}

// arrived returns the Authorization headers of the requests that arrived.
func (w *world) arrived() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var headers []string
	for _, r := range w.requests {
		headers = append(headers, r.Header.Get("Authorization"))
	}
	return headers
}

// write makes a file in the workspace and returns its URI.
func (w *world) write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return string(uri.File(path))
}

// open makes a file in the workspace, opens it and returns its URI.
func (w *world) open(t testing.TB, name, content string) string {
	t.Helper()
	u := w.write(t, name, content)
	w.Open(u, content)
	return u
}

// initialize begins a session of a client that can do everything.
func (w *world) initialize() {
	w.Initialize(map[string]any{
		"workspaceFolders": []any{map[string]any{"uri": string(uri.File(w.dir)), "name": "test"}},
		"capabilities": map[string]any{
			"window": map[string]any{"workDoneProgress": true, "showMessage": map[string]any{}},
			"workspace": map[string]any{
				"applyEdit":     true,
				"workspaceEdit": map[string]any{"documentChanges": true, "snippetEditSupport": true},
			},
			"textDocument": map[string]any{
				"completion":         map[string]any{"completionItem": map[string]any{"snippetSupport": true}},
				"hover":              map[string]any{"contentFormat": []string{"markdown"}},
				"publishDiagnostics": map[string]any{"relatedInformation": true, "codeDescriptionSupport": true},
				"documentSymbol":     map[string]any{"hierarchicalDocumentSymbolSupport": true},
			},
		},
		"initializationOptions": map[string]any{"triggerSuggest": "editor.action.triggerSuggest"},
	})
	w.Handle("window/workDoneProgress/create", func(json.RawMessage) (any, *lsptest.ResponseError) { return nil, nil })
}

// answer makes the editor answer every question with the action of that title,
// "" for none, and returns the questions.
func (w *world) answer(title string) *[]string {
	var mu sync.Mutex
	questions := &[]string{}
	w.Handle("window/showMessageRequest", func(params json.RawMessage) (any, *lsptest.ResponseError) {
		var p struct {
			Message string
			Actions []struct{ Title string }
		}
		if err := json.Unmarshal(params, &p); err != nil {
			return nil, &lsptest.ResponseError{Code: -32602, Message: err.Error()}
		}
		mu.Lock()
		defer mu.Unlock()
		*questions = append(*questions, p.Message)
		if !slices.ContainsFunc(p.Actions, func(a struct{ Title string }) bool { return a.Title == title }) {
			return nil, nil
		}
		return map[string]any{"title": title}, nil
	})
	return questions
}

// failure decodes the data of an error that a command answered.
func failure(t testing.TB, err error) Failure {
	t.Helper()
	answered, ok := err.(*lsptest.ResponseError)
	if !ok {
		t.Fatalf("the answer is %v, want an error response", err)
	}
	if answered.Code != -32803 {
		t.Fatalf("the answer is %v, want code -32803", answered)
	}
	var f Failure
	if err := json.Unmarshal(answered.Data, &f); err != nil {
		t.Fatalf("the error's data: %v", err)
	}
	if f.Code == "" || f.Message == "" {
		t.Errorf("the error's data lacks code or message: %s", answered.Data)
	}
	return f
}
