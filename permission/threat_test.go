package permission_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/permission"
)

// poisoned is a store whose file holds a rule, and a use that it covers.
func poisoned(t *testing.T) (path string, use permission.Use) {
	t.Helper()
	store, path := open(t)
	if _, err := store.Allow(permission.Rule{Reference: reference, Origin: "https://evil.example"}); err != nil {
		t.Fatal(err)
	}
	use = permission.Use{Reference: reference, Origin: "https://evil.example", In: "body"}
	if ok, err := store.Allows(use); !ok || err != nil {
		t.Fatalf("Allows = %v, %v before the attack", ok, err)
	}
	return path, use
}

// TestThreatPoisonedPermissions: a file that someone else may have written, or
// that is none, allows nothing and says so.
func TestThreatPoisonedPermissions(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes are for Unix")
	}
	attacks := map[string]func(t *testing.T, path string){
		"writable by the group":  func(t *testing.T, path string) { chmod(t, path, 0o660) },
		"writable by everyone":   func(t *testing.T, path string) { chmod(t, path, 0o606) },
		"folder for everyone":    func(t *testing.T, path string) { chmod(t, filepath.Dir(path), 0o777) },
		"folder for everyone +t": func(t *testing.T, path string) { chmod(t, filepath.Dir(path), 0o777|os.ModeSticky) },
		"huge": func(t *testing.T, path string) {
			if err := os.Truncate(path, 64<<20); err != nil {
				t.Fatal(err)
			}
		},
		"folder": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		},
		"link to a device": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("/dev/zero", path); err != nil {
				t.Fatal(err)
			}
		},
		"pipe": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			makePipe(t, path)
		},
		"owned by another user": func(t *testing.T, path string) {
			if os.Getuid() != 0 {
				t.Skip("only root can give a file away")
			}
			if err := os.Chown(path, 65534, -1); err != nil {
				t.Fatal(err)
			}
		},
		"text behind": func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteString(`{"version":1}`); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, attack := range attacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, use := poisoned(t)
			attack(t, path)
			ok, err := permission.Open(path).Allows(use)
			if ok || err == nil || !strings.Contains(err.Error(), filepath.Dir(path)) {
				t.Errorf("Allows = %v, %v", ok, err)
			}
		})
	}
}

// TestPermissionsReadableByOthersStillCount: who reads cannot grant.
func TestPermissionsReadableByOthersStillCount(t *testing.T) {
	t.Parallel()
	path, use := poisoned(t)
	chmod(t, path, 0o644)
	chmod(t, filepath.Dir(path), 0o755)
	if ok, err := permission.Open(path).Allows(use); !ok || err != nil {
		t.Errorf("Allows = %v, %v", ok, err)
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}
