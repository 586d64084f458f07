// Package market is the exchange: it holds what an order may cost, matches it in
// the book, settles every fill on the ledger and takes the fees. It models a
// spot venue with price–time priority; nobody trades what it does not have.
//
// # Money
//
// Prices are ticks and quantities lots, so price × lots × tick size is exact and
// settlement never rounds. Fees are millionths of the traded cash and round up:
// the resting side pays once a fill, the incoming side once an order on all that
// it traded. They go to ledger.Venue.
//
// # Holds
//
// A resting sell order holds its lots. A resting buy order holds, for each lot,
// its price and the resting side's fee on it rounded up to a micro-unit, which is
// never less than what its fills will cost; each fill releases the rest of its
// share. A limit order must be able to pay for all its lots at its price and
// the resting side's fee, or the higher of the two fees when its price meets the
// opposite best, whatever it then trades at. A FillOrKill order must be able to
// pay what it would trade at. They are refused otherwise. A Market or ImmediateOrCancel order never
// rests and is cut to what
// free funds pay for, fee included: a buy stops at the lot that it cannot pay
// for at the next price, a sale at the lots it has; it is refused only when
// free funds do not pay for one lot at one tick.
//
// A stop holds what it may cost when it fires: a sale its lots, a buy its lots at
// its price under the higher fee. A buy that becomes a market order therefore
// states a price too, and trades for no more than its lots times that price. An
// iceberg holds for hidden lots as for those in sight. In a call auction both
// sides pay the resting side's fee, and market orders are not taken, since
// what they cost is not known before.
//
// # Slots
//
// A client addresses an order by its slot, a small number of its own. An order
// sent to a slot that holds a live order replaces it: the old order is
// cancelled, its hold counts as free for the new one, and a refused order changes
// nothing, so the old one stays. The exchange learns of every removal from the
// book (fills, self-trade prevention, expiry) and empties the slot, so no stale
// order id survives.
//
// Assumption: no settlement delay, no margin and no short sale at the venue;
// borrowing is the lending pool's business.
//
// Sources: Smith, Farmer et al. (2003) for the double auction; the fee schedule
// is that of a retail crypto venue.
package market

