package exact

import (
	"math"
	"math/big"
	"testing"
)

func TestFurtherErrorsAgainstBigFloat(t *testing.T) {
	quotient := func(base int64) func(*big.Float) *big.Float {
		return func(x *big.Float) *big.Float {
			return number(0).Quo(refLog(x), refLog(number(float64(base))))
		}
	}
	for _, c := range []struct {
		name  string
		f     func(float64) float64
		ref   func(*big.Float) *big.Float
		a, b  float64
		limit float64
	}{
		{"Log1p", Log1p, func(x *big.Float) *big.Float { return refLog(number(1).Add(number(1), x)) }, -0.9, 10, 4},
		{"Log1p near zero", Log1p, func(x *big.Float) *big.Float { return refLog(number(1).Add(number(1), x)) },
			-1e-9, 1e-9, 4},
		{"Log10", Log10, quotient(10), 0, 1e6, 2.5},
		{"Log2", Log2, quotient(2), 0, 1e6, 2.5},
	} {
		worst, at := 0.0, 0.0
		for _, x := range points(c.a, c.b, 2000) {
			if e := ulps(c.f(x), c.ref(number(x))); !(e <= worst) {
				worst, at = e, x
			}
		}
		t.Logf("%-16s worst error %.3f ulp at %x", c.name, worst, at)
		if !(worst < c.limit) {
			t.Errorf("%s(%v) is %.3f ulp off, want < %g", c.name, at, worst, c.limit)
		}
	}
}

// The floor of a logarithm counts digits only where powers are exact.
func TestLogarithmsOfPowersAreWhole(t *testing.T) {
	for n := -300; n <= 300; n++ {
		if got := Log10(math.Pow10(n)); got != float64(n) {
			t.Errorf("Log10(1e%d) = %v", n, got)
		}
		if got := Log2(math.Ldexp(1, n)); got != float64(n) {
			t.Errorf("Log2(2**%d) = %v", n, got)
		}
	}
	for _, x := range []float64{0, math.Copysign(0, -1), -1, math.Inf(1), math.NaN()} {
		if !same(Log10(x), math.Log10(x)) || !same(Log2(x), math.Log2(x)) || !same(Log1p(x), math.Log1p(x)) {
			t.Errorf("at %v: %v, %v, %v", x, Log10(x), Log2(x), Log1p(x))
		}
	}
}

// ln Γ is the sum of logarithms at whole numbers, and its recurrence leads to all others.
func TestLogGamma(t *testing.T) {
	off := func(x, want float64) {
		t.Helper()
		if got := LogGamma(x); math.Abs(got-want) > 2e-14*max(1, math.Abs(want)) {
			t.Errorf("LogGamma(%v) = %v, want %v", x, got, want)
		}
	}
	factorial := 1.0
	for n := 1; n <= 20; n++ {
		off(float64(n), Log(factorial))
		factorial *= float64(n)
	}
	off(0.5, 0.5*Log(math.Pi))
	for _, x := range points(0.01, 5000, 2000) {
		want, _ := math.Lgamma(x)
		off(x, want)
	}
	if x := LogGamma(-1); x == x {
		t.Errorf("LogGamma(-1) = %v", x)
	}
}
