package vault

import (
	"context"
	"encoding/json"
	"net/http"
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
	Type        string   `json:"type"`
	Namespace   string   `json:"namespace_path"`
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

// check signs in and says who that is. A token that may not look itself up is
// still one the server accepts.
func (c *client) check(ctx context.Context) (providers.Identity, error) {
	a, err := c.call(ctx, request{namespace: c.settings.authNamespace, path: pathLookupSelf})
	if hasStatus(err, http.StatusForbidden) {
		return providers.Identity{
			Name:    "a token that may not look itself up",
			Details: []providers.Detail{{Name: "address", Value: c.settings.place()}},
		}, nil
	}
	if err != nil {
		return providers.Identity{}, err
	}
	l, err := decodeLife(a)
	if err != nil {
		return providers.Identity{}, err
	}
	return c.identity(l), nil
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
	add("policies", strings.Join(append(l.Policies, l.Identity...), ", "))
	add("type", l.Type)
	if l.TTL > 0 {
		add("ttl", l.ttl().String())
		id.Expires = c.now().Add(l.ttl())
	}
	if l.Renewable {
		add("renewable", "yes")
	}
	return id
}
