package cache

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestOnRelease: what was kept is released once, when it is let go of; what was
// only handed out is not.
func TestOnRelease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var released []string
		c := New(Options[string]{
			TTL: time.Hour, Copy: func(s string) string { return s }, OnRelease: func(s string) {
				mu.Lock()
				defer mu.Unlock()
				released = append(released, s)
			},
		})
		defer c.Close()
		s := &source{}
		wantReleased := func(want ...string) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if !slices.Equal(released, want) {
				t.Errorf("released %q, want %q", released, want)
			}
		}
		want(t, c, Policy{}, s, "v1", false)
		want(t, c, Policy{}, s, "v1", true)
		wantReleased()
		want(t, c, Policy{Refresh: true}, s, "v2", false)
		wantReleased("v1")
		c.Reset(nil)
		wantReleased("v1", "v2")
		// Nothing is kept of this one: its caller has it.
		want(t, c, Policy{HasTTL: true}, s, "v3", false)
		wantReleased("v1", "v2")
		want(t, c, Policy{}, s, "v4", false)
		time.Sleep(2 * time.Hour)
		wantReleased("v1", "v2", "v4")
		want(t, c, Policy{}, s, "v5", false)
		c.Close()
		wantReleased("v1", "v2", "v4", "v5")
	})
}

// TestOnReleaseOfWhatNobodyTook: a value that comes when all callers have left
// is released at once.
func TestOnReleaseOfWhatNobodyTook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var released atomic.Int32
		c := New(Options[string]{TTL: time.Hour, Copy: func(s string) string { return s }, OnRelease: func(string) { released.Add(1) }})
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err := c.Get(ctx, "k", func(context.Context) (string, time.Time, error) {
			time.Sleep(time.Minute) // it does not look at its context
			return "late", time.Time{}, nil
		})
		if err == nil || released.Load() != 0 {
			t.Errorf("error %v, %d released", err, released.Load())
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := released.Load(); n != 1 {
			t.Errorf("%d released, want 1", n)
		}
	})
}

func TestInspect(t *testing.T) {
	t.Parallel()
	c, s := New(Options[string]{TTL: time.Hour}), &source{}
	defer c.Close()
	if c.Inspect("k", func(string) { t.Error("there is nothing to look at") }) {
		t.Error("an empty cache holds something")
	}
	want(t, c, Policy{}, s, "v1", false)
	before := c.Stats()
	seen := ""
	if !c.Inspect("k", func(v string) { seen = v }) || seen != "v1" {
		t.Errorf("saw %q", seen)
	}
	if c.Stats() != before {
		t.Error("a look counts as a use")
	}
}
