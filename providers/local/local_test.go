package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

const (
	passphrase = "MARKER-passphrase-0123"
	marker     = "MARKER-value-4567"
)

// memoryKeyring is a keyring in memory; err, if set, answers everything.
type memoryKeyring struct {
	mu      sync.Mutex
	entries map[string]string
	err     error
}

func (k *memoryKeyring) Get(account string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	value, ok := k.entries[account]
	if k.err != nil {
		return nil, k.err
	}
	if !ok {
		return nil, credentials.ErrNotInKeyring
	}
	return []byte(value), nil
}

func (k *memoryKeyring) Set(account string, value []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil {
		k.entries[account] = string(value)
	}
	return k.err
}

func (k *memoryKeyring) Delete(account string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.entries, account)
	return k.err
}

// cheap makes a provider whose passphrase vaults open at once.
func cheap(dir string, ring credentials.Keyring) *Provider {
	return New(Options{Dir: dir, Keyring: ring, WorkFactor: 4})
}

// withPassphrase is a credential that knows its passphrase.
func withPassphrase(text string) providers.Credential {
	return providers.Credential{
		Profile:     credentials.Profile{Name: "mine", Provider: "local", Auth: "passphrase", Secrets: map[string]credentials.Source{"passphrase": {Env: "P"}}},
		Fingerprint: "fingerprint of " + text,
		Material:    func(context.Context, string) (secret.Value, error) { return secret.NewValue([]byte(text)), nil },
	}
}

// locked is a credential that does not know its passphrase.
func locked() providers.Credential {
	c := withPassphrase("")
	c.Material = func(context.Context, string) (secret.Value, error) {
		return secret.Value{}, &providers.Error{Kind: providers.Unauthenticated, Message: "no source", Err: credentials.ErrNoSource}
	}
	return c
}

func withKeyring() providers.Credential {
	return providers.Credential{Profile: credentials.Profile{Name: "ring", Provider: "local", Auth: "keyring"}, Fingerprint: "ring"}
}

func mustVault(t *testing.T, p *Provider, c providers.Credential) *Vault {
	t.Helper()
	v, err := p.Vault(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustSet(t *testing.T, v *Vault, name, value string) {
	t.Helper()
	if err := v.Set(t.Context(), name, secret.NewValue([]byte(value))); err != nil {
		t.Fatal(err)
	}
}

func reference(t *testing.T, name string) secret.Ref {
	t.Helper()
	ref, err := secret.New("local", []secret.FieldValue{{Name: "secret", Value: name}})
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func TestSetGetListRemove(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]providers.Credential{"passphrase": withPassphrase(passphrase), "keyring": withKeyring()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "vault-lsp")
			ring := &memoryKeyring{entries: map[string]string{}}
			values := map[string]string{"api/key": marker, "ünïcode": "päß\n\"wörd\"", "bytes": "\x00\xff\xfe", "empty": "", "large": strings.Repeat("x", 64<<10)}
			v := mustVault(t, cheap(dir, ring), c)
			for name, value := range values {
				mustSet(t, v, name, value)
			}
			// A new provider is what the next run of the program has.
			p := cheap(dir, ring)
			for name, value := range values {
				got, err := p.Get(t.Context(), c, reference(t, name))
				if err != nil {
					t.Fatal(err)
				}
				if string(got.Value.Reveal()) != value {
					t.Errorf("%s: got %q", name, got.Value.Reveal())
				}
				if wantBinary := name == "bytes"; (got.Kind == providers.Binary) != wantBinary {
					t.Errorf("%s: kind %d", name, got.Kind)
				}
			}
			items, err := p.List(t.Context(), c, providers.Query{Field: "secret", Prefix: "e"})
			if err != nil || len(items) != 1 || items[0].Value != "empty" {
				t.Errorf("got %v, %v", items, err)
			}
			if items, err := p.List(t.Context(), c, providers.Query{Field: "key"}); err != nil || items != nil {
				t.Errorf("keys: %v, %v", items, err)
			}
			w := mustVault(t, p, c)
			if err := w.Remove(t.Context(), "bytes"); err != nil {
				t.Fatal(err)
			}
			names, err := w.Names(t.Context())
			if diff := cmp.Diff([]string{"api/key", "empty", "large", "ünïcode"}, names); diff != "" || err != nil {
				t.Error(diff, err)
			}
			identity, err := p.Check(t.Context(), c)
			if err != nil || identity.Name != "local vault local" {
				t.Errorf("got %+v, %v", identity, err)
			}
			checkFiles(t, dir)
		})
	}
}

