package providers

import (
	"context"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/secret"
)

// partly is a provider whose material is secret from "token" on.
type partly struct{ *fake }

func (partly) Private(_ string, material []byte) [][]byte {
	if _, after, ok := strings.Cut(string(material), "token"); ok {
		return [][]byte{[]byte(after)}
	}
	return nil
}

func TestMaterialIsAnnounced(t *testing.T) {
	t.Parallel()
	for want, wrap := range map[string]func(*fake) Provider{
		"MARKER-token-a": func(f *fake) Provider { return f },
		"-a":             func(f *fake) Provider { return partly{f} },
	} {
		var announced []string
		var f *fake
		r, _ := newResolver(t, func(o *Options, inner *fake) {
			f = inner
			o.Providers = []Provider{wrap(inner)}
			o.OnValue = func(v secret.Value) { announced = append(announced, string(v.Reveal())) }
			inner.get = func(ctx context.Context, c Credential, _ secret.Ref) (Payload, error) {
				material, err := c.Material(ctx, "token")
				if err != nil {
					return Payload{}, err
				}
				if string(material.Reveal()) != "MARKER-token-a" {
					t.Errorf("the provider got %q", material.Reveal())
				}
				return payload(Text, "value"), nil
			}
		})
		if got := one(t, r, vaultRef(t, "app")); got.Err != nil {
			t.Fatal(got.Err)
		}
		if f.calls.Load() != 1 || len(announced) == 0 || announced[0] != want {
			t.Errorf("announced %q, want %q first", announced, want)
		}
	}
}
