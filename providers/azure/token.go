package azure

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/vault-lsp/vault-lsp/internal/flight"
	"github.com/vault-lsp/vault-lsp/secret"
)

// acquireTimeout bounds one sign-in without a person, which goes on for other
// callers when the one that began it is gone. The az command alone takes
// seconds.
const acquireTimeout = 60 * time.Second

// refreshBefore is how long before its end a token is no longer given out, as
// Azure's own libraries do it.
const refreshBefore = 5 * time.Minute

// tokenOptions say which token is wanted.
type tokenOptions = policy.TokenRequestOptions

// acquireFunc obtains a token without asking anybody.
type acquireFunc = func(ctx context.Context, options tokenOptions) (azcore.AccessToken, error)

// scopeError is a vault that asks a token for something that is no vault.
type scopeError struct{ host string }

func (e *scopeError) Error() string { return "a token for " + e.host + " was refused" }

// tenantError is a vault of another tenant than the credential's.
type tenantError struct{ wanted, has string }

func (e *tenantError) Error() string { return "the vault belongs to another tenant" }

// tokens gives out the tokens of one credential. It keeps them in memory, asks
// for each once however many callers there are, and lets no vault ask for a
// token that is not for a vault.
type tokens struct {
	settings settings
	acquire  acquireFunc
	announce func(secret.Value)
	now      func() time.Time

	flights flight.Group[azcore.AccessToken]
	mu      sync.Mutex
	kept    map[tokenKey]azcore.AccessToken
	epoch   int
}

type tokenKey struct{ tenant, scope string }

// newTokens returns tokens that acquire fetches.
func newTokens(s settings, acquire acquireFunc, announce func(secret.Value), now func() time.Time) *tokens {
	return &tokens{settings: s, acquire: acquire, announce: announce, now: now, kept: map[tokenKey]azcore.AccessToken{}}
}

var _ azcore.TokenCredential = (*tokens)(nil)

// GetToken returns a token for what a vault's challenge names. It implements
// azcore.TokenCredential.
func (t *tokens) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if len(options.Scopes) != 1 {
		return azcore.AccessToken{}, &scopeError{host: "several services"}
	}
	if err := t.checkScope(options.Scopes[0]); err != nil {
		return azcore.AccessToken{}, err
	}
	var err error
	if options.TenantID, err = t.tenantFor(options.TenantID); err != nil {
		return azcore.AccessToken{}, err
	}
	key := tokenKey{tenant: options.TenantID, scope: options.Scopes[0]}
	if options.Claims == "" {
		if token, ok := t.lookup(key); ok {
			return token, nil
		}
	}
	return t.fetch(ctx, key, options)
}

// checkScope refuses what is not the resource of a vault: a vault whose
// challenge is not verified could else have a token for anything.
func (t *tokens) checkScope(scope string) error {
	u, err := url.Parse(strings.TrimSuffix(scope, "/.default"))
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return &scopeError{host: "what is no https URL"}
	}
	host := strings.ToLower(u.Host)
	if "https://"+host == t.settings.resource || t.settings.permits(host) || host == t.settings.suffix || host == t.settings.cloudSuffix {
		return nil
	}
	for _, info := range clouds() {
		if host == info.suffix {
			return nil
		}
	}
	return &scopeError{host: host}
}

// tenantFor chooses between the tenant of the vault's challenge and that of the
// profile. They are compared where both are ids; a domain is left to the
// authority.
func (t *tokens) tenantFor(challenged string) (string, error) {
	own := t.settings.tenant
	switch {
	case challenged == "" || !isTenant(challenged):
		return own, nil
	case own == "" || strings.EqualFold(own, challenged):
		return challenged, nil
	case isTenantID(own) && isTenantID(challenged):
		return "", &tenantError{wanted: challenged, has: own}
	case isTenantID(challenged):
		return challenged, nil
	}
	return own, nil
}

// lookup returns a token that lives long enough.
func (t *tokens) lookup(key tokenKey) (azcore.AccessToken, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	token, ok := t.kept[key]
	now := t.now()
	if !ok || !now.Before(token.ExpiresOn.Add(-refreshBefore)) || (!token.RefreshOn.IsZero() && now.After(token.RefreshOn)) {
		return azcore.AccessToken{}, false
	}
	return token, true
}

// keep stores a token of a sign-in that began in an epoch, and announces it.
func (t *tokens) keep(epoch int, key tokenKey, token azcore.AccessToken) {
	t.announce(secret.NewValue([]byte(token.Token)))
	t.mu.Lock()
	defer t.mu.Unlock()
	if epoch == t.epoch {
		t.kept[key] = token
	}
}

// fetch asks once for all callers. One that gives up leaves the others alone.
func (t *tokens) fetch(ctx context.Context, key tokenKey, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	epoch := t.current()
	attempt := fmt.Sprintf("%d\x00%s\x00%s\x00%s", epoch, key.tenant, key.scope, options.Claims)
	return t.flights.Do(ctx, attempt, acquireTimeout, func(ctx context.Context) (azcore.AccessToken, error) {
		ctx, seen := withExchange(ctx)
		token, err := t.acquire(ctx, options)
		if err != nil {
			return azcore.AccessToken{}, &signInError{err: err, exchange: *seen}
		}
		t.keep(epoch, key, token)
		return token, nil
	})
}

// current is the epoch that a sign-in begins in.
func (t *tokens) current() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.epoch
}

// end forgets the tokens, and those of sign-ins that are under way. It reports
// whether there were any.
func (t *tokens) end() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	had := len(t.kept) > 0
	clear(t.kept)
	t.epoch++
	return had
}

// signInError is a sign-in that failed, with how its last request went.
type signInError struct {
	err      error
	exchange exchange
}

func (e *signInError) Error() string { return "sign in: " + e.err.Error() }

func (e *signInError) Unwrap() error { return e.err }

// NonRetriable keeps Azure's library from trying again what cannot go better.
func (e *signInError) NonRetriable() {}
