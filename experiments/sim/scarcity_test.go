package sim

import (
	"testing"

	"stakeout/market/ledger"
)

// scarce is a world in which ether halves within a day and then stands still, and in
// which nobody can withdraw in that time. It runs to the end of the day and returns the
// highest price of dai on the way.
func scarce(t *testing.T, set func(*Config)) (w *World, peak float64) {
	t.Helper()
	c := defaults(t)
	c.Time.WarmupDays = 1
	c.News.EthDaily, c.News.EthJumps = 0, 0
	c.News.FallStartDays, c.News.FallShare = 0.5, 0.5
	c.Outage = OutageParams{StartDays: 0.5, Hours: 48, Share: 1, Repeat: 1, EveryDays: 7}
	set(c)
	w = run(t, world(t, c, "none", 3), c.Ticks(3))
	if err := w.Audit(); err != nil {
		t.Fatal(err)
	}
	for _, s := range w.Series() {
		peak = max(peak, s.Dai.Price)
	}
	return w, peak
}

// "Lock up a bunch of the supply of certain tokens causing the markets to go crazy": the
// more dai is locked up when ether halves, the dearer it is, far beyond the penalty of a
// liquidation. All auctions clear, and no dai is made or lost.
func TestPremiumRisesWithTheShareLocked(t *testing.T) {
	t.Parallel()
	last := 1.0
	for _, inside := range []float64{0, 0.4, 0.8} {
		w, peak := scarce(t, func(c *Config) { c.Arbitrageurs.InsideShare = inside })
		end := w.daiSample()
		t.Logf("%.1f inside: %.3f USD, %.0f ether sold, %+v", inside, peak, end.Liquidated, end)
		if peak < last+0.02 || end.Liquidated < 1000 {
			t.Errorf("%.1f inside: %.3f USD after %.3f", inside, peak, last)
		}
		if locked := end.Locked / end.Supply; (locked > 0.5*inside) != (inside > 0) {
			t.Errorf("%.1f inside: %.3f locked up", inside, locked)
		}
		if w.vaults.Auctions() > 0 {
			t.Errorf("%.1f inside: %d auctions have not cleared", inside, w.vaults.Auctions())
		}
		held := 0.0
		for o := range ledger.Owner(w.led.Owners()) {
			held += w.led.Total(o, ledger.Dai).Units() + w.vaults.Debt(o).Units()
		}
		if owed := end.Supply; held-owed > 1e-3 || owed-held > 1e-3 {
			t.Errorf("%.1f inside: %.6f dai held, %.6f owed", inside, held, owed)
		}
		last = peak
	}
	if last < 1.2 {
		t.Errorf("%.3f USD with four fifths locked up", last)
	}
}

// Owners who add ether do not need dai; bidders who want more for their last dai pay more.
func TestPremiumFollowsItsCauses(t *testing.T) {
	t.Parallel()
	peak := func(set func(*Config)) float64 {
		_, p := scarce(t, set)
		return p
	}
	usual := peak(func(*Config) {})
	add := peak(func(c *Config) { c.VaultOwners.AddShare = 1 })
	none := peak(func(c *Config) { c.VaultOwners.AddShare = 0 })
	steep := peak(func(c *Config) { c.Arbitrageurs.Slope *= 3 })
	t.Logf("usual %.3f, all add ether %.3f, none does %.3f, steep %.3f", usual, add, none, steep)
	if !(add < usual && usual < none && usual < steep) {
		t.Error("the premium does not follow its causes")
	}
}
