package parser_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/benchfile"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
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

// BenchmarkParseCorpus reads all request files of the corpus, joined with a
// separator between them.
func BenchmarkParseCorpus(b *testing.B) {
	var joined strings.Builder
	err := filepath.WalkDir(testtools.Corpus(b), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".http" && filepath.Ext(path) != ".rest" {
			return err
		}
		src, err := os.ReadFile(path)
		joined.Write(src)
		joined.WriteString("\n###\n")
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	src := joined.String()
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		parser.Parse(src)
	}
}

// BenchmarkParseMany reads larger and larger files, up to 50 MB, and reports
// how much longer ten times the text takes.
func BenchmarkParseMany(b *testing.B) {
	fastest := map[int]time.Duration{}
	for _, megabytes := range []int{5, 50} {
		b.Run(strconv.Itoa(megabytes)+"MB", func(b *testing.B) {
			one := benchfile.Requests(1000)
			src := strings.Repeat(one, megabytes*1_000_000/len(one)+1)
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				start := time.Now()
				parser.Parse(src)
				if took := time.Since(start); fastest[megabytes] == 0 || took < fastest[megabytes] {
					fastest[megabytes] = took
				}
			}
			if small := fastest[5]; small > 0 {
				b.ReportMetric(float64(fastest[megabytes])/float64(small), "x-5MB")
			}
		})
	}
}
