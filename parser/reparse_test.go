package parser_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vault-lsp/vault-lsp/internal/benchfile"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// checkReparse fails unless the tree that is made from old's is the one that is
// made from nothing, and returns it.
func checkReparse(t testing.TB, old *parser.File, src string) *parser.File {
	t.Helper()
	want, got := parser.Parse(src), parser.Reparse(old, src)
	// cmp is slow, and only needed where there is something to show.
	if !reflect.DeepEqual(want.Blocks, got.Blocks) || !slices.Equal(want.Problems, got.Problems) || len(want.Variables) != len(got.Variables) {
		diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(parser.File{}))
		t.Fatalf("from %.2000q to %.2000q (-parsed +reparsed):\n%s", old.Src, src, diff)
	}
	return got
}

func replaced(t testing.TB, src string, start, end int, with string) string {
	t.Helper()
	changed, err := text.Apply(src, []text.Edit{{Span: text.Span{Start: start, End: end}, New: with}})
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// Every piece is put in at every line's begin and middle of every golden file,
// and every line is taken out, one edit behind the other.
func TestReparseIsParse(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/parse/*.http")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	pieces := []string{
		"###", "### two\nGET https://b.example/{{y}}\n\n", "@v = {{x}}\n", "\n", "\r", "x", "{{", "}}", "< {%\n", "%}\n", "/*\n", "*/\n",
		"HTTP/1.1 200 OK\n", "curl http://a -u b:c -d @f \\\n", "fragment A on B {\n", "===\n", "proto < a\nb: c\n", "# @name n\n", "GET https://c.example/\n",
	}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// With requests around it, so that there is something to share.
		around := benchfile.Requests(1)
		file := parser.Parse(around + string(src) + "\n" + around)
		for at := len(around); at < len(file.Src)-len(around); {
			next := at + strings.IndexByte(file.Src[at:], '\n') + 1
			for _, piece := range pieces {
				for _, place := range []int{at, (at + next) / 2} {
					file = checkReparse(t, checkReparse(t, file, replaced(t, file.Src, place, place, piece)), file.Src)
				}
			}
			file = checkReparse(t, checkReparse(t, file, replaced(t, file.Src, at, next, "")), file.Src)
			at = next
		}
	}
}

func FuzzReparse(f *testing.F) {
	f.Add("### a\nGET http://a\n\n### b\nGET http://b\n", 8, 9, "x\n###")
	f.Add("###\n< {%\n###\n%}\n### \n@a = {{$vault path='{{b}}\\n'}}\n", 4, 8, "")
	beside, err := os.ReadFile("testdata/parse/beside.http")
	if err != nil {
		f.Fatal(err)
	}
	f.Add("###\nGET http://a\n\n###\n"+string(beside), 4, 7, "POST")
	f.Fuzz(func(t *testing.T, src string, start, end int, with string) {
		if start < 0 || end < start || end > len(src) {
			return
		}
		changed := replaced(t, src, start, end, with)
		checkReparse(t, checkReparse(t, parser.Parse(src), changed), src)
	})
}

// A file that is edited here and there does not keep all its older texts alive.
func TestReparseKeepsFewSources(t *testing.T) {
	t.Parallel()
	file := parser.Parse(benchfile.Requests(64))
	for i := 1; i < 64; i++ {
		at := file.Blocks[i].Span.End - 1
		file = checkReparse(t, file, replaced(t, file.Src, at, at, "x"))
	}
	sources := map[uintptr]bool{}
	for _, b := range file.Blocks {
		if r := b.Request; r != nil {
			begin := uintptr(unsafe.Pointer(unsafe.StringData(r.Name)))
			sources[begin-uintptr(r.NameSpan.Start)] = true
		}
	}
	if len(sources) > 9 {
		t.Errorf("the tree holds on to %d sources", len(sources))
	}
}

func TestReparseKeepsNothingOfTheOldSourceBehindTheEdit(t *testing.T) {
	t.Parallel()
	old := parser.Parse(benchfile.Requests(8))
	file := checkReparse(t, old, "x"+old.Src)
	begin := unsafe.StringData(file.Src)
	in := func(s string) bool {
		return len(s) == 0 || uintptr(unsafe.Pointer(unsafe.StringData(s)))-uintptr(unsafe.Pointer(begin)) < uintptr(len(file.Src))
	}
	for _, b := range file.Blocks {
		for _, d := range b.Directives {
			if !in(d.Name) || !in(d.Value) {
				t.Errorf("directive %s is of another source", d.Name)
			}
		}
		if b.Request == nil {
			continue
		}
		for i := range b.Request.Headers {
			h := &b.Request.Headers[i]
			if !in(h.Name) {
				t.Errorf("header %s is of another source", h.Name)
			}
			for _, p := range h.Value.Parts {
				if p.Expr != nil && !in(p.Expr.Name) {
					t.Errorf("expression %s is of another source", p.Expr.Name)
				}
			}
		}
	}
}

// BenchmarkReparse types a letter in the first, the middle and the last tenth
// of the large file, and of one of 1 MB.
func BenchmarkReparse(b *testing.B) {
	large := benchfile.Requests(requests)
	megabyte := benchfile.Requests(requests * 1_000_000 / len(large))
	for _, file := range []struct{ name, src string }{{"large", large}, {"1MB", megabyte}} {
		src := file.src
		for _, place := range []struct {
			name string
			at   int
		}{{"begin", len(src) / 10}, {"middle", len(src) / 2}, {"end", len(src) - len(src)/10}} {
			b.Run(file.name+"/"+place.name, func(b *testing.B) { reparse(b, src, place.at) })
		}
	}
}

// reparse types and removes a letter in the line of offset near.
func reparse(b *testing.B, src string, near int) {
	at := near + strings.IndexByte(src[near:], '\n')
	versions := [2]string{src, replaced(b, src, at, at, "x")}
	file := parser.Parse(src)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		file = parser.Reparse(file, versions[(i+1)%2])
	}
}
