package replay

import (
	"fmt"
)

// lobster replays a message file of LOBSTER, with or without its orderbook file.
type lobster struct {
	sum      *Summary
	r        *rebuilt
	rows     *comparison        // nil without an orderbook file
	byKind   [kinds]int         // messages
	byReason [reasons]int       // rows that differ
	turns    [outOfTurn + 1]int // executions of known orders
	unknown  int                // messages about orders that the book does not hold
	swept    int                // orders that must have gone unseen
	far      int                // messages at prices outside of the window
	earlier  int                // messages with a time before the last one
	last     int64              // time of the last message
	halted   bool
	out      *rows // of the rebuilt book, nil when it is not asked for
}

// dollarDecimals are the digits after the point of a price in dollars.
const dollarDecimals = 4

// cent is the tick at which US shares of a dollar and more are quoted (SEC rule
// 612), in the unit of the files.
const cent = 100

// replayLobster replays a message file next to its orderbook file, which has one
// row a message.
func replayLobster(o Options, messages, states *source, out *rows) (*Summary, error) {
	l := &lobster{sum: &Summary{Format: "lobster", Messages: o.Messages, Book: o.Book}, r: newRebuilt(around(cent, cent)),
		out: out}
	out.unit(dollarDecimals, 0)
	if err := l.pairs(messages, states, o.Levels); err != nil {
		return nil, err
	}
	l.summarise()
	return l.sum, nil
}

// pairs reads both files side by side, applies each message and compares the book
// with its row. After the first problem it only reads on, to find further problems.
func (l *lobster) pairs(messages, states *source, levels int) error {
	found := messages.faults
	var w row
	width := 0
	for !found.full() {
		ok, err := messages.next(longestRow)
		if err != nil {
			return err
		}
		more := false
		if states != nil {
			if more, err = states.next(longestRow); err != nil {
				return err
			}
		}
		if !ok {
			l.finish(messages, states, more)
			return nil
		}
		l.r.event++
		m, ok := messages.message()
		if states != nil && !more {
			if !found.any() {
				states.line++
				states.fault(0, "file", "the end of the file",
					fmt.Sprintf("a row for each message, as for line %d of %s", messages.line, messages.name))
			}
			states = nil
		}
		if states != nil && width == 0 {
			if width = states.levelsOf(); width > 0 {
				l.compareAt(states, width, levels)
			}
		}
		if states != nil && width > 0 {
			ok = states.row(width, &w) && ok
		}
		if !ok || found.any() {
			continue
		}
		l.apply(&m, messages.line)
		if states != nil {
			l.compare(&w, &m, messages.line)
		}
		if err := l.out.write(l.r, messages); err != nil {
			return err
		}
	}
	return nil
}

// compareAt sets up the comparison with the first levels of each row: all width
// levels of the file for levels 0. More levels than the file has are a problem.
func (l *lobster) compareAt(states *source, width, levels int) {
	switch {
	case levels > width:
		states.fault(1, "line", fmt.Sprintf("%d levels", width), fmt.Sprintf("at least the %d levels asked for", levels))
	case levels > 0:
		width = levels
	}
	l.sum.Levels = width
	l.rows = newComparison(l.r, width)
}

// finish notes a row without a message, and a file without any message.
func (l *lobster) finish(messages, states *source, more bool) {
	switch {
	case more && !messages.faults.any():
		states.fault(0, "line", "a row", "the end of the file, since the messages are at their end")
	case l.r.event == 0 && !messages.faults.any():
		messages.line = 1
		messages.fault(0, "file", "no message", "at least one line: time, type, order id, size, price, direction")
	}
}

// apply carries out a message in the book.
func (l *lobster) apply(m *message, line int) {
	l.byKind[m.kind]++
	if m.time < l.last {
		l.earlier++
	}
	l.last = m.time
	switch m.kind {
	case halt:
		l.halted = m.price != 1
	case execution, hiddenExecution:
		l.halted = false // A trade shows that trading goes on, even without a message that says so.
	}
	if m.kind > execution {
		return
	}
	tick := l.r.tickOf(m.price)
	if tick == 0 {
		l.far++
		return
	}
	if m.kind == execution && l.rows == nil {
		l.swept += l.r.clearBetter(m.side, tick)
	}
	at, side, left, known := l.r.state(m.ref())
	switch {
	case m.kind == submission && known:
		l.sum.contradict(line, "order %d is submitted although it rests", m.id)
	case m.kind == submission:
		l.submit(m, tick)
	case !known:
		l.unnamed(m, tick)
	case at != tick || side != m.side:
		l.sum.contradict(line, "order %d rests at %s to %s, not at %s to %s",
			m.id, dollars(l.r.grid.price(at)), side, dollars(m.price), m.side)
	default:
		l.named(m, left, line)
	}
}

// submit rests a new order. Orders may cross while trading is halted, but the book
// cannot hold crossing orders. It leaves them out, and the rows after the halt
// correct it.
func (l *lobster) submit(m *message, tick uint32) {
	if l.halted && l.r.book.Crosses(m.side, tick) {
		return
	}
	l.swept += l.r.place(m.ref(), m.side, tick, m.size)
}

