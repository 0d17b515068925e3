package credentials

import (
	"path/filepath"
	"testing"
)

func TestProvidedMaterialComesFirst(t *testing.T) {
	t.Parallel()
	store, err := Open(filepath.Join(t.TempDir(), "config.json"), Options{
		LookupEnv: func(string) (string, bool) { return "from-environment", true },
	})
	if err != nil {
		t.Fatal(err)
	}
	profile := Profile{Provider: "local", Auth: "passphrase", Secrets: map[string]Source{"passphrase": {Env: "X"}}}
	before := store.Fingerprint(profile)
	typed := []byte("typed-by-hand")
	store.Provide(profile, "passphrase", typed)
	clear(typed)
	value, err := store.Material(t.Context(), profile, "passphrase")
	if err != nil || string(value.Reveal()) != "typed-by-hand" {
		t.Errorf("got %q, %v", value.Reveal(), err)
	}
	if store.Fingerprint(profile) == before {
		t.Error("the fingerprint is that of the old material")
	}
	store.Forget()
	value, err = store.Material(t.Context(), profile, "passphrase")
	if err != nil || string(value.Reveal()) != "from-environment" {
		t.Errorf("after Forget: %q, %v", value.Reveal(), err)
	}
}
