package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// pathCapabilities answers what a token may do at paths. The default policy
// allows it (https://developer.hashicorp.com/vault/api-docs/system/capabilities-self).
const pathCapabilities = "sys/capabilities-self"

// deniedError is a request that the policies of the login do not allow.
type deniedError struct {
	path, namespace string
	capability      string   // that the request needs
	allowed         []string // at this path; nil if the server does not tell
	token           string   // of the login
	rootOfHCP       bool     // it was asked in the root namespace of HCP Vault Dedicated
	err             error
}

func (e *deniedError) Error() string { return "the policies of the login do not allow it" }

func (e *deniedError) Unwrap() error { return e.err }

// hint says which rule is missing, or that it is none of the policies' rules.
func (e *deniedError) hint() string {
	place := ""
	switch {
	case e.namespace != "":
		place = " in namespace " + e.namespace
	case e.rootOfHCP:
		place = " in the root namespace, which HCP does not give out: set namespace to admin or one below it"
	}
	if slices.Contains(e.allowed, e.capability) {
		return fmt.Sprintf("the policies allow %q on %s%s, so something else forbids it: a bound address, a control group or a Sentinel rule", e.capability, e.path, place)
	}
	hint := fmt.Sprintf("it takes the capability %q on %s%s", e.capability, e.path, place)
	if others := slices.DeleteFunc(slices.Clone(e.allowed), func(c string) bool { return c == "deny" }); len(others) > 0 {
		hint += ", and the login has " + strings.Join(others, ", ")
	}
	return hint + ": check mount, path and namespace, or ask for the permission"
}

// denied says what a refused request would have needed.
func denied(token string, r request, err error) error {
	return &deniedError{path: r.path, namespace: r.namespace, token: token, capability: r.capability(), err: err}
}

// clarify asks the server what is allowed where err says that something is not.
func (c *client) clarify(ctx context.Context, err error) error {
	var denied *deniedError
	if !errors.As(err, &denied) || denied.allowed != nil {
		return err
	}
	known := *denied
	known.rootOfHCP = denied.namespace == "" && c.settings.isHCP()
	if capabilities, err := c.capabilities(ctx, denied.token, denied.namespace, denied.path); err == nil {
		known.allowed = capabilities[denied.path]
	}
	return &known
}

// capability is what a request needs.
func (r request) capability() string {
	switch {
	case r.body != nil:
		return "update"
	case r.params.Get("list") == "true":
		return "list"
	}
	return "read"
}

// capabilities asks what a token may do at paths of a namespace.
func (c *client) capabilities(ctx context.Context, token, namespace string, paths ...string) (map[string][]string, error) {
	a, err := c.send(ctx, token, request{
		namespace: namespace, path: pathCapabilities, body: map[string]any{"paths": paths},
	})
	if err != nil {
		return nil, err
	}
	var data map[string]json.RawMessage
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return nil, errNotVault
	}
	allowed := make(map[string][]string, len(paths))
	for _, path := range paths {
		var list []string
		if json.Unmarshal(data[path], &list) == nil {
			allowed[path] = list
		}
	}
	return allowed, nil
}
