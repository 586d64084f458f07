// Package check holds the model against what is known: stationarity without an
// attacker, the stylised facts of markets, the impact of orders, the sign and
// size of what service trouble does to the price, and null tests that must lose
// or must change nothing.
//
// A line of a check has a target with a source, and a measured value with a
// 95 % interval. It passes when its whole interval lies within the target, fails
// when it lies outside, and cannot be told when it lies across the border.
// Estimators are never bent to pass.
package check

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/pool"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
)

// Info describes one reality check of the model.
type Info struct{ Name, Doc string }

// Options say how much a check may simulate. Zero values take the defaults
// of the check.
type Options struct {
	Seeds    int                   // replications; antithetic pairs in stationary
	Workers  int                   // worlds simulated at the same time; results do not depend on it
	Days     float64               // measured time after the warm-up
	World    *sim.Config           // the world on trial; nil is the default world
	Progress func(done, total int) // called after each replication, by one goroutine at a time
}

// Result is what a check found: tables with one line for each quantity.
type Result struct {
	Tables []*table.Table
	// Pass reports whether every line that has a target meets it with its whole
	// interval.
	Pass bool
	// Failed lines have their interval outside of the target, Undecided ones
	// across its border.
	Failed, Undecided int
}

// ErrUnknown is wrapped by the error of Run for an unknown name.
var ErrUnknown = errors.New("no such check")

// check is an entry of the catalogue of checks.
type check struct {
	Info
	seeds int
	days  float64
	run   func(context.Context, *runner) (*Result, error)
}

func catalogue() []check {
	return []check{
		{Info{"stationary", "Without an attacker nothing drifts, no queue grows and nobody goes broke in bulk."}, 30, 60,
			runStationary},
		{Info{"facts", "Returns, depth, spread, volume, sweeps and round trips of the default world against what is known " +
			"of real markets."}, 30, 60, runFacts},
		{Info{"impact", "Price impact of orders worked over a day, on paired branches."}, 30, 45, runImpact},
		{Info{"sign", "The sign of what empty blocks do to the price, over the share of slots and the loyalty of users."}, 12,
			14, runSign},
		{Info{"events", "What outages do to the price, against the same world without them."}, 120, 14, runEvents},
		{Info{"dai", "Dai in ordinary times, when ether halves, and when it halves while nobody can withdraw."}, 60,
			60, runDai},
		{Info{"trapped", "Who cannot leave when all coordinators stop, by balance, price of gas and remedy."}, 4, 21,
			runTrapped},
		{Info{"robustness", "Whether results survive other numbers of decision rounds and of agents."}, 8, 40, runRobustness},
		{Info{"reactions", "What results owe to each reaction of the others, switched off one by one."}, 8, 40, runReactions},
		{Info{"accounts", "The books of the default world: balance-sheet and transaction-flow matrices, whose rows and " +
			"columns sum to zero."}, 2, 30, runAccounts},
		{Info{"null", "Attacks that must lose, trades that must lose, and what must not change at all."}, 24, 45, runNull},
	}
}

// All lists the reality checks in the order in which they are run.
func All() []Info {
	var list []Info
	for _, c := range catalogue() {
		list = append(list, c.Info)
	}
	return list
}

// Run runs a check. The error is ErrUnknown for an unknown name, that of the
// context, or a broken invariant of a world; a quantity off target is no error.
func Run(ctx context.Context, name string, o Options) (*Result, error) {
	for _, c := range catalogue() {
		if c.Name == name {
			return c.run(ctx, newRunner(c, o))
		}
	}
	var names []string
	for _, c := range All() {
		names = append(names, c.Name)
	}
	return nil, fmt.Errorf("%w %q%s", ErrUnknown, name, near(name, names))
}

func near(name string, valid []string) string {
	if n := param.Nearest(name, valid); n != "" {
		return "; " + param.DidYouMean(n)
	}
	return ""
}

// masterSeed is the master seed of all checks.
const masterSeed = 7698

// runner is a check with its options resolved.
type runner struct {
	seeds, workers int
	days           float64
	world          sim.Config
	progress       func(done, total int)
}

func newRunner(c check, o Options) *runner {
	r := &runner{seeds: c.seeds, workers: runtime.NumCPU(), days: c.days, progress: o.Progress}
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
func (r *runner) open(cfg *sim.Config, rep int) (*sim.World, error) {
	return sim.New(cfg, "pos", "none", draw.Mix(masterSeed, uint64(rep)), noCapital)
}

// openAt makes a world and runs it to a time in days after the warm-up.
func (r *runner) openAt(ctx context.Context, cfg *sim.Config, rep int, days float64) (*sim.World, error) {
	w, err := r.open(cfg, rep)
	if err != nil {
		return nil, err
	}
	return w, trial.Advance(ctx, w, w.Ticks(cfg.Time.WarmupDays+days))
}

// scratch is one worker's worlds for branches, used again and again.
type scratch struct{ start, branch, twin sim.World }

// each runs n replications on the workers and returns their results in order.
// The first error in that order stops the rest.
func each[T any](ctx context.Context, r *runner, n int,
	job func(context.Context, *scratch, int) (T, error)) ([]T, error) {
	out := make([]T, n)
	var lock sync.Mutex
	done := 0
	err := pool.EachWith(ctx, r.workers, n, func() *scratch { return new(scratch) },
		func(ctx context.Context, s *scratch, i int) (err error) {
			if out[i], err = job(ctx, s, i); r.progress != nil {
				lock.Lock()
				defer lock.Unlock()
				done++
				r.progress(done, n)
			}
			return err
		})
	return out, err
}
