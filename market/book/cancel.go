package book

import "stakeout/market/ledger"

// Cancel removes an order, resting or waiting, and returns what it was.
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
// asks, orders of the call in the order in which they came, stops as they would
// fire. It looks at every order of the book.
func (b *Book) CancelAll(o ledger.Owner, removed []Resting) []Resting {
	return b.removeIf(func(r *Resting) bool { return r.Owner == o }, removed)
}

// Clear removes every order, in the order of CancelAll.
func (b *Book) Clear(removed []Resting) []Resting {
	return b.removeIf(func(*Resting) bool { return true }, removed)
}

// removeIf removes the orders that a rule names and appends them.
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

// TestAmend says what Amend would answer, without changing anything.
func (b *Book) TestAmend(id OrderID, price, lots uint32) Reject {
	q, key, s := b.find(id)
	switch {
	case s == nil:
		return UnknownOrder
	case price-1 >= b.maxPrice-1:
		return BadPrice
	case lots == 0:
		return BadLots
	case !b.ruled:
		return Accepted
	case b.rules.Phase == Halted && !reduces(q, key, s, price, lots):
		return WrongPhase
	case lots < b.rules.MinLots:
		return TooSmall
	case !b.rules.inBand(price) && kindOf(q, s) != Market:
		return OutsideBand
	}
	return Accepted
}

// reduces reports whether an amendment keeps the place in the queue.
func reduces(q *quad, key uint32, s *slot, price, lots uint32) bool {
	return lots <= s.lots+q.hiddenOf(s) && (price == key>>keyPrice || kindOf(q, s) == Market)
}

// Amend changes price and lots of an order. At an unchanged price, fewer lots
// keep the place in the queue, and an iceberg loses hidden lots first;
// everything else takes the order out and submits it again as a limit order
// with its owner, tag, expiry, display and self-trade policy, which may trade.
// A stop keeps its trigger and id; unless it was only reduced it comes after
// the others with its trigger, and a budget becomes its price × lots. A market
// order that a call has collected keeps its price, which is ignored. Amend
// returns the id that the order rests under now, 0 if it is gone. When the code
// is not Accepted nothing has changed.
func (b *Book) Amend(id OrderID, price, lots uint32, fills []Fill) (OrderID, []Fill, Reject) {
	if code := b.TestAmend(id, price, lots); code == UnknownOrder {
		return 0, fills, code
	} else if code != Accepted {
		return id, fills, code
	}
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

// reduce takes lots from an order that keeps at least one, hidden lots first.
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
