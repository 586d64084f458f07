package stat

import (
	"math"
	"slices"
	"testing"

	"stakeout/experiments/kit/draw"
)

// Type 7 interpolates at 1 + (n−1)p. The finite values are the results of R's
// quantile(1:10, …) and quantile(c(1, 3, 8), 0.4).
func TestQuantile(t *testing.T) {
	ten := []float64{10, 1, 9, 2, 8, 3, 7, 4, 6, 5}
	for _, c := range []struct {
		x       []float64
		p, want float64
	}{
		{ten, 0, 1}, {ten, 1, 10}, {ten, 0.25, 3.25}, {ten, 0.5, 5.5}, {ten, 0.05, 1.45},
		{[]float64{1, 3, 8}, 0.4, 2.6}, {[]float64{4}, 0.3, 4}, {nil, 0.5, nan},
		{ten, -0.1, nan}, {ten, 1.1, nan}, {[]float64{-inf, 2}, 0.5, -inf}, {[]float64{-inf, -inf}, 0.5, -inf},
	} {
		checkClose(t, "Quantile", Quantile(c.x, c.p), c.want)
	}
	if ten[0] != 10 {
		t.Error("Quantile sorts its argument")
	}
}

func TestTailMeasures(t *testing.T) {
	x := make([]float64, 100)
	for i := range x {
		x[i] = float64((i*37)%100 + 1) // 1 to 100 in another order.
	}
	checkClose(t, "VaR", VaR(x, 0.95), 1+99*0.05)
	checkClose(t, "ES of 100", ES(x, 0.95), 3)
	checkClose(t, "ES of 50",
		ES([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
			29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50}, 0.95), (1+2+0.5*3)/2.5)
	checkClose(t, "ES of few", ES([]float64{5, -2, 8}, 0.95), -2)
	checkClose(t, "ES of all", ES([]float64{5, -2, 9}, 0), 4)
	checkClose(t, "ES of nothing", ES(nil, 0.95), nan)
	checkClose(t, "ES at 1", ES(x, 1), nan)
}

func TestESIsNotBetterThanVaR(t *testing.T) {
	s := draw.New(2)
	for n := 1; n < 120; n++ {
		x := make([]float64, n)
		for i := range x {
			x[i] = s.Norm()
		}
		for _, level := range []float64{0.5, 0.9, 0.95, 0.99} {
			if es, v := ES(x, level), VaR(x, level); es > v+1e-12 {
				t.Fatalf("n %d level %v: ES %v above VaR %v", n, level, es, v)
			}
		}
	}
}

// For the median of ten values at 95 %, the binomial distribution gives the second
// and the ninth value, with coverage 1 − 22/1024 (David and Nagaraja; any table of
// the sign test).
func TestQuantileInterval(t *testing.T) {
	ten := []float64{10, 1, 9, 2, 8, 3, 7, 4, 6, 5}
	lo, hi, coverage := QuantileInterval(ten, 0.5, 0.95)
	checkClose(t, "lo", lo, 2)
	checkClose(t, "hi", hi, 9)
	checkClose(t, "coverage", coverage, 1-22.0/1024)

	lo, hi, coverage = QuantileInterval([]float64{1, 2, 3}, 0.5, 0.95)
	checkClose(t, "lo of three", lo, -inf)
	checkClose(t, "hi of three", hi, inf)
	checkClose(t, "coverage of three", coverage, 1)

	lo, hi, coverage = QuantileInterval(ten, 0.05, 0.9)
	checkClose(t, "lo of a low quantile", lo, -inf)
	checkClose(t, "hi of a low quantile", hi, 3)
	want := math.Pow(0.95, 10) + 10*0.05*math.Pow(0.95, 9) + 45*0.0025*math.Pow(0.95, 8)
	checkClose(t, "coverage of a low quantile", coverage, want)
}

