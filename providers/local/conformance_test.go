package local_test

import (
	"context"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/local"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	const passphrase = "conformance-passphrase"
	providertest.Run(t, func(t *testing.T) providertest.Harness {
		p := local.New(local.Options{Dir: t.TempDir(), WorkFactor: 4})
		profile := credentials.Profile{Name: "mine", Provider: "local", Auth: "passphrase"}
		credential := providertest.Credential(profile, map[string]string{"passphrase": passphrase})
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
			Put: func(t *testing.T, name, text string) {
				t.Helper()
				if err := vault.Set(context.WithoutCancel(t.Context()), name, secret.NewValue([]byte(text))); err != nil {
					t.Fatal(err)
				}
			},
			Ref: func(t *testing.T, name string) secret.Ref {
				return providertest.MustRef(t, "local", secret.FieldValue{Name: "secret", Value: name})
			},
			Text:      func(_ *testing.T, payload providers.Payload) string { return string(payload.Value.Reveal()) },
			ListField: "secret",
			Refused: func(*testing.T) (providers.Credential, []string) {
				const wrong = "conformance-wrong-passphrase"
				return providertest.Credential(profile, map[string]string{"passphrase": wrong}), []string{wrong, passphrase}
			},
			Refusal: providers.Locked,
			Delete: func(t *testing.T, name string) {
				t.Helper()
				if err := vault.Remove(t.Context(), name); err != nil {
					t.Fatal(err)
				}
			},
			DeletedKind: providers.NotFound,
			PutBinary: func(t *testing.T, name string, data []byte) {
				t.Helper()
				if err := vault.Set(t.Context(), name, secret.NewValue(data)); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}
