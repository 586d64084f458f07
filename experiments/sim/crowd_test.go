package sim

import (
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/strategies"
)

// futures is a world with a perpetual future in which dos-short sells contracts for a
// week, with this much cash behind it, or in which nobody attacks when there is none. It
// returns the mean open interest of the last three days.
func futures(t *testing.T, cash string, set func(*Config)) (w *World, interest float64) {
	t.Helper()
	c := defaults(t)
	c.Perp.OpenInterestCap = 5e6 * ledger.Unit
	c.Basis.Count, c.Basis.HoldShare, c.Holders.HoldShare = 6, 0.03, 0.07
	c.Time.WarmupDays = 2
	set(c)
	e, _ := strategies.Find("dos-short")
	p := e.Params()
	param.Defaults(p)
	for _, kv := range [][2]string{{"perpetual_share", "1"}, {"budget_usd", cash}, {"short_share", "0.95"},
		{"build_days", "3"}, {"open_days", "3"}, {"act_days", "6"}} {
		if err := param.Set(p, kv[0], kv[1]); err != nil {
			t.Fatal(err)
		}
	}
	w = run(t, world(t, c, "none", 5, legs(e, p)...), c.Ticks(2))
	if cash != "0" {
		attack(w, e, p)
	}
	run(t, w, c.Ticks(8))
	if err := w.Audit(); err != nil {
		t.Fatal(err)
	}
	n := 0.0
	for _, s := range w.Series()[5*24:] {
		if s.Perp.OpenInterest > c.Perp.OpenInterestCap.Units() {
			t.Fatalf("open interest %.0f above the cap", s.Perp.OpenInterest)
		}
		interest += s.Perp.OpenInterest
		n++
	}
	return w, interest / n
}

// Everybody with a view trades the contract, so that open interest goes beyond what basis
// traders hold, rises with the difference of views, and ends at the cap.
func TestOpenInterestRisesWithViews(t *testing.T) {
	t.Parallel()
	_, usual := futures(t, "0", func(*Config) {})
	_, views := futures(t, "0", func(c *Config) { c.Beliefs.ViewSpread = 0.1 })
	_, short := futures(t, "20000000", func(*Config) {})
	_, tight := futures(t, "20000000", func(c *Config) { c.Perp.OpenInterestCap = 1e6 * ledger.Unit })
	t.Logf("open interest %.0f, with views %.0f, with a large short %.0f, at a cap of 1 M %.0f", usual, views, short,
		tight)
	if usual < 5e5 || views < 1.2*usual || short < 3.5e6 || short < views || tight < 9e5 {
		t.Error("open interest does not follow views, or does not reach its cap")
	}
}

// A large short makes the contract cheap, and pays for it to those who take the other
// side. The more often it pays, the more they take, and the more the short costs.
func TestAShortPaysTheCrowd(t *testing.T) {
	t.Parallel()
	last, most := 0.0, 0.0
	for _, hours := range []float64{0, 8, 1} {
		w, interest := futures(t, "20000000", func(c *Config) {
			c.Perp.OpenInterestCap = 5e7 * ledger.Unit
			if c.Perp.FundingHours = hours; hours == 0 {
				c.Perp.FundingHours, c.Perp.FundingCap = 8, 0
			}
		})
		paid := -w.led.Flow(RowAttacker+1, ledger.Funding, ledger.Cash).Units()
		t.Logf("every %v hours: short %d, open interest %.0f, paid %.0f USD", hours, -w.perp.Position(w.attackers[1]),
			interest, paid)
		if interest < 1.05*most || (hours > 0) != (paid > 2*last+10000) {
			t.Errorf("every %v hours: open interest %.0f after %.0f, paid %.0f after %.0f", hours, interest, most, paid, last)
		}
		sum := ledger.Amount(0)
		for r := ledger.Row(0); int(r) < rows; r++ {
			sum += w.led.Flow(r, ledger.Funding, ledger.Cash)
		}
		if sum != 0 {
			t.Errorf("%d micro-dollars of funding come from nowhere", sum)
		}
		last, most = paid, interest
	}
}
