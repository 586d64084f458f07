package check

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/trial"
	"stakeout/market/book"
)

// slashShares are the shares of the stake that a missed deadline costs, from none to a
// fifth.
var slashShares = [...]float64{0, 0.002, 0.02, 0.2}

// slashDay is the day of the takeover at which prices are compared, in the middle of
// its act.
const slashDay = 24

// largeTrip is a round trip as large as a takeover: bought over some days, held, and
// sold over others.
type largeTrip struct {
	usd             float64
	buy, hold, sell float64 // days
}

var largeTrips = [...]largeTrip{
	{1e6, 10, 10, 10}, {5e6, 10, 10, 10}, {15e6, 20, 10, 20}, {30e6, 30, 14, 28}, {60e6, 40, 14, 28}, {90e6, 60, 14, 42},
}

// ruleWorld is the outcome of one seed.
type ruleWorld struct {
	price [len(slashShares)]float64 // ln price at slashDay against the same shares' honest world
	trips [len(largeTrips)]float64  // profit beyond the drift of the price, share of the size
}

func runRules(ctx context.Context, r *runner) (*Result, error) {
	worlds, err := each(ctx, r, r.seeds, r.ruleWorld)
	if err != nil {
		return nil, err
	}
	of := func(f func(*ruleWorld) float64) measured {
		var x []float64
		for i := range worlds {
			x = append(x, f(&worlds[i]))
		}
		return meanOf(x)
	}
	const (
		feared = "Comparative static: a larger loss of innocent stake cannot make a token dearer while it goes on " +
			"(Rietz 1988 and Barro 2006 for the price of a disaster)"
		gain = "J. Gatheral, “No-dynamic-arbitrage and market impact”, Quantitative Finance 10(7), 749–759, 2010, and " +
			"Huberman and Stanzl 2004: no round trip gains on average, at any size"
	)
	var lines []line
	for k := 1; k < len(slashShares); k++ {
		lines = append(lines, line{fmt.Sprintf("price in a takeover that slashes %g, less %g", slashShares[k],
			slashShares[k-1]), "%", atMost(0), feared,
			of(func(w *ruleWorld) float64 { return float64(100 * (exact.Exp(w.price[k]-w.price[k-1]) - 1)) }), 1})
	}
	for k, t := range largeTrips {
		lines = append(lines, line{fmt.Sprintf("trip of %.0f M USD over %.0f days", t.usd/1e6, t.buy+t.hold+t.sell), "%",
			atMost(0), gain, of(func(w *ruleWorld) float64 { return float64(100 * w.trips[k]) }), 2})
	}
	return judge("rules", "Rules that no number may break", lines,
		fmt.Sprintf("Slashing: the preset takeover-slash with other fines for a missed deadline; the price of the "+
			"attack's world over that of the honest one on day %d, compared between fines.", slashDay),
		"Trips buy for a sum, hold and sell all again without staking; the result, in % of the sum, is free of drift: "+
			"each fill is also valued at the price of the world without it."), nil
}

func (r *runner) ruleWorld(ctx context.Context, s *scratch, rep int) (out ruleWorld, err error) {
	for k, share := range slashShares {
		if out.price[k], err = r.slashedPrice(ctx, rep, share); err != nil {
			return out, err
		}
	}
	for k, t := range largeTrips {
		if out.trips[k], err = r.largeTrip(ctx, s, rep, t); err != nil {
			return out, err
		}
	}
	return out, nil
}

// slashedPrice is the ln price ratio of takeover-slash to its honest use.
func (r *runner) slashedPrice(ctx context.Context, rep int, share float64) (float64, error) {
	spec, err := question.Load("takeover-slash")
	if err != nil {
		return 0, err
	}
	spec.World = r.world
	spec.World.Rollup.SlashMissShare = share
	t, err := trial.Run(ctx, spec, trial.NewWorlds(), rep)
	if err != nil {
		return 0, err
	}
	at := t.Attack.Ticks(r.world.Time.WarmupDays + slashDay)
	return exact.Log(t.Attack.PriceAt(at) / t.Honest.PriceAt(at)), nil
}

// largeTrip makes a round trip in a branch and values it against the world without it.
func (r *runner) largeTrip(ctx context.Context, s *scratch, rep int, p largeTrip) (float64, error) {
	cfg := r.world
	still, err := r.openAt(ctx, &cfg, rep, 0)
	if err != nil {
		return 0, err
	}
	b := &s.branch
	b.CopyFrom(still)
	if err := endow(b, p.usd, 0); err != nil {
		return 0, err
	}
	now, pace := b.Tick()+1, b.Ticks(10.0/1440)
	bought, sells := now+b.Ticks(p.buy), now+b.Ticks(p.buy+p.hold)
	end := sells + b.Ticks(p.sell)
	b.SetAttacker(&trader{id: b.Attackers()[0], tasks: []task{
		{side: book.Buy, tokens: p.usd / midOf(b), from: now, until: bought, every: pace, slack: 0.05},
		{side: book.Sell, all: true, from: sells, until: end, every: pace, slack: 0.05},
	}})
	for _, w := range []*sim.World{still, b} {
		if err := trial.Advance(ctx, w, end+1); err != nil {
			return 0, err
		}
	}
	profit, _ := tripResult(b, still)
	return profit / p.usd, nil
}
