package facts

import (
	"math"
	"testing"

	"stakeout/experiments/kit/draw"
)

// Points on a power law give it back, whatever their weights; those that have
// no logarithm or no weight do not count.
func TestPowerLaw(t *testing.T) {
	x, y := []float64{1, 2, 4, 8, 16, 32}, make([]float64, 6)
	for i := range x {
		y[i] = 3 * math.Pow(x[i], 0.6)
	}
	y[2], y[3] = -1, 99
	for _, weight := range [][]float64{{1, 1, 1, 0, 1, 1}, {5, 0.1, 2, 0, 1, 9}} {
		exponent, prefactor := PowerLaw(x, y, weight)
		checkClose(t, "exponent", exponent, 0.6)
		checkClose(t, "prefactor", prefactor, 3)
	}
	// By hand: ln x = 0, 1, 2 and ln y = 0, 1, 1 have the slope 1/2.
	exponent, _ := PowerLaw([]float64{1, math.E, math.E * math.E}, []float64{1, math.E, math.E}, nil)
	checkClose(t, "slope", exponent, 0.5)
	exponent, _ = PowerLaw([]float64{2, 2}, []float64{1, 3}, nil)
	checkClose(t, "one size", exponent, nan)
	checkClose(t, "local", LocalExponent(0.01, 2, 1, 20), 0.5)
	checkClose(t, "Y", Prefactor(0.04, 0.01, 0.05), 1)
}

func TestFitImpactOfExactPoints(t *testing.T) {
	var size, impact []float64
	for k := range 40 {
		s := math.Pow(10, -3+float64(k)/10)
		size, impact = append(size, s), append(impact, 0.8*math.Pow(s, 0.55))
	}
	law := FitImpact(size, impact, nil)
	checkWithin(t, "exponent", law.Exponent.Value, 0.55, 1e-6)
	checkWithin(t, "prefactor", law.Prefactor.Value, 0.8, 1e-6)
	if len(law.Decades) != 4 || math.Abs(law.Decades[0].From-1e-3) > 1e-12 {
		t.Fatalf("decades %+v", law.Decades)
	}
	for _, d := range law.Decades {
		checkWithin(t, "local exponent", d.Exponent.Value, 0.55, 1e-5)
	}
	checkClose(t, "one size", FitImpact([]float64{1, 1, 1}, []float64{1, 2, 3}, nil).Exponent.Value, nan)
	checkClose(t, "no impact", FitImpact([]float64{1, 2, 3}, []float64{-1, -2, -3}, nil).Exponent.Value, nan)
	checkClose(t, "nothing", FitImpact(nil, nil, nil).Exponent.Value, nan)
}

// Single orders drown in noise: at Q/V of a thousandth the impact is a thirtieth
// of the noise. The intervals must still cover the law.
func TestFitImpactCovers(t *testing.T) {
	trials := 200
	if *long {
		trials = 2000
	}
	exponents, prefactors, s := 0, 0, draw.New(97)
	for trial := range uint32(trials) {
		s.At(draw.Decide, trial, 0)
		size, impact := make([]float64, 400), make([]float64, 400)
		for k := range size {
			size[k] = math.Pow(10, -3*s.Float64())
			impact[k] = math.Sqrt(size[k]) + 0.5*s.Norm()
		}
		law := FitImpact(size, impact, nil)
		if law.Exponent.Lo <= 0.5 && 0.5 <= law.Exponent.Hi {
			exponents++
		}
		if law.Prefactor.Lo <= 1 && 1 <= law.Prefactor.Hi {
			prefactors++
		}
	}
	four := 4 * math.Sqrt(0.05*0.95/float64(trials))
	checkWithin(t, "coverage of δ", float64(exponents)/float64(trials), 0.945, four+0.005)
	checkWithin(t, "coverage of Y", float64(prefactors)/float64(trials), 0.945, four+0.005)
}
