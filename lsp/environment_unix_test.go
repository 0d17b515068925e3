//go:build unix

package lsp

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// Pipes, folders and links out of the workspace are not read, and do not make
// the server stand still.
func TestHostileEnvironmentFiles(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "secrets.json")
	if err := os.WriteFile(outside, []byte(`{"outside": {}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	makes := map[string]func(path string) error{
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"link":   func(path string) error { return os.Symlink(outside, path) },
		"loop":   func(path string) error { return os.Symlink(path, path) },
		"version control": func(path string) error {
			kept := filepath.Join(filepath.Dir(path), ".git", "kept")
			return errors.Join(os.MkdirAll(filepath.Dir(kept), 0o700), os.WriteFile(kept, []byte(`{"outside": {}}`), 0o600), os.Symlink(filepath.Join(".git", "kept"), path))
		},
		"device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"huge": func(path string) error {
			f, err := os.Create(path)
			if err != nil {
				return err
			}
			defer f.Close()
			return f.Truncate(maxEnvironmentFile + 1)
		},
	}
	for name, make := range makes {
		dir := t.TempDir()
		for _, file := range []string{"http-client.env.json", ".env"} {
			if err := make(filepath.Join(dir, file)); err != nil {
				t.Fatalf("making a %s: %v", name, err)
			}
		}
		if names := newEnvironments().load(dir, dir, "").Names(); len(names) != 0 {
			t.Errorf("%s: environments %q", name, names)
		}
	}
}

// TestThreatUnreadableEnvironmentFile: what is told about an environment file that
// is not read does not read it either.
func TestThreatUnreadableEnvironmentFile(t *testing.T) {
	t.Parallel()
	endless := filepath.Join(t.TempDir(), "pipe") // reading it waits for ever
	if err := syscall.Mkfifo(endless, 0o600); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, nil)
	w.initialize()
	if err := os.Symlink(endless, filepath.Join(w.dir, ".env")); err != nil {
		t.Fatal(err)
	}
	w.open(t, "a.http", "GET https://x.invalid\n")
	w.Await("the problem of the file", func(m lsptest.Message) bool {
		return m.Method == "textDocument/publishDiagnostics" && contains(m.Params, env.CodeUnreadable)
	})
}

// TestThreatManyProblems: a small file can be wrong in more places than an editor
// can show.
func TestThreatManyProblems(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	w.write(t, "http-client.env.json", `{"dev": {`+strings.Repeat(`"a":1,`, 20_000)+`"a":1}}`)
	w.write(t, ".env", strings.Repeat("wrong\n", 20_000))
	w.open(t, "a.http", "GET https://x.invalid\n")
	for _, code := range []string{env.CodeDuplicateName, env.CodeBadDotenv} {
		m := w.Await(code, func(m lsptest.Message) bool {
			return m.Method == "textDocument/publishDiagnostics" && contains(m.Params, code)
		})
		if n := strings.Count(string(m.Params), `"range"`); n != 100 {
			t.Errorf("%s is told %d times", code, n)
		}
	}
}
