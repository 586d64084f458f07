package facts

import (
	"math"
	"slices"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/stat"
)

const (
	// enoughClusters is the number of clusters from which whole ones are drawn.
	// Blocks within a cluster miss dependence that is longer than a block.
	enoughClusters = 10
	// resamples is smaller than the usual number, since each estimates
	// everything anew; fewResamples is for more than longSeries values: half a
	// million, a year of minutes, still take two minutes.
	resamples, fewResamples, longSeries = 999, 199, 50_000
	// leftOut is the number of groups of blocks that the jackknife leaves out.
	leftOut = 100
	// seed makes intervals a function of the data alone.
	seed = 7698
)

// statistic is computed from the positions that were picked, in any order and
// each as often as it was.
type statistic func(picks []int) float64

// BlockLength returns the mean block length for the stationary bootstrap of
// the mean of a series, in values: (2G²/D)^(1/3) n^(1/3) from its
// autocovariances up to twice the lag after which none is significant. It is at
// least 1 and at most min(3√n, n/3).
// Source: D. N. Politis, H. White, "Automatic block-length selection for the
// dependent bootstrap", Econometric Reviews 23(1), 2004, with the correction of
// A. Patton, D. N. Politis, H. White, Econometric Reviews 28(4), 2009.
func BlockLength(series [][]float64) float64 {
	p, x := newPanel(series)
	return p.blockLength(x)
}

func (p *panel) blockLength(x []float64) float64 {
	n := float64(len(p.moments)) // Twins do not make a series longer.
	longest := math.Ceil(min(3*math.Sqrt(n), n/3))
	if n < 9 {
		return 1
	}
	window := max(5, int(math.Ceil(math.Sqrt(exact.Log10(n)))))
	maxLag := int(math.Ceil(math.Sqrt(n))) + window
	rho := make([]float64, maxLag+1)
	p.correlogram(x, p.all, 0, rho)
	for k, r := range rho {
		if rho[k] = 0; !math.IsNaN(r) {
			// Products over n, as in the source: long lags must not gain weight.
			rho[k] = r * float64(p.pairs(k)) / float64(len(x))
		}
	}
	lags := min(2*max(lastSignificant(rho, window, 2*math.Sqrt(exact.Log10(n)/n)), 1), maxLag)
	g, spectrum := 0.0, rho[0]
	for k := 1; k <= lags; k++ {
		taper := min(1, 2*(1-float64(k)/float64(lags)))
		g += float64(2 * float64(taper*float64(k)) * rho[k])
		spectrum += 2 * float64(taper*rho[k])
	}
	length := exact.Pow(float64(g*g)/float64(spectrum*spectrum)*n, 1.0/3)
	if math.IsNaN(length) {
		return 1
	}
	return max(1, min(longest, length))
}

// lastSignificant is the smallest lag that is followed by window insignificant
// ones, or else the last significant lag.
func lastSignificant(rho []float64, window int, bound float64) (last int) {
	for k := 1; k < len(rho); k++ {
		if math.Abs(rho[k]) > bound {
			last = k
		} else if k-last >= window {
			return last
		}
	}
	return last
}

// estimate returns the statistics of all positions with their intervals. All of
// them see the same resamples.
//
// Coverage of 95 % intervals, measured by the tests: 0.90 to 0.96 for means,
// standard deviations and autocorrelations of independent series and of AR(1)
// with φ = 0.3 of 250 values or more, and from 20 clusters of 50. Under GARCH(1,1) with α = 0.1, β = 0.85 the
// autocorrelations of sizes reach 0.80 to 0.92, standard deviations 0.80 at
// 1,000 values and 0.9 at 4,000, and kurtosis, whose own variance is infinite
// there, about 0.7.
func (p *panel) estimate(block float64, of []statistic) []Estimate {
	if len(p.all) > longSeries {
		return p.bootstrap(block, fewResamples, of)
	}
	return p.bootstrap(block, resamples, of)
}

func (p *panel) bootstrap(block float64, count int, of []statistic) []Estimate {
	replicates, without := make([][]float64, len(of)), make([][]float64, len(of))
	stream := draw.New(seed)
	var picks []int
	for r := range count {
		picks = p.resample(stream.At(draw.Bootstrap, uint32(r), 0), block, picks)
		for i, f := range of {
			replicates[i] = append(replicates[i], f(picks))
		}
	}
	p.jackknife(block, func(picks []int) {
		for i, f := range of {
			without[i] = append(without[i], f(picks))
		}
	})
	out := make([]Estimate, len(of))
	for i, f := range of {
		e := Estimate{Value: f(p.all), N: len(p.all)}
		slices.Sort(replicates[i])
		e.Lo, e.Hi = stat.BCaLimits(e.Value, replicates[i], without[i], Level)
		out[i] = e
	}
	return out
}

// resample picks as many moments as there are: whole clusters if there are
// enough, else blocks that start anywhere and end after each moment with
// probability 1/block. After the last moment the first one follows.
func (p *panel) resample(s *draw.Stream, block float64, picks []int) []int {
	picks = picks[:0]
	if n := p.clusters(); n >= enoughClusters {
		for range n {
			c := s.Intn(n)
			picks = p.take(picks, p.starts[c], p.starts[c+1])
		}
		return picks
	}
	n, at := len(p.moments), 0
	for i := range n {
		if i == 0 || s.Float64() < 1/block {
			at = s.Intn(n)
		} else if at++; at == n {
			at = 0
		}
		picks = append(picks, p.moments[at]...)
	}
	return picks
}

// take adds the positions of the moments from one on up to another.
func (p *panel) take(picks []int, from, to int) []int {
	for _, m := range p.moments[from:to] {
		picks = append(picks, m...)
	}
	return picks
}

// jackknife visits the positions that remain without each cluster, or without
// each of up to a hundred groups of neighbours that are at least a block long.
func (p *panel) jackknife(block float64, visit func(picks []int)) {
	n := len(p.moments)
	borders := p.starts
	if p.clusters() < enoughClusters {
		groups := max(min(leftOut, int(float64(n)/block)), 1)
		borders = make([]int, groups+1)
		for g := range borders {
			borders[g] = g * n / groups
		}
	}
	var picks []int
	for g := 0; g+1 < len(borders); g++ {
		picks = p.take(p.take(picks[:0], 0, borders[g]), borders[g+1], n)
		visit(picks)
	}
}
