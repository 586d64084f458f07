package check

import (
	"context"
	"math"
	"slices"

	"stakeout/experiments/evidence/facts"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/stat"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
)

// factWorld is the outcome of one world: its daily returns, figures of the book, and
// the sweeps and round trips on its branches.
type factWorld struct {
	returns                     []float64 // daily, log
	ether, flow                 []float64 // of the same days: log returns of ether, tokens bought net by takers
	depth1, depth2              float64   // medians over hours, shares of market value
	volume, volumeLow, volumeHi float64   // a day, shares of market value: median, 5 and 95 %
	spread, spreadHi, wide      float64   // bp, bp, share of hours beyond facts.WideBps
	sweeps                      []sweep
	trips                       []trip
	quiet                       *factWorld // the same world without news; only its returns and flow
}

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
	res := judge("facts", "The default world against real markets", lines,
		"Returns are daily, from the mid; ACF is their autocorrelation, the tail index is Hill's. These and the "+
			"kurtosis pool the returns of all worlds as stretches of one long series around one mean; autocovariances "+
			"use pairs within a world only and the number of those pairs.",
		"Depth (of one side, the median), spread and volume: a quantile over the hours or days of each world, then the "+
			"mean over worlds, as is volatility. Depth and volume are in % of the market value of all tokens at the "+
			"opening.",
		"A sweep takes all that rests within 2 % of the mid on one side. Depth is counted within 2 % of the current "+
			"mid and divided by that of the same world without the sweep; moves likewise. What is left of the move is "+
			"in % of the first.",
		tripNote)
	quiet := judge("facts_quiet", "The same without news: what trading alone does", quietLines(worlds),
		"Ether, activity and the token's own news stand still, so that all returns come from orders.")
	res.Tables = append(res.Tables, quiet.Tables...)
	return res, nil
}

// quietLines are facts of returns without news. They have no target, since no real
// market is without news: they tell what of a fact is inherited.
func quietLines(worlds []factWorld) []line {
	all := make([]factWorld, len(worlds))
	for i := range worlds {
		all[i] = *worlds[i].quiet
	}
	keep := []string{facts.Kurtosis.Name, facts.ACFReturns1.Name, facts.ACFSizes1.Name, facts.ACFSizes5.Name,
		facts.AnnualVolatility.Name}
	var out []line
	for _, l := range returnLines(all) {
		if slices.Contains(keep, l.what) {
			l.target, l.source = untargeted, ""
			out = append(out, l)
		}
	}
	return append(out, line{"R² of returns on signed flow", "1", untargeted, "", mean(all, func(f *factWorld) float64 {
		_, r2 := explained(f.returns, f.flow)
		return r2
	}), 2})
}

// quietWorld runs a world of the replication without news.
func (r *runner) quietWorld(ctx context.Context, rep int) (*factWorld, error) {
	cfg := r.world
	n := &cfg.News
	n.EthDaily, n.ActivityDaily, n.OwnDaily, n.EthJumps, n.ActivityJumps, n.OwnJumps = 0, 0, 0, 0, 0, 0
	w, err := r.openAt(ctx, &cfg, rep, r.days)
	if err != nil {
		return nil, err
	}
	out := &factWorld{returns: dailyReturns(w, cfg.Time.WarmupDays, r.days)}
	out.flow = dailyChanges(w, measuredSeries(w, &cfg), func(s *sim.Sample) float64 { return s.Flow })
	return out, nil
}

