package vault

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
)

// life is what a token says about itself.
type life struct {
	DisplayName string   `json:"display_name"`
	Policies    []string `json:"policies"`
	Identity    []string `json:"identity_policies"`
	TTL         int64    `json:"ttl"` // seconds; 0 for no end
	Renewable   bool     `json:"renewable"`
	NumUses     int      `json:"num_uses"` // 0 for no limit
	Entity      string   `json:"entity_id"`
	// Meta is what the method says of the login: role, user name.
	Meta      map[string]string `json:"meta"`
	Type      string            `json:"type"`
	Namespace string            `json:"namespace_path"`
}

func (l life) ttl() time.Duration { return time.Duration(l.TTL) * time.Second }

// lookup asks a token about itself.
func (c *client) lookup(ctx context.Context, token string) (life, error) {
	a, err := c.send(ctx, token, request{namespace: c.settings.authNamespace, path: pathLookupSelf})
	if err != nil {
		return life{}, err
	}
	return decodeLife(a)
}

func decodeLife(a answer) (life, error) {
	defer clear(a.Data)
	var l life
	if err := json.Unmarshal(a.Data, &l); err != nil {
		return life{}, errNotVault
	}
	return l, nil
}

// check signs in and says who that is and what is missing. A token that may not
// look itself up is still one the server accepts.
func (c *client) check(ctx context.Context) (providers.Identity, error) {
	a, err := c.call(ctx, request{namespace: c.settings.authNamespace, path: pathLookupSelf})
	identity := providers.Identity{
		Name:    "a token that may not look itself up",
		Details: []providers.Detail{{Name: "address", Value: c.settings.place()}},
	}
	switch {
	case err == nil:
		l, err := decodeLife(a)
		if err != nil {
			return providers.Identity{}, err
		}
		identity = c.identity(l)
	case !errors.As(err, new(*deniedError)):
		// Not a lookup that was denied, maybe the sign-in itself.
		return providers.Identity{}, err
	}
	identity.Details = append(identity.Details, c.reach(ctx)...)
	return identity, nil
}

// identity is a token's description for display. It has neither the token nor
// its accessor.
func (c *client) identity(l life) providers.Identity {
	id := providers.Identity{Name: l.DisplayName}
	add := func(name, value string) {
		if value != "" {
			id.Details = append(id.Details, providers.Detail{Name: name, Value: value})
		}
	}
	add("address", c.settings.place())
	add("namespace", strings.TrimSuffix(l.Namespace, "/"))
	if c.settings.namespace != c.settings.authNamespace {
		add("namespace of secrets", c.settings.namespace)
	}
	add("policies", strings.Join(append(l.Policies, l.Identity...), ", "))
	add("entity", l.Entity)
	for _, name := range slices.Sorted(maps.Keys(l.Meta)) {
		add(name, l.Meta[name])
	}
	if source := c.profile.Secrets["token"]; !source.IsZero() && c.profile.Auth == authToken {
		add("token from", source.String())
	}
	add("type", l.Type)
	if l.TTL > 0 {
		add("ttl", l.ttl().String())
		id.Expires = c.now().Add(l.ttl())
	}
	if l.NumUses > 0 {
		add("uses left", strconv.Itoa(l.NumUses))
	}
	if l.Renewable {
		add("renewable", "yes")
	}
	return id
}

// reach says which mounts the login can see and what completion and leases miss.
// What the server does not tell is left out: nothing of it is needed to read.
func (c *client) reach(ctx context.Context) []providers.Detail {
	mounts, err := c.visibleMounts(ctx, c.settings.namespace)
	if isRefusal(err) {
		missing := "the list of mounts (" + pathMounts + ")"
		if c.settings.namespace == "" && c.settings.isHCP() {
			missing += "; on HCP set namespace to admin or one below it"
		}
		return []providers.Detail{{Name: "missing", Value: missing}}
	}
	if err != nil {
		return nil
	}
	var names, asked []string
	needs := map[string]string{}
	need := func(path, capability string) {
		asked = append(asked, path)
		needs[path] = capability
	}
	for _, path := range slices.Sorted(maps.Keys(mounts)) {
		info := mounts[path]
		if !isReadable(info.Type) {
			continue
		}
		names = append(names, strings.TrimSuffix(path, "/")+" ("+info.describe()+")")
		switch info.engine() {
		case engineV2:
			need(path+"metadata/", "list")
		case engineV1:
			need(path, "list")
		case engineOther:
			if needs[pathRevokeLease] == "" {
				need(pathRevokeLease, "update")
			}
		}
	}
	details := []providers.Detail{{Name: "mounts", Value: cmp.Or(strings.Join(names, ", "), "none")}}
	if missing := c.missing(ctx, asked, needs); missing != "" {
		details = append(details, providers.Detail{Name: "missing", Value: missing})
	}
	return details
}

// maxAsked bounds the paths that one check asks about.
const maxAsked = 50

// missing names the capabilities that the login does not have, of those that
// paths need.
func (c *client) missing(ctx context.Context, paths []string, needs map[string]string) string {
	used, err := c.login.use(ctx)
	if err != nil {
		return ""
	}
	if used.minted {
		// Its leases end with it.
		paths = slices.DeleteFunc(paths, func(path string) bool { return path == pathRevokeLease })
	}
	if len(paths) == 0 {
		return ""
	}
	paths = paths[:min(len(paths), maxAsked)]
	allowed, err := c.capabilities(ctx, used.token, c.settings.namespace, paths...)
	if err != nil {
		return ""
	}
	var missing []string
	for _, path := range paths {
		if has := allowed[path]; !slices.Contains(has, needs[path]) && !slices.Contains(has, "root") {
			missing = append(missing, fmt.Sprintf("%s on %s", needs[path], path))
		}
	}
	return strings.Join(missing, ", ")
}
