package sim

import (
	"stakeout/agents"
	"stakeout/market"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/layer1"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// layer is a rollup with its election, the market of its token, what agents see
// of the three, and the way of its batches onto layer one.
type layer struct {
	roll    *rollup.State
	mech    election.Mechanism
	x       *market.Exchange
	view    *agents.View
	posting posting
	key     uint32 // of its draws
}

// layers yields the first rollup and, where there is one, the second.
func (w *World) layers(yield func(*layer) bool) {
	if yield(&w.layer) && w.away.roll != nil {
		yield(&w.away)
	}
}

// of is the rollup in which an agent lives.
func (w *World) of(o ledger.Owner) *layer {
	if w.away.roll != nil && w.away.roll.Here(o) {
		return &w.away
	}
	return &w.layer
}

// posting is what a rollup has on its way onto layer one.
type posting struct {
	batch    layer1.TxID  // 0 while no batch is on its way
	built    bool         // a batch has been built and not sent yet
	gas, due uint32       // gas of that batch, and the tick at which it is sent
	paid     layer1.Price // price of a unit of gas of the batch when it was last included
	miner    ledger.Owner // producer that included it
	requests [inFlight]request
	sent     int // requests on layer one
}

// Transaction kinds on layer one.
const (
	kindBatch layer1.Kind = iota
	kindForcedExit
	kindMigration
)

// layer1 finds the block of the tick and carries exit requests onto the chain.
func (w *World) layer1() {
	w.chain.Step(w.tick, w.stream)
	for l := range w.layers {
		w.carry(l)
	}
	w.followMigration()
	w.payMiner()
}

// carry follows a rollup's transactions into the block.
func (w *World) carry(l *layer) {
	p := &l.posting
	for _, c := range w.chain.Changes() {
		if c.ID == p.batch && !c.Orphaned {
			p.paid, p.miner = c.Price, c.Producer
		}
	}
	w.carryExits(l)
}

// layer2 builds the batches, follows them onto layer one, and ends the slot.
func (w *World) layer2() {
	for l := range w.layers {
		w.advance(l)
	}
	if w.tick%uint32(w.cfg.Rollup.BlocksPerSlot) == 0 {
		w.remedy.Step(w.remedyWorld())
		w.must(w.forRemedy.Fault)
		if w.away.roll == nil && w.remedy.Docket().Move.Stage != remedy.Gathering {
			w.openAway()
		}
		w.dropRequests()
		w.splitToken()
	}
}

// advance takes the next step of a slot: it builds the batch as many blocks before
// the end as the deadline allows for inclusion, raises its bid while it waits, and ends
// the slot.
func (w *World) advance(l *layer) {
	per := uint32(w.cfg.Rollup.BlocksPerSlot)
	at := (w.tick - 1) % per
	p := &l.posting
	switch build := per - uint32(w.cfg.Rollup.DeadlineBlocks); {
	case at == build-1:
		if gas, ok := l.roll.Build(w.tick, l == &w.layer && w.down()); ok {
			p.built, p.gas, p.due = true, gas, w.tick+w.delay(l.roll.Public().Leader.Operator)
		}
	case at >= build && at < per-1 && (at-build)%patience == patience-1 && p.batch != 0:
		if _, _, in := w.chain.Included(p.batch); !in && w.cfg.Coordinators.RaiseTips {
			w.bump(p.batch)
		}
	case at == per-1:
		w.endSlot(l)
	}
	w.release(l)
}

// endSlot closes a slot: users pay, the operator pays the gas, the mechanism shares
// out what is left or fines the leader, and the public record moves on.
func (w *World) endSlot(l *layer) {
	var cost ledger.Amount
	posted := false
	p := &l.posting
	p.built = false
	if p.batch != 0 {
		if _, _, in := w.chain.Included(p.batch); in {
			tx, _ := w.chain.Lookup(p.batch)
			posted, cost = true, w.gasCost(uint64(tx.Gas)+l.roll.DataGas(), p.paid)
		} else {
			_ = w.chain.Withdraw(p.batch)
		}
		w.must(w.chain.Forget(p.batch))
		p.batch = 0
	}
	o := l.roll.Close(w.tick, posted, cost, exp(w.news.LnETH))
	w.passFee(l.posting.miner, o.Cost)
	w.reward(l, o)
	w.must(l.roll.Fault())
}

// reward posts what the mechanism makes of the outcome of a slot.
func (w *World) reward(l *layer, o rollup.Outcome) {
	w.moves = l.mech.Settle(l.roll, o, w.moves[:0])
	for _, t := range w.moves {
		w.must(w.led.Post(t))
		switch {
		case t.Reason == ledger.StakingReward && t.Asset == ledger.Cash:
			l.roll.Reward(t.To, t.Amount)
		case t.Reason == ledger.Slash:
			l.roll.Slashed(t.From, t.Amount, w.tick)
		}
	}
	if _, sold := l.mech.(election.Auction); sold {
		w.accrue(l)
	}
}

// accrue publishes what the settlement of a slot has brought to the holders of
// the token, tokens at the price of the book.
func (w *World) accrue(l *layer) {
	var paid, burnt ledger.Amount
	for _, t := range w.moves {
		x := t.Amount
		if t.Asset == ledger.Token {
			x = agents.Amount(x.Units() * l.view.Mid)
		}
		switch {
		case t.Reason == ledger.StakingReward:
			paid += x
		case t.Reason == ledger.Burn && t.Asset == ledger.Token:
			burnt += x
		}
	}
	l.roll.Accrue(paid, burnt, exp(w.news.LnETH))
}
