package providers

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/secret"
)

// The calls of one Resolve know of one another, by credential and without those
// that the cache answers; a call that is alone knows of none.
func TestTogether(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	sets := map[string][]string{}
	r, f := newResolver(t, nil)
	inner := f.get
	f.get = func(ctx context.Context, c Credential, ref secret.Ref) (Payload, error) {
		var paths []string
		if together := TogetherIn(ctx); together != nil {
			for _, other := range together.Refs() {
				paths = append(paths, other.Get("path"))
			}
		}
		slices.Sort(paths)
		mu.Lock()
		sets[ref.Get("path")] = paths
		mu.Unlock()
		return inner(ctx, c, ref)
	}
	r.Resolve(t.Context(), []secret.Ref{vaultRef(t, "alone", "key=one")})
	r.Resolve(t.Context(), []secret.Ref{
		vaultRef(t, "alone", "key=one"), vaultRef(t, "app", "key=one"), vaultRef(t, "app", "key=two"),
		vaultRef(t, "db", "key=one"), vaultRef(t, "other", "key=one", "credential=b"),
	})
	want := map[string][]string{"alone": nil, "app": {"app", "db"}, "db": {"app", "db"}, "other": nil}
	if diff := cmp.Diff(want, sets); diff != "" {
		t.Errorf("sets (-want +got):\n%s", diff)
	}
}

// What is kept in a set is made once, and cleaned when the set ends.
func TestTogetherKeeps(t *testing.T) {
	t.Parallel()
	together, end := NewTogether(nil)
	made, cleaned := 0, 0
	keep := func() (int, bool) {
		return Keep(together, "key", func() int { made++; return made }, func(int) { cleaned++ })
	}
	for range 2 {
		if kept, ok := keep(); kept != 1 || !ok {
			t.Errorf("kept %d, %v", kept, ok)
		}
	}
	end()
	end()
	if _, ok := keep(); ok || cleaned != 1 || made != 1 {
		t.Errorf("after the end: %v, made %d, cleaned %d", ok, made, cleaned)
	}
}
