package providers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vault-lsp/vault-lsp/secret"
)

// Fifty secrets of 100 ms each take one round, a hundred take two of at most 64;
// a slow provider holds up no other.
func TestResolveInParallel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := &fake{name: "local", get: func(ctx context.Context, _ Credential, _ secret.Ref) (Payload, error) {
			<-ctx.Done()
			return Payload{}, ctx.Err()
		}}
		r, f := newResolver(t, func(o *Options, f *fake) {
			o.Providers = append(o.Providers, slow)
			f.get = func(context.Context, Credential, secret.Ref) (Payload, error) {
				time.Sleep(100 * time.Millisecond)
				return payload(Text, "value"), nil
			}
		})
		var start time.Time
		for count, want := range map[int]time.Duration{50: 100 * time.Millisecond, 100: 200 * time.Millisecond} {
			var refs []secret.Ref
			for i := range count {
				refs = append(refs, vaultRef(t, fmt.Sprintf("app%d/%d", count, i)))
			}
			start = time.Now()
			for _, got := range r.Resolve(t.Context(), refs) {
				if got.Err != nil {
					t.Error(got.Err)
				}
			}
			if took := time.Since(start); took != want {
				t.Errorf("%d secrets took %s, want %s", count, took, want)
			}
		}
		if most := f.most.Load(); most != 64 {
			t.Errorf("%d calls at once", most)
		}
		// The local provider never answers; the others are there long before
		// its time is over.
		start = time.Now()
		done := make(chan []Resolved, 1)
		go func() { done <- r.Resolve(t.Context(), []secret.Ref{ref(t), vaultRef(t, "new")}) }()
		got := <-done
		if kindOf(got[0].Err) != Timeout || got[1].Err != nil {
			t.Errorf("got %v, %v", got[0].Err, got[1].Err)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("the time limit was %s", took)
		}
		if !strings.Contains(got[0].Err.Error(), "no answer within 10s") {
			t.Errorf("got %v", got[0].Err)
		}
	})
}

func TestTimeoutOfOneProvider(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := newResolver(t, func(o *Options, f *fake) {
			o.Timeouts = map[string]time.Duration{"vault": time.Second}
			f.get = func(ctx context.Context, _ Credential, _ secret.Ref) (Payload, error) {
				<-ctx.Done()
				return Payload{}, &Error{Kind: Unavailable, Message: "as an SDK says it", Err: ctx.Err()}
			}
		})
		start := time.Now()
		got := one(t, r, vaultRef(t, "app"))
		if kindOf(got.Err) != Timeout || time.Since(start) != time.Second {
			t.Errorf("got %v after %s", got.Err, time.Since(start))
		}
	})
}

// One caller's cancel ends its own wait and not the fetch that others share;
// when all have left, the fetch is cancelled.
func TestCancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var cancelled atomic.Bool
		r, f := newResolver(t, func(_ *Options, f *fake) {
			f.get = func(ctx context.Context, _ Credential, r secret.Ref) (Payload, error) {
				select {
				case <-time.After(time.Second):
					return payload(Text, "value"), nil
				case <-ctx.Done():
					cancelled.Store(true)
					return Payload{}, ctx.Err()
				}
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		left, stayed := make(chan Resolved, 1), make(chan Resolved, 1)
		go func() { left <- r.Resolve(ctx, []secret.Ref{vaultRef(t, "app")})[0] }()
		go func() { stayed <- r.Resolve(t.Context(), []secret.Ref{vaultRef(t, "app")})[0] }()
		synctest.Wait()
		cancel()
		if got := <-left; !errors.Is(got.Err, context.Canceled) {
			t.Errorf("got %v", got.Err)
		}
		if got := <-stayed; got.Err != nil || string(got.Value.Reveal()) != "value" || f.calls.Load() != 1 || cancelled.Load() {
			t.Errorf("got %+v after %d calls", got, f.calls.Load())
		}
		ctx, cancel = context.WithCancel(t.Context())
		go func() { left <- r.Resolve(ctx, []secret.Ref{vaultRef(t, "other")})[0] }()
		synctest.Wait()
		cancel()
		<-left
		synctest.Wait()
		if !cancelled.Load() {
			t.Error("the fetch goes on with nobody waiting")
		}
	})
}

func TestThousandCallersOneCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, f := newResolver(t, func(_ *Options, f *fake) {
			get := f.get
			f.get = func(ctx context.Context, c Credential, r secret.Ref) (Payload, error) {
				time.Sleep(time.Second)
				return get(ctx, c, r)
			}
		})
		var group sync.WaitGroup
		for range 1000 {
			group.Go(func() {
				if got := r.Resolve(t.Context(), []secret.Ref{vaultRef(t, "app", "key=one")})[0]; got.Err != nil {
					t.Error(got.Err)
				}
			})
		}
		group.Wait()
		if n := f.calls.Load(); n != 1 {
			t.Errorf("%d upstream calls", n)
		}
	})
}
