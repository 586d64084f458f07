package stat

import (
	"math"
	"slices"
	"sort"

	"stakeout/experiments/kit/draw"
)

// Resamples is the usual number of bootstrap resamples: with it the ends of a
// 95 % interval fall on order statistics.
const Resamples = 9999

// BCa returns the bias-corrected and accelerated bootstrap interval for a
// statistic of x, in the unit of the statistic. The same seed gives the same
// resamples and the same interval. The function stat may reorder its argument but
// must not keep it. BCa returns (−Inf, +Inf) when x has fewer than two values or
// the statistic is not finite.
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

// BCaES is BCa for ES at the same level. It returns (−Inf, +Inf) when TailWarning objects:
// no resample has outcomes worse than the worst, so that with five of them the interval of
// 95 % covers four times in five, and with one of them once in four.
func BCaES(x []float64, resamples int, level float64, seed uint64) (lo, hi float64) {
	if TailWarning(len(x), level) != "" {
		return math.Inf(-1), math.Inf(1)
	}
	return bcaES(x, resamples, level, seed)
}

// bcaES is BCaES for samples of any size. It is faster than BCa, because it sorts once
// instead of once for every resample and for every value left out.
func bcaES(x []float64, resamples int, level float64, seed uint64) (lo, hi float64) {
	if len(x) < 2 {
		return math.Inf(-1), math.Inf(1)
	}
	sorted := ascending(x)
	times := make([]int32, len(x))
	replicates := resample(len(x), resamples, seed, func(s *draw.Stream) float64 {
		clear(times)
		for range times {
			times[s.Intn(len(times))]++
		}
		return esOf(sorted, times, tailCount(len(x), level))
	})
	return BCaLimits(ES(x, level), replicates, esLeftOut(x, level), level)
}

// bca resamples x and computes the interval. leftOut holds the estimates that
// leave one value out each.
func bca(
	x []float64, stat func([]float64) float64, leftOut []float64, resamples int, level float64, seed uint64,
) (lo, hi float64) {
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

// BCaMean returns BCa for the mean of x from the same resamples. It takes half the
// time, because it stores no resample and its jackknife has a closed form.
func BCaMean(x []float64, resamples int, level float64, seed uint64) (lo, hi float64) {
	n := len(x)
	m := Mean(x)
	if n < 2 || math.IsNaN(m) || math.IsInf(m, 0) {
		return math.Inf(-1), math.Inf(1)
	}
	// Deviations keep the digits that a large mean would take from the sums.
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

// resample returns the replicates in ascending order. Each resample has a separate
// stream, so that a larger number of resamples does not change the first ones.
func resample(n, resamples int, seed uint64, replicate func(*draw.Stream) float64) []float64 {
	stream := draw.New(seed)
	replicates := make([]float64, resamples)
	for r := range replicates {
		replicates[r] = replicate(stream.At(draw.Bootstrap, uint32(r), 0))
	}
	slices.Sort(replicates)
	return replicates
}

// BCaLimits returns the BCa interval from the replicates of an estimate in
// ascending order. leftOut holds the estimates that leave out one unit each; the
// unit is the one that the resamples draw, such as a value, a cluster or a block.
// The result is (−Inf, +Inf) when there are no replicates, when the estimate is
// not finite or when a replicate is NaN.
func BCaLimits(estimate float64, replicates, leftOut []float64, level float64) (lo, hi float64) {
	count := float64(len(replicates))
	if count == 0 || math.IsNaN(estimate-estimate) || math.IsNaN(replicates[0]) {
		return math.Inf(-1), math.Inf(1)
	}
	bias := biasCorrection(estimate, replicates)
	a := acceleration(leftOut)
	end := func(p float64) float64 {
		z := bias + NormalQuantile(p)
		// The correction grows without bound as a·z approaches 1 and would change its
		// sign beyond; the floor of 1e-9 keeps it large and positive.
		q := NormalCDF(bias + z/max(1e-9, 1-float64(a*z)))
		return interpolate(replicates, float64(q*(count+1))-1)
	}
	return end((1 - level) / 2), end((1 + level) / 2)
}

// biasCorrection returns z₀, the normal quantile of the share of replicates
// below the estimate. Ties count one half, which matters for discrete statistics.
// The share stays half a replicate away from 0 and 1, so that z₀ is finite.
func biasCorrection(estimate float64, replicates []float64) float64 {
	count := float64(len(replicates))
	first, last := replicates[0], replicates[len(replicates)-1]
	// Replicates that tie with the estimate in exact arithmetic may differ from it by
	// rounding, because their sums run in another order.
	rounding := float64(1e-12*(last-first)) + float64(1e-15*max(math.Abs(first), math.Abs(last)))
	below := sort.SearchFloat64s(replicates, estimate-rounding)
	notAbove := sort.Search(len(replicates), func(i int) bool { return replicates[i] > estimate+rounding })
	share := float64(below+notAbove) / (2 * count)
	return NormalQuantile(max(0.5/count, min(1-0.5/count, share)))
}

// acceleration returns a = Σd³/(6(Σd²)^1.5) for the jackknife deviations d, and 0
// when all of them are 0.
func acceleration(leftOut []float64) float64 {
	m := Mean(leftOut)
	squares := Sum(leftOut, func(v float64) float64 { return (m - v) * (m - v) })
	cubes := Sum(leftOut, func(v float64) float64 { return (m - v) * (m - v) * (m - v) })
	if squares == 0 {
		return 0
	}
	return cubes / (6 * squares * math.Sqrt(squares))
}
