package facts

import (
	"math"
	"slices"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/stat"
)

func TestLogReturns(t *testing.T) {
	got := LogReturns([]float64{1, math.E, 1})
	checkClose(t, "up", got[0], 1)
	checkClose(t, "down", got[1], -1)
	if len(got) != 2 || len(LogReturns(nil)) != 0 {
		t.Error("one value fewer than prices")
	}
}

// With sizes 1, e, e² the mean of the logarithms over the threshold 1 is 3/2.
func TestHill(t *testing.T) {
	x := []float64{1, -math.E, math.E * math.E, 0.5, 0.1, 0}
	checkClose(t, "Hill", Hill(x, 0.34), 2.0/3)
	checkClose(t, "no k", Hill(x, 0.1), nan)
	checkClose(t, "all", Hill(x, 1), nan)
	checkClose(t, "zero threshold", Hill(x, 0.84), nan)
	checkClose(t, "NaN fraction", Hill(x, nan), nan)
	checkClose(t, "equal", Hill([]float64{2, 2, 2, 2}, 0.5), inf)
	checkClose(t, "losses", Hill(Side(x, -1), 0.2), nan)
	checkClose(t, "gains", Hill(Side(x, 1), 0.34), 2/(2+2*math.Ln2))
}

// Hill's estimate of a Pareto sample is asymptotically normal with standard
// deviation α/√k. Student's t with ν degrees of freedom has the index ν only in
// the limit; at 1 % of 400,000 draws it is within a tenth for ν = 3.
func TestHillOnKnownTails(t *testing.T) {
	checkWithin(t, "Pareto", Hill(draws(pareto(3), 3, 40_000), 0.1), 3, 4*3/math.Sqrt(4000))
	checkWithin(t, "Student", Hill(draws(student(3), 4, 400_000), 0.01), 3, 0.3)
}

// At k = 10 the χ² quantiles with 20 degrees of freedom are 9.591 and 34.170.
func TestHillInterval(t *testing.T) {
	lo, hi := HillInterval(3, 10)
	checkWithin(t, "lo", lo, 3*9.5908/20, 1e-4)
	checkWithin(t, "hi", hi, 3*34.1696/20, 1e-4)
	lo, hi = HillInterval(nan, 10)
	checkClose(t, "undefined", hi-lo, inf)
}

func TestAnnualisedVolatility(t *testing.T) {
	checkClose(t, "volatility", AnnualisedVolatility([]float64{0.01, -0.01, 0.01, -0.01}, 365), math.Sqrt(4e-4/3*365))
}

// A series that repeats itself with period two has autocorrelations −1 and 1,
// and a break between two stretches must not count. For 1 to 5 by hand: the
// products (−2·−1 + −1·0 + 0·1 + 1·2)/4 over the squares 10/5.
func TestAutocorrelation(t *testing.T) {
	up, down := []float64{1, -1, 1, -1, 1, -1}, []float64{-1, 1, -1, 1}
	for lag, want := range []float64{1, -1, 1, -1} {
		checkClose(t, "stretches", Autocorrelation([][]float64{up, down}, lag), want)
	}
	checkClose(t, "sizes", Autocorrelation([][]float64{sizesOf([]float64{3, -1, 3, -1})}, 1), -1)
	checkClose(t, "line", Autocorrelation([][]float64{{1, 2, 3, 4, 5}}, 1), 0.5)
	checkClose(t, "too long", Autocorrelation([][]float64{up}, 6), nan)
	checkClose(t, "negative", Autocorrelation([][]float64{up}, -1), nan)
	checkClose(t, "constant", Autocorrelation([][]float64{{3, 3, 3}}, 1), nan)
	checkClose(t, "nothing", Autocorrelation(nil, 1), nan)
}

// The autocorrelation of AR(1) at lag k is φ^k.
func TestAutocorrelationOfAR1(t *testing.T) {
	x := [][]float64{draws(ar1(0.6), 1, 200_000)}
	for lag := 1; lag <= 5; lag++ {
		checkWithin(t, "AR(1)", Autocorrelation(x, lag), math.Pow(0.6, float64(lag)), 0.01)
	}
}

