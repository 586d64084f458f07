// Package stat estimates and tests what replicated simulation runs show.
//
// It has intervals for paired differences (Student's t and the BCa bootstrap),
// for shares (Wilson, and Clopper and Pearson where they are rare) and for quantiles
// (order statistics). It also has tail measures (value at risk, expected
// shortfall) and adjustments of p-values for many tests (Holm, Benjamini and
// Hochberg). Limits of a sample are returned as Warnings, which tables print.
// Package facts has the estimators for series.
//
// Sums run in the order of the data and compensate for rounding, so that a result
// does not depend on how the work was divided. When a sample does not define an
// estimate, the estimate is NaN and its interval covers every possible value. No
// function panics on its data.
//
// Assumption: replications are independent and identically distributed, since
// each has a separate seed.
//
// The functions name their sources. Distribution functions come from package
// distuv of gonum.
package stat

import (
	"math"
	"slices"
)

// Sum adds f(x) over the data in order, with Neumaier's compensation ("Rundungs-
// fehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54,
// 1974). Infinite and NaN terms give the same result as in a plain sum.
func Sum(x []float64, f func(float64) float64) float64 {
	total, lost := 0.0, 0.0
	for _, v := range x {
		term := f(v)
		next := total + term
		if math.Abs(total) >= math.Abs(term) {
			lost += (total - next) + term
		} else {
			lost += (term - next) + total
		}
		total = next
	}
	if corrected := total + lost; !math.IsNaN(corrected) {
		return corrected
	}
	return total
}

// Mean returns the arithmetic mean of x in its unit, and NaN when x is empty. The
// result is limited to the range of x. The mean of equal values is therefore the
// value itself, and their variance exactly zero.
func Mean(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	mean := Sum(x, func(v float64) float64 { return v }) / float64(len(x))
	return max(slices.Min(x), min(slices.Max(x), mean))
}

// centralMoment returns the mean of (x − mean)**k; the divisor is n.
func centralMoment(x []float64, k int) float64 {
	m := Mean(x)
	return Sum(x, func(v float64) float64 {
		power := 1.0
		for range k {
			power *= v - m
		}
		return power
	}) / float64(len(x))
}

// Variance returns the unbiased sample variance of x, with the divisor n − 1. It
// is NaN for fewer than two values.
func Variance(x []float64) float64 {
	n := float64(len(x))
	if n < 2 {
		return math.NaN()
	}
	return centralMoment(x, 2) * n / (n - 1)
}

// SD returns the square root of Variance, in the unit of x.
func SD(x []float64) float64 { return math.Sqrt(Variance(x)) }

// Skewness returns the moment coefficient m₃/m₂^1.5, whose moments have the
// divisor n. It is NaN when x does not vary.
func Skewness(x []float64) float64 {
	m2 := centralMoment(x, 2)
	return centralMoment(x, 3) / (m2 * math.Sqrt(m2))
}

// Kurtosis returns the moment coefficient m₄/m₂², whose moments have the divisor
// n. It is 3 for a normal distribution, and NaN when x does not vary.
func Kurtosis(x []float64) float64 {
	m2 := centralMoment(x, 2)
	return centralMoment(x, 4) / (m2 * m2)
}

// ExcessKurtosis returns Kurtosis − 3, which is 0 for a normal distribution.
func ExcessKurtosis(x []float64) float64 { return Kurtosis(x) - 3 }
