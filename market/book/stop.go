package book

import (
	"slices"

	"stakeout/market/ledger"
)

// Stops wait outside the queues in one heap a side: buys with the lowest trigger
// first, sales with the highest, and among equals the older one. A trade at a
// stop's trigger or beyond it, since the last time that Fire had nothing more to
// do, makes the stop due.

// stopBook is all that waits for a trigger.
type stopBook struct {
	heap   [2][]uint32 // quads, by side
	sorted []uint32    // scratch
	hi, lo uint32      // highest and lowest price traded since nothing was due; hi 0 is none
	age    uint32      // of the next stop
}

// A stop is alone in its quad, which is in no list: next is its age, prev its
// place in the heap.
func (q *quad) trigger() uint32 { return q.slot[2].lots }

// Last is the price of the last trade in ticks, 0 before the first.
func (b *Book) Last() uint32 { return b.last }

// reached reports whether trades between lo and hi make a stop due.
func reached(s Side, trigger, lo, hi uint32) bool {
	if hi == 0 {
		return false
	}
	return (s == Buy && hi >= trigger) || (s == Sell && lo <= trigger)
}

// waits reports whether an order would wait for its trigger.
func (b *Book) waits(o *Order, t *Terms) bool {
	return t.Trigger != 0 && !reached(o.Side, t.Trigger, b.last, b.last)
}

// wait enters a stop.
func (b *Book) wait(o *Order, t *Terms) OrderID {
	at := b.apart(o, o.Lots, 0, flagStop)
	q := b.quadAt(at)
	q.slot[1].owner = ledger.Owner(t.Display)
	q.slot[2].lots, q.slot[2].owner = t.Trigger, ledger.Owner(t.MinLots)
	q.slot[3].lots, q.slot[3].owner = uint32(o.Budget), ledger.Owner(o.Budget>>32)
	b.push(at)
	return OrderID(at << quadBits)
}

// push gives a stop the next age and a place in its heap.
func (b *Book) push(at uint32) {
	if len(b.stops.heap[Buy])+len(b.stops.heap[Sell]) == 0 {
		b.stops.age = 0
	}
	q := b.quadAt(at)
	h := &b.stops.heap[q.key&keySide]
	q.next, q.prev = b.stops.age, uint32(len(*h))
	b.stops.age++
	*h = append(*h, at)
	b.up(*h, q.prev)
}

// earlier reports whether stop x of a side fires before stop y.
func (b *Book) earlier(x, y uint32) bool {
	p, q := b.quadAt(x), b.quadAt(y)
	if p.trigger() == q.trigger() {
		return p.next < q.next
	}
	return (p.trigger() < q.trigger()) == (p.key&keySide == uint32(Buy))
}

func (b *Book) up(h []uint32, i uint32) {
	for i > 0 && b.earlier(h[i], h[(i-1)/2]) {
		b.swap(h, i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (b *Book) down(h []uint32, i uint32) {
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

func (b *Book) swap(h []uint32, i, j uint32) {
	h[i], h[j] = h[j], h[i]
	b.quadAt(h[i]).prev, b.quadAt(h[j]).prev = i, j
}

// pull takes a stop out of its heap.
func (b *Book) pull(at uint32) {
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

func (b *Book) amendStop(at, price, lots uint32) {
	b.pull(at)
	q := b.quadAt(at)
	q.key = price<<keyPrice | q.key&keySide
	q.slot[0].lots = lots
	q.setBudget()
	b.push(at)
}

func (q *quad) budget() uint64 { return uint64(q.slot[3].lots) | uint64(q.slot[3].owner)<<32 }

// setBudget follows an amendment of a stop with a budget.
func (q *quad) setBudget() {
	if q.budget() != 0 {
		n := uint64(q.key>>keyPrice) * uint64(q.slot[0].lots)
		q.slot[3].lots, q.slot[3].owner = uint32(n), ledger.Owner(n>>32)
	}
}

// note remembers at which prices an order traded, for the stops.
func (b *Book) note(first, last uint32) {
	st := &b.stops
	if len(st.heap[Buy])+len(st.heap[Sell]) == 0 {
		return
	}
	if st.hi == 0 {
		st.hi, st.lo = first, first
	}
	st.hi, st.lo = max(st.hi, first, last), min(st.lo, first, last)
}

// next is the stop that fires next, 0 when none is due. When one of either side is
// due, the older one fires.
func (b *Book) next() uint32 {
	st := &b.stops
	var due [2]uint32
	for s, h := range st.heap {
		if len(h) > 0 && reached(Side(s), b.quadAt(h[0]).trigger(), st.lo, st.hi) {
			due[s] = h[0]
		}
	}
	if due[Buy] == 0 || (due[Sell] != 0 && b.quadAt(due[Sell]).next < b.quadAt(due[Buy]).next) {
		return due[Sell]
	}
	return due[Buy]
}

// Due reports whether trades have happened that stops may be waiting for.
func (b *Book) Due() bool { return b.stops.hi != 0 && b.rules.Phase == Continuous }

// Fired is a stop that was due: it left its place and was executed like an order
// that arrives now, or refused with Code and is gone.
type Fired struct {
	Order Order   // as it was executed
	Was   OrderID // its id while it waited
	ID    OrderID // what it rests under now, 0 if it does not
	Code  Reject
}

// Fire executes the next stop that is due and appends its fills. It reports false
// when none was; the caller calls it until then after every command that may
// trade. Stops fire one at a time, so each sees what the one before did.
func (b *Book) Fire(fills []Fill) (Fired, []Fill, bool) {
	if !b.Due() {
		return Fired{}, fills, false
	}
	at := b.next()
	if at == 0 {
		b.stops.hi = 0
		return Fired{}, fills, false
	}
	q := b.quadAt(at)
	s := &q.slot[0]
	f := Fired{Was: OrderID(at << quadBits), Order: Order{Owner: s.owner, Tag: s.tag, Lots: s.lots,
		Price: q.key >> keyPrice, Side: Side(q.key & keySide), Kind: Kind(q.slot[2].tag), Self: s.self(),
		Expiry: b.expiryOf(at << quadBits), Budget: q.budget()}}
	t := Terms{Display: uint32(q.slot[1].owner), MinLots: uint32(q.slot[2].owner)}
	// A stop may have been reduced below what it was to show or to trade at least.
	t.Display, t.MinLots = min(t.Display, s.lots), min(t.MinLots, s.lots)
	b.remove(at << quadBits)
	f.ID, fills, f.Code = b.Enter(f.Order, t, fills)
	return f, fills, true
}

// inOrder lists the stops of a side as they would fire.
func (b *Book) inOrder(s Side) []uint32 {
	b.stops.sorted = append(b.stops.sorted[:0], b.stops.heap[s]...)
	slices.SortFunc(b.stops.sorted, func(x, y uint32) int {
		if b.earlier(x, y) {
			return -1
		}
		return 1
	})
	return b.stops.sorted
}

// Waiting appends every order that is in no queue: those that a call has parked,
// in the order in which they came, then stops to buy and to sell, as they would
// fire.
func (b *Book) Waiting(out []Resting) []Resting {
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
