package childenv

import (
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
