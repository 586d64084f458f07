package book

import (
	"sort"

	"stakeout/market/ledger"
)

// An order that needs more than price, lots and owner has a quad for itself: the
// first slot is the order, and the other slots hold the rest. So it can move to
// the end of a queue, or wait outside the queues, without changing its id.

// The flags of a slot. The two bits from selfShift on hold the self-trade policy.
const (
	flagExpires = 1 << iota
	flagIceberg // hides lots
	flagParked  // collected by a call auction, not in a level
	flagStop    // waits for its trigger
	selfShift   = 4
)

// queued reports whether an order stands in the queue at its price. All others
// wait for a call auction or for a trigger.
func (s *slotOf[L]) queued() bool { return s.flags&(flagParked|flagStop) == 0 }

func (s *slotOf[L]) self() SelfTrade { return SelfTrade(s.flags >> selfShift) }

// hiddenOf is the number of lots that an iceberg hides, 0 for other orders.
func (q *quadOf[L]) hiddenOf(s *slotOf[L]) L {
	if s.flags&flagIceberg == 0 {
		return 0
	}
	return q.slot[1].lots
}

func (q *quadOf[L]) setHidden(lots L) { q.slot[1].lots = lots }

// displayOf is the largest number of lots that an iceberg shows, 0 for other
// orders.
func (q *quadOf[L]) displayOf(s *slotOf[L]) uint32 {
	if s.flags&flagIceberg == 0 {
		return 0
	}
	return uint32(q.slot[1].owner)
}

// kindOf is the kind of an order. Everything that stands in a queue is a limit
// order.
func kindOf[L Lots](q *quadOf[L], s *slotOf[L]) Kind {
	if s.queued() {
		return Limit
	}
	return Kind(q.slot[2].tag)
}

// apart gives an order a quad for itself that is in no list yet. A market order
// may have a price that the key has no room for; as it is ignored, 0 is kept
// instead.
func (b *BookOf[L]) apart(o *Order, lots L, display uint32, flags uint16) uint32 {
	price := o.Price
	if o.Kind == Market && price >= b.maxPrice {
		price = 0
	}
	at := b.newQuad(price<<keyPrice | uint32(o.Side))
	q := b.quadAt(at)
	q.live = 1
	q.slot = [quadLen]slotOf[L]{}
	q.slot[2].tag = uint16(o.Kind)
	s := &q.slot[0]
	s.lots, s.owner, s.tag = lots, o.Owner, o.Tag
	s.flags = flags | uint16(o.Self)<<selfShift
	if display != 0 {
		s.flags |= flagIceberg
		b.icebergs++
		s.lots = min(lots, L(display))
		q.slot[1].lots, q.slot[1].owner = lots-s.lots, ledger.Owner(display)
	}
	b.live++
	if o.Expiry != 0 {
		b.schedule(at<<quadBits, o.Expiry)
	}
	return at
}

// join puts an order with a quad for itself at the end of the queue at its price.
func (b *BookOf[L]) join(at uint32) {
	q := b.quadAt(at)
	p, side := q.key>>keyPrice, Side(q.key&keySide)
	lv := b.levelAt(p)
	if lv.end == 0 {
		lv = b.openLevel(p, side)
	}
	b.link(lv, at)
	lv.lots += uint64(q.slot[0].lots)
}

// meet is the step of a sweep for an iceberg and for an order of the incoming
// order's owner. It trades up to can lots. It returns the fill, the lots that the
// incoming order loses without trading (of the left lots that it still has), and
// the run at which the sweep goes on.
func (b *BookOf[L]) meet(o *Order, lv *level, id uint32, left, can L) (f FillOf[L], lost L, next uint32) {
	at := id >> quadBits
	q, key, s := b.find(OrderID(id))
	f = FillOf[L]{Maker: OrderID(id), Owner: s.owner, Tag: s.tag, Price: key >> keyPrice}
	all := s.lots + q.hiddenOf(s)
	if s.owner != o.Owner {
		b.sliced++
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

// refill shows more lots of an iceberg at the head of a level and moves it to the
// end of the queue. It returns the run that is first then.
func (b *BookOf[L]) refill(lv *level, at uint32) uint32 {
	q := b.quadAt(at)
	s := &q.slot[0]
	s.lots = min(L(q.displayOf(s)), q.hiddenOf(s))
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

// MaxSlices bounds the slices of icebergs with which one command trades, those of
// the stops that it makes due included. Without a bound, an iceberg that shows one
// lot at a time would turn a single order into billions of fills.
const MaxSlices = 1 << 16

// overSliced reports whether an order would exceed MaxSlices in a command that
// has traded with so many slices already.
func (b *BookOf[L]) overSliced(o *Order, already uint64) bool {
	return b.icebergs != 0 && already+uint64(o.Lots) > MaxSlices && b.rules.Phase == Continuous &&
		already+b.slices(o) > MaxSlices
}

// slices is the number of fills with icebergs that an order would make now, or
// more than MaxSlices. It may count one too many for each iceberg of the last
// price, and ignores the budget of the order.
func (b *BookOf[L]) slices(o *Order) (n uint64) {
	side, left := o.Side.Opposite(), uint64(o.Lots)
	p, _, ok := b.Best(side)
	for ok && left > 0 && n <= MaxSlices && (o.Kind == Market || within(side, p, o.Price)) {
		at, lots := b.slicesAt(o, p, left)
		n += at
		left -= lots
		p, ok = b.worse(side, p)
	}
	return n
}

// slicesAt counts the fills with icebergs at one price for up to left lots, and
// the lots that trade there. The queue goes round: a round takes what each
// iceberg shows, and the first one takes all other orders too.
func (b *BookOf[L]) slicesAt(o *Order, p uint32, left uint64) (n, lots uint64) {
	type iceberg struct{ shown, hidden, display uint64 }
	var list []iceberg
	plain, all := uint64(0), uint64(0)
	lv := b.levelAt(p)
	for id := b.following(lv, 0); id != 0; id = b.following(lv, id) {
		q, _, s := b.find(OrderID(id))
		switch {
		case s.owner == o.Owner:
		case s.flags&flagIceberg == 0:
			plain += uint64(s.lots)
		default:
			list = append(list, iceberg{uint64(s.lots), uint64(q.hiddenOf(s)), uint64(q.displayOf(s))})
			all += uint64(s.lots) + uint64(q.hiddenOf(s))
		}
	}
	if len(list) == 0 {
		return 0, min(plain, left)
	}
	rounds := uint64(MaxSlices + 1) // more make no difference
	if plain+all > left {
		rounds = uint64(sort.Search(MaxSlices, func(r int) bool {
			sum := plain
			for _, x := range list {
				sum += x.shown + min(x.hidden, uint64(r)*x.display)
			}
			return sum > left
		})) + 1
	}
	for _, x := range list {
		n += min(1+(x.hidden+x.display-1)/x.display, rounds)
	}
	return n, min(plain+all, left)
}
