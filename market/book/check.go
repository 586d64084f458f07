package book

import "fmt"

// Check verifies the structure of the book: lists, totals, best prices, bitmap,
// pages, free lists and expiries. It is for tests and takes time proportional to
// maxPrice.
func (b *BookOf[L]) Check() error {
	if b.best[Buy] >= b.best[Sell] {
		return fmt.Errorf("book: crossed, bid %d, ask %d", b.best[Buy], b.best[Sell])
	}
	best := [2]uint32{0, noAsk}
	live := 0
	for p := uint32(0); p < b.maxPrice; p++ {
		n, side, err := b.checkLevel(p)
		if err != nil {
			return err
		}
		live += n
		if n > 0 && side == Buy {
			best[Buy] = p
		} else if n > 0 {
			best[Sell] = min(best[Sell], p)
		}
	}
	if best != b.best {
		return fmt.Errorf("book: best %v, cached %v", best, b.best)
	}
	waiting, err := b.checkWaiting()
	if err != nil {
		return err
	}
	if live+waiting != b.live {
		return fmt.Errorf("book: %d orders in levels, %d waiting, %d counted", live, waiting, b.live)
	}
	if err := b.checkPages(); err != nil {
		return err
	}
	return b.checkPlaces()
}

// checkLevel returns the number of orders at a price and their side.
func (b *BookOf[L]) checkLevel(p uint32) (int, Side, error) {
	lv := b.levelAt(p)
	if has := b.prices[0][p>>6]>>(p&63)&1 == 1; has != (lv.head != 0) {
		return 0, 0, fmt.Errorf("book: price %d, bitmap %v, head %d", p, has, lv.head)
	}
	var sum runSum
	prev := uint32(0)
	for at := lv.head; at != 0; {
		next, err := b.checkRun(at, prev, p, &sum)
		if err != nil {
			return 0, 0, err
		}
		if sum.n > b.live {
			return 0, 0, fmt.Errorf("book: price %d has %d orders of %d", p, sum.n, b.live)
		}
		prev, at = at, next
	}
	if side := sum.side; sum.n > 0 && ((side == Buy && p > b.best[Buy]) || (side == Sell && p < b.best[Sell])) {
		return 0, 0, fmt.Errorf("book: %v at %d is better than the best %d", side, p, b.best[side])
	}
	if lv.last() != prev || lv.lots != sum.lots || !isSingle(prev) && b.quadAt(prev).live>>((lv.end-1)%quadLen)>>1 != 0 {
		return 0, 0, fmt.Errorf("book: price %d ends at %d with %d lots, want run %d with %d", p, lv.end, lv.lots,
			prev, sum.lots)
	}
	return sum.n, sum.side, nil
}

// runSum adds up the runs of a level.
type runSum struct {
	n    int
	lots uint64
	side Side
}

// checkRun verifies a run of a level, adds it to sum and returns the next run.
func (b *BookOf[L]) checkRun(at, prev, p uint32, sum *runSum) (next uint32, err error) {
	if isSingle(at) {
		x := b.singleAt(at)
		if prev != 0 || x.slot.lots == 0 || x.key>>keyPrice != p || x.slot.flags&(1<<selfShift-1) != 0 || isSingle(x.next) {
			return 0, fmt.Errorf("book: price %d, single %d is %+v", p, at, *x)
		}
		sum.side = Side(x.key & keySide)
		sum.n++
		sum.lots += uint64(x.slot.lots)
		return x.next, nil
	}
	q := b.quadAt(at)
	sum.side = Side(q.key & keySide)
	if q.live == 0 || q.live>>quadLen != 0 || q.prev != prev || q.key>>keyPrice != p || isSingle(q.next) {
		return 0, fmt.Errorf("book: price %d, quad %d is %+v", p, at, *q)
	}
	for m := q.live; m != 0; m &= m - 1 {
		x := &q.slot[oldest(m)]
		if x.lots == 0 || !x.queued() || x.flags>>selfShift >= uint16(SelfTrades) {
			return 0, fmt.Errorf("book: price %d, quad %d has the order %+v", p, at, *x)
		}
		if x.flags&flagIceberg != 0 && (q.live != 1 || q.displayOf(x) == 0) {
			return 0, fmt.Errorf("book: price %d, quad %d is no iceberg: %+v", p, at, *q)
		}
		sum.lots += uint64(x.lots)
		sum.n++
	}
	return q.next, nil
}

