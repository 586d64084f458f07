package docking

import (
	"errors"
	"fmt"
	"math"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/param"
	"stakeout/market"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/market/lending"
	"stakeout/mechanisms/rollup"
)

// sabotageWorld is what an attack uses.
type sabotageWorld struct {
	led  *ledger.Ledger
	pool *lending.Pool
	x    *market.Exchange
	roll *rollup.State
}

func (s sabotage) open(stake, short float64) (*sabotageWorld, error) {
	var rules lending.Params
	var contract rollup.Params
	param.Defaults(&rules)
	param.Defaults(&contract)
	supplied := ledger.Amount(defaultSupplied)
	if !s.lending {
		supplied = ledger.Amount(4*short) + 1
		rules.BorrowCap, rules.BaseRate, rules.KinkRate = supplied*ledger.Unit, s.rate, s.rate
	}
	l := ledger.New(sabotageOwners, 1)
	w := &sabotageWorld{led: l, pool: lending.New(l, rules, sabotageOwners, 13),
		roll: rollup.New(l, contract, sabotageOwners, 6480),
		x: market.New(l, market.Params{TickSize: 100, Lot: ledger.Unit, MaxPrice: 1 << 16, Base: ledger.Token,
			Quote: ledger.Cash})}
	w.x.Register(saboteur, 1)
	w.x.Register(quoter, par)
	const plenty = 1e10 * ledger.Unit
	for _, t := range []ledger.Transfer{
		{Amount: plenty, To: saboteur, Asset: ledger.Cash},
		{Amount: ledger.Amount(stake) * ledger.Unit, To: saboteur, Asset: ledger.Token},
		{Amount: plenty, To: quoter, Asset: ledger.Cash}, {Amount: plenty, To: quoter, Asset: ledger.Token},
		{Amount: supplied * ledger.Unit, To: lender, Asset: ledger.Token},
	} {
		if err := l.Post(t); err != nil {
			return nil, err
		}
	}
	return w, errors.Join(w.pool.Deposit(lender, supplied*ledger.Unit),
		w.roll.Stake(saboteur, ledger.Amount(stake)*ledger.Unit))
}

// quote fills one side of the book with the given tokens. Depth grows linearly with
// the distance from the price, V·(x/Yσ)² tokens up to x, so that the last token
// of Q trades at Yσ√(Q/V) from it. Without impact all tokens rest at the price.
func (w *sabotageWorld) quote(side book.Side, price int, impact, tokens float64) error {
	put := func(away int, lots float64) error {
		p := price + away
		if side == book.Buy {
			p = price - away
		}
		if lots < 1 {
			return nil
		}
		if p < 1 || away >= par {
			return errThin
		}
		if r := w.x.Submit(market.Order{Owner: quoter, Slot: uint16(away), Side: side, Kind: book.PostOnly, Price: uint32(p),
			Lots: uint32(lots)}); r.Code != market.Accepted {
			return fmt.Errorf("quote: %v", r.Code)
		}
		return nil
	}
	if impact == 0 {
		return put(0, math.Ceil(tokens))
	}
	total := 0.0
	for away := 0; total < tokens; away++ {
		up := math.Floor(sabotageVolume * exact.Pow((float64(away)+0.5)/par/impact, 2))
		if err := put(away, up-total); err != nil {
			return err
		}
		total = up
	}
	return nil
}

// trade fills an order for the given tokens completely, at any price.
func (w *sabotageWorld) trade(side book.Side, tokens float64) error {
	o := market.Order{Owner: saboteur, Side: side, Kind: book.ImmediateOrCancel, Price: 1, Lots: uint32(tokens)}
	if side == book.Buy {
		o.Price = 1<<16 - 1
	}
	if r := w.x.Submit(o); r.Filled != o.Lots {
		return fmt.Errorf("%d of %d tokens traded: %v", r.Filled, o.Lots, r.Code)
	}
	return nil
}

// run attacks with a stake and a short in tokens and returns the gain in USD,
// stake at the fallen price.
func (s sabotage) run(stake, short float64) (float64, error) {
	w, err := s.open(stake, short)
	if err != nil {
		return 0, err
	}
	equity := func(price float64) float64 {
		return w.led.Total(saboteur, ledger.Cash).Units() + float64(price*w.led.Total(saboteur, ledger.Token).Units())
	}
	before := equity(1)
	if err := errors.Join(w.pool.Borrow(saboteur, ledger.Amount(short)*ledger.Unit, ledger.Unit),
		w.quote(book.Buy, par, s.impact, short), w.trade(book.Sell, short)); err != nil {
		return 0, err
	}
	w.pool.Accrue(uint32(s.days * 86400 / 13))
	w.roll.Condemn(saboteur, s.slashed, false, 0)
	w.x.CancelAll(quoter)
	fallen, impact := int(math.Round(par*(1-s.fall))), s.impact
	if s.shrinks {
		impact *= 1 - s.fall
	}
	debt := math.Ceil(w.pool.Debt(saboteur).Units())
	if err := errors.Join(w.quote(book.Sell, fallen, impact, debt), w.trade(book.Buy, debt)); err != nil {
		return 0, err
	}
	_, err = w.pool.Repay(saboteur, w.pool.Debt(saboteur))
	w.pool.SettleAll()
	return equity(float64(fallen)/par) - before,
		errors.Join(err, w.led.Audit(), w.pool.Audit(), w.roll.Audit(), w.x.Check())
}
