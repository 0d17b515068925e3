package hcp

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// maxListed bounds how many names an error lists.
const maxListed = 10

// scope is the organization and project that a call is about, by id.
type scope struct{ organization, project string }

// place is an organization or a project.
type place struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// scopeError is an organization or project that cannot be told. Text and hint
// are safe to show.
type scopeError struct {
	missing    bool // there is none of that name
	text, hint string
}

func (e *scopeError) Error() string { return e.text }

// scopeTable keeps which ids the names of a credential stand for.
type scopeTable struct {
	mu  sync.Mutex
	ids map[string]string // by kind, parent and name
}

func newScopeTable() scopeTable { return scopeTable{ids: make(map[string]string)} }

func (t *scopeTable) get(key string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ids[key]
}

func (t *scopeTable) set(key, id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ids[key] = id
}

// forget drops what the names stand for: a project may have been made anew.
func (t *scopeTable) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.ids)
}

// scope finds the organization and project of a reference, whose fields get
// reads, else those of the credential, else the only ones there are.
func (c *client) scope(ctx context.Context, get func(field string) string) (scope, error) {
	organization, err := c.organization(ctx, get)
	if err != nil {
		return scope{}, err
	}
	wanted, named := get(fieldProject), get(fieldOrganization)
	// The credential's project belongs to the credential's organization.
	if own := c.settings.organization; wanted == "" && (named == "" || own == "" || named == own) {
		wanted = c.settings.project
	}
	project, err := c.find(ctx, fieldProject, wanted, organization, func() ([]place, error) { return c.projects(ctx, organization) })
	return scope{organization: organization, project: project}, err
}

// organization finds the id of the organization alone.
func (c *client) organization(ctx context.Context, get func(field string) string) (string, error) {
	wanted := get(fieldOrganization)
	if wanted == "" {
		wanted = c.settings.organization
	}
	return c.find(ctx, fieldOrganization, wanted, "", func() ([]place, error) { return c.organizations(ctx) })
}

// find returns the id that a name, or no name, stands for. An id needs no call.
func (c *client) find(ctx context.Context, kind, wanted, parent string, list func() ([]place, error)) (string, error) {
	if isUUID(wanted) {
		return strings.ToLower(wanted), nil
	}
	key := strings.Join([]string{kind, parent, wanted}, "\x00")
	if id := c.scopes.get(key); id != "" {
		return id, nil
	}
	places, err := list()
	if err != nil {
		return "", err
	}
	id, err := choose(kind, wanted, places)
	if err == nil {
		c.scopes.set(key, id)
	}
	return id, err
}

// choose picks the place of a name, or the only one. Where several could be
// meant it refuses instead of taking the first.
func choose(kind, wanted string, places []place) (string, error) {
	matching := places
	if wanted != "" {
		matching = slices.DeleteFunc(slices.Clone(places), func(p place) bool { return p.Name != wanted })
	}
	switch {
	case len(matching) == 1 && isUUID(matching[0].ID):
		return matching[0].ID, nil
	case len(matching) == 1:
		return "", errNotHCP
	case len(matching) > 1 && wanted == "":
		return "", &scopeError{
			text: fmt.Sprintf("the service principal sees %d %ss: %s", len(matching), kind, names(matching)),
			hint: fmt.Sprintf("name one in the credential or in the reference: %s=NAME or its id", kind),
		}
	case len(matching) > 1:
		return "", &scopeError{
			text: fmt.Sprintf("%d %ss have the name %q", len(matching), kind, wanted),
			hint: fmt.Sprintf("give the id of the %s instead of its name", kind),
		}
	case len(places) == 0:
		return "", &scopeError{
			missing: true, text: fmt.Sprintf("the service principal sees no %s", kind),
			hint: fmt.Sprintf("give it a role there, or name the %s by its id", kind),
		}
	}
	return "", &scopeError{
		missing: true, text: fmt.Sprintf("there is no %s with the name %q; there are %s", kind, wanted, names(places)),
		hint: fmt.Sprintf("check %s in the credential and the reference", kind),
	}
}

// names lists places for a sentence.
func names(places []place) string {
	var list []string
	for _, p := range places[:min(len(places), maxListed)] {
		list = append(list, fmt.Sprintf("%q", p.Name))
	}
	text := strings.Join(list, ", ")
	if more := len(places) - maxListed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// organizations lists the organizations that the service principal sees.
func (c *client) organizations(ctx context.Context) ([]place, error) {
	return paged(ctx, c, call{path: []string{"resource-manager", "2019-12-10", "organizations"}},
		func(p page) []place { return p.Organizations })
}

// projects lists the projects of an organization that it sees.
func (c *client) projects(ctx context.Context, organization string) ([]place, error) {
	return paged(ctx, c, call{
		path:  []string{"resource-manager", "2019-12-10", "projects"},
		query: url.Values{"scope.type": {"ORGANIZATION"}, "scope.id": {organization}},
	}, func(p page) []place { return p.Projects })
}

// isUUID reports whether a text has the form of the ids of organizations and
// projects: 8-4-4-4-12 hexadecimal digits.
func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
			continue
		}
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}
