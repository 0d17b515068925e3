package hcp

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/vault-lsp/vault-lsp/providers"
)

// check signs in and says who the credential is, in which organization and
// project it works, and what it may not do.
func (c *client) check(ctx context.Context) (providers.Identity, error) {
	var answer struct {
		Principal struct {
			Service struct {
				Name         string `json:"name"`
				ResourceName string `json:"resource_name"`
			} `json:"service"`
		} `json:"principal"`
	}
	err := c.get(ctx, call{path: []string{"iam", "2019-12-10", "caller-identity"}}, &answer)
	// The identity may be kept from its owner, and endpoints of others need not
	// have the call: neither keeps secrets from being read.
	if err != nil && !mayNot(err) {
		return providers.Identity{}, err
	}
	identity := providers.Identity{Name: "service principal " + c.settings.clientID}
	if name := answer.Principal.Service.Name; name != "" {
		identity.Name = "service principal " + name
		identity.Details = append(identity.Details, providers.Detail{Name: "client id", Value: c.settings.clientID})
	}
	at, err := c.scope(ctx, func(string) string { return "" })
	var unclear *scopeError
	switch {
	case errors.As(err, &unclear):
		identity.Details = append(identity.Details, missing(unclear.text+": "+unclear.hint))
		return identity, nil
	case err != nil && mayNot(err):
		identity.Details = append(identity.Details,
			missing("may not list organizations and projects: name both by id in the credential"))
		return identity, nil
	case err != nil:
		return providers.Identity{}, err
	}
	identity.Details = append(identity.Details,
		providers.Detail{Name: fieldOrganization, Value: at.organization},
		providers.Detail{Name: fieldProject, Value: at.project})
	err = c.get(ctx, call{path: at.below(), query: url.Values{"pagination.page_size": {"1"}}}, &page{})
	if hasStatus(err, http.StatusForbidden) {
		identity.Details = append(identity.Details,
			missing("may not list applications: names are not completed, secrets may still be readable"))
		return identity, nil
	}
	if err != nil {
		return providers.Identity{}, err
	}
	return identity, nil
}

// missing is a line about what the credential lacks.
func missing(text string) providers.Detail { return providers.Detail{Name: "missing", Value: text} }

// mayNot reports whether a call is not allowed or not there.
func mayNot(err error) bool {
	return hasStatus(err, http.StatusForbidden) || hasStatus(err, http.StatusNotFound) || hasStatus(err, http.StatusNotImplemented)
}
