package testtools

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// spy is a testing.TB that records how a test would have ended. Its Skipf and
// Fatalf return, unlike the real ones.
type spy struct {
	testing.TB
	skipped, failed bool
}

func (s *spy) Helper()               {}
func (s *spy) Skipf(string, ...any)  { s.skipped = true }
func (s *spy) Fatalf(string, ...any) { s.failed = true }

func TestMissing(t *testing.T) {
	tests := []struct {
		name, value     string
		skipped, failed bool
	}{
		{"by default the test is left out", "", true, false},
		{"any other value leaves it out too", "0", true, false},
		{"requiring all parts fails it", "1", false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(requireAllVariable, tt.value)
			s := &spy{TB: t}
			Missing(s, "a part")
			// The real Fatalf does not return, so a skip after it never happens.
			if s.failed != tt.failed || (!s.failed && s.skipped != tt.skipped) {
				t.Errorf("skipped %v, failed %v; want %v, %v", s.skipped, s.failed, tt.skipped, tt.failed)
			}
		})
	}
}

func TestFolder(t *testing.T) {
	tests := []struct {
		name             string
		tools, xdg, home string
		want             string
	}{
		{"own variable first", "/t", "/x", "/h", "/t"},
		{"then the cache home", "", "/x", "/h", "/x/vault-lsp-tools"},
		{"then below home", "", "", "/h", "/h/.cache/vault-lsp-tools"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(toolsVariable, tt.tools)
			t.Setenv("XDG_CACHE_HOME", tt.xdg)
			t.Setenv("HOME", tt.home)
			if got := Folder(); filepath.ToSlash(got) != tt.want {
				t.Errorf("Folder() = %s, want %s", got, tt.want)
			}
		})
	}
}

// TestInstallersAgree holds the Go side to the paths the installers print.
func TestInstallersAgree(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		Missing(t, "bash")
	}
	folder := t.TempDir()
	t.Setenv(toolsVariable, folder)
	output, err := exec.Command(bash, "install/env").Output()
	if err != nil {
		t.Fatalf("install/env: %v", err)
	}
	lines := strings.Split(string(output), "\n")
	for name, elements := range map[string][]string{
		"VAULT_LSP_VAULTD":           {"vaultd", version("VAULT_VERSION"), "vaultd"},
		"VAULT_LSP_NVIM_OLD":         {"nvim-" + version("NEOVIM_OLD"), "nvim"},
		"VAULT_LSP_NVIM_NEW":         {"nvim-" + version("NEOVIM_NEW"), "nvim"},
		"VAULT_LSP_CODE_SERVER":      {"vscode", "code-server"},
		"VAULT_LSP_CODE_SERVER_NODE": {"node", "bin", "node"},
		"VAULT_LSP_PLAYWRIGHT":       {"playwright", "node_modules", "playwright-core"},
		"VAULT_LSP_HTTPYAC":          {"httpyac", "httpyac"},
	} {
		want := "export " + name + "=" + filepath.Join(append([]string{folder}, elements...)...)
		if !slices.Contains(lines, want) {
			t.Errorf("install/env has no line %q", want)
		}
	}
}

func TestNeovim(t *testing.T) {
	t.Parallel()
	for _, nvim := range Neovim(t) {
		output, err := exec.Command(nvim.Path, "--version").Output()
		if err != nil {
			t.Fatalf("%s --version: %v", nvim.Path, err)
		}
		if first, _, _ := strings.Cut(string(output), "\n"); !strings.HasPrefix(first, "NVIM v"+nvim.Version+".") {
			t.Errorf("%s says %q, want version %s", nvim.Path, first, nvim.Version)
		}
		runtime, err := exec.Command(nvim.Path, "--clean", "--headless", "+lua io.write(vim.env.VIMRUNTIME)", "+q").Output()
		if err != nil {
			t.Fatalf("%s: %v", nvim.Path, err)
		}
		if _, err := os.Stat(filepath.Join(string(runtime), "filetype.lua")); err != nil {
			t.Errorf("Neovim %s has no runtime files: %v", nvim.Version, err)
		}
	}
}
