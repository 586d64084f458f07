package figure

import (
	"math"
	"testing"
)

// The scale is odd, rises, ends at the limit, and gives a power of ten the same room
// wherever it is far from zero.
func TestLogarithmicColours(t *testing.T) {
	hp := &heatPlotter{h: &Heat{Linear: 10}, limit: 1e5}
	last := -1.0
	for _, z := range []float64{-1e5, -1e3, -10, 0, 1, 10, 1e3, 1e5} {
		s := hp.share(z)
		if s < last || math.Abs(s+hp.share(-z)) > 1e-15 {
			t.Errorf("share(%v) = %v after %v, and %v for the other sign", z, s, last, hp.share(-z))
		}
		last = s
	}
	if hp.share(1e5) != 1 || hp.share(2e5) != 1 {
		t.Errorf("the limit is at %v, beyond it %v", hp.share(1e5), hp.share(2e5))
	}
	if a, b := hp.share(1e4)-hp.share(1e3), hp.share(1e5)-hp.share(1e4); math.Abs(a-b) > 1e-3 {
		t.Errorf("two powers of ten have %v and %v", a, b)
	}
	for _, tick := range powers(10, 1e5) {
		if math.Abs(tick.Value) > 1e5 || tick.Label == "" {
			t.Errorf("a tick at %v labelled %q", tick.Value, tick.Label)
		}
	}
	if n := len(powers(10, 1e5)); n != 11 {
		t.Errorf("%d ticks, want zero and five powers of both signs", n)
	}
}
