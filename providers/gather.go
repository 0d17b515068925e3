package providers

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Gather fetches a secret of a set in the one call that fetch makes for
// several: the first of the callers with the same group and ids makes the call,
// the others take their part of the answer. ids are those of the whole call, the
// same for each of its callers, id one of them.
//
// done is false where the secret has to be fetched alone: the answer does not
// hold it, the set has ended, or those who asked for it are gone. The error is
// that of fetch, or of ctx.
func Gather(ctx context.Context, together *Together, group string, ids []string, id string,
	fetch func(ctx context.Context, ids []string) (map[string]Payload, error),
) (payload Payload, done bool, err error) {
	if together == nil || len(ids) < 2 || !slices.Contains(ids, id) {
		return Payload{}, false, nil
	}
	b, ok := Keep(together, group+keySeparator+ids[0], func() *batch {
		return &batch{ids: ids, done: make(chan struct{})}
	}, (*batch).end)
	if !ok {
		return Payload{}, false, nil
	}
	b.join(ctx, fetch)
	defer b.leave()
	select {
	case <-b.done:
	case <-ctx.Done():
		return Payload{}, true, ctx.Err()
	}
	if b.err != nil {
		return Payload{}, !errors.Is(b.err, context.Canceled), b.err
	}
	payload, done = b.take(id)
	return payload, done, nil
}

// batch is one call for several secrets.
type batch struct {
	ids  []string
	done chan struct{} // closed when it is over
	err  error         // set before done is closed

	mu      sync.Mutex
	waiting int
	ended   bool               // nobody will take the rest
	cancel  context.CancelFunc // set with the first caller
	found   map[string]Payload
}

// join counts a caller in and starts the call with the first one.
func (b *batch) join(ctx context.Context, fetch func(context.Context, []string) (map[string]Payload, error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting++
	if b.cancel != nil {
		return
	}
	// The call goes on when the caller that began it is gone, within that one's
	// time.
	own := context.WithoutCancel(ctx)
	if deadline, ok := ctx.Deadline(); ok {
		own, b.cancel = context.WithDeadline(own, deadline)
	} else {
		own, b.cancel = context.WithCancel(own)
	}
	go func() {
		defer close(b.done)
		found, err := fetch(own, b.ids)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.found, b.err = found, err
		if b.ended {
			b.wipe()
		}
	}()
}

// leave counts a caller out; the last one ends a call that is still running.
func (b *batch) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting--; b.waiting == 0 {
		b.cancel()
	}
}

// take gives a copy of a payload to its caller: one of another set may come for
// the same.
func (b *batch) take(id string) (Payload, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	payload, ok := b.found[id]
	if ok {
		payload.Value = payload.Value.Clone()
	}
	return payload, ok
}

// end wipes what came.
func (b *batch) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	b.wipe()
}

func (b *batch) wipe() {
	for _, payload := range b.found {
		payload.Value.Wipe()
	}
	b.found = nil
}
