package check

import (
	"context"
	"fmt"

	"stakeout/experiments/sim"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/trial"
	"stakeout/market/ledger"
	"stakeout/strategies"
)

// honestSizes are the sizes at which honest uses are measured, in million USD. The best
// one lies among them.
var honestSizes = [...]float64{0.25, 0.5, 1, 2}

// honestDays are the lengths of time, as shares of the days of the check.
var honestDays = [...]float64{2.0 / 3, 1}

// startDays are from the end of the warm-up to the first purchase.
const startDays = 1

// worthBound is how far a measured worth may be from the recorded one, in % of the size.
const (
	worthBound = 0.4
	recorded   = "What is recorded with the use, Assumption: ±0.4 % of the size, a few thousand USD at the best size"
)

// honestPlan is a use that does something, of a size and for some days.
type honestPlan struct {
	strategies.HonestUse
	size float64 // million USD
	days float64 // from the first purchase to the last sale
}

func (r *runner) honestPlans() (list []honestPlan) {
	for _, share := range honestDays {
		for _, u := range strategies.HonestUses() {
			for _, size := range honestSizes {
				if u.New != nil {
					list = append(list, honestPlan{u, size, float64(r.days*share) - startDays})
				}
			}
		}
	}
	return list
}

// money is the size in micro-USD.
func (p honestPlan) money() ledger.Amount { return ledger.Amount(p.size*1e6) * ledger.Unit }

// runHonest runs every plan on a branch of one world, which itself goes on without.
func runHonest(ctx context.Context, r *runner) (*Result, error) {
	r.days = max(r.days, 2*startDays)
	plans := r.honestPlans()
	worlds, err := each(ctx, r, r.seeds, func(ctx context.Context, s *scratch, rep int) (net []float64, err error) {
		idle, err := r.openAt(ctx, &r.world, rep, startDays)
		if err != nil {
			return nil, err
		}
		s.start.CopyFrom(idle)
		for _, p := range plans {
			end := s.start.Tick() + idle.Ticks(p.days)
			if err := trial.Advance(ctx, idle, end); err != nil {
				return nil, err
			}
			b := &s.branch
			b.CopyFrom(&s.start)
			b.Fund([sim.Legs]ledger.Amount{p.money()})
			b.SetAttacker(p.New(p.money(), p.days, r.world.Rollup.UnbondingDays,
				strategies.Plan{Legs: b.Attackers(), Opening: b.Opening(), Start: b.Tick()}))
			if err := trial.Advance(ctx, b, end); err != nil {
				return nil, err
			}
			a := measure.Of(b, b, idle, p.money())
			net = append(net, 100*a.Net().Units()/p.money().Units())
		}
		return net, nil
	})
	if err != nil {
		return nil, err
	}
	var lines []line
	for k, p := range plans {
		x := make([]float64, len(worlds))
		for i := range worlds {
			x[i] = worlds[i][k]
		}
		worth := 100 * p.Worth(p.money(), p.days, r.world.Rollup.UnbondingDays).Units() / p.money().Units()
		lines = append(lines, line{fmt.Sprintf("%s, %g M USD, %.4g d", p.Name, p.size, p.days), "% of size",
			between(worth-worthBound, worth+worthBound), recorded, meanOf(x), 2})
	}
	return judge("honest", "What honest uses of capital earn, net of drift", lines,
		"Every size starts a day after the warm-up from the same world; drift is that of the world without it. The "+
			"advantage of an attack subtracts what is recorded for the best size of the best use."), nil
}
