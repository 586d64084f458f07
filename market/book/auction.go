package book

import (
	"cmp"
	"slices"

	"stakeout/market/ledger"
)

// A call auction collects orders and then trades them at one price. That is the
// price at which most lots trade; among equals the one that leaves the smallest
// imbalance; among equals the one nearest to the reference. Orders with a better
// price go first, market orders before all limit orders, and within a price the
// older one. Limit orders that did not trade stay in the book, market orders are
// dropped.
//
// The levels must never cross, so a limit order that would cross is parked in a
// list sorted by age. Every later order of its side at its price or a better one
// is parked too. So at each price all orders in the level are older than all
// parked ones.
//
// Sources: Euronext and Xetra market models for the three criteria; Madhavan
// (1992), "Trading mechanisms in securities markets", for the call auction.
//
// Assumption: an iceberg takes part with all its lots at its place in the queue.

// callOf holds what a call auction has parked, and the scratch memory of the
// auction.
type callOf[L Lots] struct {
	list    level            // parked quads by age; its lots are not counted
	n       int              // orders in list
	cut     [2]uint32        // worst limit parked, by side: the lowest bid, the highest offer; 0 is none
	entries [2][]bidderOf[L] // scratch memory of gather, best first
	prices  []uint32         // scratch memory of discover: candidates for the price
}

// bidderOf is an order that may trade in an auction.
type bidderOf[L Lots] struct {
	id    uint32
	price uint32 // for a market order, a price better than every limit
	lots  L
}

// PartyOf is one side of a trade in an auction.
type PartyOf[L Lots] struct {
	ID    OrderID
	Owner ledger.Owner
	Price uint32 // its limit
	Left  L      // lots that it had left afterwards
	Tag   uint16
	Gone  bool // the order left the book
}

// MatchOf is a trade in an auction, at the auction's price.
type MatchOf[L Lots] struct {
	Sides [2]PartyOf[L] // by Side
	Lots  L
}

// AuctionOf is the result of a call auction. The next SetPhase with the same
// Auction overwrites its slices.
type AuctionOf[L Lots] struct {
	Matches []MatchOf[L]   // in priority order
	Dropped []RestingOf[L] // market orders that did not trade completely
	Lots    uint64         // traded
	Surplus int64          // lots bid less lots offered at the price
	Price   uint32         // ticks, 0 when nothing trades
}

// SetPhase changes the phase of trading. A change to Continuous opens the book
// with an auction of the collected orders and writes the result to a; every other
// change empties a. The reference is a price in ticks; 0 stands for the last
// trade. Without a reference and a last trade, the price is the middle of the
// equally good prices, rounded down. An unknown phase is refused with WrongPhase.
func (b *BookOf[L]) SetPhase(p Phase, reference uint32, a *AuctionOf[L]) Reject {
	*a = AuctionOf[L]{Matches: a.Matches[:0], Dropped: a.Dropped[:0]}
	if p >= Phases {
		return WrongPhase
	}
	b.rules.Phase = p
	b.ruled = b.rules != Rules{}
	if p != Continuous {
		return Accepted
	}
	if b.call.n > 0 {
		b.discover(reference, a)
		b.clear(a)
		b.release(a)
	}
	b.call.cut = [2]uint32{}
	return Accepted
}

// Indicative returns the price, lots and surplus that an auction would have now.
func (b *BookOf[L]) Indicative(reference uint32) (a AuctionOf[L]) {
	if b.call.n > 0 {
		b.discover(reference, &a)
	}
	return a
}

