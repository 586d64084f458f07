// Package book is a limit order book with price–time priority. It matches
// orders and knows no money: prices are whole ticks, quantities whole lots, and
// an owner is only a number that must not trade with itself.
//
// Every resting order sits in a first-in-first-out list at its price; the best
// price trades first, and within a price the oldest order. The rules follow the
// usual continuous double auction (Smith, Farmer et al. 2003, section 2; Gould
// et al. 2013, "Limit order books", section 3).
//
// # Layout
//
// Four successive orders of one price share a cache line, a quad, which also
// holds what they have in common; cancelling an order touches that line and the
// totals of its level, and its neighbours only when the line becomes empty. The
// first order of an empty level takes half a line alone, a single. So a live
// order takes about 34 bytes in a normal, 20 in a deep and 36 in a sparse book
// under random cancels, and an empty run is used again at once. Quads alone took 57
// in a sparse book; runs of two orders in 40 bytes straddle lines, so that a deep
// book then takes 40 to 70 % more time; singles cost 1 to 5 %. Orders with an
// expiry take 12 bytes a place more, in a table that the first of them makes.
// Levels live in pages of 16 prices, a page exists while one of its levels does,
// and CopyFrom copies only the price range that was ever touched. The levels are
// never crossed, so all prices below the best ask are bids and one bitmap serves
// both sides.
//
// # Order ids
//
// An OrderID is the place of a resting order and is used again after the order
// is gone. Nothing leaves the book silently: an order goes with a Fill that is
// marked Gone (traded out, or removed by self-trade prevention), among what
// Expire, SetBand, CancelAll, Clear or SetPhase removed, as a stop that Fire took
// out, or with the caller's own Cancel or Amend. A caller that forgets an id at
// these moments never holds a stale one. An id that is not in use is refused with
// UnknownOrder.
//
// # Beyond plain orders
//
// Terms make an order a stop, an iceberg or one with a minimum quantity (terms.go,
// stop.go, iceberg.go). Rules of the venue are a price band, a smallest size and the
// phase: continuous trading, a call auction, a halt (rules.go, auction.go). Who
// uses none of them pays for none of them.
//
// Assumption: self-trade prevention follows the incoming order's policy, which
// by default cancels the resting order ("cancel oldest") and lets the incoming one
// go on. A call auction does not prevent self-trades.
package book

import "stakeout/market/ledger"

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

// Kind says what an order does with the lots that do not trade at once.
type Kind uint8

// The kinds of orders.
const (
	Limit             Kind = iota // trade within the price, the rest rests
	PostOnly                      // rest without trading, or be refused
	ImmediateOrCancel             // trade within the price, drop the rest
	FillOrKill                    // trade all within the price, or be refused
	Market                        // trade at any price, drop the rest; Price is ignored
	Kinds
)

func (k Kind) String() string {
	if k < Kinds {
		return [Kinds]string{"limit", "post-only", "immediate-or-cancel", "fill-or-kill", "market"}[k]
	}
	return "unknown"
}

// Reject says why a command was refused; the book is unchanged then. The
// numbers are stable, and a command that breaks several rules gets the lowest.
type Reject uint8

// The reject codes in the order in which they are checked.
const (
	Accepted     Reject = iota
	UnknownOrder        // Cancel or Amend: no order rests under this id
	BadSide             // neither Buy nor Sell
	BadKind             // not one of the kinds
	BadPrice            // outside [1, maxPrice)
	BadLots             // zero
	BadExpiry           // not after the tick of the last Expire
	WouldCross          // PostOnly at or through the best opposite price
	NotFillable         // FillOrKill with too little to trade with within its price
	BadTerms            // terms or self-trade policy that mean nothing for this order
	WrongPhase          // not taken in this phase of trading
	TooSmall            // fewer lots than the rules allow
	OutsideBand         // a price outside the band
	BelowMinimum        // less than its minimum quantity would trade at once
	Rejects
)

var rejectNames = [Rejects]string{"accepted", "unknown order", "bad side", "bad kind", "bad price",
	"bad lots", "bad expiry", "would cross", "not fillable", "bad terms", "wrong phase", "too small",
	"outside band", "below minimum"}

func (r Reject) String() string {
	if r < Rejects {
		return rejectNames[r]
	}
	return "unknown"
}

// OrderID names a resting order; 0 is none.
type OrderID uint32

// Order is a new order.
type Order struct {
	// most price × lots that an ImmediateOrCancel or Market order trades for: it ends before an order
	// of which it cannot take one lot; 0 is no limit
	Budget uint64
	Owner  ledger.Owner // does not trade with itself
	Price  uint32       // ticks, in [1, maxPrice)
	Lots   uint32       // at least 1
	Expiry uint32       // the order goes when Expire reaches this tick; 0 is never
	Tag    uint16       // the client's own name for the order, handed back in fills
	Side   Side
	Kind   Kind
	Self   SelfTrade // what happens when it meets an order of its own owner
}

