package providers

import "github.com/vault-lsp/vault-lsp/secret"

// Masker is a Provider with secret fields of which a part only is secret, such
// as the JSON key of a service account: the names of its account and project
// have to stay readable.
type Masker interface {
	// Private returns copies of what has to be masked in the material of a
	// secret field; nil if it is all of it.
	Private(field string, material []byte) [][]byte
}

// announce tells the material of a secret field, so that it is masked.
func (r *Resolver) announce(provider, field string, material secret.Value) {
	if masker, ok := r.providers[provider].(Masker); ok {
		if parts := masker.Private(field, material.Reveal()); parts != nil {
			for _, part := range parts {
				r.options.OnValue(secret.NewValue(part))
				clear(part)
			}
			return
		}
	}
	r.options.OnValue(material)
}
