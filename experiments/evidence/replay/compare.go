package replay

import (
	"math"
	"slices"

	"stakeout/market/book"
)

// reason classifies a difference between the book and a row of a file. A row with
// several differences counts under the last of their reasons in this list.
type reason uint8

// The reasons. All but the last follow from events that a file does not hold.
const (
	initial  reason = iota // no row has shown the book yet
	revealed               // a price came into sight with orders placed before
	unseen                 // orders changed or went while out of sight
	crossed                // a cross trades orders without naming them
	halted                 // during a halt orders are collected, and may cross
	wrong                  // none of these
	reasons
)

var reasonNames = [reasons]string{
	"unknown initial book", "newly revealed level", "changed out of sight", "cross", "halt", "wrong",
}

var reasonDocs = [reasons]string{
	initial: "orders placed before the file begins; the first row names them",
	revealed: "a price came into sight whose orders were never visible: " +
		"the file holds only events that touch visible prices",
	unseen:  "a price was visible, then worse than the last visible level, and is visible again with other lots",
	crossed: "a cross (type 6) trades orders that the file does not name one by one",
	halted:  "a trading halt (type 7): orders are collected for an auction, and may cross",
	wrong:   "a visible price differs although none of these reasons applies",
}

// sight is the worst tick of each side whose lots are known from the last row.
type sight [2]uint32

// The two extremes: no price is known, or every price is.
var (
	blind  = sight{book.Buy: math.MaxUint32, book.Sell: 0}
	allSee = sight{book.Buy: 0, book.Sell: math.MaxUint32}
)

// sees reports whether the lots at a tick are known.
func (v *sight) sees(side book.Side, tick uint32) bool {
	if side == book.Buy {
		return tick >= v[side]
	}
	return tick <= v[side]
}

// difference is one price at which the book and a row disagree.
type difference struct {
	side       book.Side
	tick       uint32
	mine, file uint64 // lots of the book and of the row
	why        reason
}

// comparison compares the book with rows and corrects the book to each row, so that
// a difference counts once.
type comparison struct {
	r      *rebuilt
	levels int
	sight  sight
	dark   reason          // why nothing is known while sight is blind
	ticks  [2][]book.Level // of the row
	mine   [2][]book.Level // of the book
	diffs  []difference    // of the row
}

func newComparison(r *rebuilt, levels int) *comparison {
	return &comparison{r: r, levels: levels, sight: blind, dark: initial}
}

// row compares the best levels of the book with a row, corrects the book and
// returns the differences. A known price that differs is wrong unless excuse gives
// a reason; initial is no excuse. The slice is valid until the next call.
func (c *comparison) row(w *row, excuse reason) []difference {
	c.diffs = c.diffs[:0]
	c.toTicks(w)
	same := true
	for side := range c.mine {
		c.mine[side] = c.r.book.Levels(book.Side(side), c.levels, c.mine[side][:0])
		same = same && slices.Equal(c.mine[side], c.ticks[side])
	}
	if isCrossed(&c.ticks) {
		return c.notABook(excuse)
	}
	if !same {
		for side := range c.mine {
			c.side(book.Side(side), excuse)
		}
		c.adopt()
	}
	c.look()
	return c.diffs
}

// toTicks converts the prices of a row to ticks. It leaves out prices outside of
// the window, because the book does not hold orders there either.
func (c *comparison) toTicks(w *row) {
	for side := range w {
		c.ticks[side] = c.ticks[side][:0]
		for i := range w[side] {
			// A finer grid moves the ticks converted so far, so the row starts again.
			from := c.r.grid
			tick := c.r.tickOf(w[side][i].price)
			if c.r.grid != from {
				c.sight = c.moved(from)
				c.toTicks(w)
				return
			}
			if tick != 0 {
				c.ticks[side] = append(c.ticks[side], book.Level{Price: tick, Lots: w[side][i].lots})
			}
		}
	}
}

// moved is the sight on the current grid, converted from an older one. A tick that
// the new window does not hold leaves its side unknown.
func (c *comparison) moved(from grid) sight {
	v := c.sight
	for side, tick := range v {
		if tick != 0 && tick != math.MaxUint32 {
			if v[side], _ = c.r.grid.at(from.price(tick)); v[side] == 0 {
				v[side] = blind[side]
			}
		}
	}
	return v
}

