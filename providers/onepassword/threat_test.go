package onepassword

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestThreatProgramInheritsPassphrases: op has no use for the passphrases of
// this program.
func TestThreatProgramInheritsPassphrases(t *testing.T) {
	f := newFake(t)
	f.put(t, "dev", "stripe", "credential", "text")
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "first")
	t.Setenv("VAULT_LSP_SIGN_INS_PASSPHRASE", "second")
	text, err := os.ReadFile(f.program)
	if err != nil {
		t.Fatal(err)
	}
	f.write(t, "bin/op", strings.Replace(string(text), "account=\n", "account=\nenv > '"+f.dir+"/env'\n", 1))
	if _, err := New(Options{}).Get(t.Context(), f.credential(""), reference(t, "op://dev/stripe/credential")); err != nil {
		t.Fatal(err)
	}
	seen, err := os.ReadFile(filepath.Join(f.dir, "env"))
	if err != nil || !strings.Contains(string(seen), "PATH=") || strings.Contains(string(seen), "PASSPHRASE") {
		t.Errorf("op was started with %s, %v", seen, err)
	}
}