// checkFiles looks for plain text and for files that others may read.
func checkFiles(t *testing.T, dir string) {
	t.Helper()
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info.Mode(), err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file.Name(), info.Mode(), err)
		}
		data, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, plain := range []string{marker, passphrase, "AGE-SECRET-KEY", "api/key"} {
			if bytes.Contains(data, []byte(plain)) {
				t.Errorf("%s holds plain text", file.Name())
			}
		}
	}
}

func TestNamedVaultsAreApart(t *testing.T) {
	t.Parallel()
	p := cheap(t.TempDir(), nil)
	a, b := withPassphrase("one"), withPassphrase("two")
	a.Profile.Fields = map[string]string{"vault": "a"}
	b.Profile.Fields = map[string]string{"vault": "b"}
	mustSet(t, mustVault(t, p, a), "name", "in a")
	mustSet(t, mustVault(t, p, b), "name", "in b")
	if got, err := p.Get(t.Context(), a, reference(t, "name")); err != nil || string(got.Value.Reveal()) != "in a" {
		t.Errorf("got %q, %v", got.Value.Reveal(), err)
	}
	for _, name := range []string{"../x", "a/b", "", ".hidden", "x.key"} {
		a.Profile.Fields = map[string]string{"vault": name}
		if v, err := p.Vault(a); name != "" && err == nil {
			t.Errorf("vault name %q is taken: %s", name, v.Path())
		}
	}
}

func TestInit(t *testing.T) {
	t.Parallel()
	p := cheap(t.TempDir(), nil)
	v := mustVault(t, p, withPassphrase(passphrase))
	if v.Exists() {
		t.Error("the vault is there before Init")
	}
	if err := v.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names, err := v.Names(t.Context()); err != nil || len(names) != 0 {
		t.Errorf("got %v, %v", names, err)
	}
	if err := v.Init(t.Context()); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("Init twice: %v", err)
	}
}

