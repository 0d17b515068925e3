package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"
)

// TestNothingCompiledAtStart: a regular expression of a package variable is
// compiled every time the program starts, `vault-lsp version` included, whether
// it is used or not; counted repeats made that milliseconds and megabytes.
func TestNothingCompiledAtStart(t *testing.T) {
	t.Parallel()
	for _, p := range list(t) {
		for _, f := range p.GoFiles {
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, filepath.Join(p.Dir, f), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, call := range compiledAtStart(file) {
				t.Errorf("%s: a regular expression is compiled at every start of the program, used or not: "+
					"compile it on first use, with sync.OnceValue, or check the text without one", files.Position(call.Pos()))
			}
		}
	}
}

// compiledAtStart returns the calls that compile a regular expression in a
// package variable or in init, but for those in a function that runs later.
func compiledAtStart(file *ast.File) (calls []*ast.CallExpr) {
	for _, decl := range file.Decls {
		if function, ok := decl.(*ast.FuncDecl); ok && (function.Recv != nil || function.Name.Name != "init") {
			continue
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.CallExpr:
				function, ok := n.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if pkg, ok := function.X.(*ast.Ident); ok && pkg.Name == "regexp" {
					calls = append(calls, n)
				}
			}
			return true
		})
	}
	return calls
}

// TestCompiledAtStart: what the rule finds, and what it lets be.
func TestCompiledAtStart(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]int{
		"var a = regexp.MustCompile(`x`)": 1,
		"var (\n\ta, _ = regexp.Compile(`x`)\n\tb = []*regexp.Regexp{regexp.MustCompile(`x`)}\n)": 2,
		"func init() { regexp.MustCompile(`x`) }":                                                 1,
		"func (t) init() { regexp.MustCompile(`x`) }":                                             0,
		"func f() { regexp.MustCompile(`x`) }":                                                    0,
		"var a = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`x`) })":        0,
		"var a *regexp.Regexp": 0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "a.go", "package a\n"+source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(compiledAtStart(file)); got != want {
			t.Errorf("%d in %s, want %d", got, source, want)
		}
	}
}
