package market

import (
	"testing"

	"stakeout/market/book"
	"stakeout/market/ledger"
)

func enter(t *testing.T, x *Exchange, o Order, terms Terms, filled, rested uint32, code Code) {
	t.Helper()
	if r := x.Enter(o, terms); r.Filled != filled || r.Rested != rested || r.Code != code {
		t.Fatalf("%+v %+v: filled %d, rested %d, %v; want %d, %d, %v", o, terms, r.Filled, r.Rested, r.Code, filled,
			rested, code)
	}
	sound(t, x.ledger, x)
}

func stop(trigger uint32) Terms { return Terms{Terms: book.Terms{Trigger: trigger}} }

// TestStopHolds tests that a waiting stop holds what it may cost under the higher
// fee, and releases what it did not need when it fires.
func TestStopHolds(t *testing.T) {
	l, x := venue(t, feed(), 100*ledger.Unit, 1000*ledger.Unit)
	// 10,000 ticks are a million micro-dollars a lot, and 3.33 bp of it are 333.
	enter(t, x, buy(alice, 0, 10_000, 5).as(book.Market), stop(9_990), 0, 5, Accepted)
	funds(t, l, alice, ledger.Cash, 100*ledger.Unit-5*1_000_333, 5*1_000_333)
	enter(t, x, sell(alice, 1, 9_000, 7), stop(8_000), 0, 7, Accepted)
	funds(t, l, alice, ledger.Token, 993*ledger.Unit, 7*ledger.Unit)

	want(t, x, sell(bob, 0, 9_995, 3), 0, 3, Accepted)
	want(t, x, sell(bob, 1, 10_010, 9), 0, 9, Accepted)
	want(t, x, buy(carol, 0, 9_995, 1), 1, 0, Accepted)
	// Alice has bought 2 at 9,995 and, with 30,010 of her 50,000 ticks × lots left, 2 of 3 at 10,010.
	if x.Stats().Fired != 1 {
		t.Fatalf("%+v", x.Stats())
	}
	cash := ledger.Amount(2*9_995+2*10_010) * 100
	funds(t, l, alice, ledger.Cash, 100*ledger.Unit-cash-fee(cash, x.taker), 0)
	if _, _, _, open := x.Open(alice, 0); open {
		t.Error("the slot of a stop that fired is not empty")
	}
	if code := x.Cancel(alice, 1); code != Accepted {
		t.Fatal(code)
	}
	funds(t, l, alice, ledger.Token, 1004*ledger.Unit, 0)
	sound(t, l, x)
}

// TestStopFunds tests that a stop is refused if it cannot be paid for, and that a
// buy stop which becomes a market order is refused without a price.
func TestStopFunds(t *testing.T) {
	_, x := venue(t, feed(), 10*ledger.Unit, 10*ledger.Unit)
	enter(t, x, buy(alice, 0, 10_000, 10), stop(9_990), 0, 0, NoFunds)
	enter(t, x, buy(alice, 0, 10_000, 9), stop(9_990), 0, 9, Accepted)
	enter(t, x, sell(alice, 1, 9_000, 11).as(book.Market), stop(8_000), 0, 0, NoFunds)
	enter(t, x, buy(bob, 0, 0, 1).as(book.Market), stop(9_990), 0, 0, BadPrice)
	enter(t, x, buy(bob, 4, 1, 1), stop(9_990), 0, 0, BadSlot)
	if r := x.Amend(alice, 0, 10_000, 10); r.Code != NoFunds {
		t.Error(r.Code)
	}
	if r := x.Amend(alice, 0, 9_000, 10); r.Code != Accepted || r.Rested != 10 {
		t.Errorf("%+v", r)
	}
	sound(t, x.ledger, x)
}

// TestIceberg tests that hidden lots are held, and that each fill releases its
// share.
func TestIceberg(t *testing.T) {
	l, x := venue(t, feed(), 100*ledger.Unit, 100*ledger.Unit)
	enter(t, x, sell(alice, 0, 10_000, 10), Terms{Terms: book.Terms{Display: 2}}, 0, 10, Accepted)
	funds(t, l, alice, ledger.Token, 90*ledger.Unit, 10*ledger.Unit)
	if q := x.Quote(); q.AskLots != 2 {
		t.Errorf("%+v", q)
	}
	want(t, x, buy(bob, 0, 10_000, 5), 5, 0, Accepted)
	funds(t, l, alice, ledger.Token, 90*ledger.Unit, 5*ledger.Unit)
	if _, lots, _, ok := x.Open(alice, 0); !ok || lots != 5 {
		t.Errorf("%d lots open", lots)
	}
}

