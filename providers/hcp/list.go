package hcp

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
)

// Fields of a reference, beside organization and project.
const (
	fieldApp     = "app"
	fieldSecret  = "secret"
	fieldVersion = "version"
)

const (
	pageSize = 100
	// maxPages bounds a list: completion has no use for more.
	maxPages = 50
)

// page is one page of any list of the interface.
type page struct {
	Organizations []place `json:"organizations"`
	Projects      []place `json:"projects"`
	Apps          []struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	} `json:"apps"`
	Secrets        []listedSecret `json:"secrets"`
	StaticVersions struct {
		Versions []listedVersion `json:"versions"`
	} `json:"static_versions"`
	RotatingVersions struct {
		Versions []listedVersion `json:"versions"`
	} `json:"rotating_versions"`
	Pagination struct {
		Next string `json:"next_page_token"`
	} `json:"pagination"`
}

type listedSecret struct {
	Name          string `json:"name"`
	Type          string `json:"type"`
	LatestVersion number `json:"latest_version"`
}

type listedVersion struct {
	Version   number `json:"version"`
	CreatedAt string `json:"created_at"`
	RevokedAt string `json:"revoked_at"`
}

// number is an int64. HashiCorp's client expects a JSON number; the JSON form of
// Protocol Buffers would be a text (https://protobuf.dev/programming-guides/json/).
type number int64

// UnmarshalJSON reads both forms.
func (n *number) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "null" || text == "" {
		return nil
	}
	value, err := strconv.ParseInt(text, 10, 64)
	*n = number(value)
	return err
}

func (n number) String() string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

// paged makes a call for page after page and collects what pick takes of each.
func paged[T any](ctx context.Context, c *client, r call, pick func(page) []T) ([]T, error) {
	query := maps.Clone(r.query)
	if query == nil {
		query = url.Values{}
	}
	query.Set("pagination.page_size", strconv.Itoa(pageSize))
	r.query = query
	var all []T
	for range maxPages {
		var p page
		if err := c.get(ctx, r, &p); err != nil {
			return nil, err
		}
		all = append(all, pick(p)...)
		if p.Pagination.Next == "" || p.Pagination.Next == query.Get("pagination.next_page_token") {
			break
		}
		query.Set("pagination.next_page_token", p.Pagination.Next)
	}
	return all, nil
}

// list returns the values a field of a reference can take.
func (c *client) list(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	var items []providers.Item
	var err error
	switch query.Field {
	case fieldOrganization:
		items, err = c.listPlaces(ctx, c.organizations)
	case fieldProject:
		items, err = c.listProjects(ctx, query)
	case fieldApp:
		items, err = c.listApps(ctx, query)
	case fieldSecret:
		items, err = c.listSecrets(ctx, query)
	case fieldVersion:
		items, err = c.listVersions(ctx, query)
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(items, func(item providers.Item) bool {
		return item.Value == "" || !strings.HasPrefix(item.Value, query.Prefix)
	}), nil
}

// known reads the fields that are there already.
func known(query providers.Query) func(string) string {
	return func(field string) string { return query.Known[field] }
}

func (c *client) listPlaces(ctx context.Context, list func(context.Context) ([]place, error)) ([]providers.Item, error) {
	places, err := list(ctx)
	var items []providers.Item
	for _, p := range places {
		items = append(items, providers.Item{Value: p.Name, Detail: p.ID})
	}
	return items, err
}

func (c *client) listProjects(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	organization, err := c.organization(ctx, known(query))
	if err != nil {
		return nil, err
	}
	return c.listPlaces(ctx, func(ctx context.Context) ([]place, error) { return c.projects(ctx, organization) })
}

// below is the path of the applications of a scope.
func (s scope) below(more ...string) []string {
	return append([]string{"secrets", "2023-11-28", "organizations", s.organization, "projects", s.project, "apps"}, more...)
}

// nameContains narrows a list at the service.
func nameContains(prefix string) url.Values {
	if prefix == "" {
		return url.Values{}
	}
	return url.Values{"name_contains": {prefix}}
}

func (c *client) listApps(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	at, err := c.scope(ctx, known(query))
	if err != nil {
		return nil, err
	}
	return paged(ctx, c, call{path: at.below(), query: nameContains(query.Prefix)}, func(p page) []providers.Item {
		var items []providers.Item
		for _, app := range p.Apps {
			items = append(items, providers.Item{Value: app.Name, Detail: app.Description})
		}
		return items
	})
}

func (c *client) listSecrets(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	app := query.Known[fieldApp]
	if app == "" {
		return nil, nil
	}
	at, err := c.scope(ctx, known(query))
	if err != nil {
		return nil, err
	}
	return paged(ctx, c, call{path: at.below(app, "secrets"), query: nameContains(query.Prefix)}, func(p page) []providers.Item {
		var items []providers.Item
		for _, s := range p.Secrets {
			items = append(items, providers.Item{Value: s.Name, Detail: s.describe()})
		}
		return items
	})
}

// describe is a secret in a few words.
func (s listedSecret) describe() string {
	if s.LatestVersion == 0 {
		return kindOf(s.Type)
	}
	return fmt.Sprintf("%s, version %s", kindOf(s.Type), s.LatestVersion)
}

// kindOf is the word for a secret's type; the service writes kv for static.
func kindOf(kind string) string {
	switch kind {
	case "rotating", "dynamic":
		return kind
	}
	return "static"
}

func (c *client) listVersions(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	app, name := query.Known[fieldApp], query.Known[fieldSecret]
	if app == "" || name == "" {
		return nil, nil
	}
	at, err := c.scope(ctx, known(query))
	if err != nil {
		return nil, err
	}
	versions, err := paged(ctx, c, call{path: at.below(app, "secrets", name, "versions")}, func(p page) []listedVersion {
		return append(p.StaticVersions.Versions, p.RotatingVersions.Versions...)
	})
	slices.SortFunc(versions, func(a, b listedVersion) int { return int(b.Version - a.Version) })
	var items []providers.Item
	for _, v := range versions {
		detail := ""
		if at := moment(v.CreatedAt); !at.IsZero() {
			detail = "created " + at.UTC().Format(time.RFC3339)
		}
		if moment(v.RevokedAt).IsZero() {
			items = append(items, providers.Item{Value: v.Version.String(), Detail: detail})
		}
	}
	return items, err
}

// moment reads a time; a zero one where there is none or the service writes the
// zero of its own language.
func moment(text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.Year() <= 1970 {
		return time.Time{}
	}
	return at
}
