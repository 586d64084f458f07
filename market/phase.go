package market

import (
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// Rules returns the present rules of the book: band, smallest order and phase.
func (x *Exchange) Rules() book.Rules { return x.book.Rules() }

// SetMinLots sets the smallest order that is accepted from now on.
func (x *Exchange) SetMinLots(lots uint32) { x.book.SetMinLots(lots) }

// SetBand sets the lowest and highest price of an order in ticks, removes the
// orders outside and returns their number. A high of 0 lifts the band.
func (x *Exchange) SetBand(low, high uint32) (removed int, code Code) {
	var c book.Reject
	x.removed, c = x.book.SetBand(low, high, x.removed[:0])
	if c != book.Accepted {
		return 0, x.reject(Code(c))
	}
	x.release(x.removed)
	return len(x.removed), Accepted
}

// SetPhase changes the phase of trading; see book.Book.SetPhase. It settles the
// trades of an opening auction. The result is valid until the next call.
func (x *Exchange) SetPhase(p book.Phase, reference uint32) (*book.Auction, Code) {
	if c := x.book.SetPhase(p, reference, &x.auction); c != book.Accepted {
		return &x.auction, x.reject(Code(c))
	}
	for i := range x.auction.Matches {
		x.settleMatch(&x.auction.Matches[i], x.auction.Price)
	}
	x.release(x.auction.Dropped)
	if x.book.Due() {
		x.fire()
	}
	return &x.auction, Accepted
}

// settleMatch moves the money of one trade of an auction. Both sides have holds;
// the buyer's is for a price that is no lower, under the same fee.
func (x *Exchange) settleMatch(m *book.Match, price uint32) {
	cash := x.cash(price, m.Lots)
	paid := fee(cash, x.maker)
	buyer, seller := &m.Sides[book.Buy], &m.Sides[book.Sell]
	for s := range m.Sides {
		if p := &m.Sides[s]; p.Gone {
			*x.at(p.Owner, p.Tag) = 0
		}
	}
	x.post(ledger.Transfer{Reason: ledger.Trade, Asset: x.p.Quote, Amount: cash,
		From: buyer.Owner, To: seller.Owner, FromPocket: ledger.Held, ToPocket: ledger.Free})
	x.post(ledger.Transfer{Reason: ledger.Trade, Asset: x.p.Base, Amount: ledger.Amount(m.Lots) * x.p.Lot,
		From: seller.Owner, To: buyer.Owner, FromPocket: ledger.Held, ToPocket: ledger.Free})
	x.pay(buyer.Owner, ledger.Held, paid)
	x.pay(seller.Owner, ledger.Free, paid)
	spare := x.hold(book.Buy, buyer.Price, m.Lots) - cash - paid
	x.move(buyer.Owner, book.Buy, spare, ledger.Held, ledger.Free)
	x.stats.Trades++
	x.stats.Lots += uint64(m.Lots)
	x.stats.Called += uint64(m.Lots)
	x.stats.Cash += cash
	x.stats.Fees += 2 * paid
	for s := range m.Sides {
		if p := &m.Sides[s]; x.accounts[p.Owner].watched {
			x.note(p.Owner, book.Side(s), &book.Fill{Price: price, Lots: m.Lots}, paid, true)
		}
	}
}
