package measure

import (
	"math"
	"slices"
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/sim"
	"stakeout/market/ledger"
	"stakeout/strategies"
)

// Dai that a plan holds has channels of its own: what was paid for it against its
// price, and what it fetches in the book against that.
func TestDaiHasItsOwnChannels(t *testing.T) {
	e, _ := strategies.Find("dos-lockup")
	p := e.Params()
	param.Defaults(p)
	if err := param.Set(p, "build_days", "1"); err != nil {
		t.Fatal(err)
	}
	capital := e.Capital(p)
	idle, err := sim.New(quick(), "pos", "none", 5, capital)
	if err != nil {
		t.Fatal(err)
	}
	w := new(sim.World)
	w.CopyFrom(idle)
	w.SetAttacker(e.New(p, strategies.Plan{Legs: w.Attackers(), Opening: w.Opening()}))
	for _, x := range []*sim.World{w, idle} {
		if err := x.Run(x.Ticks(1.5)); err != nil {
			t.Fatal(err)
		}
	}
	a := Of(w, w, idle, capital[0]+capital[1])
	balanced(t, &a)
	row, leg := sim.RowAttacker+1, w.Attackers()[1]
	held := w.Ledger().Total(leg, ledger.Dai)
	paid := w.Ledger().Flow(row, ledger.Trade, ledger.Cash)
	if held < 1000*usd || paid >= 0 {
		t.Fatalf("%d micro-dai for %d", held, paid)
	}
	if got, want := a.Channel[DaiTrades]+a.Channel[DaiDrift], paid+value(held, w.DaiPrice()); got != want {
		t.Errorf("trades of dai: %d, want %d", got, want)
	}
	drift := ledger.Amount(0)
	for _, f := range w.Dai().Log() {
		hour := max(slices.IndexFunc(idle.Series(), func(s sim.Sample) bool { return s.Tick > f.Tick })-1, 0)
		drift += ledger.Amount(float64(f.Lots) * (idle.DaiPrice() - idle.Series()[hour].Dai.Price) * 1e6)
	}
	if got := a.Channel[DaiDrift]; got == 0 || got < drift-1000 || got > drift+1000 {
		t.Errorf("drift of dai: %d, want about %d", got, drift)
	}
	if got, want := a.Channel[DaiUnsold], fetched(w.Dai(), held, 0)-value(held, w.DaiPrice()); got != want || got >= 0 {
		t.Errorf("unsold dai: %d, want %d", got, want)
	}
	for c := ShortDrift; c <= ShortExecution; c++ {
		if a.Channel[c] != 0 {
			t.Errorf("%s: %d of a leg that trades no tokens", Describe[c].Name, a.Channel[c])
		}
	}
}

// A position in the perpetual future drifts with the idle world's price of the token: the
// position at every point of the price path times the move to the next, counted here from
// the contract itself while the world runs.
func TestPositionsInThePerpetualDrift(t *testing.T) {
	e, _ := strategies.Find("dos-short")
	p := e.Params()
	param.Defaults(p)
	for path, text := range map[string]string{"budget_usd": "1500000", "build_days": "1", "act_days": "1",
		"open_days": "0.5", "cover_days": "0.4", "perpetual_share": "1"} {
		if err := param.Set(p, path, text); err != nil {
			t.Fatal(err)
		}
	}
	c := quick()
	c.Perp.OpenInterestCap = 5e6 * usd
	c.Basis.Count, c.Basis.HoldShare, c.Holders.HoldShare = 6, 0.03, 0.07
	capital := e.Capital(p)
	idle, err := sim.New(c, "pos", "none", 5, capital)
	if err != nil {
		t.Fatal(err)
	}
	w := new(sim.World)
	w.CopyFrom(idle)
	w.SetAttacker(e.New(p, strategies.Plan{Legs: w.Attackers(), Opening: w.Opening(), Act: true}))
	leg, want, most := w.Attackers()[1], 0.0, int64(0)
	for w.Tick() < w.Ticks(1.8) { // in the midst of covering
		for _, x := range []*sim.World{w, idle} {
			if err := x.Run(x.Tick() + sim.PathTicks - 1); err != nil {
				t.Fatal(err)
			}
		}
		held, was := w.Perp().Position(leg), idle.PriceAt(idle.Tick())
		most = max(most, -held)
		for _, x := range []*sim.World{w, idle} {
			if err := x.Step(); err != nil {
				t.Fatal(err)
			}
		}
		want += float64(held) * (idle.PriceAt(idle.Tick()) - was)
	}
	a := Of(w, w, idle, capital[0]+capital[1])
	balanced(t, &a)
	if got := a.Channel[PerpDrift].Units(); most < 1000 || want == 0 || math.Abs(got-want) > 0.01 {
		t.Errorf("short of %d contracts at most: drift %.4f USD, want %.4f", most, got, want)
	}
	if w.Perp().Position(leg) >= 0 || a.Channel[PerpExecution] == 0 || a.Channel[PerpImpact] == 0 ||
		a.Channel[PerpAttack] != 0 {
		t.Errorf("position %d, channels %v", w.Perp().Position(leg), a.Channel)
	}
	if a.Drift() != a.Channel[StakeDrift]+a.Channel[ShortDrift]+a.Channel[PerpDrift] || a.Net()+a.Drift() != a.Profit {
		t.Errorf("net %d and drift %d of profit %d", a.Net(), a.Drift(), a.Profit)
	}
}
