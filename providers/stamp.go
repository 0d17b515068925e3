package providers

import "github.com/vault-lsp/vault-lsp/credentials"

// Stamper is a Provider with profiles whose identity stands in a place that
// others write, such as the file of a cloud's own tool.
type Stamper interface {
	// Stamp returns another text whenever that place has changed: what was
	// fetched before then belongs to somebody else. It is asked for every
	// reference, so it looks and does not read; "" for profiles without such a
	// place. It is never shown.
	Stamp(profile credentials.Profile) string
}

// stamp is the Stamp of a profile, to be a part of its fingerprint.
func (r *Resolver) stamp(profile credentials.Profile) string {
	if stamper, ok := r.providers[profile.Provider].(Stamper); ok {
		if text := stamper.Stamp(profile); text != "" {
			return "@" + text
		}
	}
	return ""
}
