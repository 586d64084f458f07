package market

import (
	"fmt"
	"reflect"
	"strconv"
	"testing"

	"stakeout/market/book"
	"stakeout/market/ledger"
)

// Clients of the small worlds below.
const (
	alice = ledger.First + iota
	bob
	carol
	clients = 3
)

// venue returns an exchange whose clients have four slots each, cash and tokens.
func venue(t testing.TB, p Params, cash, tokens ledger.Amount) (*ledger.Ledger, *Exchange) {
	t.Helper()
	l := ledger.New(int(ledger.First)+clients, 1)
	x := New(l, p)
	for o := alice; o < alice+clients; o++ {
		x.Register(o, 4)
		grant(t, l, o, p.Quote, cash)
		grant(t, l, o, p.Base, tokens)
	}
	return l, x
}

func grant(t testing.TB, l *ledger.Ledger, o ledger.Owner, a ledger.Asset, n ledger.Amount) {
	t.Helper()
	if err := l.Post(ledger.Transfer{Amount: n, From: ledger.Outside, To: o, Asset: a,
		Reason: ledger.Genesis}); err != nil {
		t.Fatal(err)
	}
}

func sound(t testing.TB, l *ledger.Ledger, x *Exchange) {
	t.Helper()
	if err := l.Audit(); err != nil {
		t.Fatal(err)
	}
	if err := x.Check(); err != nil {
		t.Fatal(err)
	}
}

// want submits an order and compares the result.
func want(t testing.TB, x *Exchange, o Order, filled, rested uint32, code Code) Result {
	t.Helper()
	r := x.Submit(o)
	if r.Filled != filled || r.Rested != rested || r.Code != code {
		t.Fatalf("%+v: filled %d, rested %d, %v; want %d, %d, %v", o, r.Filled, r.Rested, r.Code, filled, rested, code)
	}
	sound(t, x.ledger, x)
	return r
}

func funds(t testing.TB, l *ledger.Ledger, o ledger.Owner, a ledger.Asset, free, held ledger.Amount) {
	t.Helper()
	if f, h := l.Balance(o, a, ledger.Free), l.Balance(o, a, ledger.Held); f != free || h != held {
		t.Fatalf("owner %d has %d free and %d held of %v, want %d and %d", o, f, h, a, free, held)
	}
}

func sell(o ledger.Owner, slot uint16, price, lots uint32) Order {
	return Order{Owner: o, Slot: slot, Side: book.Sell, Price: price, Lots: lots}
}

func buy(o ledger.Owner, slot uint16, price, lots uint32) Order {
	return Order{Owner: o, Slot: slot, Side: book.Buy, Price: price, Lots: lots}
}

func (o Order) as(k book.Kind) Order { o.Kind = k; return o }

// feed is a pair with fees that do not divide evenly.
func feed() Params {
	p := Defaults()
	p.MakerFeeBps, p.TakerFeeBps, p.MaxPrice = 1.37, 3.33, 20_000
	return p
}

// TestRestingBuy tests that a buy holds price, lots and the maker's fee rounded
// up for each lot, and that a fill pays the fee rounded up once and releases the
// difference.
func TestRestingBuy(t *testing.T) {
	l, x := venue(t, feed(), 100*ledger.Unit, 1000*ledger.Unit)
	want(t, x, buy(alice, 0, 10_001, 10), 0, 10, Accepted)
	// 10,001 ticks are 1,000,100 micro-dollars; 1.37 bp of it are 137.0137.
	funds(t, l, alice, ledger.Cash, 100*ledger.Unit-10*(1_000_100+138), 10*(1_000_100+138))

	r := want(t, x, sell(bob, 0, 9_000, 4), 4, 0, Accepted)
	// Alice pays 4 × 137.0137 = 548.05 → 549 and bob 4 × 1,000,100 × 3.33 bp = 1332.13 → 1333.
	if r.Cash != 4_000_400 || r.Fee != 1333 {
		t.Fatalf("sale brought %d for a fee of %d", r.Cash, r.Fee)
	}
	funds(t, l, alice, ledger.Cash, 100*ledger.Unit-4_000_400-549-6*1_000_238, 6*1_000_238)
	funds(t, l, bob, ledger.Cash, 100*ledger.Unit+4_000_400-1333, 0)
	funds(t, l, alice, ledger.Token, 1004*ledger.Unit, 0)
	funds(t, l, ledger.Venue, ledger.Cash, 549+1333, 0)
	if got := x.Stats().Fees; got != 549+1333 {
		t.Fatalf("statistics say %d", got)
	}
	if code := x.Cancel(alice, 0); code != Accepted {
		t.Fatal(code)
	}
	funds(t, l, alice, ledger.Cash, 100*ledger.Unit-4_000_400-549, 0)
	sound(t, l, x)
}

