package agents

import (
	"math"
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

// spread lets the view show a market of the perpetual future with funding three times a
// day, of at most 0.75 %.
func (s *small) spread(mid float64) {
	s.v.Perp = Quote{Bid: s.v.Price(mid) - 10, Ask: s.v.Price(mid) + 10, Mid: mid}
	s.v.FundingsDay, s.v.FundingCap = 3, 0.0075
}

// A premium costs itself and a day's funding, which has a cap.
func TestDearnessCountsFunding(t *testing.T) {
	s, _, _ := oneBasis(t)
	for _, c := range []struct{ mid, dearness float64 }{
		{1, 0}, {1.001, 4 * 0.0009995}, {0.999, -4 * 0.0010005}, {1.02, 0.0198026 + 0.0225}, {0.9, -0.1053605 - 0.0225},
	} {
		s.spread(c.mid)
		near(t, "dearness", s.v.dearness(), c.dearness, 1e-6)
		near(t, "premium", s.v.premiumAt(c.dearness), math.Log(c.mid), 1e-6)
	}
}

// A trader quotes both sides of the contract around its value; the premium that it asks
// or grants grows with its view and its position, less the funding that it pays or gets.
// Nobody sells the contract for less than a loan costs, while there are loans.
func TestShortersQuoteTheContract(t *testing.T) {
	quotes := func(view float64, position int, lent float64) (bid, ask float64) {
		s, shorters, a := oneShorter(t, lent)
		shorters.rows[0].threshold = 0.05
		s.perp.MarkTo(10000)
		if position != 0 {
			side := book.Buy
			if position < 0 {
				side = book.Sell
			}
			s.enter(a.ID, uint32(max(position, -position)), side)
		}
		s.spread(1)
		s.v.LnETH = view
		for _, x := range contracts(s.decide(shorters, 1, a)) {
			if price := float64(x.Order.Price) / 10000; x.Order.Side == book.Buy {
				bid = price
			} else {
				ask = price
			}
		}
		return bid, ask
	}
	size := 45000
	for _, c := range []struct {
		view     float64
		position int
		lent     float64
		bid, ask float64
	}{
		{0, 0, 0, 1 - 0.052 + 0.0225, 1 + 0.052 - 0.0225}, // far from a dollar, where funding has its cap
		{0.04, 0, 0, 1 - 0.012/4, 0},
		{-0.04, 0, 0, 0, 1 + 0.012/4},
		{-0.06, 0, 0, 0, 1 - 0.008/4},
		{-0.06, 0, 1e6, 0, 1 - 0.0016/4},
		{-0.06, -size / 2, 0, 0, 1 + (0.092 - 0.0225 - 0.05)},
		{-0.04, -size / 2, 0, 1 + 0.012/4, 0},
	} {
		bid, ask := quotes(c.view, c.position, c.lent)
		if c.bid > 0 {
			near(t, "bid", bid, c.bid, 1e-3)
		}
		if c.ask > 0 {
			near(t, "ask", ask, c.ask, 1e-3)
		}
		t.Logf("%+v: %.4f %.4f", c, bid, ask)
	}
}

// Chartists and stakers go where a trade is better by more than its cost, within their
// cash; a staker whose tokens are staked sells the contract as long as it is dearer than
// its view, and closes what costs it more than it saves.
func TestWhoHasAViewTakesTheBetterMarket(t *testing.T) {
	for _, c := range []struct {
		mid      float64
		side     book.Side
		bound    float64
		contract bool
	}{
		{1, book.Buy, 0, false}, {0.999, book.Buy, 0, true}, {1.001, book.Buy, 0, false}, {1.001, book.Sell, 0, true},
		{0.999, book.Sell, 0, false}, {0.999, book.Sell, -0.02, true}, {0.98, book.Sell, -0.02, false},
	} {
		s, _, a := oneBasis(t)
		s.perp.MarkTo(10000)
		s.spread(c.mid)
		s.grant(a.ID, Endowment{Cash: 1e5})
		s.do.Reset()
		if sent := inContract(a.ID, c.side, 100, 1e4, c.bound, s.v, &s.do); sent != c.contract ||
			len(contracts(s.do.List)) > 0 != sent {
			t.Errorf("%+v: %v, %+v", c, sent, s.do.List)
		}
	}
	s, _, a := oneBasis(t)
	s.spread(0.99)
	s.do.Reset()
	for _, most := range []float64{1e4, 50} {
		s.do.Reset()
		inContract(a.ID, book.Buy, 1e6, most, 0, s.v, &s.do)
		cash := (s.v.Free(a.ID, ledger.Cash) + s.v.PerpEquity(a.ID)).Units()
		if got := contracts(s.do.List); len(got) != 1 || got[0].Order.Lots != uint32(min(most, cash/0.4)) {
			t.Errorf("up to %v with %v USD: %+v", most, cash, got)
		}
	}
}

// A staker whose tokens are staked sells the contract when it thinks little of the token,
// buys it back rather than tokens when that has changed, and closes a position that
// funding makes dear. One without an account for futures does not.
func TestStakersHedgeWhatTheyCannotSell(t *testing.T) {
	for _, c := range []struct {
		view, mid float64
		hedges    bool
		position  int
		side      book.Side
		trades    bool
	}{
		{-0.2, 1, true, 0, book.Sell, true}, {-0.2, 1, false, 0, book.Sell, false}, {-0.2, 0.8, true, 0, book.Sell, false},
		{0.2, 1, true, -1000, book.Buy, true}, {0.2, 1, true, 0, book.Buy, false}, {0, 0.95, true, -1000, book.Buy, true},
		{-0.3, 0.95, true, -1000, book.Buy, false}, {0, 1, true, 0, book.Buy, false},
	} {
		s, stakers, a := oneStaker(t)
		row := &stakers.rows[0]
		row.hedges = c.hedges
		s.perp.MarkTo(10000)
		if c.position != 0 {
			s.enter(a.ID, uint32(-c.position), book.Sell)
		}
		s.post(ledger.Transfer{Amount: s.v.Free(a.ID, ledger.Token), From: a.ID, To: a.ID + 1, Asset: ledger.Token,
			Reason: ledger.Pay})
		row.normal = s.v.exposure(a.ID)
		s.spread(c.mid)
		s.v.LnETH = c.view
		orders := contracts(s.decide(stakers, 1, a))
		if got := len(orders) > 0 && orders[0].Order.Side == c.side; got != c.trades {
			t.Errorf("%+v: %+v", c, orders)
		}
	}
}

// Half of the orders of noise traders are for the contract where there is one; their
// positions stay within their holding and their cash, and come back.
func TestNoiseTradesTheContract(t *testing.T) {
	s := newSmall(t, 1)
	var p NoiseParams
	param.Defaults(&p)
	p.HoldShare = 1e4 / s.o.Supply
	a := list(1)[0]
	noise := NewNoise(p, s.o, []Agent{a}, draw.New(3), s.grant)
	s.quote(9990, 10010)
	s.perp.MarkTo(10000)
	s.spread(1)
	count := func(from uint32) (sides [2]int, token int) {
		for i := from; i < from+400; i++ {
			for _, o := range only(Submit, s.decide(noise, i, a)) {
				if o.Pair == PerpPair {
					sides[o.Order.Side]++
				} else {
					token++
				}
			}
		}
		return sides, token
	}
	if sides, token := count(1); sides[0] < 40 || sides[1] < 40 || token < 100 {
		t.Errorf("without a position: %v in the contract, %d in the token", sides, token)
	}
	s.enter(a.ID, 1e4, book.Buy)
	if sides, _ := count(1000); sides[book.Buy] > 0 || sides[book.Sell] < 100 {
		t.Errorf("with the largest position: %v", sides)
	}
	s = newSmall(t, 1)
	s.spread(1)
	noise = NewNoise(p, s.o, []Agent{a}, draw.New(3), func(id ID, _ Endowment) { s.grant(id, Endowment{Tokens: 10}) })
	s.quote(9990, 10010)
	s.perp.MarkTo(10000)
	s.spread(1)
	if sides, _ := count(1); sides != [2]int{} {
		t.Errorf("without cash: %v", sides)
	}
}
