// Package neovim tests the plugin inside real Neovim against a real Vault
// server.
package neovim

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// scriptWithin is how long a script may take before its Neovim is ended.
const scriptWithin = 90 * time.Second

// How the plugin is set up for a script.
const (
	withServer     = "cmd = { vim.env.TEST_BIN, 'serve' }"
	withoutStart   = withServer + ", autostart = false"
	loadedByScript = "" // not at all
)

// command is Neovim with the plugin on its path and a script of tests/ to run.
func (w *world) command(ctx context.Context, neovim, script, setup string) *exec.Cmd {
	args := []string{"--clean", "--headless", "--cmd", "lua package.path = vim.env.TEST_PLUGIN .. '/tests/?.lua;' .. package.path"}
	if setup != loadedByScript {
		args = append(args, "--cmd", "set runtimepath^=$TEST_PLUGIN", "--cmd", "lua require('vault_lsp').setup({"+setup+"})")
	}
	cmd := exec.CommandContext(ctx, neovim, append(args,
		// Not at once: what waits for VimEnter must have its turn.
		"--cmd", "autocmd VimEnter * ++nested lua vim.schedule(function() require('check').main('"+script+"') end)")...)
	cmd.Env = slices.Clip(w.environment)
	// The server may outlive a Neovim that was ended, and holds its output.
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// run runs a script to its end.
func (w *world) run(t *testing.T, neovim, script, setup string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), scriptWithin)
	defer cancel()
	out, err := w.command(ctx, neovim, script, setup).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "OK") {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	for _, marker := range []string{vaultValue, localValue, azureValue, passphrase, password} {
		if strings.Contains(string(out), marker) {
			t.Errorf("%s: Neovim printed %s", script, marker)
		}
	}
}

func TestNeovim(t *testing.T) {
	binary := testtools.Product(t)
	tests := []struct {
		script, setup string
		sends         bool
	}{
		{script: "send.lua", setup: withServer, sends: true},
		{script: "all.lua", setup: withServer, sends: true},
		{script: "lens.lua", setup: withServer, sends: true},
		{script: "action.lua", setup: withServer},
		{script: "question.lua", setup: withServer},
		{script: "curl.lua", setup: withServer},
		{script: "insert.lua", setup: withServer},
		{script: "form.lua", setup: withServer},
		{script: "prompt.lua", setup: withServer},
		{script: "device.lua", setup: withServer},
		{script: "complete.lua", setup: withServer},
		{script: "format.lua", setup: withServer},
		{script: "attach.lua", setup: withServer},
		{script: "syntax.lua", setup: withoutStart},
		{script: "health.lua", setup: withServer},
		{script: "enable.lua", setup: withoutStart},
		{script: "late.lua", setup: loadedByScript},
	}
	for _, version := range testtools.Neovim(t) {
		t.Run(version.Version, func(t *testing.T) {
			for _, test := range tests {
				t.Run(strings.TrimSuffix(test.script, ".lua"), func(t *testing.T) {
					w := newWorld(t, binary)
					w.run(t, version.Path, test.script, test.setup)
					w.keepsNothing(t)
					if test.sends && !w.received() {
						t.Errorf("no request came with the secret")
					}
				})
			}
			t.Run("credential", func(t *testing.T) {
				testtools.Keyring(t)
				w := newWorld(t, binary)
				w.run(t, version.Path, "credential.lua", withServer)
				w.keepsNothing(t)
			})
		})
	}
}
