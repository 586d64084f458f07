package replay

import (
	"fmt"
	"strconv"
	"strings"

	"stakeout/market/book"
)

// coinbase replays the channel full of a product of Coinbase Exchange.
type coinbase struct {
	sum     *Summary
	r       *rebuilt
	product string
	types   tally
	turns   [outOfTurn + 1]int

	seeded   bool       // a level 3 answer has named every order
	holed    bool       // messages were lost since then
	sequence uint64     // of the latest message
	states   *source    // file of level 3 answers, nil when there is none
	next     *feedEvent // the next level 3 answer of states

	filled map[ref]bool // orders that were matched in full and are not done yet
	out    *rows        // of the rebuilt book, nil when it is not asked for

	absent, early, repeated, lost, far int // counts of Summary.Unmatched
}

// listedGaps bounds the gaps that a summary lists.
const listedGaps = 10

// hundredth is the first tick, 0.01 of the quote currency in units of 1e-10; unit
// is the first lot, 1 of the base currency in units of 1e-8.
const (
	hundredth = 100_000_000
	unit      = 100_000_000
)

func replayCoinbase(o Options, messages, states *source, out *rows) (*Summary, error) {
	c := &coinbase{sum: &Summary{Format: "coinbase", Messages: o.Messages, Book: o.Book}, types: tally{}, states: states,
		filled: map[ref]bool{}, out: out}
	out.unit(priceDecimals, sizeDecimals)
	if err := c.lines(messages); err != nil {
		return nil, err
	}
	c.summarise()
	return c.sum, nil
}

// lines goes through the messages. It merges the level 3 answers of the second file
// by sequence number, up to the last message.
func (c *coinbase) lines(messages *source) error {
	if err := c.advance(); err != nil {
		return err
	}
	for !messages.faults.full() {
		ok, err := messages.next(longestLine)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		e, ok := messages.event()
		if !ok || !c.ours(messages, &e) || messages.faults.any() {
			continue
		}
		for c.next != nil && e.Sequence > c.next.Sequence && e.Type != "heartbeat" {
			c.state(c.next, c.states.line)
			if err := c.advance(); err != nil {
				return err
			}
		}
		c.line(&e, messages.line)
		if c.r == nil {
			continue
		}
		if err := c.out.write(c.r, messages); err != nil {
			return err
		}
	}
	for c.next != nil && c.next.Sequence <= c.sequence {
		c.state(c.next, c.states.line)
		if err := c.advance(); err != nil {
			return err
		}
	}
	if messages.line == 0 {
		messages.line = 1
		messages.fault(0, "file", "no message", "one JSON object a line")
	}
	return nil
}

// advance reads the next level 3 answer of the second file; next is nil at its end.
func (c *coinbase) advance() error {
	c.next = nil
	for c.states != nil && !c.states.faults.full() {
		ok, err := c.states.next(longestLine)
		if err != nil || !ok {
			return err
		}
		e, ok := c.states.event()
		switch {
		case !ok:
		case e.state == nil:
			c.states.fault(1, "line", "a message of type "+strconv.Quote(e.Type),
				"an answer of the level 3 book: sequence, bids, asks")
		default:
			c.next = &e
			return nil
		}
	}
	return nil
}

// ours reports whether a message has the product of the first one that names any.
// Another product is a problem, because one book can only hold one product.
func (c *coinbase) ours(s *source, e *feedEvent) bool {
	if e.Product == "" {
		return true
	}
	if c.product == "" {
		c.product = e.Product
	}
	if e.Product != c.product {
		s.fault(s.column("product_id"), "product_id", strconv.Quote(e.Product),
			strconv.Quote(c.product)+", the product of the messages above")
	}
	return e.Product == c.product
}

