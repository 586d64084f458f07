package check

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/stat"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
	"stakeout/market/ledger"
)

// holderKinds are the kinds whose wealth is followed. Users are left out, because they
// bring in money from outside to pay for fees.
var holderKinds = [...]string{
	"stakers", "makers", "noise traders", "chartists", "long-horizon holders", "short sellers", "coordinators",
}

const kinds = len(holderKinds)

// stillWorld is the outcome of one world without an attacker.
type stillWorld struct {
	gapLate, gapAll, gapDrift float64        // ln(price / fundamental): last days, all days, last less first
	newsLate                  float64        // ln price less public news, last days
	staked, users             float64        // changes as shares of supply and of the first days
	waitDrift, waitMax        float64        // waiting transactions, in batches
	queueMax                  float64        // users in the queue of forced exits
	broke, members            [kinds]int     // agents
	wealth                    [kinds]float64 // change against just holding, as a share
}

func runStationary(ctx context.Context, r *runner) (*Result, error) {
	worlds, err := each(ctx, r, 2*r.seeds, func(ctx context.Context, _ *scratch, i int) (stillWorld, error) {
		cfg := r.world
		cfg.News.Antithetic = i%2 == 1
		w, err := r.openAt(ctx, &cfg, i/2, 0)
		if err != nil {
			return stillWorld{}, err
		}
		before := positions(w, &cfg)
		if err := trial.Advance(ctx, w, w.Ticks(cfg.Time.WarmupDays+r.days)); err != nil {
			return stillWorld{}, err
		}
		out := still(w, &cfg)
		out.compare(before, positions(w, &cfg), w.PriceAt(w.Tick()))
		return out, nil
	})
	if err != nil {
		return nil, err
	}
	res := judge("stationary", "Without an attacker", stationaryLines(worlds, r),
		"Means are over antithetic pairs: two worlds of one seed with the signs of all news flipped.",
		"The last days are the last 10, or a sixth of a shorter horizon; the first days likewise.",
		"The price gap is 100 × ln(price/fundamental), price less news 100 × (ln price − public news); waiting is in "+
			"transactions that fit a batch, by the hour.",
		fmt.Sprintf("An agent is broke if it lost within %g days more than half of the wealth that holding its position "+
			"from the end of the warm-up would have kept; the interval takes agents as independent.", r.days))
	res.Tables = append(res.Tables, wealthTable(worlds))
	return res, nil
}

// still reads the hourly series after the warm-up. The first and the last days are 240
// hours each, or a sixth of a shorter series.
func still(w *sim.World, cfg *sim.Config) (out stillWorld) {
	all := measuredSeries(w, cfg)
	part := max(min(240, len(all)/6), 1)
	first, last := all[:part], all[len(all)-part:]
	gap := func(s *sim.Sample) float64 { return exact.Log(s.Price / s.Fundamental) }
	out.gapLate, out.gapAll = over(last, gap), over(all, gap)
	out.gapDrift = out.gapLate - over(first, gap)
	news := func(s *sim.Sample) float64 {
		return exact.Log(s.Price/cfg.Opening.Price) - s.LnETH - s.LnActivity - s.LnOwn
	}
	out.newsLate = over(last, news)
	change := func(f func(*sim.Sample) float64) float64 { return over(last, f) - over(first, f) }
	out.staked = change(func(s *sim.Sample) float64 { return s.Staked / cfg.Opening.Supply })
	users := func(s *sim.Sample) float64 { return s.Active }
	out.users = change(users) / over(first, users)
	room := float64(cfg.Rollup.CapacityTx)
	out.waitDrift = change(func(s *sim.Sample) float64 { return s.Waiting / room })
	for i := range all {
		out.waitMax = max(out.waitMax, all[i].Waiting/room)
		out.queueMax = max(out.queueMax, all[i].Queue)
	}
	return out
}

// measuredSeries is the hourly series after the warm-up.
func measuredSeries(w *sim.World, cfg *sim.Config) []sim.Sample {
	all, start := w.Series(), w.Ticks(cfg.Time.WarmupDays)
	for i := range all {
		if all[i].Tick > start {
			return all[i:]
		}
	}
	return nil
}

// over is the mean of f over samples.
func over(s []sim.Sample, f func(*sim.Sample) float64) float64 {
	x := make([]float64, len(s))
	for i := range s {
		x[i] = f(&s[i])
	}
	return stat.Mean(x)
}

// position is the property of an agent in USD and tokens, net of loans.
type position struct{ cash, tokens float64 }

