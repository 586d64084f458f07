package replay

import "stakeout/market/book"

// grid maps prices of a file to ticks of a book, which has fewer than 2^24. Tick 1
// is the price base; tick and base are in the smallest unit of the file.
type grid struct{ tick, base int64 }

// ticks is the number of prices of a book.
const ticks = book.MaxPrice - 1

// around places a grid with the price in its middle. Near zero the grid starts at
// the lowest positive price instead.
func around(tick, price int64) grid {
	return grid{tick, max(tick, (price/tick-ticks/2)*tick)}
}

// at returns the tick of a price. The tick is 0 for a price outside of the window;
// fits is false for a price between two ticks.
func (g grid) at(price int64) (tick uint32, fits bool) {
	if price%g.tick != 0 {
		return 0, false
	}
	n := (price - g.base) / g.tick
	if price < g.base || n >= ticks {
		return 0, true
	}
	return uint32(n) + 1, true
}

// price is the price of a tick.
func (g grid) price(tick uint32) int64 { return g.base + int64(tick-1)*g.tick }

// divisor is the greatest common divisor of two positive numbers.
func divisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
