package providers

import (
	"context"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Options are what a Resolver is made of.
type Options struct {
	// Providers are those that are wired in; the others of the reference table
	// answer with kind Unsupported.
	Providers []Provider
	Store     *credentials.Store
	// CacheTTL is how long a secret is kept; 0 keeps none.
	CacheTTL time.Duration
	// CacheMaxEntries limits how many are kept; 0 for no limit.
	CacheMaxEntries int
	// Timeout limits one call of a provider; credentials.DefaultTimeout where 0.
	Timeout time.Duration
	// Timeouts replace Timeout for single providers.
	Timeouts map[string]time.Duration
	// Parallel limits the simultaneous calls of one provider.
	Parallel int
	// OnValue is called with every value, and all material of credentials,
	// before anyone else sees it, so that it can be masked from then on. It must
	// copy what it keeps.
	OnValue func(secret.Value)
}

// Resolver turns references into values. Its methods may be called
// concurrently.
type Resolver struct{}

// Resolved is the answer for one reference.
type Resolved struct {
	Ref   secret.Ref
	Value secret.Value // a copy that belongs to the caller
	// Credential is the name of the profile; "" for the ambient identity.
	Credential string
	Hit        bool  // the value came from the cache
	Err        error // an *Error, or the error of the caller's ctx
}

// Scope says what Reset forgets: everything where it is empty, else what
// agrees with every field that is set.
type Scope struct {
	Provider   string `json:"provider,omitempty"`
	Credential string `json:"credential,omitempty"`
	Reference  string `json:"reference,omitempty"` // a reference's text
}

// ResetCounts says what a Reset has dropped.
type ResetCounts struct {
	Entries int `json:"entries"`
	Logins  int `json:"logins"`
}

// CacheState says whether a secret is in the cache, for display.
type CacheState struct {
	Cached     bool
	Credential string
	Age        time.Duration
	Remaining  time.Duration
}

// Status is the state of the cache, for display.
type Status struct {
	TTL        time.Duration
	MaxEntries int
	Entries    int
	Hits       uint64
	Misses     uint64
	ByProvider map[string]int
}

// NewResolver returns a Resolver. Close ends it.
func NewResolver(options Options) *Resolver { return &Resolver{} }

// Resolve returns the value of each reference, in their order. Secrets that
// are not in the cache are fetched in parallel, each once. It returns early
// when ctx is done.
func (r *Resolver) Resolve(ctx context.Context, refs []secret.Ref) []Resolved { return nil }

// Refetch is Resolve without what the cache holds.
func (r *Resolver) Refetch(ctx context.Context, refs []secret.Ref) []Resolved { return nil }

// Credential returns the credential that references of provider use which
// name it; name may be "". It does not sign in.
func (r *Resolver) Credential(provider, name string) (Credential, error) {
	return Credential{}, nil
}

// List returns the values a field can take. It works with configured
// credentials only: without one it returns an *Error of kind Unauthenticated
// and asks nobody.
func (r *Resolver) List(ctx context.Context, provider, credential string, query Query) ([]Item, error) {
	return nil, nil
}

// Check signs in with the named profile and says who the user is.
func (r *Resolver) Check(ctx context.Context, credential string) (Identity, error) {
	return Identity{}, nil
}

// Cached says whether the secret of a reference is in the cache.
func (r *Resolver) Cached(ref secret.Ref) CacheState { return CacheState{} }

// Reset forgets cached secrets, results still in flight and logins.
func (r *Resolver) Reset(ctx context.Context, scope Scope) (ResetCounts, error) {
	return ResetCounts{}, nil
}

// SetCache changes the time and size limits, also for what is cached already.
func (r *Resolver) SetCache(ttl time.Duration, maxEntries int) {}

// Status returns the state of the cache.
func (r *Resolver) Status() Status { return Status{} }

// Close forgets everything and ends the providers.
func (r *Resolver) Close(ctx context.Context) error { return nil }

// Extract picks and converts what a reference asks for from the secret it
// locates: key, then decode, then trim, then encode. The result is a copy.
// encode=json gives the inside of a JSON string, without quotes; encode=url one
// percent-encoded component.
func Extract(payload Payload, ref secret.Ref) (secret.Value, error) {
	return secret.Value{}, nil
}
