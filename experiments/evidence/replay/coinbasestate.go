package replay

import (
	"fmt"

	"stakeout/market/book"
)

// state handles a level 3 answer. An answer of the same sequence number is compared
// with a complete book; any other answer that is not older replaces the book. An
// older answer says nothing about the book and is skipped.
func (c *coinbase) state(e *feedEvent, line int) {
	if c.r == nil {
		first := int64(hundredth)
		for _, side := range e.state {
			if len(side) > 0 {
				first = side[0].price
			}
		}
		c.begin(first)
	}
	switch {
	case c.complete() && e.Sequence == c.sequence:
		c.compare(e, line)
	case e.Sequence >= c.sequence:
		c.reseed(e)
	}
}

// reseed replaces the orders of the book by those of a level 3 answer.
func (c *coinbase) reseed(e *feedEvent) {
	c.r.clear()
	for side, list := range e.state {
		for _, o := range list {
			lots := c.r.lotsOf(o.lots)
			if tick := c.r.tickOf(o.price); tick != 0 && c.r.room(tick, lots) {
				c.r.place(o.id, book.Side(side), tick, lots)
			} else {
				c.far++
			}
		}
	}
	c.seeded, c.holed, c.sequence = true, false, max(c.sequence, e.Sequence)
}

// compare compares every order of a level 3 answer with the book, in both
// directions. After a difference the answer replaces the book.
func (c *coinbase) compare(e *feedEvent, line int) {
	c.sum.Compared++
	before := c.sum.Differences
	names := map[ref]bool{}
	for side, list := range e.state {
		for _, o := range list {
			names[o.id] = true
			tick, want := c.r.tickOf(o.price), c.r.lotsOf(o.lots)
			if tick == 0 {
				continue
			}
			if at, is, lots, ok := c.r.state(o.id); !ok || at != tick || is != book.Side(side) || lots != want {
				c.differ(line, book.Side(side), o.price, lots, want, o.id)
			}
		}
	}
	for _, side := range [...]book.Side{book.Buy, book.Sell} {
		c.r.all = c.r.book.Orders(side, c.r.all[:0])
		for _, o := range c.r.all {
			if id := c.r.names[o.ID]; !names[id] {
				c.differ(line, side, c.r.grid.price(o.Price), o.Lots, 0, id)
			}
		}
	}
	if c.sum.Differences == before {
		c.sum.Exact++
		return
	}
	c.sum.Wrong++
	c.reseed(e)
}

// differ notes an order on which the book and a level 3 answer disagree.
func (c *coinbase) differ(line int, side book.Side, price int64, mine, file uint64, id ref) {
	if c.sum.Differences++; c.sum.First == nil {
		c.sum.First = &Difference{Event: c.sum.Events, Line: line, Side: side.String(), Price: priceText(price),
			Book: c.sizeText(mine), File: c.sizeText(file),
			Reason: fmt.Sprintf("%s, order %016x%016x", reasonNames[wrong], id[0], id[1])}
		c.sum.FirstWrong = c.sum.First
	}
}
