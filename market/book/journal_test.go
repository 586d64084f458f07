package book

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"stakeout/market/ledger"
)

// source draws commands of every kind, with prices around the middle of a book.
type source struct {
	draw func(n uint32) uint32
	mid  uint32
	tick uint32
	ids  []OrderID
}

// next is a random command, legal or not. It has no budget and always states a
// reference, because TestReflections needs commands that have a mirror image.
func (s *source) next() Command {
	switch k := s.draw(100); {
	case k < 3:
		s.tick += s.draw(30)
		return Command{Op: OpExpire, Tick: s.tick}
	case k < 4:
		return Command{Op: OpCancelAll, Order: Order{Owner: ledger.Owner(s.draw(6))}, All: s.draw(9) == 0}
	case k < 5:
		return Command{Op: OpMinLots, Lots: s.draw(4)}
	case k < 6:
		return Command{Op: OpBand, Low: s.mid - 5 - s.draw(30), High: s.mid + 5 + s.draw(30)}
	case k < 9:
		return Command{Op: OpPhase, Phase: Phase(s.draw(3)), Price: s.price()}
	case k < 12:
		return Command{Op: OpPhase, Price: s.price()}
	case k < 35 && len(s.ids) > 0:
		return Command{Op: OpCancel, ID: s.ids[s.draw(uint32(len(s.ids)))]}
	case k < 45 && len(s.ids) > 0:
		return Command{Op: OpAmend, ID: s.ids[s.draw(uint32(len(s.ids)))], Price: s.price(), Lots: s.draw(12)}
	}
	c := Command{Order: Order{Owner: ledger.Owner(s.draw(6)), Tag: uint16(s.draw(1 << 16)), Side: Side(s.draw(2)),
		Price: s.price(), Lots: s.draw(20), Self: SelfTrade(s.draw(4))}}
	if s.draw(3) == 0 {
		c.Order.Kind = Kind(s.draw(uint32(Kinds)))
	}
	if s.draw(4) == 0 {
		c.Order.Expiry = s.tick + s.draw(200)
	}
	if s.draw(4) == 0 {
		c.Terms.Trigger = s.price()
	}
	if s.draw(4) == 0 {
		c.Terms.Display = s.draw(5)
	}
	if s.draw(6) == 0 {
		c.Terms.MinLots = s.draw(5)
	}
	return c
}

func (s *source) price() uint32 { return s.mid - 10 + s.draw(21) }

// learn remembers the ids that later commands may name.
func (s *source) learn(r *Reaction) {
	if r.ID != 0 {
		s.ids = append(s.ids, r.ID)
	}
	for _, f := range r.Fired {
		if f.ID != 0 {
			s.ids = append(s.ids, f.ID)
		}
	}
	if len(s.ids) > 60 {
		s.ids = slices.Delete(s.ids, 0, 20)
	}
}

// TestJournal restores a snapshot at random cuts: it and the rest of the journal
// lead to the same book as the whole journal does from an empty one.
func TestJournal(t *testing.T) {
	b, s := New(200), &source{draw: seeded(1), mid: 100}
	var journal []byte
	var cuts []int
	var shots [][]byte
	var r Reaction
	for op := range 20_000 {
		if op%50 == 0 {
			cuts, shots = append(cuts, len(journal)), append(shots, b.AppendSnapshot(nil))
		}
		c := s.next()
		journal = AppendCommand(journal, &c)
		b.Do(&c, &r)
		s.learn(&r)
	}
	want, last := b.Hash(7), b.AppendSnapshot(nil)
	for i, cut := range cuts {
		x, err := Restore(shots[i])
		if err != nil {
			t.Fatalf("cut %d: %v", cut, err)
		}
		if again := x.AppendSnapshot(nil); !bytes.Equal(again, shots[i]) {
			t.Fatalf("cut %d: a restored book writes another snapshot", cut)
		}
		if i%20 != 0 {
			continue
		}
		if err := x.Replay(journal[cut:]); err != nil {
			t.Fatal(err)
		}
		if x.Hash(7) != want || !bytes.Equal(x.AppendSnapshot(nil), last) {
			t.Fatalf("cut %d: another book", cut)
		}
	}
	if err := b.Replay(journal[:len(journal)-1]); !errors.Is(err, ErrJournal) {
		t.Errorf("a torn journal: %v", err)
	}
}

// TestCommandBytes reads back what was written.
func TestCommandBytes(t *testing.T) {
	c := Command{Order: Order{1 << 40, 2, 3, 4, 5, 6, Sell, Market, Decrement}, Terms: Terms{7, 8, 9}, ID: 10,
		Price: 11, Lots: 12, Low: 13, High: 14, Tick: 15, Op: OpPhase, Phase: Halted, All: true}
	out := AppendCommand([]byte("x"), &c)
	got, rest, err := ReadCommand(out[1:])
	if err != nil || got != c || len(rest) != 0 {
		t.Errorf("%+v %v %v, want %+v", got, rest, err, c)
	}
	out[1] = byte(Ops)
	if _, _, err := ReadCommand(out[1:]); !errors.Is(err, ErrJournal) {
		t.Error(err)
	}
}

// reflection maps the commands of a book to those of its mirror image.
type reflection struct {
	side  func(Side) Side
	price func(uint32) uint32
	ids   map[OrderID]OrderID // id of each order in the image
}

func (m reflection) command(c Command) Command {
	at := func(p *uint32) {
		if *p != 0 {
			*p = m.price(*p)
		}
	}
	c.Order.Side, c.ID = m.side(c.Order.Side), m.ids[c.ID]
	for _, p := range []*uint32{&c.Order.Price, &c.Terms.Trigger, &c.Price, &c.Low, &c.High} {
		at(p)
	}
	if c.Low > c.High {
		c.Low, c.High = c.High, c.Low
	}
	return c
}

