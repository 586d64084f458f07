package agents

import (
	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
)

// leave asks for the way out: through the coordinator, for up to a fifth above its
// gas and the cost of waiting; after a while through the layer-one queue, if the
// remedy opens it and its gas is below the balance. Where users can move together the
// cohort signs for that too, when its part of the gas is below the balance. A cohort
// that can do nothing stays, trapped.
func (t *Users) leave(id ID, row *user, v *View, do *Actions) {
	if v.Pocket(id, ledger.Cash, ledger.Rollup) == 0 && row.since < v.Tick {
		row.state = outside
		return
	}
	each := row.balance / float64(t.p.CohortSize)
	gasUSD := v.GasGwei * gwei * v.EthUSD
	gas := float64(v.Rollup.ForcedExitGas) * gasUSD
	waited := float64(v.Tick-row.since) / v.TicksPerDay
	now := gas < each && (waited > t.p.RetryDays || v.Docket.Exit.Open || v.Service.Exodus)
	if now && (v.Docket.Exit.Open || v.mayForce()) {
		do.Request(ForceExit, id, uint32(t.p.CohortSize), 0)
		return
	}
	if waited > t.p.RetryDays && gas < each && !v.Docket.Exit.Open && v.Remedy.Notes(remedy.Alarm) {
		do.Say(id, remedy.Message{Word: remedy.Alarm, Count: uint32(t.p.CohortSize)})
	}
	pay := t.exitBid(each, waited, gas, v)
	if !v.Away && v.Remedy.Notes(remedy.Sign) {
		do.Say(id, remedy.Message{
			Word: remedy.Sign, Count: uint32(t.p.CohortSize), Amount: Amount(pay), Gas: each / gasUSD,
		})
	}
	do.Request(AskExit, id, uint32(t.p.CohortSize), Amount(pay))
}

// exitBid is the most, in USD, that a user pays a coordinator to be out: a fifth above
// the gas and what the wait for another leader costs, but never more than layer one's
// gas and the wait in its queue where that way is open, nor than the balance. Who has
// waited for w days expects to wait for w more (Gott 1993), and for a day at least.
func (t *Users) exitBid(each, waited, gas float64, v *View) float64 {
	markedUp := float64(gasMarkup * float64(v.Rollup.WithdrawalGas) * v.GasGwei * gwei * v.EthUSD)
	bid := min(each, markedUp+t.delayCost(each, 1+waited))
	if other := gas + t.delayCost(each, v.Rollup.QueueDelayHours/24); bid > other && v.mayForce() {
		return other
	}
	return bid
}

// delayCost is what it is worth to have a balance some days earlier, in the unit of the
// balance.
func (t *Users) delayCost(balance, days float64) float64 {
	return float64(balance * (1 - exact.Exp(-t.p.UrgencyPerDay*days)))
}

// Surplus is what a cohort has from the rollup besides the cash in the ledger, in USD:
// the value of its transactions after the wait less the fees that it bid for them.
func (t *Users) Surplus(row int) float64 { return t.rows[row].surplus }

// Trapped is what the balance of a cohort loses because its owners want out and wait,
// in USD.
func (t *Users) Trapped(row int, v *View) float64 {
	r := &t.rows[row]
	if r.state != leaving {
		return 0
	}
	return t.delayCost(r.balance, 1+float64(v.Tick-r.since)/v.TicksPerDay)
}
