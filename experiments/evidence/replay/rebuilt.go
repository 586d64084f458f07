package replay

import (
	"math"
	"slices"

	"stakeout/market/book"
	"stakeout/market/ledger"
)

// ref names an order of a file: a number, or the 128 bits of a UUID.
type ref [2]uint64

// unnamed stands for all lots at a price whose orders the file has not named.
func unnamed(side book.Side, tick uint32) ref {
	return ref{math.MaxUint64, uint64(tick)<<1 | uint64(side)}
}

func (r ref) unnamed() bool { return r[0] == math.MaxUint64 }

// Resting and incoming orders have different owners, because no owner trades with itself.
const (
	resting  ledger.Owner = 1
	incoming ledger.Owner = 2
)

// order is an order of the file in the book. The unnamed lots of a price rest as several
// parts that came one after the other.
type order struct {
	first  book.OrderID
	placed int // the event that placed it
}

// rebuilt is the book as the messages of a file make it. Only the book stores prices
// and lots; orders and names map the orders of the file to those of the book.
type rebuilt struct {
	book   *book.Wide
	grid   grid
	lot    uint64 // size of a lot in the smallest unit of the file
	orders map[ref]order
	more   map[ref][]book.OrderID // further parts of an order, which few have
	names  map[book.OrderID]ref   // by the book's id
	peak   int                    // most orders that rested at a time
	event  int                    // the current event, from 1
	// revealed is the event at which a price last came into sight, by side. Orders
	// placed there before that event may have gone or changed unseen.
	revealed [2]map[uint32]int
	floor    [2]int                // the same for prices that revealed does not name
	crowded  bool                  // the book reached mostOrders
	fills    []book.FillOf[uint64] // of the latest incoming order
	all      []book.RestingOf[uint64]
	queue    []queued
}

// queued is a part of an order that leaves its queue to be put back.
type queued struct {
	at     book.OrderID
	name   ref
	placed int
	lots   uint64
}

func newRebuilt(g grid) *rebuilt {
	return &rebuilt{book: book.NewWide(book.MaxPrice), grid: g, lot: 1, orders: map[ref]order{},
		more: map[ref][]book.OrderID{}, names: map[book.OrderID]ref{},
		revealed: [2]map[uint32]int{{}, {}}}
}

// tickOf returns the tick of a price, 0 for a price outside of the window. A price between two ticks
// first moves the book to a finer grid around the best price. The tick is 0 and the grid stays when
// the finer window would not reach the price.
func (r *rebuilt) tickOf(price int64) uint32 {
	tick, fits := r.grid.at(price)
	if fits {
		return tick
	}
	centre := price
	if best, _, ok := r.book.Best(book.Buy); ok {
		centre = r.grid.price(best)
	} else if best, _, ok = r.book.Best(book.Sell); ok {
		centre = r.grid.price(best)
	}
	fine := around(divisor(r.grid.tick, price), centre)
	if tick, _ = fine.at(price); tick != 0 {
		r.refit(fine, 1)
	}
	return tick
}

// lotsOf returns the lots of a size. A size that is no multiple of the lot first
// moves the book to smaller lots.
func (r *rebuilt) lotsOf(size uint64) uint64 {
	if size%r.lot != 0 {
		lot := uint64(divisor(int64(r.lot), int64(size)))
		split := r.lot / lot
		r.lot = lot
		r.refit(r.grid, split)
	}
	return size / r.lot
}

// refit rebuilds the book on another grid, with every lot split into split lots. It
// forgets orders outside of the new window.
func (r *rebuilt) refit(to grid, split uint64) {
	old, from, were := r.book, r.grid, r.orders
	r.grid = to
	r.book, r.orders = book.NewWide(book.MaxPrice), make(map[ref]order, len(r.orders))
	r.more = map[ref][]book.OrderID{}
	names := r.names
	r.names = map[book.OrderID]ref{}
	for side := range r.revealed {
		moved := make(map[uint32]int, len(r.revealed[side]))
		for tick, event := range r.revealed[side] {
			if to, _ := r.grid.at(from.price(tick)); to != 0 {
				moved[to] = event
			}
		}
		r.revealed[side] = moved
	}
	for _, side := range [...]book.Side{book.Buy, book.Sell} {
		r.all = old.Orders(side, r.all[:0])
		for _, o := range r.all {
			tick, _ := r.grid.at(from.price(o.Price))
			if tick == 0 {
				continue
			}
			id := names[o.ID]
			placed := were[id].placed
			if id.unnamed() {
				id = unnamed(side, tick)
			}
			r.put(id, side, tick, o.Lots*split, placed)
		}
	}
}

