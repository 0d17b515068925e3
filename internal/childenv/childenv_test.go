package childenv

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOf(t *testing.T) {
	t.Parallel()
	given := []string{
		"PATH=/bin", "VAULT_LSP_LOCAL_PASSPHRASE=one", "VAULT_LSP_SIGN_INS_PASSPHRASE=two", "vault_lsp_local_passphrase=three",
		"VAULT_LSP_CONFIG=/c", "OTHER_PASSPHRASE=theirs", "=C:=C:\\",
	}
	want := []string{"PATH=/bin", "VAULT_LSP_CONFIG=/c", "OTHER_PASSPHRASE=theirs", "=C:=C:\\"}
	if diff := cmp.Diff(want, Of(given)); diff != "" {
		t.Error(diff)
	}
	if given[1] != "VAULT_LSP_LOCAL_PASSPHRASE=one" {
		t.Error("the given slice was changed")
	}
}

func TestFolder(t *testing.T) {
	home, here := t.TempDir(), t.TempDir()
	t.Chdir(here)
	root := filepath.VolumeName(here) + string(filepath.Separator)
	for given, want := range map[string]string{home: home, "": root, ".": root, filepath.Join(home, "none"): root} {
		for _, variable := range []string{"HOME", "USERPROFILE", "home"} {
			t.Setenv(variable, given)
		}
		if got := Folder(); got != want {
			t.Errorf("home %q: %q, want %q", given, got, want)
		}
	}
}
