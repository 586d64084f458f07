package docking

import (
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/market/book"
)

// However long it takes until two agree, the book of a market holds the best quote of
// each side and no more, and at the end it is empty.
func TestMarketsKeepTheirBooksSmall(t *testing.T) {
	m := &unitMarket{book: book.New(valueTicks + 1), draws: draw.New(7)}
	m.reset()
	trades := 0
	for m.open() {
		traded, err := m.quote()
		if err != nil {
			t.Fatal(err)
		}
		if traded {
			trades++
		}
		if live := m.book.Live(); live > 2 || traded && live > 0 {
			t.Fatalf("%d orders rest (after a trade: %t)", live, traded)
		}
	}
	if m.clear(); m.book.Live() != 0 || trades < 10 {
		t.Errorf("%d orders rest after %d trades", m.book.Live(), trades)
	}
}
