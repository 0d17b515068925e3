package testtools

import (
	"os"
	"path/filepath"
	"testing"
)

// NeovimVersion is one Neovim that is installed for tests.
type NeovimVersion struct {
	// Version is the release line, for example "0.10".
	Version string
	// Path is the command to run.
	Path string
}

// Neovim returns the oldest supported and the newest Neovim, in this order.
// Both are there or the test ends as Missing says.
func Neovim(tb testing.TB) []NeovimVersion {
	tb.Helper()
	found := make([]NeovimVersion, 0, 2)
	for _, name := range []string{"NEOVIM_OLD", "NEOVIM_NEW"} {
		release := version(name)
		path := installed(tb, "Neovim "+release, "nvim-"+release, "nvim")
		found = append(found, NeovimVersion{Version: release, Path: path})
	}
	return found
}

// VSCodeParts are the commands that show the real VS Code workbench in a
// browser and drive it.
type VSCodeParts struct {
	// CodeServer starts the workbench; it brings its own Node.js.
	CodeServer string
	// Node is that Node.js, for scripts that load the server's modules.
	Node string
	// Playwright is the folder of the playwright-core module.
	Playwright string
	// Chromium is the browser.
	Chromium string
}

// VSCode returns the parts of the workbench, or ends the test as Missing says.
func VSCode(tb testing.TB) VSCodeParts {
	tb.Helper()
	return VSCodeParts{
		CodeServer: installed(tb, "code-server", "vscode", "code-server"),
		Node:       installed(tb, "Node.js for code-server", "node", "bin", "node"),
		Playwright: installed(tb, "playwright-core", "playwright", "node_modules", "playwright-core"),
		Chromium:   command(tb, "chromium", "chromium"),
	}
}

// Output returns a folder below test-output/ at the top of the repository
// where a test leaves pictures and logs for a person to look at. root is the
// path from the test's package to the top.
func Output(tb testing.TB, root, name string) string {
	tb.Helper()
	folder, err := filepath.Abs(filepath.Join(root, "test-output", name))
	if err != nil {
		tb.Fatalf("test output: %v", err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		tb.Fatalf("test output: %v", err)
	}
	return folder
}
