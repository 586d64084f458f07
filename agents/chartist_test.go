package agents

import (
	"math"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/book"
)

// After a rise half of the chartists follow and half fade, and nobody acts when
// there is no trend.
func TestHalfOfTheChartistsAreContrarian(t *testing.T) {
	var p ChartistParams
	param.Defaults(&p)
	for _, jump := range []float64{0, 0.2} {
		s := newSmall(t, 20)
		c := NewChartists(p, s.o, list(20), draw.New(3), s.grant)
		price := uint32(10000 * math.Exp(jump))
		s.quote(price-10, price+10)
		side := [2]int{}
		for _, a := range list(20) {
			for _, o := range only(Submit, s.decide(c, 2, a)) {
				side[o.Order.Side]++
			}
		}
		if want := map[bool]int{true: 10}[jump > 0]; side[book.Buy] != want || side[book.Sell] != want {
			t.Errorf("after a rise of %v: %d buy, %d sell", jump, side[book.Buy], side[book.Sell])
		}
	}
}
