package parser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDialectIsDocumented: docs/dialect.md has each ruling, and the tests that
// it names exist.
func TestDialectIsDocumented(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/dialect.md")
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 26; i++ {
		if !strings.Contains(string(doc), fmt.Sprintf("\n| C%d | ", i)) {
			t.Errorf("docs/dialect.md does not have C%d", i)
		}
	}
	named := regexp.MustCompile("`(\\w+)\\.(TestRuling\\w+)`").FindAllStringSubmatch(string(doc), -1)
	if len(named) < 23 {
		t.Errorf("docs/dialect.md names %d tests", len(named))
	}
	for _, name := range named {
		files, err := filepath.Glob(filepath.Join("..", name[1], "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found = found || strings.Contains(string(src), "func "+name[2]+"(")
		}
		if !found {
			t.Errorf("docs/dialect.md names %s.%s, which does not exist", name[1], name[2])
		}
	}
}
