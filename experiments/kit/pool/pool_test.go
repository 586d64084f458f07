package pool

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
)

// Every job runs once, on no more workers than asked for, and every worker has its own
// memory.
func TestEachRunsEveryJobOnce(t *testing.T) {
	for _, workers := range []int{0, 1, 3, 100} {
		var memories, running, most atomic.Int64
		counts := make([]atomic.Int64, 20)
		err := EachWith(context.Background(), workers, len(counts), func() *int { memories.Add(1); return new(int) },
			func(_ context.Context, memory *int, i int) error {
				most.Store(max(most.Load(), running.Add(1)))
				*memory++
				counts[i].Add(1)
				running.Add(-1)
				return nil
			})
		if err != nil {
			t.Fatal(err)
		}
		once := func(c *atomic.Int64) bool { return c.Load() == 1 }
		for i := range counts {
			if !once(&counts[i]) {
				t.Errorf("%d workers: job %d ran %d times", workers, i, counts[i].Load())
			}
		}
		if limit := int64(max(min(workers, len(counts)), 1)); memories.Load() != limit || most.Load() > limit {
			t.Errorf("%d workers: %d memories, %d jobs at once", workers, memories.Load(), most.Load())
		}
	}
}

// Each returns the error that caused the cancellations.
func TestEachReturnsTheCause(t *testing.T) {
	cause := errors.New("broken")
	err := Each(context.Background(), 2, 50, func(ctx context.Context, i int) error {
		if i == 7 {
			return cause
		}
		return ctx.Err()
	})
	if !errors.Is(err, cause) {
		t.Errorf("error %v", err)
	}
	if got := first([]error{nil, context.Canceled, cause, context.Canceled}); got != cause {
		t.Errorf("error %v", got)
	}
	if first([]error{nil, nil}) != nil {
		t.Error("first makes an error of none")
	}
}

// The end of the context stops the jobs that have not begun.
func TestEachStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var ran []int
	err := Each(ctx, 1, 10, func(_ context.Context, i int) error {
		if ran = append(ran, i); i == 2 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || !slices.Equal(ran, []int{0, 1, 2}) {
		t.Errorf("error %v after %v", err, ran)
	}
}
