// Package book is a limit order book with price–time priority. It matches orders
// and does not handle money: prices are whole ticks, quantities are whole lots,
// and an owner is a number that identifies whose orders must not trade with each
// other.
//
// Every resting order stands in a first-in-first-out queue at its price. The best
// price trades first, and within a price the oldest order. The rules follow the
// usual continuous double auction (Smith, Farmer et al. 2003, section 2; Gould et
// al. 2013, "Limit order books", section 3).
//
// # Layout
//
// Four successive orders of one price share a cache line, a quad, which also
// holds what they have in common. Cancelling an order touches this line and the
// totals of its level; it touches the neighbouring lines only when the line
// becomes empty. The first order of an empty level takes half a line alone, a
// single. An empty line is used again at once. Under random cancels a live order
// takes about 34 bytes in a normal book, 20 in a deep one and 36 in a sparse one.
//
// Other layouts were measured and rejected. Quads alone take 57 bytes an order in
// a sparse book. Runs of two orders in 40 bytes straddle cache lines and make a
// deep book 40 to 70 % slower. Singles cost 1 to 5 % of time.
//
// Orders with an expiry take 12 more bytes each, in a table that the first of
// them creates. Levels live in pages of 16 prices, a page exists while one of its
// levels does, and CopyFrom copies only the price range that was ever touched.
// The book is never crossed, so all prices below the best ask are bids and one
// bitmap serves both sides.
//
// # Order ids
//
// An OrderID is the place of an order in memory. The book gives it to another
// order after this one is gone. The caller learns of every order that leaves:
// from a Fill with Gone set (traded out, or removed by self-trade prevention),
// from the lists that Expire, SetBand, CancelAll, Clear and SetPhase return, from
// Fire for a stop, or because it called Cancel or Amend itself. A caller that
// drops the id at these moments never uses the id of another order. An id that is
// not in use is refused with UnknownOrder.
//
// # Beyond plain orders
//
// Terms make an order a stop, an iceberg or one with a minimum quantity
// (terms.go, stop.go, iceberg.go). The venue can set a price band, a smallest
// order and a phase: continuous trading, a call auction or a halt (rules.go,
// auction.go). Plain orders in continuous trading pay nothing for these features.
//
// Assumption: self-trade prevention follows the incoming order's policy. By
// default it cancels the resting order ("cancel oldest") and the incoming order
// goes on. A call auction does not prevent self-trades.
package book

import (
	"math"

	"stakeout/market/ledger"
)

// Side is the side of an order.
type Side uint8

// The two sides.
const (
	Buy Side = iota
	Sell
)

// Opposite is the side that s trades with.
func (s Side) Opposite() Side { return s ^ 1 }

func (s Side) String() string {
	if s <= Sell {
		return [2]string{"buy", "sell"}[s]
	}
	return "unknown"
}

// Kind says what happens to the lots of an order that do not trade at once.
type Kind uint8

// The kinds of orders.
const (
	Limit             Kind = iota // trade within the price, rest with what is left
	PostOnly                      // rest without trading, or be refused
	ImmediateOrCancel             // trade within the price, drop what is left
	FillOrKill                    // trade all within the price, or be refused
	Market                        // trade at any price, drop what is left; Price is ignored
	Kinds
)

func (k Kind) String() string {
	if k < Kinds {
		return [Kinds]string{"limit", "post-only", "immediate-or-cancel", "fill-or-kill", "market"}[k]
	}
	return "unknown"
}

// Reject says why a command was refused. A refused command leaves the book
// unchanged. The numbers are stable. A command that breaks several rules gets the
// lowest number.
type Reject uint8

