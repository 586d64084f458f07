package agents

import (
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/market/perp"
)

// oneBasis is a basis trader of 10,000 tokens beside a token at a dollar.
func oneBasis(t *testing.T) (*small, *Basis, Agent) {
	s := newSmall(t, 2)
	var p BasisParams
	param.Defaults(&p)
	p.HoldShare = 1e4 / s.o.Supply
	awake := list(1)
	traders := NewBasis(p, s.o, awake, draw.New(3), s.grant)
	traders.rows[0].spread = 0.002
	s.quote(9990, 10010)
	s.perp.MarkTo(10000)
	return s, traders, awake[0]
}

// enter gives an agent a position against the next owner, at the mark.
func (s *small) enter(id ID, lots uint32, side book.Side) {
	s.t.Helper()
	for i, o := range []ID{id, id + 1} {
		s.grant(o, Endowment{Cash: float64(lots)})
		if err := s.perp.Deposit(o, Amount(float64(lots))); err != nil {
			s.t.Fatal(err)
		}
		x := perp.Order{Owner: o, Slot: 2, Side: side, Lots: lots, Price: 10000}
		if i == 1 {
			x.Side = side.Opposite()
		}
		if _, err := s.perp.Submit(x); err != nil {
			s.t.Fatal(err)
		}
	}
}

// contracts picks the orders for the perpetual future.
func contracts(all []Action) (out []Action) {
	for _, a := range only(Submit, all) {
		if a.Pair == PerpPair {
			out = append(out, a)
		}
	}
	return out
}

// A flat trader quotes both sides around the token's mid with margin behind;
// one that is long quotes lower, and sells as many tokens as it is long.
func TestBasisTradersQuoteAndHedge(t *testing.T) {
	s, traders, a := oneBasis(t)
	all := s.decide(traders, 1, a)
	quotes := contracts(all)
	if len(quotes) != 2 || len(only(AddPerp, all)) != 1 || len(only(Submit, all)) != 2 {
		t.Fatalf("%+v", all)
	}
	near(t, "bid", float64(quotes[0].Order.Price), 9980, 1)
	near(t, "ask", float64(quotes[1].Order.Price), 10020, 1)
	s.enter(a.ID, 5000, book.Buy)
	all = s.decide(traders, 2, a)
	quotes = contracts(all)
	near(t, "bid when long", float64(quotes[0].Order.Price), 9975, 1)
	near(t, "ask when long", float64(quotes[1].Order.Price), 10015, 1)
	for _, o := range only(Submit, all) {
		if o.Pair == TokenPair && (o.Order.Side != book.Sell || o.Order.Lots != 200) {
			t.Errorf("hedges with %+v", o.Order)
		}
	}
}

// Margin below the buffer is filled up, margin near it is left alone, and margin far
// above it is taken back.
func TestMarginOfContracts(t *testing.T) {
	for _, c := range []struct{ margin, tokens, add, free float64 }{
		{0, 100, 40, 0}, {35, 100, 0, 0}, {45, 100, 0, 0}, {90, 100, 0, 50}, {90, 0, 0, 90},
	} {
		s, _, a := oneBasis(t)
		s.grant(a.ID, Endowment{Cash: 1000})
		if c.margin > 0 {
			if err := s.perp.Deposit(a.ID, Amount(c.margin)); err != nil {
				t.Fatal(err)
			}
		}
		s.do.Reset()
		MarginPerp(a.ID, c.tokens, s.v, &s.do)
		var add, free float64
		for _, x := range s.do.List {
			if x.Verb == AddPerp {
				add += x.Amount.Units()
			} else {
				free += x.Amount.Units()
			}
		}
		near(t, "added", add, c.add, 1e-6)
		near(t, "freed", free, c.free, 1e-6)
	}
}

// A short seller sells the contract when it is not below the token or when nobody
// lends, and closes it when the token is no longer too dear.
func TestShortersChooseTheContract(t *testing.T) {
	for _, c := range []struct {
		lent, mid float64
		contract  bool
	}{{1e6, 1.001, true}, {1e6, 0.999, false}, {0, 0.999, true}} {
		s, shorters, a := oneShorter(t, c.lent)
		s.perp.MarkTo(10000)
		s.v.Perp = Quote{Bid: 9990, Ask: 10010, Mid: c.mid}
		s.v.LnETH = -0.6
		all := s.decide(shorters, 1, a)
		if got := len(contracts(all)) > 0; got != c.contract || (len(only(Borrow, all)) > 0) == c.contract {
			t.Errorf("%+v: %+v", c, all)
		}
	}
	s, shorters, a := oneShorter(t, 0)
	s.perp.MarkTo(10000)
	s.enter(a.ID, 1000, book.Sell)
	s.v.Perp = Quote{Bid: 9990, Ask: 10010, Mid: 1}
	closing := contracts(s.decide(shorters, 1, a))
	if len(closing) != 1 || closing[0].Order.Side != book.Buy || closing[0].Order.Lots != 1000 {
		t.Errorf("%+v", closing)
	}
	if s.v.PerpPosition(a.ID) != -1000 || s.l.Balance(a.ID, ledger.Cash, ledger.Margin) == 0 {
		t.Error("no position to close")
	}
}
