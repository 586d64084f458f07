package sim

import (
	"stakeout/market/ledger"
	"stakeout/mechanisms/layer1"
	"stakeout/mechanisms/rollup"
)

// request is a part of the line of users who leave through layer one, on its way
// there.
type request struct {
	id     layer1.TxID // 0 while there is no request
	payer  ledger.Owner
	users  uint32
	waited uint32 // ticks
}

// inFlight is the largest number of requests of a rollup in the mempool. The others
// stand in line, whose length costs nothing.
//
// Assumption: sixteen, which at the default gas is more than a block holds, so
// that a rush bids for the whole block, and the price of gas decides how fast it gets
// out.
const inFlight = 16

// patience is the number of blocks after which a waiting transaction is outbid.
//
// Assumption: three, well within the deadline of a batch.
const patience = 3

// carryExits brings exits through layer one onto the chain: it reports included
// requests, outbids waiting ones, and sends the next ones in line.
func (w *World) carryExits(l *layer) {
	if l.posting.sent == 0 && !l.roll.InLine() {
		return
	}
	tries := inFlight
	for i := range l.posting.requests {
		r := &l.posting.requests[i]
		if r.id != 0 {
			w.follow(l, r)
		}
		for r.id == 0 && tries > 0 {
			if tries--; !w.request(l, r) {
				tries = 0
			}
		}
	}
}

// follow ends a request that layer one has included or that has become too dear, and
// raises the bid of one that waits every third block.
func (w *World) follow(l *layer, r *request) {
	for _, c := range w.chain.Changes() {
		if c.ID == r.id && !c.Orphaned {
			l.roll.Requested(r.payer, r.users, w.gasCost(uint64(c.Gas), c.Price), w.tick)
			w.end(l, r)
			return
		}
	}
	if r.waited++; r.waited%patience != 0 {
		return
	}
	if tx, _ := w.chain.Lookup(r.id); w.affordable(l.roll, r.payer, r.users, tx.Gas, w.raised(tx)) {
		w.bump(r.id)
		return
	}
	l.roll.GiveUp(r.payer, r.users)
	w.drop(l, r)
}

// end forgets a request that layer one has included or given back.
func (w *World) end(l *layer, r *request) {
	w.must(w.chain.Forget(r.id))
	*r = request{}
	l.posting.sent--
}

// drop takes a request back from layer one. A request in a block of a losing branch
// may still be included, and then finds nothing.
func (w *World) drop(l *layer, r *request) {
	_ = w.chain.Withdraw(r.id)
	w.end(l, r)
}

// request sends the next users in line; it is false when nobody is in line. Users who
// cannot pay for inclusion give up and leave r as it is.
func (w *World) request(l *layer, r *request) bool {
	each := max(w.cfg.Rollup.ForcedExitGas, 1)
	payer, users, ok := l.roll.NextRequest(uint32(w.chain.GasLimit() / uint64(each)))
	if !ok {
		return false
	}
	gas := max(users*uint32(each), transferGas)
	if !w.affordable(l.roll, payer, users, gas, w.offer(uint64(gas))) {
		l.roll.GiveUp(payer, users)
		return true
	}
	*r = request{id: w.submit(payer, kindForcedExit, gas), payer: payer, users: users}
	l.posting.sent++
	return true
}

// affordable reports whether users have enough inside for the gas.
func (w *World) affordable(roll *rollup.State, payer ledger.Owner, users, gas uint32, p layer1.Price) bool {
	return w.gasCost(uint64(gas), p) <= roll.Affords(payer, users)
}

// dropRequests takes back from layer one the requests that a remedy has ended.
func (w *World) dropRequests() {
	for i := range w.posting.requests {
		if r := &w.posting.requests[i]; r.id != 0 && w.roll.Forced(r.payer) == 0 {
			w.drop(&w.layer, r)
		}
	}
}
