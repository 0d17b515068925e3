package cache

import (
	"bytes"
	"context"
	"testing"
	"time"
)

// A hit allocates the copy that its caller gets, and nothing else.
func TestHitAllocatesTheCopyAlone(t *testing.T) {
	c := New(Options[[]byte]{TTL: time.Hour, MaxEntries: 8, Copy: bytes.Clone})
	defer c.Close()
	ctx := t.Context()
	load := func(context.Context) ([]byte, time.Time, error) { return make([]byte, 40), time.Time{}, nil }
	if _, _, err := c.Get(ctx, "k", load); err != nil {
		t.Fatal(err)
	}
	got := testing.AllocsPerRun(100, func() {
		if _, hit, err := c.Get(ctx, "k", load); !hit || err != nil {
			t.Error(hit, err)
		}
	})
	if got != 1 {
		t.Errorf("a hit allocates %v times, want 1", got)
	}
}
