package vault_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// fakeKV answers like a mount of KV version 2 at secret/.
func fakeKV(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Path == uiMounts+"/secret" {
		_, _ = w.Write([]byte(`{"data": {"path": "secret/", "type": "kv", "options": {"version": "2"}}}`))
		return true
	}
	_, _ = w.Write([]byte(`{"data": {"data": {"k": "v"}, "metadata": {"version": 1, "created_time": "2026-01-01T00:00:00Z"}}}`))
	return true
}

func fifty(t testing.TB) []secret.Ref {
	refs := make([]secret.Ref, 50)
	for i := range refs {
		refs[i] = ref(t, fmt.Sprintf("path=app/%d", i))
	}
	return refs
}

// TestFiftyAtOnce: fifty secrets are asked for at the same time, after one
// question about their mount: none is answered before all have arrived.
func TestFiftyAtOnce(t *testing.T) {
	t.Parallel()
	var arrived sync.WaitGroup
	arrived.Add(50)
	server := newRecorder(t, "", func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != uiMounts+"/secret" {
			arrived.Done()
			arrived.Wait()
		}
		return fakeKV(w, r)
	})
	r := newResolver(t, server.URL, "t", func(o *providers.Options) { o.Timeout = time.Minute })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for _, got := range r.Resolve(ctx, fifty(t)) {
		if got.Err != nil {
			t.Fatal(got.Err)
		}
	}
	wantCounts(t, server, map[string]int{uiMounts: 1, "/v1/secret/data/app/": 50})
}

// BenchmarkFifty is fifty secrets from a server that takes 100 ms for each
// answer, which it gives beside any number of others.
func BenchmarkFifty(b *testing.B) {
	const latency = 100 * time.Millisecond
	server := newLatencyServer(b, latency)
	for b.Loop() {
		r := newResolver(b, server, "t", nil)
		// The mount is known, as it is from the second secret on.
		if got := r.Resolve(b.Context(), []secret.Ref{ref(b, "path=first")})[0]; got.Err != nil {
			b.Fatal(got.Err)
		}
		began := time.Now()
		for _, got := range r.Resolve(b.Context(), fifty(b)) {
			if got.Err != nil {
				b.Fatal(got.Err)
			}
		}
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms/fifty")
	}
}
