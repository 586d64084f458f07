package book

import (
	"math/bits"

	"stakeout/market/ledger"
)

// quadLen is the number of orders in a quad, which fills a cache line.
const (
	quadBits = 2
	quadLen  = 1 << quadBits
)

// The orders of one price are a linked list of runs. Runs with an odd number are
// singles; a single is always the first run of its level. Runs with an even
// number are quads. The place of an order, its OrderID, is the number of its run
// times four plus the index of its slot.

// singleOf is a run of one plain order that came when its price was empty. It takes
// half a cache line.
type singleOf[L Lots] struct {
	next uint32    // next run; in a free single, the next free single
	key  uint32    // price<<8 | side
	slot slotOf[L] // 0 lots: this single is free
	_    [12]byte
}

// quadOf is a run of up to four successive orders of one price, oldest first, in
// one cache line. Its slots are used again only after all four orders have left.
type quadOf[L Lots] struct {
	next, prev uint32 // runs of the same level; in a free quad, next is the next free quad
	key        uint32 // price<<8 | side
	live       uint8  // bit i says that slot i holds an order
	slot       [quadLen]slotOf[L]
}

// slotOf is one order.
type slotOf[L Lots] struct {
	lots  L
	owner ledger.Owner
	tag   uint16
	flags uint16
}

const (
	keySide  = 1
	keyPrice = 8 // shift
)

// level is one price: the ends of its list of runs and the lots of all its
// orders. It keeps the place for the next order, so that adding one need not read
// the last run first.
type level struct {
	head uint32 // run
	end  uint32 // place after the youngest order; a multiple of four when the last run is full
	lots uint64
}

// last is the last run of a level, 0 when there is none.
func (lv *level) last() uint32 { return (lv.end+quadLen-1)>>quadBits - min(lv.end, 1) }

// isSingle reports whether a run is a single.
func isSingle(at uint32) bool { return at&1 != 0 }

// quadAt and singleAt return the run with a number, which must be of that kind.
func (b *BookOf[L]) quadAt(at uint32) *quadOf[L]     { return &b.quads[at>>1] }
func (b *BookOf[L]) singleAt(at uint32) *singleOf[L] { return &b.singles[at>>1] }

// find returns an order and what its run stores for it: the quad (nil for a
// single) and the key. The slot is nil if the id is not in use.
func (b *BookOf[L]) find(id OrderID) (q *quadOf[L], key uint32, s *slotOf[L]) {
	at, i := uint32(id>>quadBits), id%quadLen
	if !isSingle(at) {
		if uint(at>>1) >= uint(len(b.quads)) {
			return nil, 0, nil
		}
		q = &b.quads[at>>1]
		if q.live>>i&1 == 0 {
			return nil, 0, nil
		}
		return q, q.key, &q.slot[i]
	}
	if uint(at>>1) >= uint(len(b.singles)) || i != 0 || b.singles[at>>1].slot.lots == 0 {
		return nil, 0, nil
	}
	x := &b.singles[at>>1]
	return nil, x.key, &x.slot
}

// slotAt returns the slot of an id that is known to be in use.
func (b *BookOf[L]) slotAt(id uint32) *slotOf[L] {
	if at := id >> quadBits; isSingle(at) {
		return &b.singleAt(at).slot
	}
	return &b.quadAt(id >> quadBits).slot[id%quadLen]
}

// oldest is the first slot in use of a mask, which must not be 0.
func oldest(live uint8) uint32 { return uint32(bits.TrailingZeros8(live)) % quadLen }

// rest puts the remaining lots of an order at the end of the queue at its price.
func (b *BookOf[L]) rest(o *Order, lots L) OrderID {
	lv := b.levelAt(o.Price)
	key := o.Price<<keyPrice | uint32(o.Side)
	if lv.end%quadLen == 0 {
		if lv.end == 0 {
			lv = b.openLevel(o.Price, o.Side)
			if o.Expiry == 0 {
				return b.restFirst(lv, o, key, lots)
			}
		}
		at := b.newQuad(key)
		b.link(lv, at)
		lv.end = at << quadBits
	}
	id := lv.end
	lv.end++
	q, i := b.quadAt(id>>quadBits), id%quadLen
	q.live |= 1 << i
	q.slot[i].set(o, lots)
	lv.lots += uint64(lots)
	b.live++
	if o.Expiry != 0 {
		b.schedule(id, o.Expiry)
	}
	return OrderID(id)
}

// restFirst makes an order the single of an empty level.
func (b *BookOf[L]) restFirst(lv *level, o *Order, key uint32, lots L) OrderID {
	at := b.newSingle()
	x := b.singleAt(at)
	x.next, x.key = 0, key
	x.slot.set(o, lots)
	lv.head, lv.end = at, (at+1)<<quadBits
	lv.lots = uint64(lots)
	b.live++
	return OrderID(at << quadBits)
}

