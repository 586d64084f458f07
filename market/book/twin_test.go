package book

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"stakeout/market/ledger"
)

var long = flag.Bool("long", false, "compare ten million operations with the naive twin")

// pair sends the same commands to both books and reports the first difference.
type pair struct {
	fast *Book
	slow *naive
	draw func(n uint32) uint32 // uniform in [0, n); n is never 0
	ids  []OrderID             // all ids so far; some orders are gone
	full int                   // with this many orders most commands cancel
	did  struct{ fills, self, fired, matches, refills int }
}

func newPair(maxPrice uint32, full int, draw func(uint32) uint32) *pair {
	return &pair{fast: New(maxPrice), slow: &naive{max: maxPrice}, draw: draw, full: full}
}

// seeded draws from a pseudo-random generator.
func seeded(seed int64) func(uint32) uint32 {
	r := rand.New(rand.NewSource(seed))
	return func(n uint32) uint32 { return uint32(r.Int63n(int64(n))) }
}

// step performs one random command, legal or not, and fires the stops that are due.
func (p *pair) step() error {
	err := p.command()
	for err == nil {
		fired, fills, ok := p.fast.Fire(nil)
		was, id, m, want, code, due := p.slow.fire()
		if ok != due {
			return fmt.Errorf("fired %+v %v, want %+v %v", fired, ok, was, due)
		}
		if !ok {
			return nil
		}
		p.did.fired++
		// The price of a market order is ignored, and not always kept.
		if was.Kind == Market {
			was.Price, fired.Order.Price = 0, 0
		}
		if fired.Was != id || fired.Order != was {
			return fmt.Errorf("fired %+v, want %+v, which waited as %d", fired, was, id)
		}
		err = p.same(fmt.Sprintf("fired %+v", was), fired.ID, fills, fired.Code, m, want, code)
	}
	return err
}

func (p *pair) command() error {
	switch k := p.draw(100); {
	case k < 3:
		return p.expire()
	case k < 4:
		return p.cancelAll()
	case k < 6:
		return p.setRules()
	case k < 8 || (p.slow.rules.Phase == Halted && k < 40):
		return p.setPhase()
	case k < 40 && p.fast.Live() > 0, p.fast.Live() > p.full:
		return p.cancel()
	case k < 50 && p.fast.Live() > 0:
		return p.amend()
	}
	return p.submit()
}

// removed compares lists of removed orders, as sets where the order of the fast
// book does not matter.
func removed(what string, got, want []Resting, asSets bool) error {
	if asSets {
		byID := func(a, b Resting) int { return cmp.Compare(a.ID, b.ID) }
		slices.SortFunc(got, byID)
		slices.SortFunc(want, byID)
	}
	hide(got)
	hide(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s: removed %+v, want %+v", what, got, want)
	}
	return nil
}

// hide blanks the prices of market orders, which are ignored and not always kept.
func hide(list []Resting) {
	for i := range list {
		if p := list[i].Price; p == 0 || p >= ignored {
			list[i].Price = ignored
		}
	}
}

// ignored is the price that the test gives every market order that may wait.
const ignored = 1 << 25

func (p *pair) cancelAll() error {
	o, all := ledger.Owner(p.draw(6)), p.draw(8) == 0
	var got []Resting
	pick := ofOwner(o)
	if all {
		got, pick = p.fast.Clear(nil), func(*naiveOrder) bool { return true }
	} else {
		got = p.fast.CancelAll(o, nil)
	}
	return removed("cancel all", got, p.slow.removeAll(pick, func(a, b *naiveOrder) int { return 0 }), true)
}

