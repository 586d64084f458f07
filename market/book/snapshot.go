package book

import (
	"encoding/binary"
	"errors"
	"fmt"

	"stakeout/market/ledger"
)

// A snapshot is a book as bytes. It contains the places and their links, so that
// the restored book gives the next order the same id as the original. Levels,
// pages and bitmaps are built again.

// snapshotMark begins a snapshot and names the version of the format.
const snapshotMark = 0x32304b42 // BK02

// ErrSnapshot is the error of Restore for bytes that are not a snapshot.
var ErrSnapshot = errors.New("book: snapshot is cut or damaged")

// AppendSnapshot writes the whole state to the end of out. It panics for a wide
// book, which has no snapshot.
func (b *BookOf[L]) AppendSnapshot(out []byte) []byte {
	if _, narrow := any(b).(*Book); !narrow {
		panic("book: a wide book has no snapshot")
	}
	st, c, w := &b.stops, &b.call, &b.expiry
	out = words(out, snapshotMark, b.maxPrice, w.now, b.last, b.rules.Low, b.rules.High, b.rules.MinLots,
		uint32(b.rules.Phase), b.free, b.freeSingles)
	out = st.appendHead(out)
	out = words(out, c.list.head, c.list.end, c.cut[Buy], c.cut[Sell],
		uint32(len(b.quads)), uint32(len(b.singles)), uint32(len(w.due)), uint32(len(w.buckets)),
		uint32(len(st.heap[Buy])), uint32(len(st.heap[Sell])))
	for i := range b.quads {
		q := &b.quads[i]
		out = words(out, q.next, q.prev, q.key, uint32(q.live)|b.given(uint32(i)<<1)<<8)
		for k := range q.slot {
			out = q.slot[k].append(out)
		}
	}
	for i := range b.singles {
		x := &b.singles[i]
		out = x.slot.append(words(out, x.next, x.key))
	}
	for _, d := range w.due {
		out = words(out, d.tick, d.next, d.prev)
	}
	for _, k := range w.buckets {
		out = words(out, k.head, k.tail)
	}
	return st.appendHeaps(out)
}

func (s *slotOf[L]) append(out []byte) []byte {
	return words(out, uint32(s.lots), uint32(s.owner), uint32(s.tag)|uint32(s.flags)<<16)
}

// given is the number of slots of a quad that have been handed out. It matters
// only for the last quad of a level, which can still take orders; all others
// count as full.
func (b *BookOf[L]) given(at uint32) uint32 {
	q := b.quadAt(at)
	if q.live == 0 || !q.slot[0].queued() {
		return quadLen
	}
	if lv := b.levelAt(q.key >> keyPrice); lv.last() == at {
		return (lv.end-1)%quadLen + 1
	}
	return quadLen
}

func words(out []byte, list ...uint32) []byte {
	for _, v := range list {
		out = binary.LittleEndian.AppendUint32(out, v)
	}
	return out
}

