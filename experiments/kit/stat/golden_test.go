package stat

import (
	"math"
	"testing"

	"stakeout/experiments/kit/draw"
)

// The bits of statistics are pinned, so that a build for another processor can be held
// against them.
func TestGoldenStatistics(t *testing.T) {
	const want = 0xc9c5d7e43ca1d357
	hash := uint64(14695981039346656037)
	take := func(list ...float64) {
		for _, v := range list {
			hash = (hash ^ math.Float64bits(v)) * 1099511628211
		}
	}
	interval := func(i Interval) { take(i.Mean, i.SE, i.Lo, i.Hi, i.P) }
	pair := func(lo, hi float64) { take(lo, hi) }
	s := draw.New(7698)
	for _, n := range []int{2, 3, 20, 57, 1000} {
		x, y := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i] = float64(1e5 * (s.Norm() - s.Exponential()))
			y[i] = float64(3e4*s.Norm()) + float64(0.5*x[i])
		}
		interval(PairedT(x, 0.95))
		pair(BCaMean(x, 199, 0.95, 1))
		pair(BCaES(x, 99, 0.95, 1))
		pair(bcaES(x, 99, 0.9, 1))
		pair(BCa(x, SD, 49, 0.9, 1))
		lo, hi, coverage := QuantileInterval(x, 0.3, 0.9)
		take(lo, hi, coverage, Quantile(x, 0.37), VaR(x, 0.95), ES(x, 0.95), Skewness(x), Kurtosis(x), PairingRatio(x, y))
		take(Holm(x[:min(n, 20)])...)
		take(ExpectedMaximum(n, float64(n)))
		for k := 0; k <= n; k += 1 + n/7 {
			pair(Wilson(k, n, 0.95))
			pair(ClopperPearson(k, n, 0.95))
			take(BinomialCDF(k, n, 0.3))
		}
	}
	for i := range 400 {
		p := (float64(i) + 0.5) / 400
		take(NormalQuantile(p), NormalCDF(float64(8*p)-4), StudentQuantile(p, float64(i+1)), StudentTail(5*p, float64(i+1)),
			ChiSquaredTail(9*p, float64(i+1)), ChiSquaredQuantile(p, float64(i+1)), BetaCDF(p*9, 3, p))
	}
	if hash != want {
		t.Errorf("%#x, want %#x", hash, uint64(want))
	}
}
