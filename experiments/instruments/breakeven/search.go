// Package breakeven searches for the values of a parameter at which an attack breaks even:
// where the mean advantage changes its sign.
package breakeven

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments"
	"stakeout/experiments/kit/axis"
	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/report"
)

// BudgetPath is the parameter that a search for the break-even varies by default.
const BudgetPath = question.AttackPrefix + "budget_usd"

// Search looks along one parameter for every value at which the mean advantage
// changes its sign. It tries the points of a range
// and halves every interval in which the sign changes. It stops after Halvings passes, or
// when the parameter has no value in between. All values have the same seeds.
//
// Assumption: two changes between neighbouring points of the range go unseen.
type Search struct {
	Path     string
	Range    axis.Range
	Halvings int
}

// SearchBudget is the search of a preset over its budget, from an eighth of the preset's
// value to four times that value. It fails for an attack without a budget.
func SearchBudget(s *question.Spec) (Search, error) {
	text, _ := s.Value(BudgetPath)
	own, err := strconv.ParseFloat(text, 64)
	if err != nil || own <= 0 {
		return Search{}, param.Problem{Path: BudgetPath, Message: s.Attack + " has no budget to search along",
			Expected: "a budget above 0, or another parameter with --axis"}
	}
	return Search{Path: BudgetPath, Range: axis.Range{From: own / 8, To: 4 * own, Points: 6, Log: true}, Halvings: 4}, nil
}

// SearchAlong is the search along an axis of the command line, which is a range with
// points.
func SearchAlong(text string) (Search, error) {
	a, fault := axis.Parse(text)
	if fault == nil && a.Range.Points == 0 {
		fault = &param.Problem{Path: a.Path, Message: "is no range with points",
			Expected: "PATH=from..to:points or PATH=from..to:points:log"}
	}
	if fault != nil {
		return Search{}, notation.Errors([]notation.Problem{{File: "--axis " + text, Problem: *fault}})
	}
	return Search{Path: a.Path, Range: a.Range, Halvings: 4}, nil
}

// Tried is what one value of the parameter gave. A mean is NaN when every replication
// failed.
type Tried struct {
	At                            float64
	Advantage, PeakStake, Capital report.Estimate // USD, share, USD
}

// sign is the sign of the mean advantage, and 0 when there is no mean.
func (t *Tried) sign() int { return cmp.Compare(t.Advantage.Mean, 0) * min(t.Advantage.N, 1) }

// Crossing is a break-even. At is interpolated between Lo and Hi, the nearest values with a
// loss and with a gain, in equal ratios where the range is; where the mean is zero at a value tried, Lo and Hi
// are the first and the last such value. SureBelow and SureAbove are the nearest values at
// which the interval has the sign of the mean, NaN where there is none.
type Crossing struct {
	Lo, At, Hi           float64
	SureBelow, SureAbove float64
	PeakStake            float64 // share, interpolated
	Rising               bool    // from loss to gain
}

// certain tells whether both signs are: otherwise chance alone may have made the crossing.
func (c *Crossing) certain() bool { return !math.IsNaN(c.SureBelow) && !math.IsNaN(c.SureAbove) }

// BreakEven is what a search found.
type BreakEven struct {
	Search               Search
	Name                 string // of the preset
	Unit                 string // of the parameter
	Reps                 int
	Runs, Reused, Failed int     // replications of all values: in all, stored before, failed
	Partial              bool    // interrupted
	Tried                []Tried // by value
	Crossings            []Crossing
	manifest             record.Manifest // of the tables
}

// find tries the points of the range, and then, pass by pass, the middles of the
// intervals in which the sign changes. The function near rounds a number to a value that
// the parameter can take.
func (s Search) find(near func(float64) float64, try func(values []float64) ([]Tried, error)) (tried []Tried,
	err error) {
	values := s.Range.Grid()
	for pass := 0; len(values) > 0 && pass <= s.Halvings; pass++ {
		list, err := try(values)
		if err != nil {
			return tried, err
		}
		tried = append(tried, list...)
		slices.SortFunc(tried, func(x, y Tried) int { return cmp.Compare(x.At, y.At) })
		values = s.midpoints(tried, near)
	}
	return tried, nil
}

// changes lists the pairs of places between which the sign changes. A value between the
// two has a mean of zero or no mean.
func changes(tried []Tried) (pairs [][2]int) {
	last := -1
	for i := range tried {
		if tried[i].sign() == 0 {
			continue
		}
		if last >= 0 && tried[last].sign() != tried[i].sign() {
			pairs = append(pairs, [2]int{last, i})
		}
		last = i
	}
	return pairs
}

// zeros lists the values at which the mean is zero.
func zeros(tried []Tried) (list []Tried) {
	for _, t := range tried {
		if t.Advantage.N > 0 && t.sign() == 0 {
			list = append(list, t)
		}
	}
	return list
}

// midpoints lists the middles of the intervals in which the sign changes and no mean is
// zero, without those that have been tried: there the parameter has no value in between.
func (s Search) midpoints(tried []Tried, near func(float64) float64) (list []float64) {
	for _, c := range changes(tried) {
		lo, hi := &tried[c[0]], &tried[c[1]]
		x := near(axis.Range{From: lo.At, To: hi.At, Log: s.Range.Log}.At(0.5))
		was := slices.ContainsFunc(tried, func(t Tried) bool { return t.At == x })
		if !was && len(zeros(tried[c[0]:c[1]])) == 0 {
			list = append(list, x)
		}
	}
	return list
}

