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
	at, left, cancelled := lv.head, want, uint64(0)
	for at != 0 && left > 0 {
		q := &b.quads[at]
		i := oldest(q.live)
		s := &q.slot[i]
		f := Fill{Maker: OrderID(at<<quadBits | i), Owner: s.owner, Tag: s.tag, Price: p}
		if s.owner == o.Owner {
			f.Self, f.Left = true, s.lots
			cancelled += uint64(s.lots)
			s.lots = 0
		} else {
			f.Lots = min(left, s.lots)
			left -= f.Lots
			s.lots -= f.Lots
			f.Left = s.lots
		}
		f.Gone = s.lots == 0
		fills = append(fills, f)
		if f.Gone {
			at = b.consume(at, i)
		}
	}
	lv.lots -= uint64(want-left) + cancelled
	b.cutHead(lv, at)
	if at == 0 {
		b.drop(o.Side.Opposite(), p)
	}
	return want - left, fills
}

// consume frees a slot that a sweep has emptied and returns the quad at which
// the sweep goes on.
func (b *Book) consume(at, i uint32) uint32 {
	q := &b.quads[at]
	if q.slot[i].flags != 0 {
		b.unschedule(at<<quadBits | i)
	}
	b.live--
	q.live &^= 1 << i
	if q.live != 0 {
		return at
	}
	next := q.next
	b.freeQuad(at)
	return next
}

// cutHead makes a quad the first of its level; what was before it is gone.
func (b *Book) cutHead(lv *level, at uint32) {
	if lv.head == at {
		return
	}
	lv.head = at
	b.quads[at].prev = 0
	if at == 0 {
		lv.tail = 0
	}
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
