package book

import (
	"encoding/binary"
	"errors"
	"fmt"

	"stakeout/market/ledger"
)

// A snapshot is a book as bytes: the places with their links, so that a restored
// book gives the next order the id that the original would have given it. Levels,
// pages and bitmaps are built again.

// snapshotMark opens a snapshot and names the version of its form.
const snapshotMark = 0x31304b42 // BK01

// ErrSnapshot is what Restore returns for bytes that are no snapshot.
var ErrSnapshot = errors.New("book: snapshot is cut or damaged")

// AppendSnapshot writes the whole state to the end of out.
func (b *Book) AppendSnapshot(out []byte) []byte {
	st, c, w := &b.stops, &b.call, &b.expiry
	out = words(out, snapshotMark, b.maxPrice, w.now, b.last, b.rules.Low, b.rules.High, b.rules.MinLots, uint32(b.rules.Phase),
		b.free, st.hi, st.lo, st.age, c.list.head, c.list.end, c.cut[Buy], c.cut[Sell],
		uint32(len(b.quads)), uint32(len(w.due)), uint32(len(w.buckets)), uint32(len(st.heap[Buy])), uint32(len(st.heap[Sell])))
	for i := range b.quads {
		q := &b.quads[i]
		out = words(out, q.next, q.prev, q.key, uint32(q.live)|b.given(uint32(i))<<8)
		for _, s := range &q.slot {
			out = words(out, s.lots, uint32(s.owner), uint32(s.tag)|uint32(s.flags)<<16)
		}
	}
	for _, d := range w.due {
		out = words(out, d.tick, d.next, d.prev)
	}
	for _, k := range w.buckets {
		out = words(out, k.head, k.tail)
	}
	for _, h := range st.heap {
		out = words(out, h...)
	}
	return out
}

// given is how many slots of a quad have been given out, as far as it matters: to
// the last quad of a level.
func (b *Book) given(at uint32) uint32 {
	q := &b.quads[at]
	if q.live == 0 || q.slot[0].flags&(flagParked|flagStop) != 0 {
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

// Restore makes a book from a snapshot. It returns ErrSnapshot, with the reason,
// for bytes that no book has written.
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
	if r.short || len(r.left) != 4*(16*int(n[0])+3*int(n[1])+2*int(n[2])+int(n[3])+int(n[4])) ||
		n[0] == 0 || (n[2] != 0 && n[2] != buckets) || b.rules.Phase >= Phases {
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

// readHead reads the single numbers and the lengths of the tables.
func (b *Book) readHead(r *reader) (n [5]uint32) {
	b.expiry.now, b.last = r.u32(), r.u32()
	b.rules = Rules{Low: r.u32(), High: r.u32(), MinLots: r.u32()}
	b.rules.Phase = Phase(min(r.u32(), uint32(Phases)))
	b.ruled = b.rules != Rules{}
	b.free, b.stops.hi, b.stops.lo, b.stops.age = r.u32(), r.u32(), r.u32(), r.u32()
	b.call.list.head, b.call.list.end = r.u32(), r.u32()
	b.call.cut = [2]uint32{Buy: r.u32(), Sell: r.u32()}
	for i := range n {
		n[i] = r.u32()
	}
	return n
}

func (b *Book) readTables(r *reader, n [5]uint32) (given []uint32) {
	b.quads, given = make([]quad, n[0]), make([]uint32, n[0])
	for i := range b.quads {
		q := &b.quads[i]
		q.next, q.prev, q.key = r.u32(), r.u32(), r.u32()
		v := r.u32()
		q.live, given[i] = uint8(v), v>>8
		for k := range q.slot {
			s := &q.slot[k]
			s.lots, s.owner = r.u32(), ledger.Owner(r.u32())
			v := r.u32()
			s.tag, s.flags = uint16(v), uint16(v>>16)
		}
	}
	b.expiry.due = make([]due, n[1])
	for i := range b.expiry.due {
		b.expiry.due[i] = due{r.u32(), r.u32(), r.u32()}
	}
	b.expiry.buckets = make([]bucket, n[2])
	for i := range b.expiry.buckets {
		b.expiry.buckets[i] = bucket{r.u32(), r.u32()}
	}
	for s := range b.stops.heap {
		b.stops.heap[s] = make([]uint32, n[3+s])
		for i := range b.stops.heap[s] {
			b.stops.heap[s][i] = r.u32()
		}
	}
	return given
}

// checkLinks verifies that every link leads to a place that exists, so that the
// rest can be followed safely.
func (b *Book) checkLinks() error {
	quads, places := uint32(len(b.quads)), uint32(len(b.expiry.due))
	bad := func(what string, i int) error { return fmt.Errorf("book: %s %d leads nowhere", what, i) }
	if b.free >= quads || b.call.list.head >= quads || b.call.list.last() >= quads || b.quads[0].live != 0 {
		return bad("head", 0)
	}
	for i := range b.quads {
		q := &b.quads[i]
		stop := q.live == 1 && q.slot[0].flags&flagStop != 0
		if (!stop && (q.next >= quads || (q.live != 0 && q.prev >= quads))) ||
			(q.live != 0 && (q.live >= 1<<quadLen || q.key>>keyPrice >= b.maxPrice)) {
			return bad("quad", i)
		}
		for m := q.live; m != 0; m &= m - 1 {
			if q.slot[oldest(m)].flags&flagExpires != 0 && uint32(i)<<quadBits|oldest(m) >= places {
				return bad("expiry", i)
			}
		}
	}
	for i, d := range b.expiry.due {
		if d.next >= places || d.prev >= places {
			return bad("due", i)
		}
	}
	for i, k := range b.expiry.buckets {
		if k.head >= max(places, 1) || k.tail >= max(places, 1) {
			return bad("bucket", i)
		}
	}
	for _, h := range b.stops.heap {
		for i, at := range h {
			if at >= quads {
				return bad("stop", i)
			}
		}
	}
	return nil
}

// rebuild makes the levels from the quads and counts.
func (b *Book) rebuild(given []uint32) {
	for i := range b.quads {
		q := &b.quads[i]
		b.live += len(b.ordersIn(q))
		for _, s := range b.ordersIn(q) {
			if s.flags&flagExpires != 0 {
				b.expiry.live++
			}
		}
		if q.live == 0 || q.slot[0].flags&(flagParked|flagStop) != 0 && q.live == 1 {
			continue
		}
		p, side := q.key>>keyPrice, Side(q.key&keySide)
		if q.prev == 0 {
			b.openLevel(p, side).head = uint32(i)
		}
		if b.page[p>>pageBits] == 0 {
			b.openPage(p >> pageBits)
		}
		lv := b.levelAt(p)
		if q.next == 0 {
			lv.end = uint32(i)<<quadBits + (given[i]-1)%quadLen + 1
		}
		for _, s := range b.ordersIn(q) {
			lv.lots += uint64(s.lots)
		}
	}
	for at, n := b.call.list.head, 0; at != 0 && n < len(b.quads); at = b.quads[at].next {
		b.call.n++
		n++
	}
}

func (b *Book) ordersIn(q *quad) (out []*slot) {
	for m := q.live; m != 0; m &= m - 1 {
		out = append(out, &q.slot[oldest(m)])
	}
	return out
}