// The reject codes in the order in which they are checked.
const (
	Accepted      Reject = iota
	UnknownOrder         // Cancel or Amend: no order rests under this id
	BadSide              // neither Buy nor Sell
	BadKind              // not one of the kinds of orders
	BadPrice             // outside [1, maxPrice)
	BadLots              // zero
	BadExpiry            // not after the tick of the last Expire
	WouldCross           // PostOnly at or through the best opposite price
	NotFillable          // FillOrKill: too few lots to trade with within its price
	BadTerms             // terms or a self-trade policy that do not apply to this order
	WrongPhase           // this phase of trading does not take such orders
	TooSmall             // fewer lots than the rules allow
	OutsideBand          // the price is outside the band
	BelowMinimum         // fewer lots than the minimum quantity would trade at once
	TooManySlices        // it would trade with more than MaxSlices slices of icebergs
	Rejects
)

var rejectNames = [Rejects]string{"accepted", "unknown order", "bad side", "bad kind", "bad price",
	"bad lots", "bad expiry", "would cross", "not fillable", "bad terms", "wrong phase", "too small",
	"outside band", "below minimum", "too many slices"}

func (r Reject) String() string {
	if r < Rejects {
		return rejectNames[r]
	}
	return "unknown"
}

// OrderID names an order that rests or waits; 0 names none.
type OrderID uint32

// Order is a new order.
type Order struct {
	// The most that an ImmediateOrCancel or Market order may spend or receive, as
	// price × lots. The order ends before a resting order of which it cannot take
	// one lot. 0 is no limit.
	Budget uint64
	Owner  ledger.Owner // orders of one owner do not trade with each other
	Price  uint32       // ticks, in [1, maxPrice)
	Lots   uint32       // at least 1
	Expiry uint32       // Expire removes the order at this tick; 0 is never
	Tag    uint16       // the client's name for the order, returned in fills
	Side   Side
	Kind   Kind
	Self   SelfTrade // policy when it meets an order of the same owner
}

// FillOf is one resting order that an incoming order met. If Self is set, both had
// the same owner: nothing traded, Lots is 0, and the policy of the incoming order
// decided what was removed.
type FillOf[L Lots] struct {
	Maker OrderID      // the resting order
	Owner ledger.Owner // its owner
	Price uint32       // ticks, the price of the resting order
	Lots  L            // traded
	// Lots that the resting order had left afterwards, hidden ones included. With
	// Self set: lots that were removed from it.
	Left L
	Tag  uint16 // the resting order's tag
	Gone bool   // the resting order left the book
	Self bool   // removed by self-trade prevention
}

// OpenOf is the state of a resting order.
type OpenOf[L Lots] struct {
	Price uint32
	Lots  L // hidden ones included
	Side  Side
	Stop  bool // the order waits for its trigger
}

const (
	pageBits = 4
	pageLen  = 1 << pageBits
	wordBits = 6 - pageBits // log2 of the pages that one word of the lowest bitmap layer covers
)

// BookOf is an order book. The zero value is not usable; see New.
type BookOf[L Lots] struct {
	quads       []quadOf[L]   // runs 0, 2, 4 and so on; run 0 is never used, so that 0 can mean none
	singles     []singleOf[L] // runs 1, 3, 5 and so on
	free        uint32        // first free quad, 0 when there is none
	freeSingles uint32        // first free single, 0 when there is none
	live        int           // orders in the book, waiting ones included
	icebergs    int           // orders among them that hide lots
	sliced      uint64        // fills with icebergs since the last command, those of stops included

	best     [2]uint32 // by side; Buy: 0 when empty, Sell: noAsk when empty
	last     uint32    // price of the last trade, 0 before the first
	maxPrice uint32
	ruled    bool // rules is not the zero value: incoming orders take the longer check
	rules    Rules
	prices   bitmap
	page     []uint32 // page of price>>pageBits; 0: all 16 prices are empty
	levels   []level  // page 0 stays empty and stands for every absent page
	idle     []uint32 // pages that can be used again
	lo, hi   uint32   // range [lo, hi) of page that was touched since New

	expiry wheel
	stops  stopBook
	call   callOf[L]
}

const noAsk = ^uint32(0)

func newBook[L Lots](maxPrice uint32) *BookOf[L] {
	if maxPrice < 2 || maxPrice > MaxPrice {
		panic("book: maxPrice out of range")
	}
	pages := (maxPrice + pageLen - 1) / pageLen
	return &BookOf[L]{
		quads: make([]quadOf[L], 1),
		best:  [2]uint32{0, noAsk}, maxPrice: maxPrice,
		prices: newBitmap(maxPrice), page: make([]uint32, pages),
		levels: make([]level, pageLen), lo: pages,
	}
}

