package parser_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/parse/*.http")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
	}
	f.Add("\uFEFFGET http://a\r\rx")
	f.Add("\uFEFF")
	f.Add("curl http://a \\\n  -X POST -d b\n")
	f.Fuzz(func(t *testing.T, src string) {
		file := parser.Parse(src)
		checkFile(t, file)
		parser.Describe(file, func(string) bool { return true })
		for _, offset := range []int{-1, 0, len(src) / 2, len(src)} {
			block := file.BlockAt(offset)
			item, ok := block.ItemAt(offset)
			if inside := (text.Span{End: len(src) - 1}); ok && len(src) > 0 && inside.Contains(offset) && (offset < item.Span.Start || offset >= item.Span.End) {
				t.Fatalf("item at %d is %v of %q", offset, item, src)
			}
		}
	})
}
