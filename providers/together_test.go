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

// The calls of a set make one fetch, each takes its part, and what is not in it
// or comes when the set has ended is left to the caller.
func TestGather(t *testing.T) {
	t.Parallel()
	together, end := NewTogether(nil)
	fetches := 0
	fetch := func(_ context.Context, ids []string) (map[string]Payload, error) {
		fetches++
		found := map[string]Payload{}
		for _, id := range ids[:2] {
			found[id] = Payload{Value: secret.NewValue([]byte("value of " + id))}
		}
		return found, nil
	}
	ids := []string{"a", "b", "c"}
	for id, want := range map[string]string{"a": "value of a", "b": "value of b", "c": "", "other": ""} {
		payload, done, err := Gather(t.Context(), together, "group", ids, id, fetch)
		if err != nil || done != (want != "") || string(payload.Value.Reveal()) != want {
			t.Errorf("%s: %q, %v, %v", id, payload.Value.Reveal(), done, err)
		}
		payload.Value.Wipe() // must not reach the next one's
	}
	if _, done, _ := Gather(t.Context(), together, "group", ids[:1], "a", fetch); done {
		t.Error("a call that is alone was gathered")
	}
	end()
	if _, done, _ := Gather(t.Context(), together, "group", ids, "a", fetch); done || fetches != 1 {
		t.Errorf("after the end: %v, %d fetches", done, fetches)
	}
}
