package stat

import (
	"math"
	"slices"
	"testing"

	"stakeout/experiments/kit/draw"
)

// checkClose checks a value to a relative tolerance of 1e-10 (absolute below one).
func checkClose(t *testing.T, name string, got, want float64) {
	t.Helper()
	checkWithin(t, name, got, want, 1e-10*max(1, math.Abs(want)))
}

func checkWithin(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	same := got == want || (math.IsNaN(got) && math.IsNaN(want))
	if !same && !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.15g, want %.15g", name, got, want)
	}
}

var nan, inf = math.NaN(), math.Inf(1)

// By hand: the values 2, 4, 4, 4, 5, 5, 7, 9 have mean 5 and central moments 4,
// 5.25 and 44.5.
func TestMoments(t *testing.T) {
	x := []float64{2, 4, 4, 4, 5, 5, 7, 9}
	checkClose(t, "Mean", Mean(x), 5)
	checkClose(t, "Variance", Variance(x), 32.0/7)
	checkClose(t, "SD", SD(x), math.Sqrt(32.0/7))
	checkClose(t, "Skewness", Skewness(x), 5.25/8)
	checkClose(t, "Kurtosis", Kurtosis(x), 44.5/16)
	checkClose(t, "ExcessKurtosis", ExcessKurtosis(x), 44.5/16-3)
}

func TestMomentsOfDegenerateSamples(t *testing.T) {
	checkClose(t, "Mean of nothing", Mean(nil), nan)
	checkClose(t, "SD of one", SD([]float64{3}), nan)
	checkClose(t, "Mean with Inf", Mean([]float64{1, inf}), inf)
	checkClose(t, "Mean with NaN", Mean([]float64{1, nan}), nan)
	equal := slices.Repeat([]float64{0.1}, 7)
	if Mean(equal) != 0.1 || SD(equal) != 0 {
		t.Errorf("seven times 0.1 has mean %v and SD %v", Mean(equal), SD(equal))
	}
	checkClose(t, "Kurtosis of equal values", Kurtosis(equal), nan)
}

// NIST Statistical Reference Datasets, univariate, NumAcc3 and NumAcc4: mean
// 1000000.2 and 10000000.2, standard deviation 0.1, both exact.
func TestSDOfNIST(t *testing.T) {
	for _, base := range []float64{1_000_000, 10_000_000} {
		x := []float64{base + 0.2}
		for range 500 {
			x = append(x, base+0.1, base+0.3)
		}
		checkClose(t, "Mean", Mean(x), base+0.2)
		checkWithin(t, "SD", SD(x), 0.1, 1e-8) // Float64 rounds the data themselves by up to 2e−9.
	}
}

func TestSumKeepsSmallTerms(t *testing.T) {
	x := []float64{1e16, 1, -1e16, 1}
	checkClose(t, "Mean", Mean(x), 0.5)
}

// Student's distribution has closed forms for one, two and four degrees of
// freedom.
func TestPairedTAgainstClosedForms(t *testing.T) {
	one := PairedT([]float64{1, 3}, 0.95) // SE 1, t = 2.
	checkClose(t, "width, df 1", one.Hi-one.Mean, math.Tan(math.Pi*0.475))
	checkClose(t, "P, df 1", one.P, 1-2/math.Pi*math.Atan(2))

	two := PairedT([]float64{1, 2, 4}, 0.9)
	checkClose(t, "mean, df 2", two.Mean, 7.0/3)
	checkClose(t, "SE, df 2", two.SE, math.Sqrt(7.0/9))
	quantile := 0.9 / math.Sqrt(2*0.95*0.05)
	checkClose(t, "Lo, df 2", two.Lo, 7.0/3-quantile*math.Sqrt(7.0/9))
	ratio := two.Mean / two.SE
	checkClose(t, "P, df 2", two.P, 1-ratio/math.Sqrt(2+ratio*ratio))

	four := PairedT([]float64{-1, 0, 1, 2, 8}, 0.99)
	alpha := 4 * 0.995 * 0.005
	q := math.Cos(math.Acos(math.Sqrt(alpha))/3) / math.Sqrt(alpha)
	checkClose(t, "Hi, df 4", four.Hi, 2+2*math.Sqrt(q-1)*four.SE)
}

// The additional sleep of ten patients, from Student (1908). Textbooks and R's
// t.test give P = 0.00283289 and the interval from 0.7001142 to 2.4598858.
func TestPairedTOnStudentsSleepData(t *testing.T) {
	got := PairedT([]float64{1.2, 2.4, 1.3, 1.3, 0, 1.0, 1.8, 0.8, 4.6, 1.4}, 0.95)
	checkWithin(t, "Mean", got.Mean, 1.58, 1e-12)
	checkWithin(t, "Lo", got.Lo, 0.7001142, 5e-8)
	checkWithin(t, "Hi", got.Hi, 2.4598858, 5e-8)
	checkWithin(t, "P", got.P, 0.00283289, 5e-9)
}

