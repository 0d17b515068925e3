package agefile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"
)

const cheap = 4

func newKey(t *testing.T) (KeyFile, *age.X25519Identity) {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	file := KeyFile{Path: filepath.Join(t.TempDir(), "key.age"), WorkFactor: cheap}
	if err := file.Write(identity, []byte("one")); err != nil {
		t.Fatal(err)
	}
	return file, identity
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	file, identity := newKey(t)
	got, stamp, err := file.Open([]byte("one"))
	if err != nil || got.String() != identity.String() || stamp != file.Stamp() || stamp == (Stamp{}) {
		t.Fatalf("got %v, %v", stamp, err)
	}
	for passphrase, want := range map[string]error{"two": ErrWrongPassphrase, "": ErrEmptyPassphrase} {
		if _, _, err := file.Open([]byte(passphrase)); !errors.Is(err, want) {
			t.Errorf("%q: %v", passphrase, err)
		}
	}
	if err := file.Write(identity, nil); !errors.Is(err, ErrEmptyPassphrase) {
		t.Errorf("got %v", err)
	}
	if err := file.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := file.Open([]byte("one")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := file.Remove(); err != nil {
		t.Errorf("remove of nothing: %v", err)
	}
}

// The same wrong passphrase is tried once, until the key file is another.
func TestAttempts(t *testing.T) {
	t.Parallel()
	file, identity := newKey(t)
	var attempts Attempts
	if _, _, err := attempts.Open(file, []byte("two")); !errors.Is(err, ErrWrongPassphrase) {
		t.Fatalf("got %v", err)
	}
	// Without the file in the way nothing but the memory can tell.
	content, err := os.ReadFile(file.Path)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteAt(file.Path, make([]byte, len(content)), file.Stamp().Modified); err != nil {
		t.Fatal(err)
	}
	if _, _, err := attempts.Open(file, []byte("two")); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("a wrong passphrase is tried again: %v", err)
	}
	if _, _, err := attempts.Open(file, []byte("three")); !errors.Is(err, ErrDamaged) {
		t.Errorf("another is not tried: %v", err)
	}
	if err := WriteAt(file.Path, content, file.Stamp().Modified); err != nil {
		t.Fatal(err)
	}
	if _, _, err := attempts.Open(file, []byte("one")); err != nil {
		t.Errorf("the right one: %v", err)
	}
	if err := file.Write(identity, []byte("two")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := attempts.Open(file, []byte("two")); err != nil {
		t.Errorf("after a change: %v", err)
	}
}

// A crash at any moment of a change of the passphrase leaves a key that opens
// with the one or the other.
func TestKeyFileSurvivesACrashOfWrite(t *testing.T) {
	t.Parallel()
	file, identity := newKey(t)
	old := map[string][]byte{}
	for _, path := range []string{file.Path, file.SumPath()} {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		old[path] = content
	}
	if err := file.Write(identity, []byte("two")); err != nil {
		t.Fatal(err)
	}
	newKey, err := os.ReadFile(file.Path)
	if err != nil {
		t.Fatal(err)
	}
	both := append(file.sum(newKey), old[file.SumPath()]...)
	for name, step := range map[string]struct {
		key, sums  []byte
		passphrase string
	}{
		"before": {old[file.Path], old[file.SumPath()], "one"},
		"sums":   {old[file.Path], both, "one"},
		"key":    {newKey, both, "two"},
	} {
		if err := errors.Join(Write(file.Path, step.key), Write(file.SumPath(), step.sums)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := file.Open([]byte(step.passphrase)); err != nil {
			t.Errorf("after %s: %v", name, err)
		}
	}
}

func TestOpenTellsDamageFromAWrongKey(t *testing.T) {
	t.Parallel()
	_, mine := newKey(t)
	_, other := newKey(t)
	sealed, err := Seal([]byte("plain"), mine.Recipient(), other.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	for _, identity := range []age.Identity{mine, other} {
		if plain, err := Open(sealed, identity); err != nil || string(plain) != "plain" {
			t.Errorf("got %q, %v", plain, err)
		}
	}
	_, third := newKey(t)
	if _, err := Open(sealed, third); !errors.Is(err, ErrWrongKey) {
		t.Errorf("got %v", err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := Open(sealed, mine); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v", err)
	}
}

func TestLock(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	unlock, err := Lock(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Lock(ctx, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("a second writer: %v", err)
	}
	unlock()
	leftover := filepath.Join(dir, ".vault-lsp-1.tmp")
	if err := os.WriteFile(leftover, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if unlock, err = Lock(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, err := os.Stat(leftover); err == nil {
		t.Error("what a crashed writer left is still there")
	}
}

func TestWriteAt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	for _, modified := range []time.Time{time.Unix(0, 0), time.Unix(1_800_000_000, 0)} {
		if err := WriteAt(path, []byte("content"), modified); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || !info.ModTime().Equal(modified) || info.Mode().Perm() != 0o600 {
			t.Errorf("got %v, %v, %v", info.ModTime(), info.Mode(), err)
		}
	}
}
