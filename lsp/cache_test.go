package lsp

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/providers"
)

func TestCache(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	w.answer(answerOnce)
	uri := w.open(t, "a.http", secretFile)
	send := func() string {
		t.Helper()
		var response struct{ Secrets []struct{ Cache string } }
		if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri, "name": "first"}, &response); err != nil {
			t.Fatal(err)
		}
		return response.Secrets[0].Cache
	}
	if first, second := send(), send(); first != "miss" || second != "hit" {
		t.Errorf("cache %s, %s; want miss, hit", first, second)
	}
	var status cacheStatusResult
	if err := w.Command("vault-lsp.cacheStatus", nil, &status); err != nil {
		t.Fatal(err)
	}
	want := cacheStatusResult{
		TTLSeconds: 1800, MaxEntries: 1000, Entries: 1, Hits: status.Hits, Misses: status.Misses, ByProvider: map[string]int{"vault": 1},
	}
	if diff := cmp.Diff(want, status); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	var counts providers.ResetCounts
	for _, test := range []struct {
		scope   map[string]any
		entries int
	}{
		{map[string]any{"provider": "aws"}, 0},
		{map[string]any{"reference": "{{$vault path=app/db}}"}, 1},
	} {
		if err := w.Command("vault-lsp.resetCache", map[string]any{"scope": test.scope}, &counts); err != nil {
			t.Fatal(err)
		}
		if counts.Entries != test.entries {
			t.Errorf("reset %v dropped %d entries, want %d", test.scope, counts.Entries, test.entries)
		}
	}
	if got := send(); got != "miss" {
		t.Errorf("cache %s after the reset, want miss", got)
	}
	if err := w.Command("vault-lsp.resetCache", nil, &counts); err != nil || counts.Entries != 1 {
		t.Errorf("reset of everything: %+v, %v", counts, err)
	}
}