func TestMeasuresLeaveTheirArgumentAlone(t *testing.T) {
	x := []float64{3, 1, 2, 5, 4}
	kept := slices.Clone(x)
	ES(x, 0.5)
	QuantileInterval(x, 0.5, 0.5)
	BCa(x, func(r []float64) float64 { slices.Sort(r); return r[len(r)/2] }, 99, 0.9, 1)
	if !slices.Equal(x, kept) {
		t.Errorf("the argument is now %v", x)
	}
}

// The jackknife of ES from one sort equals the jackknife from n sorts.
func TestShortfallWithoutOne(t *testing.T) {
	for n := 2; n < 130; n += 9 {
		for _, level := range []float64{0, 0.5, 0.9, 0.95} {
			x := make([]float64, n)
			for i := range x {
				x[i] = float64(i*7919%n) - float64(n)/3
			}
			slices.Sort(x)
			for i, got := range esLeftOut(x, level) {
				want := ES(slices.Delete(slices.Clone(x), i, i+1), level)
				if math.Abs(got-want) > 1e-12*float64(n) {
					t.Errorf("n = %d, level %g, without %d: %g, want %g", n, level, i, got, want)
				}
			}
			fast, slow := [2]float64{}, [2]float64{}
			fast[0], fast[1] = bcaES(x, 99, level, 1)
			slow[0], slow[1] = BCa(x, func(x []float64) float64 { return ES(x, level) }, 99, level, 1)
			if math.Abs(fast[0]-slow[0])+math.Abs(fast[1]-slow[1]) > 1e-9 {
				t.Errorf("n = %d, level %g: %v, want %v", n, level, fast, slow)
			}
		}
	}
}

// Losses with an exponential distribution have the expected shortfall −(1 + ln 20). The
// interval covers it where it is given, and no interval is given where it would not.
func TestCoverageOfShortfall(t *testing.T) {
	const trials, truth = 1000, -(1 + 2.995732273553991)
	cover := func(n int) float64 {
		x, hits := make([]float64, n), 0
		for trial := range uint32(trials) {
			s := draw.New(7698).At(draw.Attack, trial, 0)
			for i := range x {
				x[i] = -s.Exponential()
			}
			if lo, hi := bcaES(x, 299, 0.95, uint64(trial)); lo <= truth && truth <= hi {
				hits++
			}
		}
		return float64(hits) / trials
	}
	if got := cover(1000); got < 0.93 || got > 0.97 {
		t.Errorf("with 1,000 outcomes the interval covers %v", got)
	}
	for _, n := range []int{20, 100} {
		if got := cover(n); got > 0.9 {
			t.Errorf("with %d outcomes the interval covers %v, so it could be given", n, got)
		}
		if lo, hi := BCaES(make([]float64, n), 99, 0.95, 1); !math.IsInf(lo, -1) || !math.IsInf(hi, 1) ||
			TailWarning(n, 0.95) != FewInTail {
			t.Errorf("with %d outcomes there is the interval [%v, %v]", n, lo, hi)
		}
	}
	if TailWarning(1000, 0.95) != "" || TailSize(1000, 0.95) != 50 || TailSize(20, 0.95) != 1 {
		t.Errorf("%q, %v, %v", TailWarning(1000, 0.95), TailSize(1000, 0.95), TailSize(20, 0.95))
	}
}

// Few outcomes make the expected shortfall too mild: the worst of twenty exponential losses
// is 1 + ½ + … + 1/20 on average, by Rényi's representation, against 1 + ln 20.
func TestShortfallOfFewIsTooMild(t *testing.T) {
	const trials = 20_000
	s, mean, x := draw.New(7698), 0.0, make([]float64, 20)
	for range trials {
		for i := range x {
			x[i] = -s.Exponential()
		}
		mean += ES(x, 0.95) / trials
	}
	want := 0.0
	for i := 1; i <= 20; i++ {
		want -= 1 / float64(i)
	}
	if math.Abs(mean-want) > 0.03 || !(mean > -3.6577) {
		t.Errorf("the mean of ES is %v, want %v", mean, want)
	}
}
