package sim

import (
	"stakeout/agents"
	"stakeout/market"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// splitToken carries out a fork of the token once its sides are known. The larger
// side goes on with the contract, the deposits and the market. Holders who picked the
// smaller side get its token for theirs, one for one, in a new market, and elect the
// leaders of a copy of the rollup that holds no deposits.
//
// Assumption: users follow the deposits; only when the deposits have been handed over
// do they go on where their assets still are: “my token now exists in both
// ledgers. Since the “honest” ledger is more useful, we can reasonably hope the
// users and the value will migrate to that”.
//
// Assumption: loans stay on the larger side, also when the parties picked the smaller.
func (w *World) splitToken() {
	f := &w.remedy.Docket().Fork
	if f.Stage != remedy.Split || w.away.roll != nil {
		return
	}
	w.foundRival()
	for i := range w.people.size() {
		id := idOf(int32(i))
		if side, ok := f.Picked(id); ok && side != f.Answer {
			w.convertTokens(id)
		}
	}
	robbed := f.Claim == remedy.Owns && f.Answer == 1
	w.away.roll.Inherit(w.roll, f.Issued, float64(w.opening.Supply*f.Issued), robbed)
	if robbed {
		for _, a := range w.people.of(RowUsers) {
			w.roll.Hand(a.ID, w.away.roll)
		}
	}
}

// foundRival makes the second rollup, with the delegations and policies of the
// first, and the market of its token, which starts at the price of the first token.
func (w *World) foundRival() {
	l := &w.away
	m, _ := election.Find(w.mechanism)
	l.mech, l.key = m.New(&w.cfg.Election), 1
	l.x = market.New(w.led, w.cfg.Market.rules(ledger.Rival))
	l.roll = w.newRollup()
	rollup.Beside(w.roll, l.roll, ledger.Rival)
	l.view = w.newView(l)
	l.view.SetMid(w.view.Mid)
	w.refreshAway()
	for i := range w.people.groups {
		g := &w.people.groups[i]
		for _, a := range g.list() {
			l.roll.Delegate(a.ID, w.roll.OperatorOf(a.ID))
			l.roll.SetPolicy(a.ID, w.roll.PolicyOf(a.ID))
			if n := g.slots[agents.TokenPair]; n > 0 {
				l.x.Register(a.ID, n)
			}
		}
	}
	operators := w.people.of(RowCoordinators)
	l.roll.Appoint(operators[len(operators)-1].ID)
	for _, id := range w.attackers {
		l.x.Watch(id)
	}
}

// convertTokens moves an owner to the smaller side: its free tokens become the other
// token, and its stake is staked again.
func (w *World) convertTokens(id agents.ID) {
	w.x.CancelAll(id)
	staked := w.roll.Forsake(id)
	tokens := w.led.Balance(id, ledger.Token, ledger.Free)
	w.must(w.led.Post(ledger.Transfer{
		Amount: tokens, From: id, To: ledger.Outside, Asset: ledger.Token, Reason: ledger.Fork,
	}))
	w.grant(id, ledger.Rival, ledger.Free, tokens, ledger.Fork)
	w.roll.Hand(id, w.away.roll)
	w.must(w.away.roll.Stake(id, staked))
}

// RivalPrice is the price in USD of the last trade of the token of the smaller side of
// a fork, 0 before the first trade.
func (w *World) RivalPrice() float64 {
	if x := w.Rival(); x != nil {
		if q := x.Quote(); q.HasTraded {
			return float64(q.Last) * w.view.TickUSD
		}
	}
	return 0
}

// Rival is the market of that token, nil while there is none.
func (w *World) Rival() *market.Exchange {
	if w.away.roll == nil || w.away.x == w.x {
		return nil
	}
	return w.away.x
}
