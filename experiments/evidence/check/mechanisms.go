package check

import (
	"context"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
)

// reference is the mechanism with which the others are compared.
const reference = "pos"

// mechanismEffect is the difference that a mechanism makes without an attacker,
// against the reference with the same seed.
type mechanismEffect struct {
	price, served float64 // 100 × ln ratio of price and of transactions
	// bids is the payment of leaders for their slots, burnt the amount that was
	// burnt, and stakers the amount that reached stakers, all in % of net fees.
	bids, burnt, stakers float64
}

// against compares a world with the world under the reference. Payments that still
// lie in escrow at the end do not count as bids.
func against(w, base *sim.World) mechanismEffect {
	served := func(w *sim.World) float64 { return float64(w.Rollup().Public().Transactions) }
	l, price := w.Ledger(), w.PriceAt(w.Tick())
	usd := func(r ledger.Row, why ledger.Reason) float64 {
		return l.Flow(r, why, ledger.Cash).Units() + float64(l.Flow(r, why, ledger.Token).Units()*price)
	}
	leaders, escrow := ledger.Row(sim.RowCoordinators), ledger.Row(ledger.Escrow)
	fees := usd(leaders, ledger.TransactionFee) + usd(leaders, ledger.WithdrawalFee) + usd(leaders, ledger.BatchCost)
	held := usd(escrow, ledger.Auction) + usd(escrow, ledger.Burn) + usd(escrow, ledger.StakingReward)
	return mechanismEffect{
		price: 100 * lnRatio(w, base, w.Tick()), served: 100 * exact.Log(served(w)/served(base)),
		bids:    100 * (-usd(leaders, ledger.Auction) - held) / fees,
		burnt:   100 * usd(ledger.Row(ledger.Burned), ledger.Burn) / fees,
		stakers: 100 * usd(sim.RowStakers, ledger.StakingReward) / fees,
	}
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
		if err := trial.Advance(ctx, w, w.Ticks(r.world.Time.WarmupDays+min(r.days, 14))); err != nil {
			return nil, err
		}
		if base == nil {
			base = w
			continue
		}
		out = append(out, against(w, base))
	}
	return out, nil
}

// mechanismsOnTrial lists the reference first, then all other mechanisms.
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
	const source = "Identity: without an attacker every leader serves, so mechanisms differ by who leads; the width " +
		"is an assumption"
	for k, name := range mechanismsOnTrial()[1:] {
		of := func(f func(*mechanismEffect) float64) measured {
			x := make([]float64, len(worlds))
			for i := range worlds {
				x[i] = f(&worlds[i].effects[k])
			}
			return meanOf(x)
		}
		lines = append(lines,
			line{name + " without an attacker: price", "%", between(-1, 1), source,
				of(func(e *mechanismEffect) float64 { return e.price }), 2},
			line{name + " without an attacker: transactions", "%", between(-1, 1), source,
				of(func(e *mechanismEffect) float64 { return e.served }), 2},
			line{name + ": of net fees to stakers", "%", untargeted, "",
				of(func(e *mechanismEffect) float64 { return e.stakers }), 1})
		if e, _ := election.Find(name); e.Rules().Bids {
			lines = append(lines,
				line{name + ": of net fees bid for slots", "%", untargeted, "",
					of(func(e *mechanismEffect) float64 { return e.bids }), 1},
				line{name + ": of net fees burnt", "%", untargeted, "", of(func(e *mechanismEffect) float64 { return e.burnt }), 1})
		}
	}
	return lines
}
