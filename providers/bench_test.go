package providers

import (
	"context"
	"sync"
	"testing"

	"github.com/vault-lsp/vault-lsp/secret"
)

func BenchmarkResolveHit(b *testing.B) {
	r, _ := newResolver(b, nil)
	refs := []secret.Ref{vaultRef(b, "app", "key=one")}
	r.Resolve(b.Context(), refs)
	b.ReportAllocs()
	for b.Loop() {
		if got := r.Resolve(b.Context(), refs); !got[0].Hit {
			b.Fatal("not a hit")
		}
	}
}

// One iteration is 1000 simultaneous callers of one cold secret; calls/op must
// be 1.
func BenchmarkThousandCallersOfOneColdSecret(b *testing.B) {
	r, f := newResolver(b, nil)
	refs := []secret.Ref{vaultRef(b, "app", "key=one")}
	release := make(chan struct{})
	get := f.get
	f.get = func(ctx context.Context, c Credential, ref secret.Ref) (Payload, error) {
		<-release
		return get(ctx, c, ref)
	}
	rounds := 0
	for b.Loop() {
		rounds++
		if _, err := r.Reset(b.Context(), Scope{}); err != nil {
			b.Fatal(err)
		}
		var group sync.WaitGroup
		for range 1000 {
			group.Go(func() {
				if got := r.Resolve(b.Context(), refs); got[0].Err != nil {
					b.Error(got[0].Err)
				}
			})
		}
		release <- struct{}{}
		group.Wait()
	}
	if calls := f.calls.Load(); calls != int32(rounds) {
		b.Errorf("%d calls in %d rounds", calls, rounds)
	}
	b.ReportMetric(float64(f.calls.Load())/float64(rounds), "calls/op")
}
