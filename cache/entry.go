package cache

import "time"

// entry is one value that is held.
type entry[V any] struct {
	key   string
	value V
	// stored is when the value was fetched.
	stored time.Time
	// lease is when the value stops being valid upstream, or the zero time.
	lease time.Time
	// keep is the longest time to live that a caller asked for by itself: the
	// value is held so long although the cache's own may be shorter.
	keep time.Duration

	previous, next *entry[V]
}

// until returns when the value stops being served under a time to live.
func (e *entry[V]) until(ttl time.Duration) time.Time {
	end := e.stored.Add(ttl)
	if !e.lease.IsZero() && e.lease.Before(end) {
		return e.lease
	}
	return end
}

// fresh reports whether the value may be served. One from the future is not: a
// clock that was set back must not make a value live longer.
func (e *entry[V]) fresh(now time.Time, ttl time.Duration) bool {
	return now.Before(e.until(ttl)) && !now.Before(e.stored)
}

// list is a ring of entries around root, the most recently used first. The
// links are in the entries so that a use allocates nothing.
type list[V any] struct{ root entry[V] }

func (l *list[V]) init() { l.root.previous, l.root.next = &l.root, &l.root }

// touch moves an entry to the front, or adds it there.
func (l *list[V]) touch(e *entry[V]) {
	if l.root.next == e {
		return
	}
	l.remove(e)
	e.previous, e.next = &l.root, l.root.next
	e.previous.next, e.next.previous = e, e
}

func (l *list[V]) remove(e *entry[V]) {
	if e.next == nil {
		return
	}
	e.previous.next, e.next.previous = e.next, e.previous
	e.previous, e.next = nil, nil
}

// last returns the least recently used entry, or nil.
func (l *list[V]) last() *entry[V] {
	if l.root.previous == &l.root {
		return nil
	}
	return l.root.previous
}

// store keeps a value. The cache owns it from now on.
func (c *Cache[V]) store(key string, value V, lease time.Time, keep time.Duration) {
	if old := c.entries[key]; old != nil {
		keep = max(keep, old.keep)
		c.evict(old)
	}
	e := &entry[V]{key: key, value: value, stored: c.now(), lease: lease, keep: keep}
	c.entries[key] = e
	c.use.touch(e)
	c.trim()
	c.scheduleFor(e)
}

// evict removes an entry and lets its value be wiped.
func (c *Cache[V]) evict(e *entry[V]) {
	delete(c.entries, e.key)
	c.use.remove(e)
	c.stats.Evicted++
	if c.onRelease != nil {
		c.onRelease(e.value)
	}
	if c.onEvict != nil {
		c.onEvict(e.value)
	}
}

// trim evicts the least recently used entries above the bound.
func (c *Cache[V]) trim() {
	for c.maxEntries > 0 && len(c.entries) > c.maxEntries {
		c.evict(c.use.last())
	}
}

// sweep evicts what nobody can be served any longer: a secret must not stay in
// memory only because nobody asks for it again.
func (c *Cache[V]) sweep() {
	now := c.now()
	for _, e := range c.entries {
		if !e.fresh(now, max(c.ttl, e.keep)) {
			c.evict(e)
		}
	}
	c.schedule()
}

// schedule sets the timer for the next sweep, to when the first entry ends.
func (c *Cache[V]) schedule() {
	c.sweepAt = time.Time{}
	for _, e := range c.entries {
		if end := e.until(max(c.ttl, e.keep)); c.sweepAt.IsZero() || end.Before(c.sweepAt) {
			c.sweepAt = end
		}
	}
	if !c.sweepAt.IsZero() {
		c.startSweeper()
	}
}

// scheduleFor makes sure that a sweep comes when e ends. It does not look at
// the other entries, so that filling a large cache stays cheap.
func (c *Cache[V]) scheduleFor(e *entry[V]) {
	if end := e.until(max(c.ttl, e.keep)); c.sweepAt.IsZero() || end.Before(c.sweepAt) {
		c.sweepAt = end
		c.startSweeper()
	}
}

// startSweeper sets the timer to sweepAt.
func (c *Cache[V]) startSweeper() {
	// Never more often than every second, however short the times to live are.
	wait := max(c.sweepAt.Sub(c.now()), time.Second)
	if c.sweeper != nil {
		c.sweeper.Reset(wait)
		return
	}
	c.sweeper = time.AfterFunc(wait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.closed {
			c.sweep()
		}
	})
}
