package agents

import (
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
)

// oneVault is an owner who owes 1000 dai, wants a ratio of 3 and is in haste
// below 1.8; ether costs 230 dollars.
func oneVault(t *testing.T) (*small, *VaultOwners, Agent) {
	s := newSmall(t, 2)
	s.o.Dai = 1000
	var p VaultOwnerParams
	param.Defaults(&p)
	awake := list(1)
	owners := NewVaultOwners(p, 1.5, 0.13, s.o, awake, draw.New(1), s.grant)
	owners.rows[0] = vaultOwner{target: 3, haste: 1.8}
	s.owe(awake[0].ID, 1000)
	s.post(ledger.Transfer{Amount: 1000 * ledger.Unit, From: awake[0].ID, To: awake[0].ID + 1, Asset: ledger.Dai,
		Reason: ledger.Pay})
	return s, owners, awake[0]
}

// at sets the price of ether at which the vault of an agent has a ratio.
func (s *small) at(a Agent, ratio float64) {
	ether, debt := s.v.Vault(a.ID)
	s.v.EthUSD = ratio * debt / ether
}

// "when ETH falls they must buy dai back or pay the liquidation penalty": an owner
// near liquidation pays a premium for dai, which rises with the nearness and never
// exceeds the penalty; an owner in no haste pays a dollar.
func TestVaultOwnersPayUpToThePenalty(t *testing.T) {
	last := 0.0
	for _, c := range []struct{ ratio, bid float64 }{{2.2, 1}, {1.79, 1.0043}, {1.65, 1.065}, {1.5, 1.13}, {1.2, 1.13}} {
		s, owners, a := oneVault(t)
		s.at(a, c.ratio)
		orders := only(Submit, s.decide(owners, 1, a))
		if len(orders) != 1 || orders[0].Pair != DaiPair || orders[0].Order.Side != book.Buy ||
			orders[0].Order.Kind != book.ImmediateOrCancel {
			t.Fatalf("ratio %v: %+v", c.ratio, orders)
		}
		bid := float64(orders[0].Order.Price) * s.v.TickUSD
		near(t, "bid", bid, c.bid, 1e-4)
		if bid < last || len(s.do.Wakes) != 1 {
			t.Errorf("ratio %v: bid %v after %v, wakes %v", c.ratio, bid, last, s.do.Wakes)
		}
		last = bid
	}
}

// Dai above a dollar is a reason to mint and sell, below it to buy back; at a
// dollar and the wanted ratio there is nothing to do.
func TestVaultOwnersHoldThePeg(t *testing.T) {
	s, owners, a := oneVault(t)
	s.at(a, 3)
	for _, c := range []struct {
		mid  float64
		side book.Side
		n    int
	}{{1, 0, 0}, {1.01, book.Sell, 1}, {0.99, book.Buy, 1}} {
		s.v.Dai.Mid = c.mid
		all := s.decide(owners, 1, a)
		orders := only(Submit, all)
		if len(orders) != c.n || (c.n == 1 && orders[0].Order.Side != c.side) ||
			len(only(Mint, all)) > 0 != (c.side == book.Sell) {
			t.Errorf("at %v: %+v", c.mid, all)
		}
	}
}

func TestVaultOwnersRepayWhatTheyBought(t *testing.T) {
	s, owners, a := oneVault(t)
	s.at(a, 3)
	s.grant(a.ID, Endowment{Dai: 40})
	if wipes := only(Wipe, s.decide(owners, 1, a)); len(wipes) != 1 || wipes[0].Amount != 40*ledger.Unit {
		t.Errorf("%+v", wipes)
	}
}

// Together the owners owe the dai of the opening, each within its ratio.
func TestVaultOwnersOpenAtTheirTargets(t *testing.T) {
	s := newSmall(t, 60)
	s.o.Dai = 40e6
	var p VaultOwnerParams
	param.Defaults(&p)
	total := 0.0
	owners := NewVaultOwners(p, 1.5, 0.13, s.o, list(60), draw.New(1), func(_ ID, e Endowment) {
		total += e.Debt
		if ratio := e.Ether * s.o.EthUSD / e.Debt; ratio < 1.6 || ratio > 10 {
			t.Errorf("ratio %v", ratio)
		}
	})
	near(t, "debt", total, 40e6, 1)
	for _, row := range owners.rows {
		if row.haste <= 1.5 || row.target < 1.1*row.haste {
			t.Errorf("%+v", row)
		}
	}
}

