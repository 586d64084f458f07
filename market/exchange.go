// Package market is the exchange: it holds what an order may cost, matches it in
// the book, settles every fill on the ledger and takes the fees. It models a spot
// venue with price–time priority on which an owner can sell only what it has.
//
// # Money
//
// Prices are ticks and quantities lots, so price × lots × tick size is exact and
// settlement never rounds. Fees are millionths of the traded cash and round up.
// The resting side pays a fee for each fill, the incoming side one fee for the
// total that its order traded. Fees go to ledger.Venue.
//
// # Holds
//
// A resting sell order holds its lots. A resting buy order holds for each lot its
// price plus the resting side's fee, rounded up to a micro-unit. That is never
// less than its fills cost, and each fill releases the rest of its share.
//
// An order is refused if free funds do not cover it. A limit order needs all its
// lots at its own price and the resting side's fee, or the higher of the two fees
// if its price meets the opposite best, even if it then trades at better prices.
// A FillOrKill order needs the cost of the trades that it would make.
//
// A Market or ImmediateOrCancel order never rests and is cut to what free funds
// pay for, fee included: a buy ends at the first lot that it cannot pay at the
// next price, a sale at the lots that its owner has. It is refused only if free
// funds do not pay for one lot at one tick.
//
// A stop holds what it may cost when it fires: a sale its lots, a buy its lots at
// its price under the higher fee. So a buy stop that becomes a market order needs
// a price too, and spends at most its lots times that price. An iceberg holds for
// hidden lots as for visible ones. In a call auction both sides pay the resting
// side's fee. Market orders are refused then, because their cost is not known in
// advance.
//
// # Slots
//
// A client addresses an order by its slot, a small number that the client
// chooses. A new order in a slot that holds a live order replaces it: the old
// order is cancelled, and its hold is free for the new one. If the new order is
// refused, nothing changes and the old order stays. The exchange sees every
// removal from the book (fills, self-trade prevention, expiry) and empties the
// slot, so no stale order id survives.
//
// Assumption: no settlement delay, no margin and no short sale at the venue;
// borrowing is the task of the lending pool.
//
// Sources: Smith, Farmer et al. (2003) for the double auction; the fee schedule
// is typical of a retail crypto venue.
package market

import (
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// Code is the result of a command. The numbers are stable; up to BelowMinimum
// they are the numbers of book.Reject. Checks run in the order BadSlot, checks of
// the book, NoFunds, and the first that fails is reported. A command with another
// code than Accepted has changed nothing.
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
	Price  uint32 // ticks; ignored for book.Market
	Lots   uint32
	Expiry uint32 // Expire removes the order at this tick; 0 is never
	Slot   uint16 // below the number of slots that the owner registered
	Side   book.Side
	Kind   book.Kind
}

// Result describes what an order did when it arrived.
type Result struct {
	Cash   ledger.Amount // traded, without the fee, in quote micro-units
	Fee    ledger.Amount // paid on Cash, in quote micro-units
	Filled uint32        // lots traded
	Rested uint32        // lots that rest or wait now
	Code   Code
}

// account is the range of slots of an owner.
type account struct {
	base    uint32 // index in Exchange.slots of slot 0
	slots   uint32
	watched bool // fills go to the log
}

// Exchange is one trading pair on a ledger.
type Exchange struct {
	ledger *ledger.Ledger
	book   *book.Book
	p      Params
	maker  ledger.Amount // fee of the resting side in millionths of the cash
	taker  ledger.Amount // fee of the incoming side in millionths of the cash
	tick   uint32

	accounts []account // by owner
	slots    []book.OrderID
	fills    []book.Fill // of the order that is being executed
	done     Result      // of the last order
	removed  []book.Resting
	auction  book.Auction
	log      []Fill
	stats    Stats
	fault    error
}

// New returns an exchange without clients. It panics if Params.Validate refuses
// p.
func New(l *ledger.Ledger, p Params) *Exchange {
	if err := p.Validate(); err != nil {
		panic(err)
	}
	return &Exchange{ledger: l, book: book.New(p.MaxPrice), p: p,
		maker: millionths(p.MakerFeeBps), taker: millionths(p.TakerFeeBps)}
}

// Params returns the rules.
func (x *Exchange) Params() Params { return x.p }

// Register gives an owner the slots 0 to slots−1 (at most 65,536). An owner can
// register again for more slots; a smaller number changes nothing.
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

// at returns the place of the order in a slot, nil if the owner has no such slot.
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
// the code. It reads the order in place, because copying a record that has just
// been written would stall the processor.
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

// freed is the hold that the order with this id would release for a new order of
// side s, which replaces it; 0 if there is none or it is of the other side.
func (x *Exchange) freed(id book.OrderID, s book.Side) ledger.Amount {
	if was, _ := x.book.Get(id); id != 0 && was.Side == s {
		return x.held(&was)
	}
	return 0
}

// vacate cancels the order in a slot to make room for the next. If the next order
// can use its hold, the hold is left for finish to settle.
func (x *Exchange) vacate(o ledger.Owner, at *book.OrderID, freed ledger.Amount) {
	if freed != 0 {
		_, _ = x.book.Cancel(*at)
	} else {
		x.drop(o, at)
	}
}

// finish settles the fills of an order and holds what its resting part needs. The
// hold of the order that it replaces, freed, is still in place: if nothing
// traded, only the difference moves. plain says that everything that did not
// trade rests, so that the book need not be asked.
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
// price keep the place in the queue. Every other amendment is a new limit order
// with the old expiry, and it may trade. A stop keeps its trigger.
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

// Expire sets the tick and removes the orders that expire at it or earlier.
func (x *Exchange) Expire(tick uint32) {
	x.SetTick(tick)
	x.removed = x.book.Expire(tick, x.removed[:0])
	x.release(x.removed)
	x.stats.Expired += uint64(len(x.removed))
}

// release empties the slots of orders that the book has removed, and frees their
// holds.
func (x *Exchange) release(removed []book.Resting) {
	for i := range removed {
		r := &removed[i]
		*x.at(r.Owner, r.Tag) = 0
		x.move(r.Owner, r.Side, x.heldBy(r), ledger.Held, ledger.Free)
	}
}

// SetTick sets the tick that the log of fills carries; it expires nothing.
func (x *Exchange) SetTick(tick uint32) { x.tick = tick }
