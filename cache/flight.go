package cache

import (
	"context"
	"fmt"
	"time"
)

// flight is one load under way and those who wait for it. All fields but done
// are guarded by the cache's lock.
type flight[V any] struct {
	// done is closed when value and err are set.
	done   chan struct{}
	cancel context.CancelFunc

	waiters int
	// keeps is set if one of the callers may have the value kept: one that
	// follows the cache's TTL, or whose own TTL is not 0.
	keeps bool
	// keep is the longest time to live that a caller asked for by itself.
	keep time.Duration
	// dropped is set if the result must not be kept: a reset came in between,
	// or everybody left.
	dropped bool

	value V
	err   error
	// owned is set if value is the flight's own, to be wiped after the last
	// waiter took its copy.
	owned bool
}

// join adds a caller to the load for key, or starts one.
func (c *Cache[V]) join(ctx context.Context, key string, policy Policy, load Load[V]) *flight[V] {
	f := c.flights[key]
	if f == nil {
		// The load outlives the caller that starts it if others wait too.
		loadContext, cancel := context.WithCancel(context.WithoutCancel(ctx))
		f = &flight[V]{done: make(chan struct{}), cancel: cancel}
		c.flights[key] = f
		c.stats.Loads++
		go c.run(loadContext, key, f, load)
	}
	f.waiters++
	f.keeps = f.keeps || !policy.HasTTL || policy.TTL > 0
	if policy.HasTTL {
		f.keep = max(f.keep, policy.TTL)
	}
	return f
}

// run loads a value and gives it to the flight and the cache.
func (c *Cache[V]) run(ctx context.Context, key string, f *flight[V], load Load[V]) {
	value, lease, err := c.guarded(ctx, load)
	f.cancel()
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(f.done)
	if c.flights[key] == f {
		delete(c.flights, key)
	}
	f.value, f.err = value, err
	if err != nil {
		c.stats.Errors++
		return
	}
	f.owned = c.copy != nil
	kept := false
	// A value that only callers with a TTL of 0 asked for is not kept, but it
	// replaces an older one.
	wanted := f.keeps && max(c.ttl, f.keep) > 0 || c.entries[key] != nil
	valid := lease.IsZero() || c.now().Before(lease.Round(0))
	if wanted && valid && !f.dropped && !c.closed {
		c.store(key, c.handOut(value), lease.Round(0), f.keep)
		kept = true
	}
	if f.waiters == 0 && !kept && c.onRelease != nil {
		c.onRelease(value)
	}
	if f.waiters == 0 {
		c.discard(f)
	}
}

// guarded calls load and turns a panic into an error: it runs in a goroutine
// of its own, where a panic would end the program. What the panic says is left
// out, since it may hold a secret.
func (c *Cache[V]) guarded(ctx context.Context, load Load[V]) (value V, lease time.Time, err error) {
	finished := false
	defer func() {
		if !finished {
			err = fmt.Errorf("cache: the load ended unexpectedly (%T)", recover())
		}
	}()
	value, lease, err = load(ctx)
	finished = true
	return value, lease, err
}

// leave takes a caller out of a flight and returns its result, or the error of
// ctx if there is none yet.
func (c *Cache[V]) leave(ctx context.Context, key string, f *flight[V]) (value V, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.waiters--
	select {
	case <-f.done:
		if value, err = f.value, f.err; err == nil {
			value = c.handOut(f.value)
		}
		if f.waiters == 0 {
			c.discard(f)
		}
		return value, err
	default:
	}
	if f.waiters == 0 {
		// Nobody waits: who comes now must not join a load that is ending.
		f.dropped = true
		f.cancel()
		if c.flights[key] == f {
			delete(c.flights, key)
		}
	}
	return value, ctx.Err()
}

// discard wipes the flight's own value.
func (c *Cache[V]) discard(f *flight[V]) {
	if f.owned && c.onEvict != nil {
		c.onEvict(f.value)
	}
	f.owned = false
	var none V
	f.value = none
}
