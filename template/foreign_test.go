package template

import (
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// TestForeign: references of other tools are one expression, told by how they
// begin.
func TestForeign(t *testing.T) {
	t.Parallel()
	tests := []struct {
		src  string
		kind Kind
		name string
	}{
		{"{{ref+vault://kv/app/db?version=2#/a b/c}}", Foreign, "ref+vault://kv/app/db?version=2#/a b/c"},
		{"{{ secretref+awssecrets://x+ }}", Foreign, "secretref+awssecrets://x+"},
		{"{{op://My Vault/item/field}}", Foreign, "op://My Vault/item/field"},
		{"{{ref}}", Variable, "ref"},
		{"{{operation}}", Variable, "operation"},
		{"{{%op://v/i/f}}", EncodedVariable, "op://v/i/f"},
	}
	for _, tt := range tests {
		parts := Scan(tt.src, text.Span{End: len(tt.src)}).Parts
		if len(parts) != 1 || parts[0].Expr.Kind != tt.kind || parts[0].Expr.Name != tt.name || len(parts[0].Expr.Problems) > 0 {
			t.Errorf("%s: %+v", tt.src, parts[0].Expr)
		}
	}
}
