package hcp

import (
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

	mu      sync.Mutex
	clients map[string]held
}

// held is the client of one credential.
type held struct {
	profile     credentials.Profile
	fingerprint string
	client      *client
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
	return &Provider{options: options, clients: make(map[string]held)}
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
	p.mu.Lock()
	defer p.mu.Unlock()
	count := 0
	for name, h := range p.clients {
		if !match(h.profile) {
			continue
		}
		if h.client.close() {
			count++
		}
		delete(p.clients, name)
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
	c, err := p.clientOf(credential)
	if err == nil {
		var result T
		if result, err = run(c); err == nil {
			return result, nil
		}
	}
	var none T
	return none, explain(ctx, op, credential.Profile.Title(), err)
}

// clientOf returns the client of a credential, a new one if the profile was
// edited since.
func (p *Provider) clientOf(credential providers.Credential) (*client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := credential.Profile.Name
	old, ok := p.clients[name]
	if ok && old.fingerprint == credential.Fingerprint {
		return old.client, nil
	}
	fresh, err := newClient(credential, p.options)
	if err != nil {
		return nil, err
	}
	if ok {
		old.client.close()
	}
	p.clients[name] = held{profile: credential.Profile, fingerprint: credential.Fingerprint, client: fresh}
	return fresh, nil
}
