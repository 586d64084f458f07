package sim

import (
	"math"
	"testing"

	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// trappedUnder is the default world, whose coordinators stop for three weeks, with
// gas at a constant price, the smallest balances at five dollars, and users who decide
// within days.
func trappedUnder(t testing.TB, name string, gwei float64, set func(*Config)) *World {
	c := defaults(t)
	c.Time.WarmupDays, c.Outage.StartDays, c.Outage.Hours = 1, 0, 24*21
	c.Layer1.BackgroundLogMean, c.Layer1.BackgroundInnovation = math.Log(gwei), 0
	c.Users.BalanceUSD, c.Users.MemoryDays, c.Users.ReviewDays = 5, 1, 1
	if set != nil {
		set(c)
	}
	return worldUnder(t, c, "pos", name, 1)
}

// "This would be heavily dependent on the gas market which would mean that users with
// less funds would not be able to afford to migrate. Both cause users to be stuck":
// the dearer gas is, the more users are trapped, the poorer ones first.
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

// A queue that is not served in time lets everybody out and stops the rollup: no slot
// has a leader who could miss its deadline, and nobody joins any more.
func TestExodus(t *testing.T) {
	t.Parallel()
	w := trappedUnder(t, "forced-exit", 58.2, func(c *Config) {
		c.Rollup.QueueDelayHours, c.Rollup.ExodusHours = 8760, 48
	})
	p := w.roll.Public()
	for !p.Exodus && w.tick < w.Ticks(12) {
		run(t, w, w.tick+1)
	}
	burned := w.led.Balance(ledger.Burned, ledger.Token, ledger.Free)
	for w.tick < w.Ticks(12) {
		run(t, w, w.tick+w.hour())
		if err := w.Audit(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("exodus %v, %v members left, %d left through layer one", p.Exodus, p.Members, p.ForcedExits)
	if !p.Exodus || p.Members > 0 || p.ForcedExits < 150_000 || burned == 0 {
		t.Error("no exodus")
	}
	if got := w.led.Balance(ledger.Burned, ledger.Token, ledger.Free); got != burned {
		t.Errorf("%d slashed after the exodus", got-burned)
	}
	if w.roll.Join(ledger.First, 1) != rollup.ErrExodus || w.roll.Bridge(ledger.First, 1) != rollup.ErrExodus {
		t.Error("something comes in after the exodus")
	}
}

// A rush of exits raises its own price: an exit costs each of two hundred thousand
// users more than each of two thousand, who hardly meet.
func TestRushRaisesGas(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"forced-exit", "mass-exit"} {
		paid := func(each int) float64 {
			w := trappedUnder(t, name, 58.2, func(c *Config) { c.Users.CohortSize, c.Users.BalanceUSD = each, 1000 })
			run(t, w, w.Ticks(14))
			return -w.led.Flow(RowUsers, ledger.ExitGas, ledger.Cash).Units() / float64(w.roll.Public().ForcedExits)
		}
		few, many := paid(1), paid(100)
		t.Logf("%s: an exit costs %.3f USD among few, %.3f in the rush", name, few, many)
		if few < 170_000*58.2e-9*150 || many < 1.2*few {
			t.Errorf("%s: a rush does not raise the price of leaving", name)
		}
	}
}

// The line is carried as fast as layer one sells space, so that the contract's
// queue serves 128 in 16 blocks as long as anybody waits, and no more. A request is
// served a day after it was made at the earliest, so the measured day begins when more
// people asked on the day before than the floor serves.
func TestQueueServesItsFloor(t *testing.T) {
	t.Parallel()
	w := trappedUnder(t, "forced-exit", 58.2, func(c *Config) { c.Users.BalanceUSD = 1000 })
	run(t, w, w.Ticks(5))
	before := w.roll.Public().ForcedExits
	run(t, w, w.Ticks(6))
	aDay := float64(w.roll.Public().ForcedExits - before)
	if floor := 128 * w.PerDay() / 16; w.roll.QueueLength() == 0 || aDay < floor-128 || aDay > floor+128 {
		t.Errorf("%.0f out in a day, %d wait, the floor is %.0f", aDay, w.roll.QueueLength(), floor)
	}
}

// Requests are never larger than a block, at any gas of an exit.
func TestRequestsFitABlock(t *testing.T) {
	t.Parallel()
	for _, gas := range []int{0, 2_000_000, 10_000_000} {
		w := trappedUnder(t, "forced-exit", 10, func(c *Config) { c.Rollup.ForcedExitGas, c.Users.BalanceUSD = gas, 1000 })
		run(t, w, w.Ticks(9))
		if p := w.roll.Public(); p.ForcedExits == 0 {
			t.Errorf("nobody got out at %d gas", gas)
		}
	}
}