// line carries out a line of the messages. Types outside of the order flow, such as
// ticker and heartbeat, are only counted, as are messages with a passed sequence number.
func (c *coinbase) line(e *feedEvent, line int) {
	if e.state != nil {
		c.types.add("level 3 book")
		c.state(e, line)
		return
	}
	c.types.add(e.Type)
	c.sum.Events++
	switch e.Type {
	case "received", "open", "match", "done", "change", "activate":
	default:
		return
	}
	switch {
	case c.sequence != 0 && e.Sequence <= c.sequence:
		c.repeated++
		return
	case c.sequence != 0 && e.Sequence > c.sequence+1:
		c.gap(e.Sequence, line)
	}
	c.sequence = e.Sequence
	if c.r == nil {
		c.begin(e.price)
	}
	c.r.event++
	c.apply(e, line)
}

// begin makes the book around a price; price 0 stands for an unknown price.
func (c *coinbase) begin(price int64) {
	c.r = newRebuilt(around(hundredth, max(price, hundredth)))
	c.r.lot = unit
}

// gap notes that the messages between the last one and sequence are missing.
func (c *coinbase) gap(sequence uint64, line int) {
	c.holed = true
	if c.sum.GapCount++; len(c.sum.Gaps) < listedGaps {
		c.sum.Gaps = append(c.sum.Gaps, Gap{Line: line, First: c.sequence + 1, Last: sequence - 1})
	}
}

// complete reports whether the book must agree with every message: a level 3 answer
// has seeded it, and no message was lost since.
func (c *coinbase) complete() bool { return c.seeded && !c.holed }

// apply carries out a message in the book.
func (c *coinbase) apply(e *feedEvent, line int) {
	// A new grid or lot changes all ticks and lots, so both are settled before any is read.
	for _, price := range [...]int64{e.price, e.newPrice} {
		if price != 0 {
			c.r.tickOf(price)
		}
	}
	c.r.lotsOf(e.lots)
	c.r.lotsOf(e.old)
	e.lots, e.old = c.r.lotsOf(e.lots), c.r.lotsOf(e.old)
	at, side, left, known := c.r.state(e.id)
	switch {
	case e.Type == "open":
		c.open(e, known, line)
	case e.Type == "match" && known:
		c.match(e, at, side, left, line)
	case e.Type == "match":
		c.missing(e, line)
	case e.Type == "done" && known:
		if c.complete() && (e.hasLots && e.lots != left || e.Reason == "filled") {
			c.sum.contradict(line, "order %s is done (%s) with %s left, and rests with %s",
				e.Order, e.Reason, c.sizeText(e.lots), c.sizeText(left))
		}
		c.r.reduce(e.id, left)
	case e.Type == "change" && known:
		c.change(e, at, side, left, line)
	case e.Type == "done" && c.filled[e.id]:
		delete(c.filled, e.id)
		if e.lots > 0 {
			c.unexplained(line, "order %s is done with %s left, and was matched in full", e.Order, c.sizeText(e.lots))
		}
	case e.Type == "done", e.Type == "change":
		// Orders that trade on arrival or wait for a trigger never rest in the book.
		c.absent++
	}
}

// open rests an order. If it crosses an order of the other side, then either the
// message that removed that order was lost, or the feed is wrong.
func (c *coinbase) open(e *feedEvent, known bool, line int) {
	tick := c.r.tickOf(e.price)
	switch {
	case known:
		c.sum.contradict(line, "order %s opens although it rests", e.Order)
	case tick == 0, !c.r.room(tick, e.lots):
		c.far++
	default:
		if c.r.book.Crosses(e.side, tick) {
			c.unexplained(line, "order %s to %s at %s opens through the best price of the other side", e.Order, e.Side, e.Price)
		}
		delete(c.filled, e.id)
		c.r.place(e.id, e.side, tick, e.lots)
	}
}

// unexplained notes a message that disagrees with the book. It is a contradiction
// if the book is complete; otherwise the cause can be an order that the book lacks.
func (c *coinbase) unexplained(line int, format string, args ...any) {
	if c.complete() {
		c.sum.contradict(line, format, args...)
		return
	}
	c.lost++
}