// By hand: n = 10, r = 0.5 and −0.25 as sums of products over sums of squares;
// Q = 10·12·(0.25/9 + 0.0625/8). χ² with two degrees of freedom has the survival
// function exp(−Q/2).
func TestLjungBox(t *testing.T) {
	acf, pairs := []float64{0.5 * 10 / 9, -0.25 * 10 / 8}, []int{9, 8}
	q, p := LjungBox(acf, pairs, 10)
	want := 120 * (0.25/9 + 0.0625/8)
	checkClose(t, "Q", q, want)
	checkClose(t, "p", p, math.Exp(-want/2))
	if _, p := LjungBox([]float64{nan}, []int{0}, 3); !math.IsNaN(p) {
		t.Error("no product, no test")
	}
}

// Of independent values the test rejects one in twenty.
func TestLjungBoxHasItsSize(t *testing.T) {
	rejected := 0
	for trial := range uint64(1000) {
		x, pairs, acf := [][]float64{draws(normal, trial+1, 200)}, make([]int, 5), make([]float64, 5)
		for k := range acf {
			acf[k], pairs[k] = Autocorrelation(x, k+1), 199-k
		}
		if _, p := LjungBox(acf, pairs, 200); p < 0.05 {
			rejected++
		}
	}
	if rejected < 25 || rejected > 80 {
		t.Errorf("rejected %d of 1,000 at 5 %%", rejected)
	}
}

func TestCorrelation(t *testing.T) {
	checkClose(t, "line", Correlation([]float64{1, 2, 3}, []float64{2, 4, 6}), 1)
	checkClose(t, "opposite", Correlation([]float64{1, 2, nan, 3}, []float64{3, 2, 9, 1}), -1)
	checkClose(t, "by hand", Correlation([]float64{1, 2, 3, 4}, []float64{1, 3, 2, 4}), 0.8)
	checkClose(t, "constant", Correlation([]float64{1, 1}, []float64{1, 2}), nan)
}

// Returns −1, 0, 1, 0 with squares one later 0, 1, 0: the pairs (−1, 0), (0, 1),
// (1, 0) have no correlation; −1, 2, 1 gives (−1, 4), (2, 1), which is −1.
func TestLeverage(t *testing.T) {
	checkClose(t, "none", Leverage([][]float64{{-1, 0, 1, 0}}, 1), 0)
	checkClose(t, "full", Leverage([][]float64{{-1, 2, 1}}, 1), -1)
}

// By hand for −1, 1, −1, 1: r_1 = −1, so VR(2) = 0; the squared products are 3 of
// 1 over the square of the sum of squares, 16.
func TestVarianceRatio(t *testing.T) {
	ratio, se := VarianceRatio([][]float64{{-1, 1, -1, 1}}, 2)
	checkClose(t, "ratio", ratio, 0)
	checkClose(t, "se", se, math.Sqrt(3.0/16))
	ratio, se = VarianceRatio([][]float64{{-1, 1}}, 1)
	checkClose(t, "one period", ratio, 1)
	checkClose(t, "one period", se, 0)
	// For AR(1), VR(q) = 1 + 2 Σ (1 − k/q) φ^k.
	ratio, _ = VarianceRatio([][]float64{draws(ar1(0.5), 2, 200_000)}, 3)
	checkWithin(t, "AR(1)", ratio, 1+2*(2.0/3*0.5+1.0/3*0.25), 0.02)
}

// For AR(1) the length tends to (2φ/(1 − φ²))^(2/3) n^(1/3).
func TestBlockLength(t *testing.T) {
	for _, phi := range []float64{0.5, 0.8} {
		want := math.Pow(2*phi/(1-phi*phi), 2.0/3) * math.Cbrt(100_000)
		checkWithin(t, "AR(1)", BlockLength([][]float64{draws(ar1(phi), 3, 100_000)}), want, 0.15*want)
	}
	if b := BlockLength([][]float64{draws(normal, 4, 1000)}); b < 1 || b > 4 {
		t.Errorf("independent values: %g", b)
	}
	checkClose(t, "constant", BlockLength([][]float64{make([]float64, 20)}), 1)
	checkClose(t, "nothing", BlockLength(nil), 1)
}

