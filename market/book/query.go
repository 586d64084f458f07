package book

import "stakeout/market/ledger"

// Live is the number of orders, waiting ones included.
func (b *BookOf[L]) Live() int { return b.live }

// Last is the price of the last trade in ticks, 0 before the first.
func (b *BookOf[L]) Last() uint32 { return b.last }

// MaxPrice is the exclusive bound on prices, in ticks.
func (b *BookOf[L]) MaxPrice() uint32 { return b.maxPrice }

// Get returns the state of an order that rests or waits.
func (b *BookOf[L]) Get(id OrderID) (OpenOf[L], bool) {
	q, key, s := b.find(id)
	if s == nil {
		return OpenOf[L]{}, false
	}
	return open(q, key, s), true
}

func open[L Lots](q *quadOf[L], key uint32, s *slotOf[L]) OpenOf[L] {
	return OpenOf[L]{Price: key >> keyPrice, Lots: s.lots + q.hiddenOf(s), Side: Side(key & keySide),
		Stop: s.isStop()}
}

// following returns the next order at the same price, the first one for id 0, and
// 0 after the last one.
func (b *BookOf[L]) following(lv *level, id uint32) uint32 {
	at := lv.head
	if id != 0 {
		at = id >> quadBits
		if isSingle(at) {
			at = b.singleAt(at).next
		} else if live := b.quadAt(at).live >> (id % quadLen) >> 1 << (id % quadLen) << 1; live != 0 {
			return at<<quadBits | oldest(live)
		} else {
			at = b.quadAt(at).next
		}
	}
	if at == 0 {
		return 0
	}
	first, _ := b.oldestOf(at)
	return first
}

// Best returns the best price of the orders resting on a side, in ticks, and the
// lots in sight there; it reports false when the side is empty.
func (b *BookOf[L]) Best(s Side) (price uint32, lots uint64, ok bool) {
	p := b.best[s&1]
	if p == 0 || p == noAsk {
		return 0, 0, false
	}
	return p, b.levelAt(p).lots, true
}

// At returns the lots in sight at a price.
func (b *BookOf[L]) At(price uint32) uint64 {
	if price >= b.maxPrice {
		return 0
	}
	return b.levelAt(price).lots
}

// worse returns the next price on a side, away from the best.
func (b *BookOf[L]) worse(s Side, p uint32) (uint32, bool) {
	if s == Buy {
		p = b.prices.prev(p-1, 0)
		return p, p != 0
	}
	p = b.prices.next(p+1, noAsk)
	return p, p != noAsk
}

// within reports whether a resting price is at the limit or better, as seen by
// the side on which it rests.
func within(s Side, price, limit uint32) bool {
	if s == Buy {
		return price >= limit
	}
	return price <= limit
}

// Depth returns the lots in sight on a side at the limit price or better.
func (b *BookOf[L]) Depth(s Side, limit uint32) uint64 {
	var sum uint64
	p, lots, ok := b.Best(s)
	for ok && within(s, p, limit) {
		sum += lots
		if p, ok = b.worse(s, p); ok {
			lots = b.levelAt(p).lots
		}
	}
	return sum
}

// Walk returns what a market order would trade now with the lots in sight, if its
// owner had no resting orders: the lots, and the sum of price × lots.
func (b *BookOf[L]) Walk(taker Side, want uint64) (filled, notional uint64) {
	s := taker.Opposite()
	p, lots, ok := b.Best(s)
	for ok && filled < want {
		n := min(lots, want-filled)
		filled += n
		notional += n * uint64(p)
		if p, ok = b.worse(s, p); ok {
			lots = b.levelAt(p).lots
		}
	}
	return filled, notional
}

// Available returns what o would trade now within its lots and its price (any
// price for a Market order), hidden lots included: the lots, and the sum of price
// × lots. Orders of the same owner trade nothing. With a self-trade policy that
// takes lots from the incoming order, the count ends at the first of them. The
// budget of o is ignored.
func (b *BookOf[L]) Available(o Order) (filled L, notional uint64) {
	s := o.Side.Opposite()
	p, _, ok := b.Best(s)
	for ok && filled < L(o.Lots) && (o.Kind == Market || within(s, p, o.Price)) {
		lots, blocked := b.availableAt(&o, p, L(o.Lots)-filled)
		filled += lots
		notional += uint64(lots) * uint64(p)
		if blocked {
			break
		}
		p, ok = b.worse(s, p)
	}
	return filled, notional
}

// availableAt returns the lots that o would trade at one price, up to want, and
// whether an order of the same owner ends the trade there.
func (b *BookOf[L]) availableAt(o *Order, p uint32, want L) (filled L, blocked bool) {
	var hidden uint64
	lv := b.levelAt(p)
	for id := b.following(lv, 0); id != 0 && filled < want; id = b.following(lv, id) {
		r := b.slotAt(id)
		if r.owner != o.Owner {
			filled += min(r.lots, want-filled)
			if r.flags&flagIceberg != 0 {
				hidden += uint64(b.quadAt(id >> quadBits).hiddenOf(r))
			}
		} else if o.Self != CancelOldest {
			return filled, true
		}
	}
	return filled + L(min(hidden, uint64(want-filled))), false
}

// Level sums up the orders that rest at one price.
type Level struct {
	Price uint32 // ticks
	Lots  uint64 // in sight
}

// Levels appends the best n levels of a side, best first.
func (b *BookOf[L]) Levels(s Side, n int, out []Level) []Level {
	p, lots, ok := b.Best(s)
	for ; ok && n > 0; n-- {
		out = append(out, Level{Price: p, Lots: lots})
		if p, ok = b.worse(s, p); ok {
			lots = b.levelAt(p).lots
		}
	}
	return out
}

// Top returns the best prices, 0 where a side is empty.
func (b *BookOf[L]) Top() (bid, ask uint32) {
	if ask = b.best[Sell]; ask == noAsk {
		ask = 0
	}
	return b.best[Buy], ask
}

// RestingOf describes an order that rests or waits, or that has just been removed.
type RestingOf[L Lots] struct {
	ID     OrderID
	Owner  ledger.Owner
	Price  uint32 // ticks
	Lots   L      // hidden ones included
	Hidden L      // lots among them that an iceberg hides
	Tag    uint16
	Side   Side
	Self   SelfTrade
	Stop   bool // the order waits for its trigger
}

// Describe describes an order; it reports false if the id is not in use.
func (b *BookOf[L]) Describe(id OrderID) (RestingOf[L], bool) {
	if _, _, s := b.find(id); s == nil {
		return RestingOf[L]{}, false
	}
	return b.describe(uint32(id)), true
}

func (b *BookOf[L]) describe(id uint32) RestingOf[L] {
	q, key, s := b.find(OrderID(id))
	return RestingOf[L]{ID: OrderID(id), Owner: s.owner, Price: key >> keyPrice, Lots: s.lots + q.hiddenOf(s),
		Hidden: q.hiddenOf(s), Tag: s.tag, Side: Side(key & keySide), Self: s.self(), Stop: s.isStop()}
}

// Waiting appends every order that is in no queue: first those that a call
// auction has parked, in the order in which they came, then the buy stops and the
// sell stops, in the order in which they would fire.
func (b *BookOf[L]) Waiting(out []RestingOf[L]) []RestingOf[L] {
	for at := b.call.list.head; at != 0; at = b.quadAt(at).next {
		out = append(out, b.describe(at<<quadBits))
	}
	for s := Buy; s <= Sell; s++ {
		for _, at := range b.inOrder(s) {
			out = append(out, b.describe(at<<quadBits))
		}
	}
	return out
}
