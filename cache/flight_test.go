package cache

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// slow loads for a second and says when its context ended.
type slow struct {
	loads     atomic.Int32
	cancelled atomic.Int32
}

func (s *slow) load(ctx context.Context) (string, time.Time, error) {
	n := s.loads.Add(1)
	select {
	case <-time.After(time.Second):
		return string('0' + rune(n)), time.Time{}, nil
	case <-ctx.Done():
		s.cancelled.Add(1)
		return "", time.Time{}, ctx.Err()
	}
}

func TestThousandCallersMakeOneLoad(t *testing.T) {
	t.Parallel()
	for _, ttl := range []time.Duration{time.Hour, 0} {
		synctest.Test(t, func(t *testing.T) {
			c, s := New(Options[string]{TTL: ttl}), &slow{}
			defer c.Close()
			var wg sync.WaitGroup
			for range 1000 {
				wg.Go(func() {
					if v, hit, err := c.Get(t.Context(), "k", s.load); v != "1" || hit || err != nil {
						t.Errorf("Get = %q, %v, %v", v, hit, err)
					}
				})
			}
			wg.Wait()
			if n := s.loads.Load(); n != 1 {
				t.Errorf("%d loads with TTL %v", n, ttl)
			}
		})
	}
}

// TestThousandCallersForReal is the same on real threads, for the race
// detector, with each caller's own copy.
func TestThousandCallersForReal(t *testing.T) {
	t.Parallel()
	c := New(Options[[]byte]{TTL: time.Hour, Copy: bytes.Clone, OnEvict: func(b []byte) { clear(b) }})
	defer c.Close()
	var loads atomic.Int32
	start := make(chan struct{})
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() {
			<-start
			v, _, err := c.Get(t.Context(), "k", func(context.Context) ([]byte, time.Time, error) {
				loads.Add(1)
				return []byte("secret"), time.Time{}, nil
			})
			if err != nil || string(v) != "secret" {
				t.Errorf("Get = %q, %v", v, err)
			}
			clear(v) // what a caller does to its copy is its own affair
		})
	}
	close(start)
	wg.Wait()
	if n := loads.Load(); n != 1 {
		t.Errorf("%d loads", n)
	}
}

func TestOneCancelDoesNotCancelTheLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := New(Options[string]{TTL: time.Hour}), &slow{}
		defer c.Close()
		first, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			// The caller that started the load leaves.
			if _, _, err := c.Get(first, "k", s.load); !errors.Is(err, context.Canceled) {
				t.Errorf("the caller that left: %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if v, _, err := c.Get(t.Context(), "k", s.load); v != "1" || err != nil {
				t.Errorf("the caller that stayed: %q, %v", v, err)
			}
		})
		synctest.Wait()
		cancel()
		wg.Wait()
		if s.loads.Load() != 1 || s.cancelled.Load() != 0 {
			t.Errorf("%d loads, %d cancelled", s.loads.Load(), s.cancelled.Load())
		}
	})
}

func TestTheLastCancelCancelsTheLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := New(Options[string]{TTL: time.Hour}), &slow{}
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, _, err := c.Get(ctx, "k", s.load); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Get: %v", err)
				}
			})
		}
		wg.Wait()
		synctest.Wait()
		if s.cancelled.Load() != 1 || c.Stats().InFlight != 0 {
			t.Errorf("%d cancelled, %d in flight", s.cancelled.Load(), c.Stats().InFlight)
		}
		// Who comes now starts anew and does not get the other's cancellation.
		if v, _, err := c.Get(t.Context(), "k", s.load); v != "2" || err != nil {
			t.Errorf("Get = %q, %v", v, err)
		}
	})
}

func TestAbandonedResultIsWipedAndNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		secret := []byte("secret")
		c := New(Options[[]byte]{TTL: time.Hour, Copy: bytes.Clone, OnEvict: func(b []byte) { clear(b) }})
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, _, err := c.Get(ctx, "k", func(context.Context) ([]byte, time.Time, error) {
			time.Sleep(time.Second) // a load that does not listen
			return secret, time.Time{}, nil
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Get: %v", err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if c.Stats().Entries != 0 || secret[0] != 0 {
			t.Errorf("%d entries, %q", c.Stats().Entries, secret)
		}
	})
}

func TestACallerThatIsCancelledAlready(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, s := New(Options[string]{TTL: time.Hour}), &source{}
	defer c.Close()
	if _, _, err := c.Get(ctx, "k", s.load); !errors.Is(err, context.Canceled) || s.loads != 0 {
		t.Errorf("Get: %v after %d loads", err, s.loads)
	}
}

func TestResetDropsResultsInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := New(Options[string]{TTL: time.Hour}), &slow{}
		defer c.Close()
		var wg sync.WaitGroup
		wg.Go(func() {
			if v, _, err := c.Get(t.Context(), "k", s.load); v != "1" || err != nil {
				t.Errorf("who waited still gets the result: %q, %v", v, err)
			}
		})
		synctest.Wait()
		if n := c.Reset(func(key string) bool { return key == "other" }); n != 0 {
			t.Errorf("Reset of another key dropped %d", n)
		}
		if n := c.Reset(func(key string) bool { return key == "k" }); n != 1 {
			t.Errorf("Reset dropped %d", n)
		}
		wg.Go(func() {
			if v, hit, err := c.Get(t.Context(), "k", s.load); v != "2" || hit || err != nil {
				t.Errorf("who comes after the reset loads anew: %q, %v, %v", v, hit, err)
			}
		})
		wg.Wait()
		if v, ok := c.Lookup("k", Policy{}); !ok || v != "2" {
			t.Errorf("held is %q, %v", v, ok)
		}
	})
}

func TestResetMatches(t *testing.T) {
	t.Parallel()
	c, s := New(Options[string]{TTL: time.Hour}), &source{}
	defer c.Close()
	for _, key := range []string{"a", "b", "c"} {
		if _, _, err := c.Get(t.Context(), key, s.load); err != nil {
			t.Fatal(err)
		}
	}
	if n := c.Reset(func(key string) bool { return key != "b" }); n != 2 {
		t.Errorf("Reset dropped %d", n)
	}
	if _, ok := c.Lookup("b", Policy{}); !ok {
		t.Error("b does not match")
	}
	if n := c.Reset(nil); n != 1 || c.Stats().Entries != 0 {
		t.Errorf("Reset of all dropped %d", n)
	}
}

func TestCloseCancelsLoads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := New(Options[string]{TTL: time.Hour}), &slow{}
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, _, err := c.Get(t.Context(), "k", s.load); err == nil {
				t.Error("a load that Close cancelled has no value")
			}
		})
		synctest.Wait()
		c.Close()
		wg.Wait()
		if s.cancelled.Load() != 1 || c.Stats().Entries != 0 {
			t.Errorf("%d cancelled", s.cancelled.Load())
		}
	})
}

func TestLoadSeesTheCallersValues(t *testing.T) {
	t.Parallel()
	type key struct{}
	c := New(Options[any]{TTL: time.Hour})
	defer c.Close()
	ctx := context.WithValue(t.Context(), key{}, "request 7")
	got, _, err := c.Get(ctx, "k", func(ctx context.Context) (any, time.Time, error) { return ctx.Value(key{}), time.Time{}, nil })
	if got != "request 7" || err != nil {
		t.Errorf("Get = %v, %v", got, err)
	}
}