func TestPairedTOfDegenerateSamples(t *testing.T) {
	if got := PairedT([]float64{5}, 0.95); !math.IsInf(got.Lo, -1) || !math.IsInf(got.Hi, 1) || got.P != 1 || got.N != 1 {
		t.Errorf("one difference: %+v", got)
	}
	if got := PairedT(make([]float64, 9), 0.95); got.P != 1 || got.Lo != 0 || got.Hi != 0 {
		t.Errorf("all zero: %+v", got)
	}
	if got := PairedT([]float64{0.1, 0.1, 0.1}, 0.95); got.P != 0 || got.Lo != 0.1 || got.Hi != 0.1 {
		t.Errorf("all equal: %+v", got)
	}
}

// The ends of Wilson's interval solve |k/n − p| = z·√(p(1−p)/n).
func TestWilsonSolvesTheScoreEquation(t *testing.T) {
	const z = 1.9599639845400542355
	for _, c := range []struct{ k, n int }{{1, 10}, {5, 10}, {99, 100}, {3, 7}, {0, 20}, {20, 20}} {
		lo, hi := Wilson(c.k, c.n, 0.95)
		for _, p := range []float64{lo, hi} {
			share := float64(c.k) / float64(c.n)
			if p == 0 || p == 1 {
				checkClose(t, "degenerate end", p, share)
				continue
			}
			checkClose(t, "score", math.Abs(share-p), z*math.Sqrt(p*(1-p)/float64(c.n)))
		}
		if !(lo < hi) || lo < 0 || hi > 1 {
			t.Errorf("Wilson(%d, %d) = %v, %v", c.k, c.n, lo, hi)
		}
	}
}

// After none in n the closed form is 1 − 0.025^(1/n); the other ends are those of the
// tables of Clopper and Pearson, such as R's binom.test(4, 20).
func TestRareSharesAreExact(t *testing.T) {
	for n, want := range map[int]float64{3: 0.70760, 20: 0.16843, 100: 0.036217} {
		lo, hi := Share(0, n, 0.95)
		if lo != 0 || math.Abs(hi-want) > 1e-5 || math.Abs(hi-1+math.Pow(0.025, 1/float64(n))) > 1e-12 {
			t.Errorf("none in %d: [%v, %v], want an upper end of %v", n, lo, hi, want)
		}
		lo, hi = Share(n, n, 0.95)
		if hi != 1 || math.Abs(lo-1+want) > 1e-5 {
			t.Errorf("all of %d: [%v, %v], want a lower end of %v", n, lo, hi, 1-want)
		}
	}
	lo, hi := Share(4, 20, 0.95)
	if math.Abs(lo-0.057334) > 1e-6 || math.Abs(hi-0.436614) > 1e-6 {
		t.Errorf("4 of 20: [%v, %v]", lo, hi)
	}
	if lo, hi = Share(0, 0, 0.95); lo != 0 || hi != 1 {
		t.Errorf("no trials: [%v, %v]", lo, hi)
	}
	lo, hi = Share(13, 37, 0.9)
	if wilsonLo, wilsonHi := Wilson(13, 37, 0.9); lo != wilsonLo || hi != wilsonHi {
		t.Errorf("13 of 37: [%v, %v], want Wilson's [%v, %v]", lo, hi, wilsonLo, wilsonHi)
	}
}

// The coverage of a share is summed over all outcomes. That of Clopper and Pearson is never
// below its level. That of Share is not far below at any probability, and within 93 to 97 %
// on average; Wilson alone covers 84 % at its worst.
func TestCoverageOfShares(t *testing.T) {
	for _, n := range []int{20, 100, 300} {
		var sure, mixed [][2]float64
		for k := range n + 1 {
			lo, hi := ClopperPearson(k, n, 0.95)
			sure = append(sure, [2]float64{lo, hi})
			lo, hi = Share(k, n, 0.95)
			mixed = append(mixed, [2]float64{lo, hi})
		}
		least, leastMixed, mean := 1.0, 1.0, 0.0
		const points = 400
		for i := range points {
			p := (float64(i) + 0.5) / points
			a, b := 0.0, 0.0
			for k := range n + 1 {
				odds := BinomialCDF(k, n, p) - BinomialCDF(k-1, n, p)
				if sure[k][0] <= p && p <= sure[k][1] {
					a += odds
				}
				if mixed[k][0] <= p && p <= mixed[k][1] {
					b += odds
				}
			}
			least, leastMixed, mean = min(least, a), min(leastMixed, b), mean+b/points
		}
		t.Logf("n = %d: Clopper–Pearson at least %.4f, Share at least %.4f, on average %.4f", n, least, leastMixed, mean)
		if least < 0.95-1e-9 || leastMixed < 0.91 || mean < 0.93 || mean > 0.97 {
			t.Errorf("n = %d: Clopper–Pearson at least %v, Share at least %v, on average %v", n, least, leastMixed, mean)
		}
	}
}

