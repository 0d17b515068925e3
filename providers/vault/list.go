package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
)

// list returns the values a field of a reference can take; none where nothing is
// there.
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
	case fieldNamespace:
		items, err = c.listNamespaces(ctx, query)
	}
	if hasStatus(err, http.StatusNotFound) || errors.Is(err, errOtherEngine) {
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
	if shape := shapeOf(kind.name); len(shape.paths) > 0 {
		return c.listRoles(ctx, at, shape.paths)
	}
	base := at.mount
	if kind.engine == engineV2 || kind.engine == engineUnknown {
		base += "/metadata"
	}
	keys, err := c.listAt(ctx, at.namespace, base+below+"/")
	if kind.engine == engineUnknown && isRefusal(err) {
		if plain, plainErr := c.listAt(ctx, at.namespace, at.mount+below+"/"); plainErr == nil {
			keys, err = plain, nil
		}
	}
	if err != nil {
		return nil, err
	}
	items := make([]providers.Item, 0, len(keys))
	for _, key := range keys {
		detail := "secret"
		if strings.HasSuffix(key, "/") {
			detail = "folder"
		}
		items = append(items, providers.Item{Value: folder + key, Detail: detail})
	}
	return items, nil
}

// listAt lists a path.
func (c *client) listAt(ctx context.Context, namespace, path string) ([]string, error) {
	a, err := c.call(ctx, request{namespace: namespace, path: path, params: url.Values{"list": {"true"}}})
	if err != nil {
		return nil, err
	}
	var data struct {
		Keys []string `json:"keys"`
	}
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return nil, errNotVault
	}
	return data.Keys, nil
}

// listRoles returns the paths that an engine issues something at. What the token
// may not list is left out as long as there is something it may.
func (c *client) listRoles(ctx context.Context, at location, paths []rolePath) ([]providers.Item, error) {
	var items []providers.Item
	var refused error
	for _, path := range paths {
		names, err := c.listAt(ctx, at.namespace, at.mount+"/"+path.from)
		switch {
		case err == nil:
		case isRefusal(err) || hasStatus(err, http.StatusBadRequest) || hasStatus(err, http.StatusMethodNotAllowed):
			refused = err
			continue
		default:
			return nil, err
		}
		for _, name := range names {
			items = append(items, providers.Item{Value: path.prefix + name + path.suffix, Detail: "role " + name})
		}
	}
	if len(items) == 0 && hasStatus(refused, http.StatusForbidden) {
		return nil, refused
	}
	return items, nil
}

// engineFor is the engine a location names or the server tells.
func (c *client) engineFor(ctx context.Context, at location) (mountKind, error) {
	if at.engine != engineUnknown {
		return mountKind{engine: at.engine}, nil
	}
	return c.engineOf(ctx, at.mountKey)
}

// listKeys returns the names in a secret, from an endpoint that gives no values,
// or those that every answer of an engine has. Version 1 of key/value has no such
// endpoint, so it gives no names.
func (c *client) listKeys(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	at, err := c.locate(known(query))
	if err != nil {
		return nil, err
	}
	kind, err := c.engineFor(ctx, at)
	if err != nil {
		return nil, err
	}
	switch kind.engine {
	case engineOther:
		var items []providers.Item
		for _, name := range shapeOf(kind.name).keys {
			items = append(items, providers.Item{Value: name})
		}
		return items, nil
	case engineV1, enginePlain:
		return nil, nil
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
	if err != nil || kind.engine != engineV2 && kind.engine != engineUnknown {
		return nil, err
	}
	a, err := c.call(ctx, request{namespace: at.namespace, path: at.mount + "/metadata/" + at.path})
	if err != nil {
		return nil, err
	}
	var data struct {
		Versions map[int]versionInfo `json:"versions"`
		Current  int                 `json:"current_version"`
		Custom   map[string]string   `json:"custom_metadata"`
	}
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return nil, errNotVault
	}
	numbers := slices.Sorted(maps.Keys(data.Versions))
	slices.Reverse(numbers)
	items := make([]providers.Item, 0, len(numbers))
	for _, number := range numbers {
		detail := data.Versions[number].describe(c.now())
		if number == data.Current {
			// What is written about a secret is about all its versions.
			for _, name := range slices.Sorted(maps.Keys(data.Custom)) {
				detail += ", " + name + ": " + data.Custom[name]
			}
		}
		items = append(items, providers.Item{Value: strconv.Itoa(number), Detail: detail})
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
