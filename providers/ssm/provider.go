package ssm

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/awsauth"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Options are what a Provider takes from outside; the zero value is what the
// program uses.
type Options struct {
	// Accounts are the sign-ins that this provider shares with others of AWS;
	// where nil it makes its own from the fields below.
	Accounts *awsauth.Accounts
	// Proxy chooses the proxy for a request; http.ProxyFromEnvironment where
	// nil.
	Proxy func(*http.Request) (*url.URL, error)
	// UserAgent is what AWS's logs show beside the SDK's own: "vault-lsp/1.2.3".
	UserAgent string
	// Clock tells the time; time.Now where nil.
	Clock func() time.Time
}

// Provider is the provider of $ssm.
type Provider struct {
	accounts *awsauth.Accounts

	mu sync.Mutex
	// unbatched are the accounts, by the credential's fingerprint, that may not
	// fetch several parameters in one call.
	unbatched map[string]bool
}

var (
	_ providers.Provider = (*Provider)(nil)
	_ providers.Resetter = (*Provider)(nil)
)

// New returns a Provider. It neither reads the AWS configuration nor makes a
// client before the first call.
func New(options Options) *Provider {
	if options.Accounts == nil {
		options.Accounts = awsauth.New(awsauth.Options{Proxy: options.Proxy, UserAgent: options.UserAgent, Clock: options.Clock})
	}
	return &Provider{accounts: options.Accounts, unbatched: map[string]bool{}}
}

// Name returns "ssm".
func (p *Provider) Name() string { return secret.SSM }

// The operations, for errors.
const (
	opGet   = "get"
	opList  = "list"
	opCheck = "check"
)

// Get fetches a version of a parameter.
func (p *Provider) Get(ctx context.Context, credential providers.Credential, ref secret.Ref) (providers.Payload, error) {
	call := newCall(opGet, "ssm:GetParameter", ref.Get(fieldName), ref.Get(fieldVersion))
	return awsauth.Run(ctx, p.accounts, call, credential, func(account *awsauth.Account) (providers.Payload, error) {
		at, err := locate(account, ref.Get)
		if err != nil {
			return providers.Payload{}, err
		}
		call.Region = at.region
		if payload, done, err := p.batched(ctx, account, credential.Fingerprint, at); done {
			return payload, err
		}
		return read(ctx, account, at)
	})
}

// List returns names and versions of parameters; see providers.Provider.
func (p *Provider) List(ctx context.Context, credential providers.Credential, query providers.Query) ([]providers.Item, error) {
	var call *awsauth.Call
	switch query.Field {
	case fieldRegion:
		return awsauth.ListRegions(query.Prefix), nil
	case fieldName:
		call = &awsauth.Call{Provider: secret.SSM, Op: opList, Action: "ssm:DescribeParameters", Resource: "*"}
	case fieldVersion:
		call = newCall(opList, "ssm:GetParameterHistory", query.Known[fieldName], "")
	default:
		return nil, nil
	}
	return awsauth.Run(ctx, p.accounts, call, credential, func(account *awsauth.Account) ([]providers.Item, error) {
		return list(ctx, account, call, query)
	})
}

// Check signs in, says who the credential is, and what it may not do.
func (p *Provider) Check(ctx context.Context, credential providers.Credential) (providers.Identity, error) {
	call := &awsauth.Call{Provider: secret.SSM, Op: opCheck, Action: "sts:GetCallerIdentity"}
	return awsauth.Run(ctx, p.accounts, call, credential, func(account *awsauth.Account) (providers.Identity, error) {
		return account.Identity(ctx)
	})
}

// ResetLogins drops the sign-ins of the profiles that match.
func (p *Provider) ResetLogins(ctx context.Context, match func(credentials.Profile) bool) int {
	p.mu.Lock()
	clear(p.unbatched)
	p.mu.Unlock()
	return p.accounts.ResetLogins(ctx, match)
}
