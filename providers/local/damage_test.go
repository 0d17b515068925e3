package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/agefile"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Every way a vault fails to open has its own kind and sentence, and none shows
// a value or the passphrase, however it is printed.
func TestErrors(t *testing.T) {
	t.Parallel()
	flip := func(path func(*Vault) string, at func(size int) int) func(*testing.T, *Vault) {
		return func(t *testing.T, v *Vault) {
			data, err := os.ReadFile(path(v))
			if err != nil {
				t.Fatal(err)
			}
			data[at(len(data))] ^= 1
			if err := os.WriteFile(path(v), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	truncate := func(path func(*Vault) string) func(*testing.T, *Vault) {
		return func(t *testing.T, v *Vault) {
			if err := os.Truncate(path(v), 100); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(path func(*Vault) string) func(*testing.T, *Vault) {
		return func(t *testing.T, v *Vault) {
			if err := os.Remove(path(v)); err != nil {
				t.Fatal(err)
			}
		}
	}
	nothing := func(*testing.T, *Vault) {}
	data, key := (*Vault).dataPath, (*Vault).keyPath
	end := func(size int) int { return size - 1 }
	middle := func(size int) int { return size / 2 }
	start := func(int) int { return 3 }
	// The last line of a header holds the wrapped key: age itself takes damage
	// there for a wrong passphrase.
	wrapped := func(int) int { return 60 }
	tests := map[string]struct {
		harm  func(*testing.T, *Vault)
		use   providers.Credential
		kind  providers.Kind
		words string
	}{
		"wrong passphrase":      {nothing, withPassphrase("wrong"), providers.Locked, "the passphrase of the vault \"local\" is wrong"},
		"empty passphrase":      {nothing, withPassphrase(""), providers.Locked, "empty"},
		"no passphrase":         {nothing, locked(), providers.Locked, "is needed"},
		"data: first line":      {flip(data, start), withPassphrase(passphrase), providers.Damaged, "local.age is damaged"},
		"data: middle":          {flip(data, middle), withPassphrase(passphrase), providers.Damaged, "local.age is"},
		"data: end":             {flip(data, end), withPassphrase(passphrase), providers.Damaged, "local.age is damaged"},
		"data: truncated":       {truncate(data), withPassphrase(passphrase), providers.Damaged, "local.age is damaged"},
		"data: empty":           {func(t *testing.T, v *Vault) { _ = os.Truncate(v.dataPath(), 0) }, withPassphrase(passphrase), providers.Damaged, "local.age is damaged"},
		"key: first line":       {flip(key, start), withPassphrase(passphrase), providers.Damaged, "local.key.age is damaged"},
		"key: wrapped key":      {flip(key, wrapped), withPassphrase(passphrase), providers.Damaged, "local.key.age is damaged"},
		"key: end":              {flip(key, end), withPassphrase(passphrase), providers.Damaged, "local.key.age is damaged"},
		"key: truncated":        {truncate(key), withPassphrase(passphrase), providers.Damaged, "local.key.age is damaged"},
		"key: no checksum":      {remove(func(v *Vault) string { return v.keyFile().SumPath() }), withPassphrase("wrong"), providers.Locked, "is wrong"},
		"key: gone":             {remove(key), withPassphrase(passphrase), providers.Locked, "is not there"},
		"no vault":              {remove(data), withPassphrase(passphrase), providers.NotFound, "there is no vault"},
		"keyring of passphrase": {nothing, withKeyring(), providers.Locked, "protected by a passphrase"},
		"source fails":          {nothing, failingSource(), providers.Locked, "cannot be had: environment variable P is not set"},
		"no such secret":        {nothing, withPassphrase(passphrase), providers.NotFound, `has no secret "absent"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			v := mustVault(t, cheap(dir, nil), withPassphrase(passphrase))
			mustSet(t, v, "name", marker)
			test.harm(t, v)
			_, err := cheap(dir, &memoryKeyring{}).Get(t.Context(), test.use, reference(t, "absent"))
			checkError(t, err, test.kind, test.words)
		})
	}
}

// failingSource is a credential whose source does not give the passphrase.
func failingSource() providers.Credential {
	c := withPassphrase("")
	c.Material = func(context.Context, string) (secret.Value, error) {
		return secret.Value{}, &providers.Error{Kind: providers.Unauthenticated, Message: "environment variable P is not set", Hint: "set it", Err: errors.New(marker)}
	}
	return c
}

func checkError(t *testing.T, err error, kind providers.Kind, words string) {
	t.Helper()
	var told *providers.Error
	if !errors.As(err, &told) || told.Kind != kind || !strings.Contains(err.Error(), words) {
		t.Fatalf("got %v, want %s with %q", err, kind, words)
	}
	if told.Hint == "" || told.Provider != "local" || told.Op == "" {
		t.Errorf("incomplete: hint %q, provider %q, op %q", told.Hint, told.Provider, told.Op)
	}
	encoded, _ := json.Marshal(err)
	shown := fmt.Sprintf("%v %+v %#v %s %q %+v", err, err, err, err, err, *told) + told.Hint + string(encoded)
	for _, plain := range []string{marker, passphrase, "AGE-SECRET-KEY"} {
		if strings.Contains(shown, plain) {
			t.Errorf("a secret is shown: %s", shown)
		}
	}
}

func TestKeyringErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		harm  func(*memoryKeyring)
		words string
	}{
		"no keyring":    {func(k *memoryKeyring) { k.err = credentials.ErrNoKeyring }, "no OS keyring here"},
		"locked":        {func(k *memoryKeyring) { k.err = errors.New(marker) }, "does not answer, is locked"},
		"entry gone":    {func(k *memoryKeyring) { clear(k.entries) }, "has no key for the vault"},
		"entry damaged": {func(k *memoryKeyring) { overwrite(k, "AGE-SECRET-KEY-1"+marker) }, "damaged"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, ring := t.TempDir(), &memoryKeyring{entries: map[string]string{}}
			mustSet(t, mustVault(t, cheap(dir, ring), withKeyring()), "name", marker)
			test.harm(ring)
			_, err := cheap(dir, ring).Get(t.Context(), withKeyring(), reference(t, "name"))
			checkError(t, err, providers.Locked, test.words)
		})
	}
}

func overwrite(k *memoryKeyring, value string) {
	for account := range k.entries {
		k.entries[account] = value
	}
}

// The key of another vault opens nothing, and says so.
func TestForeignKey(t *testing.T) {
	t.Parallel()
	dir, ring := t.TempDir(), &memoryKeyring{entries: map[string]string{}}
	v := mustVault(t, cheap(dir, ring), withKeyring())
	mustSet(t, v, "name", marker)
	other := mustVault(t, cheap(filepath.Join(dir, "other"), ring), withKeyring())
	mustSet(t, other, "name", marker)
	overwrite(ring, ring.entries[other.account()])
	_, err := cheap(dir, ring).Get(t.Context(), withKeyring(), reference(t, "name"))
	checkError(t, err, providers.Damaged, "encrypted to another key")
}

// A write that fails leaves the vault as it was.
func TestFailedWriteKeepsTheVault(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		// Permissions stop nobody who is root; a folder in the file's place does.
		dir := t.TempDir()
		v := mustVault(t, cheap(dir, nil), withPassphrase(passphrase))
		if err := os.Mkdir(v.dataPath()+"x", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := agefile.Write(v.dataPath()+"x", []byte("content")); err == nil {
			t.Error("a folder was replaced by a file")
		}
		if left, _ := filepath.Glob(filepath.Join(dir, agefile.TempPattern)); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		return
	}
	dir := t.TempDir()
	v := mustVault(t, cheap(dir, nil), withPassphrase(passphrase))
	mustSet(t, v, "name", marker)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	err := v.Remove(t.Context(), "name")
	_ = os.Chmod(dir, 0o700)
	checkError(t, err, providers.Unavailable, "cannot be written")
	if _, err := v.Get(t.Context(), "name"); err != nil {
		t.Error(err)
	}
}

// A folder that cannot be is an error that says where, and why.
func TestUnusableFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	v := mustVault(t, cheap(filepath.Join(file, "vault"), nil), withPassphrase(passphrase))
	checkError(t, v.Set(t.Context(), "name", secret.NewValue([]byte(marker))), providers.Unavailable, "cannot be written in "+file)
	_, err := v.Get(t.Context(), "name")
	checkError(t, err, providers.Unavailable, "cannot be read: not a directory")
}
