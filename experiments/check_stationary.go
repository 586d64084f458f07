package experiments

import (
	"context"
	"fmt"
	"math"

	"stakeout/experiments/report/stat"
	"stakeout/experiments/report/table"
	"stakeout/experiments/sim"
	"stakeout/market/ledger"
)

// holderKinds are the kinds whose wealth is followed. Users are left out, since
// what they spend on fees they bring in again from outside.
var holderKinds = [...]string{"stakers", "makers", "noise traders", "chartists", "long-horizon holders", "short sellers", "coordinators"}

const kinds = len(holderKinds)

// stillWorld is what one world without an attacker did.
type stillWorld struct {
	gapLate, gapAll, gapDrift float64 // ln(price / fundamental)
	newsLate                  float64 // ln price less public news
	staked, users             float64 // changes, of supply and of the opening
	waitDrift, waitMax        float64 // in transactions that fit a batch
	queueMax                  float64 // users
	broke, members            [kinds]int
	wealth                    [kinds]float64 // change against just holding
}

func runStationary(ctx context.Context, r *checkRun) (*CheckResult, error) {
	worlds, err := each(ctx, r, 2*r.seeds, func(ctx context.Context, _ *scratch, i int) (stillWorld, error) {
		cfg := r.world
		cfg.News.Antithetic = i%2 == 1
		w, err := r.openAt(ctx, &cfg, i/2, 0)
		if err != nil {
			return stillWorld{}, err
		}
		before := positions(w, &cfg)
		if err := advance(ctx, w, w.Ticks(cfg.Time.WarmupDays+r.days)); err != nil {
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
		"Broke is who lost more than half of the wealth that just holding its position from the end of the warm-up would have kept; its interval takes agents as independent.")
	res.Tables = append(res.Tables, wealthTable(worlds))
	return res, nil
}

// still reads the hourly series after the warm-up.
func still(w *sim.World, cfg *sim.Config) (out stillWorld) {
	all := measuredSeries(w, cfg)
	part := max(min(240, len(all)/6), 1)
	first, last := all[:part], all[len(all)-part:]
	gap := func(s *sim.Sample) float64 { return math.Log(s.Price / s.Fundamental) }
	out.gapLate, out.gapAll = over(last, gap), over(all, gap)
	out.gapDrift = out.gapLate - over(first, gap)
	news := func(s *sim.Sample) float64 { return math.Log(s.Price/cfg.Opening.Price) - s.LnETH - s.LnActivity }
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

// measuredSeries is the hourly record after the warm-up.
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

// position is what an agent owns, loans counted in.
type position struct{ cash, tokens float64 }

// positions lists what the agents of the followed kinds own, kind by kind: the
// kinds stand one after the other in the order of their accounts.
func positions(w *sim.World, cfg *sim.Config) (list [kinds][]position) {
	w.Settle()
	id := ledger.First
	for k, n := range [kinds]int{cfg.Stakers.Count, cfg.Makers.Count, cfg.Noise.Count, cfg.Chartists.Count,
		cfg.Holders.Count, cfg.Shorters.Count, cfg.Coordinators.Count} {
		for range n {
			l := w.Ledger()
			list[k] = append(list[k], position{dollars(l.Total(id, ledger.Cash)), dollars(l.Total(id, ledger.Token))})
			id++
		}
	}
	return list
}

// compare holds everybody's wealth at the end against what the position at the
// start would be worth at the price at the end.
func (s *stillWorld) compare(start, end [kinds][]position, price float64) {
	for k := range start {
		kept, has := 0.0, 0.0
		for i, a := range start[k] {
			b := end[k][i]
			held, now := a.cash+a.tokens*price, b.cash+b.tokens*price
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

func stationaryLines(worlds []stillWorld, r *checkRun) []line {
	of := func(scale float64, f func(*stillWorld) float64) measured { return pairs(worlds, f).times(scale) }
	const model = "model: ±1 % in 60 days over antithetic pairs"
	const guess = "assumption: small against any effect of interest"
	lines := []line{
		{"ln(price/fundamental), last days", "%", between(-1, 1), model, of(100, func(s *stillWorld) float64 { return s.gapLate }), 2},
		{"ln(price/fundamental), whole horizon", "%", between(-1, 1), model, of(100, func(s *stillWorld) float64 { return s.gapAll }), 2},
		{"the same, last less first days", "%", between(-1, 1), model, of(100, func(s *stillWorld) float64 { return s.gapDrift }), 2},
		{"ln price less public news, last days", "%", untargeted, "attack prototype: −0.3 ± 2.0", of(100, func(s *stillWorld) float64 { return s.newsLate }), 2},
		{"staked share of supply, change", "points", between(-2, 2), guess + "; prototype −1.7", of(100, func(s *stillWorld) float64 { return s.staked }), 2},
		{"active users, change", "%", between(-2, 2), guess + "; prototype −0.7", of(100, func(s *stillWorld) float64 { return s.users }), 2},
		{"transactions waiting, change", "batches", between(-0.1, 0.1), "assumption: no trend", of(1, func(s *stillWorld) float64 { return s.waitDrift }), 3},
		{"transactions waiting, largest of all hours", "batches", atMost(10), "assumption: gone within two hours", of(1, func(s *stillWorld) float64 { return s.waitMax }), 2},
		{"forced-exit queue, largest of all hours", "users", atMost(128), "assumption: one window of the queue", of(1, func(s *stillWorld) float64 { return s.queueMax }), 0},
	}
	for k, name := range holderKinds {
		broke, n := 0, 0
		for i := range worlds {
			broke += worlds[i].broke[k]
			n += worlds[i].members[k]
		}
		if n > 0 {
			lines = append(lines, line{"broke after " + fmt.Sprintf("%g", r.days) + " days: " + name, "% of agents", atMost(1),
				"model: nobody goes broke in bulk; prototype 0 of 34,200", shareOf(broke, n).times(100), 2})
		}
	}
	return lines
}

func wealthTable(worlds []stillWorld) *table.Table {
	t := &table.Table{Name: "check_stationary_wealth", Title: "Wealth at the end against just holding",
		Columns: []table.Column{{Name: "kind"}, {Name: "change, 95 % interval", Unit: "%"}, {Name: "market prototype", Unit: "%"}},
		Notes:   []string{"Stakers and coordinators take rewards and fees out of the model as they come."}}
	known := [kinds]float64{0.8, 3.6, -2.3, -1.1, math.NaN(), math.NaN(), math.NaN()}
	for k, name := range holderKinds {
		m := pairs(worlds, func(s *stillWorld) float64 { return s.wealth[k] })
		prototype := table.Empty("the prototype did not have this kind")
		if !math.IsNaN(known[k]) {
			prototype = table.Number(known[k]/100, table.Percent(1))
		}
		t.Rows = append(t.Rows, []table.Cell{table.Text(name), table.Estimate(m.value, m.lo, m.hi, table.Percent(2)), prototype})
	}
	return t
}