// TestPriceImprovement tests that an incoming buy pays the prices that it meets
// and one fee on their total, and holds only what its resting part needs.
func TestPriceImprovement(t *testing.T) {
	l, x := venue(t, feed(), 100*ledger.Unit, 1000*ledger.Unit)
	want(t, x, sell(alice, 0, 9_999, 3), 0, 3, Accepted)
	want(t, x, sell(alice, 1, 10_000, 3), 0, 3, Accepted)
	funds(t, l, alice, ledger.Token, 994*ledger.Unit, 6*ledger.Unit)
	r := want(t, x, buy(bob, 0, 10_005, 10), 6, 4, Accepted)
	cash := ledger.Amount(3*9_999+3*10_000) * 100
	if r.Cash != cash || r.Fee != 1998 { // 5,999,700 × 3.33 bp = 1997.9001
		t.Fatalf("%+v", r)
	}
	held := 4 * ledger.Amount(1_000_500+138)
	funds(t, l, bob, ledger.Cash, 100*ledger.Unit-cash-1998-held, held)
	// Alice's fees are 3 × 999,900 × 1.37 bp = 410.96 → 411 and 411.0 → 411.
	funds(t, l, alice, ledger.Cash, 100*ledger.Unit+cash-411-411, 0)
	if q := x.Quote(); q.HasAsk || !q.HasBid || q.Bid != 10_005 || q.BidLots != 4 || q.Last != 10_000 {
		t.Fatalf("%+v", q)
	}
}

// TestFundsLimit tests that orders that never rest are cut to what free funds pay
// for, and that orders that rest or must trade completely are refused and change
// nothing.
func TestFundsLimit(t *testing.T) {
	l, x := venue(t, feed(), 10*ledger.Unit, 20*ledger.Unit)
	grant(t, l, carol, ledger.Token, 1000*ledger.Unit)
	want(t, x, sell(carol, 0, 10_000, 5), 0, 5, Accepted)
	want(t, x, sell(carol, 1, 11_000, 50), 0, 50, Accepted)
	before := l.Hash(x.Hash(0))
	for _, c := range []struct {
		o    Order
		code Code
	}{
		{buy(bob, 0, 10_000, 10), NoFunds}, // 10 dollars do not pay the fee
		{buy(bob, 0, 11_000, 10).as(book.FillOrKill), NoFunds},
		{buy(bob, 0, 10_500, 6).as(book.FillOrKill), NotFillable},
		{buy(bob, 0, 10_000, 1).as(book.PostOnly), WouldCross},
		{sell(bob, 0, 19_000, 21), NoFunds},
		{buy(bob, 0, 19_999, ^uint32(0)), NoFunds},
		{sell(bob, 0, 19_999, ^uint32(0)), NoFunds},
	} {
		rejected := x.stats.Rejected
		want(t, x, c.o, 0, 0, c.code)
		if x.stats.Rejected != rejected+1 {
			t.Fatal("not counted")
		}
		x.stats.Rejected = 0
		if got := l.Hash(x.Hash(0)); got != before {
			t.Fatalf("%+v changed something", c.o)
		}
	}
	// Five at $1.00 and four at $1.10 cost 9.40 and a fee; a fifth would be 10.50.
	r := want(t, x, buy(bob, 0, 0, 1000).as(book.Market), 9, 0, Accepted)
	if r.Cash != 9_400_000 || r.Fee != 3131 { // 3130.2
		t.Fatalf("%+v", r)
	}
	want(t, x, buy(carol, 2, 9_000, 2), 0, 2, Accepted)
	want(t, x, sell(bob, 1, 20_000-1, 27), 0, 27, Accepted)
	want(t, x, sell(bob, 0, 8_000, 50).as(book.ImmediateOrCancel), 2, 0, Accepted)
	want(t, x, sell(bob, 0, 8_000, 1).as(book.Market), 0, 0, NoFunds)
}

