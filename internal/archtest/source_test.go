package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the module's folder as the tests see it.
const root = "../.."

// TestSize keeps files and functions short enough to read in one sitting:
// 400 lines and 60. Tables may be longer; they stand in files that say so, or
// in a function that does nothing else than to return one.
func TestSize(t *testing.T) {
	t.Parallel()
	const mostLines, mostOfFunction = 400, 60
	for _, p := range list(t) {
		for _, f := range p.GoFiles {
			name := relative(p.ImportPath) + "/" + f
			src, err := os.ReadFile(filepath.Join(p.Dir, f))
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(src, []byte("\n")); n > mostLines && !strings.Contains(f, "table") {
				t.Errorf("%s has %d lines; %d at the most: one idea a file", name, n, mostLines)
			}
			for function, lines := range functions(t, f, src) {
				if lines > mostOfFunction {
					t.Errorf("%s: %s has %d lines; %d at the most", name, function, lines, mostOfFunction)
				}
			}
		}
	}
}

// functions returns how many lines each function of a file has; those that are
// one return statement are tables and left out.
func functions(t *testing.T, name string, src []byte) map[string]int {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("reading %s: %v", name, err)
	}
	lines := map[string]int{}
	for _, decl := range file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		if len(function.Body.List) == 1 {
			if _, table := function.Body.List[0].(*ast.ReturnStmt); table {
				continue
			}
		}
		lines[function.Name.Name] = files.Position(function.End()).Line - files.Position(function.Pos()).Line + 1
	}
	return lines
}

// TestCodeMap compares the code map of ARCHITECTURE.md with the packages that
// there are: neither may name one that the other does not.
func TestCodeMap(t *testing.T) {
	t.Parallel()
	_, section, found := strings.Cut(document(t, "ARCHITECTURE.md"), "\n## Code map\n")
	section, _, ended := strings.Cut(section, "\n## ")
	if !found || !ended {
		t.Fatal("ARCHITECTURE.md has no section \"Code map\"")
	}
	mapped := map[string]bool{}
	for row := range strings.Lines(section) {
		folders, _, _ := strings.Cut(strings.TrimPrefix(row, "|"), "|")
		for _, quoted := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(folders, -1) {
			mapped[quoted[1]] = true
		}
	}
	packages := map[string]bool{}
	for _, p := range list(t) {
		packages[relative(p.ImportPath)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		if !mapped[name] {
			t.Errorf("package %s is not in the code map of ARCHITECTURE.md", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(mapped)) {
		if packages[name] {
			continue
		}
		if info, err := os.Stat(filepath.Join(root, name)); err != nil || !info.IsDir() {
			t.Errorf("the code map of ARCHITECTURE.md names %s, which does not exist", name)
		}
	}
}

// TestNamedTests finds every test and file that ARCHITECTURE.md names, so that
// what it claims stays true when they are renamed.
func TestNamedTests(t *testing.T) {
	t.Parallel()
	text := document(t, "ARCHITECTURE.md")
	for _, name := range regexp.MustCompile("`([a-z/]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(text, -1) {
		if !declares(t, name[1], name[2]) {
			t.Errorf("ARCHITECTURE.md names %s of %s, which does not exist", name[2], name[1])
		}
	}
	for _, name := range regexp.MustCompile("`([a-z/]+/[a-z_]+\\.go)`").FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join(root, name[1])); err != nil {
			t.Errorf("ARCHITECTURE.md names %s: %v", name[1], err)
		}
	}
}

// declares reports whether the tests in a folder have a function of that name.
func declares(t *testing.T, folder, function string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool {
		src, err := os.ReadFile(file)
		return err == nil && bytes.Contains(src, []byte("\nfunc "+function+"("))
	})
}

// TestDependencies finds every direct dependency in docs/dependencies.md, which
// says why it is there.
func TestDependencies(t *testing.T) {
	t.Parallel()
	reasons := document(t, "docs/dependencies.md")
	for line := range strings.Lines(document(t, "go.mod")) {
		path, version, found := strings.Cut(strings.TrimSpace(line), " ")
		if !found || !strings.HasPrefix(version, "v") || strings.HasSuffix(version, "// indirect") {
			continue
		}
		if !strings.Contains(reasons, path+" ") && !strings.Contains(reasons, path+",") {
			t.Errorf("docs/dependencies.md does not say what %s is for", path)
		}
	}
}

// document returns the text of a file of the repository.
func document(t *testing.T, name string) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}
