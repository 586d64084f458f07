package claims

import (
	"sort"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/trial"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// Measure is a quantity of one replication. Its name is unique, because values are
// stored under it.
type Measure struct {
	Name, Unit string
	Decimals   int
	of         func(*trial.Trial) float64
}

// The measures. Each reads the world with the attack alone, or compares it with the
// world of the same seed in which the same capital is used honestly. A flow of the
// ledger is positive when the row receives, so losses need a minus.
var (
	excess = Measure{"advantage", "USD", 0, func(t *trial.Trial) float64 { return t.Advantage().Units() }}
	profit = Measure{"net profit", "USD", 0, func(t *trial.Trial) float64 { return t.Gain.Profit.Units() }}

	priceWeek = Measure{"effect on the price after a week of the act", "100 ln", 2, func(t *trial.Trial) float64 {
		return effect(t, t.Act()+t.Attack.Ticks(7))
	}}
	priceMonth = Measure{"effect on the price after four weeks of the act", "100 ln", 2, func(t *trial.Trial) float64 {
		return effect(t, t.Act()+t.Attack.Ticks(28))
	}}

	lost = Measure{"transactions lost since the act began", "%", 1, func(t *trial.Trial) float64 {
		a, h := public(t.Attack).Transactions, public(t.Honest).Transactions
		return 100 * (float64(h) - float64(a)) / (float64(h) * sinceAct(t))
	}}
	trapped = Measure{"users who want to leave and cannot", "%", 1, func(t *trial.Trial) float64 {
		return 100 * t.Attack.Trapped(1)[0]
	}}
	othersStake = Measure{"stake of the others at the end against honest use", "100 ln", 2, func(t *trial.Trial) float64 {
		return 100 * exact.Log(others(t.Attack)/others(t.Honest))
	}}
	othersThird = Measure{"stake of the others five days into the third act against honest use", "100 ln", 2,
		func(t *trial.Trial) float64 {
			now := t.Act() + t.Attack.Ticks(2*repeatDays+5)
			return 100 * exact.Log(othersAt(t.Attack, now)/othersAt(t.Honest, now))
		}}
	ownThird = Measure{"stake of the attacker before the third act against honest use", "100 ln", 2,
		func(t *trial.Trial) float64 {
			now := t.Act() + t.Attack.Ticks(2*repeatDays)
			return 100 * exact.Log(at(t.Attack, now).AttackerStake/at(t.Honest, now).AttackerStake)
		}}
	missed = Measure{"slots without a batch in time, against honest use", "%", 2, func(t *trial.Trial) float64 {
		a, h := public(t.Attack), public(t.Honest)
		return 100 * (float64(a.MissedSlots) - float64(h.MissedSlots)) / (float64(h.Slots) * sinceAct(t))
	}}
	burnt = Measure{"tokens of the others slashed, against honest use", "tokens", 0, func(t *trial.Trial) float64 {
		return othersSlashed(t.Attack) - othersSlashed(t.Honest)
	}}
	taken = Measure{"deposits taken", "USD", 0, func(t *trial.Trial) (sum float64) {
		for leg := range ledger.Row(sim.Legs) {
			sum += t.Attack.Ledger().Flow(sim.RowAttacker+leg, ledger.Fork, ledger.Cash).Units()
		}
		return sum
	}}
	lied = Measure{"questions answered with the lie", "%", 0, func(t *trial.Trial) float64 {
		return 100 * float64(fork(t).Answer)
	}}
	honestUsers = Measure{"active users on the honest ledger", "%", 1, func(t *trial.Trial) float64 {
		main, away := public(t.Attack).Active, t.Attack.Away().Public().Active
		if fork(t).Answer == 0 {
			main, away = away, main
		}
		return 100 * away / (main + away)
	}}
	honestToken = Measure{"price of the honest token over the other", "100 ln", 1, func(t *trial.Trial) float64 {
		main, rival := t.Attack.PriceAt(t.Attack.Tick()), t.Attack.RivalPrice()
		if fork(t).Answer == 0 {
			main, rival = rival, main
		}
		return 100 * exact.Log(rival/main)
	}}
	punished = Measure{"tokens of the attacker slashed", "tokens", 0, func(t *trial.Trial) float64 {
		return slashedOf(t.Attack, sim.RowAttacker)
	}}
	moved = Measure{"users who have moved to a rollup of their own", "%", 1, func(t *trial.Trial) float64 {
		if t.Attack.Away() == nil {
			return 0
		}
		return 100 * t.Attack.Away().Public().Members / (t.Attack.Away().Public().Members + public(t.Attack).Members)
	}}
	explained = Measure{"share of the loss in fees forgone and in the fall of the stake", "%", 1,
		func(t *trial.Trial) float64 {
			sum := 0.0
			channels := []measure.Channel{measure.StakeAttack, measure.Fees, measure.WithdrawalFees, measure.BatchGas}
			for _, c := range channels {
				sum += (t.Gain.Channel[c] - t.Fair.Channel[c]).Units()
			}
			return 100 * sum / t.Effect().Units()
		}}
	moveCost = Measure{"layer-one cost of a user who moved", "USD", 4, func(t *trial.Trial) float64 {
		m := t.Attack.Remedy().Docket().Move
		return -t.Attack.Ledger().Flow(sim.RowUsers, ledger.Migration, ledger.Cash).Units() / float64(max(m.Moved, 1))
	}}
	refusals = Measure{"slots whose coordinator would not carry a move out", "slots", 1, func(t *trial.Trial) float64 {
		return float64(t.Attack.Remedy().Docket().Move.Refusals)
	}}
	share = Measure{"largest share of all stake", "%", 1, func(t *trial.Trial) float64 { return 100 * t.Gain.PeakStake }}
)

// yesOrNo tells whether a replication gives 0 or 100 % and nothing in between.
func (m Measure) yesOrNo() bool { return m.Name == lied.Name }

// sinceAct is the share of the run after the start of the act. Counters begin with the
// run; the share scales those of the honest world to the time since the act.
func sinceAct(t *trial.Trial) float64 { return 1 - float64(t.Act())/float64(t.Honest.Tick()) }

func public(w *sim.World) *rollup.Public { return w.Rollup().Public() }

// effect is the log price at a tick over that in the honest world, in 100 × ln. After
// the end of a run the last price counts.
func effect(t *trial.Trial, tick uint32) float64 {
	tick = min(tick, t.Attack.Tick())
	return 100 * exact.Log(t.Attack.PriceAt(tick)/t.Honest.PriceAt(tick))
}

// repeatDays is the time from one act of the preset fake-dos-repeat to the next.
const repeatDays = 14

// at is the last hourly sample of a world at or before a tick, or the first sample.
func at(w *sim.World, tick uint32) sim.Sample {
	s := w.Series()
	i := sort.Search(len(s), func(i int) bool { return s[i].Tick > tick })
	return s[max(i-1, 0)]
}

// othersAt is the stake of all but the attacker at a tick in tokens.
func othersAt(w *sim.World, tick uint32) float64 {
	s := at(w, tick)
	return s.Staked - s.AttackerStake
}

// othersSlashed is the number of tokens that all but the attacker lost to slashing.
func othersSlashed(w *sim.World) float64 {
	return slashedOf(w, sim.RowStakers) + slashedOf(w, sim.RowCoordinators)
}

// fork is the state of the remedy token-fork: the oracle whose token can fork.
func fork(t *trial.Trial) *remedy.Fork { return &t.Attack.Remedy().Docket().Fork }

// others is the stake of all but the attacker in tokens.
func others(w *sim.World) float64 {
	sum := public(w).Staked
	for _, id := range w.Attackers() {
		sum -= w.Rollup().Bonded(id)
	}
	return sum.Units()
}

// slashedOf is the number of tokens that a sector lost to slashing.
func slashedOf(w *sim.World, row ledger.Row) float64 {
	return -w.Ledger().Flow(row, ledger.Slash, ledger.Token).Units()
}
