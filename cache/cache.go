// Package cache holds values in memory for a limited time and makes one
// upstream call for any number of simultaneous requests for the same key.
package cache

import (
	"context"
	"errors"
	"time"
)

// Options are the settings of a Cache.
type Options[V any] struct {
	// TTL is how long a value is served; 0 keeps nothing.
	TTL time.Duration
	// MaxEntries bounds the number of values; the least recently used goes
	// first. 0 means no bound.
	MaxEntries int
	// Clock gives the time; nil means time.Now.
	Clock func() time.Time
	// Copy makes the value that a caller gets, so that it survives the wiping
	// of the cache's own. nil hands out the value itself.
	Copy func(V) V
	// OnEvict is called once with each value that the cache lets go of, to wipe
	// it. Without Copy it is not called with values that callers may hold
	// although the cache never kept them.
	OnEvict func(V)
}

// Load fetches a value. expires is the end of the value's lease, the zero time
// if it has none. The context ends when no caller waits any longer.
type Load[V any] func(ctx context.Context) (value V, expires time.Time, err error)

// Policy changes how one Get treats the cache. The zero Policy follows the
// cache's settings.
type Policy struct {
	// TTL replaces the cache's TTL for this call if HasTTL is set: an older
	// value is fetched anew, and 0 neither reads nor keeps a value.
	TTL    time.Duration
	HasTTL bool
	// Refresh fetches a new value even if there is a fresh one.
	Refresh bool
}

// Stats counts what a Cache did since it was made.
type Stats struct {
	Entries  int    `json:"entries"`
	InFlight int    `json:"inFlight"`
	Hits     uint64 `json:"hits"`
	Misses   uint64 `json:"misses"`
	Loads    uint64 `json:"loads"`
	Errors   uint64 `json:"errors"`
	Evicted  uint64 `json:"evicted"`
}

// ErrClosed is the error of Get after Close.
var ErrClosed = errors.New("cache: closed")

// Cache holds values by key. It is safe for concurrent use.
type Cache[V any] struct{}

// New returns an empty cache.
func New[V any](opts Options[V]) *Cache[V] { return &Cache[V]{} }

// Get returns the value for key, from the cache (hit) or from load.
// Simultaneous callers share one load: see GetWith.
func (c *Cache[V]) Get(ctx context.Context, key string, load Load[V]) (value V, hit bool, err error) {
	return c.GetWith(ctx, key, Policy{}, load)
}

// GetWith is Get with a policy. If ctx ends, this caller gets its error at
// once; the load goes on for the others and is cancelled when nobody waits for
// it any longer. Errors are not kept.
func (c *Cache[V]) GetWith(ctx context.Context, key string, policy Policy, load Load[V]) (value V, hit bool, err error) {
	return value, false, nil
}

// Lookup returns the value for key if a fresh one is held; it never loads.
func (c *Cache[V]) Lookup(key string, policy Policy) (value V, ok bool) { return value, false }

// Peek says how old the value for key is and when it will no longer be served.
// ok is false if no fresh value is held. It does not count as a use.
func (c *Cache[V]) Peek(key string) (age time.Duration, expires time.Time, ok bool) {
	return 0, time.Time{}, false
}

// SetTTL changes the time to live, also of what is already held.
func (c *Cache[V]) SetTTL(ttl time.Duration) {}

// SetMaxEntries changes the bound and evicts what is above it.
func (c *Cache[V]) SetMaxEntries(n int) {}

// Reset evicts the values whose key matches, and keeps the results of loads
// under way for such keys out of the cache: who waits for one still gets it,
// later callers load anew. A nil match means all. It returns the number of
// values and loads dropped.
func (c *Cache[V]) Reset(match func(key string) bool) int { return 0 }

// Stats returns the counts.
func (c *Cache[V]) Stats() Stats { return Stats{} }

// Close evicts everything; later calls of Get fail with ErrClosed.
func (c *Cache[V]) Close() {}
