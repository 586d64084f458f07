package stat

import "math"

// Warning is a text that says what limits an estimate. Tables print it below
// their rows.
type Warning string

// The warnings about the estimate of a mean difference.
const (
	// FewReplications: with few runs the t interval relies on normal differences.
	FewReplications Warning = "fewer than 20 replications"
	// HeavySkew: the sample is too small for its skewness by Cochran's rule.
	HeavySkew Warning = "heavy skew: n < 25 × skewness², the t interval may not cover"
	// IntervalsDiffer: the reader should prefer the bootstrap interval.
	IntervalsDiffer Warning = "t and BCa intervals differ by more than 10 % of the width"
	// ZeroVariance: every replication gave the same difference.
	ZeroVariance Warning = "zero variance: all replications are equal"
	// FewInTail: the expected shortfall is the mean of a few outcomes, and worse ones than
	// the sample has are likely.
	FewInTail Warning = "fewer than 50 outcomes in the tail, the expected shortfall has no interval and is likely too mild"
	// NotFinite: a value is infinite or NaN, and so is the estimate.
	NotFinite Warning = "values that are not finite"
)

// fewReplications is the sample size below which Warnings gives FewReplications.
const fewReplications = 20

// leastTail is the number of outcomes in the tail below which TailWarning objects. With 50
// the BCa interval of ES at 95 % covers 93 to 97 times in a hundred, which a test shows; with
// 20 it covers 92 times, with five 80 times.
const leastTail = 50

// TailWarning returns what limits an expected shortfall of n outcomes at a level, or
// nothing. At 95 % it objects to fewer than 1,000.
func TailWarning(n int, level float64) Warning {
	if tailCount(n, level) < leastTail {
		return FewInTail
	}
	return ""
}

// TailSize is the number of outcomes that ES averages, with a fraction.
func TailSize(n int, level float64) float64 { return tailCount(n, level) }

// Warnings returns, in a fixed order, what limits the estimate of a mean
// difference from diffs, given its t interval and its BCa interval. It returns nil
// when nothing limits the estimate. Source of the rule for skewness: W. G.
// Cochran, Sampling Techniques, 3rd edition, 1977, section 2.15.
func Warnings(diffs []float64, t Interval, bcaLo, bcaHi float64) []Warning {
	var found []Warning
	for _, v := range diffs {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return []Warning{NotFinite}
		}
	}
	if len(diffs) < fewReplications {
		found = append(found, FewReplications)
	}
	if len(diffs) < 2 {
		return found
	}
	if t.SE == 0 {
		return append(found, ZeroVariance)
	}
	if g := Skewness(diffs); float64(len(diffs)) < 25*g*g {
		found = append(found, HeavySkew)
	}
	if math.Max(math.Abs(bcaLo-t.Lo), math.Abs(bcaHi-t.Hi)) > 0.1*(t.Hi-t.Lo) {
		found = append(found, IntervalsDiffer)
	}
	return found
}
