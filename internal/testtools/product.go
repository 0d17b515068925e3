package testtools

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// productVariable names a vault-lsp that was built already.
const productVariable = "VAULT_LSP_BIN"

// Product returns the path of a vault-lsp command built from this repository:
// the one VAULT_LSP_BIN names, or one built for this test.
func Product(tb testing.TB) string {
	tb.Helper()
	if path := os.Getenv(productVariable); path != "" {
		return path
	}
	path := filepath.Join(tb.TempDir(), "vault-lsp")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-o", path, "github.com/vault-lsp/vault-lsp/cmd/vault-lsp")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("build vault-lsp: %v\n%s", err, output)
	}
	return path
}
