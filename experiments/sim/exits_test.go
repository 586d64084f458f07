package sim

import (
	"math"
	"testing"

	"stakeout/market/ledger"
)

// trappedUnder is the default world, whose coordinators stop for three weeks, with
// gas at a constant price and the smallest balances at five dollars.
func trappedUnder(t testing.TB, name string, gwei float64, set func(*Config)) *World {
	c := defaults(t)
	c.Time.WarmupDays, c.Outage.StartDays, c.Outage.Hours = 1, 0, 24*21
	c.Layer1.BackgroundLogMean, c.Layer1.BackgroundInnovation = math.Log(gwei), 0
	c.Users.BalanceUSD = 5
	if set != nil {
		set(c)
	}
	return worldUnder(t, c, "pos", name, 1)
}

// "This would be heavily dependent on the gas market which would mean that users
// with less funds would not be able to afford to migrate. Both cause users to be
// stuck": the dearer gas is, the more are trapped, and the poorer ones first.
func TestGasTrapsThePoor(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"forced-exit", "mass-exit"} {
		last := -1.0
		for _, gwei := range []float64{58.2, 538} {
			w := trappedUnder(t, name, gwei, nil)
			run(t, w, w.Ticks(14))
			if err := w.Audit(); err != nil {
				t.Fatal(err)
			}
			d := w.Trapped(10)
			t.Logf("%s at %g gwei: %.2f", name, gwei, d)
			all := 0.0
			for _, x := range d {
				all += x / 10
			}
			if all < last-0.01 || d[0] < d[9]-0.05 {
				t.Errorf("%s at %g gwei: trapped %v, %.3f before", name, gwei, d, last)
			}
			last = all
		}
		if last < 0.3 {
			t.Errorf("%s: only %.2f trapped by gas", name, last)
		}
	}
}

// A queue that nobody serves in time lets everybody out and stops the rollup.
func TestExodus(t *testing.T) {
	t.Parallel()
	w := trappedUnder(t, "forced-exit", 58.2, func(c *Config) { c.Rollup.QueueDelayHours, c.Rollup.ExodusHours = 8760, 48 })
	for day := 1.0; day <= 12; day++ {
		run(t, w, w.Ticks(day))
		if err := w.Audit(); err != nil {
			t.Fatal(err)
		}
	}
	p := w.roll.Public()
	t.Logf("exodus %v, %v members left, %d left through layer one", p.Exodus, p.Members, p.ForcedExits)
	if !p.Exodus || p.Members > 100 || p.ForcedExits < 150_000 {
		t.Error("no exodus")
	}
}

// A rush of exits raises the price that it pays: a window through which everybody
// wants fills half of every block, and each pays more than one who leaves in the
// queue, which lets eight a block through.
func TestRushRaisesGas(t *testing.T) {
	t.Parallel()
	paid := func(name string) float64 {
		w := trappedUnder(t, name, 58.2, nil)
		run(t, w, w.Ticks(8))
		gas := w.led.Flow(RowUsers, ledger.ExitGas, ledger.Cash)
		return -gas.Units() / float64(w.roll.Public().ForcedExits)
	}
	queue, rush := paid("forced-exit"), paid("mass-exit")
	t.Logf("an exit costs %.3f USD in the queue, %.3f in the rush", queue, rush)
	if quiet := 170_000 * 58.2e-9 * 232.77; queue <= 1.2*quiet || rush <= 1.1*queue {
		t.Error("a rush does not raise the price of leaving")
	}
}
