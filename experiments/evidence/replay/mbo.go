package replay

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"stakeout/market/book"
)

// mbo replays one instrument of a file of Databento's schema "market by order", from CSV or from DBN.
type mbo struct {
	flow
	asked      string // symbol or number of the instrument; empty for the only one
	instrument uint64 // of the first record that was taken
	publisher  uint64
	name       string // of the instrument
	// executed are the lots of orders that a fill has traded in the book already. The cancellation that follows a fill
	// takes the same lots.
	executed map[ref]uint64
}

// entry is a record of a file.
type entry struct {
	publisher, instrument, order uint64
	action, side                 byte
	price                        int64 // in units of 1e-9, noMBOPrice for none
	size                         uint64
	flags                        uint64
	symbol                       string
}

const (
	mboDecimals = 9
	noMBOPrice  = math.MaxInt64
	topOfBook   = 64         // the flag of a record that replaces the best level
	mboTick     = 10_000_000 // 0.01 of the currency; finer prices make it finer
	mostFilled  = 1 << 16    // orders in executed; a fill and its cancellation are next to each other
)

var mboActions = map[byte]string{'A': "A add", 'C': "C cancel", 'M': "M modify", 'R': "R clear", 'T': "T trade",
	'F': "F fill", 'N': "N none"}

func newMBO(o Options, messages *source, out *rows, format string) *mbo {
	out.unit(mboDecimals, 0)
	return &mbo{flow: flow{sum: &Summary{Format: format, Messages: o.Messages}, types: tally{}, out: out, src: messages,
		decimals: mboDecimals, tick: mboTick}, asked: o.Symbol, executed: map[ref]uint64{}}
}

// take carries out a record if it is about the instrument.
func (x *mbo) take(e *entry) error {
	number := strconv.FormatUint(e.instrument, 10)
	switch {
	case x.asked != "" && x.asked != number && x.asked != e.symbol:
		x.passed++
		return nil
	case x.sum.Events == 0:
		x.instrument, x.publisher, x.name = e.instrument, e.publisher, number
		if e.symbol != "" {
			x.name = e.symbol
		}
	case x.instrument != e.instrument && (x.asked == "" || x.asked != e.symbol):
		x.src.fault(0, "instrument_id", number+" besides "+x.name, "one instrument; choose one with --symbol")
	case x.publisher != e.publisher:
		x.src.fault(0, "publisher_id", fmt.Sprintf("%d besides %d", e.publisher, x.publisher), "the book of one venue")
	}
	if e.flags&topOfBook != 0 {
		x.src.fault(0, "flags", "a record that replaces the top of the book", "market by order")
	}
	if x.src.faults.any() {
		return nil
	}
	x.act(e)
	return x.wrote()
}

// act carries out a record.
func (x *mbo) act(e *entry) {
	side, sided := map[byte]book.Side{'B': book.Buy, 'A': book.Sell}[e.side]
	rests := e.action == 'A' || e.action == 'M'
	if rests && (!sided || e.price <= 0 || e.price == noMBOPrice || e.size == 0) {
		x.src.fault(0, mboActions[e.action], fmt.Sprintf("side %q, price %s, size %d", e.side,
			decimalText(max(e.price, 0), mboDecimals), e.size), "side A or B, a price and a size above 0")
		return
	}
	price := int64(0)
	if rests {
		price = e.price
	}
	x.said(mboActions[e.action], price)
	id := ref{0, e.order}
	switch e.action {
	case 'A':
		x.add(id, side, e.price, e.size)
	case 'M':
		delete(x.executed, id)
		x.change(id, side, e.price, e.size)
	case 'F':
		if len(x.executed) >= mostFilled {
			clear(x.executed)
		}
		if n := x.trade(id, e.size); n > 0 {
			x.executed[id] += n
		}
	case 'C':
		done := min(x.executed[id], e.size)
		if x.executed[id] -= done; x.executed[id] == 0 {
			delete(x.executed, id)
		}
		if e.size > done {
			x.cut(id, e.size-done)
		}
	case 'R':
		x.r.clear()
		clear(x.executed)
		x.complete = true
	}
}

// mboColumns are the columns that a file must have; it may have more, in any order.
var mboColumns = [...]string{"instrument_id", "action", "side", "price", "size", "order_id", "publisher_id", "flags",
	"symbol"}

// needed is how many of mboColumns a file must have.
const needed = 6