// TestCodes tests the documented order of the checks.
func TestCodes(t *testing.T) {
	_, x := venue(t, feed(), 0, 0)
	x.Expire(10)
	o := Order{Owner: alice + 100, Slot: 9, Side: 7, Kind: 99, Expiry: 10}
	for _, step := range []struct {
		code Code
		mend func()
	}{
		{BadSlot, func() { o.Owner = alice }}, {BadSlot, func() { o.Slot = 3 }},
		{BadSide, func() { o.Side = book.Buy }}, {BadKind, func() { o.Kind = book.FillOrKill }},
		{BadPrice, func() { o.Price = 20_000 }}, {BadPrice, func() { o.Price = 1 }},
		{BadLots, func() { o.Lots = 1 }}, {BadExpiry, func() { o.Expiry = 11 }},
		{NotFillable, func() { o.Kind = book.Limit }}, {NoFunds, func() {}},
	} {
		want(t, x, o, 0, 0, step.code)
		step.mend()
	}
	if c := x.Cancel(alice, 0); c != UnknownOrder {
		t.Error(c)
	}
	if c := x.Cancel(alice, 4); c != BadSlot {
		t.Error(c)
	}
	if r := x.Amend(alice, 0, 1, 1); r.Code != UnknownOrder {
		t.Error(r.Code)
	}
	for c, name := range map[Code]string{Accepted: "accepted", NotFillable: "not fillable", BadSlot: "bad slot",
		NoFunds: "no funds", 200: "unknown"} {
		if c.String() != name {
			t.Errorf("%d is %q", c, c)
		}
	}
}

// TestReplace tests that an order replaces the one in its slot and can use its
// hold, and that a refused order leaves the old one in place.
func TestReplace(t *testing.T) {
	p := feed()
	p.MakerFeeBps, p.TakerFeeBps = 0, 0
	l, x := venue(t, p, 10*ledger.Unit, 0)
	want(t, x, buy(alice, 0, 10_000, 10), 0, 10, Accepted)
	want(t, x, buy(alice, 0, 5_000, 20), 0, 20, Accepted)
	funds(t, l, alice, ledger.Cash, 0, 10*ledger.Unit)
	want(t, x, buy(alice, 0, 5_001, 20), 0, 0, NoFunds)
	want(t, x, buy(alice, 1, 1, 1), 0, 0, NoFunds)
	if price, lots, side, ok := x.Open(alice, 0); price != 5_000 || lots != 20 || side != book.Buy || !ok {
		t.Fatal(price, lots, side, ok)
	}
	if r := x.Amend(alice, 0, 5_000, 10); r.Rested != 10 || r.Code != Accepted {
		t.Fatal(r)
	}
	funds(t, l, alice, ledger.Cash, 5*ledger.Unit, 5*ledger.Unit)
	if r := x.Amend(alice, 0, 10_001, 10); r.Code != NoFunds {
		t.Fatal(r)
	}
	want(t, x, buy(alice, 1, 5_000, 10), 0, 10, Accepted)
	if x.Live() != 2 || x.CancelAll(alice) != 2 || x.Live() != 0 || x.CancelAll(alice) != 0 {
		t.Fatal("cancel all")
	}
	funds(t, l, alice, ledger.Cash, 10*ledger.Unit, 0)
	sound(t, l, x)
}