func (p *pair) setRules() error {
	if p.draw(2) == 0 {
		lots := p.draw(5)
		p.fast.SetMinLots(lots)
		p.slow.rules.MinLots = lots
		return nil
	}
	low, high := p.price(), p.price()
	if p.draw(3) > 0 {
		low, high = p.draw(p.slow.max/2+1), p.slow.max/2+5+p.draw(40)
	} else if p.draw(2) == 0 {
		high = 0
	}
	got, code := p.fast.SetBand(low, high, nil)
	if high != 0 && low > high {
		if code != BadPrice || len(got) != 0 {
			return fmt.Errorf("band %d %d: %v", low, high, code)
		}
		return nil
	}
	if high == 0 {
		low = 0
	}
	p.slow.rules.Low, p.slow.rules.High = low, high
	want := p.slow.removeAll(func(m *naiveOrder) bool {
		return high != 0 && m.Kind != Market && (m.Price < low || m.Price > high)
	}, func(a, b *naiveOrder) int { return 0 })
	return removed("band", got, want, true)
}

func (p *pair) setPhase() error {
	phase, reference := Phase(p.draw(uint32(Phases)+1)), p.draw(2)*p.price()
	if p.draw(2) == 0 {
		phase = Continuous
	}
	if p.slow.rules.Phase != Continuous {
		got, want := p.fast.Indicative(reference), Auction{}
		if len(p.slow.side[Buy]) > 0 && len(p.slow.side[Sell]) > 0 {
			want = p.slow.auction(reference)
		}
		if got.Price != want.Price || got.Lots != want.Lots || got.Surplus != want.Surplus {
			return fmt.Errorf("indicative %+v, want %+v", got, want)
		}
	}
	var got, want Auction
	code := p.fast.SetPhase(phase, reference, &got)
	if phase >= Phases {
		if code != WrongPhase {
			return fmt.Errorf("phase %d: %v", phase, code)
		}
		return nil
	}
	if phase == Continuous && p.slow.rules.Phase != Continuous {
		want = p.slow.open(reference)
	}
	p.slow.rules.Phase = phase
	p.did.matches += len(got.Matches)
	for _, a := range []*Auction{&got, &want} {
		for i := range a.Matches {
			for s := range a.Matches[i].Sides {
				if x := &a.Matches[i].Sides[s]; x.Price == 0 || x.Price >= ignored {
					x.Price = ignored
				}
			}
		}
	}
	if code != Accepted || got.Price != want.Price || got.Lots != want.Lots || got.Surplus != want.Surplus ||
		!slices.Equal(got.Matches, want.Matches) {
		return fmt.Errorf("phase %v: %v %+v, want %+v", phase, code, got, want)
	}
	return removed("open", got.Dropped, want.Dropped, false)
}

func (p *pair) price() uint32 {
	switch p.draw(8) {
	case 0:
		return p.draw(p.slow.max + 2)
	case 1:
		return p.slow.max - 1 - p.draw(min(p.slow.max, 70))
	}
	return p.slow.max/2 + p.draw(12)
}

func (p *pair) submit() error {
	o := Order{Owner: ledger.Owner(p.draw(6)), Tag: uint16(p.draw(1 << 16)), Side: Side(p.draw(2)), Price: p.price(),
		Lots: 1 + p.draw(9)}
	if p.draw(3) == 0 {
		o.Kind = Kind(p.draw(uint32(Kinds)))
	}
	switch p.draw(40) {
	case 0:
		o.Side = Side(p.draw(4))
	case 1:
		o.Kind = Kind(p.draw(9))
	case 2:
		o.Lots = 0
	case 3, 4, 5, 6, 7:
		o.Expiry = p.slow.now + p.draw(40)
	case 8, 9:
		o.Expiry = p.slow.now + p.draw(5000)
	case 10, 11, 12:
		o.Budget = uint64(p.draw(20 * p.slow.max))
	}
	if p.draw(5) == 0 {
		o.Self = SelfTrade(p.draw(5))
	}
	t := p.terms(&o)
	if o.Kind == Market && (t.Trigger != 0 || p.slow.rules.Phase != Continuous) {
		o.Price = ignored
	}
	if lots, cost := p.fast.Available(o); o.Side <= Sell && o.Self < SelfTrades && p.slow.rules.Phase == Continuous {
		if wantLots, wantCost := p.slow.available(o); uint64(lots) != wantLots || cost != wantCost {
			return fmt.Errorf("available %+v: %d %d, want %d %d", o, lots, cost, wantLots, wantCost)
		}
	}
	id, fills, code := p.fast.Enter(o, t, nil)
	m, want, wantCode := p.slow.enter(o, t)
	return p.same(fmt.Sprintf("submit %+v %+v", o, t), id, fills, code, m, want, wantCode)
}