// Test returns the code that Submit would return, without changing anything.
func (b *BookOf[L]) Test(o *Order) Reject {
	code := b.valid(o)
	if code == Accepted && (o.Kind == PostOnly || o.Kind == FillOrKill) {
		code = b.fits(o)
	}
	if code == Accepted && (b.ruled || o.Self != CancelOldest) {
		code = b.allowed(o, &Terms{})
	}
	if code == Accepted && b.icebergs != 0 && b.overSliced(o, 0) {
		code = TooManySlices
	}
	return code
}

// valid checks an order without looking at the orders in the book.
func (b *BookOf[L]) valid(o *Order) Reject {
	switch {
	case o.Side > Sell:
		return BadSide
	case o.Kind >= Kinds:
		return BadKind
	case o.Kind != Market && o.Price-1 >= b.maxPrice-1:
		return BadPrice
	case o.Lots == 0:
		return BadLots
	case o.Expiry != 0 && o.Expiry <= b.expiry.now:
		return BadExpiry
	}
	return Accepted
}

// fits checks an order against the resting orders. Outside continuous trading
// nothing trades when an order arrives, so every order fits.
func (b *BookOf[L]) fits(o *Order) Reject {
	if b.rules.Phase != Continuous {
		return Accepted
	}
	if o.Kind == PostOnly && b.Crosses(o.Side, o.Price) {
		return WouldCross
	}
	if o.Kind == FillOrKill {
		if lots, _ := b.Available(*o); lots < L(o.Lots) {
			return NotFillable
		}
	}
	return Accepted
}

// Crosses reports whether an order at this price would meet the best opposite
// order, even if both have the same owner.
func (b *BookOf[L]) Crosses(s Side, price uint32) bool {
	if s == Buy {
		return price >= b.best[Sell]
	}
	return price <= b.best[Buy]
}

// Submit executes an order against the book and rests what its kind lets rest. It
// appends a Fill for every resting order that it met, best price and oldest
// first, and returns the id of the part that rests, 0 if none does. If the code
// is not Accepted, nothing has changed.
func (b *BookOf[L]) Submit(o Order, fills []FillOf[L]) (OrderID, []FillOf[L], Reject) {
	if code := b.Test(&o); code != Accepted {
		return 0, fills, code
	}
	id, fills := b.Place(&o, fills)
	return id, fills, Accepted
}

// SubmitLots is Submit with lots for which an order has no room; those of the order
// are ignored. It takes plain orders that may trade in part, in continuous trading.
func (b *BookOf[L]) SubmitLots(o Order, lots L, fills []FillOf[L]) (OrderID, []FillOf[L], Reject) {
	o.Lots = uint32(min(lots, math.MaxUint32))
	code := b.Test(&o)
	switch {
	case code != Accepted:
		return 0, fills, code
	case o.Kind == FillOrKill:
		return 0, fills, BadKind
	case b.rules.Phase != Continuous:
		return 0, fills, WrongPhase
	}
	id, fills := b.place(&o, lots, fills)
	return id, fills, Accepted
}

// Place is Submit without the checks. The caller must have got Accepted from
// Test, and since then it must not have changed the book except by cancelling
// orders.
func (b *BookOf[L]) Place(o *Order, fills []FillOf[L]) (OrderID, []FillOf[L]) {
	return b.place(o, L(o.Lots), fills)
}

func (b *BookOf[L]) place(o *Order, left L, fills []FillOf[L]) (OrderID, []FillOf[L]) {
	if b.rules.Phase != Continuous {
		return b.collect(o, left, 0), fills
	}
	if o.Kind == Market || b.Crosses(o.Side, o.Price) {
		left, fills = b.match(o, left, fills)
	}
	if left == 0 || o.Kind > PostOnly {
		return 0, fills
	}
	return b.rest(o, left), fills
}
