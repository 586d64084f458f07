package replay

import (
	"fmt"
	"strings"

	"stakeout/market/book"
)

// flow rebuilds a book from a record that names every order: Databento's market by order, and ITCH. What a message
// says is checked against the book as far as the record has shown all of it.
type flow struct {
	sum      *Summary
	r        *rebuilt
	types    tally
	turns    [outOfTurn + 1]int
	out      *rows // nil when the rebuilt book is not asked for
	src      *source
	decimals int    // digits after the point of a price
	currency string // of a price
	tick     int64  // the first tick
	complete bool   // the record began with an empty book or a full one

	unknown, far, swept, apart, passed int // counts of Summary.Unmatched
}

// starts makes the book around the first price.
func (f *flow) starts(price int64) {
	f.r = newRebuilt(around(f.tick, max(price, f.tick)))
}

// said counts a message, and is called before it is carried out.
func (f *flow) said(kind string, price int64) {
	f.types.add(kind)
	f.sum.Events++
	if f.r == nil || f.r.peak == 0 && price > 0 { // The first order shows where prices are.
		f.starts(price)
	}
	f.r.event = f.sum.Events
}

// doubtful notes a message that disagrees with the book. It is a contradiction if the book is complete; otherwise the
// cause can be an order that the book lacks.
func (f *flow) doubtful(format string, args ...any) {
	if f.complete {
		f.sum.contradict(f.src.line, format, args...)
		return
	}
	f.unknown++
}

// known is the state of an order, which a message names.
func (f *flow) known(id ref) (tick uint32, side book.Side, lots uint64, ok bool) {
	if tick, side, lots, ok = f.r.state(id); !ok {
		f.doubtful("order %d does not rest", id[1])
	}
	return tick, side, lots, ok
}

// add rests an order.
func (f *flow) add(id ref, side book.Side, price int64, lots uint64) {
	if _, _, left, ok := f.r.state(id); ok {
		f.sum.contradict(f.src.line, "order %d is added although it rests", id[1])
		f.r.reduce(id, left)
	}
	tick := f.r.tickOf(price)
	if tick == 0 || !f.r.room(tick, lots) {
		f.far++
		return
	}
	f.swept += f.r.place(id, side, tick, lots)
}

// cut takes lots off an order, which keeps its place.
func (f *flow) cut(id ref, lots uint64) {
	_, _, left, ok := f.known(id)
	if !ok {
		return
	}
	if lots > left {
		f.doubtful("cancellation of %d lots of order %d, which has %d", lots, id[1], left)
	}
	f.r.reduce(id, min(lots, left))
}

// drop removes an order.
func (f *flow) drop(id ref) {
	if _, _, left, ok := f.known(id); ok {
		f.r.reduce(id, left)
	}
}

// trade executes lots of an order, and returns how many it had.
func (f *flow) trade(id ref, lots uint64) uint64 {
	_, _, left, ok := f.known(id)
	if !ok {
		return 0
	}
	if lots > left {
		f.doubtful("execution of %d lots of order %d, which has %d", lots, id[1], left)
	}
	t := f.r.execute(id, min(lots, left))
	if t == outOfTurn && !f.complete {
		t = behindUnknown
	}
	f.turns[t]++
	return min(lots, left)
}

// change gives an order another price or other lots. It keeps its place only if it shrinks at its price.
func (f *flow) change(id ref, side book.Side, price int64, lots uint64) {
	tick := f.r.tickOf(price)
	at, was, left, ok := f.r.state(id)
	if !ok {
		f.doubtful("order %d changes, and does not rest", id[1])
		f.add(id, side, price, lots)
		return
	}
	if tick == at && was == side && lots <= left {
		f.r.reduce(id, left-lots)
		return
	}
	f.r.reduce(id, left)
	f.add(id, side, price, lots)
}

// wrote writes the book after a message.
func (f *flow) wrote() error {
	if f.r == nil || f.src.faults.any() {
		return nil
	}
	return f.out.write(f.r, f.src)
}

// price prints a price of the file.
func (f *flow) price(price int64) string {
	return strings.TrimSpace(decimalText(price, f.decimals) + " " + f.currency)
}

// summarise turns the counts into the summary.
func (f *flow) summarise(notes ...string) *Summary {
	s := f.sum
	if f.r == nil {
		f.starts(f.tick)
	}
	s.ByType = f.types.counts()
	s.Unmatched = []Count{{"unknown orders", f.unknown,
		"messages at odds with the book, which lacks the orders placed before the start"}}
	for _, c := range []Count{
		{"swept away", f.swept, "orders that were in the way of one that rests, as in a call auction"},
		{"apart from the queue", f.apart, "executions at another price than the order's, as in a cross"},
		{"beyond the book", f.far,
			"orders at prices that the 2^24 ticks of the book do not reach, or more lots at a price than 63 bits hold"},
		{"other instruments", f.passed, "messages about instruments that were not asked for"},
	} {
		if c.N > 0 {
			s.Unmatched = append(s.Unmatched, c)
		}
	}
	s.Turns = turnCounts(f.turns[:])
	s.PeakOrders, s.Tick = f.r.peak, f.price(f.r.grid.tick)
	for _, n := range notes {
		if n != "" {
			s.Notes = append(s.Notes, n)
		}
	}
	return s
}

// symbol is a note of the instrument that was rebuilt.
func symbol(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf("Instrument: %s.", name)
}
