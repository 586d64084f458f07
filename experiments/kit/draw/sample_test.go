package draw

import (
	"hash/fnv"
	"math"
	"slices"
	"testing"
)

// samplers lists every sampler with its mean, its variance, its distribution
// function if it is continuous, and the hash of its first 1e5 numbers at seed 42.
var samplers = []struct {
	name           string
	draw           func(*Stream) float64
	mean, variance float64
	cdf            func(float64) float64
	hash           uint64
}{
	{"Float64", (*Stream).Float64, 0.5, 1.0 / 12, func(x float64) float64 { return x }, 0x6ce79272559d0f23},
	{"Uniform", func(s *Stream) float64 { return s.Uniform(-2, 6) }, 2, 64.0 / 12,
		func(x float64) float64 { return (x + 2) / 8 }, 0xcc95b5eab2b08eff},
	{"Norm", (*Stream).Norm, 0, 1, normalCDF, 0x1df71ca9e80b9e1e},
	{"Exponential", (*Stream).Exponential, 1, 1, func(x float64) float64 { return -math.Expm1(-x) }, 0x24d7c8cf0e469fe9},
	{"Lognormal", func(s *Stream) float64 { return s.Lognormal(0.5) }, math.Exp(0.125), math.Expm1(0.25) * math.Exp(0.25),
		func(x float64) float64 { return normalCDF(math.Log(x) / 0.5) }, 0x66bafbc3e16da781},
	{"Pareto", func(s *Stream) float64 { return s.Pareto(8) }, 8.0 / 7, 8.0 / (49 * 6),
		func(x float64) float64 { return 1 - math.Pow(x, -8) }, 0xe5db74cc1ede6c37},
	{"Intn", func(s *Stream) float64 { return float64(s.Intn(7)) }, 3, 4, nil, 0x80941afd9cabb530},
	{"Poisson0.3", poisson(0.3), 0.3, 0.3, nil, 0xd39ac0cc378bd874},
	{"Poisson9.9", poisson(9.9), 9.9, 9.9, nil, 0x531fbcbc1a2436f7},
	{"Poisson10", poisson(10), 10, 10, nil, 0x6bd78fbaa613c14f},
	{"Poisson250", poisson(250), 250, 250, nil, 0x0772ddfb9e75ccc1},
	{"Poisson1e6", poisson(1e6), 1e6, 1e6, nil, 0x6cb44e3339c72d43},
	{"Poisson2e9", poisson(2e9), 2e9, 2e9, nil, 0x3011984f3d6a4f88},
}

func poisson(mean float64) func(*Stream) float64 {
	return func(s *Stream) float64 { return float64(s.Poisson(mean)) }
}

func normalCDF(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// sample returns the first n numbers of a sampler at the given seed.
func sample(draw func(*Stream) float64, seed uint64, n int) []float64 {
	s := New(seed)
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = draw(s)
	}
	return xs
}

func TestGoldenHashes(t *testing.T) {
	for _, c := range samplers {
		digest := fnv.New64a()
		for _, x := range sample(c.draw, 42, 100_000) {
			bits := math.Float64bits(x)
			var word [8]byte
			for i := range word {
				word[i] = byte(bits >> (8 * i))
			}
			digest.Write(word[:])
		}
		if got := digest.Sum64(); got != c.hash {
			t.Errorf("%s: hash %#016x, want %#016x", c.name, got, c.hash)
		}
	}
}

func TestMeansAndVariances(t *testing.T) {
	const n = 200_000
	for _, c := range samplers {
		sum, squares, fourth := 0.0, 0.0, 0.0
		for _, x := range sample(c.draw, 7, n) {
			d := x - c.mean
			sum += d
			squares += d * d
			fourth += d * d * d * d
		}
		if z := sum / math.Sqrt(n*c.variance); math.Abs(z) > 4 {
			t.Errorf("%s: mean is %.1f standard errors off", c.name, z)
		}
		variance := squares / n
		se := math.Sqrt((fourth/n - variance*variance) / n)
		if z := (variance - c.variance) / se; math.Abs(z) > 4.5 {
			t.Errorf("%s: variance %v is %.1f standard errors off %v", c.name, variance, z, c.variance)
		}
	}
}

// The test of Kolmogorov and Smirnov, at a level of one in a thousand.
func TestDistributionFunctions(t *testing.T) {
	const n = 50_000
	for _, c := range samplers {
		if c.cdf == nil {
			continue
		}
		xs := sample(c.draw, 11, n)
		slices.Sort(xs)
		distance := 0.0
		for i, x := range xs {
			p := c.cdf(x)
			distance = max(distance, p-float64(i)/n, float64(i+1)/n-p)
		}
		if limit := 1.95 / math.Sqrt(n); distance > limit {
			t.Errorf("%s: distance %.5f, limit %.5f", c.name, distance, limit)
		}
	}
}

