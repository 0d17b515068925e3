package azure

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
	// nil.
	Proxy func(*http.Request) (*url.URL, error)
	// UserAgent is added to the one of Azure's library, which every request
	// shows: "vault-lsp/1.2.3".
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

	mu      sync.Mutex
	clients map[string]held
}

// held is the client of one credential.
type held struct {
	profile     credentials.Profile
	fingerprint string
}

var (
	_ providers.Provider = (*Provider)(nil)
	_ providers.Resetter = (*Provider)(nil)
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
	return &Provider{options: options, clients: make(map[string]held)}
}

// Name returns "azure".
func (p *Provider) Name() string { return secret.Azure }

// Get fetches a secret's text.
func (p *Provider) Get(context.Context, providers.Credential, secret.Ref) (providers.Payload, error) {
	return providers.Payload{}, unsupported("get")
}

// List returns the values a field can take.
func (p *Provider) List(context.Context, providers.Credential, providers.Query) ([]providers.Item, error) {
	return nil, unsupported("list")
}

// Check signs in and says who that is.
func (p *Provider) Check(context.Context, providers.Credential) (providers.Identity, error) {
	return providers.Identity{}, unsupported("check")
}

// SignIn signs a person in.
func (p *Provider) SignIn(context.Context, providers.Credential, providers.Person) (providers.Identity, error) {
	return providers.Identity{}, unsupported("sign in")
}

// ResetLogins forgets the tokens of the profiles that match.
func (p *Provider) ResetLogins(_ context.Context, match func(credentials.Profile) bool) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	count := 0
	for name, h := range p.clients {
		if match(h.profile) {
			delete(p.clients, name)
			count++
		}
	}
	return count
}

func unsupported(op string) error {
	return &providers.Error{Kind: providers.Unsupported, Provider: secret.Azure, Op: op,
		Message: "Azure Key Vault cannot be reached by this build", Hint: "use another version of the program"}
}
