package aws

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

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

// Provider is the provider of $aws.
type Provider struct {
	accounts *awsauth.Accounts

	mu sync.Mutex
	// unbatched are the accounts, by the credential's fingerprint, that may not
	// fetch several secrets in one call.
	unbatched map[string]bool
}

var (
	_ providers.Provider = (*Provider)(nil)
	_ providers.Resetter = (*Provider)(nil)
	_ providers.SignIn   = (*Provider)(nil)
	_ providers.SignOut  = (*Provider)(nil)
)

// New returns a Provider. It neither reads the AWS configuration nor makes a
// client before the first call.
func New(options Options) *Provider {
	if options.Accounts == nil {
		options.Accounts = awsauth.New(awsauth.Options{Proxy: options.Proxy, UserAgent: options.UserAgent, Clock: options.Clock})
	}
	return &Provider{accounts: options.Accounts, unbatched: map[string]bool{}}
}

// Name returns "aws".
func (p *Provider) Name() string { return secret.AWS }

// The operations, for errors.
const (
	opGet    = "get"
	opList   = "list"
	opCheck  = "check"
	opSignIn = "sign in"
)

// Get fetches a version of a secret.
func (p *Provider) Get(ctx context.Context, credential providers.Credential, ref secret.Ref) (providers.Payload, error) {
	call := newCall(opGet, "secretsmanager:GetSecretValue", ref)
	return awsauth.Run(ctx, p.accounts, call, credential, func(account *awsauth.Account) (providers.Payload, error) {
		at, err := locate(account, ref.Get)
		if err != nil {
			return providers.Payload{}, err
		}
		call.Region = at.region
		r := reader{provider: p, account: account, fingerprint: credential.Fingerprint}
		if payload, done, err := r.batched(ctx, at); done {
			return payload, err
		}
		return r.read(ctx, at)
	})
}

// List returns names and versions of secrets; see providers.Provider.
func (p *Provider) List(ctx context.Context, credential providers.Credential, query providers.Query) ([]providers.Item, error) {
	switch query.Field {
	case fieldRegion:
		return awsauth.ListRegions(query.Prefix), nil
	case fieldSecret, fieldVersion, fieldStage:
	default:
		return nil, nil
	}
	call := newListCall(query)
	return awsauth.Run(ctx, p.accounts, call, credential, func(account *awsauth.Account) ([]providers.Item, error) {
		return list(ctx, account, call, query)
	})
}

// Check signs in, says who the credential is, and what it may not do.
func (p *Provider) Check(ctx context.Context, credential providers.Credential) (providers.Identity, error) {
	call := &awsauth.Call{Provider: secret.AWS, Op: opCheck, Action: "sts:GetCallerIdentity"}
	return awsauth.Run(ctx, p.accounts, call, credential, func(account *awsauth.Account) (providers.Identity, error) {
		identity, err := account.Identity(ctx)
		if err != nil || account.DefaultRegion() == "" {
			return identity, err
		}
		identity.Details = append(identity.Details, mayList(ctx, account)...)
		return identity, nil
	})
}

// SignIn signs a person in: to IAM Identity Center in the browser, to a role
// with the code of an MFA device. A credential that needs no person is checked.
func (p *Provider) SignIn(ctx context.Context, credential providers.Credential, person providers.Person) (providers.Identity, error) {
	call := &awsauth.Call{Provider: secret.AWS, Op: opSignIn}
	if err := p.accounts.SignIn(ctx, call, credential, person); err != nil {
		return providers.Identity{}, err
	}
	return p.Check(ctx, credential)
}

// SignOut ends a session of IAM Identity Center and removes its token, for the
// AWS CLI too.
func (p *Provider) SignOut(ctx context.Context, credential providers.Credential) error {
	return p.accounts.SignOut(ctx, &awsauth.Call{Provider: secret.AWS, Op: "sign out"}, credential)
}

// ResetLogins drops the sign-ins of the profiles that match.
func (p *Provider) ResetLogins(ctx context.Context, match func(credentials.Profile) bool) int {
	p.mu.Lock()
	clear(p.unbatched)
	p.mu.Unlock()
	return p.accounts.ResetLogins(ctx, match)
}

// isDenied reports whether Secrets Manager says that the identity lacks a
// permission.
func isDenied(err error) bool {
	f, ok := awsauth.FailureOf(err)
	return ok && f.Service == secretsmanager.ServiceID && f.Denied()
}
