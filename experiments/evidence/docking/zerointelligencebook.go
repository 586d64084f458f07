package docking

import (
	"context"
	"fmt"
	"math"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/stat"
)

var _ = register(Entry{
	Name: "zero-intelligence-book",
	Doc:  "The mean spread of a book under random order flow follows (μ/α)(0.218 + 0.557 ε^¾), ε = 2δ/μ.",
	Source: "E. Smith, J. D. Farmer, L. Gillemot, S. Krishnamurthy, “Statistical theory of the continuous double " +
		"auction”, Quantitative Finance 3(6), 2003, for the model and the scaling; the two coefficients are a fit in its " +
		"form in the units used here, computed anew and not read in the paper",
	Code: "market/book Book.Submit and Book.Cancel",
	run:  spreadLaw,
})

// law is the published spread in units of μ/α.
func law(epsilon float64) float64 { return 0.218 + float64(0.557*exact.Pow(epsilon, 0.75)) }

// lawGrid holds the values of ε at which the law is claimed.
var lawGrid = []float64{0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4}

// lawTolerance is the tolerance for the law, scaleTolerance the tolerance for its
// independence of μ and α one by one.
const (
	lawTolerance   = 0.03
	scaleTolerance = 0.02
)

// The theory is in continuous prices. A tick is 1/ticksPerScale of μ/α, so the
// spread is hundreds of ticks; limit prices reach reachOf times μ/2α, the width
// over which market orders thin out the book.
const (
	ticksPerScale = 1000
	reachOf       = 10
)

// warmupLives is the number of mean lives of an order before measurement.
const warmupLives = 10

// flowVariant is an order flow by its rates and its reach relative to the base.
type flowVariant struct{ market, limit, reach float64 }

var baseFlow = flowVariant{1, 1, 1}

// measure gives the mean spread in units of μ/α of one replication. All rates
// scale with the market rate, so ε stays.
func (v flowVariant) measure(epsilon float64, events int, seed uint64) (float64, error) {
	market, limit := v.market, v.limit/ticksPerScale
	reach := int(math.Round(v.reach * reachOf * market / (2 * limit)))
	p := newPoisson(market, limit, epsilon*market/2, reach, seed)
	// Events in a mean life: nearly all limit orders are cancelled.
	perLife := (market + float64(4*limit*float64(reach))) / p.cancel
	if err := p.run(int(warmupLives * perLife)); err != nil {
		return 0, err
	}
	p.reset()
	if err := p.run(events); err != nil {
		return 0, err
	}
	return p.spread() * limit / market, nil
}

// scaled are the comparisons with the base at one ε, seed by seed.
var scaled = []struct {
	name      string
	v         flowVariant
	tolerance float64 // NaN for information
}{
	{"s·α/μ when μ doubles, over the base", flowVariant{2, 1, 1}, scaleTolerance},
	{"s·α/μ when α doubles, over the base", flowVariant{1, 2, 1}, scaleTolerance},
	{"s·α/μ when the reach of limit prices doubles, over the base", flowVariant{1, 1, 2}, math.NaN()},
}

// scaledAt is the ε of the comparisons.
const scaledAt = 0.02

// spreadLaw measures the law on its grid, and the variants against the base.
func spreadLaw(ctx context.Context, s Scale) (*Outcome, error) {
	reps, events := s.pick(8, 32), s.pick(600_000, 6_000_000)
	done, total := 0, reps*(len(lawGrid)+len(scaled))
	sample := func(v flowVariant, epsilon float64, of uint64) ([]float64, error) {
		out := make([]float64, reps)
		for r := range out {
			var err error
			if out[r], err = v.measure(epsilon, events, draw.Mix(draw.Mix(s.Seed, of), uint64(r))); err != nil {
				return nil, err
			}
			if done++; s.step(ctx, done, total) != nil {
				return nil, ctx.Err()
			}
		}
		return out, nil
	}
	o := &Outcome{}
	var base []float64
	for i, epsilon := range lawGrid {
		x, err := sample(baseFlow, epsilon, uint64(i))
		if err != nil {
			return nil, err
		}
		o.Rows = append(o.Rows, relative(fmt.Sprintf("s·α/μ at ε = %g", epsilon), law(epsilon), lawTolerance,
			stat.PairedT(x, confidence), 4))
		if epsilon == scaledAt {
			base = x
		}
	}
	o.Figure = lawFigure(o.Rows, s.Seed)
	for k, c := range scaled {
		x, err := sample(c.v, scaledAt, uint64(len(lawGrid)+k))
		if err != nil {
			return nil, err
		}
		o.Rows = append(o.Rows, ratioRow(c.name, x, base, c.tolerance))
	}
	o.Notes = []string{fmt.Sprintf("s is the best ask less the best bid, averaged over time; μ counts market orders of "+
		"both sides, α limit orders per tick and side, δ the cancellation of each order, and an order is one lot. "+
		"μ/α is %s ticks; limit prices reach %d × μ/2α beyond the opposite best price; %s events a replication after %d "+
		"mean lives of an order. The comparisons are at ε = %g, which is held when μ or α doubles, with seeds of their own.",
		thousands(ticksPerScale), reachOf, thousands(events), warmupLives, scaledAt)}
	o.Diagnosis = lawDiagnosis(o.Rows[:len(lawGrid)])
	return o, nil
}

