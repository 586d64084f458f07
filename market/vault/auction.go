package vault

import (
	"cmp"
	"slices"

	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// sale is the auction of a vault. Its ether and its debt stay with the owner until
// they are sold and paid, but the owner cannot move them.
type sale struct {
	owner ledger.Owner
	tab   ledger.Amount // micro-dai still to be raised, the penalty included
	top   ledger.Amount // price at the start, micro-dai an ether
	since uint32        // tick of the start
}

// saleOf is the place of an owner in the list of sales.
func (s *System) saleOf(o ledger.Owner) (at int, found bool) {
	if len(s.sales) == 0 {
		return 0, false
	}
	return slices.BinarySearchFunc(s.sales, o, func(x sale, o ledger.Owner) int { return cmp.Compare(x.owner, o) })
}

// Auctioned reports whether the vault of an owner is being auctioned.
func (s *System) Auctioned(o ledger.Owner) bool {
	_, found := s.saleOf(o)
	return found
}

// Auctions is the number of auctions under way.
func (s *System) Auctions() int { return len(s.sales) }

// Auction describes the auction with a number: whose vault it sells, what it still has
// to raise in micro-dai, and its price at a tick in micro-dai an ether, 0 when it must
// start anew.
func (s *System) Auction(i int, tick uint32) (o ledger.Owner, tab, price ledger.Amount) {
	x := &s.sales[i]
	return x.owner, x.tab, s.priceOf(x, tick)
}

// priceOf is the price of a sale, or 0 when it must start anew.
func (s *System) priceOf(x *sale, tick uint32) ledger.Amount {
	price := x.top
	floor, _ := ledger.MulDiv(x.top, s.rules.reset, ledger.Unit, ledger.Up)
	for n := ledger.Amount(tick-x.since) * s.rules.tick / s.rules.step; n > 0 && price >= floor && price > 0; n-- {
		price, _ = ledger.MulDiv(price, s.rules.keep, ledger.Unit, ledger.Down)
	}
	if price < floor {
		return 0
	}
	return price
}

// Hash folds the auctions into h. All else is on the ledger.
func (s *System) Hash(h uint64) uint64 {
	for _, x := range s.sales {
		h = exact.Fold(h, uint64(x.owner), uint64(x.tab), uint64(x.top), uint64(x.since))
	}
	return h
}

// Bite starts the auction of an unsafe vault, or starts one anew that has found no
// taker, at a price of ether in micro-USD. Errors: ErrSafe, ErrSale if the auction
// still runs, and ledger.ErrOverflow.
func (s *System) Bite(o ledger.Owner, price ledger.Amount, tick uint32) error {
	at, found := s.saleOf(o)
	top, ok := ledger.MulDiv(max(price, 0), s.rules.start, ledger.Unit, ledger.Up)
	tab, fits := ledger.MulDiv(s.Debt(o), s.rules.raise, ledger.Unit, ledger.Up)
	switch {
	case !ok || !fits:
		return ledger.ErrOverflow
	case found && s.priceOf(&s.sales[at], tick) > 0:
		return ErrSale
	case found:
		s.sales[at].top, s.sales[at].since = top, tick
		return nil
	case s.Safe(o, price) || price <= 0 || s.Collateral(o) == 0:
		return ErrSafe
	}
	s.stale = true
	s.sales = slices.Insert(s.sales, at, sale{owner: o, tab: tab, top: top, since: tick})
	return nil
}

// Take buys ether of an auctioned vault for up to some dai at the price of the tick.
// The dai pays the debt and the penalty in proportion. The auction ends when all is
// raised, and the owner keeps the ether that is left, or when all ether is sold, and
// the treasury takes over the debt that is left. Errors: ErrSale, ErrDebt if the dai
// buys nothing, and those of the ledger.
func (s *System) Take(taker, o ledger.Owner, dai ledger.Amount, tick uint32) error {
	at, found := s.saleOf(o)
	if !found {
		return ErrSale
	}
	x := &s.sales[at]
	price := s.priceOf(x, tick)
	if price == 0 {
		return ErrSale
	}
	dai = min(dai, x.tab)
	ether, ok := ledger.MulDiv(max(dai, 0), ledger.Unit, price, ledger.Down)
	if all := s.Collateral(o); !ok || ether > all {
		ether = all
		dai, _ = ledger.MulDiv(all, price, ledger.Unit, ledger.Up)
	}
	switch {
	case ether <= 0:
		return ErrDebt
	case s.led.Balance(taker, ledger.Dai, ledger.Free) < dai:
		return ledger.ErrFunds
	}
	return s.sell(taker, at, dai, ether)
}

// sell posts a sale of ether for dai, which the taker has, and ends the auction when
// there is nothing left to raise or to sell.
func (s *System) sell(taker ledger.Owner, at int, dai, ether ledger.Amount) error {
	x := &s.sales[at]
	o := x.owner
	paid, _ := ledger.MulDiv(dai, s.Debt(o), x.tab, ledger.Down)
	fine := dai - paid
	healed := min(fine, s.Debt(ledger.Treasury))
	for _, t := range [...]ledger.Transfer{
		{Amount: paid, To: o, Asset: ledger.Dai, ToPocket: ledger.Loan},
		{Amount: healed, To: ledger.Treasury, Asset: ledger.Dai, ToPocket: ledger.Loan},
		{Amount: fine - healed, To: ledger.Treasury, Asset: ledger.Dai},
	} {
		t.From, t.Reason = taker, ledger.Liquidation
		if err := s.led.Post(t); err != nil {
			return err
		}
	}
	if err := s.led.Post(ledger.Transfer{Amount: ether, From: o, To: taker, Asset: ledger.Ether,
		FromPocket: ledger.Collateral, Reason: ledger.Liquidation}); err != nil {
		return err
	}
	if x.tab -= dai; x.tab == 0 || s.Collateral(o) == 0 {
		s.stale = true
		s.sales = slices.Delete(s.sales, at, at+1)
		return s.writeOff(o)
	}
	return nil
}