// same returns an error if reaction r is not the image of reaction q. It pairs
// new orders in the order in which they came, since an order may get the place of
// one that the same command has traded out.
func (m reflection) same(q, r *Reaction) error {
	if (q.ID != 0) != (r.ID != 0) || q.Code != r.Code || q.Own != r.Own || len(q.Fills) != len(r.Fills) ||
		len(q.Fired) != len(r.Fired) || len(q.Removed) != len(r.Removed) {
		return fmt.Errorf("%+v has the image %+v", q, r)
	}
	if err := m.sameAuction(&q.Auction, &r.Auction); err != nil {
		return err
	}
	if err := m.sameFills(q.Fills[:q.Own], r.Fills[:q.Own]); err != nil {
		return err
	}
	m.learn(q.ID, r.ID)
	from := q.Own
	for i, f := range q.Fired {
		g := r.Fired[i]
		if m.ids[f.Was] != g.Was || (f.ID != 0) != (g.ID != 0) || f.Code != g.Code || f.Fills != g.Fills {
			return fmt.Errorf("fired %+v, image %+v", f, g)
		}
		if err := m.sameFills(q.Fills[from:f.Fills], r.Fills[from:f.Fills]); err != nil {
			return err
		}
		m.learn(f.ID, g.ID)
		from = f.Fills
	}
	return nil
}

func (m reflection) learn(id, image OrderID) {
	if id != 0 {
		m.ids[id] = image
	}
}

func (m reflection) sameFills(q, r []Fill) error {
	for i, f := range q {
		if f.Price, f.Maker = m.price(f.Price), m.ids[f.Maker]; f != r[i] {
			return fmt.Errorf("fill %+v, image %+v", f, r[i])
		}
	}
	return nil
}

func (m reflection) sameAuction(q, r *Auction) error {
	if len(q.Matches) != len(r.Matches) || q.Lots != r.Lots || (q.Price != 0 && m.price(q.Price) != r.Price) {
		return fmt.Errorf("auction %+v, image %+v", q, r)
	}
	for i, x := range q.Matches {
		y := r.Matches[i]
		for s := range x.Sides {
			if a, b := x.Sides[s], y.Sides[m.side(Side(s))]; m.ids[a.ID] != b.ID || a.Left != b.Left || x.Lots != y.Lots {
				return fmt.Errorf("match %+v, image %+v", x, y)
			}
		}
	}
	return nil
}

// TestReflections exchanges the sides and mirrors the prices of a stream, and
// shifts the prices of another: the results must be mirrored and shifted in the
// same way.
func TestReflections(t *testing.T) {
	for name, m := range map[string]reflection{
		"mirrored": {Side.Opposite, func(p uint32) uint32 { return 200 - p }, map[OrderID]OrderID{}},
		"shifted":  {func(s Side) Side { return s }, func(p uint32) uint32 { return p + 64_001 }, map[OrderID]OrderID{}},
	} {
		t.Run(name, func(t *testing.T) {
			b, image, s := New(200), New(200), &source{draw: seeded(3), mid: 100}
			if name == "shifted" {
				image = New(65_000)
			}
			var q, r Reaction
			trades, matches, fired := 0, 0, 0
			for op := range 200_000 {
				c := s.next()
				if _, live := b.Get(c.ID); !live {
					c.ID = 0
				}
				d := m.command(c)
				b.Do(&c, &q)
				image.Do(&d, &r)
				if err := m.same(&q, &r); err != nil {
					t.Fatalf("operation %d, %+v: %v", op, c, err)
				}
				s.learn(&q)
				trades, matches, fired = trades+len(q.Fills), matches+len(q.Auction.Matches), fired+len(q.Fired)
			}
			if min(trades, matches, fired) < 1000 {
				t.Errorf("too little happened: %d fills, %d matches, %d stops fired", trades, matches, fired)
			}
		})
	}
}

// TestNoAllocationOfFeatures runs commands of every kind on memory that has grown
// already. They must not allocate.
func TestNoAllocationOfFeatures(t *testing.T) {
	b, s := New(200), &source{draw: seeded(5), mid: 100}
	var r Reaction
	pass := func() {
		for range 1000 {
			c := s.next()
			b.Do(&c, &r)
			s.learn(&r)
		}
	}
	for range 30 {
		pass()
	}
	s.ids = slices.Grow(s.ids, 100)
	if n := testing.AllocsPerRun(20, pass); n > 0 {
		t.Errorf("%v allocations in a thousand commands", n)
	}
}

// FuzzRestore damages a snapshot. Restore must refuse it or return a valid book.
func FuzzRestore(f *testing.F) {
	b, s := New(200), &source{draw: seeded(2), mid: 100}
	var r Reaction
	for range 300 {
		c := s.next()
		b.Do(&c, &r)
		s.learn(&r)
	}
	b.SetPhase(Call, 0, &r.Auction)
	shot := b.AppendSnapshot(nil)
	f.Add([]byte{1, 2, 3})
	f.Add([]byte("damage in several places"))
	f.Fuzz(func(t *testing.T, noise []byte) {
		damaged := slices.Clone(shot)
		rng := rand.New(rand.NewSource(int64(len(noise))))
		for _, x := range noise {
			damaged[rng.Intn(len(damaged))] ^= x
		}
		x, err := Restore(damaged)
		if err != nil {
			return
		}
		if err := x.Check(); err != nil {
			t.Fatal(err)
		}
		for range 50 {
			c := s.next()
			x.Do(&c, &r)
		}
	})
}
