package azure

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
	// nil.
	Proxy func(*http.Request) (*url.URL, error)
	// UserAgent is put before that of Azure's library, which every request
	// shows: "vault-lsp/1.2.3". Azure keeps 24 characters of it.
	UserAgent string
	// Clock tells the time; time.Now where nil.
	Clock func() time.Time
	// Transport sends the requests in place of the network, for tests.
	Transport http.RoundTripper
}

// Provider is the provider of $azure. It keeps one client, and so one login,
// for each credential.
type Provider struct {
	options Options

	clients providers.Clients[client]
}

var (
	_ providers.Provider = (*Provider)(nil)
	_ providers.Resetter = (*Provider)(nil)
	_ providers.Closer   = (*Provider)(nil)
	_ providers.SignIn   = (*Provider)(nil)
)

// New returns a Provider. Nothing of Azure's libraries is made before the
// first call.
func New(options Options) *Provider {
	if options.Proxy == nil {
		options.Proxy = http.ProxyFromEnvironment
	}
	if options.Clock == nil {
		options.Clock = time.Now
	}
	return &Provider{options: options}
}

// Name returns "azure".
func (p *Provider) Name() string { return secret.Azure }

// Get fetches a secret's text. That of a certificate is what Key Vault keeps of
// it: base64 of a PKCS#12 file, or PEM.
func (p *Provider) Get(ctx context.Context, credential providers.Credential, ref secret.Ref) (providers.Payload, error) {
	var at location
	c, err := p.clientOf(credential)
	if err == nil {
		at, err = c.settings.locate(ref.Get)
	}
	var payload providers.Payload
	if err == nil {
		payload, err = c.read(ctx, at)
	}
	return payload, p.explain(ctx, opGet, c, credential, at, err)
}

// List returns the secrets or versions of a vault; see providers.Provider. The
// vaults it knows are those that were used and the one the profile names.
func (p *Provider) List(ctx context.Context, credential providers.Credential, query providers.Query) ([]providers.Item, error) {
	c, err := p.clientOf(credential)
	var at location
	var items []providers.Item
	if err == nil {
		items, at, err = c.list(ctx, query)
	}
	return items, p.explain(ctx, opList, c, credential, at, err)
}

// Check obtains a token and says whose it is.
func (p *Provider) Check(ctx context.Context, credential providers.Credential) (providers.Identity, error) {
	c, err := p.clientOf(credential)
	var identity providers.Identity
	if err == nil {
		identity, err = c.check(ctx)
	}
	return identity, p.explain(ctx, opCheck, c, credential, location{}, err)
}

// SignIn signs a person in, in the browser or with a device code; any other
// credential is checked.
func (p *Provider) SignIn(ctx context.Context, credential providers.Credential, person providers.Person) (providers.Identity, error) {
	if auth := credential.Profile.Auth; auth != authBrowser && auth != authDeviceCode {
		return p.Check(ctx, credential)
	}
	c, err := p.clientOf(credential)
	var identity providers.Identity
	if err == nil {
		identity, err = c.signIn(ctx, person)
	}
	return identity, p.explain(ctx, opSignIn, c, credential, location{}, err)
}

// ResetLogins forgets the tokens of the profiles that match and returns how
// many credentials had one. What a person's sign-in left in the session stays.
func (p *Provider) ResetLogins(_ context.Context, match func(credentials.Profile) bool) int {
	count := 0
	// The whole client goes: Azure's own credentials in it keep tokens too.
	for _, c := range p.clients.Take(match) {
		if c.reset() {
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

// clientOf returns the client of a credential, a new one if the profile or its
// material was edited since.
func (p *Provider) clientOf(credential providers.Credential) (*client, error) {
	quiet()
	current, replaced, err := p.clients.Of(credential, func() (*client, error) { return newClient(credential, p.options) })
	if replaced != nil {
		replaced.reset()
	}
	return current, err
}

// explain turns any error of this package into one that may be shown.
func (p *Provider) explain(ctx context.Context, op string, c *client, credential providers.Credential, at location, err error) error {
	if err == nil {
		return nil
	}
	f := failure{ctx: ctx, op: op, profile: credential.Profile, at: at, err: err}
	if c != nil {
		f.settings = c.settings
		f.who = c.who
	}
	told := f.explain()
	if c != nil && hasStatus(err, http.StatusUnauthorized) {
		// The next call signs in anew: the token may have been revoked.
		c.tokens.end()
	}
	return told
}
