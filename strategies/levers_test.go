package strategies_test

import (
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/sim"
	"stakeout/market/ledger"
	"stakeout/strategies"
)

// course runs a plan of the catalogue and returns the world at a day of the plan.
func course(t *testing.T, name string, act bool, day float64, set map[string]string) (*sim.World, func(day float64)) {
	t.Helper()
	e, _ := strategies.Find(name)
	p := short(t, e, "3000000")
	for path, text := range set {
		if err := param.Set(p, path, text); err != nil {
			t.Fatal(err)
		}
	}
	w := newWorld(t, e, e.Capital(p))
	begin(w, e, p, act)
	on := func(day float64) { run(t, w, w.Ticks(openDays+day)) }
	on(day)
	return w, on
}

// A bidder that pays twice the worth of slots leads nearly all of them during the act,
// in the honest twin too, and none before or after. A bidder that pays less than they
// are worth leads few.
func TestOutbidLeadsTheAct(t *testing.T) {
	for _, x := range []struct {
		premium     string
		least, most float64
	}{{"1", 0.9, 1}, {"-0.5", 0, 0.1}} {
		for _, act := range []bool{true, false} {
			w, on := course(t, "outbid", act, 0.5, map[string]string{"bid_premium_share": x.premium})
			leg := w.Attackers()[0]
			before, slots := w.Rollup().Led(leg), w.Rollup().Public().Slots
			on(1.5)
			share := float64(w.Rollup().Led(leg)-before) / float64(w.Rollup().Public().Slots-slots)
			after := w.Rollup().Led(leg)
			on(2.5)
			if before != 0 || share < x.least || share > x.most || w.Rollup().Led(leg) > after+1 {
				t.Errorf("premium %s, act %v: led %d slots before the act, %.2f of them in it, %d after", x.premium, act, before,
					share, w.Rollup().Led(leg)-after)
			}
			if escrow := w.Ledger().Flow(sim.RowAttacker, ledger.Auction, ledger.Cash); (escrow < 0) != (share > 0) {
				t.Errorf("premium %s, act %v: %d paid for %.2f of the slots", x.premium, act, -escrow, share)
			}
		}
	}
}

// Each cycle withholds, sells the liquid part and buys tokens back; the stake is
// never sold before the last act is over.
func TestRepeatedFakeDosSellsAndBuysBack(t *testing.T) {
	w, on := course(t, "fake-dos-repeat", true, 1, map[string]string{"cycles": "2"})
	leg := w.Attackers()[0]
	free := func() float64 { return w.Ledger().Balance(leg, ledger.Token, ledger.Free).Units() }
	staked := w.Rollup().Bonded(leg)
	for cycle := range 2 {
		start := 1 + 1.5*float64(cycle)
		on(start + 0.4)
		held := free()
		on(start + 0.99)
		if held < 1e5 || free() > 0.1*held || w.Rollup().PolicyOf(leg).Transfers {
			t.Errorf("cycle %d: %.0f of %.0f tokens left, it serves %v", cycle, free(), held, w.Rollup().PolicyOf(leg).Transfers)
		}
		if now := w.Rollup().Bonded(leg); now < staked {
			t.Errorf("cycle %d: %d staked of %d", cycle, now, staked)
		}
		on(start + 1.49)
		if cycle == 0 && (free() < 0.5*held || !w.Rollup().PolicyOf(leg).Transfers) {
			t.Errorf("cycle %d: %.0f of %.0f tokens bought back, it serves %v", cycle, free(), held,
				w.Rollup().PolicyOf(leg).Transfers)
		}
	}
}

// The means of slashing make rivals miss deadlines that the honest twin lets them
// meet.
func TestMeansOfSlashing(t *testing.T) {
	for name, set := range map[string]map[string]string{
		"slash-miner":    {"hash_share": "0.45", "miner_cash_share": "0.5"},
		"slash-network":  {},
		"takeover-slash": {"slash_cash_share": "0.5", "hash_share": "0.1"},
	} {
		var burnt [2]ledger.Amount
		for i, act := range []bool{false, true} {
			w, _ := course(t, name, act, 2, set)
			burnt[i] = w.Ledger().Balance(ledger.Burned, ledger.Token, ledger.Free)
		}
		if burnt[1] <= burnt[0] {
			t.Errorf("%s: %d burnt, %d without the act", name, burnt[1], burnt[0])
		}
	}
}
