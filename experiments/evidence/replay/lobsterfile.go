package replay

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"stakeout/market/book"
)

// kind is the type of a LOBSTER message.
type kind uint8

// The types of messages, numbered as in the files.
const (
	submission kind = 1 + iota
	partialCancellation
	deletion
	execution
	hiddenExecution
	cross
	halt
	kinds
)

var kindNames = [kinds]string{
	submission: "submission", partialCancellation: "partial cancellation", deletion: "deletion",
	execution: "execution", hiddenExecution: "hidden execution", cross: "cross", halt: "halt",
}

// isLobster reports whether the first bytes are a number, as the time is.
func isLobster(head []byte) bool { return len(head) > 0 && head[0] >= '0' && head[0] <= '9' }

// message is a line of a message file.
type message struct {
	time  int64 // nanoseconds after midnight
	kind  kind
	id    uint64
	size  uint64    // shares
	price int64     // ten-thousandths of a dollar; a code of the state for a halt
	side  book.Side // of the resting order
}

// ref names the order of the message; LOBSTER numbers need only the second word.
func (m *message) ref() ref { return ref{0, m.id} }

// columns cuts a line at its commas.
type columns struct {
	src  *source
	rest []byte // what is left of the line
	at   int    // column of the start of rest, from 1
	bad  bool   // a field had a problem
}

func (s *source) columns() columns { return columns{src: s, rest: s.text, at: 1} }

// next returns the next field without blanks around it and its column.
func (c *columns) next() (text []byte, at int) {
	text, c.rest, _ = bytes.Cut(c.rest, []byte{','})
	at = c.at
	c.at += len(text) + 1
	trimmed := bytes.TrimLeft(text, " \t")
	return bytes.TrimSpace(trimmed), at + len(text) - len(trimmed)
}

func (c *columns) fault(at int, field string, found []byte, expected string) {
	c.bad = true
	c.src.fault(at, field, shown(found), expected)
}

// integer reads a field that must be a whole number from least to most. After a
// problem it returns least, so that the rest of the line can still be checked.
func (c *columns) integer(field string, least, most int64, expected string) int64 {
	if n, width := digits(c.rest); width > 0 && n >= least && n <= most {
		c.rest, c.at = c.rest[min(width+1, len(c.rest)):], c.at+width+1
		return n
	}
	text, at := c.next()
	n, ok := whole(text)
	if !ok || n < least || n > most {
		c.fault(at, field, text, expected)
		return least
	}
	return n
}

// digits reads a whole number without sign or blanks that ends at a comma or at
// the end of the text. The width is 0 when the text does not start with one. It is
// the fast path of integer, since nearly all fields have this form.
func digits(text []byte) (n int64, width int) {
	const most = 18
	for i, d := range text {
		switch {
		case d >= '0' && d <= '9' && i < most:
			n = 10*n + int64(d-'0')
		case d == ',':
			return n, i
		default:
			return 0, 0
		}
	}
	return n, len(text)
}

// whole reads a whole number that fits an int64, without a plus sign.
func whole(text []byte) (n int64, ok bool) {
	n, err := strconv.ParseInt(string(text), 10, 64)
	return n, err == nil && text[0] != '+'
}

// fields is the number of columns of a message file. Files of later years have
// one more column, the participant, which the replay does not need.
const fields = 6

