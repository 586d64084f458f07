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
// near liquidation pays more than the market does, by up to the penalty as it comes
// nearer, however dear dai is; an owner in no haste pays a dollar.
func TestVaultOwnersPayUpToThePenalty(t *testing.T) {
	last := 0.0
	for _, c := range []struct{ ratio, mid, bid float64 }{{2.2, 1, 1}, {1.79, 1, 1.0043}, {1.65, 1, 1.065},
		{1.5, 1, 1.13}, {1.2, 1, 1.13}, {1.2, 1.5, 1.695}} {
		s, owners, a := oneVault(t)
		s.at(a, c.ratio)
		s.v.Dai.Mid = c.mid
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

// Some owners add ether in haste instead, as far as their cash goes, and lock it at the
// next look; dai does not matter to them. A vault that is auctioned is left alone.
func TestVaultOwnersAddEther(t *testing.T) {
	for _, cash := range []float64{1000, 50} {
		s, owners, a := oneVault(t)
		owners.rows[0].adds = true
		s.post(ledger.Transfer{Amount: s.v.Free(a.ID, ledger.Cash), From: a.ID, To: a.ID + 1, Reason: ledger.Pay})
		s.grant(a.ID, Endowment{Cash: cash})
		s.at(a, 1.7)
		all := s.decide(owners, 1, a)
		bought := only(BuyEther, all)
		if len(only(Submit, all)) > 0 || len(bought) != 1 {
			t.Fatalf("%+v", all)
		}
		near(t, "spent", bought[0].Amount.Units(), min(cash, (1.15*1.8-1.7)*1000), 0.01)
		s.grant(a.ID, Endowment{Ether: 2})
		if locked := only(LockEther, s.decide(owners, 2, a)); len(locked) != 1 || locked[0].Amount != 2*ledger.Unit {
			t.Errorf("locked %+v", locked)
		}
	}
	s, owners, a := oneVault(t)
	s.at(a, 1.4)
	if err := s.vaults.Bite(a.ID, Amount(s.v.EthUSD), 1); err != nil {
		t.Fatal(err)
	}
	if all := s.decide(owners, 2, a); len(all) > 0 {
		t.Errorf("%+v", all)
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
	arbs := NewArbitrageurs(p, s.o, awake, draw.New(1), s.grant)
	r := &arbs.rows[0]
	r.slope, r.carry, r.spread = 0.5, 0.01, 0.001
	return s, arbs, awake[0]
}

// Quotes stand around a dollar while nothing is sold. Each sale raises the price of
// the rest, without an upper bound to bids.
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
		s.v.Dai.Mid = 1.9
		for _, o := range only(Submit, s.decide(arbs, 2, a)) {
			if o.Order.Side == book.Buy {
				near(t, "bid in a dear market", float64(o.Order.Price)*s.v.TickUSD, 0.999*(1+0.5*c.sold/1000), 1e-4)
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

// What a holder has becomes its normal holding, down to a tenth of the first one, and
// with it falls the price that it asks.
func TestArbitrageursGetUsedToWhatTheyHave(t *testing.T) {
	s, arbs, a := oneArbitrageur(t, false)
	s.post(ledger.Transfer{Amount: 600 * ledger.Unit, From: a.ID, To: a.ID + 1, Asset: ledger.Dai, Reason: ledger.Pay})
	arbs.p.HabitDays = 5
	for n, want := range []float64{400 + 600*0.5, 400 + 600*0.25, 400 + 600*0.125} {
		s.decide(arbs, uint32((n+1)*5*testPerDay), a)
		near(t, "normal holding", arbs.rows[0].normal, want, 1)
	}
	s.post(ledger.Transfer{Amount: 400 * ledger.Unit, From: a.ID, To: a.ID + 1, Asset: ledger.Dai, Reason: ledger.Pay})
	s.decide(arbs, 1000*testPerDay, a)
	near(t, "least holding", arbs.rows[0].normal, 100, 1e-9)
}

// An unsafe vault is put up for auction. A holder bids once a dai buys ether worth more
// than a dai there, the more of its dai the cheaper the ether, and pays more than any
// fixed sum for further dai. The ether is sold.
func TestArbitrageursBidInAuctions(t *testing.T) {
	s, arbs, a := oneArbitrageur(t, false)
	s.grant(a.ID, Endowment{Cash: 1e6})
	debtor := a.ID + 1
	s.grant(debtor, Endowment{Ether: 100})
	s.owe(debtor, 20000)
	s.v.EthUSD = 20000 * 1.49 / 100
	if bites := only(Bite, s.decide(arbs, 1, a)); len(bites) != 1 || bites[0].Other != debtor {
		t.Fatalf("bites %+v", bites)
	}
	if err := s.vaults.Bite(debtor, Amount(s.v.EthUSD), 1); err != nil {
		t.Fatal(err)
	}
	last, worth := 0.0, 0.0
	for hours := 0; hours <= 12; hours++ {
		ticks := uint32(1 + hours*testPerDay/24/6)
		all := s.decide(arbs, ticks, a)
		_, _, price := s.vaults.Auction(0, ticks)
		worth = s.v.EthUSD * 0.999 / price.Units() / 1.01
		takes := only(Take, all)
		if len(only(Bite, all)) > 0 || len(takes) > 0 != (worth > 1) {
			t.Fatalf("a dai buys %v: %+v", worth, all)
		}
		if len(takes) == 0 {
			continue
		}
		arbs.rows[0].normal = 1000
		if dai := takes[0].Amount.Units(); dai < last || takes[0].Other != debtor {
			t.Errorf("a dai buys %v: bids %v after %v", worth, dai, last)
		} else {
			last = dai
		}
		orders := only(Submit, all)
		near(t, "bid for dai", float64(orders[len(orders)-1].Order.Price)*s.v.TickUSD, worth, 1e-4)
	}
	if worth < 1.2 || last < 400 {
		t.Errorf("at the end a dai buys %v, bids %v", worth, last)
	}
	s.v.Dai.Mid = 2 * worth
	if takes := only(Take, s.decide(arbs, 1+testPerDay/12, a)); len(takes) > 0 {
		t.Errorf("bids although dai is dearer: %+v", takes)
	}
	s.grant(a.ID, Endowment{Ether: 3})
	if sold := only(SellEther, s.decide(arbs, 2, a)); len(sold) != 1 || sold[0].Amount != 3*ledger.Unit {
		t.Errorf("sold %+v", sold)
	}
}