// A crash between the key and the data leaves a key without a vault; the next
// Init takes it up.
func TestInitGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]providers.Credential{"passphrase": withPassphrase(passphrase), "keyring": withKeyring()} {
		ring := &memoryKeyring{entries: map[string]string{}}
		v := mustVault(t, cheap(filepath.Join(dir, name), ring), c)
		mustSet(t, v, "x", "y")
		if err := os.Remove(v.Path()); err != nil {
			t.Fatal(err)
		}
		again := mustVault(t, cheap(filepath.Join(dir, name), ring), c)
		if err := again.Init(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An open vault opens for nobody who does not know the passphrase.
func TestOpenVaultIsNotShared(t *testing.T) {
	t.Parallel()
	p := cheap(t.TempDir(), nil)
	mustSet(t, mustVault(t, p, withPassphrase(passphrase)), "name", marker)
	if _, err := p.Get(t.Context(), withPassphrase("wrong"), reference(t, "name")); !isKind(err, providers.Locked) {
		t.Errorf("got %v", err)
	}
}

func TestUnlock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustSet(t, mustVault(t, cheap(dir, nil), withPassphrase(passphrase)), "name", marker)
	p, c := cheap(dir, nil), locked()
	if _, err := p.Get(t.Context(), c, reference(t, "name")); !isKind(err, providers.Locked) {
		t.Fatalf("got %v", err)
	}
	if err := p.Unlock(t.Context(), c.Profile, []byte("wrong")); !isKind(err, providers.Locked) {
		t.Fatalf("got %v", err)
	}
	if err := p.Unlock(t.Context(), c.Profile, []byte(passphrase)); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Get(t.Context(), c, reference(t, "name")); err != nil || string(got.Value.Reveal()) != marker {
		t.Errorf("got %q, %v", got.Value.Reveal(), err)
	}
	if n := p.ResetLogins(t.Context(), func(credentials.Profile) bool { return true }); n != 1 {
		t.Errorf("reset %d", n)
	}
	if _, err := p.Get(t.Context(), c, reference(t, "name")); !isKind(err, providers.Locked) {
		t.Errorf("after a reset: %v", err)
	}
}

// A person without a keyring who is asked for a passphrase gets a vault, and
// opens one, with the profile that says keyring.
func TestPassphraseInPlaceOfTheKeyring(t *testing.T) {
	t.Parallel()
	dir, ring := t.TempDir(), &memoryKeyring{err: credentials.ErrNoKeyring}
	c := withKeyring()
	c.Material = locked().Material
	err := mustVault(t, cheap(dir, ring), c).Set(t.Context(), "name", secret.NewValue([]byte(marker)))
	if !isKind(err, providers.Locked) {
		t.Fatalf("got %v", err)
	}
	c.Material = withPassphrase(passphrase).Material
	mustSet(t, mustVault(t, cheap(dir, ring), c), "name", marker)
	if got, err := cheap(dir, ring).Get(t.Context(), c, reference(t, "name")); err != nil || string(got.Value.Reveal()) != marker {
		t.Errorf("got %q, %v", got.Value.Reveal(), err)
	}
}

func isKind(err error, kind providers.Kind) bool {
	var told *providers.Error
	return errors.As(err, &told) && told.Kind == kind
}

// The files are ordinary age files: the age tool opens them.
func TestFilesAreAge(t *testing.T) {
	t.Parallel()
	v := mustVault(t, cheap(t.TempDir(), nil), withPassphrase(passphrase))
	mustSet(t, v, "name", marker)
	opener, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	read := func(path string, identity age.Identity) []byte {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		plain, err := age.Decrypt(file, identity)
		if err != nil {
			t.Fatal(err)
		}
		var all bytes.Buffer
		if _, err := all.ReadFrom(plain); err != nil {
			t.Fatal(err)
		}
		return all.Bytes()
	}
	key, err := age.ParseX25519Identity(strings.TrimSpace(string(read(v.keyPath(), opener))))
	if err != nil {
		t.Fatal(err)
	}
	if data := read(v.Path(), key); !json.Valid(data) || !bytes.Contains(data, []byte(marker)) {
		t.Error("the data file is not the JSON it should be")
	}
}

func TestSetRefuses(t *testing.T) {
	t.Parallel()
	v := mustVault(t, cheap(t.TempDir(), nil), withPassphrase(passphrase))
	for _, name := range []string{"", "a\nb", "\xff", strings.Repeat("x", 300)} {
		if err := v.Set(t.Context(), name, secret.NewValue([]byte(marker))); !isKind(err, providers.InvalidReference) || strings.Contains(err.Error(), marker) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := v.Set(t.Context(), "x", secret.NewValue(make([]byte, 2<<20))); !isKind(err, providers.InvalidReference) {
		t.Errorf("got %v", err)
	}
	if v.Exists() {
		t.Error("a refused secret made a vault")
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	p := cheap(t.TempDir(), nil)
	v := mustVault(t, p, withPassphrase(passphrase))
	mustSet(t, v, "name", marker)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Get(ctx, withPassphrase(passphrase), reference(t, "name")); !errors.Is(err, context.Canceled) {
		t.Errorf("get: %v", err)
	}
	if err := v.Set(ctx, "name", secret.NewValue(nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("set: %v", err)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	p := cheap(t.TempDir(), nil)
	c := withPassphrase(passphrase)
	mustSet(t, mustVault(t, p, c), "name", marker)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			v, err := p.Vault(c)
			if err == nil {
				err = v.Set(context.WithoutCancel(t.Context()), fmt.Sprintf("n%d", i), secret.NewValue([]byte("v")))
			}
			if err != nil {
				t.Error(err)
			}
			if _, err := p.Get(context.WithoutCancel(t.Context()), c, reference(t, "name")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if names, err := mustVault(t, p, c).Names(t.Context()); err != nil || len(names) != 9 {
		t.Errorf("got %v, %v", names, err)
	}
}

func TestDefaultDir(t *testing.T) {
	t.Parallel()
	got, err := DefaultDir(func(name string) (string, bool) { return "/data", name == "XDG_DATA_HOME" })
	if err != nil || got != filepath.FromSlash("/data/vault-lsp") {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := DefaultDir(func(string) (string, bool) { return "relative", true }); err != nil || !filepath.IsAbs(got) {
		t.Errorf("got %q, %v", got, err)
	}
}
