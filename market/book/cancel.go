package book

import (
	"math"

	"stakeout/market/ledger"
)

// Cancel removes an order, resting or waiting, and returns its last state.
func (b *BookOf[L]) Cancel(id OrderID) (OpenOf[L], Reject) {
	q, key, s := b.find(id)
	if s == nil {
		return OpenOf[L]{}, UnknownOrder
	}
	if q == nil || s.flags != 0 {
		was := open(q, key, s)
		b.remove(uint32(id))
		return was, Accepted
	}
	was := OpenOf[L]{Price: key >> keyPrice, Lots: s.lots, Side: Side(key & keySide)}
	b.clearSlot(q, uint32(id), was.Lots)
	return was, Accepted
}

// CancelAll removes every order of an owner and appends what it removed: bids,
// asks, orders parked by a call in the order of their arrival, stops in the order
// in which they would fire. Its time grows with the number of orders in the book.
func (b *BookOf[L]) CancelAll(o ledger.Owner, removed []RestingOf[L]) []RestingOf[L] {
	return b.removeIf(func(r *RestingOf[L]) bool { return r.Owner == o }, removed)
}

// Clear removes every order, in the same order as CancelAll.
func (b *BookOf[L]) Clear(removed []RestingOf[L]) []RestingOf[L] {
	return b.removeIf(func(*RestingOf[L]) bool { return true }, removed)
}

// removeIf removes the orders for which named returns true and appends them.
func (b *BookOf[L]) removeIf(named func(*RestingOf[L]) bool, removed []RestingOf[L]) []RestingOf[L] {
	from := len(removed)
	removed = b.Waiting(b.Orders(Sell, b.Orders(Buy, removed)))
	kept := removed[:from]
	for i := from; i < len(removed); i++ {
		if named(&removed[i]) {
			b.remove(uint32(removed[i].ID))
			kept = append(kept, removed[i])
		}
	}
	return kept
}

// TestAmend returns the code that Amend would return, without changing anything.
func (b *BookOf[L]) TestAmend(id OrderID, price uint32, lots L) Reject {
	q, key, s := b.find(id)
	switch {
	case s == nil:
		return UnknownOrder
	case price-1 >= b.maxPrice-1:
		return BadPrice
	case lots == 0:
		return BadLots
	case b.ruled && b.rules.Phase == Halted && !reduces(q, key, s, price, lots):
		return WrongPhase
	case b.ruled && lots < L(b.rules.MinLots):
		return TooSmall
	case b.ruled && !b.rules.inBand(price) && kindOf(q, s) != Market:
		return OutsideBand
	case !s.isStop() && !reduces(q, key, s, price, lots) &&
		b.overSliced(&Order{Owner: s.owner, Price: price, Lots: uint32(min(lots, math.MaxUint32)),
			Side: Side(key & keySide)}, 0):
		return TooManySlices
	}
	return Accepted
}

// reduces reports whether an amendment only takes lots away, so that the order
// keeps its place in the queue.
func reduces[L Lots](q *quadOf[L], key uint32, s *slotOf[L], price uint32, lots L) bool {
	return lots <= s.lots+q.hiddenOf(s) && (price == key>>keyPrice || kindOf(q, s) == Market)
}

// Amend changes price and lots of an order and returns the id under which it
// rests now, 0 if it is gone. If the code is not Accepted, nothing has changed.
//
// Fewer lots at an unchanged price keep the place in the queue; an iceberg loses
// hidden lots first. Every other amendment takes the order out and submits it
// again as a limit order with its owner, tag, expiry, display and self-trade
// policy, and it may trade.
//
// A stop keeps its trigger and id. Unless it was only reduced, it becomes the
// youngest at its trigger, and a budget becomes price × lots. A market order that
// a call has collected keeps its price, which is ignored.
func (b *BookOf[L]) Amend(id OrderID, price uint32, lots L, fills []FillOf[L]) (OrderID, []FillOf[L], Reject) {
	if code := b.TestAmend(id, price, lots); code == UnknownOrder {
		return 0, fills, code
	} else if code != Accepted {
		return id, fills, code
	}
	b.sliced = 0
	q, key, s := b.find(id)
	switch {
	case reduces(q, key, s, price, lots):
		b.reduce(q, key, s, s.lots+q.hiddenOf(s)-lots)
		return id, fills, Accepted
	case s.isStop():
		b.amendStop(uint32(id)>>quadBits, price, lots)
		return id, fills, Accepted
	}
	o := Order{Owner: s.owner, Tag: s.tag, Price: price, Side: Side(key & keySide),
		Kind: kindOf(q, s), Self: s.self(), Expiry: b.expiryOf(uint32(id))}
	if o.Kind == Market {
		o.Price = key >> keyPrice
	}
	t := Terms{Display: q.displayOf(s)}
	b.remove(uint32(id))
	now, fills := b.placeTerms(&o, &t, lots, fills)
	return now, fills, Accepted
}

// reduce takes lots from an order, hidden ones first. At least one lot must
// remain.
func (b *BookOf[L]) reduce(q *quadOf[L], key uint32, s *slotOf[L], by L) {
	n := min(by, q.hiddenOf(s))
	if n > 0 {
		q.setHidden(q.hiddenOf(s) - n)
	}
	s.lots -= by - n
	switch {
	case s.isStop():
		q.rescaleBudget()
	case s.queued():
		b.levelAt(key >> keyPrice).lots -= uint64(by - n)
	}
}
