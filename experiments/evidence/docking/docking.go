// Package docking reproduces published numbers with the modules of the model.
//
// A target is one module in isolation, driven through its public interface by
// fixed strategies from given seeds, and held against what a publication says:
// published value, tolerance, reproduced value with its 95 % interval, verdict.
// The code on trial is the model's own; no target has a copy of a book, a fee
// market or a lottery. A miss is printed as a miss, with what it comes from as
// far as that is known; neither tolerances nor estimators are bent.
//
// Assumption: replications with different seeds are independent, so intervals
// are Student's over replications, and a verdict is on the whole interval.
//
// Source: the word docking is due to R. Axtell, R. Axelrod, J. M. Epstein, M. D. Cohen,
// "Aligning simulation models: a case study and results", Computational and
// Mathematical Organization Theory 1(2), 1996.
package docking

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"stakeout/experiments/kit/catalogue"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/stat"
	"stakeout/experiments/kit/table"
)

// Seed is the master seed of the targets unless another is asked for.
const Seed = 7698

// confidence is the level of all intervals.
const confidence = 0.95

// Entry describes a target in the catalogue.
type Entry struct {
	Name   string // kebab-case, stable
	Doc    string // one sentence
	Source string // of the published values, as a reader can look it up
	Code   string // the lines of the model that produce the numbers, as for go doc
	run    func(context.Context, Scale) (*Outcome, error)
}

// Scale says how much a target may simulate.
type Scale struct {
	Seed uint64
	// Full asks for the form that a publication needs, minutes instead of the
	// seconds of the quick one.
	Full bool
	// Progress, when set, is called after every replication.
	Progress func(done, total int)
}

// sampleSizes says over how many observations rows are, but for those without sampling error.
func sampleSizes(rows []Row) string {
	var all []int
	for _, r := range rows {
		if r.Got.N > 1 {
			all = append(all, r.Got.N)
		}
	}
	lo, hi := thousands(slices.Min(all)), thousands(slices.Max(all))
	if lo == hi {
		return "n = " + lo
	}
	return "n from " + lo + " to " + hi
}

// step reports progress and hands on an interruption.
func (s Scale) step(ctx context.Context, done, total int) error {
	if s.Progress != nil {
		s.Progress(done, total)
	}
	return ctx.Err()
}

// pick is the size of the form asked for.
func (s Scale) pick(quick, full int) int {
	if s.Full {
		return full
	}
	return quick
}

// Outcome is what a target gave.
type Outcome struct {
	Rows   []Row
	Notes  []string       // what was simulated, and how it was measured
	Figure *figure.Figure // reproduced values over the published ones
	// Diagnosis says what misses come from; printed when there is one.
	Diagnosis string
}

// Row is one published number and its reproduction.
type Row struct {
	Quantity  string
	Published float64 // NaN for a row that is printed for information
	Tolerance float64 // in the unit of Published, either way
	Allowed   string  // the tolerance as its source words it
	Got       stat.Interval
	Decimals  int
	Identity  bool // follows from parameters and definitions, and so cannot miss unless the code is wrong
}

// identity marks a row that is a check of the code and no evidence for the model.
func identity(r Row) Row {
	r.Identity = true
	return r
}

// relative makes a row whose tolerance is a share of the published value.
func relative(quantity string, published, share float64, got stat.Interval, decimals int) Row {
	return Row{Quantity: quantity, Published: published, Tolerance: math.Abs(published) * share,
		Allowed: fmt.Sprintf("±%g %%", 100*share), Got: got, Decimals: decimals}
}

// absolute makes a row whose tolerance is in the unit of the published value.
func absolute(quantity string, published, tolerance float64, got stat.Interval, decimals int) Row {
	return Row{Quantity: quantity, Published: published, Tolerance: tolerance, Allowed: fmt.Sprintf("±%g", tolerance),
		Got: got, Decimals: decimals}
}

// informative makes a row without a published value.
func informative(quantity string, got stat.Interval, decimals int) Row {
	return Row{Quantity: quantity, Published: math.NaN(), Tolerance: math.NaN(), Allowed: table.Dash, Got: got,
		Decimals: decimals}
}

// Verdict is the judgement on a row.
type Verdict string

// The verdicts. A row passes when its whole interval lies within the tolerance,
// is a miss when the interval lies outside, and is undecided across the border. An
// identity that holds is no pass.
const (
	Pass      Verdict = "pass"
	Identity  Verdict = "identity"
	Miss      Verdict = "miss"
	Undecided Verdict = "undecided"
	Reported  Verdict = table.Dash
)

// Verdict judges the whole interval, not the estimate.
func (r *Row) Verdict() Verdict {
	lo, hi := r.Published-r.Tolerance, r.Published+r.Tolerance
	switch {
	case math.IsNaN(r.Published):
		return Reported
	case r.Got.Lo >= lo && r.Got.Hi <= hi && r.Identity:
		return Identity
	case r.Got.Lo >= lo && r.Got.Hi <= hi:
		return Pass
	case r.Got.Hi < lo || r.Got.Lo > hi:
		return Miss
	}
	return Undecided
}

// Count is the number of rows with a verdict.
func (o *Outcome) Count(v Verdict) (n int) {
	for i := range o.Rows {
		if o.Rows[i].Verdict() == v {
			n++
		}
	}
	return n
}

var entries catalogue.Of[Entry]

func register(e Entry) bool { return entries.Add(e.Name, e) }

// All returns the targets in order of file name.
func All() []Entry { return entries.All() }

// ErrUnknown is wrapped by the error of Find for an unknown name.
var ErrUnknown = errors.New("no such docking target")

// Find returns the target of that name.
func Find(name string) (Entry, error) {
	if e, found := entries.Find(name); found {
		return e, nil
	}
	var names []string
	for _, e := range All() {
		names = append(names, e.Name)
	}
	near := ""
	if n := param.Nearest(name, names); n != "" {
		near = "; " + param.DidYouMean(n)
	}
	return Entry{}, fmt.Errorf("%w %q%s", ErrUnknown, name, near)
}

// Run reproduces a target. It fails when the context ends and when the model breaks one of
// its rules. A miss of the target is not an error.
func (e Entry) Run(ctx context.Context, s Scale) (*Outcome, error) {
	o, err := e.run(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	}
	return o, nil
}
