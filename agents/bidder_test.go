package agents

import (
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
)

// competitors are n operators who bid where leadership is sold by the board.
func competitors(t *testing.T, n int, board *election.Board) (*small, *Coordinators) {
	t.Helper()
	s := newSmall(t, n)
	s.quote(9990, 10010)
	var p CoordinatorParams
	param.Defaults(&p)
	p.Bidding.Error, p.Bidding.CostVary, p.Bidding.Correction = 0, 0, 0
	s.v.Auction = board
	return s, NewCoordinators(p, s.o, list(n), draw.New(3), s.grant)
}

// perSlot is what a slot brings at the opening of the small world, USD.
func (s *small) perSlot() float64 {
	return s.o.Revenue/365/(testPerDay/s.o.SlotTicks) + float64(s.v.Rollup.ExtractableUSD*s.o.PerBatch)
}

// Nobody bids where nothing is sold.
func TestNoBidsWithoutAnAuction(t *testing.T) {
	s, c := competitors(t, 2, nil)
	if all := s.decide(c, 100, list(2)...); len(only(Bid, all)) != 0 || len(only(Spend, all)) != 2 {
		t.Errorf("%+v", all)
	}
}

// An operator bids the value of a slot less its cost and margin, for every lot; it
// bids all of it where the winner pays the next bid.
func TestBidIsValueLessMargin(t *testing.T) {
	for _, x := range []struct {
		board election.Board
		keeps float64
	}{
		{election.Board{Format: election.Ascending, Slots: 1, Open: 40}, 0.2},
		{election.Board{Format: election.FirstPrice, Slots: 12, Open: 1}, 0.2},
		{election.Board{Format: election.SecondPrice, Slots: 12, Open: 1}, 0},
	} {
		s, c := competitors(t, 1, &x.board)
		c.rows[0].bidder.margin = 0.2
		bids := only(Bid, s.decide(c, 100, list(1)...))
		if len(bids) != 1 || bids[0].Count != x.board.Open {
			t.Fatalf("%+v", bids)
		}
		want := (s.perSlot() - c.p.SlotCost) * (1 - x.keeps) * float64(x.board.Slots)
		near(t, "bid", bids[0].Amount.Units(), want, 0.001*want)
		s.v.EthUSD *= 2
		bids = only(Bid, s.decide(c, 200, list(1)...))
		want = (2*s.perSlot() - c.p.SlotCost) * (1 - x.keeps) * float64(x.board.Slots)
		near(t, "bid at twice the price of ETH", bids[0].Amount.Units(), want, 0.01*want)
		x.board.Least = Amount(2 * want)
		if bids = only(Bid, s.decide(c, 300, list(1)...)); len(bids) != 0 {
			t.Errorf("a bid below the least: %+v", bids)
		}
	}
}

// The winner's curse is learnt: an operator that errs upwards by a tenth comes to bid
// the amount that slots bring it.
func TestOwnResultsCorrectTheEstimate(t *testing.T) {
	s, c := competitors(t, 12, &election.Board{Slots: 1, Open: 1})
	b := &c.rows[0].bidder
	b.err = 0.1
	truth := SlotValue(c.o, s.v)
	for range 24 * 60 {
		b.value = truth * (1 + b.err + b.learnt)
		c.learn(b, 1, truth, 1.0/24, s.v)
	}
	near(t, "estimate over truth", b.value/truth, 1, 0.01)
	for range 24 * 120 {
		c.learn(b, 0, 0, 1.0/24, s.v)
	}
	near(t, "what is left of the lesson when it wins no more", b.learnt, 0, 0.01)
}

// Margins fall to 0 and no further while an operator loses, and rise while it leads
// more slots than it wants.
func TestMarginFollowsSuccess(t *testing.T) {
	s, c := competitors(t, 12, &election.Board{Slots: 1, Open: 1})
	b := &c.rows[0].bidder
	play := func(led uint32) {
		for range 10 * 24 {
			b.slots = s.pub.Slots
			s.pub.Slots += 7
			c.learn(b, led, 0, 1.0/24, s.v)
		}
	}
	start := b.margin
	play(7)
	if b.margin < start+0.05 || b.margin > maxMargin {
		t.Errorf("a margin of %.3f after winning everything for ten days", b.margin)
	}
	for range 6 {
		play(0)
	}
	if b.margin != 0 {
		t.Errorf("a margin of %.3f after losing for two months", b.margin)
	}
	if b.share > 0.01 {
		t.Errorf("a share of %.3f", b.share)
	}
}

// Where bids are paid in tokens an operator buys as many as it needs, and sells a
// stock that is far too large.
func TestOperatorsKeepTokensForBids(t *testing.T) {
	s, c := competitors(t, 1, &election.Board{Slots: 1, Open: 40, Asset: ledger.Token})
	orders := only(Submit, s.decide(c, 100, list(1)...))
	if len(orders) != 1 || orders[0].Order.Side != book.Buy {
		t.Fatalf("%+v", orders)
	}
	s.grant(ledger.First, Endowment{Tokens: 1e6})
	orders = only(Submit, s.decide(c, 200, list(1)...))
	if len(orders) != 1 || orders[0].Order.Side != book.Sell {
		t.Errorf("%+v", orders)
	}
}
