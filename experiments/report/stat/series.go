package stat

import "math"

// Autocorrelation returns the sample autocorrelation of a series at a lag in
// steps: Σ(x_t − m)(x_{t+lag} − m) / Σ(x_t − m)² with the mean m of the whole
// series. It is NaN when the series does not vary or is not longer than the lag,
// and when the lag is negative.
// Source: G. Box, G. Jenkins, Time Series Analysis, 1970, section 2.1.
func Autocorrelation(x []float64, lag int) float64 {
	if lag < 0 || lag >= len(x) {
		return math.NaN()
	}
	m := Mean(x)
	products := make([]float64, len(x)-lag)
	for t := range products {
		products[t] = (x[t] - m) * (x[t+lag] - m)
	}
	squares := sum(x, func(v float64) float64 { return (v - m) * (v - m) })
	return sum(products, func(v float64) float64 { return v }) / squares
}

// Hill returns Hill's estimate of the tail index of |x| from its k largest
// values, k = ⌊fraction·n⌋: the inverse of the mean of ln(x_(i)/x_(k+1)). Small
// values mean fat tails; daily returns of markets have 2 to 5. It is NaN when k
// is 0 or n, or when the threshold x_(k+1) is not positive, and +Inf when the
// k + 1 largest are equal.
// Source: B. M. Hill, "A simple general approach to inference about the tail of
// a distribution", The Annals of Statistics 3(5), 1975.
func Hill(x []float64, fraction float64) float64 {
	k := int(fraction * float64(len(x)))
	if !(fraction > 0) || k < 1 || k >= len(x) {
		return math.NaN()
	}
	sizes := make([]float64, len(x))
	for i, v := range x {
		sizes[i] = math.Abs(v)
	}
	sizes = ascending(sizes)
	threshold := sizes[len(sizes)-k-1]
	if !(threshold > 0) {
		return math.NaN()
	}
	logs := sum(sizes[len(sizes)-k:], func(v float64) float64 { return math.Log(v / threshold) })
	return float64(k) / logs
}

// AnnualisedVolatility returns the standard deviation of returns a period times
// the root of the number of periods in a year (365 for daily returns of a
// market that never closes). It assumes that returns are uncorrelated.
func AnnualisedVolatility(returns []float64, periodsPerYear float64) float64 {
	return SD(returns) * math.Sqrt(periodsPerYear)
}
