// Package flight does work once for all who ask for it at the same time, such
// as a sign-in that fifty references wait for.
package flight

import (
	"context"
	"time"

	"golang.org/x/sync/singleflight"
)

// Group keeps the work under way apart by keys. The zero value has none.
type Group[T any] struct{ flights singleflight.Group }

// Do returns what work gives, or waits for what the work of another caller
// with the same key gives. A caller whose context ends stops waiting, with the
// context's error; the work goes on for the others, with the values of the
// first caller's context and at most for the time of limit.
func (g *Group[T]) Do(ctx context.Context, key string, limit time.Duration, work func(context.Context) (T, error)) (T, error) {
	done := g.flights.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
		defer cancel()
		return work(ctx)
	})
	var none T
	select {
	case <-ctx.Done():
		return none, ctx.Err()
	case result := <-done:
		if result.Err != nil {
			return none, result.Err
		}
		got, _ := result.Val.(T)
		return got, nil
	}
}
