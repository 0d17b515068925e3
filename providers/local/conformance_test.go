package local_test

import (
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/local"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, func(t *testing.T) providertest.Harness {
		profile := credentials.Profile{Name: "mine", Provider: secret.Local, Auth: "passphrase"}
		credential := providertest.Credential(profile, map[string]string{"passphrase": "right passphrase"})
		// A low cost of the passphrase: its strength is not what is tested.
		p := local.New(local.Options{Dir: t.TempDir(), WorkFactor: 4})
		vault, err := p.Vault(credential)
		if err != nil {
			t.Fatal(err)
		}
		if err := vault.Init(t.Context()); err != nil {
			t.Fatal(err)
		}
		return providertest.Harness{
			Provider:   p,
			Credential: credential,
			ListField:  "secret",
			Put: func(t *testing.T, name, text string) {
				if err := vault.Set(t.Context(), name, secret.NewValue([]byte(text))); err != nil {
					t.Fatalf("set: %v", err)
				}
			},
			Delete: func(t *testing.T, name string) {
				if err := vault.Remove(t.Context(), name); err != nil {
					t.Fatalf("remove: %v", err)
				}
			},
			DeletedKind: providers.NotFound,
			Ref: func(t *testing.T, name string) secret.Ref {
				return providertest.MustRef(t, secret.Local, secret.FieldValue{Name: "secret", Value: name})
			},
			Text: func(_ *testing.T, payload providers.Payload) string { return string(payload.Value.Reveal()) },
			Refused: func(*testing.T) (providers.Credential, []string) {
				const wrong = "wrong passphrase of a test"
				return providertest.Credential(profile, map[string]string{"passphrase": wrong}), []string{wrong}
			},
		}
	})
}
