package env

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// TestCorpus reads every environment file of real projects: each must give at
// least one environment, and no file may fail that today's tools read.
func TestCorpus(t *testing.T) {
	t.Parallel()
	fsys := os.DirFS(testtools.Corpus(t))
	found := 0
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasPrefix(entry.Name(), "http-client.") {
			return err
		}
		if _, ok := sourceOf(entry.Name()); !ok {
			return nil
		}
		found++
		envs := Load(fsys, path.Dir(name))
		for _, p := range envs.Problems() {
			if p.Path == name && !p.Hint {
				t.Errorf("%s:%d:%d %s: %s", p.Path, p.Line, p.Column, p.Code, p.Message)
			}
		}
		if len(envs.Names()) == 0 {
			t.Errorf("%s gives no environment", name)
		}
		for _, environment := range envs.Names() {
			values(envs, environment)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("the corpus has no environment file")
	}
}
