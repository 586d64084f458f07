package claims

import (
	"math"

	"stakeout/experiments/kit/stat"
)

// bootSeed starts the resamples; it is a constant, so that a sample always has the same
// warnings.
const bootSeed = 7698

// weigh judges a test from its sample alone.
func weigh(t *Test, x []float64) Result {
	r := Result{Test: t, Got: stat.PairedT(x, confidence), P: math.NaN(), Holm: math.NaN(), Q: math.NaN()}
	if t.Of.yesOrNo() && t.Less.Preset == "" {
		return count(r, x)
	}
	lo, hi := stat.BCaMean(x, stat.Resamples, confidence, bootSeed)
	r.Warnings = stat.Warnings(x, r.Got, lo, hi)
	r.Verdict = judge(t, r.Got)
	if t.Identity != "" || !(r.Got.SE > 0) || math.IsInf(r.Got.SE, 0) {
		return r
	}
	apart := make([]float64, len(x))
	for i, v := range x {
		apart[i] = v - t.Bound
	}
	r.P = stat.PairedT(apart, confidence).P
	return r
}

// count judges a test of a share of replications by the binomial distribution, which has an
// interval even when all replications agree.
func count(r Result, x []float64) Result {
	k, n := 0, len(x)
	for _, v := range x {
		if v > 50 {
			k++
		}
	}
	lo, hi := stat.ClopperPearson(k, n, confidence)
	share := float64(k) / float64(n)
	r.Got = stat.Interval{Mean: 100 * share, Lo: 100 * lo, Hi: 100 * hi, N: n,
		SE: 100 * max(math.Sqrt(share*(1-share)), 1/float64(n)) / math.Sqrt(float64(n))}
	bound := r.Test.Bound / 100
	r.P = min(1, 2*min(stat.BinomialCDF(k, n, bound), 1-stat.BinomialCDF(k-1, n, bound)))
	r.Verdict = judge(r.Test, r.Got)
	return r
}

// adjust adjusts the p-values of the tests of a claim by Holm, and takes back the verdicts
// that do not survive it.
func adjust(results []Result) {
	family, p := tests(results)
	for i, adjusted := range stat.Holm(p) {
		r := family[i]
		r.Holm = adjusted
		if !(adjusted <= 1-confidence) {
			r.Verdict = CannotTell
		}
	}
}

// discoveries adjusts the p-values of all tests of a trial by Benjamini and Hochberg.
func discoveries(findings []Finding) {
	var family []*Result
	var p []float64
	for i := range findings {
		some, theirs := tests(findings[i].Results)
		family, p = append(family, some...), append(p, theirs...)
	}
	for i, q := range stat.BenjaminiHochberg(p) {
		family[i].Q = q
	}
}

// tests lists the results that have a p-value, with it.
func tests(results []Result) (family []*Result, p []float64) {
	for i := range results {
		if r := &results[i]; r.tested() {
			family, p = append(family, r), append(p, r.P)
		}
	}
	return family, p
}