// factWorld runs one world, and tries the sweeps and round trips on branches of it
// every branchEvery days.
func (r *runner) factWorld(ctx context.Context, s *scratch, rep int) (out factWorld, err error) {
	cfg := r.world
	w, err := r.openAt(ctx, &cfg, rep, 0)
	if err != nil {
		return out, err
	}
	start := cfg.Time.WarmupDays
	for day := branchEvery / 2.0; day+tripDays <= r.days; day += branchEvery {
		if err := trial.Advance(ctx, w, w.Ticks(start+day)); err != nil {
			return out, err
		}
		sweeps, trips, err := intervene(ctx, s, w)
		if err != nil {
			return out, err
		}
		out.sweeps, out.trips = append(out.sweeps, sweeps...), append(out.trips, trips...)
	}
	if err := trial.Advance(ctx, w, w.Ticks(start+r.days)); err != nil {
		return out, err
	}
	out.returns = dailyReturns(w, start, r.days)
	all := measuredSeries(w, &cfg)
	out.ether = dailyChanges(w, all, func(s *sim.Sample) float64 { return s.LnETH })
	out.flow = dailyChanges(w, all, func(s *sim.Sample) float64 { return s.Flow })
	out.bookOf(all, w, &cfg)
	out.quiet, err = r.quietWorld(ctx, rep)
	return out, err
}

// intervene copies a world and starts all sweeps and round trips from the copy. The
// world itself runs on without them, as the control.
func intervene(ctx context.Context, s *scratch, w *sim.World) (sweeps []sweep, trips []trip, err error) {
	s.start.CopyFrom(w)
	still, err := watch(ctx, w, s.start.Tick())
	if err != nil {
		return nil, nil, err
	}
	if err := trial.Advance(ctx, w, s.start.Tick()+w.Ticks(tripDays)); err != nil {
		return nil, nil, err
	}
	if sweeps, err = sweepBoth(ctx, s, still); err != nil {
		return nil, nil, err
	}
	trips, err = roundTrips(ctx, s, w)
	return sweeps, trips, err
}

// dailyReturns are the log returns of days whole days, the first of which begins at
// day start of the world.
func dailyReturns(w *sim.World, start, days float64) (out []float64) {
	for d := 1.0; d <= days; d++ {
		out = append(out, exact.Log(w.PriceAt(w.Ticks(start+d))/w.PriceAt(w.Ticks(start+d-1))))
	}
	return out
}

// dailyChanges are the changes of a quantity over the days of dailyReturns, from the
// hourly samples. The first day has no sample at its beginning and is left out.
func dailyChanges(w *sim.World, all []sim.Sample, f func(*sim.Sample) float64) (out []float64) {
	day := int(math.Round(w.PerDay() / float64(w.Ticks(1.0/24))))
	for i := 2*day - 1; i < len(all); i += day {
		out = append(out, f(&all[i])-f(&all[i-day]))
	}
	return out
}

// explained are the residuals of a regression of y on x with a constant, and its R².
func explained(y, x []float64) (rest []float64, r2 float64) {
	n := min(len(y), len(x))
	y, x = y[len(y)-n:], x[len(x)-n:]
	my, mx := stat.Mean(y), stat.Mean(x)
	var xy, xx, yy, left float64
	for i := range y {
		xy += float64((y[i] - my) * (x[i] - mx))
		xx += float64((x[i] - mx) * (x[i] - mx))
		yy += float64((y[i] - my) * (y[i] - my))
	}
	for i := range y {
		e := y[i] - my - float64(xy/xx*(x[i]-mx))
		rest = append(rest, e)
		left += float64(e * e)
	}
	return rest, 1 - left/yy
}

// bookOf computes the figures of the book from the hourly samples.
func (f *factWorld) bookOf(all []sim.Sample, w *sim.World, cfg *sim.Config) {
	var depth1, depth2, spread, volume []float64
	wide := 0
	day := int(math.Round(w.PerDay() / float64(w.Ticks(1.0/24))))
	for i := range all {
		h := &all[i]
		depth1, depth2 = append(depth1, h.Depth1/cfg.Opening.Supply), append(depth2, h.Depth2/cfg.Opening.Supply)
		spread = append(spread, h.SpreadBps)
		if h.SpreadBps > facts.WideBps {
			wide++
		}
		if i >= day && i%day == 0 {
			volume = append(volume, (h.Volume-all[i-day].Volume)/cfg.Opening.Supply)
		}
	}
	f.depth1, f.depth2 = stat.Quantile(depth1, 0.5), stat.Quantile(depth2, 0.5)
	f.volume = stat.Quantile(volume, 0.5)
	f.volumeLow, f.volumeHi = stat.Quantile(volume, 0.05), stat.Quantile(volume, 0.95)
	f.spread, f.spreadHi = stat.Quantile(spread, 0.5), stat.Quantile(spread, 0.95)
	f.wide = float64(wide) / float64(len(all))
}

