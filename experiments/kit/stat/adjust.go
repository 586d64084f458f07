package stat

import (
	"math"
	"sort"
)

// Holm returns adjusted p-values. Rejecting the tests with an adjusted value of
// at most α keeps the probability of any false rejection at α or below, however
// the tests depend on one another. The result is in the order of p. A NaN counts
// as 1.
// Source: S. Holm, "A simple sequentially rejective multiple test procedure",
// Scandinavian Journal of Statistics 6(2), 1979.
func Holm(p []float64) []float64 {
	adjusted, order := rank(p)
	running := 0.0
	for i, at := range order {
		running = max(running, min(1, float64(len(p)-i)*adjusted[at]))
		adjusted[at] = running
	}
	return adjusted
}

// BenjaminiHochberg returns adjusted p-values. Rejecting the tests with an
// adjusted value of at most q keeps the expected share of false rejections at q or
// below, if the tests are independent or positively dependent. The result is in
// the order of p. A NaN counts as 1.
// Source: Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate",
// Journal of the Royal Statistical Society B 57(1), 1995.
func BenjaminiHochberg(p []float64) []float64 {
	adjusted, order := rank(p)
	running := 1.0
	for i := len(order) - 1; i >= 0; i-- {
		at := order[i]
		running = min(running, float64(len(p))/float64(i+1)*adjusted[at])
		adjusted[at] = running
	}
	return adjusted
}

// ExpectedMaximum returns about the mean of the largest of m independent values with
// Student's distribution and nu degrees of freedom, such as the largest of m estimates in
// standard errors when all true values are zero. It is off by less than 5 % for m ≥ 2 and
// nu ≥ 9.
// Source: G. Blom, Statistical Estimates and Transformed Beta-Variables, 1958.
func ExpectedMaximum(m int, nu float64) float64 {
	return StudentQuantile((float64(m)-0.375)/(float64(m)+0.25), nu)
}

// rank returns a copy of p with 1 for NaN, and its indices in ascending order of
// the values.
func rank(p []float64) (clean []float64, order []int) {
	clean, order = make([]float64, len(p)), make([]int, len(p))
	for i, v := range p {
		clean[i], order[i] = v, i
		if math.IsNaN(v) {
			clean[i] = 1
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return clean[order[i]] < clean[order[j]] })
	return clean, order
}
