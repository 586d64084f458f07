// Package facts holds series of prices against the stylised facts of markets.
//
// It has the estimators (tail indices, autocorrelations, variance ratios, the
// law of price impact), the ranges in which their values are accepted, each with
// its source, and the table that judges an estimate by its whole interval. The
// estimators are pure functions of plain slices and know nothing of the
// simulation; checks of the model and files of recorded prices use the same.
//
// Series come as stretches: values at equal distances without a gap, of one
// world or one session each. A lag never reaches from one stretch into the
// next.
//
// Intervals of dependent series are BCa bootstrap intervals. With ten or more
// independent clusters (replications) whole clusters are drawn; with fewer, the
// stationary bootstrap draws blocks of geometric length, whose mean is chosen
// from the data. A lagged product is drawn with the moment at which it starts,
// so that no product spans two blocks. The same data
// give the same interval.
//
// Assumption: a stretch is stationary, with finite variance. Moments above the
// tail index do not exist; kurtosis is then a description of the sample, which
// grows with its length, and its interval covers nothing.
// Assumption: a year has 365 days. A market that closes for up to four days at a
// time has fewer periods a year than the calendar, and its volatility is
// annualised with those it has.
// Assumption: an interval without a record has no return; the next
// record closes it. Beyond five such intervals in a row a new stretch begins.
//
// Sources: R. Cont, "Empirical properties of asset returns: stylized facts and
// statistical issues", Quantitative Finance 1(2), 2001, for the list of facts;
// D. N. Politis, J. P. Romano, "The stationary bootstrap", Journal of the
// American Statistical Association 89(428), 1994; H. R. Künsch, "The jackknife
// and the bootstrap for general stationary observations", The Annals of
// Statistics 17(3), 1989, for lagged products as vectors. Each estimator names
// its own.
package facts

import (
	"math"
	"slices"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/stat"
)

// Level is the confidence level of all intervals.
const Level = 0.95

// Estimate is a value with its interval and the number of values behind it. A
// statistic without an interval, such as a p-value, has NaN for both ends.
type Estimate struct {
	Value, Lo, Hi float64
	N             int
}

// times changes the unit.
func (e Estimate) times(f float64) Estimate { return Estimate{e.Value * f, e.Lo * f, e.Hi * f, e.N} }

// less moves the origin.
func (e Estimate) less(d float64) Estimate { return Estimate{e.Value - d, e.Lo - d, e.Hi - d, e.N} }

// bare is an estimate without an interval.
func bare(v float64, n int) Estimate { return Estimate{v, math.NaN(), math.NaN(), n} }

// LogReturns returns ln(p_t/p_{t−1}), one value fewer than prices. Prices must be
// positive.
func LogReturns(prices []float64) []float64 {
	out := make([]float64, max(len(prices)-1, 0))
	for t := range out {
		out[t] = exact.Log(prices[t+1] / prices[t])
	}
	return out
}

// AnnualisedVolatility returns the standard deviation of returns a period times
// the root of the number of periods in a year (365 for daily returns of a
// market that never closes). It assumes that returns are uncorrelated.
func AnnualisedVolatility(returns []float64, periodsPerYear float64) float64 {
	return stat.SD(returns) * math.Sqrt(periodsPerYear)
}

// Hill returns Hill's estimate of the tail index of |x| from its k largest
// values, k = ⌊fraction·n⌋: the inverse of the mean of ln(x_(i)/x_(k+1)). Small
// values mean fat tails; daily returns of markets have 2 to 5. It is NaN when k
// is 0 or n, or when the threshold x_(k+1) is not positive, and +Inf when the
// k + 1 largest are equal.
// Source: B. M. Hill, "A simple general approach to inference about the tail of
// a distribution", The Annals of Statistics 3(5), 1975.
func Hill(x []float64, fraction float64) float64 {
	k := tailCount(len(x), fraction)
	if k == 0 {
		return math.NaN()
	}
	sizes := make([]float64, len(x))
	for i, v := range x {
		sizes[i] = math.Abs(v)
	}
	slices.Sort(sizes)
	return hill(sizes[len(sizes)-k-1:])
}

// tailCount is k, or 0 where it leaves nothing to estimate from.
func tailCount(n int, fraction float64) int {
	k := int(fraction * float64(n))
	if !(fraction > 0) || k < 1 || k >= n {
		return 0
	}
	return k
}

// hill estimates from the threshold and the values above it, in ascending order.
func hill(top []float64) float64 {
	threshold := top[0]
	if !(threshold > 0) {
		return math.NaN()
	}
	return float64(len(top)-1) / stat.Sum(top[1:], func(v float64) float64 { return exact.Log(v / threshold) })
}

// HillInterval returns the 95 % interval of a tail index that Hill estimated
// from k values: 2kα over the estimate is χ² with 2k degrees of freedom for
// independent values with a Pareto tail, and in the limit of many for others.
// Under GARCH it covers as promised where the bootstrap falls short, since
// blocks repeat the largest values.
// Source: P. Hall, "On some simple estimates of an exponent of regular
// variation", Journal of the Royal Statistical Society B 44(1), 1982.
func HillInterval(index float64, k int) (lo, hi float64) {
	if k < 1 || math.IsNaN(index) || math.IsInf(index, 0) {
		return math.Inf(-1), math.Inf(1)
	}
	n := float64(2 * k)
	return index * stat.ChiSquaredQuantile((1-Level)/2, n) / n, index * stat.ChiSquaredQuantile((1+Level)/2, n) / n
}

// Side keeps of returns the gains (sign +1) or the losses (−1) as sizes and
// sets the others to zero, for the index of one tail. The fraction of Hill then
// still counts all returns.
func Side(returns []float64, sign float64) []float64 {
	out := make([]float64, len(returns))
	for i, v := range returns {
		out[i] = max(sign*v, 0)
	}
	return out
}
