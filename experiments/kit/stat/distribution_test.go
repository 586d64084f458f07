package stat

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// near fails unless got is within a relative error of want.
func near(t *testing.T, name string, got, want, relative float64) {
	t.Helper()
	if !(math.Abs(got-want) <= relative*math.Abs(want)) {
		t.Errorf("%s = %v, want %v: off by %.2g", name, got, want, math.Abs(got-want)/math.Abs(want))
	}
}

func TestDistributionsAgainstGonum(t *testing.T) {
	for _, p := range []float64{1e-9, 1e-4, 0.005, 0.025, 0.05, 0.3, 0.7, 0.95, 0.975, 0.995, 0.9999} {
		near(t, "NormalQuantile", NormalQuantile(p), distuv.UnitNormal.Quantile(p), 1e-12)
		near(t, "NormalCDF", NormalCDF(distuv.UnitNormal.Quantile(p)), p, 1e-11)
		for _, nu := range []float64{1, 2, 3, 4, 7, 19, 99, 999, 9999, 99999} {
			student := distuv.StudentsT{Sigma: 1, Nu: nu}
			x := StudentQuantile(p, nu)
			near(t, "Student's CDF of its quantile", student.CDF(x), p, 1e-9)
			if x < 0 {
				near(t, "StudentTail", StudentTail(-x, nu), student.CDF(x), 1e-9)
			}
			chi := distuv.ChiSquared{K: nu}
			if p > 1e-9 || nu > 1 { // There gonum answers 0.
				near(t, "ChiSquaredQuantile", ChiSquaredQuantile(p, nu), chi.Quantile(p), 1e-9)
			}
			near(t, "ChiSquaredTail", ChiSquaredTail(nu, nu), chi.Survival(nu), 1e-9)
		}
		for _, shape := range [][2]float64{{1, 3}, {2, 19}, {0.5, 40}, {30, 12}, {500, 700}} {
			beta := distuv.Beta{Alpha: shape[0], Beta: shape[1]}
			near(t, "BetaQuantile", BetaQuantile(p, shape[0], shape[1]), beta.Quantile(p), 1e-9)
			near(t, "BetaCDF", BetaCDF(shape[0], shape[1], p), mathext.RegIncBeta(shape[0], shape[1], p), 1e-10)
		}
		for _, n := range []int{1, 5, 20, 300} {
			for k := -1; k <= n; k += 1 + n/10 {
				near(t, "BinomialCDF", BinomialCDF(k, n, p), distuv.Binomial{N: float64(n), P: p}.CDF(float64(k)), 1e-9)
			}
		}
	}
	for _, want := range []struct{ p, x float64 }{{0.5, 0}, {0, math.Inf(-1)}, {1, math.Inf(1)}} {
		if got := NormalQuantile(want.p); got != want.x {
			t.Errorf("NormalQuantile(%v) = %v, want %v", want.p, got, want.x)
		}
	}
}

// Student's t has closed forms for one degree of freedom (Cauchy) and for two.
func TestStudentQuantileClosedForms(t *testing.T) {
	for _, p := range []float64{0.6, 0.9, 0.975, 0.9999} {
		near(t, "one degree", StudentQuantile(p, 1), math.Tan(math.Pi*(p-0.5)), 1e-11)
		a := 2*p - 1
		near(t, "two degrees", StudentQuantile(p, 2), a*math.Sqrt(2/(1-a*a)), 1e-11)
	}
}