// Restore makes a book from a snapshot. For bytes that no book has written it
// returns an error that wraps ErrSnapshot.
func Restore(snapshot []byte) (*Book, error) {
	r := reader{left: snapshot}
	if r.u32() != snapshotMark {
		return nil, ErrSnapshot
	}
	maxPrice := r.u32()
	if maxPrice < 2 || maxPrice > MaxPrice {
		return nil, ErrSnapshot
	}
	b := New(maxPrice)
	n := b.readHead(&r)
	if r.short || len(r.left) != 4*(16*int(n[0])+5*int(n[1])+3*int(n[2])+2*int(n[3])+int(n[4])+int(n[5])) ||
		n[0] == 0 || (n[3] != 0 && n[3] != buckets) || b.rules.Phase >= Phases {
		return nil, ErrSnapshot
	}
	given := b.readTables(&r, n)
	if err := b.checkLinks(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	b.rebuild(given)
	if err := b.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	return b, nil
}

// readHead reads the numbers at the front of a snapshot and returns the lengths
// of its tables: quads, singles, expiries, buckets, buy stops and sell stops.
func (b *BookOf[L]) readHead(r *reader) (n [6]uint32) {
	b.expiry.now, b.last = r.u32(), r.u32()
	b.rules = Rules{Low: r.u32(), High: r.u32(), MinLots: r.u32()}
	b.rules.Phase = Phase(min(r.u32(), uint32(Phases)))
	b.ruled = b.rules != Rules{}
	b.free, b.freeSingles = r.u32(), r.u32()
	b.stops.readHead(r)
	b.call.list.head, b.call.list.end = r.u32(), r.u32()
	b.call.cut = [2]uint32{Buy: r.u32(), Sell: r.u32()}
	for i := range n {
		n[i] = r.u32()
	}
	return n
}

func (b *BookOf[L]) readTables(r *reader, n [6]uint32) (given []uint32) {
	b.quads, given = make([]quadOf[L], n[0]), make([]uint32, n[0])
	for i := range b.quads {
		q := &b.quads[i]
		q.next, q.prev, q.key = r.u32(), r.u32(), r.u32()
		v := r.u32()
		q.live, given[i] = uint8(v), v>>8
		for k := range q.slot {
			q.slot[k] = readSlot[L](r)
		}
	}
	b.singles = make([]singleOf[L], n[1])
	for i := range b.singles {
		b.singles[i] = singleOf[L]{next: r.u32(), key: r.u32(), slot: readSlot[L](r)}
	}
	b.expiry.due = make([]due, n[2])
	for i := range b.expiry.due {
		b.expiry.due[i] = due{r.u32(), r.u32(), r.u32()}
	}
	b.expiry.buckets = make([]bucket, n[3])
	for i := range b.expiry.buckets {
		b.expiry.buckets[i] = bucket{r.u32(), r.u32()}
	}
	b.stops.readHeaps(r, n[4], n[5])
	return given
}

func readSlot[L Lots](r *reader) slotOf[L] {
	s := slotOf[L]{lots: L(r.u32()), owner: ledger.Owner(r.u32())}
	v := r.u32()
	s.tag, s.flags = uint16(v), uint16(v>>16)
	return s
}

// isQuad and isRun report whether a run with that number exists. 0 means none and
// counts as a quad.
func (b *BookOf[L]) isQuad(at uint32) bool { return !isSingle(at) && int(at>>1) < len(b.quads) }
func (b *BookOf[L]) isRun(at uint32) bool {
	return b.isQuad(at) || isSingle(at) && int(at>>1) < len(b.singles)
}

// isPlace reports whether a place can have an expiry. 0 means none and is
// allowed.
func (b *BookOf[L]) isPlace(id uint32) bool {
	return !isSingle(id>>quadBits) && int(id>>quadBits>>1<<quadBits|id%quadLen) < max(len(b.expiry.due), 1)
}

// checkLinks verifies that every link leads to a place that exists, so that Check
// can follow the links of damaged bytes safely.
func (b *BookOf[L]) checkLinks() error {
	bad := func(what string, i int) error { return fmt.Errorf("book: %s %d leads nowhere", what, i) }
	if !b.isQuad(b.free) || !b.isQuad(b.call.list.head) || !b.isQuad(b.call.list.last()) || b.quads[0].live != 0 ||
		b.freeSingles != 0 && (!isSingle(b.freeSingles) || !b.isRun(b.freeSingles)) {
		return bad("head", 0)
	}
	for i := range b.quads {
		if !b.linked(uint32(i) << 1) {
			return bad("quad", i)
		}
	}
	for i := range b.singles {
		x := &b.singles[i]
		if free := x.slot.lots == 0; !b.isRun(x.next) || x.next != 0 && isSingle(x.next) != free || !free &&
			(x.key>>keyPrice >= b.maxPrice || x.slot.flags&(1<<selfShift-1) != 0) {
			return bad("single", i)
		}
	}
	for i, d := range b.expiry.due {
		if !b.isPlace(d.next) || !b.isPlace(d.prev) {
			return bad("due", i)
		}
	}
	for i, k := range b.expiry.buckets {
		if !b.isPlace(k.head) || !b.isPlace(k.tail) {
			return bad("bucket", i)
		}
	}
	if i := b.strayStop(); i >= 0 {
		return bad("stop", i)
	}
	return nil
}

// linked reports whether the links of a quad and the expiries of its orders are
// valid.
func (b *BookOf[L]) linked(at uint32) bool {
	q := b.quadAt(at)
	stop := q.live == 1 && q.slot[0].isStop() // next and prev of a stop are no links
	if (!stop && (!b.isQuad(q.next) || (q.live != 0 && !b.isRun(q.prev)))) ||
		(q.live != 0 && (q.live >= 1<<quadLen || q.key>>keyPrice >= b.maxPrice)) {
		return false
	}
	for m := q.live; m != 0; m &= m - 1 {
		if q.slot[oldest(m)].flags&flagExpires != 0 && (len(b.expiry.due) == 0 || !b.isPlace(at<<quadBits|oldest(m))) {
			return false
		}
	}
	return true
}

// rebuild makes the levels from the runs and counts the orders.
func (b *BookOf[L]) rebuild(given []uint32) {
	for i := range b.singles {
		if x := &b.singles[i]; x.slot.lots != 0 {
			b.live++
			lv := b.rebuilt(x.key, true)
			lv.head = uint32(i)<<1 | 1
			lv.lots += uint64(x.slot.lots)
			if x.next == 0 {
				lv.end = (lv.head + 1) << quadBits
			}
		}
	}
	for i := range b.quads {
		q, at := &b.quads[i], uint32(i)<<1
		b.live += len(b.ordersIn(q))
		for _, s := range b.ordersIn(q) {
			if s.flags&flagExpires != 0 {
				b.expiry.live++
			}
			if s.flags&flagIceberg != 0 {
				b.icebergs++
			}
		}
		if q.live == 0 || !q.slot[0].queued() && q.live == 1 {
			continue
		}
		lv := b.rebuilt(q.key, q.prev == 0)
		if q.prev == 0 {
			lv.head = at
		}
		if q.next == 0 {
			lv.end = at<<quadBits + (given[i]-1)%quadLen + 1
		}
		for _, s := range b.ordersIn(q) {
			lv.lots += uint64(s.lots)
		}
	}
	for at, n := b.call.list.head, 0; at != 0 && n < len(b.quads); at = b.quadAt(at).next {
		b.call.n++
		n++
	}
}

// rebuilt returns the level of a run. The first run of a level opens it.
func (b *BookOf[L]) rebuilt(key uint32, first bool) *level {
	p := key >> keyPrice
	if first {
		return b.openLevel(p, Side(key&keySide))
	}
	if b.page[p>>pageBits] == 0 {
		b.openPage(p >> pageBits)
	}
	return b.levelAt(p)
}

func (b *BookOf[L]) ordersIn(q *quadOf[L]) (out []*slotOf[L]) {
	for m := q.live; m != 0; m &= m - 1 {
		out = append(out, &q.slot[oldest(m)])
	}
	return out
}
