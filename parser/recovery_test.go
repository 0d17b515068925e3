package parser_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// TestTypingKeepsOtherRequests types every region of every file of testdata one
// character at a time, and looks at the requests of the other regions.
func TestTypingKeepsOtherRequests(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/parse/*.http")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			typeFile(t, path, 1<<30)
		})
	}
}

// TestTypingCorpusKeepsOtherRequests is the same for the files of the corpus,
// with some states of each region.
func TestTypingCorpusKeepsOtherRequests(t *testing.T) {
	t.Parallel()
	const states = 24
	regions := 0
	err := filepath.WalkDir(testtools.Corpus(t), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && (filepath.Ext(path) == ".http" || filepath.Ext(path) == ".rest") {
			regions += typeFile(t, path, states)
		}
		return err
	})
	if err != nil || regions == 0 {
		t.Fatalf("typed %d regions, %v", regions, err)
	}
	t.Logf("%d regions", regions)
}

// typeFile types each region of a file in about that many states, and returns
// the number of regions.
func typeFile(t *testing.T, path string, states int) int {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole := string(src)
	regions := regionsOf(whole)
	want := regionOutlines(parser.Parse(whole), regions, 0, 0)
	for i, region := range regions {
		first := region.Start
		if i > 0 { // the separator is there already
			first += len(strings.SplitAfterN(region.Of(whole), "\n", 2)[0])
		}
		step := max((region.End-first)/states, 1)
		// What is behind the region is there while it is typed, or is not yet.
		for _, behind := range []string{whole[region.End:], ""} {
			file := parser.Parse(whole[:first] + behind)
			for at := first; at < region.End; at += step {
				typed := whole[:at] + lineEndBefore(whole[:at], behind) + behind
				file = parser.Reparse(file, typed)
				by := len(typed) - len(whole)
				got := regionOutlines(file, regions, at, by)
				last := len(regions)
				if behind == "" {
					last = i
				}
				for j := range last {
					if j != i && got[j] != want[j] {
						t.Fatalf("%s: typing region %d up to byte %d changes region %d from\n%s\nto\n%s", path, i, at, j, want[j], got[j])
					}
				}
			}
		}
	}
	return len(regions)
}

// lineEndBefore returns the line end that stands between a line that is being
// typed and the next region.
func lineEndBefore(typed, behind string) string {
	if behind == "" || typed == "" || strings.HasSuffix(typed, "\n") {
		return ""
	}
	return "\n"
}

// regionsOf cuts a text at the lines that begin with ###.
func regionsOf(src string) []text.Span {
	var regions []text.Span
	start := 0
	for at := 0; at < len(src); {
		next := strings.IndexAny(src[at:], "\r\n")
		if at > start && strings.HasPrefix(src[at:], "###") {
			regions = append(regions, text.Span{Start: start, End: at})
			start = at
		}
		if next < 0 {
			break
		}
		at += next + 1
	}
	return append(regions, text.Span{Start: start, End: len(src)})
}

// regionOutlines writes the requests of each region of the complete text, of
// which the file holds all but what is behind byte at, moved by bytes.
func regionOutlines(f *parser.File, regions []text.Span, at, by int) []string {
	outlines := make([]string, len(regions))
	region := func(offset int) int {
		if offset >= at {
			offset -= by
		}
		for i := len(regions) - 1; i > 0; i-- {
			if regions[i].Start <= offset {
				return i
			}
		}
		return 0
	}
	for _, b := range f.Blocks {
		if b.Request == nil {
			continue
		}
		var out strings.Builder
		outlineRequest(&out, f.Src, b.Request)
		outlines[region(b.Span.Start)] += out.String()
	}
	for _, p := range f.Problems {
		outlines[region(p.Span.Start)] += fmt.Sprintf("%s %q\n", p.Code, p.Span.Of(f.Src))
	}
	return outlines
}