// Fill is one resting order met by an incoming one. When Self is set the two
// had one owner: nothing traded (Lots is 0) and what the incoming order's policy
// says was removed.
type Fill struct {
	Maker OrderID      // the resting order
	Owner ledger.Owner // its owner
	Price uint32       // ticks, the price of the resting order
	Lots  uint32       // traded
	// what the resting order had left afterwards, hidden lots included; with Self, what was removed of
	// it
	Left uint32
	Tag  uint16 // the resting order's tag
	Gone bool   // the resting order left the book
	Self bool   // removed by self-trade prevention
}

// Open is the state of a resting order.
type Open struct {
	Price, Lots uint32 // Lots includes hidden ones
	Side        Side
	Stop        bool // waits for its trigger
}

const (
	pageBits = 4
	pageLen  = 1 << pageBits
	wordBits = 6 - pageBits // pages of one word of the lowest bitmap layer
)

// Book is an order book. The zero value is not usable; see New.
type Book struct {
	quads       []quad   // runs 0, 2, 4 and so on; 0 is never used
	singles     []single // runs 1, 3, 5 and so on
	free        uint32   // first free quad
	freeSingles uint32
	live        int

	best     [2]uint32 // Buy: 0 when empty; Sell: noAsk when empty
	last     uint32    // price of the last trade, 0 before the first
	maxPrice uint32
	ruled    bool // some rule or phase is not the plain one
	rules    Rules
	prices   bitmap
	page     []uint32 // price>>6 to page, 0 is none
	levels   []level  // page 0 stays empty
	idle     []uint32 // free pages
	lo, hi   uint32   // [lo, hi) of page was touched since New

	expiry wheel
	stops  stopBook
	call   call
}

const noAsk = ^uint32(0)

// New returns an empty book for prices in [1, maxPrice). It panics when maxPrice
// is below 2 or above MaxPrice.
func New(maxPrice uint32) *Book {
	if maxPrice < 2 || maxPrice > MaxPrice {
		panic("book: maxPrice out of range")
	}
	pages := (maxPrice + pageLen - 1) / pageLen
	return &Book{
		quads: make([]quad, 1),
		best:  [2]uint32{0, noAsk}, maxPrice: maxPrice,
		prices: newBitmap(maxPrice), page: make([]uint32, pages),
		levels: make([]level, pageLen), lo: pages,
	}
}

// Test says what Submit would answer, without changing anything.
func (b *Book) Test(o *Order) Reject {
	code := b.valid(o)
	if code == Accepted && (o.Kind == PostOnly || o.Kind == FillOrKill) {
		code = b.fits(o)
	}
	if code == Accepted && (b.ruled || o.Self != CancelOldest) {
		code = b.allowed(o, &Terms{})
	}
	return code
}

// valid checks what can be said of an order without looking at others.
func (b *Book) valid(o *Order) Reject {
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

// fits checks an order against what rests, while there is trading.
func (b *Book) fits(o *Order) Reject {
	if b.rules.Phase != Continuous {
		return Accepted
	}
	if o.Kind == PostOnly && b.Crosses(o.Side, o.Price) {
		return WouldCross
	}
	if o.Kind == FillOrKill {
		if lots, _ := b.Available(*o); lots < o.Lots {
			return NotFillable
		}
	}
	return Accepted
}

// Crosses reports whether an order at this price would meet the opposite best,
// whoever owns it.
func (b *Book) Crosses(s Side, price uint32) bool {
	if s == Buy {
		return price >= b.best[Sell]
	}
	return price <= b.best[Buy]
}

// Submit executes an order against the book and rests what its kind lets rest.
// It appends a Fill for every resting order it met, best price and oldest first,
// and returns the id of the part that rests, 0 if none does. When the code is
// not Accepted nothing has changed.
func (b *Book) Submit(o Order, fills []Fill) (OrderID, []Fill, Reject) {
	if code := b.Test(&o); code != Accepted {
		return 0, fills, code
	}
	id, fills := b.Place(&o, fills)
	return id, fills, Accepted
}

// Place is Submit without its checks, for a caller that has just had Accepted
// from Test and has since at most cancelled orders.
func (b *Book) Place(o *Order, fills []Fill) (OrderID, []Fill) {
	if b.rules.Phase != Continuous {
		return b.collect(o, 0), fills
	}
	left := o.Lots
	if o.Kind == Market || b.Crosses(o.Side, o.Price) {
		left, fills = b.match(o, fills)
	}
	if left == 0 || o.Kind > PostOnly {
		return 0, fills
	}
	return b.rest(o, left), fills
}
