package azure

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/vault-lsp/vault-lsp/providers"
)

// maxItems bounds a list: Key Vault has no filter and gives 25 names a page, so
// that a large vault would keep completion waiting.
const maxItems = 5000

// list returns the values a field of a reference can take, and where it looked.
func (c *client) list(ctx context.Context, query providers.Query) ([]providers.Item, location, error) {
	if query.Field == refVault {
		return matching(c.knownVaults(), query.Prefix), location{}, nil
	}
	if query.Field != refSecret && query.Field != refVersion || query.Known[refVault] == "" {
		return nil, location{}, nil
	}
	at, err := c.settings.inVault(refVault, identifier{vault: query.Known[refVault]})
	if err != nil {
		return nil, at, err
	}
	vault, err := c.vault(at)
	if err != nil {
		return nil, at, err
	}
	var items []providers.Item
	if query.Field == refSecret {
		items, err = listSecrets(ctx, vault, query.Prefix)
	} else {
		at.name = query.Known[refSecret]
		if !nameForm().MatchString(at.name) {
			return nil, at, nil
		}
		items, err = listVersions(ctx, vault, at.name)
		items = matching(items, query.Prefix)
	}
	if err == nil {
		c.answered(at)
	}
	return items, at, err
}

// knownVaults are those that have answered before and the profile's own. Key
// Vault itself cannot tell; Azure's management API could, with another token.
func (c *client) knownVaults() []providers.Item {
	names := map[string]string{}
	if c.settings.vault != "" {
		names[c.settings.vault] = "of the credential"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for host := range c.seen {
		if name, ok := strings.CutSuffix(host, "."+c.settings.suffix); ok && names[name] == "" {
			names[name] = "used before"
		}
	}
	items := make([]providers.Item, 0, len(names))
	for _, name := range slices.Sorted(maps.Keys(names)) {
		items = append(items, providers.Item{Value: name, Detail: names[name]})
	}
	return items
}

func matching(items []providers.Item, prefix string) []providers.Item {
	return slices.DeleteFunc(items, func(item providers.Item) bool { return !strings.HasPrefix(item.Value, prefix) })
}

// listSecrets returns the names in a vault that begin with a prefix; Key Vault
// does not tell upper and lower case apart.
func listSecrets(ctx context.Context, vault *azsecrets.Client, prefix string) ([]providers.Item, error) {
	pages := vault.NewListSecretPropertiesPager(nil)
	var items []providers.Item
	for count := 0; pages.More() && count < maxItems; {
		page, err := nextPage(ctx, pages)
		if err != nil {
			return nil, err
		}
		for _, properties := range page.Value {
			if properties == nil || properties.ID == nil {
				continue
			}
			count++
			name := properties.ID.Name()
			if strings.HasPrefix(strings.ToLower(name), strings.ToLower(prefix)) {
				items = append(items, providers.Item{Value: name, Detail: describe(properties)})
			}
		}
	}
	slices.SortFunc(items, func(a, b providers.Item) int { return strings.Compare(a.Value, b.Value) })
	return items, nil
}

// nextPage fetches a page. The library keeps asking where a page is empty and
// names another, which is what Key Vault does behind a filter.
func nextPage[T any](ctx context.Context, pages *runtime.Pager[T]) (T, error) {
	return pages.NextPage(ctx)
}

// listVersions returns the versions of a secret, the newest first.
func listVersions(ctx context.Context, vault *azsecrets.Client, name string) ([]providers.Item, error) {
	pages := vault.NewListSecretPropertiesVersionsPager(name, nil)
	var all []*azsecrets.SecretProperties
	for pages.More() && len(all) < maxItems {
		page, err := nextPage(ctx, pages)
		if err != nil {
			return nil, err
		}
		for _, properties := range page.Value {
			if properties != nil && version(properties.ID) != "" {
				all = append(all, properties)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *azsecrets.SecretProperties) int { return -created(a).Compare(created(b)) })
	items := make([]providers.Item, 0, len(all))
	for _, properties := range all {
		detail := describe(properties)
		if at := created(properties); !at.IsZero() {
			detail = strings.TrimPrefix(detail+", created "+when(at), ", ")
		}
		items = append(items, providers.Item{Value: version(properties.ID), Detail: detail})
	}
	return items, nil
}