// TestSelfTradePolicies tests that self-trade prevention releases the holds of
// the lots that it takes from either order.
func TestSelfTradePolicies(t *testing.T) {
	for self, want := range map[book.SelfTrade][2]ledger.Amount{ // tokens and lots of cash held afterwards
		book.CancelOldest: {0, 6}, book.CancelNewest: {4, 0}, book.CancelBoth: {0, 0}, book.Decrement: {0, 2},
	} {
		l, x := venue(t, Defaults(), 100*ledger.Unit, 100*ledger.Unit)
		x.Submit(sell(alice, 0, 10_000, 4))
		x.Enter(buy(alice, 1, 10_000, 6), Terms{Self: self})
		sound(t, l, x)
		tokens, cash := l.Balance(alice, ledger.Token, ledger.Held), l.Balance(alice, ledger.Cash, ledger.Held)
		if tokens != want[0]*ledger.Unit || cash != want[1]*ledger.Unit {
			t.Errorf("%v: %d tokens and %d cash held", self, tokens, cash)
		}
	}
}

// TestAuction tests that an auction settles at its price, that both sides pay the
// resting side's fee, and that buyers get back what they held beyond it.
func TestAuction(t *testing.T) {
	l, x := venue(t, feed(), 100*ledger.Unit, 100*ledger.Unit)
	x.Watch(alice)
	x.SetPhase(book.Call, 0)
	want(t, x, buy(alice, 0, 10_100, 5), 0, 5, Accepted)
	want(t, x, sell(bob, 0, 9_900, 3), 0, 3, Accepted)
	want(t, x, buy(carol, 0, 0, 3).as(book.Market), 0, 0, WrongPhase)
	a, code := x.SetPhase(book.Continuous, 10_000)
	if code != Accepted || a.Price != 10_000 || a.Lots != 3 || a.Surplus != 2 {
		t.Fatalf("%v %+v", code, a)
	}
	sound(t, l, x)
	// 3 lots are 3,000,000 micro-dollars and 1.37 bp of them 411; two lots at 10,100 are held with 139 each.
	held := ledger.Amount(2 * (1_010_000 + 139))
	funds(t, l, alice, ledger.Cash, 100*ledger.Unit-3_000_000-411-held, held)
	funds(t, l, bob, ledger.Cash, 100*ledger.Unit+3_000_000-411, 0)
	funds(t, l, bob, ledger.Token, 97*ledger.Unit, 0)
	if f := x.Log(); len(f) != 1 || f[0].Lots != 3 || f[0].Price != 10_000 || f[0].Fee != 411 || !f[0].Maker {
		t.Errorf("%+v", f)
	}
	if s := x.Stats(); s.Trades != 1 || s.Lots != 3 || s.Called != 3 || s.TakerLots != 0 || s.Fees != 822 {
		t.Errorf("%+v", s)
	}
}

// TestRules tests that band, halt and smallest size reach the book, and that the
// holds of orders removed by a band are released.
func TestRules(t *testing.T) {
	l, x := venue(t, Defaults(), 100*ledger.Unit, 100*ledger.Unit)
	want(t, x, buy(alice, 0, 9_000, 5), 0, 5, Accepted)
	if n, code := x.SetBand(9_500, 10_500); n != 1 || code != Accepted {
		t.Fatal(n, code)
	}
	funds(t, l, alice, ledger.Cash, 100*ledger.Unit, 0)
	want(t, x, buy(alice, 0, 9_000, 5), 0, 0, OutsideBand)
	if _, code := x.SetBand(5, 4); code != BadPrice {
		t.Error(code)
	}
	x.SetMinLots(3)
	want(t, x, buy(alice, 0, 10_000, 2), 0, 0, TooSmall)
	x.SetPhase(book.Halted, 0)
	want(t, x, buy(alice, 0, 10_000, 3), 0, 0, WrongPhase)
	if _, code := x.SetPhase(book.Phases, 0); code != WrongPhase {
		t.Error(code)
	}
	if r := x.Rules(); r.MinLots != 3 || r.Phase != book.Halted || r.High != 10_500 {
		t.Errorf("%+v", r)
	}
	for code, text := range map[Code]string{BadTerms: "bad terms", WrongPhase: "wrong phase",
		BelowMinimum: "below minimum"} {
		if code.String() != text {
			t.Errorf("%d is %v", code, code)
		}
	}
}
