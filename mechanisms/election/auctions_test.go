package election

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// bidders is the number of owners that bid in tests, and rich their endowment of
// cash and of tokens.
const (
	bidders = 4
	rich    = 100_000 * ledger.Unit
)

func auction(t testing.TB, name string, set ...string) (Auction, *rollup.State, *ledger.Ledger) {
	t.Helper()
	var p Params
	param.Defaults(&p)
	for _, kv := range set {
		key, value, _ := strings.Cut(kv, "=")
		if err := param.Set(&p, key, value); err != nil {
			t.Fatal(err)
		}
	}
	s, l := newState(t, 0, 0, 0, 0)
	for i := range ledger.Owner(bidders) {
		for _, a := range []ledger.Asset{ledger.Cash, ledger.Token} {
			if err := l.Post(ledger.Transfer{Amount: rich, To: ledger.First + i, Asset: a}); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.Appoint(operator)
	return named(t, name, p).(Auction), s, l
}

// turn runs a slot and posts the transfers that the mechanism demands.
func turn(t interface{ Fatal(...any) }, m Mechanism, s *rollup.State, l *ledger.Ledger, r *draw.Stream,
	posted bool) rollup.Outcome {
	s.Open(m.Elect(s, r.At(draw.Lottery, 0, s.Public().Slot)))
	_, built := s.Build(0, false)
	o := s.Close(0, built && posted, 0, 1)
	for _, x := range m.Settle(s, o, nil) {
		if err := l.Post(x); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// inEscrow is the amount that an auction must hold in escrow according to its own
// books.
func inEscrow(m Auction) (bids, bonds ledger.Amount) {
	switch m := m.(type) {
	case *burnAuction:
		for _, x := range m.board.ring {
			bids += x.Amount
		}
	case *mevAuction:
		for _, x := range m.bids {
			bids += x.bid
			bonds += m.p.Bond
		}
		for _, x := range m.order {
			bids += x.bid - x.paid
			if !x.burnt {
				bonds += m.p.Bond
			}
		}
		bids += m.due
	}
	return bids, bonds
}

// For random bids, absences and equivocations, escrow holds exactly what the
// books say, nothing is lost, and a refused bid changes nothing.
func TestEscrowIsExact(t *testing.T) {
	for _, set := range [][]string{
		{"burn-auction", "burn_auction.open_slots=5"},
		{"burn-auction", "burn_auction.paid_in=token", "burn_auction.open_slots=3"},
		{"mev-auction", "mev_auction.window_slots=3", "mev_auction.price_rule=first"},
		{"mev-auction", "mev_auction.window_slots=2"},
	} {
		rapid.Check(t, func(rt *rapid.T) {
			m, s, l := auction(t, set[0], set[1:]...)
			r := draw.New(5)
			for range rapid.IntRange(1, 60).Draw(rt, "steps") {
				by := ledger.First + ledger.Owner(rapid.IntRange(0, bidders-1).Draw(rt, "by"))
				before := l.Hash(0)
				switch rapid.IntRange(0, 3).Draw(rt, "kind") {
				case 0:
					s.SetPolicy(by, rollup.Policy{Transfers: true, Equivocate: rapid.Bool().Draw(rt, "equivocate")})
					turn(rt, m, s, l, r, rapid.Bool().Draw(rt, "posted"))
				default:
					x := Bid{By: by, Count: uint32(rapid.IntRange(0, 7).Draw(rt, "count")),
						Limit: ledger.Amount(rapid.Int64Range(-1, 60_000_000).Draw(rt, "limit")) * 1000}
					if !m.Bid(s, l, x) && l.Hash(0) != before {
						rt.Fatalf("%+v was refused and moved money", x)
					}
				}
				bids, bonds := inEscrow(m)
				want := [2]ledger.Amount{bonds, 0}
				want[m.Board().Asset] += bids
				if got := [2]ledger.Amount{l.Balance(ledger.Escrow, ledger.Cash, ledger.Free),
					l.Balance(ledger.Escrow, ledger.Token, ledger.Free)}; got != want {
					rt.Fatalf("escrow holds %d, the books say %d", got, want)
				}
			}
			if err := l.Audit(); err != nil {
				rt.Fatal(err)
			}
		})
	}
}

// “If everyone has the same sum_total_fees we select the bid that has the lowest
// target_profit” (ethresear.ch 5851): the last to raise leads.
func TestLowestTargetProfitWins(t *testing.T) {
	const fees = 100 * ledger.Unit
	m, s, l := auction(t, "burn-auction", "burn_auction.closed_slots=0", "burn_auction.least_raise_share=0.01")
	targets := []ledger.Amount{30 * ledger.Unit, 5 * ledger.Unit, 12 * ledger.Unit, 9 * ledger.Unit}
	turn(t, m, s, l, draw.New(1), true)
	for raised := true; raised; {
		raised = false
		for i, x := range targets {
			raised = m.Bid(s, l, Bid{By: ledger.First + ledger.Owner(i), Count: 1, Limit: fees - x}) || raised
		}
	}
	if o := turn(t, m, s, l, draw.New(1), true); o.Operator != ledger.First+1 {
		t.Errorf("led by %d", o.Operator)
	}
	if p := m.Board().Price; p < 90*ledger.Unit || p > 92*ledger.Unit {
		t.Errorf("a price of %d, where the next would give 91", p)
	}
}

// The shares of a settled price add up to it for every price.
func TestShareOfThePrice(t *testing.T) {
	for _, price := range []ledger.Amount{1, 7, 99, 1_000_003, 123_456_789} {
		m, s, l := auction(t, "burn-auction", "burn_auction.closed_slots=0", "burn_auction.minimum_bid_usd=0.000001")
		m.(*burnAuction).p.Least = price
		turn(t, m, s, l, draw.New(1), true)
		if !m.Bid(s, l, Bid{By: staker, Count: 1, Limit: price}) {
			t.Fatal("refused")
		}
		turn(t, m, s, l, draw.New(1), false)
		burnt, gifts := l.Balance(ledger.Burned, ledger.Cash, ledger.Free),
			l.Balance(ledger.Treasury, ledger.Cash, ledger.Free)
		if burnt != price*4/10 || burnt+gifts != price || l.Balance(ledger.Escrow, ledger.Cash, ledger.Free) != 0 {
			t.Errorf("of %d: %d burnt, %d given", price, burnt, gifts)
		}
	}
}

// Equal sealed bids win equally often, independent of their order, and the public
// record never shows them.
func TestTiesOfSealedBids(t *testing.T) {
	m, s, l := auction(t, "mev-auction", "mev_auction.window_slots=1", "mev_auction.bond_usd=0")
	led := map[ledger.Owner]int{}
	r := draw.New(11)
	for range 3000 {
		for i := range ledger.Owner(3) {
			if !m.Bid(s, l, Bid{By: ledger.First + i, Count: 1, Limit: 20 * ledger.Unit}) {
				t.Fatal("refused")
			}
			if b := m.Board(); b.Lot(b.First) != (Standing{}) {
				t.Fatal("a sealed bid shows")
			}
		}
		o := turn(t, m, s, l, r, true)
		led[o.Operator]++
		// The treasury returns what the winner has paid, so that it can bid
		// again.
		if err := l.Post(ledger.Transfer{Amount: l.Balance(ledger.Treasury, ledger.Cash, ledger.Free), From: ledger.Treasury,
			To: o.Operator, Asset: ledger.Cash}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range ledger.Owner(3) {
		// 1000 expected, s.d. 26; the first slot has no bids.
		if n := led[ledger.First+i]; n < 900 || n > 1100 {
			t.Errorf("%d won %d of 3000 ties", i, n)
		}
	}
}

// Clones share no memory with their originals.
func TestAuctionClones(t *testing.T) {
	for _, name := range []string{"burn-auction", "mev-auction"} {
		m, s, l := auction(t, name)
		turn(t, m, s, l, draw.New(1), true)
		m.Bid(s, l, Bid{By: staker, Count: 1, Limit: 300 * ledger.Unit})
		c := m.Clone().(Auction)
		had, bonds := inEscrow(m)
		if bids, also := inEscrow(c); bids != had || also != bonds || had == 0 {
			t.Errorf("%s: the clone holds %d and %d, not %d and %d", name, bids, also, had, bonds)
		}
		if !c.Bid(s, l, Bid{By: solo, Count: 1, Limit: 400 * ledger.Unit}) {
			t.Fatal("refused")
		}
		if bids, _ := inEscrow(m); bids != had {
			t.Errorf("%s: a bid with the clone moved the original", name)
		}
	}
}

// A window of bids and slots allocates nothing once the lists have grown.
func TestAuctionsAllocateNothing(t *testing.T) {
	for _, name := range []string{"burn-auction", "mev-auction"} {
		m, s, l := auction(t, name, "mev_auction.window_slots=2", "mev_auction.bond_usd=1")
		r, out := draw.New(1), make([]ledger.Transfer, 0, 64)
		round := func() {
			for i := range ledger.Owner(bidders) {
				m.Bid(s, l, Bid{By: ledger.First + i, Count: 1, Limit: ledger.Amount(20+i) * ledger.Unit})
			}
			s.Open(m.Elect(s, r.At(draw.Lottery, 0, s.Public().Slot)))
			out = m.Settle(s, s.Close(0, false, 0, 1), out[:0])
			for _, x := range out {
				_ = l.Post(x)
			}
		}
		for range 10 {
			round()
		}
		if n := testing.AllocsPerRun(100, round); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// With a look-ahead the coming leaders are public and then lead; without one none
// is known.
func TestLookahead(t *testing.T) {
	s, _ := newState(t, 5000*ledger.Unit, 0, 15000*ledger.Unit)
	for _, ahead := range []int{0, 3} {
		m := named(t, "pos", Params{PoS: PoSParams{Lookahead: ahead}})
		slots(m, s, 1)
		for range 50 {
			known := append([]ledger.Owner(nil), m.(Foresight).Ahead().Next...)
			if len(known) != ahead {
				t.Fatalf("%d leaders are known, want %d", len(known), ahead)
			}
			for i, l := range slots(m.Clone(), s, ahead) {
				if l.Staker != known[i] {
					t.Errorf("slot %d on is led by %d, announced was %d", i, l.Staker, known[i])
				}
			}
			slots(m, s, 1)
		}
	}
}

// The auctions are sourced to the thread's “MEV/ burn auction”.
func TestAuctionsOfTheThread(t *testing.T) {
	for name, post := range map[string]string{"burn-auction": "5851", "mev-auction": "6788"} {
		e, _ := Find(name)
		if !strings.Contains(e.Source, "MEV/ burn auction") || !strings.Contains(e.Source, post) {
			t.Errorf("%s is not sourced: %s", name, e.Source)
		}
		if e.Rules() != (rollup.Rules{Bids: true}) {
			t.Errorf("%s: rules %+v", name, e.Rules())
		}
	}
}