// TestAmendReducesWithoutFunds tests that fewer lots never need money, even if
// the incoming side's fee is the higher one.
func TestAmendReducesWithoutFunds(t *testing.T) {
	l, x := venue(t, feed(), 2*(500_000+69), 0)
	want(t, x, buy(alice, 0, 5_000, 2), 0, 2, Accepted) // 68.5 → 69 a lot
	funds(t, l, alice, ledger.Cash, 0, 2*(500_000+69))
	if r := x.Amend(alice, 0, 5_000, 1); r.Code != Accepted || r.Rested != 1 {
		t.Fatalf("%+v", r)
	}
	funds(t, l, alice, ledger.Cash, 500_000+69, 500_000+69)
	sound(t, l, x)
}

// TestExpiry tests that an order trades before its tick and is removed at it.
func TestExpiry(t *testing.T) {
	l, x := venue(t, feed(), 10*ledger.Unit, 10*ledger.Unit)
	o := sell(alice, 2, 10_000, 5)
	o.Expiry = 7
	want(t, x, o, 0, 5, Accepted)
	x.Expire(6)
	want(t, x, buy(bob, 0, 10_000, 1), 1, 0, Accepted)
	x.Expire(7)
	if _, _, _, ok := x.Open(alice, 2); ok || x.Stats().Expired != 1 {
		t.Fatal("still there")
	}
	funds(t, l, alice, ledger.Token, 9*ledger.Unit, 0)
	sound(t, l, x)
}

// TestSelfTrade tests that an order cancels the resting order of its owner and
// trades with the next one.
func TestSelfTrade(t *testing.T) {
	l, x := venue(t, feed(), 10*ledger.Unit, 10*ledger.Unit)
	want(t, x, sell(alice, 0, 9_000, 4), 0, 4, Accepted)
	want(t, x, sell(bob, 0, 9_000, 3), 0, 3, Accepted)
	want(t, x, buy(alice, 1, 9_500, 5), 3, 2, Accepted)
	funds(t, l, alice, ledger.Token, 13*ledger.Unit, 0)
	if s := x.Stats(); s.SelfCancels != 1 || s.Trades != 1 || s.TakerLots != 3 || s.Lots != 3 || s.Cash != 3*900_000 {
		t.Fatalf("%+v", s)
	}
	if _, _, _, ok := x.Open(alice, 0); ok {
		t.Fatal("own order survived")
	}
}

// TestWatch tests that the log has the fills of watched owners only, and that the
// fees in it add up to what they paid.
func TestWatch(t *testing.T) {
	_, x := venue(t, feed(), 100*ledger.Unit, 100*ledger.Unit)
	x.Watch(bob)
	x.Watch(carol)
	x.SetTick(42)
	want(t, x, sell(alice, 0, 9_999, 3), 0, 3, Accepted)
	want(t, x, sell(carol, 0, 10_003, 3), 0, 3, Accepted)
	r := want(t, x, buy(bob, 0, 10_005, 5), 5, 0, Accepted)
	log := x.Log()
	if len(log) != 3 || log[0].Fee+log[2].Fee != r.Fee {
		t.Fatalf("%+v, fee %d", log, r.Fee)
	}
	if w := (Fill{Fee: 275, Tick: 42, Owner: carol, Price: 10_003, Lots: 2, Side: book.Sell, Maker: true}); log[1] != w {
		t.Fatalf("%+v, want %+v", log[1], w)
	}
	if w := (Fill{Fee: r.Fee - log[0].Fee, Tick: 42, Owner: bob, Price: 10_003, Lots: 2}); log[2] != w {
		t.Fatalf("%+v, want %+v", log[2], w)
	}
	x.CutLog()
	if len(x.Log()) != 0 {
		t.Fatal("log not cut")
	}
}

