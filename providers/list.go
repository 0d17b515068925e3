package providers

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/cache"
	"github.com/vault-lsp/vault-lsp/secret"
)

// List returns the values a field can take. It works with configured
// credentials only, unless the query says otherwise: without one it returns an
// *Error of kind Unauthenticated and asks nobody. The local vault needs none,
// being this program's own. Names of keys come from the cache where the secret
// is in it.
func (r *Resolver) List(ctx context.Context, provider, credential string, query Query) ([]Item, error) {
	p, c, err := r.route(provider, credential)
	if err != nil {
		return nil, err
	}
	if items, ok := r.cachedKeys(provider, c, query); ok {
		return items, nil
	}
	if c.Profile.Ambient && !query.Ambient && provider != secret.Local {
		return nil, &Error{Kind: Unauthenticated, Provider: provider, Op: "list",
			Message: "names are listed with configured credentials only",
			Hint:    "add one with `vault-lsp credential add`"}
	}
	items, _, err := r.lists.Get(ctx, listKey(provider, c, query), func(ctx context.Context) ([]Item, time.Time, error) {
		items, err := call(ctx, r, p, "list", func(ctx context.Context) ([]Item, error) { return p.List(ctx, c, query) })
		return items, time.Time{}, err
	})
	return slices.Clone(items), err
}

// cachedKeys answers a query for key from a secret that is in the cache.
func (r *Resolver) cachedKeys(provider string, c Credential, query Query) ([]Item, bool) {
	if query.Field != "key" {
		return nil, false
	}
	var fields []secret.FieldValue
	for _, name := range slices.Sorted(maps.Keys(query.Known)) {
		if name != "key" {
			fields = append(fields, secret.FieldValue{Name: name, Value: query.Known[name]})
		}
	}
	ref, err := secret.New(provider, fields)
	if err != nil {
		return nil, false
	}
	payload, ok := r.secrets.Lookup(cacheKey(c, ref), cache.Policy{})
	if !ok {
		return nil, false
	}
	defer payload.Value.Wipe()
	var items []Item
	for _, name := range keyNames(payload) {
		if strings.HasPrefix(name, query.Prefix) {
			items = append(items, Item{Value: name})
		}
	}
	return items, true
}

// listKey begins like cacheKey, so that a reset finds both.
func listKey(provider string, c Credential, query Query) string {
	parts := []string{provider, c.Profile.Name, c.Fingerprint, query.Field, query.Prefix}
	for _, name := range slices.Sorted(maps.Keys(query.Known)) {
		parts = append(parts, name, query.Known[name])
	}
	return strings.Join(parts, keySeparator)
}
