package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/vault-lsp/vault-lsp"

// pkg is what we read of `go list -json`.
type pkg struct {
	ImportPath, Dir string
	GoFiles         []string
	Imports         []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports", module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatalf("reading go list: %v", err)
		}
		if len(p.GoFiles) > 0 {
			pkgs = append(pkgs, p)
		}
	}
}

func relative(path string) string { return strings.TrimPrefix(path, module+"/") }

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// under reports whether path is one of the prefixes or below one; "os/" means
// everything below os but not os itself, "net" means net alone.
func under(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool {
		return p == "*" || path == p || (strings.HasSuffix(p, "/") && strings.HasPrefix(path, p))
	})
}

func underModule(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool {
		return p == "*" || path == p || strings.HasPrefix(path, strings.TrimSuffix(p, "/")+"/")
	})
}

func TestImports(t *testing.T) {
	t.Parallel()
	rules := Rules()
	for _, p := range list(t) {
		name := relative(p.ImportPath)
		rule, ok := rules[name]
		if !ok {
			t.Errorf("package %s has no rule: add it to Rules and to ARCHITECTURE.md", name)
			continue
		}
		for _, imported := range p.Imports {
			switch {
			case strings.HasPrefix(imported, module):
				if !under(relative(imported), rule.Ours) {
					t.Errorf("%s must not import %s", name, relative(imported))
				}
			case isStandard(imported):
				if under(imported, rule.Forbidden) {
					t.Errorf("%s must not import %s", name, imported)
				}
			case !underModule(imported, rule.Outside):
				t.Errorf("%s must not import %s", name, imported)
			}
		}
	}
}

// TestRulesAreUsed keeps the table honest: it names only packages that exist,
// and allows only imports that are made.
func TestRulesAreUsed(t *testing.T) {
	t.Parallel()
	rules := Rules()
	for _, p := range list(t) {
		name := relative(p.ImportPath)
		rule := rules[name]
		delete(rules, name)
		for _, allowed := range rule.Ours {
			if !slices.ContainsFunc(p.Imports, func(imported string) bool {
				return strings.HasPrefix(imported, module) && under(relative(imported), []string{allowed})
			}) {
				t.Errorf("%s may import %s and does not", name, allowed)
			}
		}
		for _, allowed := range rule.Outside {
			if !slices.ContainsFunc(p.Imports, func(imported string) bool {
				return !strings.HasPrefix(imported, module) && !isStandard(imported) && underModule(imported, []string{allowed})
			}) {
				t.Errorf("%s may import %s and does not", name, allowed)
			}
		}
	}
	for name := range rules {
		t.Errorf("there is a rule for %s, which does not exist", name)
	}
}

// TestOutputAndExit: only the command may print, exit or use the log package;
// only it and tests make a context of their own.
func TestOutputAndExit(t *testing.T) {
	t.Parallel()
	forbidden := regexp.MustCompile(`\bos\.(Stdout|Exit)\b|\bfmt\.Print(ln|f)?\(|\bcontext\.(Background|TODO)\(\)`)
	eachLine(t, func(name, file string, n int, line string) {
		if strings.HasPrefix(name, "cmd/") || name == "internal/testtools" || name == "internal/lsptest" || name == "providers/providertest" {
			return
		}
		if forbidden.MatchString(line) {
			t.Errorf("%s:%d: only cmd may do this: %s", file, n, strings.TrimSpace(line))
		}
	})
}

// TestReveal: a secret's bytes are read only where MayReveal says.
func TestReveal(t *testing.T) {
	t.Parallel()
	allowed, used := MayReveal(), map[string]bool{}
	eachLine(t, func(name, file string, n int, line string) {
		if !strings.Contains(line, ".Reveal()") {
			return
		}
		used[name] = true
		if !slices.Contains(allowed, name) {
			t.Errorf("%s:%d: %s may not reveal a secret", file, n, name)
		}
	})
	for _, name := range allowed {
		if !used[name] {
			t.Errorf("%s may reveal secrets and does not: take it off the list", name)
		}
	}
}

func eachLine(t *testing.T, visit func(name, file string, n int, line string)) {
	t.Helper()
	for _, p := range list(t) {
		for _, f := range p.GoFiles {
			path := filepath.Join(p.Dir, f)
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for i, line := range strings.Split(string(src), "\n") {
				if code, _, _ := strings.Cut(line, "//"); strings.TrimSpace(code) != "" {
					visit(relative(p.ImportPath), path, i+1, code)
				}
			}
		}
	}
}
