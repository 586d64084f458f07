package market

import (
	"math/bits"

	"stakeout/market/book"
	"stakeout/market/ledger"
)

// Terms are conditions of an order beyond price and lots. The zero value is a
// plain order.
type Terms struct {
	book.Terms
	Self book.SelfTrade // policy when it meets an order of the same owner
}

// Enter is Submit with terms.
func (x *Exchange) Enter(o Order, t Terms) Result {
	at := x.at(o.Owner, o.Slot)
	if at == nil {
		return Result{Code: x.reject(BadSlot)}
	}
	b := book.Order{Owner: o.Owner, Tag: o.Slot, Side: o.Side, Kind: o.Kind, Price: o.Price,
		Lots: o.Lots, Expiry: o.Expiry, Self: t.Self}
	if code := x.testTerms(&b, &t.Terms); code != Accepted {
		return Result{Code: x.reject(code)}
	}
	freed := x.freed(*at, o.Side)
	funded := false
	if x.book.Waits(&b, &t.Terms) {
		funded = x.fundStop(&b, freed)
	} else {
		funded = x.fund(&b, freed)
	}
	if !funded {
		return Result{Code: x.reject(NoFunds)}
	}
	capStop(&b, &t.Terms)
	if *at != 0 {
		x.vacate(o.Owner, at, freed)
	}
	x.stats.Orders++
	id, fills := x.book.PlaceTerms(&b, &t.Terms, x.fills[:0])
	x.finish(&b, id, fills, at, freed, false)
	if x.book.Due() {
		x.fire()
	}
	return x.done
}

// testTerms adds checks to those of the book, for orders whose cost must be
// known.
func (x *Exchange) testTerms(b *book.Order, t *book.Terms) Code {
	switch code := x.book.TestTerms(b, t); {
	case code != book.Accepted:
		return Code(code)
	case b.Kind != book.Market:
		return Accepted
	case t.Trigger != 0 && b.Side == book.Buy && b.Price-1 >= x.p.MaxPrice-1:
		return BadPrice
	case x.book.Rules().Phase == book.Call && !x.book.Waits(b, t):
		return WrongPhase
	}
	return Accepted
}

// capStop limits the spending of a buy stop that becomes a market order to its
// hold.
func capStop(b *book.Order, t *book.Terms) {
	if t.Trigger == 0 || b.Kind != book.Market || b.Side != book.Buy {
		return
	}
	most := uint64(b.Price) * uint64(b.Lots)
	if b.Budget == 0 || most < b.Budget {
		b.Budget = most
	}
}

// stopHold is the amount that a stop ties up. It suffices under either fee.
func (x *Exchange) stopHold(s book.Side, price, lots uint32) ledger.Amount {
	if s == book.Sell {
		return ledger.Amount(lots) * x.p.Lot
	}
	return ledger.Amount(lots) * x.unitCost(price, max(x.maker, x.taker))
}

// held is the amount that an order ties up while it rests or waits.
func (x *Exchange) held(o *book.Open) ledger.Amount {
	if o.Stop {
		return x.stopHold(o.Side, o.Price, o.Lots)
	}
	return x.hold(o.Side, o.Price, o.Lots)
}

func (x *Exchange) heldBy(r *book.Resting) ledger.Amount {
	return x.held(&book.Open{Price: r.Price, Lots: r.Lots, Side: r.Side, Stop: r.Stop})
}

// fundStop reports whether free funds plus freed pay for a stop.
func (x *Exchange) fundStop(b *book.Order, freed ledger.Amount) bool {
	have := x.ledger.Balance(b.Owner, x.asset(b.Side), ledger.Free) + freed
	if b.Side == book.Sell {
		return uint64(b.Lots) <= uint64(have/x.p.Lot)
	}
	hi, need := bits.Mul64(uint64(b.Lots), uint64(x.unitCost(b.Price, max(x.maker, x.taker))))
	return hi == 0 && need <= uint64(have)
}

// fire executes the stops that are due. It restores the result of the command
// that made them due.
func (x *Exchange) fire() {
	done := x.done
	for {
		f, fills, ok := x.book.Fire(x.fills[:0])
		if !ok {
			break
		}
		o := &f.Order
		freed := x.stopHold(o.Side, o.Price, o.Lots)
		x.finish(o, f.ID, fills, x.at(o.Owner, o.Tag), freed, false)
		x.stats.Fired++
	}
	x.done = done
}
