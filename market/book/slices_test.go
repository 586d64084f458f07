package book

import (
	"math"
	"testing"
)

// An iceberg of four billion lots that shows one at a time would answer a single order with four billion fills. The
// order is refused, whatever else stands in the queue, and nothing changes.
func TestHugeIcebergsDoNotFloodACommand(t *testing.T) {
	for name, shown := range map[string][]uint32{
		"one": {1}, "two that take turns": {1, 1}, "many": {1, 2, 3, 5, 7, 11, 13},
		"behind larger ones": {1 << 31, 1 << 31, 1},
	} {
		b := New(200)
		for _, n := range shown {
			b.Enter(Order{Owner: ann, Side: Sell, Price: 100, Lots: math.MaxUint32}, Terms{Display: n}, nil)
		}
		resting, _, _ := b.Enter(Order{Owner: cat, Side: Buy, Price: 99, Lots: math.MaxUint32}, Terms{}, nil)
		was := b.Hash(1)
		if name != "behind larger ones" {
			_, fills, code := b.Enter(Order{Owner: ben, Side: Buy, Kind: Market, Lots: math.MaxUint32}, Terms{}, nil)
			if code != TooManySlices || len(fills) > 0 || b.Hash(1) != was {
				t.Errorf("%s: a market order gives %v and %d fills", name, code, len(fills))
			}
			_, fills, code = b.Amend(resting, 100, math.MaxUint32, nil)
			if code != TooManySlices || len(fills) > 0 || b.Hash(1) != was {
				t.Errorf("%s: an amendment gives %v and %d fills", name, code, len(fills))
			}
		}
		_, fills, code := b.Submit(Order{Owner: ben, Side: Buy, Kind: Market, Lots: MaxSlices}, nil)
		if code != Accepted || len(fills) > MaxSlices {
			t.Errorf("%s: an order within the limit gives %v and %d fills", name, code, len(fills))
		}
		if err := b.Check(); err != nil {
			t.Error(err)
		}
	}
}

// The limit is exact for one iceberg: an order that meets MaxSlices slices trades, and one more is refused.
func TestTheLimitOfSlicesIsReached(t *testing.T) {
	for _, c := range []struct {
		lots uint32
		want Reject
	}{{3 * MaxSlices, Accepted}, {3*MaxSlices + 1, TooManySlices}} {
		b := New(200)
		b.Enter(Order{Owner: ann, Side: Sell, Price: 100, Lots: c.lots}, Terms{Display: 3}, nil)
		_, fills, code := b.Submit(Order{Owner: ben, Side: Buy, Kind: Market, Lots: 4 * MaxSlices}, nil)
		if code != c.want || (code == Accepted && len(fills) != MaxSlices) {
			t.Errorf("%d lots: %v with %d fills, want %v", c.lots, code, len(fills), c.want)
		}
	}
}

// The estimate of slices is never too low and at most one a resting iceberg too high.
func TestSlicesAreCountedBeforeTheyTrade(t *testing.T) {
	for seed := range int64(500) {
		draw := seeded(seed)
		b, icebergs := New(200), 0
		for range 1 + draw(6) {
			terms := Terms{}
			lots := 1 + draw(300)
			if draw(3) > 0 {
				terms.Display = 1 + draw(min(lots, 9))
				icebergs++
			}
			b.Enter(Order{Owner: ann, Side: Sell, Price: 100 + draw(2), Lots: lots}, terms, nil)
		}
		o := Order{Owner: ben, Side: Buy, Kind: Market, Lots: 1 + draw(900)}
		want := b.slices(&o)
		b.Submit(o, nil)
		if got := b.sliced; got > want || got+uint64(icebergs) < want {
			t.Fatalf("seed %d: %d slices traded, %d expected", seed, got, want)
		}
	}
}

// Stops that a command makes due share its limit. One that would exceed it is gone without a trade.
func TestStopsShareTheLimitOfSlices(t *testing.T) {
	b := New(200)
	b.Enter(Order{Owner: ann, Side: Sell, Price: 100, Lots: math.MaxUint32}, Terms{Display: 1}, nil)
	for range 3 {
		b.Enter(Order{Owner: cat, Side: Buy, Kind: Market, Lots: MaxSlices / 2}, Terms{Trigger: 100}, nil)
	}
	var r Reaction
	b.Do(&Command{Op: OpEnter, Order: Order{Owner: ben, Side: Buy, Kind: Market, Lots: MaxSlices / 2}}, &r)
	if len(r.Fired) != 3 || r.Fired[0].Code != Accepted || r.Fired[1].Code != TooManySlices ||
		r.Fired[2].Code != TooManySlices || len(r.Fills) != MaxSlices {
		t.Errorf("%d fills, fired %+v", len(r.Fills), r.Fired)
	}
	b.Do(&Command{Op: OpEnter, Order: Order{Owner: ben, Side: Buy, Kind: Market, Lots: MaxSlices}}, &r)
	if r.Code != Accepted || len(r.Fills) != MaxSlices {
		t.Errorf("the next command has the limit to itself: %v, %d fills", r.Code, len(r.Fills))
	}
}

// An amended stop gets its trigger and lots, keeps the price of its kind, and fires at once if the last trade has
// reached the new trigger.
func TestAnAmendedStopKeepsWhatItIsNotTold(t *testing.T) {
	b := New(200)
	var r Reaction
	do := func(c Command) { b.Do(&c, &r) }
	trade := func() {
		do(Command{Op: OpEnter, Order: Order{Owner: ann, Side: Sell, Price: 90, Lots: 1}})
		do(Command{Op: OpEnter, Order: Order{Owner: ben, Side: Buy, Price: 90, Lots: 1}})
	}
	trade()
	do(Command{Op: OpEnter, Order: Order{Owner: cat, Side: Buy, Kind: Market, Lots: 5}, Terms: Terms{Trigger: 95}})
	stop := r.ID
	for _, c := range []struct {
		trigger, price, lots uint32
		want                 Reject
	}{{95, 0, 3, Accepted}, {96, 50, 9, Accepted}, {200, 1, 1, BadTerms}, {97, 1, 0, BadLots}} {
		do(Command{Op: OpAmend, ID: stop, Price: c.price, Lots: c.lots, Terms: Terms{Trigger: c.trigger}})
		if r.Code != c.want {
			t.Errorf("%+v: %v", c, r.Code)
		}
		if err := b.Check(); err != nil {
			t.Fatal(err)
		}
	}
	is, _ := b.Describe(stop)
	if kind, terms, _ := b.Conditions(stop); is.Price != 0 || is.Lots != 9 || terms.Trigger != 96 || kind != Market {
		t.Errorf("%+v with %v %+v", is, kind, terms)
	}
	do(Command{Op: OpAmend, ID: stop, Lots: 9, Terms: Terms{Trigger: 90}})
	if r.Code != Accepted || len(r.Fired) != 1 || r.Fired[0].Was != stop {
		t.Errorf("amended to a trigger that is reached: %+v", r)
	}
}
