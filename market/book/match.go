package book

// levelAt returns the level of a price. All prices without a page share the
// levels of page 0, which are empty and must not be written.
func (b *BookOf[L]) levelAt(price uint32) *level {
	return &b.levels[b.page[price>>pageBits]<<pageBits|price&(pageLen-1)]
}

// match trades o until it is filled or until its price, its budget or the
// opposite side is exhausted, and returns the lots that are left.
func (b *BookOf[L]) match(o *Order, left L, fills []FillOf[L]) (L, []FillOf[L]) {
	bounded := o.Budget != 0 && (o.Kind == Market || o.Kind == ImmediateOrCancel)
	budget, first := o.Budget, uint32(0)
	for left > 0 {
		p := b.best[o.Side.Opposite()]
		if p == 0 || p == noAsk || (o.Kind != Market && !b.Crosses(o.Side, o.Price)) {
			break
		}
		can := left
		if bounded {
			can = L(min(uint64(can), budget/uint64(p)))
		}
		if can == 0 {
			break
		}
		var traded, lost L
		traded, lost, fills = b.sweep(o, p, left, can, fills)
		left -= traded + lost
		budget -= uint64(traded) * uint64(p)
		if traded > 0 {
			b.last = p
			if first == 0 {
				first = p
			}
		}
	}
	if first != 0 {
		b.note(first, b.last)
	}
	return left, fills
}

// sweep trades up to can lots against the opposite level at price p, oldest order
// first, for an order that has left lots left. It returns the lots traded and the
// lots that the order lost to self-trade prevention.
func (b *BookOf[L]) sweep(o *Order, p uint32, left, can L, fills []FillOf[L]) (traded, lost L, _ []FillOf[L]) {
	lv := b.levelAt(p)
	at := lv.head
	for at != 0 && can > 0 {
		id, s := b.oldestOf(at)
		if s.owner == o.Owner || s.flags&flagIceberg != 0 {
			f, off, next := b.meet(o, lv, id, left-traded-lost, can)
			fills = append(fills, f)
			traded += f.Lots
			lost += off
			can = min(can-f.Lots, left-traded-lost)
			lv.lots -= uint64(f.Lots)
			at = next
			continue
		}
		n := min(can, s.lots)
		can -= n
		traded += n
		s.lots -= n
		lv.lots -= uint64(n)
		fills = append(fills, FillOf[L]{Maker: OrderID(id), Owner: s.owner, Tag: s.tag, Price: p,
			Lots: n, Left: s.lots, Gone: s.lots == 0})
		if s.lots == 0 {
			at = b.consume(id)
		}
	}
	b.cutHead(lv, at)
	if at == 0 {
		b.drop(o.Side.Opposite(), p)
	}
	return traded, lost, fills
}

// oldestOf is the oldest order of a run.
func (b *BookOf[L]) oldestOf(at uint32) (id uint32, s *slotOf[L]) {
	if isSingle(at) {
		return at << quadBits, &b.singleAt(at).slot
	}
	q := b.quadAt(at)
	i := oldest(q.live)
	return at<<quadBits | i, &q.slot[i]
}

// consume frees a slot that a sweep has emptied and returns the run at which the
// sweep goes on.
func (b *BookOf[L]) consume(id uint32) uint32 {
	at, i := id>>quadBits, id%quadLen
	b.live--
	if isSingle(at) {
		next := b.singleAt(at).next
		b.freeSingle(at)
		return next
	}
	q := b.quadAt(at)
	if f := q.slot[i].flags; f&(flagExpires|flagIceberg) != 0 {
		if f&flagExpires != 0 {
			b.unschedule(id)
		}
		if f&flagIceberg != 0 {
			b.icebergs--
		}
	}
	q.live &^= 1 << i
	if q.live != 0 {
		return at
	}
	next := q.next
	b.freeQuad(at)
	return next
}

// cutHead makes a run the first of its level. The runs before it have been freed.
func (b *BookOf[L]) cutHead(lv *level, at uint32) {
	if lv.head == at {
		return
	}
	lv.head = at
	if at == 0 {
		lv.end = 0
	} else {
		b.quadAt(at).prev = 0
	}
}

// openLevel adds a price to the set of prices with orders.
func (b *BookOf[L]) openLevel(p uint32, side Side) *level {
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

// openPage creates the levels of the n-th group of pageLen prices, or re-uses an
// idle page.
func (b *BookOf[L]) openPage(n uint32) {
	b.lo, b.hi = min(b.lo, n), max(b.hi, n+1)
	if i := len(b.idle) - 1; i >= 0 {
		b.page[n] = b.idle[i]
		b.idle = b.idle[:i]
		return
	}
	b.page[n] = uint32(len(b.levels) / pageLen)
	b.levels = append(b.levels, make([]level, pageLen)...)
}

// drop removes an empty level and updates the best price. All prices beyond a
// best price belong to the same side, because the book is never crossed.
func (b *BookOf[L]) drop(side Side, p uint32) {
	b.prices.clear(p)
	if b.prices.vacant(p, pageLen) {
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
