package sim

import (
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/layer1"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// validators is the mechanism of the rollup to which users migrate. The group of
// validators that they form is one operator, which holds an office.
const validators = "centralized"

// openAway founds an empty rollup beside the first, under the same rules, when enough
// users have signed for a move: “the pissed off users organize and form a new zkRollup
// validator group”.
//
// Assumption: the users' own group of validators is one of the professional
// operators, the last one, which never holds the office of the first rollup.
func (w *World) openAway() {
	l := &w.away
	m, _ := election.Find(validators)
	l.mech, l.key, l.x = m.New(new(election.Params)), 1, w.x
	l.roll = w.newRollup()
	rollup.Beside(w.roll, l.roll, ledger.Rival)
	operators := w.people.of(RowCoordinators)
	l.roll.Appoint(operators[len(operators)-1].ID)
	l.roll.SeedPublic(0, 0, 0, w.opening.Supply, w.quote())
	l.roll.SetActivity(w.view.Activity)
	w.seeAway()
}

// seeAway makes the view from the second rollup.
func (w *World) seeAway() {
	l := &w.away
	l.view = w.newView(l)
	w.refreshAway()
}

// refreshAway brings the view of the second rollup up to date with the first.
func (w *World) refreshAway() { w.away.view.See(w.view) }

// moving is the transaction by which a migration is published on layer one.
type moving struct {
	tx     layer1.TxID // 0 while there is none
	gas    uint32
	waited uint32 // blocks since it was sent
}

// followMigration publishes a migration on layer one, one transaction after another,
// and raises the bid of one that waits every third block.
func (w *World) followMigration() {
	p := &w.moving
	if p.tx == 0 && w.remedy.Docket().Move.Stage != remedy.Publishing {
		return
	}
	m, ok := w.remedy.InForce().(remedy.Publisher)
	if !ok {
		return
	}
	if p.tx == 0 {
		if payer, gas := m.Publishes(); gas > 0 {
			p.gas, p.waited = uint32(min(gas, uint64(w.cfg.Rollup.MaxBatchGas))), 0
			p.tx = w.submit(payer, kindMigration, p.gas)
		}
		return
	}
	for _, c := range w.chain.Changes() {
		if c.ID == p.tx && !c.Orphaned {
			m.Published(w.remedyWorld(), uint64(p.gas), w.gasCost(uint64(c.Gas), c.Price))
			w.must(w.forRemedy.Fault)
			w.must(w.chain.Forget(p.tx))
			p.tx = 0
			return
		}
	}
	if p.waited++; p.waited%patience == 0 {
		w.bump(p.tx)
	}
}
