// Package testtools gives tests the real programs they run against: a
// HashiCorp Vault server, Neovim, the VS Code workbench, a Secret Service.
// `make tools` installs them into a cache outside the repository; this package
// finds and starts them there and ends what it started.
//
// A test whose program is not installed is left out with a sentence that says
// so, which keeps `go test ./...` usable on any machine. With
// VAULT_LSP_REQUIRE_ALL=1, as `make test` sets it, the same test fails.
//
// The package depends on the standard library only, so that any test of any
// package may use it.
package testtools

import (
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// versions holds the NAME=value lines the installers read too.
//
//go:embed versions.env
var versions string

// Names of the environment variables this package reads.
const (
	toolsVariable      = "VAULT_LSP_TOOLS"
	requireAllVariable = "VAULT_LSP_REQUIRE_ALL"
	corpusVariable     = "VAULT_LSP_CORPUS"
)

// RequireAll reports whether a part that is not installed fails the test
// instead of leaving it out.
func RequireAll() bool { return os.Getenv(requireAllVariable) == "1" }

// Missing ends the test because part, named for a person to read, is not
// installed: it fails under RequireAll and is left out otherwise.
func Missing(tb testing.TB, part string) {
	tb.Helper()
	if RequireAll() {
		tb.Fatalf("%s is not installed, and %s=1 asks for every part: run `make tools`", part, requireAllVariable)
	}
	tb.Skipf("left out: %s is not installed; run `make tools`", part)
}

// Folder returns the folder that holds the installed parts. It need not exist.
func Folder() string {
	if folder := os.Getenv(toolsVariable); folder != "" {
		return folder
	}
	// Not os.UserCacheDir: the installers are shell scripts and use this rule
	// on every system.
	if cache := os.Getenv("XDG_CACHE_HOME"); cache != "" {
		return filepath.Join(cache, "vault-lsp-tools")
	}
	return filepath.Join(os.Getenv("HOME"), ".cache", "vault-lsp-tools")
}

// Corpus returns the folder of request files from public repositories that
// VAULT_LSP_CORPUS names. The corpus is no part of the project and nothing
// installs it, so its test is left out without it, also under RequireAll; a
// variable that names no folder is a mistake and fails.
func Corpus(tb testing.TB) string {
	tb.Helper()
	folder := os.Getenv(corpusVariable)
	if folder == "" {
		tb.Skipf("left out: %s names no folder of request files", corpusVariable)
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		tb.Fatalf("%s=%s: not a folder", corpusVariable, folder)
	}
	return folder
}

// HTTPYac returns the command of httpYac, the peer benchmarks stand beside.
func HTTPYac(tb testing.TB) string {
	tb.Helper()
	return installed(tb, "httpYac", "httpyac", "httpyac")
}

// version returns the value of one line of versions.env; a name that is not
// there is a mistake in this package.
func version(name string) string {
	for line := range strings.Lines(versions) {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			return strings.TrimSpace(value)
		}
	}
	panic("testtools: no version named " + name)
}

// installed returns the path below Folder that elements name, or calls Missing
// for part.
func installed(tb testing.TB, part string, elements ...string) string {
	tb.Helper()
	path := filepath.Join(append([]string{Folder()}, elements...)...)
	if _, err := os.Stat(path); err != nil {
		Missing(tb, part)
	}
	return path
}

// command returns the path of a program of the system, or calls Missing for
// the Debian package that holds it.
func command(tb testing.TB, name, debianPackage string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(tb, name+" (Debian package "+debianPackage+")")
	}
	return path
}
