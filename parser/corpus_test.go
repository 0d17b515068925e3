package parser_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/parser"
)

// TestCorpusTiles parses every request file of the corpus.
func TestCorpusTiles(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir(testtools.Corpus(t), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".http" && filepath.Ext(path) != ".rest" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if err := fileError(parser.Parse(string(src))); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("read the corpus: %d files, %v", files, err)
	}
	t.Logf("%d files", files)
}

// expectedRequest is what two other tools agree on; Headers is nil where they
// differ about them.
type expectedRequest struct {
	Method  string
	Target  string
	Headers []string
}

type expectedFile struct {
	File     string
	Requests []*expectedRequest
}

// TestCorpusAgrees compares with the requests on which two other tools agree.
// Each difference stands in testdata/corpus-differences.txt, with the ruling
// that explains it, and nothing else stands there.
func TestCorpusAgrees(t *testing.T) {
	t.Parallel()
	folder := testtools.Corpus(t)
	explained := readDifferences(t)
	var differences []string
	compared, unequal := 0, 0
	for _, file := range readExpected(t, folder) {
		src, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(file.File)))
		if err != nil {
			t.Fatal(err)
		}
		got := requestsOf(parser.Parse(string(src)))
		if file.Requests != nil && len(got) != len(file.Requests) {
			differences = append(differences, file.File+" count")
			t.Logf("%s: %d requests, not %d", file.File, len(got), len(file.Requests))
		}
		for i, want := range file.Requests {
			if want == nil {
				continue
			}
			compared++
			what := "there is none"
			if i < len(got) {
				what = difference(got[i], *want)
			}
			if what != "" {
				unequal++
				differences = append(differences, fmt.Sprintf("%s %d", file.File, i))
				t.Logf("%s request %d: %s", file.File, i, what)
			}
		}
	}
	slices.Sort(differences)
	if diff := cmp.Diff(explained, differences); diff != "" {
		t.Errorf("differences (-in testdata/corpus-differences.txt +found):\n%s", diff)
	}
	if compared == 0 {
		t.Error("the corpus has no request to compare")
	}
	t.Logf("%d requests compared: %d are equal (%.2f %%), %d are read otherwise by a ruling", compared, compared-unequal, 100*float64(compared-unequal)/float64(max(compared, 1)), unequal)
}

// difference says in which part got is not want, or returns "".
func difference(got, want expectedRequest) string {
	switch {
	case got.Method != want.Method:
		return fmt.Sprintf("method %q, not %q", got.Method, want.Method)
	case got.Target != want.Target:
		return fmt.Sprintf("target %q, not %q", got.Target, want.Target)
	case want.Headers != nil && !slices.Equal(got.Headers, want.Headers):
		return fmt.Sprintf("headers %q, not %q", got.Headers, want.Headers)
	}
	return ""
}

// requestsOf returns the file's requests, the names of their headers in lower
// case, sorted, each once.
func requestsOf(f *parser.File) []expectedRequest {
	var requests []expectedRequest
	for _, d := range parser.Describe(f, func(string) bool { return false }).Requests {
		r := expectedRequest{Method: d.Method, Target: d.Target, Headers: []string{}}
		for _, h := range d.Headers {
			r.Headers = append(r.Headers, strings.ToLower(h.Name))
		}
		slices.Sort(r.Headers)
		r.Headers = slices.Compact(r.Headers)
		requests = append(requests, r)
	}
	return requests
}

func readExpected(t *testing.T, folder string) []expectedFile {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, "expected.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var files []expectedFile
	for line := range strings.Lines(string(data)) {
		var file expectedFile
		if err := json.Unmarshal([]byte(line), &file); err != nil {
			t.Fatalf("read expected.jsonl: %v", err)
		}
		files = append(files, file)
	}
	return files
}

// readDifferences reads lines of "file request ruling reason…" and returns
// their first two words, sorted.
func readDifferences(t *testing.T) []string {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "corpus-differences.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}()
	var differences []string
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		line := scanner.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 5 || fields[2][0] != 'C' {
			t.Errorf("corpus-differences.txt: %q is not: file, request, ruling, reason", line)
			continue
		}
		differences = append(differences, fields[0]+" "+fields[1])
	}
	slices.Sort(differences)
	return differences
}