// collect takes an order during a call auction.
func (b *BookOf[L]) collect(o *Order, lots L, display uint32) OrderID {
	cut := &b.call.cut[o.Side]
	parks := o.Kind == Market || b.Crosses(o.Side, o.Price) ||
		(*cut != 0 && within(o.Side, o.Price, *cut))
	if !parks {
		if display == 0 {
			return b.rest(o, lots)
		}
		at := b.apart(o, lots, display, 0)
		b.join(at)
		return OrderID(at << quadBits)
	}
	if o.Kind != Market && (*cut == 0 || !within(o.Side, o.Price, *cut)) {
		*cut = o.Price
	}
	at := b.apart(o, lots, display, flagParked)
	b.link(&b.call.list, at)
	b.call.n++
	return OrderID(at << quadBits)
}

// gather lists the orders that may trade, best first. Of the levels it lists only
// those that meet an order of the other side.
func (b *BookOf[L]) gather() {
	c := &b.call
	reach := [2]uint32{Buy: b.best[Sell], Sell: b.best[Buy]} // the best opposite price
	for s := range c.entries {
		c.entries[s] = c.entries[s][:0]
	}
	for at := c.list.head; at != 0; at = b.quadAt(at).next {
		q := b.quadAt(at)
		s := Side(q.key & keySide)
		p := b.rank(q)
		if s == Buy {
			reach[Sell] = max(reach[Sell], p)
		} else {
			reach[Buy] = min(reach[Buy], p)
		}
	}
	for s := Buy; s <= Sell; s++ {
		for p, _, ok := b.Best(s); ok && within(s, p, reach[s]); p, ok = b.worse(s, p) {
			lv := b.levelAt(p)
			for id := b.following(lv, 0); id != 0; id = b.following(lv, id) {
				c.enter(s, bidderOf[L]{id, p, b.total(id)})
			}
		}
	}
	for at := c.list.head; at != 0; at = b.quadAt(at).next {
		q := b.quadAt(at)
		c.enter(Side(q.key&keySide), bidderOf[L]{at << quadBits, b.rank(q), b.total(at << quadBits)})
	}
	slices.SortStableFunc(c.entries[Buy], func(x, y bidderOf[L]) int { return cmp.Compare(y.price, x.price) })
	slices.SortStableFunc(c.entries[Sell], func(x, y bidderOf[L]) int { return cmp.Compare(x.price, y.price) })
}

func (c *callOf[L]) enter(s Side, e bidderOf[L]) { c.entries[s] = append(c.entries[s], e) }

// rank is the price of a parked order. A market order ranks before every limit.
func (b *BookOf[L]) rank(q *quadOf[L]) uint32 {
	if Kind(q.slot[2].tag) != Market {
		return q.key >> keyPrice
	}
	if Side(q.key&keySide) == Buy {
		return b.maxPrice
	}
	return 0
}

func (b *BookOf[L]) total(id uint32) L {
	q, _, s := b.find(OrderID(id))
	return s.lots + q.hiddenOf(s)
}

// discover finds the price, lots and surplus of the auction.
func (b *BookOf[L]) discover(reference uint32, a *AuctionOf[L]) {
	b.gather()
	c := &b.call
	c.prices = c.prices[:0]
	low, high := noAsk, uint32(0)
	for s := range c.entries {
		for _, e := range c.entries[s] {
			if e.price == 0 || e.price == b.maxPrice {
				continue
			}
			low, high = min(low, e.price), max(high, e.price)
			// Volume changes only just above a bid and at an offer.
			c.prices = append(c.prices, e.price, e.price+1-2*uint32(s))
		}
	}
	if reference == 0 {
		reference = b.last
	}
	if high == 0 {
		// Only market orders meet, so no limit proposes a price.
		if b.rules.High != 0 {
			reference = min(max(reference, b.rules.Low), b.rules.High)
		}
		if reference == 0 {
			return
		}
		low, high = reference, reference
		c.prices = append(c.prices, reference)
	}
	slices.Sort(c.prices)
	from, to := b.optimum(low, high, a)
	switch {
	case a.Lots == 0:
		*a = AuctionOf[L]{Matches: a.Matches, Dropped: a.Dropped}
		return
	case reference == 0:
		reference = from + (to-from)/2
	}
	a.Price = min(max(reference, from), to)
	// Within the range the surplus may change its sign but not its size.
	_, a.Surplus = c.at(a.Price)
}