// checkChiSquare compares counts with their expectations and allows four standard
// deviations. It leaves out cells whose expectation is below ten.
func checkChiSquare(t *testing.T, name string, counts []int, expected func(int) float64) {
	t.Helper()
	statistic, cells := 0.0, 0
	for i, c := range counts {
		if e := expected(i); e >= 10 {
			statistic += (float64(c) - e) * (float64(c) - e) / e
			cells++
		}
	}
	df := float64(cells - 1)
	if limit := df + 4*math.Sqrt(2*df) + 4; statistic > limit {
		t.Errorf("%s: chi-square %.0f with %.0f degrees of freedom, limit %.0f", name, statistic, df, limit)
	}
}

// Two million numbers in 160 bins reveal an error in a single layer of the
// ziggurat. The two outer bins hold its tails.
func TestNormInFineBins(t *testing.T) {
	const n, bins, width = 2_000_000, 160, 0.05625
	counts := make([]int, bins)
	s := New(3)
	for range n {
		i := int(math.Floor(s.Norm()/width)) + bins/2
		counts[max(0, min(bins-1, i))]++
	}
	checkChiSquare(t, "Norm", counts, func(i int) float64 {
		low, high := normalCDF(float64(i-bins/2)*width), normalCDF(float64(i+1-bins/2)*width)
		if i == 0 {
			low = 0
		}
		if i == bins-1 {
			high = 1
		}
		return n * (high - low)
	})
}

func TestNormTailIsBeyondTheEdge(t *testing.T) {
	const n = 100_000
	s := New(5)
	beyond4 := 0
	for range n {
		x := s.normTail()
		if x < zigguratEdge {
			t.Fatalf("tail number %v", x)
		}
		if x > 4 {
			beyond4++
		}
	}
	p := normalCDF(-4) / normalCDF(-zigguratEdge)
	if z := (float64(beyond4) - n*p) / math.Sqrt(n*p*(1-p)); math.Abs(z) > 4 {
		t.Errorf("%d of %d beyond 4, want %.0f", beyond4, n, n*p)
	}
}

func TestZigguratCloses(t *testing.T) {
	top := layers[zigguratLayers-1]
	x := top.width * 0x1p53
	if area := x * (1 - top.lower); math.Abs(area-zigguratArea) > 1e-12 {
		t.Errorf("area of the top layer %v, want %v", area, zigguratArea)
	}
	for i := 1; i < zigguratLayers; i++ {
		if layers[i].width >= layers[i-1].width || layers[i].lower != layers[i-1].upper {
			t.Errorf("layer %d does not fit its neighbour", i)
		}
	}
}

func TestPoissonProbabilities(t *testing.T) {
	const n = 300_000
	for _, mean := range []float64{0.01, 0.3, 3, 9.9, 10, 11, 30, 250} {
		counts := make([]int, 500)
		s := New(13)
		for range n {
			counts[s.Poisson(mean)]++
		}
		checkChiSquare(t, "Poisson", counts, func(k int) float64 {
			gamma, _ := math.Lgamma(float64(k) + 1)
			return n * math.Exp(float64(k)*math.Log(mean)-mean-gamma)
		})
	}
}

func TestLogPoissonAgainstLgamma(t *testing.T) {
	for _, mean := range []float64{10, 33.3, 1000, 1e6} {
		for _, k := range []float64{0, 1, 5, 9, 10, 11, 40, 1000, 1e6} {
			gamma, _ := math.Lgamma(k + 1)
			want := k*math.Log(mean) - mean - gamma
			if got := logPoisson(mean, k); math.Abs(got-want) > 1e-11*math.Max(100, max(k, mean)) {
				t.Errorf("logPoisson(%v, %v) = %v, want %v", mean, k, got, want)
			}
		}
	}
}

func TestPoissonOfNoMean(t *testing.T) {
	s := New(1)
	for _, mean := range []float64{0, -1, math.NaN(), math.Inf(-1)} {
		if got := s.Poisson(mean); got != 0 {
			t.Errorf("Poisson(%v) = %d, want 0", mean, got)
		}
	}
}

func TestBadParametersPanic(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(*Stream)
	}{
		{"Intn(0)", func(s *Stream) { s.Intn(0) }},
		{"Intn(-1)", func(s *Stream) { s.Intn(-1) }},
		{"Poisson(1e10)", func(s *Stream) { s.Poisson(1e10) }},
		{"Poisson(+Inf)", func(s *Stream) { s.Poisson(math.Inf(1)) }},
		{"At(no purpose)", func(s *Stream) { s.At(purposes, 0, 0) }},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", c.name)
				}
			}()
			c.f(New(1))
		}()
	}
}

func TestIntnIsUniform(t *testing.T) {
	const n, trials = 13, 130_000
	counts := make([]int, n)
	s := New(17)
	for range trials {
		counts[s.Intn(n)]++
	}
	checkChiSquare(t, "Intn", counts, func(int) float64 { return trials / n })
}

// Without rejection, the bound 3·2**61 would make two thirds of the results one
// and a half times as probable as the others.
func TestIntnIsUnbiasedForLargeBounds(t *testing.T) {
	if math.MaxInt == math.MaxInt32 {
		t.Skip("needs an int of 64 bits")
	}
	bound := uint64(3) << 61
	const trials = 60_000
	counts := make([]int, 3)
	s := New(19)
	for range trials {
		counts[uint64(s.Intn(int(bound)))%3]++
	}
	checkChiSquare(t, "Intn large", counts, func(int) float64 { return trials / 3 })
}
