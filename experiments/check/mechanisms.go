package check

import (
	"context"
	"math"

	"stakeout/experiments"
	"stakeout/experiments/sim"
	"stakeout/experiments/sim/draw"
	"stakeout/mechanisms/election"
)

// reference is the mechanism that the others are held against.
const reference = "pos"

// mechanismEffect is what a mechanism changes while everybody is honest, against
// the reference with the same seed.
type mechanismEffect struct {
	price, served float64 // 100 × ln ratio of price and of transactions
}

// effects runs one world under each mechanism, without an attacker.
func (r *runner) effects(ctx context.Context, rep int) ([]mechanismEffect, error) {
	var out []mechanismEffect
	var base *sim.World
	for _, name := range mechanismsOnTrial() {
		w, err := sim.New(&r.world, name, "none", draw.Mix(masterSeed, uint64(rep)), noCapital)
		if err != nil {
			return nil, err
		}
		if err := experiments.Advance(ctx, w, w.Ticks(r.world.Time.WarmupDays+min(r.days, 14))); err != nil {
			return nil, err
		}
		if base == nil {
			base = w
			continue
		}
		served := func(w *sim.World) float64 { return float64(w.Rollup().Public().Transactions) }
		out = append(out, mechanismEffect{100 * lnRatio(w, base, w.Tick()), 100 * math.Log(served(w)/served(base))})
	}
	return out, nil
}

// mechanismsOnTrial are the reference and then all others.
func mechanismsOnTrial() []string {
	names := []string{reference}
	for _, e := range election.All() {
		if e.Name != reference {
			names = append(names, e.Name)
		}
	}
	return names
}

func mechanismLines(worlds []nullWorld) (lines []line) {
	const source = "Identity: without an attacker every leader serves, so mechanisms differ by who leads; the width is an assumption"
	for k, name := range mechanismsOnTrial()[1:] {
		var price, served []float64
		for i := range worlds {
			price = append(price, worlds[i].effects[k].price)
			served = append(served, worlds[i].effects[k].served)
		}
		lines = append(lines,
			line{name + " without an attacker: price", "%", between(-1, 1), source, meanOf(price), 2},
			line{name + " without an attacker: transactions", "%", between(-1, 1), source, meanOf(served), 2})
	}
	return lines
}
