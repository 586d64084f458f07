// Package pool runs numbered jobs on a bounded number of workers.
package pool

import (
	"context"
	"errors"
	"sync"
)

// Each calls job for every number below n, on at most so many workers at a time. The
// first error stops the jobs that have not begun. Each returns the error of the lowest
// number, and prefers a cause over the cancellations that it led to.
func Each(ctx context.Context, workers, n int, job func(ctx context.Context, i int) error) error {
	return EachWith(ctx, workers, n, func() struct{} { return struct{}{} },
		func(ctx context.Context, _ struct{}, i int) error { return job(ctx, i) })
}

// EachWith is Each for jobs that re-use memory: start makes the memory of a worker,
// which no two jobs use at the same time.
func EachWith[M any](ctx context.Context, workers, n int, start func() M,
	job func(ctx context.Context, memory M, i int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	errs := make([]error, n)
	var group sync.WaitGroup
	for range min(max(workers, 1), n) {
		group.Go(func() {
			memory := start()
			for i := range next {
				if errs[i] = ctx.Err(); errs[i] != nil {
					continue
				}
				if errs[i] = job(ctx, memory, i); errs[i] != nil {
					cancel()
				}
			}
		})
	}
	group.Wait()
	return first(errs)
}

func first(errs []error) (first error) {
	for _, err := range errs {
		if err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = err
		}
	}
	return first
}
