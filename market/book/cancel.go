package book

import "stakeout/market/ledger"

// Cancel removes an order, resting or waiting, and returns its last state.
func (b *Book) Cancel(id OrderID) (Open, Reject) {
	q, key, s := b.find(id)
	if s == nil {
		return Open{}, UnknownOrder
	}
	if q == nil || s.flags != 0 {
		was := open(q, key, s)
		b.remove(uint32(id))
		return was, Accepted
	}
	was := Open{Price: key >> keyPrice, Lots: s.lots, Side: Side(key & keySide)}
	b.clearSlot(q, uint32(id), was.Lots)
	return was, Accepted
}

// CancelAll removes every order of an owner and appends what it removed: bids,
// asks, orders parked by a call in the order of their arrival, stops in the order
// in which they would fire. Its time grows with the number of orders in the book.
func (b *Book) CancelAll(o ledger.Owner, removed []Resting) []Resting {
	return b.removeIf(func(r *Resting) bool { return r.Owner == o }, removed)
}

// Clear removes every order, in the same order as CancelAll.
func (b *Book) Clear(removed []Resting) []Resting {
	return b.removeIf(func(*Resting) bool { return true }, removed)
}

// removeIf removes the orders for which named returns true and appends them.
func (b *Book) removeIf(named func(*Resting) bool, removed []Resting) []Resting {
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
func (b *Book) TestAmend(id OrderID, price, lots uint32) Reject {
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
	case b.ruled && lots < b.rules.MinLots:
		return TooSmall
	case b.ruled && !b.rules.inBand(price) && kindOf(q, s) != Market:
		return OutsideBand
	case !s.isStop() && !reduces(q, key, s, price, lots) &&
		b.overSliced(&Order{Owner: s.owner, Price: price, Lots: lots, Side: Side(key & keySide)}, 0):
		return TooManySlices
	}
	return Accepted
}

// reduces reports whether an amendment only takes lots away, so that the order
// keeps its place in the queue.
func reduces(q *quad, key uint32, s *slot, price, lots uint32) bool {
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
func (b *Book) Amend(id OrderID, price, lots uint32, fills []Fill) (OrderID, []Fill, Reject) {
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
	o := Order{Owner: s.owner, Tag: s.tag, Price: price, Lots: lots, Side: Side(key & keySide),
		Kind: kindOf(q, s), Self: s.self(), Expiry: b.expiryOf(uint32(id))}
	if o.Kind == Market {
		o.Price = key >> keyPrice
	}
	t := Terms{Display: q.displayOf(s)}
	b.remove(uint32(id))
	now, fills := b.PlaceTerms(&o, &t, fills)
	return now, fills, Accepted
}

// reduce takes lots from an order, hidden ones first. At least one lot must
// remain.
func (b *Book) reduce(q *quad, key uint32, s *slot, by uint32) {
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