// state returns price, side and lots of an order of the file.
func (r *rebuilt) state(id ref) (tick uint32, side book.Side, lots uint64, ok bool) {
	o, ok := r.orders[id]
	if !ok {
		return 0, 0, 0, false
	}
	first, _ := r.book.Get(o.first)
	lots = first.Lots
	for _, part := range r.more[id] {
		next, _ := r.book.Get(part)
		lots += next.Lots
	}
	return first.Price, first.Side, lots, true
}

// place rests lots at the end of the queue of a price. The order did not trade on arrival, so opposite
// orders that it could trade with must have gone unseen: place first sweeps them away and returns
// their number.
func (r *rebuilt) place(id ref, side book.Side, tick uint32, lots uint64) (swept int) {
	for r.book.Crosses(side, tick) {
		swept += r.sweep(side, tick, math.MaxUint64)
	}
	at, _, _ := r.book.SubmitLots(book.Order{Owner: resting, Price: tick, Side: side, Kind: book.PostOnly}, lots, nil)
	r.join(id, at)
	r.peak = max(r.peak, r.book.Live())
	r.crowded = r.crowded || r.book.Live() > mostOrders
	return swept
}

// join makes an order of the book a part of an order of the file.
func (r *rebuilt) join(id ref, at book.OrderID) {
	r.names[at] = id
	if _, exists := r.orders[id]; exists {
		r.more[id] = append(r.more[id], at)
		return
	}
	r.orders[id] = order{first: at, placed: r.event}
}

// part removes an order of the book that is gone from its order of the file.
func (r *rebuilt) part(id ref, at book.OrderID) {
	o, more := r.orders[id], r.more[id]
	switch {
	case o.first != at:
		if i := slices.Index(more, at); i >= 0 {
			more = slices.Delete(more, i, i+1)
		}
	case len(more) == 0:
		delete(r.orders, id)
		return
	default:
		o.first, more = more[0], more[1:]
		r.orders[id] = o
	}
	if r.more[id] = more; len(more) == 0 {
		delete(r.more, id)
	}
}

// take submits an incoming order of a side with a limit, which never rests.
func (r *rebuilt) take(side book.Side, tick uint32, lots uint64) {
	o := book.Order{Owner: incoming, Price: tick, Side: side, Kind: book.ImmediateOrCancel}
	_, r.fills, _ = r.book.SubmitLots(o, lots, r.fills[:0])
}

// sweep takes lots, forgets the orders that this used up, and returns their number.
func (r *rebuilt) sweep(side book.Side, tick uint32, lots uint64) (gone int) {
	r.take(side, tick, lots)
	return r.forgetGone()
}

// clearBetter sweeps away orders at better prices than a trade. They must have gone unseen, or they
// would have traded first.
func (r *rebuilt) clearBetter(side book.Side, tick uint32) (swept int) {
	for {
		best, _, ok := r.book.Best(side)
		if !ok || !better(side, best, tick) {
			return swept
		}
		swept += r.sweep(side.Opposite(), best, math.MaxUint64)
	}
}

// reduce takes lots off an order that has at least as many. The order keeps its place.
func (r *rebuilt) reduce(id ref, lots uint64) {
	for lots > 0 {
		o := r.orders[id]
		last := o.first
		if n := len(r.more[id]); n > 0 {
			last = r.more[id][n-1]
		}
		is, _ := r.book.Get(last)
		if is.Lots > lots {
			r.book.Amend(last, is.Price, is.Lots-lots, nil)
			return
		}
		lots -= is.Lots
		r.book.Cancel(last)
		r.part(id, last)
	}
}

// turn says whether the order that a file names was the next to trade.
type turn uint8

const (
	inTurn        turn = iota // the head of the queue at the best price
	behindUnknown             // behind lots whose age or existence is not known
	outOfTurn                 // behind an older order at its price, or behind a better price
)

