// Package cache holds values in memory for a limited time and makes one
// upstream call for any number of simultaneous requests for the same key.
package cache

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrClosed is the error of Get after Close.
var ErrClosed = errors.New("cache: closed")

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
	// of the cache's own. nil hands out the value itself. It is called with the
	// cache locked and must not call it.
	Copy func(V) V
	// OnEvict is called once with each value that the cache lets go of, to wipe
	// it, under the same conditions. Without Copy it is called only with values
	// that were kept: callers hold the others.
	OnEvict func(V)
	// OnRelease is called once for each value that nobody is served any longer:
	// one that was kept, when the cache lets go of it, and one that no caller
	// waited for. It is not called for what was only handed out. It comes before
	// OnEvict, under the same conditions.
	OnRelease func(V)
}

// Load fetches a value. expires is the end of the value's lease, the zero time
// if it has none. The context has the values of the first caller's, and ends
// when no caller waits any longer.
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

// Cache holds values by key. It is safe for concurrent use.
type Cache[V any] struct {
	clock   func() time.Time
	copy    func(V) V
	onEvict func(V)
	// onRelease may be nil, like the others.
	onRelease func(V)

	mu         sync.Mutex
	ttl        time.Duration
	maxEntries int
	entries    map[string]*entry[V]
	// use is the list of entries, the most recently used first.
	use     list[V]
	flights map[string]*flight[V]
	// sweeper fires at sweepAt, which is zero while nothing is held.
	sweeper *time.Timer
	sweepAt time.Time
	closed  bool
	stats   Stats
}

// New returns an empty cache.
func New[V any](opts Options[V]) *Cache[V] {
	c := &Cache[V]{
		clock: opts.Clock, copy: opts.Copy, onEvict: opts.OnEvict, onRelease: opts.OnRelease,
		ttl: opts.TTL, maxEntries: opts.MaxEntries,
		entries: map[string]*entry[V]{},
		flights: map[string]*flight[V]{},
	}
	if c.clock == nil {
		c.clock = time.Now
	}
	c.use.init()
	return c
}

// now returns the time of day, without Go's monotonic reading: that one stands
// still while a laptop sleeps, and a lease does not.
func (c *Cache[V]) now() time.Time { return c.clock().Round(0) }

// Get returns the value for key, from the cache (hit) or from load.
// Simultaneous callers share one load: see GetWith.
func (c *Cache[V]) Get(ctx context.Context, key string, load Load[V]) (value V, hit bool, err error) {
	return c.GetWith(ctx, key, Policy{}, load)
}

// GetWith is Get with a policy. If ctx ends, this caller gets its error at
// once; the load goes on for the others and is cancelled when nobody waits for
// it any longer. Errors are not kept.
func (c *Cache[V]) GetWith(ctx context.Context, key string, policy Policy, load Load[V]) (value V, hit bool, err error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return value, false, ErrClosed
	}
	if value, ok := c.hit(key, policy); ok {
		c.mu.Unlock()
		return value, true, nil
	}
	c.stats.Misses++
	if err := ctx.Err(); err != nil {
		c.mu.Unlock()
		return value, false, err
	}
	f := c.join(ctx, key, policy, load)
	c.mu.Unlock()

	select {
	case <-f.done:
	case <-ctx.Done():
	}
	value, err = c.leave(ctx, key, f)
	return value, false, err
}

// Lookup returns the value for key if a fresh one is held; it never loads.
func (c *Cache[V]) Lookup(key string, policy Policy) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hit(key, policy)
}

// hit returns a copy of the value for key if a fresh one is held.
func (c *Cache[V]) hit(key string, policy Policy) (value V, ok bool) {
	e := c.entries[key]
	if e == nil || policy.Refresh {
		return value, false
	}
	ttl := c.ttl
	if policy.HasTTL {
		ttl = policy.TTL
		e.keep = max(e.keep, ttl)
	}
	now := c.now()
	if !e.fresh(now, ttl) {
		if !e.fresh(now, max(c.ttl, e.keep)) {
			c.evict(e)
		}
		return value, false
	}
	c.use.touch(e)
	c.stats.Hits++
	return c.handOut(e.value), true
}

// handOut returns the value that a caller may have.
func (c *Cache[V]) handOut(v V) V {
	if c.copy == nil {
		return v
	}
	return c.copy(v)
}

// Peek says how old the value for key is and when it will no longer be served.
// ok is false if no fresh value is held. It does not count as a use.
func (c *Cache[V]) Peek(key string) (age time.Duration, expires time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[key]
	now := c.now()
	if e == nil || !e.fresh(now, c.ttl) {
		return 0, time.Time{}, false
	}
	return now.Sub(e.stored), e.until(c.ttl), true
}

// Inspect calls look with the value for key, which look must not keep, and
// reports whether one is held. It does not count as a use. look must not call
// the cache.
func (c *Cache[V]) Inspect(key string, look func(V)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[key]
	if e == nil {
		return false
	}
	look(e.value)
	return true
}

// SetTTL changes the time to live, also of what is already held.
func (c *Cache[V]) SetTTL(ttl time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ttl = ttl
	c.sweep()
}

// SetMaxEntries changes the bound and evicts what is above it.
func (c *Cache[V]) SetMaxEntries(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.maxEntries = n
	c.trim()
}

// Reset evicts the values whose key matches, and keeps the results of loads
// under way for such keys out of the cache: who waits for one still gets it,
// later callers load anew. A nil match means all. It returns the number of
// values and loads dropped. match must not call the cache.
func (c *Cache[V]) Reset(match func(key string) bool) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	dropped := 0
	for key, e := range c.entries {
		if match == nil || match(key) {
			c.evict(e)
			dropped++
		}
	}
	for key, f := range c.flights {
		if match == nil || match(key) {
			f.dropped = true
			delete(c.flights, key)
			dropped++
		}
	}
	return dropped
}

// Stats counts what a Cache did since it was made.
type Stats struct {
	// Entries and InFlight are the values and loads of this moment.
	Entries  int    `json:"entries"`
	InFlight int    `json:"inFlight"`
	Hits     uint64 `json:"hits"`
	Misses   uint64 `json:"misses"`
	Loads    uint64 `json:"loads"`
	Errors   uint64 `json:"errors"`
	Evicted  uint64 `json:"evicted"`
}

// Stats returns the counts.
func (c *Cache[V]) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Entries, s.InFlight = len(c.entries), len(c.flights)
	return s
}

// Close evicts everything and cancels the loads under way; later calls of Get
// fail with ErrClosed.
func (c *Cache[V]) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, e := range c.entries {
		c.evict(e)
	}
	for key, f := range c.flights {
		f.dropped = true
		f.cancel()
		delete(c.flights, key)
	}
	if c.sweeper != nil {
		c.sweeper.Stop()
	}
}
