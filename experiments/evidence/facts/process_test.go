package facts

import (
	"flag"
	"math"
	"testing"

	"stakeout/experiments/kit/draw"
)

var long = flag.Bool("long", false, "more trials of every coverage")

var nan, inf = math.NaN(), math.Inf(1)

func checkWithin(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	same := got == want || (math.IsNaN(got) && math.IsNaN(want))
	if !same && !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.15g, want %.15g", name, got, want)
	}
}

func checkClose(t *testing.T, name string, got, want float64) {
	t.Helper()
	checkWithin(t, name, got, want, 1e-10*max(1, math.Abs(want)))
}

// process fills a series from a stream of draws.
type process func(s *draw.Stream, x []float64)

func normal(s *draw.Stream, x []float64) {
	for i := range x {
		x[i] = s.Norm()
	}
}

// student has ν degrees of freedom: a normal draw over the root of a mean of ν
// squared ones. Its tail index is ν.
func student(freedom int) process {
	return func(s *draw.Stream, x []float64) {
		for i := range x {
			v := 0.0
			for range freedom {
				z := s.Norm()
				v += z * z
			}
			x[i] = s.Norm() / math.Sqrt(v/float64(freedom))
		}
	}
}

// pareto has a tail index and either sign.
func pareto(alpha float64) process {
	return func(s *draw.Stream, x []float64) {
		for i := range x {
			if x[i] = s.Pareto(alpha); s.Float64() < 0.5 {
				x[i] = -x[i]
			}
		}
	}
}

// ar1 starts in its stationary distribution of variance one.
func ar1(phi float64) process {
	return func(s *draw.Stream, x []float64) {
		x[0] = s.Norm()
		for i := 1; i < len(x); i++ {
			x[i] = phi*x[i-1] + math.Sqrt(1-phi*phi)*s.Norm()
		}
	}
}

// garch is GARCH(1,1) of unit variance: T. Bollerslev, "Generalized
// autoregressive conditional heteroskedasticity", Journal of Econometrics 31(3),
// 1986. Kurtosis is 3(1 − (α+β)²)/(1 − (α+β)² − 2α²).
func garch(alpha, beta float64) process {
	return func(s *draw.Stream, x []float64) {
		v := 1.0
		for i := -200; i < len(x); i++ {
			r := math.Sqrt(v) * s.Norm()
			v = 1 - alpha - beta + alpha*r*r + beta*v
			if i >= 0 {
				x[i] = r
			}
		}
	}
}

func garchKurtosis(alpha, beta float64) float64 {
	both := (alpha + beta) * (alpha + beta)
	return 3 * (1 - both) / (1 - both - 2*alpha*alpha)
}

func draws(p process, seed uint64, n int) []float64 {
	x := make([]float64, n)
	p(draw.New(seed), x)
	return x
}

func sizesOf(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Abs(v)
	}
	return out
}
