package experiments

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"stakeout/experiments/param"
	"stakeout/experiments/report/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/sim/draw"
)

// CheckInfo describes one reality check of the model.
type CheckInfo struct{ Name, Doc string }

// CheckOptions say how much a check may simulate. Zero values take the defaults
// of the check.
type CheckOptions struct {
	Seeds    int                   // replications; antithetic pairs in stationary
	Workers  int                   // worlds simulated at the same time; results do not depend on it
	Days     float64               // measured time after the warm-up
	World    *sim.Config           // the world on trial; nil is the default world
	Progress func(done, total int) // called after each replication, by one goroutine at a time
}

// CheckResult is what a check found: tables with one line for each quantity.
type CheckResult struct {
	Tables []*table.Table
	// Pass reports whether every line that has a target meets it with its whole
	// interval.
	Pass bool
	// Failed lines have their interval outside of the target, Undecided ones
	// across its border.
	Failed, Undecided int
}

// ErrCheck is wrapped by the error of RunCheck for an unknown name.
var ErrCheck = errors.New("no such check")

// check is an entry of the catalogue of checks.
type check struct {
	CheckInfo
	seeds int
	days  float64
	run   func(context.Context, *checkRun) (*CheckResult, error)
}

func checkCatalogue() []check {
	return []check{
		{CheckInfo{"stationary", "Without an attacker nothing drifts, no queue grows and nobody goes broke in bulk."}, 30, 60, runStationary},
		{CheckInfo{"facts", "Returns, depth, spread, volume, sweeps and round trips of the default world against what is known of real markets."}, 30, 60, runFacts},
		{CheckInfo{"impact", "Price impact of orders worked over a day, on paired branches."}, 30, 45, runImpact},
		{CheckInfo{"sign", "The sign of what empty blocks do to the price, over the share of slots and the loyalty of users."}, 12, 14, runSign},
		{CheckInfo{"events", "What outages do to the price, against the same world without them."}, 20, 14, runEvents},
		{CheckInfo{"null", "Attacks that must lose, trades that must lose, and what must not change at all."}, 24, 45, runNull},
	}
}

// Checks lists the reality checks in the order in which they are run.
func Checks() []CheckInfo {
	var list []CheckInfo
	for _, c := range checkCatalogue() {
		list = append(list, c.CheckInfo)
	}
	return list
}

// RunCheck runs a check. The error is ErrCheck for an unknown name, that of the
// context, or a broken invariant of a world; a quantity off target is no error.
func RunCheck(ctx context.Context, name string, o CheckOptions) (*CheckResult, error) {
	for _, c := range checkCatalogue() {
		if c.Name == name {
			return c.run(ctx, newCheckRun(c, o))
		}
	}
	var names []string
	for _, c := range Checks() {
		names = append(names, c.Name)
	}
	return nil, fmt.Errorf("%w %q%s", ErrCheck, name, hint(name, names))
}

// checkSeed is the master seed of all checks.
const checkSeed = 7698

// checkRun is a check with its options resolved.
type checkRun struct {
	seeds, workers int
	days           float64
	world          sim.Config
	progress       func(done, total int)
}

func newCheckRun(c check, o CheckOptions) *checkRun {
	r := &checkRun{seeds: c.seeds, workers: runtime.NumCPU(), days: c.days, progress: o.Progress}
	if o.Seeds > 0 {
		r.seeds = o.Seeds
	}
	if o.Workers > 0 {
		r.workers = o.Workers
	}
	if o.Days > 0 {
		r.days = o.Days
	}
	if o.World != nil {
		r.world = *o.World
	} else {
		param.Defaults(&r.world)
	}
	return r
}

// open makes a world of a configuration for replication rep, without capital
// for an attacker: branches grant it where they need it.
func (r *checkRun) open(cfg *sim.Config, rep int) (*sim.World, error) {
	return sim.New(cfg, "pos", "none", draw.Mix(checkSeed, uint64(rep)), noCapital)
}

// openAt makes a world and runs it to a time in days after the warm-up.
func (r *checkRun) openAt(ctx context.Context, cfg *sim.Config, rep int, days float64) (*sim.World, error) {
	w, err := r.open(cfg, rep)
	if err != nil {
		return nil, err
	}
	return w, advance(ctx, w, w.Ticks(cfg.Time.WarmupDays+days))
}

// scratch is one worker's worlds for branches, used again and again.
type scratch struct{ start, branch, twin sim.World }

// each runs n replications on the workers and returns their results in order.
// The first error in that order stops the rest.
func each[T any](ctx context.Context, r *checkRun, n int, job func(context.Context, *scratch, int) (T, error)) ([]T, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out, errs := make([]T, n), make([]error, n)
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	var lock sync.Mutex
	var group sync.WaitGroup
	done := 0
	for range min(r.workers, n) {
		group.Add(1)
		go func() {
			defer group.Done()
			s := new(scratch)
			for i := range next {
				if errs[i] = ctx.Err(); errs[i] != nil {
					continue
				}
				if out[i], errs[i] = job(ctx, s, i); errs[i] != nil {
					cancel()
				}
				lock.Lock()
				if done++; r.progress != nil {
					r.progress(done, n)
				}
				lock.Unlock()
			}
		}()
	}
	group.Wait()
	return out, firstError(errs)
}

// firstError prefers the cause over the cancellations that it led to.
func firstError(errs []error) (first error) {
	for _, err := range errs {
		if err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = err
		}
	}
	return first
}
