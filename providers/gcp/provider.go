package gcp

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"google.golang.org/grpc/codes"

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

// Provider is the provider of $gcp. It keeps one login, and the connections it
// uses, for each credential.
type Provider struct {
	options Options

	accounts providers.Clients[account]
}

var (
	_ providers.Provider = (*Provider)(nil)
	_ providers.Resetter = (*Provider)(nil)
	_ providers.Closer   = (*Provider)(nil)
	_ providers.Masker   = (*Provider)(nil)
	_ providers.Stamper  = (*Provider)(nil)
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

// Get fetches the payload of a secret's version: text, or bytes where it is not
// UTF-8.
func (p *Provider) Get(ctx context.Context, credential providers.Credential, ref secret.Ref) (providers.Payload, error) {
	tried := attempt{op: opGet, subject: "the secret", permission: permissionAccess}
	return with(ctx, p, credential, &tried, func(a *account) (providers.Payload, error) {
		if err := ctx.Err(); err != nil {
			return providers.Payload{}, err
		}
		at, err := locate(ref.Get)
		if err != nil {
			return providers.Payload{}, err
		}
		if at.project == "" {
			if at.project, err = a.project(ctx); err != nil {
				return providers.Payload{}, err
			}
		}
		tried.subject, tried.at = at.versionName(), at
		return a.read(ctx, at)
	})
}

// List returns secrets, versions, the credential's project or locations; see
// providers.Provider.
func (p *Provider) List(ctx context.Context, credential providers.Credential, query providers.Query) ([]providers.Item, error) {
	tried := attempt{op: opList, subject: "the secrets of the project", permission: permissionListSecrets, at: location{project: query.Known[fieldProject]}}
	if query.Field == fieldVersion {
		tried.subject, tried.permission = "the versions of the secret", permissionListVersions
	}
	if !projectPattern().MatchString(tried.at.project) {
		tried.at.project = credential.Profile.Fields[fieldProject]
	}
	return with(ctx, p, credential, &tried, func(a *account) ([]providers.Item, error) { return a.list(ctx, query) })
}

// Check signs in and says who that is, with which project, and what is missing.
func (p *Provider) Check(ctx context.Context, credential providers.Credential) (providers.Identity, error) {
	tried := attempt{op: opCheck, subject: "the secrets of the project", permission: permissionListSecrets, at: location{project: credential.Profile.Fields[fieldProject]}}
	return with(ctx, p, credential, &tried, func(a *account) (providers.Identity, error) { return a.check(ctx) })
}

// ResetLogins forgets the tokens of the profiles that match. They cannot be
// revoked, and end by themselves within the hour.
func (p *Provider) ResetLogins(_ context.Context, match func(credentials.Profile) bool) int {
	count := 0
	for _, a := range p.accounts.Matching(match) {
		if a.reset() {
			count++
		}
	}
	return count
}

// Close forgets all tokens and ends the connections.
func (p *Provider) Close(context.Context) error {
	for _, a := range p.accounts.Take(func(credentials.Profile) bool { return true }) {
		a.close()
	}
	return nil
}

// with runs work with the account of a credential and explains its error by
// what tried says when work is done.
func with[T any](ctx context.Context, p *Provider, credential providers.Credential, tried *attempt, work func(*account) (T, error)) (T, error) {
	var none T
	tried.title = credential.Profile.Title()
	a, replaced, err := p.accounts.Of(credential, func() (*account, error) { return newAccount(credential, p.options) })
	if replaced != nil {
		replaced.close()
	}
	if err != nil {
		return none, explain(ctx, *tried, err)
	}
	result, err := work(a)
	if err == nil {
		return result, nil
	}
	if codeOf(err) == codes.PermissionDenied {
		a.learnEmail(ctx)
	}
	if tried.at.project == "" && a.session.peek() != nil {
		// For what is said only: a project that is not known changes nothing.
		tried.at.project, _ = a.project(ctx)
	}
	tried.title, tried.who = a.title(), a.session.who()
	return none, explain(ctx, *tried, err)
}
