package providers

import (
	"context"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// keySeparator stands between the parts of a cache key; none of them can hold
// it.
const keySeparator = "\x00"

// cacheKey is provider, profile, fingerprint and locator. The fingerprint keeps
// two accounts apart; the first two are there for Reset and Status. No material
// is in it.
func cacheKey(c Credential, ref secret.Ref) string {
	return ref.Provider() + keySeparator + c.Profile.Name + keySeparator + c.Fingerprint + keySeparator + ref.Locator()
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
	Remaining  time.Duration // how long it will still be served
	// Leased is set if the vault issued the secret for us alone: it ends with its
	// lease, or when the cache lets go of it.
	Leased bool
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

// Reset forgets cached secrets, results still in flight and, unless the scope
// is one reference, logins. The error is of a Reference that is none.
func (r *Resolver) Reset(ctx context.Context, scope Scope) (ResetCounts, error) {
	locator := ""
	if scope.Reference != "" {
		ref, err := secret.Parse(scope.Reference)
		if err != nil {
			return ResetCounts{}, &Error{Kind: InvalidReference, Op: "reset", Message: "this is not a reference", Hint: "write it as {{$vault path=… key=…}}", Err: err}
		}
		locator = ref.Locator()
		if name := ref.Get("credential"); name != "" && scope.Credential == "" {
			scope.Credential = name
		}
		if scope.Provider == "" {
			scope.Provider = ref.Provider()
		}
	}
	counts := ResetCounts{Entries: r.drop(scope, locator)}
	match := func(profile credentials.Profile) bool {
		return scope.Credential == "" || scope.Credential == profile.Name
	}
	if scope.Reference != "" {
		if releaser, ok := r.providers[scope.Provider].(Releaser); ok {
			releaser.Release(ctx, locator, match)
		}
		return counts, nil
	}
	for name, p := range r.providers {
		resetter, ok := p.(Resetter)
		if !ok || (scope.Provider != "" && scope.Provider != name) {
			continue
		}
		counts.Logins += resetter.ResetLogins(ctx, match)
	}
	return counts, nil
}

// drop forgets the entries that scope and, where it is not empty, locator
// match. It returns the number of secrets.
func (r *Resolver) drop(scope Scope, locator string) int {
	match := func(key string) bool {
		parts := strings.SplitN(key, keySeparator, 4)
		return (scope.Provider == "" || parts[0] == scope.Provider) &&
			(scope.Credential == "" || parts[1] == scope.Credential) &&
			(locator == "" || parts[3] == locator)
	}
	r.lists.Reset(match)
	return r.secrets.Reset(match)
}

// Cached says whether the secret of a reference is in the cache.
func (r *Resolver) Cached(ref secret.Ref) CacheState {
	_, c, err := r.route(ref.Provider(), ref.Get("credential"))
	if err != nil {
		return CacheState{}
	}
	age, expires, ok := r.secrets.Peek(cacheKey(c, ref))
	if !ok {
		return CacheState{Credential: c.Profile.Name}
	}
	state := CacheState{Cached: true, Credential: c.Profile.Name, Age: age, Remaining: time.Until(expires)}
	r.secrets.Inspect(cacheKey(c, ref), func(p Payload) { state.Leased = p.Release != nil })
	return state
}

// SetCache changes the time and size limits, also for what is cached already.
func (r *Resolver) SetCache(ttl time.Duration, maxEntries int) {
	r.mu.Lock()
	r.ttl, r.maxEntries = ttl, maxEntries
	r.mu.Unlock()
	r.secrets.SetTTL(ttl)
	r.secrets.SetMaxEntries(maxEntries)
}

// Status returns the state of the cache.
func (r *Resolver) Status() Status {
	r.mu.Lock()
	status := Status{TTL: r.ttl, MaxEntries: r.maxEntries, ByProvider: map[string]int{}}
	r.mu.Unlock()
	stats := r.secrets.Stats()
	status.Entries, status.Hits, status.Misses = stats.Entries, stats.Hits, stats.Misses
	// Matching nothing is a way to look at the keys.
	r.secrets.Reset(func(key string) bool {
		provider, _, _ := strings.Cut(key, keySeparator)
		status.ByProvider[provider]++
		return false
	})
	return status
}
