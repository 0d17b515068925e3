package vault_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/vault"
	"github.com/vault-lsp/vault-lsp/secret"
)

// keyring is one that works, in memory.
type keyring struct {
	mu      sync.Mutex
	entries map[string][]byte
}

func (k *keyring) Get(account string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	value, ok := k.entries[account]
	if !ok {
		return nil, credentials.ErrNotInKeyring
	}
	return append([]byte(nil), value...), nil
}

func (k *keyring) Set(account string, value []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.entries[account] = append([]byte(nil), value...)
	return nil
}

func (k *keyring) Delete(account string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.entries, account)
	return nil
}

// machine is where the program runs again and again: a configuration with the
// credential infra, a state folder, a keyring.
type machine struct {
	folder  string
	env     map[string]string
	keyring *keyring
}

func newMachine(t testing.TB, profile map[string]any, env map[string]string) *machine {
	t.Helper()
	m := &machine{folder: t.TempDir(), env: env, keyring: &keyring{entries: map[string][]byte{}}}
	profile["provider"] = "vault"
	config, err := json.Marshal(map[string]any{"credentials": map[string]any{"infra": profile}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(m.folder, "config.json"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	return m
}

// start runs the program once; the test ends it, if not before.
func (m *machine) start(t testing.TB, edit func(*providers.Options)) *providers.Resolver {
	t.Helper()
	store, err := credentials.Open(filepath.Join(m.folder, "config.json"), credentials.Options{
		Keyring: m.keyring, StateDir: filepath.Join(m.folder, "state"),
		LookupEnv: func(name string) (string, bool) { value, ok := m.env[name]; return value, ok },
	})
	if err != nil {
		t.Fatal(err)
	}
	options := providers.Options{Providers: []providers.Provider{vault.New(vault.Options{})}, Store: store, CacheTTL: 30 * time.Minute}
	if edit != nil {
		edit(&options)
	}
	r := providers.NewResolver(options)
	t.Cleanup(func() { _ = r.Close(context.Background()) })
	return r
}

// newResolver is a resolver over a server with one token.
func newResolver(t testing.TB, address, token string, edit func(*providers.Options)) *providers.Resolver {
	t.Helper()
	return newMachine(t, map[string]any{
		"auth": "token", "address": address, "token": map[string]string{"env": "TEST_TOKEN"},
	}, map[string]string{"TEST_TOKEN": token}).start(t, edit)
}

func resolvePassword(t *testing.T, r *providers.Resolver) error {
	t.Helper()
	got := r.Resolve(t.Context(), []secret.Ref{ref(t, "path=app/db", "key=password")})[0]
	if got.Err == nil && string(got.Value.Reveal()) != "p" {
		t.Errorf("got %q", got.Value.Reveal())
	}
	return got.Err
}

// TestSignInSurvivesRestart: the session of a person is found by the next run of
// the program, and by none after the profile was edited.
func TestSignInSurvivesRestart(t *testing.T) {
	t.Parallel()
	server := startOIDC(t, nil, nil)
	profile := map[string]any{"auth": "oidc", "address": server.Address, "role": "dev", "callbackPort": server.port}
	m := newMachine(t, profile, nil)
	first := m.start(t, nil)
	wantSignInNeeded(t, resolvePassword(t, first), "nobody has signed in yet")
	if _, err := first.SignIn(t.Context(), "infra", person(inBackground(t))); err != nil {
		t.Fatal(err)
	}
	if err := resolvePassword(t, first); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(t.Context()); err != nil {
		t.Error(err)
	}
	second := m.start(t, nil)
	if err := resolvePassword(t, second); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	identity, err := second.Check(t.Context(), "infra")
	if err != nil || identity.Expires.IsZero() {
		t.Errorf("identity %+v, %v", identity, err)
	}
	// A second sign-in in this run is the one that is used from then on.
	if _, err := second.SignIn(t.Context(), "infra", person(inBackground(t))); err != nil {
		t.Fatal(err)
	}
	if err := resolvePassword(t, second); err != nil {
		t.Errorf("after a second sign-in: %v", err)
	}
	for _, r := range []*providers.Resolver{second, m.start(t, nil)} {
		if _, err := r.Reset(t.Context(), providers.Scope{}); err != nil {
			t.Error(err)
		}
		if err := resolvePassword(t, r); err != nil {
			t.Errorf("after a reset: %v", err)
		}
	}
}

// TestWrappedSecretIDSurvivesRestart: what a wrapping token gave, once, is there
// for the next run of the program.
func TestWrappedSecretIDSurvivesRestart(t *testing.T) {
	t.Parallel()
	server, front, roleID, _ := roleServer(t, nil)
	m := newMachine(t, map[string]any{
		"auth": "approle", "address": front.URL, "roleId": roleID, "secretId": map[string]string{"env": "WRAPPED"}, "secretIdWrapped": true,
	}, map[string]string{"WRAPPED": wrap(t, server, "auth/approle/role/app/secret-id")})
	for run := range 2 {
		r := m.start(t, nil)
		if err := resolvePassword(t, r); err != nil {
			t.Errorf("run %d: %v", run, err)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	wantCounts(t, front, map[string]int{"/v1/sys/wrapping/unwrap": 1, loginPath: 2})
}
