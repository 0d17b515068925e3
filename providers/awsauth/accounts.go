package awsauth

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
)

// Options are what Accounts take from outside; the zero value is what the
// program uses.
type Options struct {
	// Proxy chooses the proxy for a request; http.ProxyFromEnvironment where
	// nil. Requests to this machine and to the metadata services of AWS never go
	// through one.
	Proxy func(*http.Request) (*url.URL, error)
	// UserAgent is what AWS's logs show beside the SDK's own: "vault-lsp/1.2.3".
	UserAgent string
	// Clock tells the time; time.Now where nil.
	Clock func() time.Time
	// After waits between two questions whether a person has confirmed; time.After
	// where nil.
	After func(time.Duration) <-chan time.Time
}

// Accounts are the AWS accounts in use, one for each credential. Several
// providers may share one Accounts, and so the sign-ins.
type Accounts struct {
	options Options

	mu   sync.Mutex
	held map[string]*Account // by the credential's fingerprint
	// epoch counts the resets, so that what was read before one is not kept.
	epoch int
	// turns let one caller at a time read a credential or refresh a token.
	turns map[string]chan struct{}
}

// New returns Accounts in which nobody has signed in. It reads nothing.
func New(options Options) *Accounts {
	if options.Proxy == nil {
		options.Proxy = http.ProxyFromEnvironment
	}
	if options.Clock == nil {
		options.Clock = time.Now
	}
	if options.After == nil {
		options.After = time.After
	}
	return &Accounts{options: options, held: map[string]*Account{}, turns: map[string]chan struct{}{}}
}

// Account returns the account of a credential. It reads the profile and the
// AWS configuration it refers to, once for any number of callers; AWS is asked
// when the account is used.
func (a *Accounts) Account(ctx context.Context, credential providers.Credential) (*Account, error) {
	if held := a.current(credential.Fingerprint); held != nil {
		return held, nil
	}
	release, err := a.lock(ctx, "account "+credential.Fingerprint)
	if err != nil {
		return nil, err
	}
	defer release()
	if held := a.current(credential.Fingerprint); held != nil {
		return held, nil
	}
	a.mu.Lock()
	epoch := a.epoch
	a.mu.Unlock()
	made, err := a.load(ctx, credential, nil)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch != epoch {
		return made, nil
	}
	for other, account := range a.held {
		if account.profile.Name == made.profile.Name && account.profile.Provider == made.profile.Provider {
			delete(a.held, other) // the profile as it was before an edit
		}
	}
	a.held[credential.Fingerprint] = made
	return made, nil
}

// current is the account in use, nil if there is none or the AWS configuration
// has changed since.
func (a *Accounts) current(fingerprint string) *Account {
	a.mu.Lock()
	held := a.held[fingerprint]
	a.mu.Unlock()
	if held == nil || held.outdated() {
		return nil
	}
	return held
}

// drop forgets an account, if it is still the one in use.
func (a *Accounts) drop(account *Account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for fingerprint, held := range a.held {
		if held == account {
			delete(a.held, fingerprint)
		}
	}
}

// ResetLogins forgets the accounts of the profiles that match, with all they
// have signed in to, and returns how many had.
func (a *Accounts) ResetLogins(_ context.Context, match func(credentials.Profile) bool) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.epoch++
	count := 0
	for fingerprint, account := range a.held {
		if !match(account.profile) {
			continue
		}
		if account.used.Load() {
			count++
		}
		delete(a.held, fingerprint)
	}
	return count
}

// Run does work with the account of a credential. Where AWS says that its
// tokens are not good any more, the account is read anew and, if that brought
// other tokens, the work is done once more: a profile's files and a program's
// output change without notice. Every error is explained for call.
func Run[T any](ctx context.Context, a *Accounts, call *Call, credential providers.Credential, work func(*Account) (T, error)) (T, error) {
	var none T
	call.title = credential.Profile.Title()
	account, err := a.Account(ctx, credential)
	if err != nil {
		return none, call.explain(ctx, err)
	}
	result, err := work(account)
	if err == nil || ctx.Err() != nil || !isStale(err) {
		return result, call.explain(ctx, err)
	}
	before := account.last.Load()
	a.drop(account)
	renewed, loadErr := a.Account(ctx, credential)
	if loadErr != nil {
		return none, call.explain(ctx, err)
	}
	after, retrieveErr := renewed.config.Credentials.Retrieve(ctx)
	if retrieveErr != nil || before == nil || sameKeys(*before, after) {
		if renewed.personal && isExpired(err) {
			// The session that the person signed in for was ended before its time.
			err = providers.NeedsSignIn(credential.Profile, "AWS has ended the session", err)
		}
		return none, call.explain(ctx, err)
	}
	result, err = work(renewed)
	return result, call.explain(ctx, err)
}
