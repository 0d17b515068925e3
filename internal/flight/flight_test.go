package flight_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/flight"
)

// TestDo: many callers of a key share one piece of work, and one that gives up
// does not end it for the others.
func TestDo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var group flight.Group[string]
		var began atomic.Int32
		release := make(chan struct{})
		work := func(ctx context.Context) (string, error) {
			began.Add(1)
			select {
			case <-release:
				return "token", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
		first, giveUp := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		waiting.Go(func() {
			if got, err := group.Do(first, "a", time.Hour, work); got != "" || !errors.Is(err, context.Canceled) {
				t.Errorf("who gave up got %q, %v", got, err)
			}
		})
		synctest.Wait()
		for range 3 {
			waiting.Go(func() {
				if got, err := group.Do(t.Context(), "a", time.Hour, work); got != "token" || err != nil {
					t.Errorf("got %q, %v", got, err)
				}
			})
		}
		synctest.Wait()
		giveUp()
		synctest.Wait()
		close(release)
		waiting.Wait()
		if began.Load() != 1 {
			t.Errorf("the work was done %d times", began.Load())
		}
	})
}

// TestDoFails: the work ends at its limit, and its error is everybody's.
func TestDoFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var group flight.Group[int]
		got, err := group.Do(t.Context(), "", time.Minute, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 7, ctx.Err()
		})
		if got != 0 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %d, %v", got, err)
		}
	})
}
