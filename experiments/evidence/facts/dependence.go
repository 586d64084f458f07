package facts

import (
	"math"

	"stakeout/experiments/kit/stat"
)

// Autocorrelation treats the series as stretches of one long series: one mean
// and one variance for all, products only within a stretch. Means of the
// products and of the squares are compared, not sums, so that short stretches
// do not pull long lags towards zero. For one stretch of length n it is n/(n −
// lag) times the estimate of Box and Jenkins. It is NaN when no stretch is
// longer than the lag, when nothing varies and when the lag is negative.
// Source: G. Box, G. Jenkins, Time Series Analysis, 1970, section 2.1.
func Autocorrelation(series [][]float64, lag int) float64 {
	p, x := newPanel(series)
	return p.autocorrelation(x, p.all, lag)
}

// autocorrelation is Autocorrelation over the positions that were picked, each
// as often as it was.
func (p *panel) autocorrelation(x []float64, picks []int, lag int) float64 {
	if lag < 0 {
		return math.NaN()
	}
	var out [1]float64
	p.correlogram(x, picks, lag, out[:])
	return out[0]
}

// correlogram fills out with the autocorrelations from a lag on. It takes all
// lags of a position together, while its neighbours are at hand.
func (p *panel) correlogram(x []float64, picks []int, first int, out []float64) {
	m := meanOf(x, picks)
	clear(out)
	pairs := make([]float64, len(out))
	squares := 0.0
	for _, t := range picks {
		d := x[t] - m
		squares += float64(d * d)
		for k := range min(len(out), p.rest[t]-first+1) {
			out[k] += float64(d * (x[t+first+k] - m))
			pairs[k]++
		}
	}
	for k := range out {
		out[k] = out[k] / pairs[k] / (squares / float64(len(picks)))
	}
}

// pairs is the number of products at a lag.
func (p *panel) pairs(lag int) (n int) {
	for _, rest := range p.rest {
		if rest >= lag {
			n++
		}
	}
	return n
}

func meanOf(x []float64, picks []int) float64 {
	sum := 0.0
	for _, t := range picks {
		sum += x[t]
	}
	return sum / float64(len(picks))
}

// LjungBox tests the autocorrelations at lags 1 to m = len(acf) of n values
// together: Q = n(n+2) Σ r_k²/(n−k), which is χ² with m degrees of freedom when
// the values are independent. The acf are those of Autocorrelation; pairs holds
// the number of products behind each, n − k for one stretch. It returns Q and
// the p-value. Returns whose size clusters reject too often.
// Source: G. M. Ljung, G. E. P. Box, "On a measure of lack of fit in time series
// models", Biometrika 65(2), 1978.
func LjungBox(acf []float64, pairs []int, n int) (q, p float64) {
	all := float64(n)
	for k, r := range acf {
		share := float64(pairs[k]) / all
		q += float64(share*r) * float64(share*r) / float64(pairs[k])
	}
	q *= all * (all + 2)
	if math.IsNaN(q) || len(acf) == 0 {
		return math.NaN(), math.NaN()
	}
	return q, stat.ChiSquaredTail(q, float64(len(acf)))
}

// Correlation is Pearson's correlation of the pairs (x_i, y_i), those with a
// missing value (NaN) left out. It is NaN when one of them does not vary.
func Correlation(x, y []float64) float64 {
	all := make([]int, len(x))
	for i := range all {
		all[i] = i
	}
	return correlation(all, func(i int) (float64, float64) { return x[i], y[i] })
}

// correlation is Pearson's of the pairs at the positions that were picked.
func correlation(picks []int, pair func(int) (float64, float64)) float64 {
	n, meanX, meanY := 0.0, 0.0, 0.0
	for _, i := range picks {
		if x, y := pair(i); !math.IsNaN(x + y) {
			n, meanX, meanY = n+1, meanX+x, meanY+y
		}
	}
	meanX, meanY = meanX/n, meanY/n
	xx, yy, xy := 0.0, 0.0, 0.0
	for _, i := range picks {
		if x, y := pair(i); !math.IsNaN(x + y) {
			dx, dy := x-meanX, y-meanY
			xx, yy, xy = xx+float64(dx*dx), yy+float64(dy*dy), xy+float64(dx*dy)
		}
	}
	return xy / math.Sqrt(float64(xx*yy))
}

// Leverage returns the correlation of a return with the square of the one that
// follows it after a lag: negative where falls make markets nervous.
// Source: J.-P. Bouchaud, A. Matacz, M. Potters, "Leverage effect in financial
// markets: the retarded volatility model", Physical Review Letters 87(22), 2001,
// in the normalisation of Cont (2001).
func Leverage(series [][]float64, lag int) float64 {
	p, x := newPanel(series)
	return p.leverage(x, p.all, lag)
}

func (p *panel) leverage(x []float64, picks []int, lag int) float64 {
	return correlation(picks, func(t int) (float64, float64) {
		if p.rest[t] < lag {
			return math.NaN(), math.NaN()
		}
		return x[t], float64(x[t+lag] * x[t+lag])
	})
}

// VarianceRatio returns the variance of returns over q periods over q times
// that of one period, VR = 1 + 2 Σ (1 − k/q) r_k over lags k below q, which is
// 1 for a random walk, and its standard error, which holds whatever volatility
// does as long as returns are uncorrelated. It is NaN when no stretch is that
// long.
// Source: A. W. Lo, A. C. MacKinlay, "Stock market prices do not follow random
// walks: evidence from a simple specification test", Review of Financial
// Studies 1(1), 1988, equations 18 to 20.
func VarianceRatio(series [][]float64, q int) (ratio, se float64) {
	p, x := newPanel(series)
	m := meanOf(x, p.all)
	squares := 0.0
	for _, v := range x {
		squares += float64((v - m) * (v - m))
	}
	ratio, variance := 1.0, 0.0
	for k := 1; k < q; k++ {
		weight := 2 * (1 - float64(k)/float64(q))
		ratio += float64(weight * p.autocorrelation(x, p.all, k))
		spread := 0.0
		for t, rest := range p.rest {
			if rest >= k {
				both := float64((x[t] - m) * (x[t+k] - m))
				spread += float64(both * both)
			}
		}
		variance += float64(weight*weight) * spread / float64(squares*squares)
	}
	return ratio, math.Sqrt(variance)
}
