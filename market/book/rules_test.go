package book

import (
	"slices"
	"testing"
	"unsafe"

	"stakeout/market/ledger"
)

// The owners of the rule tests.
const (
	ann = ledger.First + iota
	ben
	cat
)

func lim(o ledger.Owner, s Side, price, lots uint32) Order {
	return Order{Owner: o, Side: s, Price: price, Lots: lots}
}

func (o Order) as(k Kind) Order { o.Kind = k; return o }

// state lists the resting orders as owner, price and lots: bids, then asks, best
// first.
type state []struct {
	owner       ledger.Owner
	price, lots uint32
}

func stateOf(b *Book) (out state) {
	for s := Buy; s <= Sell; s++ {
		for _, r := range b.Orders(s, nil) {
			out = append(out, state{{r.Owner, r.Price, r.Lots}}...)
		}
	}
	return out
}

// trades are pairs of lots and price; 0 lots mean a cancel by self-trade
// prevention.
type trades [][2]uint32

var (
	asks = []Order{lim(ann, Sell, 50, 3), lim(ben, Sell, 50, 4), lim(ann, Sell, 52, 5)}
	bids = []Order{lim(ann, Buy, 48, 3), lim(ben, Buy, 48, 4), lim(ann, Buy, 46, 5)}
)

// rules has one rule in each row: resting orders, an incoming order, its trades,
// and the orders that rest afterwards.
var rules = []struct {
	name string
	rest []Order
	in   Order
	want trades
	then state
	code Reject
}{
	{"rests on an empty book", nil, lim(cat, Buy, 50, 2), nil, state{{cat, 50, 2}}, Accepted},
	{"oldest first", asks, lim(cat, Buy, 50, 4), trades{{3, 50}, {1, 50}}, state{{ben, 50, 3}, {ann, 52, 5}}, Accepted},
	{"oldest first, sale", bids, lim(cat, Sell, 48, 4), trades{{3, 48}, {1, 48}},
		state{{ben, 48, 3}, {ann, 46, 5}}, Accepted},
	{"best price first, at the resting price", asks, lim(cat, Buy, 60, 8), trades{{3, 50}, {4, 50}, {1, 52}},
		state{{ann, 52, 4}}, Accepted},
	{"best price first, sale", bids, lim(cat, Sell, 40, 8), trades{{3, 48}, {4, 48}, {1, 46}},
		state{{ann, 46, 4}}, Accepted},
	{"rest of a limit order rests", asks, lim(cat, Buy, 51, 9), trades{{3, 50}, {4, 50}},
		state{{cat, 51, 2}, {ann, 52, 5}}, Accepted},
	{"rest of an IOC is dropped", asks, lim(cat, Buy, 51, 9).as(ImmediateOrCancel), trades{{3, 50}, {4, 50}},
		state{{ann, 52, 5}}, Accepted},
	{"IOC that meets nothing", asks, lim(cat, Buy, 49, 9).as(ImmediateOrCancel), nil,
		state{{ann, 50, 3}, {ben, 50, 4}, {ann, 52, 5}}, Accepted},
	{"market takes any price and drops the rest", asks, lim(cat, Buy, 0, 99).as(Market), trades{{3, 50}, {4, 50}, {5, 52}},
		nil, Accepted},
	{"market ignores its price", bids, lim(cat, Sell, 99, 1).as(Market), trades{{1, 48}},
		state{{ann, 48, 2}, {ben, 48, 4}, {ann, 46, 5}}, Accepted},
	{"market on an empty book", nil, lim(cat, Sell, 0, 1).as(Market), nil, nil, Accepted},
	{"FOK that fits", asks, lim(cat, Buy, 52, 12).as(FillOrKill), trades{{3, 50}, {4, 50}, {5, 52}}, nil, Accepted},
	{"FOK one lot too many", asks, lim(cat, Buy, 52, 13).as(FillOrKill), nil,
		state{{ann, 50, 3}, {ben, 50, 4}, {ann, 52, 5}}, NotFillable},
	{"FOK beyond its price", asks, lim(cat, Buy, 51, 8).as(FillOrKill), nil,
		state{{ann, 50, 3}, {ben, 50, 4}, {ann, 52, 5}}, NotFillable},
	{"FOK does not count own orders", asks, lim(ann, Buy, 52, 5).as(FillOrKill), nil,
		state{{ann, 50, 3}, {ben, 50, 4}, {ann, 52, 5}}, NotFillable},
	{"FOK passes over own orders", asks, lim(ann, Buy, 52, 4).as(FillOrKill), trades{{0, 50}, {4, 50}},
		state{{ann, 52, 5}}, Accepted},
	{"post-only away from the market", asks, lim(cat, Buy, 49, 1).as(PostOnly), nil,
		state{{cat, 49, 1}, {ann, 50, 3}, {ben, 50, 4}, {ann, 52, 5}}, Accepted},
	{"post-only at the market", asks, lim(cat, Buy, 50, 1).as(PostOnly), nil,
		state{{ann, 50, 3}, {ben, 50, 4}, {ann, 52, 5}}, WouldCross},
	{"post-only against own order", asks[:1], lim(ann, Buy, 50, 1).as(PostOnly), nil, state{{ann, 50, 3}}, WouldCross},
	{"self-trade cancels the resting order", asks, lim(ann, Buy, 50, 5), trades{{0, 50}, {4, 50}},
		state{{ann, 50, 1}, {ann, 52, 5}}, Accepted},
	{"own order behind the last lot stays", asks, lim(ann, Buy, 52, 4), trades{{0, 50}, {4, 50}},
		state{{ann, 52, 5}}, Accepted},
	{"budget ends within a level", asks, Order{Owner: cat, Side: Buy, Kind: Market, Lots: 9, Budget: 299},
		trades{{3, 50}, {2, 50}}, state{{ben, 50, 2}, {ann, 52, 5}}, Accepted},
	{"budget ends between levels", asks, Order{Owner: cat, Side: Buy, Kind: Market, Lots: 9, Budget: 401},
		trades{{3, 50}, {4, 50}}, state{{ann, 52, 5}}, Accepted},
	{"lots end before the budget", asks,
		Order{Owner: cat, Side: Buy, Kind: ImmediateOrCancel, Price: 52, Lots: 2, Budget: 401}, trades{{2, 50}},
		state{{ann, 50, 1}, {ben, 50, 4}, {ann, 52, 5}}, Accepted},
	{"side", asks[:1], lim(cat, 2, 50, 1), nil, state{{ann, 50, 3}}, BadSide},
	{"kind", asks[:1], lim(cat, Buy, 50, 1).as(Kinds), nil, state{{ann, 50, 3}}, BadKind},
	{"price 0", asks[:1], lim(cat, Buy, 0, 1), nil, state{{ann, 50, 3}}, BadPrice},
	{"price at the bound", asks[:1], lim(cat, Buy, 100, 1), nil, state{{ann, 50, 3}}, BadPrice},
	{"no lots", asks[:1], lim(cat, Buy, 50, 0), nil, state{{ann, 50, 3}}, BadLots},
	{"past expiry", asks[:1], Order{Owner: cat, Price: 40, Lots: 1, Expiry: 5}, nil, state{{ann, 50, 3}}, BadExpiry},
	{"most lots", asks[:1], lim(cat, Sell, 99, ^uint32(0)), nil, state{{ann, 50, 3}, {cat, 99, ^uint32(0)}}, Accepted},
}

