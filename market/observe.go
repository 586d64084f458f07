package market

import (
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// Quote is the top of the book.
type Quote struct {
	BidLots, AskLots          uint64
	Bid, Ask                  uint32 // best prices, ticks
	Last                      uint32 // price of the last trade, ticks
	HasBid, HasAsk, HasTraded bool   // false: the number above has no meaning
}

// Quote returns the top of the book in constant time.
func (x *Exchange) Quote() (q Quote) {
	q.Bid, q.BidLots, q.HasBid = x.book.Best(book.Buy)
	q.Ask, q.AskLots, q.HasAsk = x.book.Best(book.Sell)
	q.Last = x.book.Last()
	q.HasTraded = q.Last != 0
	return q
}

// Top returns the best prices in ticks, 0 for an empty side; the lots traded
// since the start; and the lots that takers bought less those that they sold.
func (x *Exchange) Top() (bid, ask uint32, lots uint64, taken int64) {
	bid, ask = x.book.Top()
	return bid, ask, x.stats.Lots, x.stats.TakerLots
}

// Open returns the order that rests or waits in a slot; ok is false if there is
// none.
func (x *Exchange) Open(o ledger.Owner, slot uint16) (price, lots uint32, side book.Side, ok bool) {
	at := x.at(o, slot)
	if at == nil || *at == 0 {
		return 0, 0, 0, false
	}
	is, ok := x.book.Get(*at)
	return is.Price, is.Lots, is.Side, ok
}

// Warm reads the first slot of an owner, so that it is in the cache when it is
// needed. The result has no meaning; using it keeps the read from being optimised
// away.
func (x *Exchange) Warm(o ledger.Owner) uint64 {
	if at := x.at(o, 0); at != nil {
		return uint64(*at)
	}
	return 0
}

// Depth returns the lots resting on a side at the limit price (ticks) or better.
func (x *Exchange) Depth(s book.Side, limit uint32) uint64 { return x.book.Depth(s, limit) }

// Walk returns what a market order of this side and size would trade now: lots,
// and the sum of price in ticks × lots. The sum times TickSize is cash without
// the fee.
func (x *Exchange) Walk(taker book.Side, lots uint64) (filled, notional uint64) {
	return x.book.Walk(taker, lots)
}

// Levels appends the best n price levels of a side, best first.
func (x *Exchange) Levels(s book.Side, n int, out []book.Level) []book.Level {
	return x.book.Levels(s, n, out)
}

// Live is the number of resting orders.
func (x *Exchange) Live() int { return x.book.Live() }

// Stats are counters since the exchange opened.
type Stats struct {
	Trades      uint64        // fills
	Lots        uint64        // traded
	Cash        ledger.Amount // traded, quote micro-units
	Fees        ledger.Amount // paid by both sides, quote micro-units
	TakerLots   int64         // lots bought less lots sold by incoming orders
	Orders      uint64        // accepted by Submit
	Cancels     uint64        // by Cancel and CancelAll
	Amends      uint64        // accepted
	Expired     uint64        // orders removed by Expire
	SelfCancels uint64        // orders removed by self-trade prevention
	Rejected    uint64        // commands not accepted
	Fired       uint64        // stops executed
	Called      uint64        // part of Lots that traded in call auctions, in which there is no taker
}

// Stats returns the counters.
func (x *Exchange) Stats() Stats { return x.stats }

func (x *Exchange) count(taker book.Side, r *Result) {
	x.stats.Lots += uint64(r.Filled)
	x.stats.Cash += r.Cash
	x.stats.Fees += r.Fee
	if taker == book.Buy {
		x.stats.TakerLots += int64(r.Filled)
	} else {
		x.stats.TakerLots -= int64(r.Filled)
	}
}

// Fill is an entry of the log of watched owners.
type Fill struct {
	Fee   ledger.Amount // paid by Owner on this fill, quote micro-units
	Tick  uint32
	Owner ledger.Owner
	Price uint32 // ticks
	Lots  uint32
	Side  book.Side // of Owner
	Maker bool      // Owner's order was resting
}

// Watch makes the log record the fills of an owner from now on. A trade between
// two watched owners has two entries, the maker's first. The fee of an incoming
// order is rounded once on its total, and each entry has its increment of that
// fee.
func (x *Exchange) Watch(o ledger.Owner) {
	x.Register(o, 0)
	x.accounts[o].watched = true
}

// Log returns the fills of watched owners since the last CutLog, oldest first.
// The slice is valid until the next command.
func (x *Exchange) Log() []Fill { return x.log }

// CutLog empties the log.
func (x *Exchange) CutLog() { x.log = x.log[:0] }

func (x *Exchange) note(o ledger.Owner, s book.Side, f *book.Fill, paid ledger.Amount, maker bool) {
	x.log = append(x.log, Fill{Fee: paid, Tick: x.tick, Owner: o, Price: f.Price, Lots: f.Lots, Side: s, Maker: maker})
}