// thousands prints a count with its thousands apart.
func thousands(n int) string {
	return figure.Number(float64(n), 0)
}

// ratioRow compares the means of two independent samples by the delta method:
// the logarithm of the ratio has the sum of the relative variances.
func ratioRow(name string, x, base []float64, tolerance float64) Row {
	ratio := make([]float64, len(x))
	mean := stat.Mean(base)
	for i := range x {
		ratio[i] = 1 + x[i]/mean - base[i]/mean
	}
	got := stat.PairedT(ratio, confidence)
	if math.IsNaN(tolerance) {
		return informative(name, got, 4)
	}
	return relative(name, 1, tolerance, got, 4)
}

// lawDiagnosis tells a miss of level from one of shape.
func lawDiagnosis(rows []Row) string {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, r := range rows {
		d := 100 * (r.Got.Mean/r.Published - 1)
		lo, hi = min(lo, d), max(hi, d)
	}
	return fmt.Sprintf("the reproduced spread lies %.1f to %.1f %% from the law over the grid. The comparisons above "+
		"bound what tick size and reach contribute; the rest is the fit of the two published coefficients.", lo, hi)
}

// lawFigure draws the reproduced spreads over the published curve, and their
// distance from it.
func lawFigure(rows []Row, seed uint64) *figure.Figure {
	const points = 60
	first, last := lawGrid[0], lawGrid[len(lawGrid)-1]
	var x, curve, lower, upper, zero, below, above []float64
	for i := range points + 1 {
		e := first * exact.Pow(last/first, float64(i)/points)
		x = append(x, e)
		curve, lower, upper = append(curve, law(e)), append(lower, law(e)*(1-lawTolerance)),
			append(upper, law(e)*(1+lawTolerance))
		zero, below, above = append(zero, 0), append(below, -100*lawTolerance), append(above, 100*lawTolerance)
	}
	got, off := figure.Line{Name: "Model's book", X: lawGrid, Points: true, Style: 1},
		figure.Line{X: lawGrid, Points: true, Style: 1}
	for _, r := range rows {
		percent := func(v float64) float64 { return 100 * (v/r.Published - 1) }
		got.Y, got.Lo, got.Hi = append(got.Y, r.Got.Mean), append(got.Lo, r.Got.Lo), append(got.Hi, r.Got.Hi)
		off.Y, off.Lo, off.Hi = append(off.Y, percent(r.Got.Mean)), append(off.Lo, percent(r.Got.Lo)),
			append(off.Hi, percent(r.Got.Hi))
	}
	return &figure.Figure{
		Width: figure.DoubleColumn, HeightMM: 70, Columns: 2,
		Panels: []figure.Panel{
			{Title: "a", XLabel: "Granularity ε = 2δ/μ (1)", YLabel: "Mean spread (μ/α)", XLog: true, Legend: true,
				Lines: []figure.Line{{Name: "Published law", X: x, Y: curve}, got},
				Bands: []figure.Band{{Name: "±3 %", X: x, Lo: lower, Hi: upper}}},
			{Title: "b", XLabel: "Granularity ε = 2δ/μ (1)", YLabel: "Distance from the law (%)", XLog: true, ZeroLine: true,
				Legend: true,
				Lines:  []figure.Line{{X: x, Y: zero}, off}, Bands: []figure.Band{{X: x, Lo: below, Hi: above}}},
		},
		Caption: fmt.Sprintf("Mean spread of a book under the random order flow of Smith, Farmer et al. (2003). (a) "+
			"Reproduced by the model's book, over the published law s = (μ/α)(0.218 + 0.557 ε^¾). "+
			"(b) Distance from the law. Bands: tolerance of 3 %%. Bars: 95 %% intervals (Student's t over replications). n = "+
			"%d replications a point, master seed %d.", rows[0].Got.N, seed),
	}
}