// crossings describes every change of the sign.
func (s Search) crossings(tried []Tried) (list []Crossing) {
	for _, c := range changes(tried) {
		lo, hi := &tried[c[0]], &tried[c[1]]
		u := lo.Advantage.Mean / (lo.Advantage.Mean - hi.Advantage.Mean)
		x := Crossing{Rising: hi.sign() > 0, SureBelow: sure(tried, c[0], -1), SureAbove: sure(tried, c[1], 1)}
		if zero := zeros(tried[c[0]:c[1]]); len(zero) > 0 {
			lo, hi, u = &zero[0], &zero[len(zero)-1], 0.5
		}
		x.Lo, x.At, x.Hi = lo.At, axis.Range{From: lo.At, To: hi.At, Log: s.Range.Log}.At(u), hi.At
		x.PeakStake = lo.PeakStake.Mean + float64(u*(hi.PeakStake.Mean-lo.PeakStake.Mean))
		list = append(list, x)
	}
	return list
}

// sure walks from a place in steps of 1 or −1 to the first value at which the interval of
// the advantage has one sign. It is NaN when the mean takes the other sign before.
func sure(tried []Tried, from, step int) float64 {
	for i := from; i >= 0 && i < len(tried) && tried[i].sign() != -tried[from].sign(); i += step {
		if tried[i].Advantage.Sign() != 0 {
			return tried[i].At
		}
	}
	return math.NaN()
}

// folder holds all searches along the parameter.
func (s Search) folder(out string) string { return filepath.Join(out, "break-even", s.Path) }

// Run searches with a preset and further settings. Every pass is a sweep below
// o.Out/break-even/PATH, so that what was run once is not run again. When ctx is
// cancelled the result covers the passes that are finished, and the same call resumes.
func (s Search) Run(ctx context.Context, name string, set []string, o experiments.Options) (*BreakEven, error) {
	w, err := s.sweep(name, set)
	if err != nil {
		return nil, err
	}
	if err := record.Plain(o.Out, "break-even/"+s.Path); err != nil {
		return nil, err
	}
	b := &BreakEven{Search: s, Name: w.Spec.Name, Unit: cmp.Or(w.Varied[0].Field.Unit, "1"), Reps: w.Spec.Replications}
	o = o.WithDefaults()
	p, err := design.Of(w, o.Version, o.Series)
	if err != nil {
		return nil, err
	}
	b.manifest = p.Manifest(o.Program, o.Command)
	b.manifest.Config = fmt.Sprintf("halvings: %d\n---\n", s.Halvings) + b.manifest.Config
	varied, pass := w.Varied[0], 0
	b.Tried, err = s.find(varied.Near, func(values []float64) ([]Tried, error) {
		if pass > 0 {
			if w, err = question.LoadSweep(name, question.Variation{Set: set, Axes: []string{varied.List(values)}}); err != nil {
				return nil, err
			}
		}
		pass++
		return b.try(ctx, w, pass, o)
	})
	b.Crossings, b.Partial = s.crossings(b.Tried), err != nil
	return b, err
}

// sweep is the first pass. It fails when the preset already has axes, a sample or a
// precision.
func (s Search) sweep(name string, set []string) (*question.Sweep, error) {
	r := s.Range
	text := fmt.Sprintf("%s=%s..%s:%d", s.Path, axis.Text(r.From, -1), axis.Text(r.To, -1), r.Points)
	if r.Log {
		text += ":log"
	}
	if _, err := SearchAlong(text); err != nil {
		return nil, err
	}
	if s.Halvings < 0 {
		return nil, param.Problem{Path: "halvings", Message: fmt.Sprintf("%d is too small", s.Halvings),
			Expected: "0 or more"}
	}
	w, err := question.LoadSweep(name, question.Variation{Set: set, Axes: []string{text}})
	if err != nil {
		return nil, err
	}
	const own = "a preset without, since a search has an axis and seeds of its own"
	switch {
	case len(w.Varied) > 1:
		return nil, param.Problem{Path: notation.Paths, Message: name + " has axes of its own (" +
			strings.Join(w.Axes(), ", ") + ")", Expected: own}
	case w.Sample.Points > 0:
		return nil, param.Problem{Path: question.SampleSection, Message: name + " has a sample of its own", Expected: own}
	case w.Precision != nil:
		return nil, param.Problem{Path: question.PrecisionSection, Message: name + " has a precision of its own",
			Expected: own}
	}
	return w, nil
}

// try runs a pass, or reads the results that an earlier search stored.
func (b *BreakEven) try(ctx context.Context, w *question.Sweep, pass int, o experiments.Options) (list []Tried,
	err error) {
	o.Out = filepath.Join(b.Search.folder(o.Out), "pass-"+strconv.Itoa(pass))
	if step, before := o.Progress, b.Runs; step != nil {
		o.Progress = func(done, total int) { step(before+done, before+total) }
	}
	r, err := experiments.Obtain(ctx, w, o)
	if err != nil {
		return nil, err
	}
	b.Runs, b.Reused = b.Runs+r.Finished, b.Reused+r.Reused
	for i, c := range r.Study.Cells {
		text, _ := w.Cells[i].Value(b.Search.Path)
		at, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Search.Path, err)
		}
		b.Failed += c.Failed
		list = append(list, Tried{at, c.Advantage(),
			c.Estimate(column.Outcome("attack", column.PeakStake)), c.Estimate(column.Outcome("attack", column.CapitalAtRisk))})
	}
	return list, nil
}
