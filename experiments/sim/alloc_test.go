package sim

import (
	"testing"

	"stakeout/strategies"
)

// A tick allocates nothing in steady state. What is left is the growth of
// slices by doubling: the samples (one an hour), the price path (one in eight
// ticks) and high-water marks of queues and of the book, each of which costs
// one allocation every time that it doubles. Some ten of them in five thousand
// ticks are far below the bound of a hundredth of an allocation a tick; a single
// allocation on any path that runs even once in a hundred ticks is above it.
func TestTickAllocatesNothing(t *testing.T) {
	entry, _ := strategies.Find("dos-short")
	for name, w := range map[string]*World{
		"default":  steady(t, defaults(t)),
		"attacked": attacked(t, defaults(t), "forced-exit", 1, entry),
		"judged":   attacked(t, defaults(t), "timelock-vote", 1, entry),
		"burn":     worldUnder(t, defaults(t), "burn-auction", "none", 1),
		"mev":      worldUnder(t, defaults(t), "mev-auction", "none", 1),
	} {
		const ticks = 5000
		run(t, w, w.Ticks(1))
		// AllocsPerRun itself does not allocate; it steps once to warm up.
		per := testing.AllocsPerRun(1, func() { run(t, w, w.Tick()+ticks) }) / ticks
		t.Logf("%s: %.5f allocations a tick", name, per)
		if per >= 0.01 {
			t.Errorf("%s: %.4f allocations a tick", name, per)
		}
	}
}
