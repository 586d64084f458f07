package book

import "stakeout/experiments/kit/exact"

// CopyFrom makes b equal to src and re-uses the memory of b where it fits. If the
// two differ in maxPrice, b is made anew. It copies the orders, the pages in use
// and the part of the price range that was ever touched.
func (b *BookOf[L]) CopyFrom(src *BookOf[L]) {
	if b == src {
		return
	}
	if b.maxPrice != src.maxPrice {
		*b = *newBook[L](src.maxPrice)
	}
	lo, hi := min(b.lo, src.lo), max(b.hi, src.hi)
	if lo < hi {
		copy(b.page[lo:hi], src.page[lo:hi])
		lo, hi = lo>>wordBits, (hi+1<<wordBits-1)>>wordBits
		for k := range b.prices {
			copy(b.prices[k][lo:hi], src.prices[k][lo:hi])
			lo, hi = lo>>6, (hi+63)>>6
		}
	}
	b.lo, b.hi = src.lo, src.hi
	b.quads = append(b.quads[:0], src.quads...)
	b.singles = append(b.singles[:0], src.singles...)
	b.levels = append(b.levels[:0], src.levels...)
	b.idle = append(b.idle[:0], src.idle...)
	b.free, b.freeSingles, b.live, b.best, b.last = src.free, src.freeSingles, src.live, src.best, src.last
	b.icebergs, b.sliced = src.icebergs, src.sliced
	b.rules, b.ruled = src.rules, src.ruled
	b.expiry.now, b.expiry.live = src.expiry.now, src.expiry.live
	b.expiry.due = append(b.expiry.due[:0], src.expiry.due...)
	b.expiry.buckets = append(b.expiry.buckets[:0], src.expiry.buckets...)
	b.stops.copyFrom(&src.stops)
	b.call.list, b.call.n, b.call.cut = src.call.list, src.call.n, src.call.cut
}

// Hash folds the state into h: the clock, every order of each side in price–time
// order, the orders outside the queues, and the rules. Two books in the same
// state have the same hash, even if they reached it in different ways.
//
// Features that a book does not use leave its hash unchanged. In particular the
// price of the last trade enters only while a stop or a rule may depend on it; a
// caller that always depends on it folds Last as well.
func (b *BookOf[L]) Hash(h uint64) uint64 {
	h = exact.Fold(h, uint64(b.expiry.now)<<32|uint64(b.maxPrice))
	for s := Buy; s <= Sell; s++ {
		h = exact.Fold(h, uint64(s))
		for p, _, ok := b.Best(s); ok; p, ok = b.worse(s, p) {
			lv := b.levelAt(p)
			for id := b.following(lv, 0); id != 0; id = b.following(lv, id) {
				h = b.hashOrder(h, id)
			}
		}
	}
	if b.ruled {
		h = exact.Fold(h, uint64(b.rules.Low)<<32|uint64(b.rules.High))
		h = exact.Fold(h, uint64(b.rules.MinLots)<<8|uint64(b.rules.Phase))
		h = exact.Fold(h, uint64(b.call.cut[Buy])<<32|uint64(b.call.cut[Sell]))
	}
	for at := b.call.list.head; at != 0; at = b.quadAt(at).next {
		h = b.hashOrder(h, at<<quadBits)
	}
	h = b.hashStops(h)
	if b.ruled || b.stops.any() {
		h = exact.Fold(h, uint64(b.last))
	}
	return h
}

// hashOrder folds one order into h: price, lots, owner, tag and expiry, and the
// rest only for an order that is not plain.
func (b *BookOf[L]) hashOrder(h uint64, id uint32) uint64 {
	q, key, r := b.find(OrderID(id))
	h = exact.Fold(h, uint64(key>>keyPrice)<<32|uint64(r.lots))
	h = exact.Fold(h, uint64(r.owner)<<16|uint64(r.tag))
	h = exact.Fold(h, uint64(b.expiryOf(id)))
	if r.flags&^flagExpires == 0 {
		return h
	}
	h = exact.Fold(h, uint64(r.flags)<<8|uint64(key&keySide)<<4|uint64(kindOf(q, r)))
	if r.flags&flagIceberg != 0 || r.isStop() {
		for _, x := range q.slot[1:] {
			h = exact.Fold(h, uint64(x.owner)<<32|uint64(x.lots))
		}
	}
	return h
}

// Orders appends every resting order of a side in price–time order.
func (b *BookOf[L]) Orders(s Side, out []RestingOf[L]) []RestingOf[L] {
	for p, _, ok := b.Best(s); ok; p, ok = b.worse(s, p) {
		lv := b.levelAt(p)
		for id := b.following(lv, 0); id != 0; id = b.following(lv, id) {
			out = append(out, b.describe(id))
		}
	}
	return out
}
