package foreign

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/secret"
)

// brunoPrefix begins the name of a call {{$secrets.NAME.KEY}} of Bruno
// (https://docs.usebruno.com/secrets-management/secret-managers/overview).
const brunoPrefix = "secrets."

// IsBruno reports whether the name of a call, without its $, is a reference of
// Bruno.
func IsBruno(name string) bool { return strings.HasPrefix(name, brunoPrefix) }

// Bruno returns what a call of Bruno can mean, one reference a provider. NAME is
// an alias that a file of Bruno's own gives to a secret, so the fields are a
// beginning. Azure's key vault is unknown and left out.
func Bruno(name string) []secret.Ref {
	alias, key, _ := strings.Cut(strings.TrimPrefix(name, brunoPrefix), ".")
	var refs []secret.Ref
	for _, candidate := range []struct{ provider, field string }{
		{secret.AWS, "secret"}, {secret.Vault, "path"}, {secret.GCP, "secret"}, {secret.Local, "secret"},
	} {
		if ref, err := secret.New(candidate.provider, pairs(candidate.field, alias, "key", key)); err == nil {
			refs = append(refs, ref)
		}
	}
	return refs
}
