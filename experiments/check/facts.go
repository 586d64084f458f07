package check

import (
	"context"
	"math"
	"stakeout/experiments"

	"stakeout/experiments/report/stat"
	"stakeout/experiments/sim"
)

// factWorld is what one world shows: its daily returns, figures of the book,
// and what was done to its branches.
type factWorld struct {
	returns                     []float64 // daily, log
	depth1, depth2              float64   // medians over hours, shares of market value
	volume, volumeLow, volumeHi float64   // a day, shares of market value: median, 5 and 95 %
	spread, spreadHi, wide      float64   // bp, bp, share of hours beyond wideBps
	sweeps                      []sweep
	trips                       []trip
}

// wideBps is the spread beyond which the book counts as stuck wide.
const wideBps = 50

// The sources of most targets.
const (
	stylizedFacts = "R. Cont, “Empirical properties of asset returns: stylized facts and statistical issues”, Quantitative Finance 1(2), 223–236, 2001: heavy tails with an index above two and below five, " +
		"no linear autocorrelation, slowly falling autocorrelation of sizes; the bounds on kurtosis and autocorrelation are assumptions"
	midCaps = "Assumption: order of magnitude of mid-cap tokens on 2020 spot venues"
)

// branchEvery is the distance in days between the starts of branches in a world.
const branchEvery = 10

func runFacts(ctx context.Context, r *runner) (*Result, error) {
	worlds, err := each(ctx, r, r.seeds, r.factWorld)
	if err != nil {
		return nil, err
	}
	lines := append(returnLines(worlds), bookLines(worlds)...)
	lines = append(lines, sweepLines(worlds)...)
	lines = append(lines, tripLines(tripsOf(worlds))...)
	return judge("facts", "The default world against real markets", lines,
		"Returns are daily, from the mid; ACF is their autocorrelation, the tail index is Hill's. These and the kurtosis pool the returns of all worlds as stretches of one long series around one mean; autocovariances use pairs within a world only and the number of those pairs. Intervals resample whole worlds.",
		"Depth (of one side, the median), spread and volume: a quantile over the hours or days of each world, then the mean over worlds, as is volatility. Depth and volume are in % of the market value of all tokens at the opening.",
		"A sweep takes all that rests within 2 % of the mid on one side. Depth is counted within 2 % of the current mid and divided by that of the same world without the sweep; moves likewise. What is left of the move is in % of the first.",
		tripNote), nil
}

// factWorld runs one world and, every branchEvery days, tries the sweeps and
// round trips on branches of it.
func (r *runner) factWorld(ctx context.Context, s *scratch, rep int) (out factWorld, err error) {
	cfg := r.world
	w, err := r.openAt(ctx, &cfg, rep, 0)
	if err != nil {
		return out, err
	}
	start := cfg.Time.WarmupDays
	for day := branchEvery / 2.0; day+tripDays <= r.days; day += branchEvery {
		if err := experiments.Advance(ctx, w, w.Ticks(start+day)); err != nil {
			return out, err
		}
		sweeps, trips, err := intervene(ctx, s, w)
		if err != nil {
			return out, err
		}
		out.sweeps, out.trips = append(out.sweeps, sweeps...), append(out.trips, trips...)
	}
	if err := experiments.Advance(ctx, w, w.Ticks(start+r.days)); err != nil {
		return out, err
	}
	out.returns = dailyReturns(w, start, r.days)
	out.bookOf(measuredSeries(w, &cfg), w, &cfg)
	return out, nil
}

// intervene copies a world, runs it on as its own control, and does all sweeps
// and round trips from the copy.
func intervene(ctx context.Context, s *scratch, w *sim.World) (sweeps []sweep, trips []trip, err error) {
	s.start.CopyFrom(w)
	still, err := watch(ctx, w, s.start.Tick())
	if err != nil {
		return nil, nil, err
	}
	if err := experiments.Advance(ctx, w, s.start.Tick()+w.Ticks(tripDays)); err != nil {
		return nil, nil, err
	}
	if sweeps, err = sweepBoth(ctx, s, still); err != nil {
		return nil, nil, err
	}
	trips, err = roundTrips(ctx, s, w)
	return sweeps, trips, err
}

// dailyReturns are log returns between day marks after a day of the world.
func dailyReturns(w *sim.World, start, days float64) (out []float64) {
	for d := 1.0; d <= days; d++ {
		out = append(out, math.Log(w.PriceAt(w.Ticks(start+d))/w.PriceAt(w.Ticks(start+d-1))))
	}
	return out
}

