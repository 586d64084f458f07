package check

import (
	"context"
	"math"
	"slices"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
)

// The fall of ether, as in March 2020: half of its value within a day.
const (
	fallStart = 2.0  // days after the warm-up
	fallShare = 0.5  // of the value of ether
	fallDays  = 17.0 // horizon in days after the warm-up: two weeks after the fall
	lockHours = 120  // withdrawals stay blocked for five days
)

// daiCase is one world in which ether falls.
type daiCase struct {
	name   string
	inside float64 // share of dai inside the rollup; 0 keeps that of the world
	locked bool    // withdrawals are blocked from the fall on
}

var daiCases = [...]daiCase{
	{name: "ether halves"},
	{name: "ether halves, withdrawals blocked", locked: true},
	{name: "ether halves, half of dai inside", inside: 0.5},
	{name: "ether halves, half of dai inside and blocked", inside: 0.5, locked: true},
	{name: "ether halves, four fifths of dai inside and blocked", inside: 0.8, locked: true},
}

// daiWorld is the outcome of one seed: ordinary times, and each case of the fall.
type daiWorld struct {
	far, mean        float64                // ordinary: largest distance from a dollar and mean premium, %
	spread, turnover float64                // ordinary: median in bp, % of supply a day
	after            [len(daiCases)]float64 // premium in %, mean of the day after the fall
	peak             [len(daiCases)]float64 // premium in %, highest hour
	later            [len(daiCases)]float64 // premium in %, mean of the last day
	locked           [len(daiCases)]float64 // most dai that wants to leave and cannot, % of supply
	repaid           [len(daiCases)]float64 // % of supply bought back since the hour before the fall
	liquidated       [len(daiCases)]float64 // ether sold in auctions since then
}

func runDai(ctx context.Context, r *runner) (*Result, error) {
	worlds, err := each(ctx, r, r.seeds, r.daiWorldOf)
	if err != nil {
		return nil, err
	}
	res := judge("dai", "The market of dai", daiLines(worlds),
		"Premium is 100 × (price of dai − 1). Ether halves evenly within a day, from 2 days after the warm-up on, and "+
			"else stands still. In the cases with blocked withdrawals they are blocked from the beginning of the "+
			"fall for five days.",
		"Ordinary hours are those in which ether is at least three quarters of its opening price.",
		"The highest hour is that of the last trades at the ends of hours, from the fall on. The day after is the mean of "+
			"the 24 hours that follow the fall. Dai has no ceiling, and vaults are sold in auctions that may clear anywhere.")
	res.Tables = append(res.Tables, daiTable(worlds))
	return res, nil
}

func (r *runner) daiWorldOf(ctx context.Context, _ *scratch, rep int) (out daiWorld, err error) {
	w, err := r.openAt(ctx, &r.world, rep, r.days)
	if err != nil {
		return out, err
	}
	out.ordinary(measuredSeries(w, &r.world))
	for k, c := range daiCases {
		cfg := r.world
		cfg.News.EthDaily, cfg.News.EthJumps = 0, 0
		cfg.News.FallStartDays, cfg.News.FallShare, cfg.News.FallHours = fallStart, fallShare, 24
		if c.inside > 0 {
			cfg.Arbitrageurs.InsideShare = c.inside
		}
		if c.locked {
			cfg.Outage = sim.OutageParams{StartDays: fallStart, Hours: lockHours, Share: 1, Repeat: 1, EveryDays: fallDays}
		}
		if w, err = r.open(&cfg, rep); err != nil {
			return out, err
		}
		if err = trial.Advance(ctx, w, w.Ticks(cfg.Time.WarmupDays+fallDays)); err != nil {
			return out, err
		}
		out.fallen(k, measuredSeries(w, &cfg))
	}
	return out, nil
}

// premium is the price of dai over a dollar in %.
func premium(s *sim.Sample) float64 { return float64(100 * (s.Dai.Price - 1)) }

// ordinary reads a world without a fall, in the hours in which ether has lost at most
// a quarter since the opening.
func (o *daiWorld) ordinary(all []sim.Sample) {
	var spreads []float64
	for i := range all {
		if s := &all[i]; s.LnETH > exact.Log(0.75) {
			o.far = max(o.far, math.Abs(premium(s)))
			o.mean += premium(s)
			spreads = append(spreads, s.Dai.SpreadBps)
		}
	}
	slices.Sort(spreads)
	o.spread = spreads[len(spreads)/2]
	o.mean /= float64(len(spreads))
	end := &all[len(all)-1]
	o.turnover = 100 * (end.Dai.Volume - all[0].Dai.Volume) / end.Dai.Supply / (float64(len(all)-1) / 24)
}

