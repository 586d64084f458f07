// Package check compares the model with facts, laws and null tests that have a source.
// It covers stationarity without an attacker, the stylised facts of markets, the
// impact of orders, the sign and size of the price effect of service trouble, and
// null tests that must lose or must change nothing.
//
// A line of a check has a target with a source, and a measured value with a
// 95 % interval. It passes when its whole interval lies within the target, fails
// when the interval lies outside, and is undecided when the interval crosses the
// border. Estimators are never tuned to pass.
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
	World    *sim.Config           // parameters of the world; nil takes the defaults
	Progress func(done, total int) // called after each replication, by one goroutine at a time; nil shows nothing
}

// Result is the outcome of a check. The first table has one line for each quantity.
type Result struct {
	Tables []*table.Table
	// Pass reports whether the whole interval of every line with a target lies
	// within the target.
	Pass bool
	// Failed counts lines with the interval outside of the target, Undecided lines
	// with the interval across its border.
	Failed, Undecided int
}

// ErrUnknown is wrapped by the error of Run for an unknown name.
var ErrUnknown = errors.New("no such check")

// check is an entry of the catalogue of checks.
type check struct {
	Info
	seeds int     // default of Options.Seeds
	days  float64 // default of Options.Days
	run   func(context.Context, *runner) (*Result, error)
}

func catalogue() []check {
	return []check{
		{Info{"stationary", "Without an attacker nothing drifts, no queue grows and few agents go broke."},
			30, 60, runStationary},
		{Info{"facts", "Returns, depth, spread, volume, sweeps and round trips of the default world " +
			"against those of real markets."}, 30, 60, runFacts},
		{Info{"impact", "Price impact of orders worked over a day, on paired branches."}, 30, 45, runImpact},
		{Info{"sign", "The sign of the effect of empty blocks on the price, " +
			"over the share of slots, the patience of users, and what holders expect and chase."}, 12, 14, runSign},
		{Info{"events", "The effect of outages on price and users, against what real tokens did in theirs."},
			60, 28, runEvents},
		{Info{"martingale", "The log drift of positions over the days of the presets, whose mean must be zero " +
			"for the interval of the advantage."}, 60, 95, runMartingale},
		{Info{"honest", "What the honest uses of capital earn, against what is recorded of them for the advantage."},
			60, 60, runHonest},
		{Info{"dai", "Dai in ordinary times, when ether halves, and when ether halves while withdrawals are blocked."},
			60, 60, runDai},
		{Info{"trapped", "The users who cannot leave when all coordinators stop, by balance, price of gas and remedy."},
			4, 21, runTrapped},
		{Info{"robustness", "The same results with other numbers of decision rounds and of agents."},
			8, 40, runRobustness},
		{Info{"reactions", "The change of results when each reaction of the other agents is switched off."},
			8, 40, runReactions},
		{Info{"accounts", "The books of the default world: balance-sheet and transaction-flow matrices, " +
			"whose rows and columns sum to zero."}, 2, 30, runAccounts},
		{Info{"rules", "Comparative statics and laws that no setting may break: a fine never makes the token dearer, and " +
			"no round trip gains at any size."}, 8, 60, runRules},
		{Info{"monopoly", "What one builder of all blocks earns by its price: demand has a slope, and revenue a maximum " +
			"inside."}, 8, 14, runMonopoly},
		{Info{"null", "Attacks and trades that must lose, and changes that must have no effect."}, 24, 45, runNull},
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

// Run runs a check. The error wraps ErrUnknown for an unknown name; other errors are
// those of the context and broken invariants of a world. A line off target is no error.
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

// masterSeed is the master seed of all checks: the number of the thread in the forum.
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

// open makes a world for replication rep, under proof of stake and without a remedy.
// The attacker has no capital; branches endow it where they need it.
func (r *runner) open(cfg *sim.Config, rep int) (*sim.World, error) {
	return sim.New(cfg, "pos", "none", draw.Mix(masterSeed, uint64(rep)), noCapital)
}

// openAt makes a world and runs it until days after the end of the warm-up.
func (r *runner) openAt(ctx context.Context, cfg *sim.Config, rep int, days float64) (*sim.World, error) {
	w, err := r.open(cfg, rep)
	if err != nil {
		return nil, err
	}
	return w, trial.Advance(ctx, w, w.Ticks(cfg.Time.WarmupDays+days))
}

// scratch holds the worlds of one worker for branches. They are reused, which saves
// their memory.
type scratch struct{ start, branch, twin sim.World }

// job is the work of one replication.
type job[T any] func(ctx context.Context, s *scratch, rep int) (T, error)

// each runs n replications on the workers and returns their results in order. The
// error is the first in that order, and stops the rest.
func each[T any](ctx context.Context, r *runner, n int, do job[T]) ([]T, error) {
	out := make([]T, n)
	var lock sync.Mutex
	done := 0
	fresh := func() *scratch { return new(scratch) }
	err := pool.EachWith(ctx, r.workers, n, fresh, func(ctx context.Context, s *scratch, i int) (err error) {
		if out[i], err = do(ctx, s, i); r.progress != nil {
			lock.Lock()
			defer lock.Unlock()
			done++
			r.progress(done, n)
		}
		return err
	})
	return out, err
}
