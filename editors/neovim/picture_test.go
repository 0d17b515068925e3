package neovim

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// terminal is a Neovim in a terminal that nobody looks at: keys go in, and the
// screen can be read and photographed.
type terminal struct {
	t           *testing.T
	environment []string
	output      string // where pictures go
}

// openTerminal starts Neovim in tmux with a server of its own.
func openTerminal(t *testing.T, w *world, neovim string) *terminal {
	t.Helper()
	for _, program := range []string{"tmux", "aha", "chromium"} {
		if _, err := exec.LookPath(program); err != nil {
			testtools.Missing(t, program)
		}
	}
	// The name of a socket may have 108 bytes, and a test's TempDir is longer.
	sockets, err := os.MkdirTemp("", "tmux")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(sockets) })
	term := &terminal{
		t: t, output: testtools.Output(t, "../..", "neovim"),
		environment: append(slices.Clip(w.environment), "TMUX=", "TMUX_TMPDIR="+sockets, "TERM=xterm-256color", "LC_ALL=C.UTF-8"),
	}
	const init = `require('vault_lsp').setup({
		cmd = { vim.env.TEST_BIN, 'serve' },
		on_attach = function(client, bufnr)
			if vim.lsp.completion then
				vim.lsp.completion.enable(true, client.id, bufnr, { autotrigger = true })
			end
		end,
	})
	vim.o.termguicolors = true
	vim.o.completeopt = 'menuone,noselect,popup'`
	initFile := filepath.Join(w.home, "init.lua")
	write(t, initFile, init)
	term.tmux("-f", "/dev/null", "new-session", "-d", "-x", "132", "-y", "38",
		neovim, "--clean", "--cmd", "set runtimepath^=$TEST_PLUGIN", "--cmd", "luafile "+initFile, w.file)
	t.Cleanup(func() { term.tmux("kill-server") })
	return term
}

// tmux runs one command of tmux and returns what it prints.
func (term *terminal) tmux(args ...string) string {
	term.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tmux", args...)
	cmd.Env = term.environment
	out, err := cmd.CombinedOutput()
	if err != nil {
		term.t.Errorf("tmux %s: %v\n%s", args[0], err, out)
	}
	return string(out)
}

// keys presses keys by their names; text is typed as it is.
func (term *terminal) keys(names ...string) {
	term.t.Helper()
	term.tmux(append([]string{"send-keys"}, names...)...)
}

// command types a command of Neovim.
func (term *terminal) command(text string) {
	term.t.Helper()
	term.keys("Escape", ":"+text, "Enter")
}

// await waits until the screen shows a text and returns the screen.
func (term *terminal) await(text string) string {
	term.t.Helper()
	var screen string
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if screen = term.tmux("capture-pane", "-p"); strings.Contains(screen, text) {
			return screen
		}
	}
	term.t.Fatalf("the screen does not show %q:\n%s", text, screen)
	return ""
}

// photograph keeps the screen as test output.
func (term *terminal) photograph(name string) {
	term.t.Helper()
	page, picture := filepath.Join(term.t.TempDir(), name+".html"), filepath.Join(term.output, name+".png")
	toHTML := exec.CommandContext(term.t.Context(), "aha", "--black", "--title", name)
	toHTML.Stdin = strings.NewReader(term.tmux("capture-pane", "-e", "-p"))
	html, err := toHTML.Output()
	if err != nil {
		term.t.Fatalf("aha: %v", err)
	}
	// Neovim's own background, also where the screen is empty.
	write(term.t, page, strings.Replace(string(html), "background-color:black", "background-color:#14161b", 1))
	chromium := exec.CommandContext(term.t.Context(), "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--user-data-dir="+term.t.TempDir(), "--window-size=1090,600", "--screenshot="+picture, "file://"+page)
	if out, err := chromium.CombinedOutput(); err != nil {
		term.t.Errorf("chromium: %v\n%s", err, out)
	}
}

// TestScreen uses Neovim as a person does and leaves pictures of it.
func TestScreen(t *testing.T) {
	binary := testtools.Product(t)
	for _, version := range testtools.Neovim(t) {
		t.Run(version.Version, func(t *testing.T) {
			w := newWorld(t, binary)
			term := openTerminal(t, w, version.Path)
			term.await("Send")
			term.command("LspVaultSend one")
			term.await("●●●●●●")
			term.photograph("response-" + version.Version)

			term.command("LspVaultSend foreign")
			term.await("Send secrets to https://api.example.test")
			term.photograph("question-" + version.Version)
			term.keys("3", "Enter")
			term.await("no response: destination-denied")
			term.photograph("failure-" + version.Version)

			// What is typed as a passphrase is not shown.
			term.command("LspVaultSend local")
			term.await("Passphrase")
			term.keys(passphrase)
			if screen := term.await("****"); strings.Contains(screen, passphrase) {
				t.Errorf("the screen shows the passphrase:\n%s", screen)
			}
			term.keys("Enter")
			term.await("\"path\": \"/local\"")

			term.keys("Escape", "G", "o", "Enter", "###", "Enter", "GET {{host}}/new", "Enter", "X-Key: {{$")
			if version.Version == "0.10" {
				term.keys("C-x", "C-o")
			}
			term.await("HashiCorp Vault")
			term.photograph("completion-" + version.Version)
			term.keys("v", "a", "u")
			if version.Version == "0.10" {
				term.keys("C-x", "C-o")
			}
			term.keys("C-n", "C-y")
			term.await("{{$vault path=")
			w.keepsNothing(t)
		})
	}
}
