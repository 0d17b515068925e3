package gcp

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vault-lsp/vault-lsp/providers"
)

// What a list fetches at most: a person reads no more, and typing on narrows
// it. Pages are as large as the service makes them.
const (
	maxItems = 2000
	pageSize = 250
)

// Permissions of Secret Manager.
// https://cloud.google.com/secret-manager/docs/access-control
const (
	permissionAccess       = "secretmanager.versions.access"
	permissionListSecrets  = "secretmanager.secrets.list"
	permissionListVersions = "secretmanager.versions.list"
)

// list returns the values of a field.
func (a *account) list(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	switch query.Field {
	case fieldSecret:
		return a.listSecrets(ctx, query)
	case fieldVersion:
		return a.listVersions(ctx, query)
	case fieldProject:
		return a.listProject(ctx, query)
	case fieldLocation:
		return listLocations(query), nil
	}
	return nil, nil
}

// listProject gives the one project that is known without another API.
func (a *account) listProject(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	project, err := a.project(ctx)
	if errors.Is(err, errNoProject) {
		return nil, nil
	}
	if err != nil || !strings.HasPrefix(project, query.Prefix) {
		return nil, err
	}
	return []providers.Item{{Value: project, Detail: "project of " + a.credential.Profile.Title()}}, nil
}

// parentOf is where the secrets of a query are. full is the resource name up to
// the secret's id if the user is typing one.
func (a *account) parentOf(ctx context.Context, query providers.Query) (at location, full string, err error) {
	known := func(field string) string {
		if field == query.Field || field == fieldVersion || field == fieldSecret {
			return ""
		}
		return query.Known[field]
	}
	typed := query.Prefix
	if i := strings.LastIndexByte(typed, '/'); i >= 0 {
		full = typed[:i+1]
		// Any id makes the name whole, so that its other parts are checked.
		at, err = locate(func(field string) string {
			if field == fieldSecret {
				return full + "x"
			}
			return known(field)
		})
		return at, full, err
	}
	at, err = locate(func(field string) string {
		if field == fieldSecret {
			return "x"
		}
		return known(field)
	})
	if err == nil && at.project == "" {
		at.project, err = a.project(ctx)
	}
	return at, "", err
}

// listSecrets returns the secrets of a project, or of one of its locations.
func (a *account) listSecrets(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	if strings.Contains(query.Prefix, "/") && !strings.Contains(query.Prefix, "/secrets/") {
		return nil, nil // a resource name without its secret yet
	}
	at, full, err := a.parentOf(ctx, query)
	if err != nil {
		return nil, err
	}
	prefix := strings.TrimPrefix(query.Prefix, full)
	if prefix != "" && !secretPattern().MatchString(prefix) {
		return nil, nil // no id begins like this
	}
	request := &secretmanagerpb.ListSecretsRequest{Parent: at.parent(), PageSize: pageSize}
	// https://cloud.google.com/secret-manager/docs/filtering: a part of the name;
	// that it is the beginning is looked at below.
	if part := strings.Trim(prefix, "-_"); part != "" {
		request.Filter = "name:" + part
	}
	items, err := a.secrets(ctx, at, request, full, prefix)
	if codeOf(err) == codes.InvalidArgument && request.Filter != "" {
		// What the filter's language makes of a name is not all documented.
		request.Filter = ""
		items, err = a.secrets(ctx, at, request, full, prefix)
	}
	return items, err
}

// secrets lists the secrets that begin with prefix, with full before their ids.
func (a *account) secrets(ctx context.Context, at location, request *secretmanagerpb.ListSecretsRequest, full, prefix string) ([]providers.Item, error) {
	return call(ctx, a, at.region, func(ctx context.Context, c *client) ([]providers.Item, error) {
		var items []providers.Item
		secrets := c.sdk.ListSecrets(ctx, request, bounded())
		for len(items) < maxItems {
			found, err := secrets.Next()
			if errors.Is(err, iterator.Done) {
				break
			}
			if err != nil {
				return nil, err
			}
			if id := last(found.GetName()); strings.HasPrefix(id, prefix) {
				items = append(items, providers.Item{Value: full + id, Detail: describe(found)})
			}
		}
		return items, nil
	})
}

// describe is a secret in a few words.
func describe(found *secretmanagerpb.Secret) string {
	words := "created " + day(found.GetCreateTime())
	if ends := found.GetExpireTime(); ends != nil {
		words += ", expires " + day(ends)
	}
	return words
}

// day shows a time to the day.
func day(t *timestamppb.Timestamp) string {
	if !t.IsValid() {
		return "at an unknown time"
	}
	return t.AsTime().UTC().Format("2006-01-02")
}

// listVersions returns latest, the aliases and the numbers of a secret's
// versions, the newest first. Aliases stand in the secret itself, which takes
// another permission: without it they are left out.
func (a *account) listVersions(ctx context.Context, query providers.Query) ([]providers.Item, error) {
	at, err := locate(func(field string) string {
		if field == fieldVersion {
			return ""
		}
		return query.Known[field]
	})
	if err == nil && at.project == "" {
		at.project, err = a.project(ctx)
	}
	if err != nil {
		return nil, err
	}
	versions, err := a.versions(ctx, at)
	if err != nil {
		return nil, err
	}
	states := map[string]string{}
	for _, version := range versions {
		states[last(version.GetName())] = stateName(version.GetState())
	}
	var items []providers.Item
	add := func(value, detail string) {
		if strings.HasPrefix(value, query.Prefix) {
			items = append(items, providers.Item{Value: value, Detail: detail})
		}
	}
	if len(versions) > 0 {
		newest := last(versions[0].GetName())
		add(latest, "version "+newest+", "+states[newest])
	}
	aliases := a.aliases(ctx, at)
	for _, alias := range slices.Sorted(maps.Keys(aliases)) {
		number := strconv.FormatInt(aliases[alias], 10)
		add(alias, "alias of version "+number+", "+first(states[number], "of an unknown state"))
	}
	for _, version := range versions {
		number := last(version.GetName())
		add(number, states[number]+", created "+day(version.GetCreateTime()))
	}
	return items, nil
}

func (a *account) versions(ctx context.Context, at location) ([]*secretmanagerpb.SecretVersion, error) {
	return call(ctx, a, at.region, func(ctx context.Context, c *client) ([]*secretmanagerpb.SecretVersion, error) {
		var all []*secretmanagerpb.SecretVersion
		versions := c.sdk.ListSecretVersions(ctx, &secretmanagerpb.ListSecretVersionsRequest{Parent: at.secretName(), PageSize: pageSize}, bounded())
		for len(all) < maxItems {
			version, err := versions.Next()
			if errors.Is(err, iterator.Done) {
				break
			}
			if err != nil {
				return nil, err
			}
			all = append(all, version)
		}
		return all, nil
	})
}

// aliases are the names that a secret gives to versions.
func (a *account) aliases(ctx context.Context, at location) map[string]int64 {
	found, err := call(ctx, a, at.region, func(ctx context.Context, c *client) (*secretmanagerpb.Secret, error) {
		return c.sdk.GetSecret(ctx, &secretmanagerpb.GetSecretRequest{Name: at.secretName()}, bounded())
	})
	if err != nil {
		return nil
	}
	return found.GetVersionAliases()
}
