package strategies_test

import (
	"math"
	"testing"

	"stakeout/market/ledger"
	"stakeout/strategies"
)

// worth is the best use of a capital in USD within some days of a world in which stake
// leads or does not.
func worth(usd ledger.Amount, days float64, staking bool) (string, float64) {
	use, w := strategies.BestUse(usd*ledger.Unit, days, 7, func(l strategies.Levers) bool { return staking || !l.Stake })
	return use.Name, w.Units()
}

// The best use is cash where nothing else is worth more, and never worth less than that.
// More capital and more time are never worth less.
func TestBestHonestUse(t *testing.T) {
	for _, c := range []struct {
		usd     ledger.Amount
		days    float64
		staking bool
		use     string
	}{
		{0, 59, true, "cash"}, {1e6, 59, false, "cash"}, {1e6, 5, true, "cash"}, {1e6, 59, true, "staking"},
		{4e7, 59, true, "staking"},
	} {
		if use, w := worth(c.usd, c.days, c.staking); use != c.use || (use == "cash") != (w == 0) || w < 0 {
			t.Errorf("%d USD for %g days: %s, %g USD", c.usd, c.days, use, w)
		}
	}
	last := 0.0
	for _, usd := range []ledger.Amount{1e5, 2e5, 4e5, 8e5} {
		_, w := worth(usd, 59, true)
		if _, longer := worth(usd, 89, true); w <= last || longer <= w || w > 0.02*float64(usd) {
			t.Errorf("%d USD: %g for 59 days, %g for 89, %g for half of the capital", usd, w, longer, last)
		}
		last = w
	}
}

// The size of the best use is one of the declared shares: by hand, the whole of a million
// is worth 1,000,000 × (12 % × 33.475/365 − 0.33 % − 0.23/51.5) within 59 days. Of forty
// millions it is half of the largest size that was measured, which is as much.
func TestWorthByHand(t *testing.T) {
	want := 1e6 * (0.12*33.475/365 - 0.0033 - 0.23/51.5)
	for _, usd := range []ledger.Amount{1e6, 4e7} {
		if _, got := worth(usd, 59, true); math.Abs(got-want) > 1 {
			t.Errorf("%d USD: %.2f USD, want %.2f", usd, got, want)
		}
	}
}

// Staking at leisure runs its course, serves everybody and leaves
// nothing but cash.
func TestHonestUsesRunTheirCourse(t *testing.T) {
	const size = 3e5 * ledger.Unit
	for _, u := range strategies.HonestUses() {
		if u.New == nil {
			continue
		}
		e, _ := strategies.Find("dos-empty-blocks")
		w := newWorld(t, e, [strategies.Legs]ledger.Amount{size})
		plan := strategies.Plan{Legs: w.Attackers(), Opening: w.Opening(), Act: false}
		w.SetAttacker(u.New(size, 4, unbondingDays, plan))
		s := follow(t, w, w.Ticks(4))
		if s.stake < 1000 || s.harsh || s.withheld > 0 || s.least < 0 {
			t.Errorf("%s: %+v", u.Name, s)
		}
		wound(t, w, false)
	}
}
