package cache

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"
)

// BenchmarkHit is a cached secret of 40 bytes: the copy is the one allocation.
func BenchmarkHit(b *testing.B) {
	for _, entries := range []int{1, 1000} {
		b.Run(fmt.Sprintf("cache-%d", entries), func(b *testing.B) {
			c := New(Options[[]byte]{TTL: time.Hour, MaxEntries: entries, Copy: bytes.Clone})
			defer c.Close()
			ctx := b.Context()
			load := func(context.Context) ([]byte, time.Time, error) { return make([]byte, 40), time.Time{}, nil }
			keys := fill(b, c, entries, load)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if _, hit, err := c.Get(ctx, keys[i], load); !hit || err != nil {
					b.Fatal(hit, err)
				}
				if i++; i == len(keys) {
					i = 0
				}
			}
		})
		b.Run(fmt.Sprintf("map-%d", entries), func(b *testing.B) { benchmarkMap(b, entries) })
	}
}

// BenchmarkHitWithoutCopy shows that the cache itself allocates nothing.
func BenchmarkHitWithoutCopy(b *testing.B) {
	c := New(Options[string]{TTL: time.Hour, MaxEntries: 1000})
	defer c.Close()
	ctx := b.Context()
	load := func(context.Context) (string, time.Time, error) { return "value", time.Time{}, nil }
	if _, _, err := c.Get(ctx, "k", load); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, hit, err := c.Get(ctx, "k", load); !hit || err != nil {
			b.Fatal(hit, err)
		}
	}
}

func BenchmarkHitParallel(b *testing.B) {
	c := New(Options[[]byte]{TTL: time.Hour, MaxEntries: 1000, Copy: bytes.Clone})
	defer c.Close()
	ctx := b.Context()
	load := func(context.Context) ([]byte, time.Time, error) { return make([]byte, 40), time.Time{}, nil }
	keys := fill(b, c, 1000, load)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i = (i + 1) % len(keys) {
			if _, hit, err := c.Get(ctx, keys[i], load); !hit || err != nil {
				b.Error(hit, err)
			}
		}
	})
}

func BenchmarkMiss(b *testing.B) {
	c := New(Options[[]byte]{Copy: bytes.Clone})
	defer c.Close()
	ctx := b.Context()
	value := make([]byte, 40)
	load := func(context.Context) ([]byte, time.Time, error) { return value, time.Time{}, nil }
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := c.Get(ctx, "k", load); err != nil {
			b.Fatal(err)
		}
	}
}

// fill loads n entries and returns their keys.
func fill(b *testing.B, c *Cache[[]byte], n int, load Load[[]byte]) []string {
	b.Helper()
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("3f9a0c62 vault path=app/%d mount=secret", i)
		if _, _, err := c.Get(b.Context(), keys[i], load); err != nil {
			b.Fatal(err)
		}
	}
	return keys
}

// benchmarkMap is the least that a cache could do: a map under a lock, a look
// at the clock, a copy. BenchmarkHit is compared with it.
func benchmarkMap(b *testing.B, entries int) {
	type item struct {
		value  []byte
		stored time.Time
	}
	var mu sync.Mutex
	items := map[string]item{}
	keys := make([]string, entries)
	for i := range keys {
		keys[i] = fmt.Sprintf("3f9a0c62 vault path=app/%d mount=secret", i)
		items[keys[i]] = item{make([]byte, 40), time.Now()}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		mu.Lock()
		it := items[keys[i]]
		if time.Since(it.stored) > time.Hour {
			b.Fatal("old")
		}
		_ = bytes.Clone(it.value)
		mu.Unlock()
		if i++; i == len(keys) {
			i = 0
		}
	}
}