// match trades an order that the book holds.
func (c *coinbase) match(e *feedEvent, at uint32, side book.Side, left uint64, line int) {
	lots := e.lots
	switch tick := c.r.tickOf(e.price); {
	case tick != at || side != e.side:
		c.unexplained(line, "order %s trades at %s to %s, and rests elsewhere", e.Maker, e.Price, e.Side)
	case lots > left:
		c.unexplained(line, "order %s trades %s, and has %s", e.Maker, e.Size, c.sizeText(left))
	}
	t := c.r.execute(e.id, min(lots, left))
	if lots >= left && len(c.filled) < mostOrders {
		c.filled[e.id] = true
	}
	if t == outOfTurn && !c.complete() {
		t = behindUnknown
	}
	c.turns[t]++
}

// missing notes a trade with an order that the book does not hold.
func (c *coinbase) missing(e *feedEvent, line int) {
	switch {
	case c.r.tickOf(e.price) == 0:
		c.far++
	case !c.seeded && !c.holed:
		c.early++
	default:
		c.unexplained(line, "order %s trades, and does not rest", e.Maker)
	}
}

// change gives an order another size or price. It keeps its place only if it shrinks
// at its price; otherwise it joins the end of the queue.
func (c *coinbase) change(e *feedEvent, at uint32, side book.Side, left uint64, line int) {
	if e.old != 0 && e.old != left {
		c.unexplained(line, "order %s changes from %s, and has %s", e.Order, e.OldSize, c.sizeText(left))
	}
	tick, lots := at, left
	if e.newPrice != 0 {
		tick = c.r.tickOf(e.newPrice)
	}
	if e.hasLots {
		lots = e.lots
	}
	switch {
	case tick == at && lots <= left:
		c.r.reduce(e.id, left-lots)
		return
	case tick == 0, !c.r.room(tick, lots):
		c.far++
		lots = 0
	}
	c.r.reduce(e.id, left)
	if lots > 0 {
		c.r.place(e.id, side, tick, lots)
	}
}

// sizeText prints lots as a size of the file, in the base currency.
func (c *coinbase) sizeText(lots uint64) string {
	return decimalText(int64(lots*c.r.lot), sizeDecimals)
}

// priceText prints a price as the file does, in the quote currency.
func priceText(price int64) string { return decimalText(price, priceDecimals) }

// decimalText prints n in units of 10^-places, without zeros at the end.
func decimalText(n int64, places int) string {
	digits := fmt.Sprintf("%0*d", places+1, n)
	whole, rest := digits[:len(digits)-places], strings.TrimRight(digits[len(digits)-places:], "0")
	if rest == "" {
		return whole
	}
	return whole + "." + rest
}

// summarise turns the counts into the summary.
func (c *coinbase) summarise() {
	s := c.sum
	if c.r == nil {
		c.begin(hundredth)
	}
	s.ByType = c.types.counts()
	s.Unmatched = []Count{
		{"never rested", c.absent, "changes and ends of orders that trade on arrival, wait for a trigger, " +
			"or were placed before the start"},
		{"before the start", c.early, "trades with orders placed before the start, which no level 3 book has named"},
		{"after lost messages", c.lost, "messages at odds with the book after a sequence gap or before a level 3 book"},
		{"repeated", c.repeated, "messages with a sequence number that has passed, " +
			"or that the level 3 book includes; left out"},
	}
	if c.far > 0 {
		s.Unmatched = append(s.Unmatched, Count{"beyond the book", c.far,
			"orders at prices that the 2^24 ticks of the book do not reach, or more lots at a price than 63 bits hold"})
	}
	s.rate()
	s.Turns = turnCounts(c.turns[:])
	s.PeakOrders, s.Tick = c.r.peak, strings.TrimSpace(priceText(c.r.grid.tick)+" "+quoteOf(c.product))
	s.Notes = append(s.Notes, "A lot of the book is "+c.sizeText(1)+".")
	if c.product != "" {
		s.Notes = append(s.Notes, "Product: "+c.product+".")
	}
}

// quoteOf is the quote currency of a product, USD for BTC-USD.
func quoteOf(product string) string {
	_, quote, _ := strings.Cut(product, "-")
	return quote
}
