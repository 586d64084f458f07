package market

import (
	"math/bits"

	"stakeout/market/book"
	"stakeout/market/ledger"
)

// asset is the asset that an order of this side spends.
func (x *Exchange) asset(s book.Side) ledger.Asset {
	if s == book.Buy {
		return x.p.Quote
	}
	return x.p.Base
}

// cash is the cost of lots at a price, without fees.
func (x *Exchange) cash(price, lots uint32) ledger.Amount {
	return ledger.Amount(price) * ledger.Amount(lots) * x.p.TickSize
}

// fee returns rate millionths of an amount, rounded up.
func fee(cash, rate ledger.Amount) ledger.Amount {
	if rate == 0 {
		return 0
	}
	if uint64(cash) < 1<<46 {
		// Rates are at most 10**5 < 2**17, so the product fits. Dividing by a
		// constant is fast.
		return ledger.Amount((uint64(cash)*uint64(rate) + feeUnit - 1) / feeUnit)
	}
	f, _ := ledger.MulDiv(cash, rate, feeUnit, ledger.Up)
	return f
}

// unitCost is the most that one lot can cost at a price under a fee rate. Because
// of Params.Validate it cannot overflow.
func (x *Exchange) unitCost(price uint32, rate ledger.Amount) ledger.Amount {
	c := ledger.Amount(price) * x.p.TickSize
	return c + fee(c, rate)
}

// hold is the amount that a resting order ties up.
func (x *Exchange) hold(s book.Side, price, lots uint32) ledger.Amount {
	if s == book.Sell {
		return ledger.Amount(lots) * x.p.Lot
	}
	return ledger.Amount(lots) * x.unitCost(price, x.maker)
}

// fund reports whether the owner's free funds plus freed pay for an order. It
// cuts a Market or ImmediateOrCancel order to what they pay for.
func (x *Exchange) fund(b *book.Order, freed ledger.Amount) bool {
	have := x.ledger.Balance(b.Owner, x.asset(b.Side), ledger.Free) + freed
	if b.Side == book.Sell {
		return x.fundSale(b, have)
	}
	switch b.Kind {
	case book.Market, book.ImmediateOrCancel:
		n, _ := ledger.MulDiv(have, feeUnit, x.p.TickSize*(feeUnit+x.taker), ledger.Down)
		b.Budget = uint64(n)
		return n > 0
	case book.FillOrKill:
		_, notional := x.book.Available(*b)
		hi, cost := bits.Mul64(notional, uint64(x.p.TickSize))
		return hi == 0 && cost <= uint64(have) && cost+uint64(fee(ledger.Amount(cost), x.taker)) <= uint64(have)
	}
	rate := x.maker
	if x.book.Crosses(b.Side, b.Price) {
		rate = max(x.maker, x.taker)
	}
	hi, need := bits.Mul64(uint64(b.Lots), uint64(x.unitCost(b.Price, rate)))
	return hi == 0 && need <= uint64(have)
}

func (x *Exchange) fundSale(b *book.Order, have ledger.Amount) bool {
	lots := uint64(have / x.p.Lot)
	if b.Kind == book.Market || b.Kind == book.ImmediateOrCancel {
		b.Lots = uint32(min(uint64(b.Lots), lots))
		return b.Lots > 0
	}
	return uint64(b.Lots) <= lots
}

// settle moves the money of an order's fills.
func (x *Exchange) settle(taker ledger.Owner, side book.Side, fills []book.Fill) Result {
	var r Result
	watched := x.accounts[taker].watched
	for i := range fills {
		f := &fills[i]
		a := &x.accounts[f.Owner]
		if f.Gone {
			x.slots[a.base+uint32(f.Tag)] = 0
		}
		if f.Self {
			x.move(f.Owner, side.Opposite(), x.hold(side.Opposite(), f.Price, f.Left), ledger.Held, ledger.Free)
			if f.Gone {
				x.stats.SelfCancels++
			}
			continue
		}
		cash := x.cash(f.Price, f.Lots)
		paid := x.settleFill(taker, side, f, cash)
		r.Filled += f.Lots
		r.Cash += cash
		x.stats.Trades++
		x.stats.Fees += paid
		if a.watched {
			x.note(f.Owner, side.Opposite(), f, paid, true)
		}
		if watched {
			x.note(taker, side, f, fee(r.Cash, x.taker)-fee(r.Cash-cash, x.taker), false)
		}
	}
	if r.Filled == 0 {
		return r
	}
	r.Fee = fee(r.Cash, x.taker)
	x.pay(taker, ledger.Free, r.Fee)
	x.count(side, &r)
	return r
}

// settleFill posts both legs of one fill and the fee of the resting side, and
// returns that fee.
func (x *Exchange) settleFill(taker ledger.Owner, side book.Side, f *book.Fill, cash ledger.Amount) ledger.Amount {
	tokens := ledger.Amount(f.Lots) * x.p.Lot
	paid := fee(cash, x.maker)
	if side == book.Buy {
		x.post(ledger.Transfer{Reason: ledger.Trade, Asset: x.p.Quote, Amount: cash,
			From: taker, To: f.Owner, FromPocket: ledger.Free, ToPocket: ledger.Free})
		x.post(ledger.Transfer{Reason: ledger.Trade, Asset: x.p.Base, Amount: tokens,
			From: f.Owner, To: taker, FromPocket: ledger.Held, ToPocket: ledger.Free})
		x.pay(f.Owner, ledger.Free, paid)
		return paid
	}
	x.post(ledger.Transfer{Reason: ledger.Trade, Asset: x.p.Quote, Amount: cash,
		From: f.Owner, To: taker, FromPocket: ledger.Held, ToPocket: ledger.Free})
	x.post(ledger.Transfer{Reason: ledger.Trade, Asset: x.p.Base, Amount: tokens,
		From: taker, To: f.Owner, FromPocket: ledger.Free, ToPocket: ledger.Free})
	x.pay(f.Owner, ledger.Held, paid)
	spare := x.hold(book.Buy, f.Price, f.Lots) - cash - paid
	x.move(f.Owner, book.Buy, spare, ledger.Held, ledger.Free)
	return paid
}

// pay sends a trading fee to the venue.
func (x *Exchange) pay(o ledger.Owner, from ledger.Pocket, amount ledger.Amount) {
	if amount != 0 {
		x.post(ledger.Transfer{Reason: ledger.TradingFee, Asset: x.p.Quote, Amount: amount,
			From: o, To: ledger.Venue, FromPocket: from, ToPocket: ledger.Free})
	}
}

// move moves the asset that an order of this side spends between two pockets of
// its owner.
func (x *Exchange) move(o ledger.Owner, s book.Side, amount ledger.Amount, from, to ledger.Pocket) {
	if amount != 0 {
		x.post(ledger.Transfer{Reason: ledger.Move, Asset: x.asset(s), Amount: amount,
			From: o, To: o, FromPocket: from, ToPocket: to})
	}
}

// post applies a transfer. Because of the funding rules the ledger can refuse it
// only if a balance would overflow; Err reports the first such refusal.
func (x *Exchange) post(t ledger.Transfer) {
	if err := x.ledger.Post(t); err != nil && x.fault == nil {
		x.fault = err
	}
}
