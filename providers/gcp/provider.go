package gcp

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"os"
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
	// UserAgent is how requests name the program, "vault-lsp/1.2.3".
	UserAgent string
	// LookupEnv reads the environment; os.LookupEnv where nil.
	LookupEnv func(name string) (string, bool)
	// Clock tells the time; time.Now where nil.
	Clock func() time.Time
	// Dial makes the connections to Google's servers, and RootCAs verify their
	// certificates; a net.Dialer and the system's authorities where nil. Tests
	// bring Google's names to their own server with them.
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	RootCAs *x509.CertPool
}

// Provider is the provider of $gcp.
type Provider struct {
	options Options
}

var (
	_ providers.Provider = (*Provider)(nil)
	_ providers.Resetter = (*Provider)(nil)
	_ providers.Closer   = (*Provider)(nil)
)

// New returns a Provider. It reads and connects to nothing.
func New(options Options) *Provider {
	if options.Proxy == nil {
		options.Proxy = http.ProxyFromEnvironment
	}
	if options.UserAgent == "" {
		options.UserAgent = "vault-lsp"
	}
	if options.LookupEnv == nil {
		options.LookupEnv = os.LookupEnv
	}
	if options.Clock == nil {
		options.Clock = time.Now
	}
	return &Provider{options: options}
}

// Name returns "gcp".
func (p *Provider) Name() string { return secret.GCP }

var errNotBuilt = &providers.Error{
	Kind: providers.Unsupported, Provider: secret.GCP, Message: "Secret Manager cannot be reached yet by this version",
	Hint: "keep the secret in $vault or $local for now",
}

// Get fetches the payload of a secret's version.
func (p *Provider) Get(context.Context, providers.Credential, secret.Ref) (providers.Payload, error) {
	return providers.Payload{}, errNotBuilt
}

// List returns the values of a field.
func (p *Provider) List(context.Context, providers.Credential, providers.Query) ([]providers.Item, error) {
	return nil, errNotBuilt
}

// Check says who the credential is.
func (p *Provider) Check(context.Context, providers.Credential) (providers.Identity, error) {
	return providers.Identity{}, errNotBuilt
}

// ResetLogins forgets the logins of the profiles that match.
func (p *Provider) ResetLogins(context.Context, func(credentials.Profile) bool) int { return 0 }

// Close ends the connections.
func (p *Provider) Close(context.Context) error { return nil }
