package providers_test

import (
	"errors"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
)

// TestClients: a credential has one client until its fingerprint is another.
func TestClients(t *testing.T) {
	t.Parallel()
	type connection struct{ number int }
	var kept providers.Clients[connection]
	made := 0
	of := func(name, fingerprint string) (current, replaced *connection) {
		t.Helper()
		credential := providers.Credential{Profile: credentials.Profile{Name: name}, Fingerprint: fingerprint}
		current, replaced, err := kept.Of(credential, func() (*connection, error) {
			made++
			return &connection{made}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return current, replaced
	}
	first, replaced := of("dev", "1")
	if again, _ := of("dev", "1"); again != first || replaced != nil || made != 1 {
		t.Errorf("the same credential has two clients")
	}
	second, replaced := of("dev", "2")
	if second == first || replaced != first {
		t.Errorf("the client of an edited profile: %v in place of %v", second, replaced)
	}
	other, _ := of("prod", "1")
	refused := errors.New("refused")
	credential := providers.Credential{Profile: credentials.Profile{Name: "dev"}, Fingerprint: "3"}
	if _, replaced, err := kept.Of(credential, func() (*connection, error) { return nil, refused }); !errors.Is(err, refused) || replaced != nil {
		t.Errorf("got %v, %v", replaced, err)
	}
	isDev := func(p credentials.Profile) bool { return p.Name == "dev" }
	if got := kept.Matching(isDev); len(got) != 1 || got[0] != second {
		t.Errorf("matching: %v; a client that cannot be made takes no place", got)
	}
	if got := kept.Take(isDev); len(got) != 1 || got[0] != second || len(kept.Matching(isDev)) != 0 {
		t.Errorf("taken: %v", got)
	}
	if got := kept.Take(func(credentials.Profile) bool { return true }); len(got) != 1 || got[0] != other {
		t.Errorf("the rest: %v", got)
	}
}