// named carries out a message about an order that the book holds.
func (l *lobster) named(m *message, left uint64, line int) {
	size := m.size
	if size > left {
		l.sum.contradict(line, "%s of %d shares of order %d, which has %d", kindNames[m.kind], size, m.id, left)
		size = left
	}
	switch m.kind {
	case partialCancellation:
		l.r.reduce(m.ref(), size)
	case deletion:
		l.remove(m, left, line)
	case execution:
		t := l.r.execute(m.ref(), size)
		// Older orders may have gone unseen when no row has shown the book.
		if t == outOfTurn && (l.rows == nil || l.rows.sight == blind) {
			t = behindUnknown
		}
		l.turns[t]++
	}
}

// remove deletes an order. An order that was out of sight may have shrunk unseen.
// The book's surplus then belongs to other orders that arrived unseen, because the
// lots at the price were set to the row.
func (l *lobster) remove(m *message, left uint64, line int) {
	at, side, _, _ := l.r.state(m.ref())
	doubtful := l.rows == nil || l.r.orders[m.ref()].placed < l.r.shownSince(side, at)
	l.r.reduce(m.ref(), left)
	switch {
	case m.size >= left:
	case !doubtful:
		l.sum.contradict(line, "deletion of %d shares of order %d, which has %d", m.size, m.id, left)
	case l.rows != nil:
		l.r.place(unnamed(side, at), side, at, left-m.size)
	}
}

// unnamed carries out a message about an order that was placed before the start or
// out of sight: it takes from the unnamed lots at the price. With too few unnamed
// lots, the orders that the book has there must be wrong, so all become unnamed.
func (l *lobster) unnamed(m *message, tick uint32) {
	l.unknown++
	id := unnamed(m.side, tick)
	_, _, left, _ := l.r.state(id)
	// Without rows the lots at a price need not be complete, so the orders that the file names stay as they are.
	if have := l.r.lotsAt(m.side, tick); l.rows != nil && left < m.size && have >= m.size {
		l.r.empty(m.side, tick, have)
		l.r.place(id, m.side, tick, have)
		left = have
	}
	size := min(left, m.size)
	if size == 0 {
		return
	}
	if m.kind == execution {
		l.r.execute(id, size)
	} else {
		l.r.reduce(id, size)
	}
}

// compare compares the book with the row after a message, and counts the row under
// the last reason of its differences. The first row only seeds the book.
func (l *lobster) compare(w *row, m *message, line int) {
	for side := range w {
		w[side] = w[side][:min(len(w[side]), l.rows.levels)]
	}
	excuse := initial
	switch {
	case m.kind == cross:
		excuse = crossed
	case m.kind == halt, l.halted:
		excuse = halted
	}
	first := l.r.event == 1
	diffs := l.rows.row(w, excuse)
	if first {
		return
	}
	l.sum.Compared++
	if len(diffs) == 0 {
		l.sum.Exact++
		return
	}
	why := initial
	for i := range diffs {
		why = max(why, diffs[i].why)
	}
	l.byReason[why]++
	l.sum.Differences += len(diffs)
	if l.sum.First == nil {
		l.sum.First = l.describe(diffs[0], line)
	}
	for _, d := range diffs {
		if d.why == wrong && l.sum.FirstWrong == nil {
			l.sum.FirstWrong = l.describe(d, line)
		}
	}
}

func (l *lobster) describe(d difference, line int) *Difference {
	return &Difference{Event: l.r.event, Line: line, Side: d.side.String(), Price: dollars(l.r.grid.price(d.tick)),
		Book: fmt.Sprint(d.mine), File: fmt.Sprint(d.file), Reason: reasonNames[d.why]}
}

// dollars prints a price of a file.
func dollars(price int64) string { return fmt.Sprintf("%d.%04d USD", price/10_000, price%10_000) }

// summarise turns the counts into the summary.
func (l *lobster) summarise() {
	s := l.sum
	s.Events = l.r.event
	for k := submission; k < kinds; k++ {
		s.ByType = append(s.ByType, Count{Name: fmt.Sprintf("%d %s", k, kindNames[k]), N: l.byKind[k]})
	}
	if l.rows != nil {
		for w := initial; w < wrong; w++ {
			s.Reasons = append(s.Reasons, Count{reasonNames[w], l.byReason[w], reasonDocs[w]})
		}
		s.Wrong = l.byReason[wrong]
	}
	s.Unmatched = []Count{{"unknown orders", l.unknown, "messages about orders placed before the start or " +
		"out of sight; they take from the unnamed lots at their price"}}
	for _, c := range []Count{
		{"swept away", l.swept, "orders that must have gone unseen, since a submission did not trade with them or " +
			"an execution was at a worse price"},
		{"beyond the price window", l.far, "messages at prices that the 2^24 ticks of the book do not reach"},
		{"back in time", l.earlier, "messages with a time before that of the message above"},
	} {
		if c.N > 0 {
			s.Unmatched = append(s.Unmatched, c)
		}
	}
	s.rate()
	s.Turns = turnCounts(l.turns[:])
	s.PeakOrders, s.Tick = l.r.peak, dollars(l.r.grid.tick)
	s.Notes = append(s.Notes, fmt.Sprintf("%d hidden executions (type 5) were not in the visible book "+
		"and left it as it was.", l.byKind[hiddenExecution]))
}

// turnCounts lists the executions of known orders by what stood before them in the
// queue.
func turnCounts(n []int) []Count {
	return []Count{
		{"executed in turn", n[inTurn],
			"the book's matching met the order that the file names, at the head of the best price"},
		{"behind unknown lots", n[behindUnknown], "older lots at its price were never named, or were out of sight"},
		{"out of turn", n[outOfTurn], "an older order at its price or a better price was passed over"},
	}
}