func (f *factWorld) bookOf(all []sim.Sample, w *sim.World, cfg *sim.Config) {
	var depth1, depth2, spread, volume []float64
	wide := 0
	day := int(math.Round(w.PerDay() / float64(w.Ticks(1.0/24))))
	for i := range all {
		h := &all[i]
		depth1, depth2 = append(depth1, h.Depth1/cfg.Opening.Supply), append(depth2, h.Depth2/cfg.Opening.Supply)
		spread = append(spread, h.SpreadBps)
		if h.SpreadBps > wideBps {
			wide++
		}
		if i >= day && i%day == 0 {
			volume = append(volume, (h.Volume-all[i-day].Volume)/cfg.Opening.Supply)
		}
	}
	f.depth1, f.depth2 = stat.Quantile(depth1, 0.5), stat.Quantile(depth2, 0.5)
	f.volume, f.volumeLow, f.volumeHi = stat.Quantile(volume, 0.5), stat.Quantile(volume, 0.05), stat.Quantile(volume, 0.95)
	f.spread, f.spreadHi = stat.Quantile(spread, 0.5), stat.Quantile(spread, 0.95)
	f.wide = float64(wide) / float64(len(all))
}

func returnLines(worlds []factWorld) []line {
	series := func(pick []int) (all [][]float64) {
		for _, i := range pick {
			all = append(all, worlds[i].returns)
		}
		return all
	}
	of := func(f func([]float64) float64) measured {
		return pooled(len(worlds), func(pick []int) float64 { return f(join(series(pick))) })
	}
	auto := func(lag int, size bool) measured {
		return pooled(len(worlds), func(pick []int) float64 { return pooledAutocorrelation(series(pick), lag, size) })
	}
	annual := mean(worlds, func(f *factWorld) float64 { return stat.AnnualisedVolatility(f.returns, 365) })
	return []line{
		{"kurtosis of returns", "1", between(5, 30), stylizedFacts, of(stat.Kurtosis), 1},
		{"tail index, largest 5 %", "1", between(2, 5), stylizedFacts, of(func(x []float64) float64 { return stat.Hill(x, 0.05) }), 2},
		{"tail index, largest 10 %", "1", between(2, 5), stylizedFacts, of(func(x []float64) float64 { return stat.Hill(x, 0.1) }), 2},
		{"ACF of returns, lag 1", "1", between(-0.1, 0.1), stylizedFacts, auto(1, false), 3},
		{"ACF of |returns|, lag 1", "1", between(0.08, 0.3), stylizedFacts, auto(1, true), 3},
		{"ACF of |returns|, lag 5", "1", atLeast(0), stylizedFacts, auto(5, true), 3},
		{"ACF of |returns|, lag 10", "1", atLeast(0), stylizedFacts, auto(10, true), 3},
		{"annual volatility", "1", between(0.7, 1.2), midCaps, annual, 2},
	}
}

func bookLines(worlds []factWorld) []line {
	of := func(scale float64, f func(*factWorld) float64) measured { return mean(worlds, f).times(scale) }
	return []line{
		{"depth within 1 %", "%", between(0.05, 0.2), midCaps, of(100, func(f *factWorld) float64 { return f.depth1 }), 3},
		{"depth within 2 %", "%", between(0.1, 0.3), midCaps, of(100, func(f *factWorld) float64 { return f.depth2 }), 3},
		{"daily volume, median", "%", between(7, 48), midCaps, of(100, func(f *factWorld) float64 { return f.volume }), 1},
		{"daily volume, 5 % quantile", "%", untargeted, "", of(100, func(f *factWorld) float64 { return f.volumeLow }), 1},
		{"daily volume, 95 % quantile", "%", untargeted, "", of(100, func(f *factWorld) float64 { return f.volumeHi }), 1},
		{"spread, median", "bp", between(2, 20), midCaps, of(1, func(f *factWorld) float64 { return f.spread }), 1},
		{"spread, 95 % quantile", "bp", untargeted, "", of(1, func(f *factWorld) float64 { return f.spreadHi }), 1},
		{"hours with a spread > 50 bp", "%", atMost(1), "Assumption: the book of a token with several makers is hardly ever that wide", of(100, func(f *factWorld) float64 { return f.wide }), 2},
	}
}

// mean is the mean over worlds of one figure a world.
func mean(worlds []factWorld, f func(*factWorld) float64) measured {
	x := make([]float64, len(worlds))
	for i := range worlds {
		x[i] = f(&worlds[i])
	}
	return meanOf(x)
}

func join(series [][]float64) (all []float64) {
	for _, s := range series {
		all = append(all, s...)
	}
	return all
}

// pooledAutocorrelation treats the series as stretches of one long series: one
// mean and one variance for all, products only within a stretch. Means of the
// products and of the squares are compared, not sums, so that short stretches
// do not pull long lags towards zero.
func pooledAutocorrelation(series [][]float64, lag int, size bool) float64 {
	value := func(x float64) float64 {
		if size {
			return math.Abs(x)
		}
		return x
	}
	sum, n := 0.0, 0.0
	for _, s := range series {
		for _, x := range s {
			sum += value(x)
			n++
		}
	}
	m := sum / n
	products, pairs, squares := 0.0, 0.0, 0.0
	for _, s := range series {
		for t, x := range s {
			squares += (value(x) - m) * (value(x) - m)
			if t+lag < len(s) {
				products += (value(x) - m) * (value(s[t+lag]) - m)
				pairs++
			}
		}
	}
	return products / pairs / (squares / n)
}
