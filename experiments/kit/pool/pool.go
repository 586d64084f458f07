// Package pool runs numbered jobs on a bounded number of workers.
package pool

import (
	"context"
	"errors"
	"sync"
)

// Each calls job for every number from 0 to n − 1, on at most the given number of
// workers at a time; fewer than one worker counts as one. The first error stops the
// jobs that have not begun. Each returns the error of the lowest number. It returns a
// cancellation only when every error is one, because other errors cause cancellations.
func Each(ctx context.Context, workers, n int, job func(ctx context.Context, i int) error) error {
	return EachWith(ctx, workers, n, func() struct{} { return struct{}{} },
		func(ctx context.Context, _ struct{}, i int) error { return job(ctx, i) })
}

// EachWith is Each for jobs that re-use memory. It calls start once for each worker,
// and passes the result to all jobs of that worker, one job after the other.
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

// first returns the first error that is not a cancellation, or a cancellation
// when there is no other error.
func first(errs []error) (first error) {
	for _, err := range errs {
		if err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = err
		}
	}
	return first
}