// The moments of a resample are as many as there are and keep twins together;
// blocks have their mean length.
func TestResample(t *testing.T) {
	p := layOut([]stretch{{0, 0, 100}, {0, 0, 100}, {1, 0, 50}, {1, 50, 50}})
	if len(p.moments) != 200 || len(p.all) != 300 || p.rest[99] != 0 || p.rest[250] != 49 {
		t.Fatalf("%d moments of %d values", len(p.moments), len(p.all))
	}
	if !slices.Equal(p.moments[7], []int{7, 107}) || !slices.Equal(p.moments[160], []int{260}) {
		t.Errorf("moments %v and %v", p.moments[7], p.moments[160])
	}
	s, jumps, steps := draw.New(1), 0, 0
	for r := range uint32(200) {
		picks, last := p.resample(s.At(draw.Bootstrap, r, 0), 8, nil), -1
		for _, t := range picks {
			if t >= 100 && t < 200 {
				continue // The twin.
			}
			if steps++; t != last+1 && !(last == 99 && t == 200) && !(last == 299 && t == 0) {
				jumps++
			}
			last = t
		}
	}
	checkWithin(t, "mean block", float64(steps)/float64(jumps), 8, 0.3)
}

func TestClustersAreDrawnWhole(t *testing.T) {
	series := make([][]float64, 12)
	for i := range series {
		series[i] = make([]float64, 5)
	}
	p, _ := newPanel(series)
	picks := p.resample(draw.New(1), 3, nil)
	for i := 0; i < len(picks); i += 5 {
		if picks[i]%5 != 0 || picks[i+4] != picks[i]+4 {
			t.Fatalf("cut cluster %v", picks[i:i+5])
		}
	}
	visits := 0
	p.jackknife(3, func(picks []int) {
		if visits++; len(picks) != 55 {
			t.Errorf("%d values remain", len(picks))
		}
	})
	if visits != 12 {
		t.Errorf("%d left out", visits)
	}
}

// Hill of a resample needs no sorting and must be Hill of its values.
func TestTailIndexOfAResample(t *testing.T) {
	x := sizesOf(draws(student(4), 6, 300))
	p, _ := newPanel([][]float64{x})
	picks := p.resample(draw.New(2), 5, nil)
	values := gather(nil, x, picks)
	checkClose(t, "tail", newTail(x).index(picks, 0.05), Hill(values, 0.05))
	checkClose(t, "no tail", newTail(x).index(picks[:3], 0.05), nan)
}

// coverage counts how often intervals cover a known value. The bounds are what
// the comments promise, less four binomial standard deviations.
func coverage(t *testing.T, name string, p process, n int, low float64, truth float64,
	of func(*panel, []float64) statistic) {
	t.Helper()
	trials, count := 200, 199
	if *long {
		trials, count = 2000, 999
	}
	hits, s := 0, draw.New(99)
	for trial := range uint32(trials) {
		x := make([]float64, n)
		p(s.At(draw.Decide, trial, 0), x)
		axis, _ := newPanel([][]float64{x})
		r := &returns{panel: axis, r: x, size: sizesOf(x)}
		if e := axis.bootstrap(r.longestBlock(), count, []statistic{of(axis, x)})[0]; e.Lo <= truth && truth <= e.Hi {
			hits++
		}
	}
	share := float64(hits) / float64(trials)
	if share < low-4*math.Sqrt(low*(1-low)/float64(trials)) || share > 0.97+4*math.Sqrt(0.03*0.97/float64(trials)) {
		t.Errorf("%s covers in %.3f of trials, want %.2f or more", name, share, low)
	}
	t.Logf("%s, n = %d: %.3f", name, n, share)
}

