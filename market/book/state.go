package book

// CopyFrom makes b equal to src, re-using b's memory where it fits. Both must be
// for the same maxPrice or b is made anew. It copies the orders, the pages in
// use and the part of the price range that was ever touched.
func (b *Book) CopyFrom(src *Book) {
	if b == src {
		return
	}
	if b.maxPrice != src.maxPrice {
		*b = *New(src.maxPrice)
	}
	lo, hi := min(b.lo, src.lo), max(b.hi, src.hi)
	if lo < hi {
		copy(b.page[lo:hi], src.page[lo:hi])
		for k := range b.prices {
			copy(b.prices[k][lo:hi], src.prices[k][lo:hi])
			lo, hi = lo>>6, (hi+63)>>6
		}
	}
	b.lo, b.hi = src.lo, src.hi
	b.quads = append(b.quads[:0], src.quads...)
	b.levels = append(b.levels[:0], src.levels...)
	b.idle = append(b.idle[:0], src.idle...)
	b.free, b.live, b.best = src.free, src.live, src.best
	b.expiry.now, b.expiry.live = src.expiry.now, src.expiry.live
	b.expiry.due = append(b.expiry.due[:0], src.expiry.due...)
	b.expiry.buckets = append(b.expiry.buckets[:0], src.expiry.buckets...)
}

// Hash folds the state into h: the clock, then every order of each side in
// price–time order. Two books with the same resting orders have the same hash,
// whatever their past.
func (b *Book) Hash(h uint64) uint64 {
	h = mix(h, uint64(b.expiry.now)<<32|uint64(b.maxPrice))
	for s := Buy; s <= Sell; s++ {
		h = mix(h, uint64(s))
		for p, _, ok := b.Best(s); ok; p, ok = b.worse(s, p) {
			lv := b.levelAt(p)
			for id := b.following(lv, 0); id != 0; id = b.following(lv, id) {
				r := b.slotAt(id)
				h = mix(h, uint64(p)<<32|uint64(r.lots))
				h = mix(h, uint64(r.owner)<<16|uint64(r.tag))
				h = mix(h, uint64(b.expiryOf(id)))
			}
		}
	}
	return h
}

func mix(h, v uint64) uint64 {
	h = (h ^ v) * 0x9E3779B97F4A7C15
	return h ^ h>>29
}

// Orders appends every resting order of a side in price–time order.
func (b *Book) Orders(s Side, out []Resting) []Resting {
	for p, _, ok := b.Best(s); ok; p, ok = b.worse(s, p) {
		lv := b.levelAt(p)
		for id := b.following(lv, 0); id != 0; id = b.following(lv, id) {
			out = append(out, b.describe(id))
		}
	}
	return out
}
