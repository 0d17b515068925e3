package hcp

import (
	"context"
	"net/http"
	"net/url"
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
	// UserAgent is sent with every request; "vault-lsp" where empty.
	UserAgent string
	// Clock tells the time; time.Now where nil.
	Clock func() time.Time
	// Transport carries the requests in place of the network, for tests.
	Transport http.RoundTripper
}

// Provider is the provider of $hcp. It keeps one client, and so one token, for
// each credential.
type Provider struct {
	options Options

	clients providers.Clients[client]
}

var (
	_ providers.Provider = (*Provider)(nil)
	_ providers.Resetter = (*Provider)(nil)
	_ providers.Closer   = (*Provider)(nil)
)

// New returns a Provider. It reaches nothing until it is asked.
func New(options Options) *Provider {
	if options.Proxy == nil {
		options.Proxy = http.ProxyFromEnvironment
	}
	if options.UserAgent == "" {
		options.UserAgent = "vault-lsp"
	}
	if options.Clock == nil {
		options.Clock = time.Now
	}
	return &Provider{options: options}
}

// Name returns "hcp".
func (p *Provider) Name() string { return secret.HCP }

// Get fetches a secret: the text of a static one, a JSON object of keys and
// values of a rotating or dynamic one.
func (p *Provider) Get(ctx context.Context, credential providers.Credential, ref secret.Ref) (providers.Payload, error) {
	return work(ctx, p, credential, opGet, func(c *client) (providers.Payload, error) {
		return c.read(ctx, ref)
	})
}

// List returns the applications, secrets, versions, organizations or projects
// that the credential can see; see providers.Provider.
func (p *Provider) List(ctx context.Context, credential providers.Credential, query providers.Query) ([]providers.Item, error) {
	return work(ctx, p, credential, opList, func(c *client) ([]providers.Item, error) {
		return c.list(ctx, query)
	})
}

// Check signs in and describes the service principal.
func (p *Provider) Check(ctx context.Context, credential providers.Credential) (providers.Identity, error) {
	return work(ctx, p, credential, opCheck, func(c *client) (providers.Identity, error) {
		return c.check(ctx)
	})
}

// ResetLogins forgets the tokens of the profiles that match, and which
// organization and project their names stand for. The service has no call that
// revokes a token; it ends by itself.
func (p *Provider) ResetLogins(_ context.Context, match func(credentials.Profile) bool) int {
	count := 0
	for _, c := range p.clients.Take(match) {
		if c.close() {
			count++
		}
	}
	return count
}

// Close forgets all tokens.
func (p *Provider) Close(ctx context.Context) error {
	p.ResetLogins(ctx, func(credentials.Profile) bool { return true })
	return nil
}

// work runs one operation with the client of a credential and explains its
// error.
func work[T any](ctx context.Context, p *Provider, credential providers.Credential, op string, run func(*client) (T, error)) (T, error) {
	c, replaced, err := p.clients.Of(credential, func() (*client, error) { return newClient(credential, p.options) })
	if replaced != nil {
		replaced.close()
	}
	if err == nil {
		var result T
		if result, err = run(c); err == nil {
			return result, nil
		}
	}
	var none T
	return none, explain(ctx, op, credential.Profile.Title(), err)
}
