package credentials

import (
	"path/filepath"
	"testing"
)

// TestAddKeepsWhatReferencesUsed: a second profile does not take the place of
// the first, nor make it ambiguous.
func TestAddKeepsWhatReferencesUsed(t *testing.T) {
	t.Parallel()
	store, err := Open(filepath.Join(t.TempDir(), "config.json"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"first", "second", "third"} {
		err := store.Add(t.Context(), Profile{
			Name: name, Provider: "vault", Auth: "token", Fields: map[string]string{"address": "https://vault.example.com"},
			Secrets: map[string]Source{"token": {Env: "TOKEN"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := store.Select("vault", ""); err != nil || got.Name != "first" {
			t.Errorf("after adding %s: %q, %v", name, got.Name, err)
		}
	}
}