// positions lists the positions of the followed kinds. The accounts of the kinds follow
// one another in the order of holderKinds.
func positions(w *sim.World, cfg *sim.Config) (list [kinds][]position) {
	w.Settle()
	id := ledger.First
	for k, n := range [kinds]int{cfg.Stakers.Count, cfg.Makers.Count, cfg.Noise.Count, cfg.Chartists.Count,
		cfg.Holders.Count, cfg.Shorters.Count, cfg.Coordinators.Count} {
		for range n {
			l := w.Ledger()
			list[k] = append(list[k], position{l.Total(id, ledger.Cash).Units(), l.Total(id, ledger.Token).Units()})
			id++
		}
	}
	return list
}

// compare compares the wealth of each agent at the end with the value that its position
// at the start has at the price of the end.
func (s *stillWorld) compare(start, end [kinds][]position, price float64) {
	for k := range start {
		kept, has := 0.0, 0.0
		for i, a := range start[k] {
			b := end[k][i]
			held, now := a.cash+float64(a.tokens*price), b.cash+float64(b.tokens*price)
			s.members[k]++
			if now < held/2 {
				s.broke[k]++
			}
			kept += held
			has += now
		}
		s.wealth[k] = has/kept - 1
	}
}

// pairs is the mean of a quantity over the two worlds of each pair.
func pairs(worlds []stillWorld, f func(*stillWorld) float64) measured {
	x := make([]float64, len(worlds)/2)
	for i := range x {
		x[i] = (f(&worlds[2*i]) + f(&worlds[2*i+1])) / 2
	}
	return meanOf(x)
}

func stationaryLines(worlds []stillWorld, r *runner) []line {
	of := func(scale float64, f func(*stillWorld) float64) measured { return pairs(worlds, f).times(scale) }
	const (
		unbiased = "Null test: nothing drives the price away from its fundamental; ±1 % is an assumption"
		small    = "Assumption: small against any effect of interest"
		solvent  = "Assumption: few agents go broke"
	)
	lines := []line{
		{"price gap, last days", "%", between(-1, 1), unbiased, of(100, func(s *stillWorld) float64 { return s.gapLate }), 2},
		{"price gap, all days", "%", between(-1, 1), unbiased, of(100, func(s *stillWorld) float64 { return s.gapAll }), 2},
		{"price gap, last less first days", "%", between(-1, 1), unbiased,
			of(100, func(s *stillWorld) float64 { return s.gapDrift }), 2},
		{"price less news, last days", "%", untargeted, "", of(100, func(s *stillWorld) float64 { return s.newsLate }), 2},
		{"staked share of supply, change", "points", between(-2, 2), small,
			of(100, func(s *stillWorld) float64 { return s.staked }), 2},
		{"active users, change", "%", between(-2, 2), small, of(100, func(s *stillWorld) float64 { return s.users }), 2},
		{"waiting, change", "batches", between(-0.1, 0.1), small,
			of(1, func(s *stillWorld) float64 { return s.waitDrift }), 3},
		{"waiting, largest", "batches", atMost(10), "Assumption: any backlog is gone within two hours",
			of(1, func(s *stillWorld) float64 { return s.waitMax }), 2},
		{"forced-exit queue, largest", "users", atMost(128), "Definition: one window of the queue, world.rollup.queue_exits",
			of(1, func(s *stillWorld) float64 { return s.queueMax }), 0},
	}
	for k, name := range holderKinds {
		broke, n := 0, 0
		for i := range worlds {
			broke += worlds[i].broke[k]
			n += worlds[i].members[k]
		}
		if n > 0 {
			lines = append(lines, line{"broke: " + name, "%", atMost(1), solvent,
				shareOf(broke, n).times(100), 2})
		}
	}
	return lines
}

func wealthTable(worlds []stillWorld) *table.Table {
	t := &table.Table{Name: "check_stationary_wealth", Title: "Wealth at the end against just holding",
		Columns: []table.Column{{Name: "Kind"}, {Name: "Change [95 % CI]", Unit: "%"}},
		Notes: []string{
			fmt.Sprintf("Intervals: 95 %%, %s over antithetic pairs of worlds, n = %d.", student, len(worlds)/2),
			"Stakers and coordinators take rewards and fees out of the model as they come.",
		}}
	for k, name := range holderKinds {
		m := pairs(worlds, func(s *stillWorld) float64 { return s.wealth[k] })
		t.Rows = append(t.Rows, []table.Cell{table.Text(name), table.Estimate(m.value, m.lo, m.hi, table.Percent(2))})
	}
	return t
}
