package book

import (
	"fmt"
	"slices"

	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// Stops wait outside the queues, in one heap for each side: the buy stop with the
// lowest trigger comes first, the sell stop with the highest, and of two with the
// same trigger the older one. A trade at the trigger or beyond it makes a stop
// due. Fire executes the due stops one at a time.
//
// A stop is the only order in its quad, and the quad is in no list. The fields
// that a queue would use hold what the stop needs:
//
//	next            age: smaller is older
//	prev            index in the heap of its side
//	slot[0]         the order, with flagStop
//	slot[1].owner   Terms.Display
//	slot[2].lots    Terms.Trigger
//	slot[2].owner   Terms.MinLots
//	slot[2].tag     Order.Kind, as in every quad of one order; see apart
//	slot[3]         Order.Budget: the low half in lots, the high half in owner
//
// This file alone knows that layout. The rest of the book asks isStop and calls
// waits, wait, pull, amendStop, rescaleBudget and note; the files for hash, copy,
// check and snapshot call the method of stopBook or Book that does their part.

// stopBook holds all orders that wait for a trigger.
type stopBook struct {
	heap   [2][]uint32 // quads, by side
	sorted []uint32    // scratch memory of inOrder
	hi, lo uint32      // highest and lowest trade since no stop was due, in ticks; hi 0: no trade
	age    uint32      // given to the next stop; starts again at 0 when no stop waits
}

// any reports whether a stop waits.
func (st *stopBook) any() bool { return len(st.heap[Buy])+len(st.heap[Sell]) > 0 }

// isStop reports whether an order waits for its trigger.
func (s *slotOf[L]) isStop() bool { return s.flags&flagStop != 0 }

// age and trigger are what stops of one side are sorted by.
func (q *quadOf[L]) age() uint32     { return q.next }
func (q *quadOf[L]) trigger() uint32 { return uint32(q.slot[2].lots) }

// budget is Order.Budget of a stop.
func (q *quadOf[L]) budget() uint64 { return uint64(q.slot[3].lots) | uint64(q.slot[3].owner)<<32 }

func (q *quadOf[L]) setBudget(n uint64) {
	q.slot[3].lots, q.slot[3].owner = L(uint32(n)), ledger.Owner(n>>32)
}

// rescaleBudget follows a change of price or lots: a budget becomes their product.
func (q *quadOf[L]) rescaleBudget() {
	if q.budget() != 0 {
		q.setBudget(uint64(q.key>>keyPrice) * uint64(q.slot[0].lots))
	}
}

// reached reports whether trades between lo and hi make a stop due; hi 0 means
// that there were none.
func reached(s Side, trigger, lo, hi uint32) bool {
	if hi == 0 {
		return false
	}
	return (s == Buy && hi >= trigger) || (s == Sell && lo <= trigger)
}

// waits reports whether an order with these terms would wait for its trigger. It
// does not if the last trade has reached the trigger already.
func (b *BookOf[L]) waits(o *Order, t *Terms) bool {
	return t.Trigger != 0 && !reached(o.Side, t.Trigger, b.last, b.last)
}

// wait enters a stop.
func (b *BookOf[L]) wait(o *Order, t *Terms) OrderID {
	at := b.apart(o, L(o.Lots), 0, flagStop)
	q := b.quadAt(at)
	q.slot[1].owner = ledger.Owner(t.Display)
	q.slot[2].lots, q.slot[2].owner = L(t.Trigger), ledger.Owner(t.MinLots)
	q.setBudget(o.Budget)
	b.push(at)
	return OrderID(at << quadBits)
}

// amendStop gives a stop another price and other lots. It becomes the youngest.
func (b *BookOf[L]) amendStop(at, price uint32, lots L) {
	b.pull(at)
	b.rekey(at, price, lots)
}

// rekey sets price and lots of a stop that is in no heap, and puts it back.
func (b *BookOf[L]) rekey(at, price uint32, lots L) {
	q := b.quadAt(at)
	q.key = price<<keyPrice | q.key&keySide
	q.slot[0].lots = lots
	q.rescaleBudget()
	b.push(at)
}

// AmendStop gives a stop another trigger, price and lots under its id. Fewer lots
// with the same trigger and price keep its turn among the stops of its trigger;
// otherwise it becomes the youngest. A market order keeps its price, which is
// ignored. A trigger that the last trade has reached makes the stop due at once.
// An order that is no stop, and a trigger that is no price, are refused with
// BadTerms.
func (b *BookOf[L]) AmendStop(id OrderID, trigger, price uint32, lots L) Reject {
	q, key, s := b.find(id)
	market := s != nil && kindOf(q, s) == Market
	if market {
		price = max(key>>keyPrice, 1)
	}
	code := b.TestAmend(id, price, lots)
	if code != Accepted && code < BadTerms {
		return code
	}
	if !s.isStop() || trigger == 0 || trigger >= b.maxPrice {
		return BadTerms
	}
	moved := trigger != q.trigger()
	switch {
	case moved && b.rules.Phase == Halted:
		return WrongPhase
	case code != Accepted:
		return code
	case !moved && reduces(q, key, s, price, lots):
		b.reduce(q, key, s, s.lots-lots)
		return Accepted
	case market:
		price = key >> keyPrice
	}
	at := uint32(id) >> quadBits
	b.pull(at)
	q.slot[2].lots = L(trigger)
	b.rekey(at, price, lots)
	if moved && reached(Side(key&keySide), trigger, b.last, b.last) {
		b.note(b.last, b.last)
	}
	return Accepted
}

// Conditions returns kind and terms of an order; everything that stands in a
// queue is a limit order. It reports false if the id is not in use.
func (b *BookOf[L]) Conditions(id OrderID) (Kind, Terms, bool) {
	q, _, s := b.find(id)
	switch {
	case s == nil:
		return 0, Terms{}, false
	case !s.isStop():
		return kindOf(q, s), Terms{Display: q.displayOf(s)}, true
	}
	return kindOf(q, s), Terms{q.trigger(), uint32(q.slot[1].owner), uint32(q.slot[2].owner)}, true
}

// push gives a stop the next age and a place in its heap.
func (b *BookOf[L]) push(at uint32) {
	if !b.stops.any() {
		b.stops.age = 0
	}
	q := b.quadAt(at)
	h := &b.stops.heap[q.key&keySide]
	q.next, q.prev = b.stops.age, uint32(len(*h))
	b.stops.age++
	*h = append(*h, at)
	b.up(*h, q.prev)
}

// pull takes a stop out of its heap.
func (b *BookOf[L]) pull(at uint32) {
	q := b.quadAt(at)
	h := b.stops.heap[q.key&keySide]
	i, last := q.prev, uint32(len(h)-1)
	b.swap(h, i, last)
	h = h[:last]
	b.stops.heap[q.key&keySide] = h
	if i < last {
		b.up(h, i)
		b.down(h, i)
	}
}

// earlier reports whether stop x of a side fires before stop y of that side.
func (b *BookOf[L]) earlier(x, y uint32) bool {
	p, q := b.quadAt(x), b.quadAt(y)
	if p.trigger() == q.trigger() {
		return p.age() < q.age()
	}
	return (p.trigger() < q.trigger()) == (p.key&keySide == uint32(Buy))
}

func (b *BookOf[L]) up(h []uint32, i uint32) {
	for i > 0 && b.earlier(h[i], h[(i-1)/2]) {
		b.swap(h, i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (b *BookOf[L]) down(h []uint32, i uint32) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && int(c) < len(h); c++ {
			if b.earlier(h[c], h[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		b.swap(h, i, least)
		i = least
	}
}

func (b *BookOf[L]) swap(h []uint32, i, j uint32) {
	h[i], h[j] = h[j], h[i]
	b.quadAt(h[i]).prev, b.quadAt(h[j]).prev = i, j
}

// inOrder lists the stops of a side in the order in which they would fire. The
// next call overwrites the list.
func (b *BookOf[L]) inOrder(s Side) []uint32 {
	b.stops.sorted = append(b.stops.sorted[:0], b.stops.heap[s]...)
	slices.SortFunc(b.stops.sorted, func(x, y uint32) int {
		if b.earlier(x, y) {
			return -1
		}
		return 1
	})
	return b.stops.sorted
}

// note records the first and the last price at which an order traded. The prices
// of one order move in one direction, so these two are its extremes. Without a
// stop that waits nothing is recorded.
func (b *BookOf[L]) note(first, last uint32) {
	st := &b.stops
	if !st.any() {
		return
	}
	if st.hi == 0 {
		st.hi, st.lo = first, first
	}
	st.hi, st.lo = max(st.hi, first, last), min(st.lo, first, last)
}

// next is the stop that fires next, 0 when none is due. If stops of both sides are
// due, the older of the two fires.
func (b *BookOf[L]) next() uint32 {
	st := &b.stops
	var due [2]uint32
	for s, h := range st.heap {
		if len(h) > 0 && reached(Side(s), b.quadAt(h[0]).trigger(), st.lo, st.hi) {
			due[s] = h[0]
		}
	}
	if due[Buy] == 0 || (due[Sell] != 0 && b.quadAt(due[Sell]).age() < b.quadAt(due[Buy]).age()) {
		return due[Sell]
	}
	return due[Buy]
}

// Due reports whether trades have happened that may have reached a trigger.
func (b *BookOf[L]) Due() bool { return b.stops.hi != 0 && b.rules.Phase == Continuous }

// FiredOf is a stop that was due and has left its place. It was executed like an
// order that arrives now, or refused with Code.
type FiredOf[L Lots] struct {
	Order Order   // as it was executed
	Was   OrderID // its id while it waited
	ID    OrderID // the id of what rests of it now, 0 if nothing does
	Code  Reject
}

// Fire executes the next stop that is due and appends its fills. It reports false
// when no stop is due. After every command that may trade, the caller repeats
// Fire until then. Stops fire one at a time, so that each meets the book that the
// one before has left.
func (b *BookOf[L]) Fire(fills []FillOf[L]) (FiredOf[L], []FillOf[L], bool) {
	if !b.Due() {
		return FiredOf[L]{}, fills, false
	}
	at := b.next()
	if at == 0 {
		b.stops.hi = 0
		return FiredOf[L]{}, fills, false
	}
	q := b.quadAt(at)
	s := &q.slot[0]
	f := FiredOf[L]{Was: OrderID(at << quadBits), Order: Order{Owner: s.owner, Tag: s.tag, Lots: uint32(s.lots),
		Price: q.key >> keyPrice, Side: Side(q.key & keySide), Kind: kindOf(q, s), Self: s.self(),
		Expiry: b.expiryOf(at << quadBits), Budget: q.budget()}}
	// An amendment may have reduced the stop below its display or minimum quantity.
	t := Terms{Display: uint32(min(L(q.slot[1].owner), s.lots)), MinLots: uint32(min(L(q.slot[2].owner), s.lots))}
	b.remove(at << quadBits)
	if f.Code = b.TestTerms(&f.Order, &t); f.Code == Accepted && b.overSliced(&f.Order, b.sliced) {
		f.Code = TooManySlices
	}
	if f.Code == Accepted {
		f.ID, fills = b.PlaceTerms(&f.Order, &t, fills)
	}
	return f, fills, true
}

// hashStops folds the stops of each side as they would fire, and the range of
// trades that they have not answered yet.
func (b *BookOf[L]) hashStops(h uint64) uint64 {
	for s := Buy; s <= Sell; s++ {
		for _, at := range b.inOrder(s) {
			h = b.hashOrder(h, at<<quadBits)
		}
	}
	if b.stops.hi != 0 {
		h = exact.Fold(h, uint64(b.stops.hi)<<32|uint64(b.stops.lo))
	}
	return h
}

// copyFrom makes st equal to src and re-uses the memory of st where it fits.
func (st *stopBook) copyFrom(src *stopBook) {
	for s := range st.heap {
		st.heap[s] = append(st.heap[s][:0], src.heap[s]...)
	}
	st.hi, st.lo, st.age = src.hi, src.lo, src.age
}

// checkStops verifies heaps, ages and flags, and returns the number of stops.
func (b *BookOf[L]) checkStops() (n int, err error) {
	for s, h := range b.stops.heap {
		for i, at := range h {
			q := b.quadAt(at)
			if q.live != 1 || q.slot[0].flags&(flagParked|flagStop) != flagStop || q.prev != uint32(i) ||
				q.key&keySide != uint32(s) || q.age() >= b.stops.age || (i > 0 && b.earlier(at, h[(i-1)/2])) {
				return 0, fmt.Errorf("book: stop %d in quad %d is %+v", i, at, *q)
			}
			n++
		}
	}
	return n, nil
}

// appendHead, appendHeaps and their counterparts write and read the stops in a
// snapshot: the head stands among the numbers of the book, the heaps at the end.
func (st *stopBook) appendHead(out []byte) []byte { return words(out, st.hi, st.lo, st.age) }

func (st *stopBook) readHead(r *reader) { st.hi, st.lo, st.age = r.u32(), r.u32(), r.u32() }

func (st *stopBook) appendHeaps(out []byte) []byte {
	for _, h := range st.heap {
		out = words(out, h...)
	}
	return out
}

func (st *stopBook) readHeaps(r *reader, buys, sales uint32) {
	st.heap = [2][]uint32{Buy: make([]uint32, buys), Sell: make([]uint32, sales)}
	for _, h := range st.heap {
		for i := range h {
			h[i] = r.u32()
		}
	}
}

// strayStop is the index in its heap of a stop whose quad does not exist, -1 if
// there is none. A snapshot is checked so before its links are followed.
func (b *BookOf[L]) strayStop() int {
	for _, h := range b.stops.heap {
		if i := slices.IndexFunc(h, func(at uint32) bool { return !b.isQuad(at) }); i >= 0 {
			return i
		}
	}
	return -1
}
