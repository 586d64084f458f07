package replay

import (
	"math"

	"stakeout/market/book"
)

// mostOrders bounds the orders that rest at a time, and mostRevealed the prices that are remembered as revealed. They
// keep a hostile file from filling memory; the largest public books have some 200,000 orders.
const (
	mostOrders   = 1 << 19
	mostRevealed = 1 << 18
)

// reveal notes that a price has come into sight.
func (r *rebuilt) reveal(side book.Side, tick uint32) {
	if len(r.revealed[side]) >= mostRevealed {
		clear(r.revealed[side])
		r.floor[side] = r.event
	}
	r.revealed[side][tick] = r.event
}

// shownSince is the event at which a price last came into sight, 0 if it did not.
func (r *rebuilt) shownSince(side book.Side, tick uint32) int {
	return max(r.revealed[side][tick], r.floor[side])
}

// lotsAt is the number of lots that rest at a price.
func (r *rebuilt) lotsAt(side book.Side, tick uint32) uint64 {
	if best, _, ok := r.book.Best(side); !ok || better(side, tick, best) {
		return 0
	}
	return r.book.At(tick)
}

// room reports whether the sizes at a price keep to 63 bits when more lots join them.
func (r *rebuilt) room(tick uint32, lots uint64) bool {
	most := math.MaxInt64 / r.lot
	return lots <= most && r.book.At(tick) <= most-lots
}