// checkWaiting verifies the orders outside the queues and returns their number.
func (b *BookOf[L]) checkWaiting() (int, error) {
	n, prev := 0, uint32(0)
	for at := b.call.list.head; at != 0; at = b.quadAt(at).next {
		q := b.quadAt(at)
		if q.live != 1 || q.prev != prev || q.slot[0].flags&(flagParked|flagStop) != flagParked || n > b.live {
			return 0, fmt.Errorf("book: parked quad %d is %+v", at, *q)
		}
		prev = at
		n++
	}
	if prev != b.call.list.last() || n != b.call.n {
		return 0, fmt.Errorf("book: %d orders parked, %d counted", n, b.call.n)
	}
	if n > 0 && b.rules.Phase == Continuous {
		return 0, fmt.Errorf("book: %d orders parked in continuous trading", n)
	}
	stops, err := b.checkStops()
	return n + stops, err
}

// checkPages verifies the upper layers of the bitmap, and that every page is used
// once or idle.
func (b *BookOf[L]) checkPages() error {
	for k := 1; k < layers; k++ {
		for i, w := range b.prices[k-1] {
			if has := b.prices[k][i>>6]>>(i&63)&1 == 1; has != (w != 0) {
				return fmt.Errorf("book: bitmap layer %d, word %d", k, i)
			}
		}
	}
	used := make([]bool, len(b.levels)/pageLen)
	used[0] = true
	take := func(pg uint32) error {
		if used[pg] {
			return fmt.Errorf("book: page %d has two uses", pg)
		}
		used[pg] = true
		return nil
	}
	for i, pg := range b.page {
		if (pg != 0) != !b.prices.vacant(uint32(i)<<pageBits, pageLen) {
			return fmt.Errorf("book: price %d has page %d", i<<pageBits, pg)
		}
		if pg != 0 && (uint32(i) < b.lo || uint32(i) >= b.hi) {
			return fmt.Errorf("book: page of price %d outside [%d, %d)", i<<pageBits, b.lo, b.hi)
		}
		if pg == 0 {
			continue
		}
		if err := take(pg); err != nil {
			return err
		}
	}
	for _, pg := range b.idle {
		if err := take(pg); err != nil {
			return err
		}
	}
	for pg, u := range used {
		if !u {
			return fmt.Errorf("book: page %d is lost", pg)
		}
	}
	return nil
}

// checkPlaces verifies that every quad is in use or free, and that the wheel
// holds exactly the live orders with an expiry.
func (b *BookOf[L]) checkPlaces() error {
	free, used, expiring, dues, icebergs := 0, 0, 0, 0, 0
	for at := b.free; at != 0; at = b.quadAt(at).next {
		if b.quadAt(at).live != 0 || free > len(b.quads) {
			return fmt.Errorf("book: free quad %d is in use", at)
		}
		free++
	}
	for i := range b.quads {
		q := &b.quads[i]
		if q.live != 0 {
			used++
		}
		for m := q.live; m != 0; m &= m - 1 {
			if q.slot[oldest(m)].flags&flagExpires != 0 {
				expiring++
			}
			if q.slot[oldest(m)].flags&flagIceberg != 0 {
				icebergs++
			}
		}
	}
	if icebergs != b.icebergs {
		return fmt.Errorf("book: %d icebergs, %d counted", icebergs, b.icebergs)
	}
	if free+used+1 != len(b.quads) {
		return fmt.Errorf("book: %d quads, %d used, %d free", len(b.quads), used, free)
	}
	if err := b.checkSingles(); err != nil {
		return err
	}
	for at := range b.expiry.buckets {
		prev := uint32(0)
		for id := b.expiry.buckets[at].head; id != 0; id = b.dueAt(id).next {
			d := *b.dueAt(id)
			if d.prev != prev || int(d.tick%buckets) != at || d.tick <= b.expiry.now ||
				!b.expires(id) {
				return fmt.Errorf("book: order %d wrongly due %+v", id, d)
			}
			prev = id
			dues++
		}
		if b.expiry.buckets[at].tail != prev {
			return fmt.Errorf("book: bucket %d ends wrongly", at)
		}
	}
	if dues != b.expiry.live || dues != expiring {
		return fmt.Errorf("book: %d orders due, %d counted, %d marked", dues, b.expiry.live, expiring)
	}
	return nil
}

func (b *BookOf[L]) expires(id uint32) bool {
	_, _, s := b.find(OrderID(id))
	return s != nil && s.flags&flagExpires != 0
}

// checkSingles verifies that every single is in use or free.
func (b *BookOf[L]) checkSingles() error {
	free, used := 0, 0
	for at := b.freeSingles; at != 0; at = b.singleAt(at).next {
		if b.singleAt(at).slot.lots != 0 || free > len(b.singles) {
			return fmt.Errorf("book: free single %d is in use", at)
		}
		free++
	}
	for i := range b.singles {
		if b.singles[i].slot.lots != 0 {
			used++
		}
	}
	if free+used != len(b.singles) {
		return fmt.Errorf("book: %d singles, %d used, %d free", len(b.singles), used, free)
	}
	return nil
}