// set stores a plain order in a slot.
func (s *slotOf[L]) set(o *Order, lots L) {
	s.lots, s.owner, s.tag, s.flags = lots, o.Owner, o.Tag, uint16(o.Self)<<selfShift
}

// newQuad takes a quad from the free list or makes one.
func (b *BookOf[L]) newQuad(key uint32) uint32 {
	at := b.free
	if at == 0 {
		at = uint32(len(b.quads)) << 1
		b.quads = append(b.quads, quadOf[L]{})
	} else {
		b.free = b.quadAt(at).next
	}
	b.quadAt(at).key = key
	return at
}

// freeQuad puts an empty quad that is in no list on the free list.
func (b *BookOf[L]) freeQuad(at uint32) {
	b.quadAt(at).next = b.free
	b.free = at
}

// newSingle takes a single from the free list or makes one.
func (b *BookOf[L]) newSingle() uint32 {
	at := b.freeSingles
	if at == 0 {
		b.singles = append(b.singles, singleOf[L]{})
		return uint32(len(b.singles))<<1 - 1
	}
	b.freeSingles = b.singleAt(at).next
	return at
}

// freeSingle puts a single that is in no list on the free list.
func (b *BookOf[L]) freeSingle(at uint32) {
	x := b.singleAt(at)
	x.slot.lots = 0
	x.next = b.freeSingles
	b.freeSingles = at
}

// follow sets the run after another; next 0 makes that one the last.
func (b *BookOf[L]) follow(at, next uint32) {
	if isSingle(at) {
		b.singleAt(at).next = next
	} else {
		b.quadAt(at).next = next
	}
}

// link puts a quad at the end of a level. The quad must take no more orders.
func (b *BookOf[L]) link(lv *level, at uint32) {
	q, last := b.quadAt(at), lv.last()
	q.next, q.prev = 0, last
	if last != 0 {
		b.follow(last, at)
	} else {
		lv.head = at
	}
	lv.end = (at + 1) << quadBits
}

// unlink takes a quad out of its level.
func (b *BookOf[L]) unlink(lv *level, at uint32) {
	q := b.quadAt(at)
	if q.prev != 0 {
		b.follow(q.prev, q.next)
	} else {
		lv.head = q.next
	}
	if q.next != 0 {
		b.quadAt(q.next).prev = q.prev
	} else if q.prev != 0 {
		lv.end = (q.prev + 1) << quadBits
	} else {
		lv.end = 0
	}
}

// remove takes an order out of its level, or from where it waits, and frees its
// place.
func (b *BookOf[L]) remove(id uint32) {
	at, i := id>>quadBits, id%quadLen
	if isSingle(at) {
		b.removeSingle(at)
		return
	}
	q := b.quadAt(at)
	s := &q.slot[i]
	if s.flags != 0 {
		if s.flags&flagExpires != 0 {
			b.unschedule(id)
		}
		if s.flags&flagIceberg != 0 {
			b.icebergs--
		}
		if !s.queued() {
			b.removeWaiting(at)
			return
		}
	}
	b.clearSlot(q, id, s.lots)
}

// clearSlot takes an order without flags out of its quad and level.
func (b *BookOf[L]) clearSlot(q *quadOf[L], id uint32, lots L) {
	lv := b.levelAt(q.key >> keyPrice)
	lv.lots -= uint64(lots)
	b.live--
	if q.live &^= 1 << (id % quadLen); q.live != 0 {
		return
	}
	b.unlink(lv, id>>quadBits)
	b.freeQuad(id >> quadBits)
	if lv.head == 0 {
		b.drop(Side(q.key&keySide), q.key>>keyPrice)
	}
}

// removeSingle takes out the order of a single, which is the first of its level.
func (b *BookOf[L]) removeSingle(at uint32) {
	x := b.singleAt(at)
	lv := b.levelAt(x.key >> keyPrice)
	lv.lots -= uint64(x.slot.lots)
	b.live--
	next, key := x.next, x.key
	b.freeSingle(at)
	b.cutHead(lv, next)
	if next == 0 {
		b.drop(Side(key&keySide), key>>keyPrice)
	}
}

// removeWaiting takes out an order that is in no level.
func (b *BookOf[L]) removeWaiting(at uint32) {
	q := b.quadAt(at)
	if q.slot[0].isStop() {
		b.pull(at)
	} else {
		b.unpark(at)
	}
	b.live--
	q.live = 0
	b.freeQuad(at)
}
