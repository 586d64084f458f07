package book

import (
	"math/bits"

	"stakeout/market/ledger"
)

// quadLen is the number of orders that share a cache line.
const (
	quadBits = 2
	quadLen  = 1 << quadBits
)

// quad is a run of up to four successive orders of one price, oldest first: one
// cache line. The place of an order is the number of its quad times four plus its
// slot, and is given out again only after all four have left.
type quad struct {
	next, prev uint32 // quads of the same level; next is the following free one in a free quad
	key        uint32 // price<<8 | side
	live       uint8  // bit i says that slot i holds an order
	slot       [quadLen]slot
}

// slot is one order.
type slot struct {
	lots  uint32
	owner ledger.Owner
	tag   uint16
	flags uint16
}

const (
	keySide  = 1
	keyPrice = 8 // shift
)

// level is one price: the ends of its list of quads and the lots of all its
// orders. The end is the place for the next order, so that the line of the last quad
// is not needed to know whether there is one.
type level struct {
	head uint32 // quad
	end  uint32 // place behind the last order that came; a multiple of four when the last quad has no more
	lots uint64
}

// last is the last quad of a level, 0 when there is none.
func (lv *level) last() uint32 { return (lv.end+quadLen-1)>>quadBits - min(lv.end, 1) }

// find returns the quad and the slot of an order, nil when the id is not in use.
func (b *Book) find(id OrderID) (*quad, *slot) {
	if uint(id>>quadBits) >= uint(len(b.quads)) {
		return nil, nil
	}
	q := &b.quads[id>>quadBits]
	if q.live>>(id%quadLen)&1 == 0 {
		return nil, nil
	}
	return q, &q.slot[id%quadLen]
}

// slotAt is find for a place that is known to be in use.
func (b *Book) slotAt(id uint32) *slot { return &b.quads[id>>quadBits].slot[id%quadLen] }

// oldest is the first slot in use of a mask that is not empty.
func oldest(live uint8) uint32 { return uint32(bits.TrailingZeros8(live)) % quadLen }

// rest puts the remaining lots of an order at the end of the queue at its price.
func (b *Book) rest(o *Order, lots uint32) OrderID {
	lv := b.levelAt(o.Price)
	if lv.end%quadLen == 0 {
		if lv.end == 0 {
			lv = b.openLevel(o.Price, o.Side)
		}
		at := b.newQuad(o.Price<<keyPrice | uint32(o.Side))
		b.link(lv, at)
		lv.end = at << quadBits
	}
	id := lv.end
	lv.end++
	q, i := &b.quads[id>>quadBits], id%quadLen
	q.live |= 1 << i
	s := &q.slot[i]
	s.lots, s.owner, s.tag, s.flags = lots, o.Owner, o.Tag, uint16(o.Self)<<selfShift
	lv.lots += uint64(lots)
	b.live++
	if o.Expiry != 0 {
		b.schedule(id, o.Expiry)
	}
	return OrderID(id)
}

// newQuad takes an empty quad from the free list, or makes one.
func (b *Book) newQuad(key uint32) uint32 {
	at := b.free
	if at == 0 {
		at = uint32(len(b.quads))
		b.quads = append(b.quads, quad{})
	} else {
		b.free = b.quads[at].next
	}
	b.quads[at].key = key
	return at
}

// freeQuad puts an empty quad that is in no list on the free list.
func (b *Book) freeQuad(at uint32) {
	b.quads[at].next = b.free
	b.free = at
}

// link puts a quad without room for more orders at the end of a level.
func (b *Book) link(lv *level, at uint32) {
	q, last := &b.quads[at], lv.last()
	q.next, q.prev = 0, last
	if last != 0 {
		b.quads[last].next = at
	} else {
		lv.head = at
	}
	lv.end = (at + 1) << quadBits
}

// unlink takes a quad out of its level.
func (b *Book) unlink(lv *level, at uint32) {
	q := &b.quads[at]
	if q.prev != 0 {
		b.quads[q.prev].next = q.next
	} else {
		lv.head = q.next
	}
	if q.next != 0 {
		b.quads[q.next].prev = q.prev
	} else if q.prev != 0 {
		lv.end = (q.prev + 1) << quadBits
	} else {
		lv.end = 0
	}
}

// remove takes an order out of its level, or from where it waits, and frees its
// place.
func (b *Book) remove(id uint32) {
	at, i := id>>quadBits, id%quadLen
	q := &b.quads[at]
	s := &q.slot[i]
	if s.flags != 0 {
		if s.flags&flagExpires != 0 {
			b.unschedule(id)
		}
		if s.flags&(flagParked|flagStop) != 0 {
			b.removeWaiting(at)
			return
		}
	}
	p := q.key >> keyPrice
	lv := b.levelAt(p)
	lv.lots -= uint64(s.lots)
	b.live--
	if q.live &^= 1 << i; q.live == 0 {
		b.dissolve(q, at, lv)
	}
}

// dissolve takes an empty quad out of its level, which it may leave empty.
func (b *Book) dissolve(q *quad, at uint32, lv *level) {
	b.unlink(lv, at)
	b.freeQuad(at)
	if lv.head == 0 {
		b.drop(Side(q.key&keySide), q.key>>keyPrice)
	}
}

// removeWaiting takes out an order that is in no level.
func (b *Book) removeWaiting(at uint32) {
	q := &b.quads[at]
	if q.slot[0].flags&flagParked != 0 {
		b.unpark(at)
	} else {
		b.pull(at)
	}
	b.live--
	q.live = 0
	b.freeQuad(at)
}