// optimum finds the range of prices with the largest volume and, among them, the
// smallest imbalance, and sets a.Lots to that volume.
func (b *BookOf[L]) optimum(low, high uint32, a *AuctionOf[L]) (from, to uint32) {
	c := &b.call
	var bid, offered uint64
	for _, e := range c.entries[Buy] {
		bid += uint64(e.lots)
	}
	buys, sales := len(c.entries[Buy]), 0
	least := uint64(0)
	for _, p := range c.prices {
		for buys > 0 && c.entries[Buy][buys-1].price < p {
			buys--
			bid -= uint64(c.entries[Buy][buys].lots)
		}
		for sales < len(c.entries[Sell]) && c.entries[Sell][sales].price <= p {
			offered += uint64(c.entries[Sell][sales].lots)
			sales++
		}
		if p < low || p > high {
			continue
		}
		lots, gap := min(bid, offered), max(bid, offered)-min(bid, offered)
		switch {
		case from == 0 || lots > a.Lots || (lots == a.Lots && gap < least):
			from, to, a.Lots, least = p, p, lots, gap
		case lots == a.Lots && gap == least:
			to = p
		}
	}
	return from, to
}

// at returns the lots that would trade at a price, and lots bid less lots
// offered.
func (c *callOf[L]) at(price uint32) (lots uint64, surplus int64) {
	var bid, offered uint64
	for _, e := range c.entries[Buy] {
		if e.price >= price {
			bid += uint64(e.lots)
		}
	}
	for _, e := range c.entries[Sell] {
		if e.price <= price {
			offered += uint64(e.lots)
		}
	}
	return min(bid, offered), int64(bid - offered)
}

// clear executes the trades of the auction in priority order.
func (b *BookOf[L]) clear(a *AuctionOf[L]) {
	var next [2]int
	for left := a.Lots; left > 0; {
		m := MatchOf[L]{}
		e := [2]*bidderOf[L]{&b.call.entries[Buy][next[Buy]], &b.call.entries[Sell][next[Sell]]}
		m.Lots = L(min(left, uint64(e[Buy].lots), uint64(e[Sell].lots)))
		left -= uint64(m.Lots)
		for s := range e {
			e[s].lots -= m.Lots
			m.Sides[s] = b.take(e[s], m.Lots)
			if e[s].lots == 0 {
				next[s]++
			}
		}
		a.Matches = append(a.Matches, m)
	}
	if a.Lots > 0 {
		b.last = a.Price
		b.note(a.Price, a.Price)
	}
}

// take removes traded lots from an order, and the order once it has none left.
func (b *BookOf[L]) take(e *bidderOf[L], lots L) PartyOf[L] {
	q, key, s := b.find(OrderID(e.id))
	p := PartyOf[L]{ID: OrderID(e.id), Owner: s.owner, Price: key >> keyPrice, Left: e.lots, Tag: s.tag, Gone: e.lots == 0}
	if p.Gone {
		b.remove(e.id)
	} else {
		b.reduce(q, key, s, lots)
	}
	return p
}

// release moves the limit orders that are still parked to their levels and drops
// the market orders.
func (b *BookOf[L]) release(a *AuctionOf[L]) {
	for b.call.list.head != 0 {
		at := b.call.list.head
		q := b.quadAt(at)
		if Kind(q.slot[2].tag) == Market {
			a.Dropped = append(a.Dropped, b.describe(at<<quadBits))
			b.remove(at << quadBits)
			continue
		}
		b.unpark(at)
		q.slot[0].flags &^= flagParked
		b.join(at)
	}
}

// unpark takes an order out of the list of the call.
func (b *BookOf[L]) unpark(at uint32) {
	b.unlink(&b.call.list, at)
	b.call.n--
}