// message reads the current line as a message, and returns false after a problem.
func (s *source) message() (m message, ok bool) {
	if n := bytes.Count(s.text, []byte{','}) + 1; n != fields && n != fields+1 {
		s.fault(1, "line", fmt.Sprintf("%d fields", n), "6: time, type, order id, size, price, direction")
		s.alien("message file of LOBSTER")
		return m, false
	}
	c := s.columns()
	m.time = c.seconds()
	if s.line == 1 && c.bad {
		s.alien("message file of LOBSTER")
		return m, false
	}
	m.kind = kind(c.integer("type", 1, int64(kinds-1), "a whole number from 1 to 7"))
	if m.kind > execution {
		c.integer("order id", math.MinInt64, math.MaxInt64, "a whole number")
	} else {
		m.id = uint64(c.integer("order id", 1, math.MaxInt64, "a whole number from 1 to 9223372036854775807"))
	}
	least, expected := int64(1), "a whole number of shares from 1 to 1000000000000"
	if m.kind == halt {
		least, expected = 0, "a whole number of shares, 0 or more"
	}
	m.size = uint64(c.integer("size", least, mostShares, expected))
	switch m.kind {
	case halt:
		m.price = c.integer("price", -1, 1, "-1 (halt), 0 (quoting resumes) or 1 (trading resumes)")
	case cross:
		m.price = c.integer("price", -1, math.MaxInt64, "a price in ten-thousandths of a dollar, or -1")
	default:
		m.price = c.integer("price", 1, math.MaxInt64, "a price in ten-thousandths of a dollar above 0")
	}
	text, at := c.next()
	switch string(text) {
	case "1":
		m.side = book.Buy
	case "-1":
		m.side = book.Sell
	default:
		if m.kind < cross || string(text) != "0" {
			c.fault(at, "direction", text, "1 (buy) or -1 (sell)")
		}
	}
	return m, !c.bad
}

// seconds reads a time in seconds after midnight as nanoseconds.
func (c *columns) seconds() int64 {
	text, at := c.next()
	before, after, _ := bytes.Cut(text, []byte{'.'})
	sec, ok := whole(before)
	nano := int64(0)
	for i := range 9 {
		digit := int64(0)
		if i < len(after) {
			digit = int64(after[i]) - '0'
			ok = ok && digit >= 0 && digit <= 9
		}
		nano = 10*nano + digit
	}
	if !ok || sec < 0 || sec > 200_000 {
		c.fault(at, "time", text, "seconds after midnight, as in 34200.017459617")
		return 0
	}
	return sec*1e9 + nano
}

// priced is a level of a row.
type priced struct {
	price int64
	lots  uint64
}

// noPrice is the price that a file gives to an ask level without orders. A bid
// level without orders has the negative of it.
const noPrice = 9_999_999_999

// mostShares bounds the size of a level; no company has issued as many shares.
const mostShares = 1_000_000_000_000

// row is a line of an orderbook file: the levels with orders of each side, best
// first.
type row [2][]priced

// levelsOf is the number of levels of the current line. It notes a problem and
// returns 0 when the fields do not form whole levels.
func (s *source) levelsOf() int {
	n := bytes.Count(s.text, []byte{','}) + 1
	if n%4 != 0 {
		s.fault(1, "line", fmt.Sprintf("%d fields", n), "four for each level: ask price, ask size, bid price, bid size")
		return 0
	}
	return n / 4
}

// row reads the current line, which must have the given number of levels, into w.
// It returns false after a problem.
func (s *source) row(levels int, w *row) bool {
	w[book.Buy], w[book.Sell] = w[book.Buy][:0], w[book.Sell][:0]
	switch n := s.levelsOf(); {
	case n == 0:
		return false
	case n != levels:
		s.fault(1, "line", strconv.Itoa(n)+" levels", strconv.Itoa(levels)+" as in the first row")
		return false
	}
	c := s.columns()
	for range levels {
		c.level(&w[book.Sell], "ask price", "ask size")
		c.level(&w[book.Buy], "bid price", "bid size")
	}
	return !c.bad
}

// level reads price and size of a level, and appends the level unless it is empty.
func (c *columns) level(to *[]priced, priceName, sizeName string) {
	at := c.at
	price := c.integer(priceName, -noPrice, math.MaxInt64,
		"a price in ten-thousandths of a dollar, or ±9999999999 for none")
	lots := c.integer(sizeName, 0, mostShares, "a whole number of shares from 0 to 1000000000000")
	if lots == 0 || c.bad {
		return
	}
	if price <= 0 || price == noPrice {
		c.fault(at, priceName, []byte(strconv.FormatInt(price, 10)), "a price above 0 for a level with shares")
		return
	}
	*to = append(*to, priced{price, uint64(lots)})
}
