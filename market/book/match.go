package book

// levelAt returns the level of a price. The shared empty page answers for prices
// without a page and must not be written.
func (b *Book) levelAt(price uint32) *level {
	return &b.levels[b.page[price>>pageBits]<<pageBits|price&(pageLen-1)]
}

// match trades o until it is filled or its price, its budget or the opposite
// side is exhausted, and returns the lots that are left.
func (b *Book) match(o *Order, fills []Fill) (uint32, []Fill) {
	bounded := o.Budget != 0 && (o.Kind == Market || o.Kind == ImmediateOrCancel)
	left, budget := o.Lots, o.Budget
	for left > 0 {
		p := b.best[o.Side.Opposite()]
		if p == 0 || p == noAsk || (o.Kind != Market && !b.Crosses(o.Side, o.Price)) {
			break
		}
		want := left
		if bounded {
			want = uint32(min(uint64(want), budget/uint64(p)))
		}
		if want == 0 {
			break
		}
		var done uint32
		done, fills = b.sweep(o, p, want, fills)
		left -= done
		budget -= uint64(done) * uint64(p)
	}
	return left, fills
}

// sweep trades up to want lots against the opposite level at price p, oldest
// order first, and returns the lots traded.
func (b *Book) sweep(o *Order, p, want uint32, fills []Fill) (uint32, []Fill) {
	lv := b.levelAt(p)
	id, left, cancelled := lv.head, want, uint64(0)
	for id != 0 && left > 0 {
		r := &b.orders[id]
		f := Fill{Maker: OrderID(id), Owner: r.owner, Tag: r.tag, Price: p}
		if r.owner == o.Owner {
			f.Self, f.Left = true, r.lots
			cancelled += uint64(r.lots)
			r.lots = 0
		} else {
			f.Lots = min(left, r.lots)
			left -= f.Lots
			r.lots -= f.Lots
			f.Left = r.lots
		}
		f.Gone = r.lots == 0
		fills = append(fills, f)
		if f.Gone {
			next := r.next
			b.release(id)
			id = next
		}
	}
	lv.head = id
	lv.lots -= uint64(want-left) + cancelled
	if id == 0 {
		lv.tail = 0
		b.drop(o.Side.Opposite(), p)
	} else {
		b.orders[id].prev = 0
	}
	return want - left, fills
}

// rest puts the remaining lots of an order at the end of the queue at its price.
func (b *Book) rest(o *Order, lots uint32) OrderID {
	price, side := o.Price, o.Side
	id := b.newPlace()
	lv := b.levelAt(price)
	if lv.tail == 0 {
		lv = b.openLevel(price, side)
	}
	last := lv.tail
	r := &b.orders[id]
	r.next, r.prev, r.lots, r.key = 0, last, lots, price<<keyPrice|uint32(side)
	r.owner, r.tag = o.Owner, o.Tag
	if last != 0 {
		b.orders[last].next = id
	} else {
		lv.head = id
	}
	lv.tail = id
	lv.lots += uint64(lots)
	b.live++
	if o.Expiry != 0 {
		b.schedule(id, o.Expiry)
	}
	return OrderID(id)
}

// newPlace takes a place from the free list, or makes one.
func (b *Book) newPlace() uint32 {
	id := b.free
	if id == 0 {
		b.orders = append(b.orders, order{})
		return uint32(len(b.orders) - 1)
	}
	b.free = b.orders[id].next
	return id
}

// openLevel enters a price into the set of prices with orders.
func (b *Book) openLevel(p uint32, side Side) *level {
	if b.page[p>>pageBits] == 0 {
		b.openPage(p >> pageBits)
	}
	b.prices.set(p)
	if side == Buy {
		b.best[Buy] = max(b.best[Buy], p)
	} else {
		b.best[Sell] = min(b.best[Sell], p)
	}
	return b.levelAt(p)
}

// openPage gives the prices of a bitmap word their levels.
func (b *Book) openPage(word uint32) {
	b.lo, b.hi = min(b.lo, word), max(b.hi, word+1)
	if n := len(b.idle); n > 0 {
		b.page[word] = b.idle[n-1]
		b.idle = b.idle[:n-1]
		return
	}
	b.page[word] = uint32(len(b.levels) / pageLen)
	b.levels = append(b.levels, make([]level, pageLen)...)
}

// remove takes a live order out of its level and frees its place.
func (b *Book) remove(id uint32) {
	r := &b.orders[id]
	p, side := r.key>>keyPrice, Side(r.key&keySide)
	lv := b.levelAt(p)
	lv.lots -= uint64(r.lots)
	if r.prev != 0 {
		b.orders[r.prev].next = r.next
	} else {
		lv.head = r.next
	}
	if r.next != 0 {
		b.orders[r.next].prev = r.prev
	} else {
		lv.tail = r.prev
	}
	b.release(id)
	if lv.head == 0 {
		b.drop(side, p)
	}
}

// release puts the place of an order that left its level on the free list.
func (b *Book) release(id uint32) {
	r := &b.orders[id]
	if r.key&keyExpires != 0 {
		b.unschedule(id)
	}
	r.lots = 0
	r.next = b.free
	b.free = id
	b.live--
}

// drop forgets an empty level and moves the best price on. All prices beyond a
// best price belong to the same side, because the book is never crossed.
func (b *Book) drop(side Side, p uint32) {
	if b.prices.clear(p) {
		b.idle = append(b.idle, b.page[p>>pageBits])
		b.page[p>>pageBits] = 0
	}
	if b.best[side] != p {
		return
	}
	if side == Buy {
		b.best[Buy] = b.prices.prev(p, 0)
	} else {
		b.best[Sell] = b.prices.next(p, noAsk)
	}
}
