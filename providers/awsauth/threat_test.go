package awsauth

import (
	"os"
	"path/filepath"
	"testing"
)

// TestThreatNoHome: without a home folder the SDK's paths are relative, and a
// cloned folder may hold a .aws/config that names a program.
func TestThreatNoHome(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		filepath.Join(".aws", "config"):      os.DevNull,
		filepath.Join(t.TempDir(), "config"): "",
	} {
		if want == "" {
			want = path
		}
		if got := inHome(path); got != want {
			t.Errorf("inHome(%q) = %q, want %q", path, got, want)
		}
	}
}
