package claims

import (
	"math"

	"stakeout/experiments"
	"stakeout/experiments/measure"
	"stakeout/experiments/sim"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// Measure is a quantity of one replication.
type Measure struct {
	Name, Unit string
	Decimals   int
	of         func(*experiments.Trial) float64
}

// The measures. Worlds are compared with the honest use of the same capital.
var (
	excess = Measure{"profit over honest use", "USD", 0, func(t *experiments.Trial) float64 { return t.Excess().Units() }}
	profit = Measure{"net profit", "USD", 0, func(t *experiments.Trial) float64 { return t.Gain.Profit.Units() }}

	priceWeek = Measure{"effect on the price after a week of the act", "100 ln", 2, func(t *experiments.Trial) float64 {
		return effect(t, t.Act()+t.Attack.Ticks(7))
	}}
	priceMonth = Measure{"effect on the price after four weeks of the act", "100 ln", 2, func(t *experiments.Trial) float64 {
		return effect(t, t.Act()+t.Attack.Ticks(28))
	}}

	lost = Measure{"transactions lost since the act began", "%", 1, func(t *experiments.Trial) float64 {
		a, h := public(t.Attack).Transactions, public(t.Honest).Transactions
		share := 1 - float64(t.Act())/float64(t.Honest.Tick())
		return 100 * (float64(h) - float64(a)) / (float64(h) * share)
	}}
	trapped     = Measure{"users who want to leave and cannot", "%", 1, func(t *experiments.Trial) float64 { return 100 * t.Attack.Trapped(1)[0] }}
	othersStake = Measure{"stake of the others at the end against honest use", "100 ln", 2, func(t *experiments.Trial) float64 {
		return 100 * math.Log(others(t.Attack)/others(t.Honest))
	}}
	punished = Measure{"tokens of the attacker slashed", "tokens", 0, func(t *experiments.Trial) float64 {
		return slashedOf(t.Attack, sim.RowAttacker)
	}}
	moved = Measure{"users who have moved to a rollup of their own", "%", 1, func(t *experiments.Trial) float64 {
		if t.Attack.Away() == nil {
			return 0
		}
		return 100 * t.Attack.Away().Public().Members / (t.Attack.Away().Public().Members + public(t.Attack).Members)
	}}
	explained = Measure{"share of the loss in fees forgone and in the fall of the stake", "%", 1, func(t *experiments.Trial) float64 {
		sum := 0.0
		for _, c := range []measure.Channel{measure.StakeAttack, measure.Fees, measure.WithdrawalFees, measure.BatchGas} {
			sum += (t.Gain.Channel[c] - t.Fair.Channel[c]).Units()
		}
		return 100 * sum / t.Excess().Units()
	}}
	moveCost = Measure{"layer-one cost of a user who moved", "USD", 4, func(t *experiments.Trial) float64 {
		m := t.Attack.Remedy().Docket().Move
		return -t.Attack.Ledger().Flow(sim.RowUsers, ledger.Migration, ledger.Cash).Units() / float64(max(m.Moved, 1))
	}}
	refusals = Measure{"slots whose coordinator would not carry a move out", "slots", 1, func(t *experiments.Trial) float64 {
		return float64(t.Attack.Remedy().Docket().Move.Refusals)
	}}
	share = Measure{"largest share of all stake", "%", 1, func(t *experiments.Trial) float64 { return 100 * t.Gain.PeakStake }}
)

func public(w *sim.World) *rollup.Public { return w.Rollup().Public() }

// effect is what the act does to the price at a tick, in 100 × ln.
func effect(t *experiments.Trial, tick uint32) float64 {
	tick = min(tick, t.Attack.Tick())
	return 100 * math.Log(t.Attack.PriceAt(tick)/t.Honest.PriceAt(tick))
}

// others is the stake of all but the attacker in tokens.
func others(w *sim.World) float64 {
	sum := public(w).Staked
	for _, id := range w.Attackers() {
		sum -= w.Rollup().Bonded(id)
	}
	return sum.Units()
}

// slashedOf is what a sector has lost to slashing in tokens.
func slashedOf(w *sim.World, row ledger.Row) float64 {
	return -w.Ledger().Flow(row, ledger.Slash, ledger.Token).Units()
}