func TestPairingRatio(t *testing.T) {
	a := []float64{1, 2, 3, 4}
	checkClose(t, "halved", PairingRatio(a, []float64{0, 2, 2, 4}), (5.0/3+8.0/3)/(1.0/3))
	checkClose(t, "perfect", PairingRatio(a, []float64{2, 3, 4, 5}), inf)
	checkClose(t, "opposed", PairingRatio(a, []float64{4, 3, 2, 1}), 0.5)
	checkClose(t, "constants", PairingRatio([]float64{1, 1}, []float64{2, 2}), 1)
	checkClose(t, "lengths", PairingRatio(a, a[:3]), nan)
}

// The p-values 0.01, 0.04, 0.03, 0.005, adjusted by hand in ascending order. Holm:
// 0.005·4, 0.01·3, 0.03·2, and 0.04·1 raised to 0.06. Benjamini and Hochberg:
// 0.02, 0.02, 0.04, 0.04.
func TestAdjustments(t *testing.T) {
	p := []float64{0.01, 0.04, 0.03, 0.005}
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} {
		checkClose(t, "Holm", Holm(p)[i], want)
	}
	for i, want := range []float64{0.02, 0.04, 0.04, 0.02} {
		checkClose(t, "BenjaminiHochberg", BenjaminiHochberg(p)[i], want)
	}
	checkClose(t, "Holm stays below 1", Holm([]float64{0.9, 0.8})[0], 1)
	checkClose(t, "NaN counts", Holm([]float64{0.01, nan})[0], 0.02)
	checkClose(t, "NaN becomes 1", BenjaminiHochberg([]float64{0.01, nan})[1], 1)
	if len(Holm(nil)) != 0 || p[0] != 0.01 {
		t.Error("Holm of nothing is not empty, or the argument was changed")
	}
}

// In section 3.2 of Benjamini and Hochberg (1995), with fifteen tests at 0.05,
// Holm's kind of procedure rejects three and theirs rejects four.
func TestAdjustmentsOnThePublishedExample(t *testing.T) {
	p := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
		0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000}
	rejected := func(adjusted []float64) (n int) {
		for _, v := range adjusted {
			if v <= 0.05 {
				n++
			}
		}
		return n
	}
	if holm, bh := rejected(Holm(p)), rejected(BenjaminiHochberg(p)); holm != 3 || bh != 4 {
		t.Errorf("Holm rejects %d, want 3; Benjamini–Hochberg %d, want 4", holm, bh)
	}
}

func TestWarnings(t *testing.T) {
	s := draw.New(1)
	ordinary := make([]float64, 40)
	for i := range ordinary {
		ordinary[i] = s.Norm()
	}
	skewed := slices.Clone(ordinary)
	skewed[0] = 60
	for _, c := range []struct {
		name  string
		diffs []float64
		shift float64 // of the lower end of the BCa interval, in widths of the t interval
		want  []Warning
	}{
		{"ordinary", ordinary, 0.05, nil},
		{"intervals", ordinary, 0.15, []Warning{IntervalsDiffer}},
		{"few", ordinary[:19], 0, []Warning{FewReplications}},
		{"skew", skewed, 0, []Warning{HeavySkew}},
		{"equal", slices.Repeat([]float64{2}, 30), 0, []Warning{ZeroVariance}},
		{"one", []float64{2}, 0, []Warning{FewReplications}},
		{"infinite", []float64{2, inf}, 0, []Warning{NotFinite}},
		{"none", nil, 0, []Warning{FewReplications}},
	} {
		ti := PairedT(c.diffs, 0.95)
		width := ti.Hi - ti.Lo
		if math.IsInf(width, 0) || math.IsNaN(width) {
			width = 0
		}
		got := Warnings(c.diffs, ti, ti.Lo+c.shift*width, ti.Hi)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// The largest of many t values is far from zero though all means are zero, and an interval
// at Bonferroni's level covers the mean that gave it 95 times in a hundred, where the usual
// one covers none.
func TestTheLargestOfMany(t *testing.T) {
	const trials, n = 300, 20
	s := draw.New(7698)
	for _, m := range []int{2, 10, 183} {
		mean, usual, wide := 0.0, 0, 0
		for range trials {
			var top Interval
			best := math.Inf(-1)
			for range m {
				x := fill(make([]float64, n), s.Norm)
				if e := PairedT(x, 0.95); e.Mean/e.SE > best {
					best, top = e.Mean/e.SE, PairedT(x, 1-0.05/float64(m))
				}
			}
			mean += best / trials
			if best < StudentQuantile(0.975, n-1) {
				usual++
			}
			if top.Lo <= 0 {
				wide++
			}
		}
		t.Logf("largest of %d: mean %.3f, usual interval covers %d, Bonferroni's %d of %d", m, mean, usual, wide, trials)
		if want := ExpectedMaximum(m, n-1); math.Abs(mean-want) > 0.05*want+0.1/math.Sqrt(float64(m)) {
			t.Errorf("largest of %d: %v, want %v", m, mean, want)
		}
		if wide < trials*95/100 || m == 183 && usual > trials/10 {
			t.Errorf("largest of %d: usual interval covers %d, Bonferroni's %d of %d", m, usual, wide, trials)
		}
	}
}
