package book

import "stakeout/market/ledger"

// An order that is more than price, lots and owner has a quad of its own: its
// first slot is the order, and the others hold what is unusual about it. So it can
// move to the end of a queue, or wait outside the queues, under one id.

// What is unusual about an order, in the flags of its slot. The two bits from
// selfShift on are its self-trade policy.
const (
	flagExpires = 1 << iota
	flagIceberg // hides lots
	flagParked  // collected by a call, not in a level
	flagStop    // waits for its trigger
	selfShift   = 4
)

// queued reports whether an order is in the queue at its price; else it waits for
// a call auction or a trigger.
func (s *slot) queued() bool { return s.flags&(flagParked|flagStop) == 0 }

func (s *slot) self() SelfTrade { return SelfTrade(s.flags >> selfShift) }

// hiddenOf is what an iceberg does not show, and 0 for other orders.
func (q *quad) hiddenOf(s *slot) uint32 {
	if s.flags&flagIceberg == 0 {
		return 0
	}
	return q.slot[1].lots
}

func (q *quad) setHidden(lots uint32) { q.slot[1].lots = lots }

// displayOf is the most that an iceberg shows, and 0 for other orders.
func (q *quad) displayOf(s *slot) uint32 {
	if s.flags&flagIceberg == 0 {
		return 0
	}
	return uint32(q.slot[1].owner)
}

// kindOf is Limit for an order in a level.
func kindOf(q *quad, s *slot) Kind {
	if s.queued() {
		return Limit
	}
	return Kind(q.slot[2].tag)
}

// apart gives an order a quad of its own that is in no list yet.
func (b *Book) apart(o *Order, lots, display uint32, flags uint16) uint32 {
	price := o.Price
	if o.Kind == Market && price >= b.maxPrice {
		price = 0
	}
	at := b.newQuad(price<<keyPrice | uint32(o.Side))
	q := b.quadAt(at)
	q.live = 1
	q.slot = [quadLen]slot{}
	q.slot[2].tag = uint16(o.Kind)
	s := &q.slot[0]
	s.lots, s.owner, s.tag = lots, o.Owner, o.Tag
	s.flags = flags | uint16(o.Self)<<selfShift
	if display != 0 {
		s.flags |= flagIceberg
		s.lots = min(lots, display)
		q.slot[1].lots, q.slot[1].owner = lots-s.lots, ledger.Owner(display)
	}
	b.live++
	if o.Expiry != 0 {
		b.schedule(at<<quadBits, o.Expiry)
	}
	return at
}

// join puts an order that has a quad of its own at the end of the queue at its
// price.
func (b *Book) join(at uint32) {
	q := b.quadAt(at)
	p, side := q.key>>keyPrice, Side(q.key&keySide)
	lv := b.levelAt(p)
	if lv.end == 0 {
		lv = b.openLevel(p, side)
	}
	b.link(lv, at)
	lv.lots += uint64(q.slot[0].lots)
}

// meet is what a sweep does with an order of the incoming order's owner, or
// with an iceberg: it trades up to can lots. It returns the fill, the lots that
// the incoming order, which has left lots left, loses without trading, and the
// run at which the sweep goes on.
func (b *Book) meet(o *Order, lv *level, id, left, can uint32) (f Fill, lost, next uint32) {
	at := id >> quadBits
	q, key, s := b.find(OrderID(id))
	f = Fill{Maker: OrderID(id), Owner: s.owner, Tag: s.tag, Price: key >> keyPrice}
	all := s.lots + q.hiddenOf(s)
	if s.owner != o.Owner {
		f.Lots = min(can, s.lots)
		s.lots -= f.Lots
		f.Left = all - f.Lots
		f.Gone = f.Left == 0
		if s.lots > 0 {
			return f, 0, at
		}
		if !f.Gone {
			return f, 0, b.refill(lv, at)
		}
		return f, 0, b.consume(id)
	}
	f.Self = true
	switch o.Self {
	case CancelNewest:
		return f, left, at
	case CancelBoth:
		lost, f.Left = left, all
	case Decrement:
		lost = min(left, all)
		f.Left = lost
	default:
		f.Left = all
	}
	if f.Left < all {
		b.reduce(q, key, s, f.Left)
		return f, lost, at
	}
	f.Gone = true
	lv.lots -= uint64(s.lots)
	return f, lost, b.consume(id)
}

// refill shows more lots of an iceberg at the head of a sweep and sends it to the
// end of its queue. It returns the run that is first then.
func (b *Book) refill(lv *level, at uint32) uint32 {
	q := b.quadAt(at)
	s := &q.slot[0]
	s.lots = min(q.displayOf(s), q.hiddenOf(s))
	q.setHidden(q.hiddenOf(s) - s.lots)
	lv.lots += uint64(s.lots)
	next := q.next
	if next == 0 {
		return at
	}
	lv.head = next
	b.quadAt(next).prev = 0
	b.link(lv, at)
	return next
}
