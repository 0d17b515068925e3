package credentials

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A configuration that is a link, as people with dotfiles have it, stays one.
func TestWriteFollowsALink(t *testing.T) {
	t.Parallel()
	s, _ := open(t, "{}", nil)
	target := filepath.Join(t.TempDir(), "dotfiles.json")
	if err := os.Rename(s.Path(), target); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, s.Path()); err != nil {
		t.Skip("left out: no symbolic links here")
	}
	if err := s.Add(t.Context(), Profile{Name: "l", Provider: "local", Auth: "keyring"}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(s.Path()); err != nil || info.Mode().Type() != os.ModeSymlink {
		t.Errorf("the link became %v, %v", info.Mode(), err)
	}
	if content, err := os.ReadFile(target); err != nil || !strings.Contains(string(content), `"l"`) {
		t.Errorf("got %s, %v", content, err)
	}
}

func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("a folder: %v", err)
	}
	large := filepath.Join(dir, "large.json")
	if err := os.WriteFile(large, make([]byte, maxConfigSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(large, Options{}); err == nil || !strings.Contains(err.Error(), "256 KiB") {
		t.Errorf("a large file: %v", err)
	}
	// A file that becomes unreadable while the server runs: nothing else is
	// used in its place.
	s, _ := open(t, "{}", map[string]string{"VAULT_ADDR": "https://v.example.com", "VAULT_TOKEN": marker})
	if err := os.Remove(s.Path()); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.Path(), 0o700); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Select("vault", ""); err == nil {
		t.Errorf("got %+v", p)
	}
	if len(s.Problems()) != 1 {
		t.Errorf("got %v", s.Problems())
	}
}

func TestCancelledWriteChangesNothing(t *testing.T) {
	t.Parallel()
	s, ring := open(t, "", nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.SetSecret(ctx, "x", "token", []byte(marker)); !errors.Is(err, context.Canceled) || len(ring.entries) > 0 {
		t.Errorf("got %v", err)
	}
	if err := s.Add(ctx, Profile{Name: "l", Provider: "local", Auth: "keyring"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(s.Path()); err == nil {
		t.Error("a cancelled Add made a file")
	}
}

// A profile that is removed while the keyring does not answer is gone, and the
// error says what is left.
func TestRemoveWithoutKeyring(t *testing.T) {
	t.Parallel()
	s, ring := open(t, `{"credentials": {"k": {"provider": "vault", "auth": "token", "address": "https://v.example.com", "token": {"keyring": true}}}}`, nil)
	ring.err = ErrNoKeyring
	if err := s.Remove(t.Context(), "k"); err == nil || !strings.Contains(err.Error(), "its token could not be deleted from the OS keyring") {
		t.Errorf("got %v", err)
	}
	if len(s.List()) > 0 {
		t.Error("the profile is still there")
	}
}

// A profile with errors can be removed, and the others stay as they are.
func TestRemoveABrokenProfile(t *testing.T) {
	t.Parallel()
	s, _ := open(t, `{"credentials": {"bad": {"provider": "vualt"}, "l": {"provider": "local", "auth": "keyring"}}}`, nil)
	if err := s.Remove(t.Context(), "bad"); err != nil {
		t.Fatal(err)
	}
	if list := s.List(); len(list) != 1 || len(s.Problems()) > 0 {
		t.Errorf("left: %v, %v", list, s.Problems())
	}
}

// TestKeepUnreadable: a server survives a configuration that is no file, tells
// why, gives no credential out, and takes it up when it has been mended.
func TestKeepUnreadable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); err == nil {
		t.Error("a folder was opened as a configuration file")
	}
	store, err := Open(path, Options{KeepUnreadable: true})
	if err != nil {
		t.Fatal(err)
	}
	if problems := store.Problems(); len(problems) != 1 || !strings.Contains(problems[0].Message, path) {
		t.Errorf("problems: %v", problems)
	}
	if profile, err := store.Select("local", ""); err == nil {
		t.Errorf("another identity is used instead: %+v", profile)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(`{"credentials": {"box": {"provider": "local", "auth": "keyring"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if profile, err := store.Select("local", ""); err != nil || profile.Name != "box" {
		t.Errorf("after mending: %+v, %v", profile, err)
	}
}
