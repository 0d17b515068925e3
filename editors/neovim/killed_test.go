package neovim

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// TestEditorKilledWhileSending ends Neovim without a chance to say goodbye: the
// server must end by itself and drop the connection to the target.
func TestEditorKilledWhileSending(t *testing.T) {
	binary := testtools.Product(t)
	for _, version := range testtools.Neovim(t) {
		t.Run(version.Version, func(t *testing.T) {
			w := newWorld(t, binary)
			ended := filepath.Join(w.home, "ended")
			// The shell outlives the server and leaves its exit status.
			w.environment = append(w.environment, "TEST_ENDED="+ended)
			const setup = `cmd = { 'sh', '-c', '"$TEST_BIN" serve; echo $? >"$TEST_ENDED.new"; mv "$TEST_ENDED.new" "$TEST_ENDED"' }`
			cmd := w.command(t.Context(), version.Path, "killed.lua", setup)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			await(t, w.arrived)
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			select {
			case <-w.gone:
			case <-time.After(20 * time.Second):
				t.Error("the connection to the target stays open")
			}
			if status := strings.TrimSpace(await(t, ended)); status != "1" {
				t.Errorf("the server ended with status %s, want 1 (no exit notification)", status)
			}
			w.keepsNothing(t)
		})
	}
}

// await waits until a file exists and returns its content.
func await(t *testing.T, path string) string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if content, err := os.ReadFile(path); err == nil {
			return string(content)
		}
	}
	t.Fatalf("%s does not appear", filepath.Base(path))
	return ""
}
