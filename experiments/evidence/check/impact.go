package check

import (
	"context"
	"fmt"
	"math"

	"stakeout/experiments/evidence/facts"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/stat"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
	"stakeout/market/book"
)

// The sizes of metaorders as shares of a day's volume. The fit uses the sizes from
// fitFrom on, since data on real markets begin at a hundredth of the volume.
var impactSizes = [...]float64{0.003, 0.01, 0.03, 0.1, 0.3}

const (
	sizes   = len(impactSizes)
	fitFrom = 1
)

// impactEvery is the distance in days between metaorders in one world.
const impactEvery = 5

// metaorder is the outcome of one metaorder: the log move of the price in its
// direction against the world without it, and the share of it that was executed.
type metaorder struct{ move, done float64 }

type impactWorld struct {
	returns []float64
	orders  [2][sizes][]metaorder // by side
}

func runImpact(ctx context.Context, r *runner) (*Result, error) {
	worlds, err := each(ctx, r, r.seeds, r.impactWorld)
	if err != nil {
		return nil, err
	}
	res := judge("impact", "Price impact of orders worked over a day", impactLines(worlds),
		"Impact is I = Y σ √(Q/V): ln price at the end of the day against the branch without the order, in the "+
			"direction of the order. Q/V is the order over the mean daily volume of the five days before, σ the "+
			"standard deviation of daily returns of all worlds. The law is not claimed for small orders, so Y below "+
			"Q/V = 0.01 has no target.",
		"The exponent is a weighted least-squares fit of ln impact on ln Q/V with weights (impact/standard error)² "+
			"for Q/V from 0.01 to 0.3. The curve through single orders is fitted by nonlinear least squares "+
			"without logarithms.")
	res.Tables = append(res.Tables, impactTable(worlds))
	return res, nil
}

// impactWorld runs one world, and executes all metaorders on branches of it.
func (r *runner) impactWorld(ctx context.Context, s *scratch, rep int) (out impactWorld, err error) {
	cfg := r.world
	w, err := r.openAt(ctx, &cfg, rep, 0)
	if err != nil {
		return out, err
	}
	from, volume := cfg.Time.WarmupDays, w.View().Volume
	span := min(impactEvery, r.days/2)
	for day := span; day+1 <= r.days; day += impactEvery {
		if err := trial.Advance(ctx, w, w.Ticks(from+day)); err != nil {
			return out, err
		}
		daily := (w.View().Volume - volume) / span
		s.start.CopyFrom(w)
		if err := trial.Advance(ctx, w, w.Tick()+w.Ticks(1)); err != nil {
			return out, err
		}
		if err := out.execute(ctx, s, daily, midOf(w)); err != nil {
			return out, err
		}
		volume, span = s.start.View().Volume, impactEvery
	}
	if err := trial.Advance(ctx, w, w.Ticks(from+r.days)); err != nil {
		return out, err
	}
	out.returns = dailyReturns(w, from, r.days)
	return out, nil
}

// execute works every size on both sides over a day from s.start. The volume of a day
// is daily tokens, and still is the price at the end of the day without an order.
func (x *impactWorld) execute(ctx context.Context, s *scratch, daily, still float64) error {
	for k, size := range impactSizes {
		for _, side := range [...]book.Side{book.Buy, book.Sell} {
			b := &s.branch
			b.CopyFrom(&s.start)
			tokens := size * daily
			if err := endow(b, 5*tokens*midOf(b), tokens); err != nil {
				return err
			}
			now := b.Tick() + 1
			end := b.Tick() + b.Ticks(1)
			b.SetAttacker(&trader{id: b.Attackers()[0], tasks: []task{
				{side: side, tokens: tokens, from: now, until: end, every: b.Ticks(5.0 / 1440), slack: 0.02},
			}})
			if err := trial.Advance(ctx, b, end); err != nil {
				return err
			}
			o := metaorder{direction(side) * exact.Log(midOf(b)/still), filled(b) / tokens}
			x.orders[side][k] = append(x.orders[side][k], o)
		}
	}
	return nil
}

// filled is the number of tokens that the attacker has traded.
func filled(w *sim.World) (tokens float64) {
	for _, f := range w.Exchange().Log() {
		tokens += float64(f.Lots)
	}
	return tokens
}

// bothSides pools buyers and sellers.
var bothSides = []book.Side{book.Buy, book.Sell}

// impactOf is the mean impact of a size over sides and worlds.
func impactOf(worlds []impactWorld, pick []int, sides []book.Side, size int) float64 {
	sum, n := 0.0, 0.0
	for _, i := range pick {
		for _, side := range sides {
			for _, o := range worlds[i].orders[side][size] {
				sum += o.move
				n++
			}
		}
	}
	return sum / n
}

// curve is the mean impact by size. The standard errors over the means of worlds give
// the weights of the fit.
type curve struct {
	worlds []impactWorld
	sides  []book.Side
	se     [sizes]float64
	even   bool // give all sizes the same weight
}

func newCurve(worlds []impactWorld, sides []book.Side) *curve {
	c := &curve{worlds: worlds, sides: sides}
	for k := range c.se {
		var means []float64
		for i := range worlds {
			means = append(means, impactOf(worlds, []int{i}, sides, k))
		}
		c.se[k] = stat.SD(means) / math.Sqrt(float64(len(means)))
	}
	return c
}

// exponent is the slope of ln impact on ln Q/V between two sizes, weighted by the
// precision of ln impact. PowerLaw leaves out a mean impact that is not positive,
// because it has no logarithm.
func (c *curve) exponent(pick []int, from, to int) float64 {
	exponent, _ := c.law(pick, from, to, 1)
	return exponent
}

