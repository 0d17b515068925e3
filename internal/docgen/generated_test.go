package docgen

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/secret"
)

var update = flag.Bool("update", false, "write the generated files")

// TestGenerated fails when a generated file is not what the code says.
func TestGenerated(t *testing.T) {
	t.Parallel()
	files := map[string]string{"references.md": References()}
	for name, want := range files {
		path := filepath.Join("..", "..", "docs", name)
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("docs/%s is out of date; run `go test ./internal/docgen -update` (-code +file):\n%s", name, diff)
		}
	}
}

func TestReferencesNamesEveryField(t *testing.T) {
	t.Parallel()
	text := References()
	for _, spec := range secret.Providers() {
		_, section, ok := strings.Cut(text, "\n## "+spec.Name+"\n")
		if !ok {
			t.Fatalf("no section for %s", spec.Name)
		}
		for _, f := range spec.Fields {
			if !strings.Contains(section, "| `"+f.Name+"`") || !strings.Contains(section, escape(f.Doc)) {
				t.Errorf("%s.%s is not documented", spec.Name, f.Name)
			}
		}
	}
}