func (p *pair) terms(o *Order) (t Terms) {
	if p.draw(3) > 0 {
		return t
	}
	if p.draw(2) == 0 {
		t.Trigger = p.price()
	}
	if p.draw(2) == 0 {
		t.Display = 1 + p.draw(4)
		o.Lots += p.draw(12)
	}
	if p.draw(3) == 0 {
		t.MinLots = 1 + p.draw(5)
	}
	return t
}

func (p *pair) same(what string, id OrderID, fills []Fill, code Reject, m *naiveOrder, want []Fill,
	wantCode Reject) error {
	if code != wantCode || !slices.Equal(fills, want) || (id != 0) != (m != nil) {
		return fmt.Errorf("%s: id %d, %+v, %v; want %+v, %+v, %v", what, id, fills, code, m, want, wantCode)
	}
	for _, f := range fills {
		p.did.fills++
		if f.Self {
			p.did.self++
		}
		if _, _, s := p.fast.find(f.Maker); !f.Gone && s != nil && s.flags&flagIceberg != 0 {
			p.did.refills++
		}
	}
	if m != nil {
		if m.id != id && p.slow.find(id) != nil {
			return fmt.Errorf("%s: id %d is taken", what, id)
		}
		m.id = id
		p.ids = append(p.ids, id)
	}
	return nil
}

func (p *pair) anyID() OrderID {
	if len(p.ids) == 0 || p.draw(50) == 0 {
		return OrderID(p.draw(100))
	}
	i := p.draw(uint32(len(p.ids)))
	id := p.ids[i]
	if p.slow.find(id) == nil && p.draw(4) != 0 {
		p.ids[i] = p.ids[len(p.ids)-1]
		p.ids = p.ids[:len(p.ids)-1]
	}
	return id
}

func (p *pair) cancel() error {
	id := p.anyID()
	was, code := p.fast.Cancel(id)
	want, wantCode := Open{}, UnknownOrder
	if m := p.slow.find(id); m != nil {
		want, wantCode = Open{Price: m.Price, Lots: m.total(), Side: m.Side, Stop: m.terms.Trigger != 0}, Accepted
		if m.Kind == Market {
			want.Price = was.Price
		}
		p.slow.remove(m)
	}
	if was != want || code != wantCode {
		return fmt.Errorf("cancel %d: %+v %v, want %+v %v", id, was, code, want, wantCode)
	}
	return nil
}

func (p *pair) amend() error {
	id := p.anyID()
	price, lots := p.price(), p.draw(12)
	if was, ok := p.fast.Get(id); ok && p.draw(2) == 0 {
		price = was.Price
	}
	now, fills, code := p.fast.Amend(id, price, lots, nil)
	m, want, wantCode := p.slow.amend(id, price, lots)
	return p.same(fmt.Sprintf("amend %d %d %d", id, price, lots), now, fills, code, m, want, wantCode)
}

func (p *pair) expire() error {
	tick := p.slow.now + p.draw(4)
	if p.draw(60) == 0 {
		tick += p.draw(3 * buckets)
	}
	jump := tick - p.slow.now
	return removed(fmt.Sprint("expire ", tick), p.fast.Expire(tick, nil), p.slow.expire(tick), jump > buckets)
}

