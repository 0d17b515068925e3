package vault

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// leasedReadTimeout bounds a read that goes on after its caller has given up,
// so that a lease it brings can be given back.
const leasedReadTimeout = time.Minute

// pathRevokeLease ends one lease
// (https://developer.hashicorp.com/vault/api-docs/system/leases#revoke-lease).
const pathRevokeLease = "sys/leases/revoke"

// lease is what an engine issued for one read: a database user, a cloud access
// key. It ends by itself, with the token that read it, or when it is given
// back.
type lease struct {
	id        string
	namespace string
	locator   string
	token     string // that read it and may give it back
	expires   time.Time
	begin     sync.Once
	done      chan struct{} // closed when it was given back
}

// leasedRead is a read under way that may bring a lease.
type leasedRead struct {
	locator string
	dropped bool // nobody wants its result any more
	done    chan struct{}
}

// leaseTable keeps the leases of one client until they end.
type leaseTable struct {
	mu    sync.Mutex
	held  map[*lease]struct{}
	reads map[*leasedRead]struct{}
}

// start registers a read.
func (t *leaseTable) start(locator string) *leasedRead {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reads == nil {
		t.held, t.reads = map[*lease]struct{}{}, map[*leasedRead]struct{}{}
	}
	r := &leasedRead{locator: locator, done: make(chan struct{})}
	t.reads[r] = struct{}{}
	return r
}

// finish ends a read and registers its lease, if it brought one. wanted is
// false if the read was dropped meanwhile.
func (t *leaseTable) finish(r *leasedRead, l *lease, now time.Time) (wanted bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.reads, r)
	// What is over by itself needs no keeping.
	for old := range t.held {
		if !old.expires.After(now) {
			delete(t.held, old)
		}
	}
	if l != nil {
		t.held[l] = struct{}{}
	}
	return !r.dropped
}

// drop makes the result of a read unwanted and reports whether there is one
// already.
func (t *leaseTable) drop(r *leasedRead) (finished bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.dropped = true
	_, under := t.reads[r]
	return !under
}

// take returns the leases and marks the reads that match.
func (t *leaseTable) take(match func(locator string) bool) (leases []*lease, reads []*leasedRead) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for l := range t.held {
		if match(l.locator) {
			leases = append(leases, l)
		}
	}
	for r := range t.reads {
		if match(r.locator) {
			r.dropped = true
			reads = append(reads, r)
		}
	}
	return leases, reads
}

func (t *leaseTable) remove(l *lease) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.held, l)
}

// giveBack ends a lease on the server, once. Nobody can do anything about a
// refusal: the lease then ends by itself or with its token.
func (c *client) giveBack(ctx context.Context, l *lease) {
	l.begin.Do(func() {
		defer close(l.done)
		defer c.leases.remove(l)
		ctx, cancel := context.WithTimeout(ctx, revokeTimeout)
		defer cancel()
		_, _ = c.send(ctx, l.token, request{
			namespace: l.namespace, path: pathRevokeLease, body: map[string]any{"lease_id": l.id, "sync": true},
		})
	})
}

// release gives back the leases whose locator matches, those too that are being
// issued. It waits for a short time only.
func (c *client) release(ctx context.Context, match func(locator string) bool) {
	leases, reads := c.leases.take(match)
	ctx, cancel := context.WithTimeout(ctx, revokeTimeout)
	defer cancel()
	var group sync.WaitGroup
	for _, l := range leases {
		group.Go(func() { c.giveBack(ctx, l) })
	}
	group.Wait()
	for _, l := range leases {
		awaitClosed(ctx, l.done)
	}
	for _, r := range reads {
		awaitClosed(ctx, r.done)
	}
}

func awaitClosed(ctx context.Context, done <-chan struct{}) {
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// leasedAnswer is the answer to a read and the lease it brought, if any.
type leasedAnswer struct {
	answer
	lease *lease
	err   error
}

// callLeased is call for a read that may bring a lease. Each lease is given to
// the caller or given back: one that comes after the caller has gone, or after a
// reset, does not stay behind.
func (c *client) callLeased(ctx context.Context, locator string, r request) (leasedAnswer, error) {
	read := c.leases.start(locator)
	results := make(chan leasedAnswer, 1)
	go func() {
		defer close(read.done)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leasedReadTimeout)
		defer cancel()
		begun := c.now()
		a, err := c.call(ctx, r)
		var l *lease
		if err == nil && a.LeaseID != "" {
			l = &lease{
				id: a.LeaseID, namespace: r.namespace, locator: locator, token: a.token,
				expires: begun.Add(time.Duration(a.LeaseDuration) * time.Second), done: make(chan struct{}),
			}
		}
		wanted := c.leases.finish(read, l, c.now())
		if wanted {
			results <- leasedAnswer{answer: a, lease: l, err: err}
			return
		}
		clear(a.Data)
		if l != nil {
			c.giveBack(ctx, l)
		}
		results <- leasedAnswer{err: errReset}
	}()
	select {
	case result := <-results:
		return result, result.err
	case <-ctx.Done():
		if c.leases.drop(read) {
			result := <-results
			clear(result.Data)
			if result.lease != nil {
				go c.giveBack(context.WithoutCancel(ctx), result.lease)
			}
		}
		return leasedAnswer{}, ctx.Err()
	}
}

// retriesKey marks the context of a request that is sent only once.
type retriesKey struct{}

// withoutRetries is for reads that issue something: a second try after an
// answer that got lost would issue it twice.
func withoutRetries(ctx context.Context) context.Context {
	return context.WithValue(ctx, retriesKey{}, false)
}

// isRetriable reports whether a request may be sent again after an answer.
func isRetriable(ctx context.Context, response *http.Response) bool {
	return ctx.Value(retriesKey{}) == nil || response != nil && response.StatusCode == http.StatusPreconditionFailed
}
