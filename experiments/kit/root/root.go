// Package root finds by bisection where a condition begins to hold. A search whose trials
// are experiments that run side by side is in package breakeven.
package root

import "math"

// Arithmetic is the middle by difference.
func Arithmetic(lo, hi float64) float64 { return (lo + hi) / 2 }

// Geometric is the middle by ratio, for ends above zero.
func Geometric(lo, hi float64) float64 { return math.Sqrt(lo * hi) }

// Width stops when the ends are at most d apart.
func Width(d float64) func(lo, hi float64) bool {
	return func(lo, hi float64) bool { return hi-lo <= d }
}

// Ratio stops when the upper end is at most r times the lower one.
func Ratio(r float64) func(lo, hi float64) bool {
	return func(lo, hi float64) bool { return hi/lo <= r }
}

// Steps stops after n halvings.
func Steps(n int) func(lo, hi float64) bool {
	return func(float64, float64) bool {
		n--
		return n < 0
	}
}

// Bisect narrows an interval until it is small enough. The condition must fail at the
// lower end and hold at the upper one; of several turns in between it finds one. The
// first error of the condition ends the search.
func Bisect(lo, hi float64, middle func(lo, hi float64) float64, enough func(lo, hi float64) bool,
	holds func(x float64) (bool, error)) (float64, float64, error) {
	for !enough(lo, hi) {
		x := middle(lo, hi)
		above, err := holds(x)
		switch {
		case err != nil:
			return lo, hi, err
		case above:
			hi = x
		default:
			lo = x
		}
	}
	return lo, hi, nil
}
