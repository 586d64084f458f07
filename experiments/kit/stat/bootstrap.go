package stat

import (
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"

	"stakeout/experiments/kit/draw"
)

// Resamples is the usual number of bootstrap resamples: with it the ends of a
// 95 % interval fall on order statistics.
const Resamples = 9999

// BCa returns the bias-corrected and accelerated bootstrap interval for a
// statistic of x. The resamples are drawn from streams of the given seed, and
// the same seed gives the same interval. The function stat may reorder its
// argument but must not keep it. Fewer than two values, or a statistic that is not finite, give
// (−Inf, +Inf).
// Source: B. Efron, "Better bootstrap confidence intervals", Journal of the
// American Statistical Association 82(397), 1987, with the acceleration from
// the jackknife.
func BCa(x []float64, stat func([]float64) float64, resamples int, level float64, seed uint64) (lo, hi float64) {
	n := len(x)
	if n < 2 {
		return math.Inf(-1), math.Inf(1)
	}
	buffer, leftOut := make([]float64, n-1), make([]float64, n)
	for i := range x {
		copy(buffer, x[:i])
		copy(buffer[i:], x[i+1:])
		leftOut[i] = stat(buffer)
	}
	return bca(x, stat, leftOut, resamples, level, seed)
}

// BCaES is BCa for ES at the same level, whose jackknife needs one sort instead
// of one for every value.
func BCaES(x []float64, resamples int, level float64, seed uint64) (lo, hi float64) {
	if len(x) < 2 {
		return math.Inf(-1), math.Inf(1)
	}
	return bca(x, func(x []float64) float64 { return ES(x, level) }, esLeftOut(x, level), resamples, level, seed)
}

// bca resamples x, given the estimates that leave one value out.
func bca(x []float64, stat func([]float64) float64, leftOut []float64, resamples int, level float64, seed uint64) (lo,
	hi float64) {
	n := len(x)
	buffer := make([]float64, n)
	replicates := resample(n, resamples, seed, func(s *draw.Stream) float64 {
		for i := range buffer {
			buffer[i] = x[s.Intn(n)]
		}
		return stat(buffer)
	})
	return BCaLimits(stat(slices.Clone(x)), replicates, leftOut, level)
}

// BCaMean returns BCa for the mean of x from the same resamples in half the
// time: no resample is stored and the jackknife has a closed form.
func BCaMean(x []float64, resamples int, level float64, seed uint64) (lo, hi float64) {
	n := len(x)
	m := Mean(x)
	if n < 2 || math.IsNaN(m) || math.IsInf(m, 0) {
		return math.Inf(-1), math.Inf(1)
	}
	// Sums of deviations lose no digits to a large mean.
	deviations := make([]float64, n)
	leftOut := make([]float64, n)
	for i, v := range x {
		deviations[i] = v - m
		leftOut[i] = -deviations[i] / float64(n-1)
	}
	replicates := resample(n, resamples, seed, func(s *draw.Stream) float64 {
		total := 0.0
		for range n {
			total += deviations[s.Intn(n)]
		}
		return total / float64(n)
	})
	lo, hi = BCaLimits(0, replicates, leftOut, level)
	return m + lo, m + hi
}

// resample returns the replicates in ascending order. Each resample has a
// stream of its own, so that more of them leave the first ones as they are.
func resample(n, resamples int, seed uint64, replicate func(*draw.Stream) float64) []float64 {
	stream := draw.New(seed)
	replicates := make([]float64, resamples)
	for r := range replicates {
		replicates[r] = replicate(stream.At(draw.Bootstrap, uint32(r), 0))
	}
	slices.Sort(replicates)
	return replicates
}

// BCaLimits reads the BCa interval off ascending replicates of the estimate,
// given the estimates that leave one value, one cluster or one block out,
// whichever the resamples draw. It is (−Inf, +Inf) without replicates and when
// the estimate or a replicate is not a number.
func BCaLimits(estimate float64, replicates, leftOut []float64, level float64) (lo, hi float64) {
	count := float64(len(replicates))
	if count == 0 || math.IsNaN(estimate-estimate) || math.IsNaN(replicates[0]) {
		return math.Inf(-1), math.Inf(1)
	}
	bias := biasCorrection(estimate, replicates)
	a := acceleration(leftOut)
	end := func(p float64) float64 {
		z := bias + distuv.UnitNormal.Quantile(p)
		// At a·z = 1 the correction passes infinity, where the interval ends.
		q := distuv.UnitNormal.CDF(bias + z/max(1e-9, 1-a*z))
		return interpolate(replicates, q*(count+1)-1)
	}
	return end((1 - level) / 2), end((1 + level) / 2)
}

// biasCorrection returns z₀, the normal quantile of the share of replicates
// below the estimate. Ties count one half, which matters for discrete
// statistics, and the share keeps half a replicate away from 0 and 1.
func biasCorrection(estimate float64, replicates []float64) float64 {
	count := float64(len(replicates))
	first, last := replicates[0], replicates[len(replicates)-1]
	// Equal in exact arithmetic is equal here: sums in another order may differ.
	rounding := 1e-12*(last-first) + 1e-15*max(math.Abs(first), math.Abs(last))
	below := sort.SearchFloat64s(replicates, estimate-rounding)
	notAbove := sort.Search(len(replicates), func(i int) bool { return replicates[i] > estimate+rounding })
	share := float64(below+notAbove) / (2 * count)
	return distuv.UnitNormal.Quantile(max(0.5/count, min(1-0.5/count, share)))
}

// acceleration returns a = Σd³/(6(Σd²)^1.5) of the jackknife deviations d; 0
// when they do not vary.
func acceleration(leftOut []float64) float64 {
	m := Mean(leftOut)
	squares := Sum(leftOut, func(v float64) float64 { return (m - v) * (m - v) })
	cubes := Sum(leftOut, func(v float64) float64 { return (m - v) * (m - v) * (m - v) })
	if squares == 0 {
		return 0
	}
	return cubes / (6 * math.Pow(squares, 1.5))
}
