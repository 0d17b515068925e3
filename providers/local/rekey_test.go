package local

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

const newPassphrase = "MARKER-new-passphrase"

func wantValue(t *testing.T, v *Vault, name, want string) {
	t.Helper()
	got, err := v.Get(t.Context(), name)
	if err != nil || string(got.Reveal()) != want {
		t.Errorf("%s: got %q, %v", name, got.Reveal(), err)
	}
}

// A new protection opens the vault, the old one does not, and what the old key
// opened before is all it opens.
func TestProtect(t *testing.T) {
	t.Parallel()
	keyring := Protection{}
	tests := map[string]struct {
		from providers.Credential
		to   Protection
		then providers.Credential
	}{
		"passphrase to passphrase": {withPassphrase(passphrase), Protection{Passphrase: []byte(newPassphrase)}, withPassphrase(newPassphrase)},
		"passphrase to keyring":    {withPassphrase(passphrase), keyring, withKeyring()},
		"keyring to passphrase":    {withKeyring(), Protection{Passphrase: []byte(newPassphrase)}, withPassphrase(newPassphrase)},
		"keyring to keyring":       {withKeyring(), keyring, withKeyring()},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, ring := filepath.Join(t.TempDir(), "vault"), &memoryKeyring{entries: map[string]string{}}
			p := cheap(dir, ring)
			v := mustVault(t, p, test.from)
			mustSet(t, v, "name", marker)
			old, _, err := v.identity(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := v.Protect(t.Context(), test.to); err != nil {
				t.Fatal(err)
			}
			wantValue(t, v, "name", marker) // the same process goes on
			wantValue(t, mustVault(t, cheap(dir, ring), test.then), "name", marker)
			if test.then.Profile.Auth == "keyring" {
				// Also the profile that still says passphrase.
				wantValue(t, mustVault(t, cheap(dir, ring), locked()), "name", marker)
			}
			if v.HasPassphrase() != (test.to.Passphrase != nil) || (len(ring.entries) == 0) != v.HasPassphrase() {
				t.Errorf("passphrase: %v, keyring: %d entries", v.HasPassphrase(), len(ring.entries))
			}
			if data, err := os.ReadFile(v.dataPath()); err != nil || opens(data, old) {
				t.Errorf("the old key opens the new file: %v", err)
			}
			checkFiles(t, dir)
			mustSet(t, mustVault(t, cheap(dir, ring), test.then), "more", marker)
		})
	}
}

func opens(sealed []byte, identity age.Identity) bool {
	path, err := os.CreateTemp("", "")
	if err != nil {
		return true
	}
	defer func() { _ = os.Remove(path.Name()); _ = path.Close() }()
	if _, err := path.WriteAt(sealed, 0); err != nil {
		return true
	}
	_, err = age.Decrypt(path, identity)
	return err == nil
}

// Whatever step a crash follows, the vault opens with the old protection or with
// the new one: each step is taken here by itself.
func TestProtectSurvivesACrash(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from providers.Credential
		to   Protection
		then providers.Credential
	}{
		"passphrase": {withPassphrase(passphrase), Protection{Passphrase: []byte(newPassphrase)}, withPassphrase(newPassphrase)},
		"to keyring": {withPassphrase(passphrase), Protection{}, withKeyring()},
		"from":       {withKeyring(), Protection{Passphrase: []byte(newPassphrase)}, withPassphrase(newPassphrase)},
		"keyring":    {withKeyring(), Protection{}, withKeyring()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, ring := t.TempDir(), &memoryKeyring{entries: map[string]string{}}
			v := mustVault(t, cheap(dir, ring), test.from)
			mustSet(t, v, "name", marker)
			c, err := v.read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			old, _, err := v.identity(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			fresh, err := age.GenerateX25519Identity()
			if err != nil {
				t.Fatal(err)
			}
			for i, step := range []func() error{
				func() error { return v.write(c, old.Recipient(), fresh.Recipient()) },
				func() error { return v.placeKey(t.Context(), fresh, test.to) },
				func() error { return v.write(c, fresh.Recipient()) },
			} {
				if err := step(); err != nil {
					t.Fatal(err)
				}
				before, after := mustVault(t, cheap(dir, ring), test.from), mustVault(t, cheap(dir, ring), test.then)
				_, errBefore := before.Get(t.Context(), "name")
				_, errAfter := after.Get(t.Context(), "name")
				if errBefore != nil && errAfter != nil {
					t.Errorf("after step %d nothing opens it: %v, %v", i, errBefore, errAfter)
				}
			}
			// A vault with a step missing is an ordinary vault.
			mustSet(t, mustVault(t, cheap(dir, ring), test.then), "more", marker)
		})
	}
}