func isMBO(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	has := func(text string) bool { return bytes.Contains(line, []byte(text)) }
	return has("order_id") && has("action") && has(",")
}

func replayMBO(o Options, messages, _ *source, out *rows) (*Summary, error) {
	x := newMBO(o, messages, out, "mbo")
	var at [len(mboColumns)]int
	width := 0
	for !messages.faults.full() && !messages.ended {
		ok, err := messages.next(longestRow)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if width == 0 {
			if width = messages.header(&at); width == 0 {
				messages.alien("file of Databento's market by order")
				return nil, nil
			}
			continue
		}
		e, ok := messages.entry(&at, width)
		if !ok || messages.faults.any() {
			continue
		}
		if err := x.take(&e); err != nil {
			return nil, err
		}
	}
	return x.end(o.Symbol), nil
}

// end checks that there was something to rebuild.
func (x *mbo) end(asked string) *Summary {
	if x.sum.Events == 0 && !x.src.faults.any() {
		x.src.line = max(x.src.line, 1)
		x.src.fault(0, "file", "no record"+of(asked), "at least one")
	}
	return x.summarise(symbol(x.name))
}

// header finds the columns in the first line and returns their number, 0 after a problem. The place of a column that
// is missing is -1.
func (s *source) header(at *[len(mboColumns)]int) int {
	names := strings.Split(string(s.text), ",")
	for i, column := range mboColumns {
		at[i] = -1
		for k, name := range names {
			if strings.TrimSpace(name) == column {
				at[i] = k
			}
		}
		if at[i] < 0 && i < needed {
			s.fault(1, "line", "no column "+column, "a header with "+strings.Join(mboColumns[:needed], ", "))
			return 0
		}
	}
	return len(names)
}

// entry reads the current line, and returns false after a problem.
func (s *source) entry(at *[len(mboColumns)]int, width int) (e entry, ok bool) {
	if n := bytes.Count(s.text, []byte{','}) + 1; n != width {
		s.fault(1, "line", fmt.Sprintf("%d fields", n), fmt.Sprintf("%d as in the header", width))
		return e, false
	}
	c := s.columns()
	for k := range width {
		text, column := c.next()
		for i, place := range at {
			if place == k {
				c.field(&e, i, text, column)
			}
		}
	}
	return e, !c.bad
}

// field reads a field of an entry.
func (c *columns) field(e *entry, i int, text []byte, column int) {
	number := func(most uint64) uint64 {
		n, err := strconv.ParseUint(string(text), 10, 64)
		if err != nil || n > most {
			c.fault(column, mboColumns[i], text, fmt.Sprintf("a whole number from 0 to %d", most))
		}
		return n
	}
	switch mboColumns[i] {
	case "instrument_id":
		e.instrument = number(math.MaxUint32)
	case "publisher_id":
		e.publisher = number(math.MaxUint16)
	case "order_id":
		e.order = number(math.MaxUint64)
	case "size":
		e.size = number(math.MaxUint32)
	case "flags":
		e.flags = number(math.MaxUint8)
	case "symbol":
		e.symbol = string(text)
	case "side":
		e.side = letter(text)
		if e.side != 'A' && e.side != 'B' && e.side != 'N' {
			c.fault(column, "side", text, "A (ask), B (bid) or N (none)")
		}
	case "action":
		e.action = letter(text)
		if mboActions[e.action] == "" {
			c.fault(column, "action", text, "A, C, M, R, T, F or N")
		}
	case "price":
		e.price = c.nanos(text, column)
	}
}

// letter is the only byte of a text, 0 for every other text.
func letter(text []byte) byte {
	if len(text) != 1 {
		return 0
	}
	return text[0]
}

// nanos reads a price: a decimal number with a point, or a whole number of 1e-9. Nothing is no price.
func (c *columns) nanos(text []byte, column int) int64 {
	if len(text) == 0 || string(text) == "nan" || string(text) == "NaN" {
		return noMBOPrice
	}
	digits, minus := bytes.CutPrefix(text, []byte{'-'})
	places := 0
	if bytes.IndexByte(digits, '.') >= 0 {
		places = mboDecimals
	}
	n, wanted := decimal(string(digits), places)
	if wanted != "" {
		c.fault(column, "price", text, "a decimal number with at most 9 digits after the point, or a whole number of 1e-9")
	}
	if minus {
		return -n
	}
	return n
}
