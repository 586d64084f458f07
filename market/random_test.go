package market

import (
	"fmt"
	"math/rand"
	"testing"

	"stakeout/market/book"
	"stakeout/market/ledger"
)

// stepper sends random commands, legal or not.
type stepper struct {
	l    *ledger.Ledger
	x    *Exchange
	draw func(n uint32) uint32
	tick uint32
}

func (s *stepper) step() {
	o, slot := alice+ledger.Owner(s.draw(clients)), uint16(s.draw(5))
	switch k := s.draw(20); {
	case k == 0 && s.draw(4) == 0:
		s.x.CancelAll(o)
	case k == 0:
		s.tick += s.draw(4)
		s.x.Expire(s.tick)
	case k == 1:
		s.rule()
	case k < 4:
		s.x.Cancel(o, slot)
	case k < 9:
		s.x.Amend(o, slot, s.price(), s.draw(30))
	default:
		in := Order{Owner: o, Slot: slot, Side: book.Side(s.draw(2)), Kind: book.Kind(s.draw(uint32(book.Kinds))),
			Price: s.price(), Lots: s.draw(40)}
		if s.draw(3) == 0 {
			in.Expiry = s.tick + 1 + s.draw(12)
		}
		if t := s.terms(); t != (Terms{}) {
			s.x.Enter(in, t)
		} else {
			s.x.Submit(in)
		}
	}
}

// terms returns terms for one order in three.
func (s *stepper) terms() (t Terms) {
	switch s.draw(9) {
	case 0:
		t.Trigger = s.price()
	case 1:
		t.Display, t.Self = 1+s.draw(6), book.SelfTrade(s.draw(4))
	case 2:
		t.MinLots, t.Trigger = s.draw(6), s.draw(2)*s.price()
	}
	return t
}

// rule changes a rule of the venue, mostly back to the default.
func (s *stepper) rule() {
	switch s.draw(8) {
	case 0:
		s.x.SetBand(55+s.draw(8), 66+s.draw(9))
	case 1:
		s.x.SetBand(0, 0)
		s.x.SetMinLots(s.draw(2) * s.draw(6))
	case 2:
		s.x.SetPhase(book.Phase(s.draw(4)), s.draw(2)*s.price())
	case 3:
		s.x.SetPhase(book.Call, 0)
	default:
		s.x.SetPhase(book.Continuous, 0)
	}
}

func (s *stepper) price() uint32 {
	if s.draw(10) == 0 {
		return s.draw(131)
	}
	return 60 + s.draw(10)
}

// check verifies conservation, holds, and that fees and trades agree with the
// statistics.
func (s *stepper) check() error {
	if err := s.l.Audit(); err != nil {
		return err
	}
	if err := s.x.Check(); err != nil {
		return err
	}
	st := s.x.Stats()
	if got := s.l.Balance(ledger.Venue, s.x.p.Quote, ledger.Free); got != st.Fees {
		return fmt.Errorf("the venue has %d, fees were %d", got, st.Fees)
	}
	if n, m := st.TakerLots, int64(st.Lots-st.Called); n > m || n < -m || (n-m)%2 != 0 {
		return fmt.Errorf("taker lots %d of %d", n, m)
	}
	return nil
}

// tight is an exchange on which funds run out and fees never divide evenly.
func tight(t testing.TB, draw func(uint32) uint32) *stepper {
	p := Params{TickSize: 37, Lot: 1000, MakerFeeBps: 11.37, TakerFeeBps: 33.33, MaxPrice: 130,
		Base: ledger.Token, Quote: ledger.Dai}
	l, x := venue(t, p, 150_000, 60_500)
	return &stepper{l: l, x: x, draw: draw}
}

func seeded(seed int64) func(uint32) uint32 {
	r := rand.New(rand.NewSource(seed))
	return func(n uint32) uint32 { return uint32(r.Int63n(int64(n))) }
}

// TestRandom audits the ledger and all holds after every random command.
func TestRandom(t *testing.T) {
	for seed := range int64(4) {
		s := tight(t, seeded(seed))
		for op := range 60_000 {
			s.step()
			if err := s.check(); err != nil {
				t.Fatalf("seed %d, operation %d: %v", seed, op, err)
			}
		}
		if st := s.x.Stats(); min(st.Trades, st.Expired, st.SelfCancels, st.Amends, st.Cancels, st.Rejected, st.Fired,
			st.Called) < 100 {
			t.Fatalf("too little happened: %+v", st)
		}
	}
}

// TestCopy tests that a copy has the same hash, reacts alike to the same
// commands, and is independent of the original.
func TestCopy(t *testing.T) {
	a := tight(t, seeded(1))
	b := tight(t, seeded(2))
	for round := range int64(200) {
		for range 50 {
			a.step()
			b.step()
		}
		b.l.CopyFrom(a.l)
		b.x.CopyFrom(a.x)
		b.tick = a.tick
		before := a.x.Hash(0)
		b.draw = seeded(round)
		for range 50 {
			b.step()
		}
		if a.x.Hash(0) != before {
			t.Fatal("the copy changed the original")
		}
		a.draw = seeded(round)
		for range 50 {
			a.step()
		}
		if a.x.Hash(a.l.Hash(0)) != b.x.Hash(b.l.Hash(0)) {
			t.Fatalf("round %d: the copy went another way", round)
		}
		if err := b.check(); err != nil {
			t.Fatal(err)
		}
		a.draw, b.draw = seeded(1000+round), seeded(2000+round)
	}
}

// TestHash tests that every part of the state that matters changes the hash.
func TestHash(t *testing.T) {
	base := func() *Exchange {
		_, x := venue(t, feed(), 100*ledger.Unit, 100*ledger.Unit)
		x.Submit(buy(alice, 0, 9_000, 5))
		x.Submit(buy(bob, 0, 9_000, 5))
		return x
	}
	seen := []uint64{base().Hash(0)}
	for i, change := range []func(x *Exchange){
		func(x *Exchange) { x.Cancel(alice, 0) },
		func(x *Exchange) { x.Amend(alice, 0, 9_000, 4) },
		func(x *Exchange) { x.Amend(alice, 0, 9_001, 5) },
		func(x *Exchange) { x.Submit(buy(alice, 0, 9_000, 5)) },
		func(x *Exchange) { x.Submit(buy(alice, 1, 9_000, 5)) },
		func(x *Exchange) { x.SetTick(1) },
		func(x *Exchange) { x.Submit(sell(alice, 1, 9_000, 1)) },
	} {
		x := base()
		change(x)
		for j, h := range seen {
			if x.Hash(0) == h {
				t.Errorf("change %d hashes like %d", i, j)
			}
		}
		seen = append(seen, x.Hash(0))
	}
}

// FuzzExchange decodes bytes into commands and checks the balances after each.
func FuzzExchange(f *testing.F) {
	r := rand.New(rand.NewSource(1))
	for _, n := range []int{60, 600} {
		seed := make([]byte, n)
		r.Read(seed)
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 600 {
			t.Skip("long inputs only slow the search down")
		}
		s := tight(t, func(n uint32) uint32 {
			if len(data) == 0 {
				return 0
			}
			v := uint32(data[0])
			data = data[1:]
			return v % n
		})
		for len(data) > 0 {
			s.step()
			if err := s.check(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
