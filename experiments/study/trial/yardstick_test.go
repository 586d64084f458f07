package trial

import (
	"context"
	"testing"

	"stakeout/agents"
	"stakeout/experiments/presets"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/tiny"
	"stakeout/market/ledger"
	"stakeout/strategies"
)

// nothing is a plan that has capital and leaves it alone.
type nothing struct{}

func (nothing) Clone() agents.Strategy                               { return nothing{} }
func (nothing) Decide([]agents.Agent, *agents.View, *agents.Actions) {}
func (nothing) Commit()                                              {}

// A plan that does nothing with its capital has a net result and an advantage of zero to
// the unit, since no capital is at risk, however long it could have been staked.
func TestDoingNothingHasNoAdvantage(t *testing.T) {
	s := tiny.Spec(t, "dos-empty-blocks")
	s.Entry.New = func(strategies.Params, strategies.Plan) strategies.Committer { return nothing{} }
	x, err := Run(context.Background(), s, NewWorlds(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if x.Capital == 0 || x.Gain != (measure.Account{}) || x.HonestUse != 0 || x.Advantage() != 0 {
		t.Errorf("capital %d, account %+v, honest use %d, advantage %d", x.Capital, x.Gain, x.HonestUse, x.Advantage())
	}
}

// In every world of every preset the profit is net of drift and the four channels of
// drift, to the micro-dollar; the advantage is net of drift less the honest use. Somewhere
// each of the channels has money.
func TestProfitIsNetAndDrift(t *testing.T) {
	var seen [len(measure.Drifts)]bool
	for _, name := range presets.Names() {
		x, err := Run(context.Background(), tiny.Spec(t, name), NewWorlds(), 2)
		if err != nil {
			t.Fatal(err)
		}
		idle := measure.Of(x.Idle, x.Honest, x.Idle, x.Capital)
		for world, a := range map[string]*measure.Account{"attack": &x.Gain, "honest": &x.Fair, "idle": &idle} {
			drift := ledger.Amount(0)
			for i, c := range measure.Drifts {
				drift += a.Channel[c]
				seen[i] = seen[i] || a.Channel[c] != 0
			}
			if a.Net()+drift != a.Profit || world == "idle" && *a != (measure.Account{}) {
				t.Errorf("%s, %s: net %d and drift %d of profit %d", name, world, a.Net(), drift, a.Profit)
			}
		}
		if x.HonestUse < 0 || x.Advantage()+x.HonestUse+x.Gain.Drift() != x.Gain.Profit {
			t.Errorf("%s: advantage %d, honest use %d", name, x.Advantage(), x.HonestUse)
		}
	}
	if seen != [len(measure.Drifts)]bool{true, true, true, true} {
		t.Errorf("drift in the channels %v: the others prove nothing", seen)
	}
}

// The honest use follows the capital that was at risk and the time from the start of the
// plan to the horizon.
func TestHonestUseFollowsTheTrial(t *testing.T) {
	s := tiny.Spec(t, "dos-empty-blocks")
	w, err := Run(context.Background(), s, NewWorlds(), 0)
	if err != nil {
		t.Fatal(err)
	}
	x := &Trial{spec: s, Start: 100, Idle: w.Idle}
	x.Gain.CapitalAtRisk = 1e6 * ledger.Unit
	for _, days := range []float64{1, 40} {
		x.End = x.Start + w.Idle.Ticks(days)
		_, want := strategies.BestUse(x.Gain.CapitalAtRisk, float64(w.Idle.Ticks(days))/w.Idle.PerDay(),
			s.World.Rollup.UnbondingDays, func(strategies.Levers) bool { return true })
		if got := x.honestUse(); got != want || (want > 0) != (days > 10) {
			t.Errorf("%g days: %d, want %d", days, got, want)
		}
	}
	if s.Mechanism = "centralized"; x.honestUse() != 0 {
		t.Errorf("staking is worth %d where no stake leads", x.honestUse())
	}
}
