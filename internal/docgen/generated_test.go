package docgen

import (
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/golden"
	"github.com/vault-lsp/vault-lsp/secret"
)

// TestGenerated fails when a generated file is not what the table says.
func TestGenerated(t *testing.T) {
	t.Parallel()
	golden.Compare(t, "../../docs/references.md", References())
	golden.Compare(t, "../../docs/variables.md", Variables())
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
