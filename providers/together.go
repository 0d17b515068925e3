package providers

import (
	"context"
	"slices"
	"sync"

	"github.com/vault-lsp/vault-lsp/secret"
)

// Together are the Get calls that a Resolver makes of one provider with one
// credential at about the same time. A provider whose service can fetch several
// secrets in one call finds it in the context of Get, fetches for the whole set
// when the first of its calls arrives, and keeps the results in it for the
// others. There is none for a call that is alone, which so never waits for
// another.
//
// Calls may be missing in the end, being answered elsewhere, and may come late:
// a provider must wait for none of them.
type Together struct {
	refs []secret.Ref

	mu    sync.Mutex
	ended bool
	kept  map[string]any
	clean []func()
}

type togetherKey struct{}

// NewTogether returns the set of calls for refs, of which there are at least
// two, and the function that ends it.
func NewTogether(refs []secret.Ref) (t *Together, end func()) {
	t = &Together{refs: slices.Clone(refs), kept: map[string]any{}}
	return t, t.end
}

// WithTogether returns a context for the Get calls of the set.
func WithTogether(ctx context.Context, t *Together) context.Context {
	return context.WithValue(ctx, togetherKey{}, t)
}

// TogetherIn returns the set that the call of a context belongs to; nil if the
// call is alone.
func TogetherIn(ctx context.Context) *Together {
	t, _ := ctx.Value(togetherKey{}).(*Together)
	return t
}

// Refs are the references of the set.
func (t *Together) Refs() []secret.Ref { return slices.Clone(t.refs) }

// Keep returns what is kept in the set under a key; where nothing is, what
// newKept makes. clean is called with it when the set ends, to wipe what nobody
// has taken. ok is false once the set has ended.
func Keep[T any](t *Together, key string, newKept func() T, clean func(T)) (kept T, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return kept, false
	}
	if kept, ok = t.kept[key].(T); ok {
		return kept, true
	}
	kept = newKept()
	t.kept[key] = kept
	t.clean = append(t.clean, func() { clean(kept) })
	return kept, true
}

func (t *Together) end() {
	t.mu.Lock()
	clean := t.clean
	t.ended, t.clean, t.kept = true, nil, nil
	t.mu.Unlock()
	for _, do := range clean {
		do()
	}
}