import (
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// Code says what became of a command. The numbers are stable. Up to BelowMinimum
// they are those of book.Reject. Checks run in the order BadSlot, then those of
// the book, then NoFunds, and the first that fails is reported; whatever is not
// Accepted has changed nothing.
type Code uint8

// The codes.
const (
	Accepted     = Code(book.Accepted)
	UnknownOrder = Code(book.UnknownOrder) // the slot is empty
	BadSide      = Code(book.BadSide)
	BadKind      = Code(book.BadKind)
	BadPrice     = Code(book.BadPrice)
	BadLots      = Code(book.BadLots)
	BadExpiry    = Code(book.BadExpiry)
	WouldCross   = Code(book.WouldCross)
	NotFillable  = Code(book.NotFillable)
	BadTerms     = Code(book.BadTerms)
	WrongPhase   = Code(book.WrongPhase)
	TooSmall     = Code(book.TooSmall)
	OutsideBand  = Code(book.OutsideBand)
	BelowMinimum = Code(book.BelowMinimum)
	BadSlot      = Code(32) // the owner has no such slot
	NoFunds      = Code(33) // free funds do not pay for the order
)

func (c Code) String() string {
	switch {
	case c < Code(book.Rejects):
		return book.Reject(c).String()
	case c == BadSlot:
		return "bad slot"
	case c == NoFunds:
		return "no funds"
	}
	return "unknown"
}

// Order is a command to trade.
type Order struct {
	Owner  ledger.Owner
	Price  uint32 // ticks; ignored by book.Market
	Lots   uint32
	Expiry uint32 // gone when the exchange expires this tick; 0 is never
	Slot   uint16 // below what the owner registered
	Side   book.Side
	Kind   book.Kind
}

// Result says what an order did at once.
type Result struct {
	Cash   ledger.Amount // traded, fee not included, quote micro-units
	Fee    ledger.Amount // paid on it
	Filled uint32        // lots traded
	Rested uint32        // lots that rest now
	Code   Code
}

// account says which slots an owner has.
type account struct {
	base    uint32 // its first place in Exchange.slots
	slots   uint32
	watched bool
}

// Exchange is one trading pair on a ledger.
type Exchange struct {
	ledger *ledger.Ledger
	book   *book.Book
	p      Params
	maker  ledger.Amount // fees in millionths
	taker  ledger.Amount
	tick   uint32

	accounts []account // by owner
	slots    []book.OrderID
	fills    []book.Fill // of the order at work
	done     Result      // of the last order
	removed  []book.Resting
	auction  book.Auction
	log      []Fill
	stats    Stats
	fault    error
}

// New returns an exchange without clients. It panics on rules that
// Params.Validate refuses.
func New(l *ledger.Ledger, p Params) *Exchange {
	if err := p.Validate(); err != nil {
		panic(err)
	}
	return &Exchange{ledger: l, book: book.New(p.MaxPrice), p: p,
		maker: millionths(p.MakerFeeBps), taker: millionths(p.TakerFeeBps)}
}

// Params returns the rules.
func (x *Exchange) Params() Params { return x.p }

// Register gives an owner the slots 0 to slots−1 (at most 65,536). An owner may
// register again to have more; it never loses any.
func (x *Exchange) Register(o ledger.Owner, slots int) {
	for int(o) >= len(x.accounts) {
		x.accounts = append(x.accounts, account{})
	}
	a := &x.accounts[o]
	slots = min(slots, 1<<16)
	if slots <= int(a.slots) {
		return
	}
	old := x.slots[a.base : a.base+a.slots]
	a.base, a.slots = uint32(len(x.slots)), uint32(slots)
	x.slots = append(x.slots, old...)
	x.slots = append(x.slots, make([]book.OrderID, slots-len(old))...)
}

// Slots is the number of slots of an owner.
func (x *Exchange) Slots(o ledger.Owner) int {
	if uint(o) >= uint(len(x.accounts)) {
		return 0
	}
	return int(x.accounts[o].slots)
}

// at returns the order in a slot; it is nil when the owner has no such slot.
func (x *Exchange) at(o ledger.Owner, slot uint16) *book.OrderID {
	if uint(o) >= uint(len(x.accounts)) || uint32(slot) >= x.accounts[o].slots {
		return nil
	}
	return &x.slots[x.accounts[o].base+uint32(slot)]
}

// Submit sends an order.
func (x *Exchange) Submit(o Order) Result {
	code := x.Execute(&o)
	r := x.done
	r.Code = code
	return r
}

// Execute is Submit for a caller that keeps its orders in a list and needs only
// the code: it reads the order in place, and a copy of a record just written
// would stall the processor.
func (x *Exchange) Execute(o *Order) Code {
	at := x.at(o.Owner, o.Slot)
	if at == nil {
		return x.reject(BadSlot)
	}
	b := book.Order{Owner: o.Owner, Tag: o.Slot, Side: o.Side, Kind: o.Kind, Price: o.Price,
		Lots: o.Lots, Expiry: o.Expiry}
	if code := x.book.Test(&b); code != book.Accepted {
		return x.reject(Code(code))
	}
	if b.Kind == book.Market && x.book.Rules().Phase == book.Call {
		return x.reject(WrongPhase)
	}
	var freed ledger.Amount
	if *at != 0 {
		freed = x.freed(*at, o.Side)
	}
	if !x.fund(&b, freed) {
		return x.reject(NoFunds)
	}
	if *at != 0 {
		x.vacate(o.Owner, at, freed)
	}
	x.stats.Orders++
	id, fills := x.book.Place(&b, x.fills[:0])
	x.finish(&b, id, fills, at, freed, true)
	if x.book.Due() {
		x.fire()
	}
	return Accepted
}

// freed is what cancelling the order that a new one of this side replaces would
// release for it; 0 when there is none.
func (x *Exchange) freed(id book.OrderID, s book.Side) ledger.Amount {
	if was, _ := x.book.Get(id); id != 0 && was.Side == s {
		return x.held(&was)
	}
	return 0
}

// vacate cancels the order in a slot to make room for the next. What it releases is
// left to finish when the next one can use it.
func (x *Exchange) vacate(o ledger.Owner, at *book.OrderID, freed ledger.Amount) {
	if freed != 0 {
		_, _ = x.book.Cancel(*at)
	} else {
		x.drop(o, at)
	}
}

// finish settles the fills of an order and holds what rests of it. What the
// order that it replaces held, freed, is still held: where nothing traded only
// the difference moves. Of a plain order all that did not trade rests.
func (x *Exchange) finish(b *book.Order, id book.OrderID, fills []book.Fill, at *book.OrderID, freed ledger.Amount,
	plain bool) {
	x.fills = fills
	*at = id
	x.done = Result{}
	if len(fills) > 0 {
		x.move(b.Owner, b.Side, freed, ledger.Held, ledger.Free)
		x.done = x.settle(b.Owner, b.Side, fills)
		freed = 0
	}
	var hold ledger.Amount
	switch {
	case id == 0:
	case plain:
		x.done.Rested = b.Lots - x.done.Filled
		hold = x.hold(b.Side, b.Price, x.done.Rested)
	default:
		open, _ := x.book.Get(id)
		x.done.Rested = open.Lots
		hold = x.held(&open)
	}
	if hold >= freed {
		x.move(b.Owner, b.Side, hold-freed, ledger.Free, ledger.Held)
	} else {
		x.move(b.Owner, b.Side, freed-hold, ledger.Held, ledger.Free)
	}
}

func (x *Exchange) reject(c Code) Code {
	x.stats.Rejected++
	x.done = Result{}
	return c
}

// Cancel takes the order in a slot out of the book.
func (x *Exchange) Cancel(o ledger.Owner, slot uint16) Code {
	at := x.at(o, slot)
	switch {
	case at == nil:
		return x.reject(BadSlot)
	case *at == 0:
		return x.reject(UnknownOrder)
	}
	x.drop(o, at)
	x.stats.Cancels++
	return Accepted
}

// CancelAll cancels all orders of an owner and returns how many there were.
func (x *Exchange) CancelAll(o ledger.Owner) int {
	n := 0
	for s := range x.Slots(o) {
		if at := x.at(o, uint16(s)); *at != 0 {
			x.drop(o, at)
			n++
		}
	}
	x.stats.Cancels += uint64(n)
	return n
}

// drop cancels the live order in a slot and releases its hold.
func (x *Exchange) drop(o ledger.Owner, at *book.OrderID) {
	was, _ := x.book.Cancel(*at)
	*at = 0
	x.move(o, was.Side, x.held(&was), ledger.Held, ledger.Free)
}

// Amend changes price and lots of the order in a slot. Fewer lots at the same
// price keep the place in the queue; anything else is a new limit order with the
// old expiry, and may trade. A stop keeps its trigger.
func (x *Exchange) Amend(o ledger.Owner, slot uint16, price, lots uint32) Result {
	at := x.at(o, slot)
	switch {
	case at == nil:
		return Result{Code: x.reject(BadSlot)}
	case *at == 0:
		return Result{Code: x.reject(UnknownOrder)}
	}
	was, _ := x.book.Get(*at)
	b := book.Order{Owner: o, Tag: slot, Side: was.Side, Price: price, Lots: lots}
	if code := x.book.TestAmend(*at, price, lots); code != book.Accepted {
		return Result{Code: x.reject(Code(code))}
	}
	freed := x.held(&was)
	if (was.Stop && !x.fundStop(&b, freed)) || (!was.Stop && !x.fund(&b, freed)) {
		return Result{Code: x.reject(NoFunds)}
	}
	x.stats.Amends++
	id, fills, _ := x.book.Amend(*at, price, lots, x.fills[:0])
	x.finish(&b, id, fills, at, freed, false)
	if x.book.Due() {
		x.fire()
	}
	return x.done
}

// Expire sets the tick and removes the orders that expire at it or before.
func (x *Exchange) Expire(tick uint32) {
	x.SetTick(tick)
	x.removed = x.book.Expire(tick, x.removed[:0])
	x.release(x.removed)
	x.stats.Expired += uint64(len(x.removed))
}

// release empties the slots of orders that the book has removed, and frees what
// they held.
func (x *Exchange) release(removed []book.Resting) {
	for i := range removed {
		r := &removed[i]
		*x.at(r.Owner, r.Tag) = 0
		x.move(r.Owner, r.Side, x.heldBy(r), ledger.Held, ledger.Free)
	}
}

// SetTick sets the tick that the log of fills carries; it expires nothing.
func (x *Exchange) SetTick(tick uint32) { x.tick = tick }