// oneArbitrageur holds 1000 dai, at home inside the rollup or outside.
func oneArbitrageur(t *testing.T, inside bool) (*small, *Arbitrageurs, Agent) {
	s := newSmall(t, 2)
	s.o.Dai = 1000
	var p ArbitrageurParams
	param.Defaults(&p)
	p.Turnover = 0
	if p.InsideShare = 0; inside {
		p.InsideShare = 1
	}
	awake := list(1)
	arbs := NewArbitrageurs(p, 0.13, s.o, awake, draw.New(1), s.grant)
	r := &arbs.rows[0]
	r.slope, r.carry, r.spread = 0.5, 0.01, 0.001
	return s, arbs, awake[0]
}

// Quotes stand around a dollar while nothing is sold. Each sale raises the price of
// the rest, and nobody bids more than a liquidation gives.
func TestArbitrageursQuoteTheirReservationPrice(t *testing.T) {
	for _, c := range []struct{ sold, bid, ask float64 }{
		{0, 0.999, 1.001}, {100, 0.999 * 1.005, 1.05105}, {900, 0.999 * 1.045, 1.45145},
	} {
		s, arbs, a := oneArbitrageur(t, false)
		s.post(ledger.Transfer{Amount: Amount(c.sold), From: a.ID, To: a.ID + 1, Asset: ledger.Dai, Reason: ledger.Pay})
		orders := only(Submit, s.decide(arbs, 1, a))
		if len(orders) != 2 || orders[0].Order.Side != book.Sell || orders[1].Order.Side != book.Buy {
			t.Fatalf("sold %v: %+v", c.sold, orders)
		}
		near(t, "ask", float64(orders[0].Order.Price)*s.v.TickUSD, c.ask, 1e-4)
		near(t, "bid", float64(orders[1].Order.Price)*s.v.TickUSD, c.bid, 1e-4)
		s.v.Dai.Mid = 1.4
		for _, o := range only(Submit, s.decide(arbs, 2, a)) {
			if o.Order.Side == book.Buy && float64(o.Order.Price)*s.v.TickUSD > 1.12 {
				t.Errorf("bids %d", o.Order.Price)
			}
		}
	}
}

// Dai inside the rollup comes out when it is dear, through the coordinator first and
// then through the queue where there is one, and goes back when it is not.
func TestArbitrageursCarryDai(t *testing.T) {
	s, arbs, a := oneArbitrageur(t, true)
	s.v.Remedy = remedy.Fixed(remedy.Rules{ForcedExit: true})
	s.v.Dai.Mid = 1.009
	if all := s.decide(arbs, 1, a); len(only(AskExit, all))+len(only(Bridge, all)) > 0 {
		t.Errorf("moves dai for less than its premium: %+v", all)
	}
	s.v.Dai.Mid = 1.011
	if asked := only(AskExit, s.decide(arbs, 2, a)); len(asked) != 1 || asked[0].Count != 1 ||
		asked[0].Amount <= ledger.Unit {
		t.Errorf("asked %+v", asked)
	}
	if forced := only(ForceExit, s.decide(arbs, 2+testPerDay+1, a)); len(forced) != 1 {
		t.Errorf("forced %+v", forced)
	}
	s.post(ledger.Transfer{Amount: 1000 * ledger.Unit, From: a.ID, To: a.ID, Asset: ledger.Dai, FromPocket: ledger.Rollup,
		Reason: ledger.Move})
	s.v.Dai.Mid = 1.02
	if all := s.decide(arbs, 3*testPerDay, a); len(only(Bridge, all)) > 0 || len(only(Submit, all)) != 2 {
		t.Errorf("dear dai is for sale: %+v", all)
	}
	s.v.Dai.Mid = 1.003
	if home := only(Bridge, s.decide(arbs, 4*testPerDay, a)); len(home) != 1 || home[0].Amount != 1000*ledger.Unit {
		t.Errorf("home %+v", home)
	}
}

// An unsafe vault is bitten with the dai at hand while dai costs less than a
// liquidation gives, and the ether is sold.
func TestArbitrageursLiquidate(t *testing.T) {
	s, arbs, a := oneArbitrageur(t, false)
	debtor := a.ID + 1
	s.grant(debtor, Endowment{Ether: 10})
	s.owe(debtor, 2000)
	s.v.EthUSD = 2000 * 1.49 / 10
	for _, c := range []struct {
		mid float64
		n   int
	}{{1.05, 1}, {1.119, 1}, {1.121, 0}} {
		s.v.Dai.Mid = c.mid
		bites := only(Bite, s.decide(arbs, 1, a))
		if len(bites) != c.n || (c.n == 1 && (bites[0].Other != debtor || bites[0].Amount != 1000*ledger.Unit)) {
			t.Errorf("at %v: %+v", c.mid, bites)
		}
	}
	s.grant(a.ID, Endowment{Ether: 3})
	if sold := only(SellEther, s.decide(arbs, 2, a)); len(sold) != 1 || sold[0].Amount != 3*ledger.Unit {
		t.Errorf("sold %+v", sold)
	}
}