func returnLines(worlds []factWorld) []line {
	returns, sizes := make([][]float64, len(worlds)), make([][]float64, len(worlds))
	for i := range worlds {
		returns[i] = worlds[i].returns
		for _, r := range returns[i] {
			sizes[i] = append(sizes[i], math.Abs(r))
		}
	}
	picked := func(series [][]float64, pick []int) (out [][]float64) {
		for _, i := range pick {
			out = append(out, series[i])
		}
		return out
	}
	of := func(f func([]float64) float64) measured {
		return pooled(len(worlds), func(pick []int) float64 { return f(slices.Concat(picked(returns, pick)...)) })
	}
	auto := func(lag int, series [][]float64) measured {
		return pooled(len(worlds), func(pick []int) float64 { return facts.Autocorrelation(picked(series, pick), lag) })
	}
	annual := mean(worlds, func(f *factWorld) float64 { return facts.AnnualisedVolatility(f.returns, 365) })
	return []line{
		factLine(facts.Kurtosis, of(stat.Kurtosis)),
		factLine(facts.TailIndex5, of(func(x []float64) float64 { return facts.Hill(x, 0.05) })),
		factLine(facts.TailIndex10, of(func(x []float64) float64 { return facts.Hill(x, 0.1) })),
		factLine(facts.ACFReturns1, auto(1, returns)),
		factLine(facts.ACFSizes1, auto(1, sizes)),
		factLine(facts.ACFSizes5, auto(5, sizes)),
		factLine(facts.ACFSizes10, auto(10, sizes)),
		factLine(facts.AnnualVolatility, annual),
		factLine(facts.EtherR2, mean(worlds, func(f *factWorld) float64 {
			_, r2 := explained(f.returns, f.ether)
			return r2
		})),
		factLine(facts.OwnVolatility, mean(worlds, func(f *factWorld) float64 {
			own, _ := explained(f.returns, f.ether)
			return facts.AnnualisedVolatility(own, 365)
		})),
		factLine(facts.FlowR2, mean(worlds, func(f *factWorld) float64 {
			own, _ := explained(f.returns, f.ether)
			_, r2 := explained(own, f.flow)
			return r2
		})),
	}
}

func bookLines(worlds []factWorld) []line {
	of := func(scale float64, f func(*factWorld) float64) measured { return mean(worlds, f).times(scale) }
	return []line{
		factLine(facts.Depth1, of(100, func(f *factWorld) float64 { return f.depth1 })),
		factLine(facts.Depth2, of(100, func(f *factWorld) float64 { return f.depth2 })),
		factLine(facts.DailyVolume, of(100, func(f *factWorld) float64 { return f.volume })),
		{"daily volume, 5 % quantile", "%", untargeted, "", of(100, func(f *factWorld) float64 { return f.volumeLow }), 1},
		{"daily volume, 95 % quantile", "%", untargeted, "", of(100, func(f *factWorld) float64 { return f.volumeHi }), 1},
		factLine(facts.MedianSpread, of(1, func(f *factWorld) float64 { return f.spread })),
		{"spread, 95 % quantile", "bp", untargeted, "", of(1, func(f *factWorld) float64 { return f.spreadHi }), 1},
		factLine(facts.HoursWide, of(100, func(f *factWorld) float64 { return f.wide })),
	}
}

// mean is the mean over worlds of a figure that each world has once.
func mean(worlds []factWorld, f func(*factWorld) float64) measured {
	x := make([]float64, len(worlds))
	for i := range worlds {
		x[i] = f(&worlds[i])
	}
	return meanOf(x)
}
