package stat

import (
	"math"
	"slices"
)

// ascending returns a sorted copy of x.
func ascending(x []float64) []float64 {
	sorted := slices.Clone(x)
	slices.Sort(sorted)
	return sorted
}

// Quantile returns the p-quantile of x by linear interpolation between order
// statistics at 1 + (n − 1)·p, type 7 of R. J. Hyndman, Y. Fan, "Sample
// quantiles in statistical packages", The American Statistician 50(4), 1996.
// It is NaN when x is empty or p is outside [0, 1].
func Quantile(x []float64, p float64) float64 {
	if len(x) == 0 || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	return interpolate(ascending(x), float64(p*float64(len(x)-1)))
}

// interpolate returns the value at a fractional index of sorted data. An index
// outside the data gives the first or the last value.
func interpolate(sorted []float64, at float64) float64 {
	last := len(sorted) - 1
	i := max(0, min(last, int(math.Floor(at))))
	fraction := at - float64(i)
	if i == last || fraction <= 0 || sorted[i] == sorted[i+1] {
		return sorted[i]
	}
	return float64((1-fraction)*sorted[i]) + float64(fraction*sorted[i+1])
}

// VaR returns the value at risk of profits x at a level such as 0.95. This is the
// profit that an outcome falls short of with probability 1 − level, in the unit
// and with the sign of x. A negative value is a loss.
func VaR(x []float64, level float64) float64 { return Quantile(x, 1-level) }

// ES returns the expected shortfall of profits x at a level such as 0.95. This is
// the mean of the worst share 1 − level of the outcomes, in the unit and with the
// sign of x. A negative value is a loss. When (1 − level)·n is not whole, the
// outcome at the border counts with its fraction; the worst outcome always counts
// in full. ES is NaN when x is empty or level is outside [0, 1).
// Source: C. Acerbi, D. Tasche, "On the coherence of expected shortfall",
// Journal of Banking & Finance 26(7), 2002.
func ES(x []float64, level float64) float64 {
	if len(x) == 0 || !(level >= 0 && level < 1) {
		return math.NaN()
	}
	sorted := ascending(x)
	count := tailCount(len(x), level)
	whole := int(count)
	tail := Sum(sorted[:whole], func(v float64) float64 { return v })
	if fraction := count - float64(whole); fraction > 0 {
		tail += float64(fraction * sorted[whole])
	}
	return tail / count
}

// esOf is the expected shortfall of sorted values that occur so many times each; count is
// the size of the tail.
func esOf(sorted []float64, times []int32, count float64) float64 {
	tail, left := 0.0, count
	for i := 0; left > 0 && i < len(sorted); i++ {
		use := min(left, float64(times[i]))
		if use > 0 {
			tail += float64(use * sorted[i])
			left -= use
		}
	}
	return tail / count
}

// tailCount returns the number of outcomes in the worst share 1 − level of n, with
// a fraction and at least one.
func tailCount(n int, level float64) float64 {
	// In binary, 1 − 0.95 is a little more than 0.05. This error must not add an outcome.
	count := max(1, float64(n)*(1-level))
	if whole := math.Round(count); math.Abs(count-whole) < 1e-9*count {
		count = whole
	}
	return count
}

// esLeftOut returns, for each value of x in ascending order, the expected shortfall
// of x without that value. It needs at least two values.
func esLeftOut(x []float64, level float64) []float64 {
	sorted := ascending(x)
	count := tailCount(len(x)-1, level)
	whole := int(count)
	fraction := count - float64(whole)
	worst := Sum(sorted[:whole], func(v float64) float64 { return v })
	out := make([]float64, len(x))
	for i, v := range sorted {
		tail, next := worst, whole
		if i < whole {
			tail += sorted[whole] - v
		}
		if i <= whole {
			next++
		}
		if fraction > 0 {
			tail += float64(fraction * sorted[next])
		}
		out[i] = tail / count
	}
	return out
}