func TestCoverage(t *testing.T) {
	of := func(f func([]float64) float64) func(*panel, []float64) statistic {
		return func(_ *panel, x []float64) statistic {
			return func(picks []int) float64 { return f(gather(nil, x, picks)) }
		}
	}
	acf := func(lag int) func(*panel, []float64) statistic {
		return func(p *panel, x []float64) statistic {
			return func(picks []int) float64 { return p.autocorrelation(x, picks, lag) }
		}
	}
	sizes := func(p *panel, x []float64) statistic {
		y := sizesOf(x)
		return func(picks []int) float64 { return p.autocorrelation(y, picks, 1) }
	}
	clustered := garch(0.1, 0.85)
	first := Autocorrelation([][]float64{sizesOf(draws(clustered, 5, 1_000_000))}, 1)
	checkWithin(t, "kurtosis of GARCH", stat.Kurtosis(draws(garch(0.1, 0.8), 7, 1_000_000)), garchKurtosis(0.1, 0.8), 0.1)

	coverage(t, "mean of normal draws", normal, 250, 0.94, 0, of(stat.Mean))
	coverage(t, "SD of normal draws", normal, 250, 0.93, 1, of(stat.SD))
	coverage(t, "kurtosis of normal draws", normal, 250, 0.9, 3, of(stat.Kurtosis))
	coverage(t, "ACF of normal draws", normal, 250, 0.92, 0, acf(1))
	coverage(t, "mean of AR(1)", ar1(0.3), 250, 0.9, 0, of(stat.Mean))
	coverage(t, "SD of AR(1)", ar1(0.3), 250, 0.9, 1, of(stat.SD))
	coverage(t, "ACF of AR(1)", ar1(0.3), 250, 0.92, 0.3, acf(1))
	coverage(t, "mean of GARCH", clustered, 500, 0.91, 0, of(stat.Mean))
	coverage(t, "ACF of GARCH", clustered, 500, 0.91, 0, acf(1))
	coverage(t, "ACF of sizes of GARCH", clustered, 500, 0.83, first, sizes)
}

// Whole clusters carry any dependence within them.
func TestCoverageOfClusters(t *testing.T) {
	trials, count := 200, 199
	if *long {
		trials, count = 2000, 999
	}
	hits, s := [2]int{}, draw.New(96)
	for trial := range uint32(trials) {
		series := make([][]float64, 20)
		for i := range series {
			series[i] = make([]float64, 50)
			ar1(0.5)(s.At(draw.Decide, trial, uint32(i)), series[i])
		}
		p, x := newPanel(series)
		got := p.bootstrap(1, count, []statistic{
			func(picks []int) float64 { return stat.Mean(gather(nil, x, picks)) },
			func(picks []int) float64 { return p.autocorrelation(x, picks, 1) },
		})
		for i, truth := range []float64{0, 0.5} {
			if got[i].Lo <= truth && truth <= got[i].Hi {
				hits[i]++
			}
		}
	}
	for i, name := range []string{"mean", "ACF"} {
		share := float64(hits[i]) / float64(trials)
		t.Logf("%s of clusters: %.3f", name, share)
		checkWithin(t, name, share, 0.93, 0.03+4*math.Sqrt(0.07*0.93/float64(trials)))
	}
}

// Closed forms: the tail index of Pareto draws and the variance ratio of a
// random walk with changing volatility.
func TestCoverageOfClosedForms(t *testing.T) {
	trials := 400
	if *long {
		trials = 4000
	}
	tails, ratios, s := 0, 0, draw.New(98)
	for trial := range uint32(trials) {
		x := make([]float64, 500)
		pareto(3)(s.At(draw.Decide, trial, 0), x)
		if lo, hi := HillInterval(Hill(x, 0.05), 25); lo <= 3 && 3 <= hi {
			tails++
		}
		garch(0.1, 0.85)(s.At(draw.Decide, trial, 1), x)
		if v, se := VarianceRatio([][]float64{x}, 5); math.Abs(v-1) <= 1.96*se {
			ratios++
		}
	}
	four := 4 * math.Sqrt(0.05*0.95/float64(trials))
	checkWithin(t, "coverage of Hill", float64(tails)/float64(trials), 0.95, four)
	checkWithin(t, "coverage of the variance ratio", float64(ratios)/float64(trials), 0.94, four+0.01)
}
