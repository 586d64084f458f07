package stat

import (
	"math"
	"sort"
)

// Interval is an estimate of a mean with a confidence interval. Mean, SE, Lo and
// Hi are in the unit of the data; P is the two-sided p-value of a mean of zero.
type Interval struct {
	Mean, SE, Lo, Hi float64
	N                int
	P                float64
}

// PairedT returns Student's interval for the mean of paired differences at a
// confidence level such as 0.95. With fewer than two differences the interval is
// (−Inf, +Inf) and P is 1. Equal differences give an interval of width zero; P is
// then 1 if they are zero and 0 otherwise.
// Source: Student, "The probable error of a mean", Biometrika 6(1), 1908.
func PairedT(diffs []float64, level float64) Interval {
	n := len(diffs)
	r := Interval{Mean: Mean(diffs), SE: SD(diffs) / math.Sqrt(float64(n)), N: n}
	if n < 2 {
		r.Lo, r.Hi, r.P = math.Inf(-1), math.Inf(1), 1
		return r
	}
	if r.SE == 0 {
		r.Lo, r.Hi = r.Mean, r.Mean
		if r.Mean == 0 {
			r.P = 1
		}
		return r
	}
	half := float64(StudentQuantile((1+level)/2, float64(n-1)) * r.SE)
	r.Lo, r.Hi = r.Mean-half, r.Mean+half
	r.P = 2 * StudentTail(math.Abs(r.Mean/r.SE), float64(n-1))
	return r
}

// Wilson returns the score interval for the probability of a success, after k
// successes in n trials. It returns (0, 1) when n is 0.
// Source: E. B. Wilson, "Probable inference, the law of succession, and
// statistical inference", Journal of the American Statistical Association
// 22(158), 1927.
func Wilson(k, n int, level float64) (lo, hi float64) {
	if n == 0 {
		return 0, 1
	}
	z := NormalQuantile((1 + level) / 2)
	trials, share := float64(n), float64(k)/float64(n)
	scale := 1 + float64(z*z)/trials
	centre := (share + float64(z*z)/(2*trials)) / scale
	half := float64(z / scale * math.Sqrt(share*(1-share)/trials+float64(z*z)/(4*trials*trials)))
	lo, hi = max(0, centre-half), min(1, centre+half)
	// Rounding would leave these two ends slightly off their exact values.
	if k == 0 {
		lo = 0
	}
	if k == n {
		hi = 1
	}
	return lo, hi
}

// ClopperPearson returns the exact interval for the probability of a success, after k
// successes in n trials: each end is the probability at which k or a more extreme number
// would still be seen with half of 1 − level. It covers at least as often as it says. After
// none in n its upper end is 1 − ((1 − level)/2)^(1/n), which is 70.8 % for n = 3 and
// 16.8 % for n = 20 at 95 %. It returns (0, 1) when n is 0.
// Source: C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits
// illustrated in the case of the binomial", Biometrika 26(4), 1934.
func ClopperPearson(k, n int, level float64) (lo, hi float64) {
	hi = 1
	if k > 0 {
		lo = BetaQuantile((1-level)/2, float64(k), float64(n-k+1))
	}
	if k < n {
		hi = BetaQuantile((1+level)/2, float64(k+1), float64(n-k))
	}
	return lo, hi
}

// rare is the number of successes or of failures below which Share is exact. With fewer
// Wilson's interval may cover less than nine times in ten.
const rare = 5

// Share returns the interval that tables print for a share of k in n: that of Clopper and
// Pearson where successes or failures are rare, and Wilson's otherwise. It returns (0, 1)
// when n is 0.
func Share(k, n int, level float64) (lo, hi float64) {
	if min(k, n-k) < rare {
		return ClopperPearson(k, n, level)
	}
	return Wilson(k, n, level)
}

// ShareMethod names the intervals of Share in the notes of tables.
const ShareMethod = "Wilson, Clopper–Pearson below five of n or of the rest"

// QuantileInterval returns an interval for the p-quantile of a continuous
// distribution. Its ends are two order statistics of x, and infinite where x has
// too few values. The interval covers the quantile with the probability coverage,
// which is at least level.
// Source: H. A. David, H. N. Nagaraja, Order Statistics, 3rd edition, 2003,
// section 7.1.
func QuantileInterval(x []float64, p, level float64) (lo, hi, coverage float64) {
	n := len(x)
	if n == 0 {
		return math.Inf(-1), math.Inf(1), 1
	}
	below := func(k int) float64 { return BinomialCDF(k, n, p) } // of the number of values below the quantile
	// The quantile is under the r-th smallest value when fewer than r values lie
	// below the quantile.
	lower := sort.Search(n+1, func(r int) bool { return below(r) > (1-level)/2 })
	upper := sort.Search(n, func(r int) bool { return below(r) >= (1+level)/2 }) + 1
	sorted := ascending(x)
	lo, hi = math.Inf(-1), math.Inf(1)
	left, right := 0.0, 1.0
	if lower >= 1 {
		lo, left = sorted[lower-1], below(lower-1)
	}
	if upper <= n {
		hi, right = sorted[upper-1], below(upper-1)
	}
	return lo, hi, right - left
}

// PairingRatio returns the factor by which pairing on common random numbers
// lowers the variance of the mean difference of a and b. It divides the variance
// of unpaired runs by the variance of paired runs, (var a + var b)/var(a − b).
// Pairing helps when the ratio is above 1. The ratio is 1 when neither a nor b
// varies, +Inf when only their difference does not vary, and NaN when the lengths
// differ or are below two.
func PairingRatio(a, b []float64) float64 {
	if len(a) != len(b) || len(a) < 2 {
		return math.NaN()
	}
	diffs := make([]float64, len(a))
	for i := range a {
		diffs[i] = a[i] - b[i]
	}
	unpaired, paired := Variance(a)+Variance(b), Variance(diffs)
	if unpaired == 0 && paired == 0 {
		return 1
	}
	return unpaired / paired
}
