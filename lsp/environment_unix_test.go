//go:build unix

package lsp

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
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