// law is the exponent with Y, the impact at Q/V = 1 in units of sigma. A size without
// a standard error has no weight.
func (c *curve) law(pick []int, from, to int, sigma float64) (exponent, prefactor float64) {
	var impact, weight []float64
	for k := from; k <= to; k++ {
		i, w := impactOf(c.worlds, pick, c.sides, k), 1.0
		if !(c.se[k] > 0) {
			w = 0
		} else if !c.even {
			w = (i / c.se[k]) * (i / c.se[k])
		}
		impact, weight = append(impact, i/sigma), append(weight, w)
	}
	return facts.PowerLaw(impactSizes[from:to+1], impact, weight)
}

// single is the law fitted to single orders without logarithms, so that orders of
// negative impact count too. Least squares through single orders equal those through
// the means of each size, because all sizes have the same number of orders.
func (c *curve) single(pick []int, from, to int, sigma float64) facts.Law {
	var impact []float64
	for k := from; k <= to; k++ {
		impact = append(impact, impactOf(c.worlds, pick, c.sides, k)/sigma)
	}
	return facts.FitImpact(impactSizes[from:to+1], impact, nil)
}

// local is the slope of ln impact on ln Q/V between two sizes alone.
func (c *curve) local(pick []int, from, to int) float64 {
	impact := func(size int) float64 { return impactOf(c.worlds, pick, c.sides, size) }
	return facts.LocalExponent(impactSizes[from], impact(from), impactSizes[to], impact(to))
}

// dailySigma is the standard deviation of all daily returns.
func dailySigma(worlds []impactWorld, pick []int) float64 {
	var all []float64
	for _, i := range pick {
		all = append(all, worlds[i].returns...)
	}
	return stat.SD(all)
}

func impactLines(worlds []impactWorld) []line {
	n := len(worlds)
	of := func(f func(pick []int) float64) measured { return pooled(n, f) }
	both := newCurve(worlds, bothSides)
	slope := func(c *curve) measured {
		return of(func(p []int) float64 { return c.exponent(p, fitFrom, sizes-1) })
	}
	fitted := facts.ImpactPrefactor
	fitted.Name = "prefactor Y of that fit, at Q/V 1"
	lines := []line{
		factLine(facts.ImpactExponent, slope(both)),
		factLine(fitted, of(func(p []int) float64 {
			_, y := both.law(p, fitFrom, sizes-1, dailySigma(worlds, p))
			return y
		})),
		line{"exponent, curve through single orders", "1", untargeted, "",
			of(func(p []int) float64 { return both.single(p, fitFrom, sizes-1, 1).Exponent.Value }), 2},
		line{"prefactor Y of that curve, at Q/V 1", "1", untargeted, "", of(func(p []int) float64 {
			return both.single(p, fitFrom, sizes-1, dailySigma(worlds, p)).Prefactor.Value
		}), 2},
	}
	even := *both
	even.even = true
	lines = append(lines, line{"exponent, sizes weighed alike", "1", untargeted, "", slope(&even), 2})
	for side, name := range [...]string{book.Buy: "buying", book.Sell: "selling"} {
		c := newCurve(worlds, []book.Side{book.Side(side)})
		lines = append(lines, line{"exponent, " + name + " only", "1", untargeted, "", slope(c), 2})
	}
	for k := 0; k+2 < sizes; k++ {
		what := fmt.Sprintf("local exponent, Q/V %g to %g", impactSizes[k], impactSizes[k+2])
		lines = append(lines, line{what, "1", untargeted, "",
			of(func(p []int) float64 { return both.local(p, k, k+2) }), 2})
	}
	for k, size := range impactSizes {
		target, source := facts.ImpactPrefactor.Accepted, facts.ImpactPrefactor.Source
		if k < fitFrom {
			target, source = untargeted, ""
		}
		lines = append(lines, line{fmt.Sprintf("prefactor Y at Q/V %g", size), "1", target, source,
			of(func(p []int) float64 {
				return facts.Prefactor(size, impactOf(worlds, p, bothSides, k), dailySigma(worlds, p))
			}), 2})
	}
	return append(lines, line{"daily volatility σ", "%", untargeted, "",
		of(func(p []int) float64 { return 100 * dailySigma(worlds, p) }), 2})
}

func impactTable(worlds []impactWorld) *table.Table {
	t := &table.Table{Name: "check_impact_sizes", Title: "Impact at the end of the day", Columns: []table.Column{
		{Name: "Q/V"}, {Name: "Buying [95 % CI]", Unit: "%"}, {Name: "Selling [95 % CI]", Unit: "%"},
		{Name: "Executed", Unit: "%"}, {Name: "Branches"}}}
	for k, size := range impactSizes {
		row := []table.Cell{table.Number(size, table.Format{Decimals: 3})}
		done, n := 0.0, 0
		for _, side := range bothSides {
			m := pooled(len(worlds), func(p []int) float64 { return impactOf(worlds, p, []book.Side{side}, k) })
			row = append(row, table.Estimate(m.value, m.lo, m.hi, table.Percent(2)))
			for i := range worlds {
				for _, o := range worlds[i].orders[side][k] {
					done += o.done
					n++
				}
			}
		}
		row = append(row, table.Number(done/float64(n), table.Percent(1)), table.Number(float64(n), table.Format{}))
		t.Rows = append(t.Rows, row)
	}
	t.Notes = []string{bootstrap.of(len(worlds))}
	return t
}
