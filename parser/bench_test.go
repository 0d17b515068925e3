package parser_test

import (
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/benchfile"
	"github.com/vault-lsp/vault-lsp/parser"
)

// requests is the size of the file that the benchmarks read: 55,000 lines.
const requests = 5000

func BenchmarkParse(b *testing.B) {
	src := benchfile.Requests(requests)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		parser.Parse(src)
	}
}
