package analysis

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/golden"
	"github.com/vault-lsp/vault-lsp/parser"
)

// TestGenerated fails when docs/diagnostics.md is not what the table says.
func TestGenerated(t *testing.T) {
	t.Parallel()
	golden.Compare(t, "../docs/diagnostics.md", diagnosticsDocument())
}

func diagnosticsDocument() string {
	var out strings.Builder
	out.WriteString(`# Diagnostics

<!-- Generated from analysis/codes_table.go by go test ./analysis -run TestGenerated -update. Do not edit. -->

What the language server and ` + "`vault-lsp check`" + ` report about a request file. Codes are stable. No message holds the value of a secret or of a private variable.

| code | severity | |
|---|---|---|
`)
	for _, c := range Codes() {
		fmt.Fprintf(&out, "| [`%s`](#%s) | %s | %s |\n", c.Code, c.Code, c.Severity, strings.ReplaceAll(c.Doc, "|", `\|`))
	}
	for _, c := range Codes() {
		fmt.Fprintf(&out, "\n## %s\n\n%s\n", c.Code, c.Doc)
		if c.Example != "" {
			fmt.Fprintf(&out, "\n```http\n%s\n```\n", c.Example)
		}
	}
	return out.String()
}

func TestCodesAreUniqueAndDocumented(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range Codes() {
		if seen[c.Code] || c.Doc == "" || c.Severity < parser.Error || c.Severity > parser.Hint {
			t.Errorf("bad row %+v", c)
		}
		seen[c.Code] = true
	}
}

// TestEveryCodeIsInTheTable reads the constants of the packages whose problems
// become diagnostics.
func TestEveryCodeIsInTheTable(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, c := range Codes() {
		known[c.Code] = true
	}
	for _, dir := range []string{"../parser", "../template", "../secret", "../env", "."} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", dir, err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range codeConstant.FindAllStringSubmatch(string(src), -1) {
				if !known[m[2]] && !notDiagnostics[m[2]] {
					t.Errorf("%s: %s = %q is not in the table", file, m[1], m[2])
				}
			}
		}
	}
}

var codeConstant = regexp.MustCompile(`(?m)^\s+(Code\w+)(?: +Code)? *= "([^"]+)"`)

// notDiagnostics are codes of problems that other files than the request file
// have.
var notDiagnostics = map[string]bool{}