// TestRoundTrip is VALIDATION section 2. Against a static book with half-spread h
// ticks and k lots at each tick, buying and selling Q lots loses Q(2h + Q/k),
// less one tick a lot because the first k lots trade at the half-spread itself.
func TestRoundTrip(t *testing.T) {
	for _, c := range []struct{ h, k, q uint32 }{{1, 10, 10}, {3, 10, 100}, {25, 40, 1000}, {7, 1, 33}} {
		p := Defaults()
		p.TakerFeeBps, p.MaxPrice = 0, 20_001
		l, x := venue(t, p, 1e6*ledger.Unit, 1e6*ledger.Unit)
		const mid = 10_000
		x.Register(bob, int(2*c.q))
		for i := range c.q / c.k {
			want(t, x, sell(bob, uint16(2*i), mid+c.h+i, c.k), 0, c.k, Accepted)
			want(t, x, buy(bob, uint16(2*i+1), mid-c.h-i, c.k), 0, c.k, Accepted)
		}
		lots, cost := x.Walk(book.Buy, uint64(c.q))
		r := want(t, x, buy(alice, 0, 0, c.q).as(book.Market), c.q, 0, Accepted)
		if lots != uint64(c.q) || ledger.Amount(cost)*p.TickSize != r.Cash {
			t.Errorf("walk said %d lots for %d, the order paid %d", lots, cost, r.Cash)
		}
		want(t, x, sell(alice, 0, 0, c.q).as(book.Market), c.q, 0, Accepted)
		loss := 1e6*ledger.Unit - l.Total(alice, ledger.Cash)
		q, h, k := ledger.Amount(c.q), ledger.Amount(c.h), ledger.Amount(c.k)
		if exact := q * (2*h + q/k - 1) * p.TickSize; loss != exact {
			t.Errorf("h=%d k=%d Q=%d lost %d, want %d", h, k, q, loss, exact)
		}
		if l.Total(alice, ledger.Token) != 1e6*ledger.Unit {
			t.Error("tokens are missing")
		}
	}
}

// TestTwoPairs tests two exchanges that share the held pocket of cash.
func TestTwoPairs(t *testing.T) {
	l, x := venue(t, feed(), 100*ledger.Unit, 0)
	p := feed()
	p.Base = ledger.Dai
	y := New(l, p)
	y.Register(alice, 1)
	x.Submit(buy(alice, 0, 9_000, 5))
	y.Submit(buy(alice, 0, 9_900, 7))
	if err := Check(x, y); err != nil {
		t.Fatal(err)
	}
	if x.Check() == nil {
		t.Fatal("holds of the second pair went unnoticed")
	}
}

// TestParams tests that the tags state what Defaults returns, and that bad rules
// are refused.
func TestParams(t *testing.T) {
	v := reflect.ValueOf(Defaults())
	for i := range v.NumField() {
		f := v.Type().Field(i)
		for _, tag := range []string{"unit", "default", "source", "doc"} {
			if f.Tag.Get(tag) == "" {
				t.Errorf("%s has no %s", f.Name, tag)
			}
		}
		if got := fmt.Sprint(v.Field(i)); got != f.Tag.Get("default") {
			t.Errorf("%s is %s, its tag says %s", f.Name, got, f.Tag.Get("default"))
		}
		for _, tag := range []string{"min", "max"} {
			if s, ok := f.Tag.Lookup(tag); ok {
				if _, err := strconv.ParseFloat(s, 64); err != nil {
					t.Errorf("%s: %v", f.Name, err)
				}
			}
		}
	}
	for i, spoil := range []func(p *Params){
		func(p *Params) {}, func(p *Params) { p.Base = p.Quote }, func(p *Params) { p.Quote = 9 },
		func(p *Params) { p.TickSize = 0 }, func(p *Params) { p.TickSize = 1 << 40 }, func(p *Params) { p.Lot = 0 },
		func(p *Params) { p.MaxPrice = 1 }, func(p *Params) { p.MaxPrice = 1 << 25 },
		func(p *Params) { p.MakerFeeBps = -1 }, func(p *Params) { p.TakerFeeBps = 1001 },
	} {
		p := Defaults()
		spoil(&p)
		if err := p.Validate(); (err == nil) != (i == 0) {
			t.Errorf("case %d: %v", i, err)
		}
	}
}
