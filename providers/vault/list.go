package vault

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
)

// list returns the values a field of a reference can take. What the token may
// not list gives no items and no error: completion then has nothing to offer.
func (c *client) list(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	var items []providers.Item
	var err error
	switch query.Field {
	case fieldMount:
		items, err = c.listMounts(ctx, query)
	case fieldPath:
		items, err = c.listPaths(ctx, query)
	case fieldKey:
		items, err = c.listKeys(ctx, query)
	case fieldVersion:
		items, err = c.listVersions(ctx, query)
	}
	if isRefusal(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(items, func(item providers.Item) bool {
		return !strings.HasPrefix(item.Value, query.Prefix)
	}), nil
}

// known returns the field reader of a query.
func known(query providers.Query) func(string) string {
	return func(name string) string { return query.Known[name] }
}

// listMounts returns the mounts of key/value engines.
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
		if info.Type != "kv" && info.Type != "generic" {
			continue
		}
		mount := strings.TrimSuffix(path, "/")
		c.mounts.set(mountKey{namespace: at.namespace, mount: mount}, info.engine())
		detail := info.engine().String()
		if info.Description != "" {
			detail += ", " + info.Description
		}
		items = append(items, providers.Item{Value: mount, Detail: detail})
	}
	return items, nil
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

// listPaths returns what is in the folder the prefix has reached, folders with
// a slash at the end.
func (c *client) listPaths(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	at, err := c.locateMount(known(query))
	if err != nil {
		return nil, err
	}
	folder := query.Prefix[:strings.LastIndex(query.Prefix, "/")+1]
	below := ""
	if strings.Trim(folder, "/") != "" {
		if below, err = cleanPath(folder); err != nil {
			return nil, &fieldError{field: fieldPath, text: err.Error()}
		}
		below = "/" + below
	}
	kind, err := c.engineFor(ctx, at)
	if err != nil {
		return nil, err
	}
	base := at.mount
	if kind != engineV1 {
		base += "/metadata"
	}
	a, err := c.call(ctx, request{
		namespace: at.namespace, path: base + below + "/", params: url.Values{"list": {"true"}},
	})
	if kind == engineUnknown && isRefusal(err) {
		a, err = c.call(ctx, request{
			namespace: at.namespace, path: at.mount + below + "/", params: url.Values{"list": {"true"}},
		})
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
	items := make([]providers.Item, 0, len(data.Keys))
	for _, key := range data.Keys {
		detail := "secret"
		if strings.HasSuffix(key, "/") {
			detail = "folder"
		}
		items = append(items, providers.Item{Value: folder + key, Detail: detail})
	}
	return items, nil
}

// engineFor is the engine a location names or the server tells.
func (c *client) engineFor(ctx context.Context, at location) (engine, error) {
	if at.engine != engineUnknown {
		return at.engine, nil
	}
	return c.engineOf(ctx, at.mountKey)
}

// listKeys returns the names in a secret, from an endpoint that gives no
// values. Version 1 of the engine has none, so it gives no names.
func (c *client) listKeys(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	at, err := c.locate(known(query))
	if err != nil {
		return nil, err
	}
	kind, err := c.engineFor(ctx, at)
	if err != nil || kind == engineV1 {
		return nil, err
	}
	params := url.Values{"depth": {"1"}}
	if at.version != 0 {
		params.Set("version", strconv.Itoa(at.version))
	}
	a, err := c.call(ctx, request{namespace: at.namespace, path: at.mount + "/subkeys/" + at.path, params: params})
	if err != nil {
		return nil, err
	}
	var data struct {
		// Names only: the endpoint gives null for every value.
		Subkeys map[string]json.RawMessage `json:"subkeys"`
	}
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return nil, errNotVault
	}
	items := make([]providers.Item, 0, len(data.Subkeys))
	for _, name := range slices.Sorted(maps.Keys(data.Subkeys)) {
		items = append(items, providers.Item{Value: name})
	}
	return items, nil
}

// listVersions returns the versions of a secret, the newest first.
func (c *client) listVersions(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	at, err := c.locate(func(name string) string {
		if name == fieldVersion {
			return ""
		}
		return query.Known[name]
	})
	if err != nil {
		return nil, err
	}
	kind, err := c.engineFor(ctx, at)
	if err != nil || kind == engineV1 {
		return nil, err
	}
	a, err := c.call(ctx, request{namespace: at.namespace, path: at.mount + "/metadata/" + at.path})
	if err != nil {
		return nil, err
	}
	var data struct {
		Versions map[int]versionInfo `json:"versions"`
	}
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return nil, errNotVault
	}
	numbers := slices.Sorted(maps.Keys(data.Versions))
	slices.Reverse(numbers)
	items := make([]providers.Item, 0, len(numbers))
	for _, number := range numbers {
		items = append(items, providers.Item{
			Value: strconv.Itoa(number), Detail: data.Versions[number].describe(c.now()),
		})
	}
	return items, nil
}

// describe is a version in a few words, at a time: a deletion may lie ahead.
func (v versionInfo) describe(now time.Time) string {
	if v.Destroyed {
		return fmt.Sprintf("created %s, destroyed", shortTime(v.CreatedTime))
	}
	if at, err := time.Parse(time.RFC3339Nano, v.DeletionTime); err == nil {
		word := "deleted"
		if at.After(now) {
			word = "ends"
		}
		return fmt.Sprintf("created %s, %s %s", shortTime(v.CreatedTime), word, shortTime(v.DeletionTime))
	}
	return "created " + shortTime(v.CreatedTime)
}