// execute trades lots of an order with an incoming order that the book matches. Orders that the book
// matches first, although the file does not name them, get their lots and their place back.
func (r *rebuilt) execute(id ref, lots uint64) turn {
	tick, side, _, _ := r.state(id)
	if best, _, _ := r.book.Best(side); best != tick {
		r.reduce(id, lots)
		return outOfTurn
	}
	t, missing, over := inTurn, lots, false
	r.take(side.Opposite(), tick, lots)
	for _, f := range r.fills {
		if name := r.names[f.Maker]; name != id {
			t, over = max(t, r.passedOver(name, tick, side)), true
		} else {
			missing -= f.Lots
		}
	}
	if over {
		r.giveBack(id, tick, side)
	} else {
		r.forgetGone()
	}
	r.reduce(id, missing)
	return t
}

// forgetGone forgets the orders that the latest incoming order has used up.
func (r *rebuilt) forgetGone() (gone int) {
	for _, f := range r.fills {
		if f.Gone {
			r.part(r.names[f.Maker], f.Maker)
			gone++
		}
	}
	return gone
}

// passedOver classifies a trade that passed over an order at the same price.
func (r *rebuilt) passedOver(id ref, tick uint32, side book.Side) turn {
	if id.unnamed() || r.orders[id].placed < r.shownSince(side, tick) {
		return behindUnknown
	}
	return outOfTurn
}

// giveBack undoes the trades of the latest incoming order with orders that the file
// does not name. It rebuilds the queue of the price in its old order.
func (r *rebuilt) giveBack(traded ref, tick uint32, side book.Side) {
	r.queue = r.queue[:0]
	kept := book.FillOf[uint64]{}
	for _, f := range r.fills {
		name := r.names[f.Maker]
		switch {
		case name == traded:
		case f.Gone:
			r.queue = append(r.queue, queued{f.Maker, name, r.orders[name].placed, f.Lots})
		default:
			kept = f // Only the last order that was matched can have lots left.
		}
	}
	r.all = r.book.Orders(side, r.all[:0])
	for _, o := range r.all {
		if o.Price != tick {
			break // The best price comes first.
		}
		if o.ID == kept.Maker {
			o.Lots += kept.Lots
		}
		name := r.names[o.ID]
		r.queue = append(r.queue, queued{o.ID, name, r.orders[name].placed, o.Lots})
		r.book.Cancel(o.ID)
	}
	for _, f := range r.fills {
		if f.Gone && r.names[f.Maker] == traded {
			r.part(traded, f.Maker)
		}
	}
	for _, q := range r.queue {
		r.part(q.name, q.at)
	}
	for _, q := range r.queue {
		r.put(q.name, side, tick, q.lots, q.placed)
	}
}

// put rests lots of an order and keeps the event that placed it.
func (r *rebuilt) put(id ref, side book.Side, tick uint32, lots uint64, placed int) {
	r.place(id, side, tick, lots)
	o := r.orders[id]
	o.placed = placed
	r.orders[id] = o
}

// clear takes every order out of the book.
func (r *rebuilt) clear() {
	for id, o := range r.orders {
		for _, part := range r.more[id] {
			r.book.Cancel(part)
		}
		r.book.Cancel(o.first)
		delete(r.orders, id)
	}
	clear(r.more)
}

// setLots sets the lots at a price to those of a file. Additional lots join the end of the queue as
// unnamed. With fewer lots the owners of the rest are unknown, so all become unnamed.
func (r *rebuilt) setLots(side book.Side, tick uint32, have, want uint64) {
	if have > want {
		r.empty(side, tick, have)
		have = 0
	}
	if want > have {
		r.place(unnamed(side, tick), side, tick, want-have)
	}
}

// empty takes all lots at a price out of the book. At the best price it trades them
// away, which spares a list of the whole side.
func (r *rebuilt) empty(side book.Side, tick uint32, have uint64) {
	if best, _, _ := r.book.Best(side); best == tick {
		r.sweep(side.Opposite(), tick, have)
		return
	}
	r.all = r.book.Orders(side, r.all[:0])
	for _, o := range r.all {
		if o.Price == tick {
			r.book.Cancel(o.ID)
			r.part(r.names[o.ID], o.ID)
		}
	}
}