// fallen reads a world in which ether fell, for case k.
func (o *daiWorld) fallen(k int, all []sim.Sample) {
	start := int(fallStart * 24)
	o.after[k] = over(all[start+24:start+48], premium)
	for i := start; i < len(all); i++ {
		o.peak[k] = max(o.peak[k], premium(&all[i]))
		o.locked[k] = max(o.locked[k], 100*all[i].Dai.Locked/all[i].Dai.Supply)
	}
	o.later[k] = over(all[len(all)-24:], premium)
	before, end := &all[start-1], &all[len(all)-1]
	o.repaid[k] = 100 * (1 - end.Dai.Supply/before.Dai.Supply)
	o.liquidated[k] = end.Dai.Liquidated - before.Dai.Liquidated
}

func daiLines(worlds []daiWorld) []line {
	const (
		peg    = "Assumption: as DAI/USD in ordinary months of 2020, mean within 1 % of a dollar and never more than 3 % away"
		spread = "Assumption: a stable pair trades at a spread below that of the token"
		march  = "12 to 13 March 2020, ether lost about half in a day: DAI rose to 1.10 on Kraken and briefly 1.12 on " +
			"Coinbase (LongHash, 8 May 2020), above 1.08 elsewhere (EthereumPrice, May 2020)"
		day  = "The same: DAI/USDC stood at 1.06 on Coinbase for the day, and rose to 1.12"
		two  = "End of March 2020: DAI at 1.02 after the debt auctions (Modern Consensus)"
		lock = "ethresear.ch 7698: \"if you locked up 50% of DAI you could profit if the price of eth fluctuated\""
	)
	of := func(f func(*daiWorld) float64) measured {
		x := make([]float64, len(worlds))
		for i := range worlds {
			x[i] = f(&worlds[i])
		}
		return meanOf(x)
	}
	return []line{
		{"ordinary: mean premium", "%", between(-1, 1), peg, of(func(w *daiWorld) float64 { return w.mean }), 2},
		{"ordinary: largest distance from a dollar", "%", between(0, 3), peg,
			of(func(w *daiWorld) float64 { return w.far }), 2},
		{"ordinary: median spread", "bp", between(1, 20), spread, of(func(w *daiWorld) float64 { return w.spread }), 1},
		{"ordinary: turnover a day", "% of supply", untargeted, "", of(func(w *daiWorld) float64 { return w.turnover }), 1},
		{"ether halves: premium in the highest hour", "%", between(8, 12), march,
			of(func(w *daiWorld) float64 { return w.peak[0] }), 2},
		{"ether halves: premium the day after", "%", between(6, 12), day,
			of(func(w *daiWorld) float64 { return w.after[0] }), 2},
		{"ether halves: premium two weeks after", "%", between(1, 4), two,
			of(func(w *daiWorld) float64 { return w.later[0] }), 2},
		{"withdrawals blocked against not, the day after", "%", atLeast(0), lock,
			of(func(w *daiWorld) float64 { return w.after[1] - w.after[0] }), 2},
		{"half of dai inside: blocked against not, the day after", "%", atLeast(0), lock,
			of(func(w *daiWorld) float64 { return w.after[3] - w.after[2] }), 2},
		{"blocked: four fifths of dai inside against half, the day after", "%", atLeast(0), lock,
			of(func(w *daiWorld) float64 { return w.after[4] - w.after[3] }), 2},
	}
}

func daiTable(worlds []daiWorld) *table.Table {
	t := &table.Table{Name: "check_dai_falls", Title: "Dai when ether halves within a day",
		Columns: []table.Column{
			{Name: "Case"}, {Name: "Premium the day after", Unit: "%"}, {Name: "Highest hour", Unit: "%"},
			{Name: "Two weeks after", Unit: "%"}, {Name: "Locked up", Unit: "% of supply"},
			{Name: "Bought back", Unit: "% of supply"}, {Name: "Auctioned", Unit: "ether"},
		},
		Notes: []string{student.of(len(worlds))}}
	for k, c := range daiCases {
		row := []table.Cell{table.Text(c.name)}
		for i, f := range [...]func(*daiWorld) float64{
			func(w *daiWorld) float64 { return w.after[k] }, func(w *daiWorld) float64 { return w.peak[k] },
			func(w *daiWorld) float64 { return w.later[k] }, func(w *daiWorld) float64 { return w.locked[k] },
			func(w *daiWorld) float64 { return w.repaid[k] }, func(w *daiWorld) float64 { return w.liquidated[k] },
		} {
			x := make([]float64, len(worlds))
			for n := range worlds {
				x[n] = f(&worlds[n])
			}
			m := meanOf(x)
			row = append(row, table.Estimate(m.value, m.lo, m.hi, table.Format{Decimals: []int{2, 2, 2, 1, 1, 0}[i]}))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