// TestRules tries every rule on a fresh book at tick 5.
func TestRules(t *testing.T) {
	for _, c := range rules {
		t.Run(c.name, func(t *testing.T) {
			b := New(100)
			b.Expire(5, nil)
			for _, o := range c.rest {
				b.Submit(o, nil)
			}
			_, fills, code := b.Submit(c.in, nil)
			var got trades
			for _, f := range fills {
				got = append(got, [2]uint32{f.Lots, f.Price})
			}
			if code != c.code || !slices.Equal(got, c.want) {
				t.Errorf("%v %v, want %v %v", code, got, c.code, c.want)
			}
			if s := stateOf(b); !slices.Equal(s, c.then) {
				t.Errorf("rests %v, want %v", s, c.then)
			}
			if err := b.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRejectOrder sends a command that breaks every rule. It is refused for the
// first one, and after this is mended for the next one.
func TestRejectOrder(t *testing.T) {
	b := New(100)
	b.Expire(5, nil)
	b.Submit(lim(ann, Sell, 50, 1), nil)
	o := Order{Owner: ben, Side: 3, Kind: 77, Price: 100, Expiry: 5}
	for _, step := range []struct {
		code Reject
		mend func()
	}{
		{BadSide, func() { o.Side = Buy }}, {BadKind, func() { o.Kind = PostOnly }}, {BadPrice, func() { o.Price = 99 }},
		{BadLots, func() { o.Lots = 2 }}, {BadExpiry, func() { o.Expiry = 6 }}, {WouldCross, func() { o.Kind = FillOrKill }},
		{NotFillable, func() { o.Kind = Limit }}, {Accepted, func() {}},
	} {
		if code := b.Test(&o); code != step.code {
			t.Fatalf("%+v: %v, want %v", o, code, step.code)
		}
		step.mend()
	}
}

// TestAmend tests which amendments keep the place in the queue.
func TestAmend(t *testing.T) {
	for _, c := range []struct {
		name        string
		price, lots uint32
		want        state
		code        Reject
	}{
		{"fewer lots keep the place", 48, 2, state{{ann, 48, 2}, {ben, 48, 4}, {cat, 55, 2}}, Accepted},
		{"the same lots keep the place", 48, 3, state{{ann, 48, 3}, {ben, 48, 4}, {cat, 55, 2}}, Accepted},
		{"more lots lose it", 48, 4, state{{ben, 48, 4}, {ann, 48, 4}, {cat, 55, 2}}, Accepted},
		{"another price", 47, 3, state{{ben, 48, 4}, {ann, 47, 3}, {cat, 55, 2}}, Accepted},
		{"a price that trades", 55, 3, state{{ann, 55, 1}, {ben, 48, 4}}, Accepted},
		{"no lots", 48, 0, state{{ann, 48, 3}, {ben, 48, 4}, {cat, 55, 2}}, BadLots},
		{"price 0", 0, 1, state{{ann, 48, 3}, {ben, 48, 4}, {cat, 55, 2}}, BadPrice},
		{"price at the bound", 100, 1, state{{ann, 48, 3}, {ben, 48, 4}, {cat, 55, 2}}, BadPrice},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := New(100)
			o := lim(ann, Buy, 48, 3)
			o.Expiry = 9
			id, _, _ := b.Submit(o, nil)
			b.Submit(lim(ben, Buy, 48, 4), nil)
			b.Submit(lim(cat, Sell, 55, 2), nil)
			id, _, code := b.Amend(id, c.price, c.lots, nil)
			if s := stateOf(b); code != c.code || !slices.Equal(s, c.want) {
				t.Errorf("%v %v, want %v %v", code, s, c.code, c.want)
			}
			if gone := b.Expire(9, nil); len(gone) != 1 || gone[0].ID != id {
				t.Errorf("expiry was lost: %+v", gone)
			}
			if err := b.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestUnknown tests that commands with unknown ids are refused and change
// nothing.
func TestUnknown(t *testing.T) {
	b := New(100)
	id, _, _ := b.Submit(lim(ann, Buy, 48, 3), nil)
	if _, code := b.Cancel(id); code != Accepted {
		t.Fatal(code)
	}
	for _, id := range []OrderID{0, id, id + 1, ^OrderID(0)} {
		if _, code := b.Cancel(id); code != UnknownOrder {
			t.Errorf("cancel %d: %v", id, code)
		}
		if _, _, code := b.Amend(id, 1, 1, nil); code != UnknownOrder {
			t.Errorf("amend %d: %v", id, code)
		}
		if _, ok := b.Get(id); ok {
			t.Errorf("get %d", id)
		}
	}
	if err := b.Check(); err != nil || b.Live() != 0 {
		t.Error(err, b.Live())
	}
}

// TestExpiry tests that orders expire at their tick, by tick and then by age,
// even if the tick is many turns of the wheel away.
func TestExpiry(t *testing.T) {
	b := New(100)
	for i, tick := range []uint32{7, 7 + buckets, 3, 7, 0, 7 + 5*buckets} {
		o := lim(ann, Buy, uint32(10+i), 1)
		o.Expiry = tick
		b.Submit(o, nil)
	}
	for _, c := range []struct {
		tick uint32
		want []uint32 // prices
	}{
		{2, nil}, {3, []uint32{12}}, {6, nil}, {9, []uint32{10, 13}}, {9, nil}, {1, nil},
		{6 + buckets, nil}, {7 + buckets, []uint32{11}}, {6 + 5*buckets, nil}, {1 << 31, []uint32{15}}, {^uint32(0), nil},
	} {
		var got []uint32
		for _, r := range b.Expire(c.tick, nil) {
			got = append(got, r.Price)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("tick %d: %v, want %v", c.tick, got, c.want)
		}
		if err := b.Check(); err != nil {
			t.Error(err)
		}
	}
	if b.Live() != 1 {
		t.Errorf("%d left", b.Live())
	}
}

// TestBitmap compares neighbour search with a linear scan, at sizes around the
// borders of words and layers.
func TestBitmap(t *testing.T) {
	for _, n := range []uint32{1, 63, 64, 65, 4095, 4096, 4097, 262_144, 262_145} {
		m := newBitmap(n)
		for _, i := range []uint32{0, n / 3, n / 2, n - 1} {
			m.set(i)
			if m.next(0, noAsk) != i || m.next(i, noAsk) != i || m.prev(n-1, noAsk) != i || m.prev(i, noAsk) != i {
				t.Errorf("size %d: %d not found", n, i)
			}
			if m.next(i+1, noAsk) != noAsk || (i > 0 && m.prev(i-1, noAsk) != noAsk) {
				t.Errorf("size %d: something beyond %d", n, i)
			}
			if m.vacant(i, 16) || m.vacant(i, 1) {
				t.Errorf("size %d: the places around %d vacant", n, i)
			}
			if m.clear(i); !m.vacant(i, 16) || !m.vacant(i, 1) || m.next(0, noAsk) != noAsk {
				t.Errorf("size %d: %d not cleared", n, i)
			}
		}
	}
}

// TestCopy copies onto a used book: the copy has the structure and hash of its
// source, and a later change of one does not change the other.
func TestCopy(t *testing.T) {
	a, b := newPair(5000, 60, seeded(1)), newPair(5000, 60, seeded(2))
	for round := range 100 {
		for range 200 {
			if err := a.step(); err != nil {
				t.Fatal(err)
			}
			if err := b.step(); err != nil {
				t.Fatal(err)
			}
		}
		c := New(7)
		c.CopyFrom(b.fast)
		c.CopyFrom(a.fast)
		if c.Hash(1) != a.fast.Hash(1) || c.Hash(1) == b.fast.Hash(1) {
			t.Fatalf("round %d: hash", round)
		}
		before := a.fast.Hash(1)
		c.Submit(lim(ann, Buy, 4999, ^uint32(0)).as(Market), nil)
		c.Submit(lim(ben, Sell, 1, 5), nil)
		c.SetMinLots(c.Rules().MinLots + 1)
		if err := c.Check(); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if a.fast.Hash(1) != before || c.Hash(1) == before {
			t.Fatalf("round %d: the copy shares memory", round)
		}
	}
	if err := a.compare(); err != nil {
		t.Fatal(err)
	}
}

// TestHashIsCanonical tests that equal orders with equal priority have equal
// hashes after different histories, and that another priority changes the hash.
func TestHashIsCanonical(t *testing.T) {
	a, b, c := New(100), New(100), New(100)
	id, _, _ := a.Submit(lim(ann, Buy, 33, 3), nil)
	a.Submit(lim(ann, Sell, 90, 3), nil)
	a.Cancel(id)
	for _, x := range []*Book{a, b} {
		if x == b {
			x.Submit(lim(ann, Sell, 90, 3), nil)
		}
		x.Submit(lim(ann, Buy, 48, 3), nil)
		x.Submit(lim(ben, Buy, 48, 3), nil)
	}
	c.Submit(lim(ann, Sell, 90, 3), nil)
	c.Submit(lim(ben, Buy, 48, 3), nil)
	c.Submit(lim(ann, Buy, 48, 3), nil)
	if a.Hash(0) != b.Hash(0) {
		t.Error("the past shows")
	}
	if a.Hash(0) == c.Hash(0) {
		t.Error("priority does not show")
	}
}

// TestFlow repeats each benchmark flow on a book that has grown already: it
// allocates nothing, and a live order takes at most 40 bytes where several share
// a price.
func TestFlow(t *testing.T) {
	if size := unsafe.Sizeof(quad{}); size != 64 {
		t.Errorf("a quad takes %d bytes, not a cache line", size)
	}
	for _, k := range []flowKind{flowKinds[0], flowKinds[2]} {
		f := record(k, 50_000)
		x := New(k.maxPrice)
		var fills []Fill
		n := testing.AllocsPerRun(2, func() {
			x.CopyFrom(f.start)
			fills = f.run(x, fills, len(f.ops))
		})
		if n != 0 {
			t.Errorf("%s: %v allocations", k.name, n)
		}
		if orders, _ := footprint(x); k.name == "normal" && orders > 40*x.Live() {
			t.Errorf("%s: %d bytes for %d orders", k.name, orders, x.Live())
		}
		if x.Live() < k.resting*9/10 {
			t.Errorf("%s: only %d orders live", k.name, x.Live())
		}
		if err := x.Check(); err != nil {
			t.Errorf("%s: %v", k.name, err)
		}
	}
}