// A protection that cannot be had changes nothing.
func TestProtectRefused(t *testing.T) {
	t.Parallel()
	dir, ring := t.TempDir(), &memoryKeyring{entries: map[string]string{}}
	v := mustVault(t, cheap(dir, ring), withPassphrase(passphrase))
	mustSet(t, v, "name", marker)
	checkError(t, v.Protect(t.Context(), Protection{Passphrase: []byte{}}), providers.Locked, "is empty")
	ring.err = credentials.ErrNoKeyring
	checkError(t, v.Protect(t.Context(), Protection{}), providers.Unavailable, "no OS keyring here")
	ring.err = errors.New(marker)
	checkError(t, v.Protect(t.Context(), Protection{}), providers.Unavailable, "does not answer")
	wantValue(t, mustVault(t, cheap(dir, ring), withPassphrase(passphrase)), "name", marker)
	checkError(t, mustVault(t, cheap(dir, ring), withPassphrase("wrong")).Protect(t.Context(), Protection{}), providers.Locked, "wrong")

	// Back from the keyring, which does not let go of the old key: in force, and
	// told.
	ring.err = nil
	k := mustVault(t, cheap(filepath.Join(dir, "k"), ring), withKeyring())
	mustSet(t, k, "name", marker)
	stuck := &stuckKeyring{ring}
	k = mustVault(t, New(Options{Dir: filepath.Join(dir, "k"), Keyring: stuck, WorkFactor: 4}), withKeyring())
	checkError(t, k.Protect(t.Context(), Protection{Passphrase: []byte(newPassphrase)}), providers.Unavailable, "could not be removed")
	wantValue(t, mustVault(t, cheap(filepath.Join(dir, "k"), ring), withPassphrase(newPassphrase)), "name", marker)
}

// stuckKeyring deletes nothing.
type stuckKeyring struct{ *memoryKeyring }

func (stuckKeyring) Delete(string) error { return errors.New("stuck") }

// A running process that had the vault open goes on where the key is in the
// keyring, and asks for the new passphrase where there is one.
func TestProtectIsNoticedByOtherProcesses(t *testing.T) {
	t.Parallel()
	dir, ring := t.TempDir(), &memoryKeyring{entries: map[string]string{}}
	server := mustVault(t, cheap(dir, ring), withKeyring())
	mustSet(t, server, "name", marker)
	command := mustVault(t, cheap(dir, ring), withKeyring())
	var group sync.WaitGroup
	group.Go(func() {
		for range 20 {
			wantValue(t, server, "name", marker)
		}
	})
	for range 5 {
		if err := command.Protect(t.Context(), Protection{}); err != nil {
			t.Fatal(err)
		}
	}
	group.Wait()
	wantValue(t, server, "name", marker)
	if err := command.Protect(t.Context(), Protection{Passphrase: []byte(newPassphrase)}); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Get(t.Context(), "name"); !isKind(err, providers.Locked) {
		t.Errorf("got %v", err)
	}
	if err := server.provider.Unlock(t.Context(), server.credential.Profile, []byte(newPassphrase)); err != nil {
		t.Fatal(err)
	}
	wantValue(t, server, "name", marker)
}

// A backup opens with its own passphrase only, and goes in whole or not at all.
func TestBackup(t *testing.T) {
	t.Parallel()
	dir, ring := t.TempDir(), &memoryKeyring{entries: map[string]string{}}
	v := mustVault(t, cheap(dir, ring), withKeyring())
	mustSet(t, v, "text", marker)
	mustSet(t, v, "bytes", "\x00\xff")
	text, err := v.Export(t.Context(), []byte(newPassphrase))
	if err != nil || !IsBackup(text) {
		t.Fatal(err)
	}
	_, err = v.Export(t.Context(), nil)
	checkError(t, err, providers.Locked, "is empty")
	for passphrase, words := range map[string]string{"wrong": "is wrong", "": "is empty"} {
		_, err := OpenBackup(text, []byte(passphrase))
		checkError(t, err, providers.Locked, words)
	}
	for _, broken := range [][]byte{text[:len(text)-100], nil, []byte("hello")} {
		_, err := OpenBackup(broken, []byte(newPassphrase))
		checkError(t, err, providers.Damaged, "is damaged")
	}
	backup, err := OpenBackup(text, []byte(newPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"bytes", "text"}, backup.Names()); diff != "" || backup.Vault != "local" || backup.Exported.IsZero() {
		t.Errorf("%s: %+v", diff, backup.Vault)
	}
	other := mustVault(t, cheap(t.TempDir(), ring), withPassphrase(passphrase))
	stored, err := other.Restore(t.Context(), backup, Refuse) // makes the vault
	if diff := cmp.Diff(Stored{Added: []string{"bytes", "text"}}, stored); diff != "" || err != nil {
		t.Errorf("%s, %v", diff, err)
	}
	wantValue(t, other, "bytes", "\x00\xff")
	mustSet(t, other, "text", "changed")
	mustSet(t, other, "mine", "stays")
	if err := other.Remove(t.Context(), "bytes"); err != nil {
		t.Fatal(err)
	}
	_, err = other.Restore(t.Context(), backup, Refuse)
	checkError(t, err, providers.InvalidReference, "another value for: text")
	if _, err := other.Get(t.Context(), "bytes"); !isKind(err, providers.NotFound) {
		t.Errorf("a refused restore stored something: %v", err)
	}
	stored, err = other.Restore(t.Context(), backup, Replace)
	if diff := cmp.Diff(Stored{Added: []string{"bytes"}, Replaced: []string{"text"}}, stored); diff != "" || err != nil {
		t.Errorf("%s, %v", diff, err)
	}
	wantValue(t, other, "text", marker)
	wantValue(t, other, "mine", "stays")
	stored, err = other.SetAll(t.Context(), map[string]secret.Value{
		"text": secret.NewValue([]byte("x")), "mine": secret.NewValue([]byte("stays")),
	}, Keep)
	if diff := cmp.Diff(Stored{Kept: []string{"text"}, Same: []string{"mine"}}, stored); diff != "" || err != nil {
		t.Errorf("%s, %v", diff, err)
	}
	_, err = other.SetAll(t.Context(), map[string]secret.Value{"a\nb": {}}, Replace)
	checkError(t, err, providers.InvalidReference, "not a name")
}