// compare compares the whole state of the two books. During a call the fast book
// parks the orders that cross; at one price they are younger than those in the
// level.
func (p *pair) compare() error {
	waiting := p.fast.Waiting(nil)
	for s := Buy; s <= Sell; s++ {
		var want []Resting
		for _, m := range p.slow.side[s] {
			want = append(want, describeNaive(m))
		}
		got := p.fast.Orders(s, nil)
		for _, r := range waiting {
			if r.Side == s && !r.Stop {
				got = append(got, r)
			}
		}
		hide(got)
		hide(want)
		slices.SortStableFunc(got, func(a, b Resting) int {
			if a.Price == b.Price {
				return 0
			}
			if a.Price == ignored || (b.Price != ignored && p.slow.better(s, a.Price, b.Price)) {
				return -1
			}
			return 1
		})
		if !slices.Equal(got, want) {
			return fmt.Errorf("%v %v orders\n%+v, want\n%+v", p.slow.rules, s, got, want)
		}
		if p.slow.rules.Phase == Continuous {
			if err := p.compareSide(s, want); err != nil {
				return err
			}
		}
	}
	return p.fast.Check()
}

func (p *pair) compareSide(s Side, orders []Resting) error {
	limit := p.price()
	size := uint64(1 + p.draw(60))
	var depth, filled, notional uint64
	var levels []Level
	for _, r := range orders {
		seen := uint64(r.Lots - r.Hidden)
		if r.Price == limit || p.slow.better(s, r.Price, limit) {
			depth += seen
		}
		f := min(seen, size-filled)
		filled += f
		notional += f * uint64(r.Price)
		if n := len(levels); n == 0 || levels[n-1].Price != r.Price {
			levels = append(levels, Level{Price: r.Price})
		}
		levels[len(levels)-1].Lots += seen
	}
	if got := p.fast.Depth(s, limit); got != depth {
		return fmt.Errorf("%v depth to %d is %d, want %d", s, limit, got, depth)
	}
	if f, v := p.fast.Walk(s.Opposite(), size); f != filled || v != notional {
		return fmt.Errorf("walk %d against %v: %d %d, want %d %d", size, s, f, v, filled, notional)
	}
	if got := p.fast.Levels(s, 1<<30, nil); !slices.Equal(got, levels) {
		return fmt.Errorf("%v levels %v, want %v", s, got, levels)
	}
	price, lots, ok := p.fast.Best(s)
	if ok != (len(levels) > 0) || (ok && (Level{Price: price, Lots: lots}) != levels[0]) {
		return fmt.Errorf("best %v %d %d %v, want %v", s, price, lots, ok, levels)
	}
	return nil
}

// TestTwin compares the book with its naive twin over a million random commands,
// legal and illegal ones, and over ten million with -long.
func TestTwin(t *testing.T) {
	each := 250_000
	if *long {
		each = 2_500_000
	}
	for i, c := range []struct {
		maxPrice uint32
		full     int
	}{{24, 12}, {200, 40}, {5000, 30}, {70_000, 25}} {
		t.Run(fmt.Sprint("maxPrice=", c.maxPrice), func(t *testing.T) {
			p := newPair(c.maxPrice, c.full, seeded(int64(i)))
			every := 20 + int(c.maxPrice)/4
			for op := range each {
				err := p.step()
				if err == nil && op%every == 0 {
					err = p.compare()
				}
				if err != nil {
					t.Fatalf("operation %d: %v", op, err)
				}
			}
			if d := p.did; min(d.fills, d.self, d.fired, d.matches, d.refills) < 200 {
				t.Errorf("too little happened: %+v", d)
			}
		})
	}
}

// FuzzBook decodes bytes into commands and compares the books after each.
func FuzzBook(f *testing.F) {
	r := rand.New(rand.NewSource(1))
	for _, n := range []int{40, 400} {
		seed := make([]byte, n)
		r.Read(seed)
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 2000 {
			t.Skip("long inputs only slow the search down")
		}
		p := newPair(200, 30, func(n uint32) uint32 {
			if len(data) < 2 {
				data = nil
				return 0
			}
			v := uint32(data[0])<<8 | uint32(data[1])
			data = data[2:]
			return v % n
		})
		for len(data) > 0 {
			if err := p.step(); err != nil {
				t.Fatal(err)
			}
			if err := p.compare(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
