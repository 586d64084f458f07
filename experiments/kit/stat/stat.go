// Package stat estimates and tests what replicated simulation runs show.
//
// It has intervals for paired differences (Student's t and the BCa bootstrap),
// for shares (Wilson, and the rule of three when nothing was seen) and for
// quantiles (order statistics); tail measures (value at risk, expected
// shortfall); and adjustments of p-values for many tests (Holm, Benjamini and
// Hochberg). Trouble with a sample is a value, a Warning, so that a table can
// print it. Estimators of series are in package facts.
//
// Sums run in the order of the data with compensation, so that a result does
// not depend on who computed it. An estimator that its sample does not define
// returns NaN; nothing here panics on data.
//
// Assumption: replications are independent and identically distributed, since
// each has a seed of its own.
//
// Sources are given with the functions. Distribution functions are those of
// gonum's distuv.
package stat

import (
	"math"
	"slices"
)

// Sum adds f(x) over the data in order, with Neumaier's compensation ("Rundungs-
// fehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54,
// 1974). Infinite and NaN terms spread as in a plain sum.
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

// Mean returns the arithmetic mean of x in its unit; NaN when x is empty.
// Rounding does not take it out of the range of x, so that the mean of equal
// values is that value and their variance is exactly zero.
func Mean(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	mean := Sum(x, func(v float64) float64 { return v }) / float64(len(x))
	return max(slices.Min(x), min(slices.Max(x), mean))
}

// centralMoment returns the mean of (x − mean)**k, dividing by n.
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

// Variance returns the unbiased sample variance of x, dividing by n − 1; NaN
// for fewer than two values.
func Variance(x []float64) float64 {
	n := float64(len(x))
	if n < 2 {
		return math.NaN()
	}
	return centralMoment(x, 2) * n / (n - 1)
}

// SD returns the square root of Variance, in the unit of x.
func SD(x []float64) float64 { return math.Sqrt(Variance(x)) }

// Skewness returns the moment coefficient m₃/m₂^1.5 with moments that divide by
// n; NaN when x does not vary.
func Skewness(x []float64) float64 {
	return centralMoment(x, 3) / math.Pow(centralMoment(x, 2), 1.5)
}

// Kurtosis returns the moment coefficient m₄/m₂² with moments that divide by n.
// It is 3 for a normal distribution; NaN when x does not vary.
func Kurtosis(x []float64) float64 {
	m2 := centralMoment(x, 2)
	return centralMoment(x, 4) / (m2 * m2)
}

// ExcessKurtosis returns Kurtosis − 3, which is 0 for a normal distribution.
func ExcessKurtosis(x []float64) float64 { return Kurtosis(x) - 3 }
