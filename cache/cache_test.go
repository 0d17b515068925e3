package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// source counts loads and gives "v1", "v2" …
type source struct {
	loads int
	lease time.Duration
}

func (s *source) load(context.Context) (string, time.Time, error) {
	s.loads++
	var lease time.Time
	if s.lease > 0 {
		lease = time.Now().Add(s.lease)
	}
	return fmt.Sprintf("v%d", s.loads), lease, nil
}

// want gets key and compares the value and whether it was a hit.
func want(t *testing.T, c *Cache[string], p Policy, s *source, value string, hit bool) {
	t.Helper()
	got, isHit, err := c.GetWith(t.Context(), "k", p, s.load)
	if err != nil || got != value || isHit != hit {
		t.Fatalf("GetWith = %q, %v, %v; want %q, %v", got, isHit, err, value, hit)
	}
}

func TestTTLIsJudgedAtTheRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := New(Options[string]{TTL: 30 * time.Minute}), &source{}
		defer c.Close()
		want(t, c, Policy{}, s, "v1", false)
		time.Sleep(29 * time.Minute)
		want(t, c, Policy{}, s, "v1", true)
		time.Sleep(time.Minute)
		want(t, c, Policy{}, s, "v2", false)
		want(t, c, Policy{}, s, "v2", true)
	})
}

func TestSetTTLAppliesToWhatIsHeld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := New(Options[string]{TTL: 30 * time.Minute}), &source{}
		defer c.Close()
		want(t, c, Policy{}, s, "v1", false)
		time.Sleep(20 * time.Minute)
		c.SetTTL(time.Hour)
		time.Sleep(20 * time.Minute)
		want(t, c, Policy{}, s, "v1", true)
		c.SetTTL(10 * time.Minute)
		if n := c.Stats().Entries; n != 0 {
			t.Errorf("%d entries are held although they are too old", n)
		}
		want(t, c, Policy{}, s, "v2", false)
	})
}

func TestTTLZeroKeepsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := New(Options[string]{}), &source{}
		defer c.Close()
		want(t, c, Policy{}, s, "v1", false)
		want(t, c, Policy{}, s, "v2", false)
		if n := c.Stats().Entries; n != 0 {
			t.Errorf("%d entries", n)
		}
		c.SetTTL(time.Minute)
		want(t, c, Policy{}, s, "v3", false)
		want(t, c, Policy{}, s, "v3", true)
		c.SetTTL(0)
		want(t, c, Policy{}, s, "v4", false)
	})
}

func TestPolicyTTL(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := New(Options[string]{TTL: 30 * time.Minute}), &source{}
		defer c.Close()
		short := Policy{TTL: time.Minute, HasTTL: true}
		off := Policy{HasTTL: true}
		long := Policy{TTL: 2 * time.Hour, HasTTL: true}
		want(t, c, off, s, "v1", false)
		if c.Stats().Entries != 0 {
			t.Error("a ttl of 0 must keep nothing")
		}
		want(t, c, short, s, "v2", false)
		time.Sleep(time.Minute)
		want(t, c, Policy{}, s, "v2", true)
		want(t, c, short, s, "v3", false)
		want(t, c, off, s, "v4", false)
		want(t, c, Policy{}, s, "v4", true) // what is newer replaces what is held
		want(t, c, long, s, "v4", true)
		time.Sleep(time.Hour)
		want(t, c, long, s, "v4", true)
		want(t, c, Policy{}, s, "v5", false)
		time.Sleep(90 * time.Minute)
		want(t, c, long, s, "v5", true)
	})
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	c, s := New(Options[string]{TTL: time.Hour}), &source{}
	defer c.Close()
	want(t, c, Policy{}, s, "v1", false)
	want(t, c, Policy{Refresh: true}, s, "v2", false)
	want(t, c, Policy{}, s, "v2", true)
	failing := func(context.Context) (string, time.Time, error) { return "", time.Time{}, errors.New("down") }
	if _, _, err := c.GetWith(t.Context(), "k", Policy{Refresh: true}, failing); err == nil {
		t.Error("the error of a refresh must be told")
	}
	want(t, c, Policy{}, s, "v2", true)
}

func TestLeaseCaps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := New(Options[string]{TTL: 30 * time.Minute}), &source{lease: 5 * time.Minute}
		defer c.Close()
		want(t, c, Policy{}, s, "v1", false)
		time.Sleep(4 * time.Minute)
		want(t, c, Policy{TTL: time.Hour, HasTTL: true}, s, "v1", true)
		age, expires, ok := c.Peek("k")
		if !ok || age != 4*time.Minute || time.Until(expires) != time.Minute {
			t.Errorf("Peek = %v, %v, %v", age, time.Until(expires), ok)
		}
		time.Sleep(time.Minute)
		want(t, c, Policy{TTL: time.Hour, HasTTL: true}, s, "v2", false)
	})
}

func TestALeaseThatIsOverIsNotKept(t *testing.T) {
	t.Parallel()
	c := New(Options[string]{TTL: time.Hour})
	defer c.Close()
	got, _, err := c.Get(t.Context(), "k", func(context.Context) (string, time.Time, error) {
		return "v", time.Now().Add(-time.Second), nil
	})
	if got != "v" || err != nil || c.Stats().Entries != 0 {
		t.Errorf("Get = %q, %v with %d entries", got, err, c.Stats().Entries)
	}
}

