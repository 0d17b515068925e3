package parser_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/benchfile"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/parser"
)

// BenchmarkParseBesideHTTPYac parses one file with both parsers, each the
// fastest of some runs in a warm process, and reports how many times faster
// ours is.
func BenchmarkParseBesideHTTPYac(b *testing.B) {
	src := benchfile.Requests(requests)
	peer := httpYacTime(b, src)
	fastest := time.Duration(1<<63 - 1)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		start := time.Now()
		parser.Parse(src)
		fastest = min(fastest, time.Since(start))
	}
	b.ReportMetric(float64(peer)/float64(fastest), "x-httpyac")
	b.ReportMetric(float64(peer.Milliseconds()), "httpyac-ms")
}

// httpYacTime returns the time that httpYac takes for src.
func httpYacTime(b *testing.B, src string) time.Duration {
	b.Helper()
	command, err := filepath.EvalSymlinks(testtools.HTTPYac(b))
	if err != nil {
		b.Fatal(err)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		testtools.Missing(b, "node")
	}
	file := filepath.Join(b.TempDir(), "requests.http")
	if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
		b.Fatal(err)
	}
	// The command is bin/httpyac.js of the package.
	folder := filepath.Dir(filepath.Dir(command))
	output, err := exec.CommandContext(b.Context(), node, "testdata/httpyac.js", folder, file, "3").CombinedOutput()
	if err != nil {
		b.Fatalf("run httpYac: %v\n%s", err, output[max(0, len(output)-1000):])
	}
	found, nanoseconds := 0, int64(0)
	if _, err := fmt.Sscan(string(output), &found, &nanoseconds); err != nil {
		b.Fatalf("read the time of httpYac: %v in %s", err, output)
	}
	if found != requests {
		b.Fatalf("httpYac found %d requests, not %d", found, requests)
	}
	return time.Duration(nanoseconds)
}