// isCrossed reports whether no book can have these levels: bids are at or above
// asks, or levels are out of order.
func isCrossed(levels *[2][]book.Level) bool {
	bids, asks := levels[book.Buy], levels[book.Sell]
	if len(bids) > 0 && len(asks) > 0 && bids[0].Price >= asks[0].Price {
		return true
	}
	for i := 1; i < len(bids); i++ {
		if bids[i].Price >= bids[i-1].Price {
			return true
		}
	}
	for i := 1; i < len(asks); i++ {
		if asks[i].Price <= asks[i-1].Price {
			return true
		}
	}
	return false
}

// notABook reports a crossed row as one difference and leaves the book as it is.
// With an excuse, such as a halt, nothing is known until the next row.
func (c *comparison) notABook(excuse reason) []difference {
	why := wrong
	if excuse != initial {
		why, c.sight, c.dark = excuse, blind, excuse
	}
	for i, file := range c.ticks {
		if side := book.Side(i); len(file) > 0 {
			tick := file[0].Price
			c.diffs = append(c.diffs, difference{side, tick, c.r.lotsAt(side, tick), file[0].Lots, why})
			break
		}
	}
	return c.diffs
}

// end is the worst tick of a side that the row shows. A row with fewer levels than
// it could have shows the whole side.
func (c *comparison) end(side book.Side) uint32 {
	if file := c.ticks[side]; len(file) == c.levels {
		return file[len(file)-1].Price
	}
	return allSee[side]
}

// side lists the differences of a side, down to the end of the row. The book may
// have more levels there than the row, so it reads on until one lies beyond the end.
func (c *comparison) side(side book.Side, excuse reason) {
	shown := sight{c.end(book.Buy), c.end(book.Sell)}
	mine, file := c.mine[side], c.ticks[side]
	for n := len(mine); n > 0 && n == len(mine) && shown.sees(side, mine[n-1].Price); {
		n = 2 * n
		mine = c.r.book.Levels(side, n, mine[:0])
		c.mine[side] = mine
	}
	for len(mine) > 0 || len(file) > 0 {
		d := difference{side: side}
		takeMine := len(mine) > 0 && (len(file) == 0 || !better(side, file[0].Price, mine[0].Price))
		takeFile := len(file) > 0 && (len(mine) == 0 || !better(side, mine[0].Price, file[0].Price))
		if takeMine {
			d.tick, d.mine, mine = mine[0].Price, mine[0].Lots, mine[1:]
		}
		if takeFile {
			d.tick, d.file, file = file[0].Price, file[0].Lots, file[1:]
		}
		if !shown.sees(side, d.tick) {
			return
		}
		if d.mine != d.file {
			d.why = c.explain(&d, excuse)
			c.diffs = append(c.diffs, d)
		}
	}
}

// better reports whether price a trades before price b.
func better(side book.Side, a, b uint32) bool {
	if side == book.Buy {
		return a > b
	}
	return a < b
}

// explain finds the reason of a difference.
func (c *comparison) explain(d *difference, excuse reason) reason {
	switch {
	case c.sight.sees(d.side, d.tick):
		if excuse == initial {
			return wrong
		}
		return excuse
	case c.sight == blind:
		return c.dark
	case d.mine > 0:
		return unseen
	}
	return revealed
}

// adopt corrects the book to the row as far as the row shows it. It removes the
// surplus first, so that new lots cannot trade with it.
func (c *comparison) adopt() {
	for _, d := range c.diffs {
		if d.file < d.mine {
			c.r.empty(d.side, d.tick, d.mine)
		}
	}
	for _, d := range c.diffs {
		if d.file < d.mine {
			d.mine = 0
		}
		c.r.setLots(d.side, d.tick, d.mine, d.file)
	}
}

// look sets the sight to the row and records which prices have newly come into it.
func (c *comparison) look() {
	for side, file := range c.ticks {
		s := book.Side(side)
		for i := len(file) - 1; i >= 0 && !c.sight.sees(s, file[i].Price); i-- {
			c.r.reveal(s, file[i].Price)
		}
	}
	c.sight = sight{c.end(book.Buy), c.end(book.Sell)}
}