func TestErrorsAreNotKept(t *testing.T) {
	t.Parallel()
	c, s := New(Options[string]{TTL: time.Hour}), &source{}
	defer c.Close()
	down := errors.New("down")
	for range 2 {
		_, hit, err := c.Get(t.Context(), "k", func(context.Context) (string, time.Time, error) {
			return "", time.Time{}, down
		})
		if hit || !errors.Is(err, down) {
			t.Fatalf("Get: %v, %v", hit, err)
		}
	}
	want(t, c, Policy{}, s, "v1", false)
	if got := c.Stats(); got.Errors != 2 || got.Loads != 3 || got.Misses != 3 {
		t.Errorf("Stats = %+v", got)
	}
}

func TestPanicOfALoad(t *testing.T) {
	t.Parallel()
	c := New(Options[string]{TTL: time.Hour})
	defer c.Close()
	_, _, err := c.Get(t.Context(), "k", func(context.Context) (string, time.Time, error) { panic("marker") })
	if err == nil || strings.Contains(err.Error(), "marker") {
		t.Errorf("the error must exist and not quote the panic: %v", err)
	}
	if c.Stats().InFlight != 0 {
		t.Error("the load must be over")
	}
}

func TestLookupAndPeekNeverLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := New(Options[string]{TTL: time.Minute}), &source{}
		defer c.Close()
		if _, ok := c.Lookup("k", Policy{}); ok {
			t.Error("nothing is held")
		}
		if _, _, ok := c.Peek("k"); ok {
			t.Error("nothing is held")
		}
		want(t, c, Policy{}, s, "v1", false)
		if v, ok := c.Lookup("k", Policy{}); !ok || v != "v1" {
			t.Errorf("Lookup = %q, %v", v, ok)
		}
		if _, ok := c.Lookup("k", Policy{HasTTL: true}); ok {
			t.Error("a ttl of 0 reads nothing")
		}
		time.Sleep(time.Minute)
		if _, _, ok := c.Peek("k"); ok {
			t.Error("too old")
		}
	})
}

func TestMaxEntriesEvictsTheLeastRecentlyUsed(t *testing.T) {
	t.Parallel()
	c := New(Options[string]{TTL: time.Hour, MaxEntries: 2})
	defer c.Close()
	get := func(key string) bool {
		_, hit, err := c.Get(t.Context(), key, func(context.Context) (string, time.Time, error) { return key, time.Time{}, nil })
		if err != nil {
			t.Fatal(err)
		}
		return hit
	}
	get("a")
	get("b")
	get("a")
	c.Peek("b")
	get("c") // b goes: peeking is no use
	if !get("a") || !get("c") || get("b") {
		t.Error("the least recently used entry must go")
	}
	c.SetMaxEntries(1)
	if s := c.Stats(); s.Entries != 1 || s.Evicted != 3 {
		t.Errorf("Stats = %+v", s)
	}
}

func TestSweepWipesWithoutARead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		secret := []byte("secret")
		c := New(Options[[]byte]{TTL: time.Minute, Copy: bytes.Clone, OnEvict: func(b []byte) { clear(b) }})
		defer c.Close()
		var kept []byte
		c.copy = func(b []byte) []byte { kept = b; return bytes.Clone(b) }
		got, _, err := c.Get(t.Context(), "k", func(context.Context) ([]byte, time.Time, error) { return secret, time.Time{}, nil })
		if err != nil || string(got) != "secret" {
			t.Fatalf("Get = %q, %v", got, err)
		}
		if secret[0] != 0 {
			t.Error("the load's own value must be wiped once everybody has a copy")
		}
		if again, ok := c.Lookup("k", Policy{}); !ok || string(again) != "secret" {
			t.Errorf("Lookup = %q, %v", again, ok)
		}
		held := kept
		time.Sleep(time.Minute + time.Second)
		synctest.Wait()
		if c.Stats().Entries != 0 || !bytes.Equal(held, make([]byte, 6)) {
			t.Errorf("the value must be wiped when its time is over: %q", held)
		}
		if string(got) != "secret" {
			t.Error("a caller's copy must survive")
		}
	})
}

func TestEveryWayOutWipes(t *testing.T) {
	t.Parallel()
	for name, drop := range map[string]func(*Cache[*string]){
		"reset": func(c *Cache[*string]) { c.Reset(nil) },
		"close": func(c *Cache[*string]) { c.Close() },
		"ttl":   func(c *Cache[*string]) { c.SetTTL(0) },
		"lru":   func(c *Cache[*string]) { c.SetMaxEntries(1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wiped := map[*string]int{}
			c := New(Options[*string]{
				TTL:     time.Hour,
				Copy:    func(s *string) *string { clone := *s; return &clone },
				OnEvict: func(s *string) { wiped[s]++ },
			})
			defer c.Close()
			for _, key := range []string{"a", "b"} {
				if _, _, err := c.Get(t.Context(), key, func(context.Context) (*string, time.Time, error) { return &key, time.Time{}, nil }); err != nil {
					t.Fatal(err)
				}
			}
			before := len(wiped)
			drop(c)
			if c.Stats().Entries > 1 || len(wiped) <= before {
				t.Errorf("%d entries, %d wiped", c.Stats().Entries, len(wiped)-before)
			}
			for _, times := range wiped {
				if times != 1 {
					t.Error("a value was wiped twice")
				}
			}
		})
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	c, s := New(Options[string]{TTL: time.Hour}), &source{}
	want(t, c, Policy{}, s, "v1", false)
	c.Close()
	if _, _, err := c.Get(t.Context(), "k", s.load); !errors.Is(err, ErrClosed) {
		t.Errorf("Get after Close: %v", err)
	}
	c.Close()
}

func TestClockSetBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	c, s := New(Options[string]{TTL: time.Hour, Clock: func() time.Time { return now }}), &source{}
	defer c.Close()
	want(t, c, Policy{}, s, "v1", false)
	now = now.Add(-time.Minute)
	want(t, c, Policy{}, s, "v2", false)
}
