package vault

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/providers"
)

// Paths that list namespaces: those the token can see, and those there are
// (https://developer.hashicorp.com/vault/api-docs/system/namespaces). A server
// without namespaces has neither.
const (
	pathVisibleNamespaces = "sys/internal/ui/namespaces"
	pathNamespaces        = "sys/namespaces"
)

// listMounts returns the mounts of the engines that references can be for.
func (c *client) listMounts(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	at, err := c.locateMount(func(name string) string {
		if name == fieldNamespace {
			return query.Known[name]
		}
		return ""
	})
	if err != nil {
		return nil, err
	}
	mounts, err := c.visibleMounts(ctx, at.namespace)
	if err != nil {
		return nil, err
	}
	var items []providers.Item
	for _, path := range slices.Sorted(maps.Keys(mounts)) {
		info := mounts[path]
		if !isReadable(info.Type) {
			continue
		}
		mount := strings.TrimSuffix(path, "/")
		c.mounts.set(mountKey{namespace: at.namespace, mount: mount}, info.kind())
		items = append(items, providers.Item{Value: mount, Detail: info.describe()})
	}
	return items, nil
}

// describe is a mount in a few words.
func (m mountInfo) describe() string {
	detail := m.engine().String()
	if m.engine() == engineOther {
		detail = m.Type + " engine"
	}
	if m.Description != "" {
		detail += ", " + m.Description
	}
	return detail
}

// visibleMounts asks for the mounts this token can see and, where a server or
// a gateway does not answer that, for all of them.
func (c *client) visibleMounts(ctx context.Context, namespace string) (map[string]mountInfo, error) {
	a, err := c.call(ctx, request{namespace: namespace, path: pathMounts})
	if err == nil {
		var data struct {
			Secret map[string]mountInfo `json:"secret"`
		}
		if err := json.Unmarshal(a.Data, &data); err != nil {
			return nil, errNotVault
		}
		return data.Secret, nil
	}
	if !isRefusal(err) {
		return nil, err
	}
	a, err = c.call(ctx, request{namespace: namespace, path: "sys/mounts"})
	if err != nil {
		return nil, err
	}
	var mounts map[string]mountInfo
	if err := json.Unmarshal(a.Data, &mounts); err != nil {
		return nil, errNotVault
	}
	return mounts, nil
}

// listNamespaces returns the namespaces below the one the prefix has reached, as
// a reference writes them: from the root.
func (c *client) listNamespaces(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	parent := query.Prefix[:strings.LastIndex(query.Prefix, "/")+1]
	if parent == "" && c.settings.namespace != "" {
		// Above it this login may have no rights; HCP gives none out at the root.
		parent = c.settings.namespace + "/"
	}
	namespace, err := cleanNamespace(parent)
	if err != nil {
		return nil, &fieldError{field: fieldNamespace, text: err.Error()}
	}
	a, err := c.call(ctx, request{namespace: namespace, path: pathVisibleNamespaces})
	if isRefusal(err) || hasStatus(err, http.StatusMethodNotAllowed) {
		a, err = c.call(ctx, request{namespace: namespace, path: pathNamespaces, params: url.Values{"list": {"true"}}})
	}
	if err != nil {
		return nil, err
	}
	var data struct {
		Keys []string `json:"keys"`
	}
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return nil, errNotVault
	}
	items := make([]providers.Item, 0, len(data.Keys)+1)
	if namespace != "" {
		items = append(items, providers.Item{Value: namespace, Detail: "of the credential"})
		if namespace != c.settings.namespace {
			items[0].Detail = "namespace"
		}
	}
	for _, key := range data.Keys {
		if key == "" {
			continue // the namespace itself, on servers that have no others
		}
		items = append(items, providers.Item{Value: parent + strings.TrimSuffix(key, "/"), Detail: "namespace"})
	}
	return items, nil
}
