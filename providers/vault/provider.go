package vault

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Options are what a Provider takes from outside; the zero value is what the
// program uses.
type Options struct {
	// Proxy chooses the proxy for a request; http.ProxyFromEnvironment where
	// nil. Plain http to this machine never goes through one.
	Proxy func(*http.Request) (*url.URL, error)
	// Clock tells the time; time.Now where nil.
	Clock func() time.Time
	// UserAgent is what audit logs show; "vault-lsp" where empty.
	UserAgent string
	// PodTokenFile has the token of the pod's service account; Kubernetes' own
	// path where empty.
	PodTokenFile string
}

// Provider is the provider of $vault. It keeps one client, and so one login,
// for each credential.
type Provider struct {
	options Options

	clients providers.Clients[client]
}

var (
	_ providers.Provider = (*Provider)(nil)
	_ providers.Resetter = (*Provider)(nil)
	_ providers.Closer   = (*Provider)(nil)
	_ providers.Releaser = (*Provider)(nil)
	_ providers.SignIn   = (*Provider)(nil)
)

// New returns a Provider. Close revokes its logins.
func New(options Options) *Provider {
	if options.Proxy == nil {
		options.Proxy = http.ProxyFromEnvironment
	}
	if options.Clock == nil {
		options.Clock = time.Now
	}
	options.UserAgent = cmp.Or(options.UserAgent, "vault-lsp")
	options.PodTokenFile = cmp.Or(options.PodTokenFile, podTokenFile)
	return &Provider{options: options}
}

// Name returns "vault".
func (p *Provider) Name() string { return secret.Vault }

// Get fetches a secret: the JSON object of its keys and values, as the server
// wrote it.
func (p *Provider) Get(ctx context.Context, credential providers.Credential, ref secret.Ref) (providers.Payload, error) {
	var at location
	payload, err := withClient(ctx, p, credential, func(c *client) (providers.Payload, error) {
		var err error
		if at, err = c.locate(ref.Get); err != nil {
			return providers.Payload{}, err
		}
		at.locator = ref.Locator()
		payload, err := c.read(ctx, at)
		return payload, c.clarify(ctx, err)
	})
	return payload, explain(ctx, opGet, credential.Profile.Title(), at.String(), err)
}

// List returns the mounts, paths, key names or versions that the credential
// can see; see providers.Provider.
func (p *Provider) List(ctx context.Context, credential providers.Credential, query providers.Query) ([]providers.Item, error) {
	items, err := withClient(ctx, p, credential, func(c *client) ([]providers.Item, error) {
		return c.list(ctx, query)
	})
	return items, explain(ctx, opList, credential.Profile.Title(), "the values of "+query.Field, err)
}

// Check signs in and describes the token.
func (p *Provider) Check(ctx context.Context, credential providers.Credential) (providers.Identity, error) {
	identity, err := withClient(ctx, p, credential, func(c *client) (providers.Identity, error) {
		return c.check(ctx)
	})
	return identity, explain(ctx, opCheck, credential.Profile.Title(), "its own token", err)
}

// ResetLogins drops the logins of the profiles that match and revokes those
// that were made by signing in. What was learned about their mounts is dropped
// too.
func (p *Provider) ResetLogins(ctx context.Context, match func(credentials.Profile) bool) int {
	return resetAll(ctx, p.clients.Matching(match))
}

// Release gives back what was issued for the references of a locator; see
// providers.Releaser.
func (p *Provider) Release(ctx context.Context, locator string, match func(credentials.Profile) bool) {
	var group sync.WaitGroup
	for _, c := range p.clients.Matching(match) {
		group.Go(func() { c.release(ctx, func(of string) bool { return of == locator }) })
	}
	group.Wait()
}

// Close drops and revokes all logins. It returns no error: a token that cannot
// be revoked ends by itself.
func (p *Provider) Close(ctx context.Context) error {
	p.ResetLogins(ctx, func(credentials.Profile) bool { return true })
	return nil
}

// resetAll resets clients at the same time, so that one server that does not
// answer does not keep the others waiting, and counts the logins there were.
func resetAll(ctx context.Context, clients []*client) int {
	var group sync.WaitGroup
	signedIn := make([]bool, len(clients))
	for i, c := range clients {
		group.Go(func() { signedIn[i] = c.reset(ctx) })
	}
	group.Wait()
	count := 0
	for _, yes := range signedIn {
		if yes {
			count++
		}
	}
	return count
}

// withClient runs work with the client of a credential.
func withClient[T any](ctx context.Context, p *Provider, credential providers.Credential, work func(*client) (T, error)) (T, error) {
	c, replaced, err := p.clients.Of(credential, func() (*client, error) { return newClient(credential, p.options) })
	if replaced != nil {
		replaced.reset(ctx)
	}
	if err != nil {
		var none T
		return none, err
	}
	return work(c)
}
