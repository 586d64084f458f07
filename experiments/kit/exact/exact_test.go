package exact

import (
	"hash/fnv"
	"math"
	"math/big"
	"testing"
)

// points returns n arguments spread over [a, b] by a hashed Weyl sequence. It uses
// no elementary function, so that the arguments are the same on every machine.
func points(a, b float64, n int) []float64 {
	xs := make([]float64, n)
	state := uint64(0)
	for i := range xs {
		state += 0x9E3779B97F4A7C15
		mixed := (state ^ state>>30) * 0xBF58476D1CE4E5B9
		u := float64(int64((mixed^mixed>>27)>>11)) * 0x1p-53
		xs[i] = a + float64((b-a)*u)
	}
	return xs
}

// ulps returns the distance of got from want, in units of the last place of want
// after rounding to float64.
func ulps(got float64, want *big.Float) float64 {
	rounded, _ := want.Float64()
	size := math.Abs(rounded)
	unit := number(0).Sub(number(math.Nextafter(size, math.Inf(1))), number(size))
	// Divide before rounding: near the smallest numbers a float64 cannot hold the
	// difference itself.
	difference := number(0).Sub(number(got), want)
	off, _ := difference.Quo(difference, unit).Float64()
	return math.Abs(off)
}

func TestErrorsAgainstBigFloat(t *testing.T) {
	for _, c := range []struct {
		name  string
		f     func(float64) float64
		ref   func(*big.Float) *big.Float
		a, b  float64
		limit float64
	}{
		{"Exp", Exp, refExp, -708, 709.7, 1},
		{"Exp near zero", Exp, refExp, -1, 1, 1},
		{"Exp tiny", Exp, refExp, -1e-7, 1e-7, 1},
		{"Exp subnormal", Exp, refExp, -745, -708, 1},
		{"Log", Log, refLog, 0, 1000, 1},
		{"Log near one", Log, refLog, 0.6, 1.6, 1},
		{"Log at one", Log, refLog, 1 - 1e-6, 1 + 1e-6, 1},
		{"Log huge", Log, refLog, 1, 1e308, 1},
		{"Log small", Log, refLog, 0, 1e-300, 1},
		{"Log subnormal", Log, refLog, 0, 1e-310, 1},
		{"Tanh", Tanh, refTanh, -20, 20, 2.5},
		{"Tanh middle", Tanh, refTanh, -1, 1, 2.5},
		{"Logistic", Logistic, refLogistic, -40, 40, 3},
		{"Logistic far", Logistic, refLogistic, -700, -30, 3},
		{"Pow2", Pow2, refPow2, -1070, 1023.9, 1},
		{"Pow2 middle", Pow2, refPow2, -3, 3, 1},
	} {
		worst, at := 0.0, 0.0
		for _, x := range points(c.a, c.b, 3000) {
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

// The relative error of Pow stays within one and a half times its documented
// bound, which is approximate.
func TestPowErrorIsWithinItsBound(t *testing.T) {
	ys := points(-40, 40, 2000)
	for i, x := range points(0, 50, 2000) {
		want := refExp(number(0).Mul(number(ys[i]), refLog(number(x))))
		relative, _ := number(0).Quo(number(0).Sub(number(Pow(x, ys[i])), want), want).Float64()
		exponent, _ := number(0).Mul(number(ys[i]), refLog(number(x))).Float64()
		if bound := (2*math.Abs(exponent) + 1) * 0x1p-53 * 1.5; math.Abs(relative) > bound {
			t.Fatalf("Pow(%v, %v) is off by %.3g, bound %.3g", x, ys[i], relative, bound)
		}
	}
}

// same reports whether a and b have the same bits; all NaN count as the same.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || (a != a && b != b)
}

func TestSpecialCasesAreThoseOfMath(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	special := []float64{0, math.Copysign(0, -1), inf, -inf, nan, 1, -1,
		710, -746, 1e308, -1e308, math.MaxFloat64, -math.MaxFloat64,
		math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 1024, -1076, 1e-20, -1e-20}
	for _, x := range special {
		if math.Abs(x) != 1 && !same(Exp(x), math.Exp(x)) {
			t.Errorf("Exp(%v) = %v, want %v", x, Exp(x), math.Exp(x))
		}
		if !same(Pow2(x), math.Exp2(x)) {
			t.Errorf("Pow2(%v) = %v, want %v", x, Pow2(x), math.Exp2(x))
		}
		if (!(x > 0) || x == 1 || x == inf) && !same(Log(x), math.Log(x)) {
			t.Errorf("Log(%v) = %v, want %v", x, Log(x), math.Log(x))
		}
		if math.Abs(x) != 1 && !same(Tanh(x), math.Tanh(x)) {
			t.Errorf("Tanh(%v) = %v, want %v", x, Tanh(x), math.Tanh(x))
		}
		if Tanh(-x) != -Tanh(x) && x == x {
			t.Errorf("Tanh is not odd at %v", x)
		}
	}
}

func TestExpAtTheEndsOfItsRange(t *testing.T) {
	for _, x := range []float64{expOverflow, -708, -708.4, 709, 709.5, -745.1} {
		if e := ulps(Exp(x), refExp(number(x))); !(e < 1) {
			t.Errorf("Exp(%v) = %v is %.2f ulp off", x, Exp(x), e)
		}
	}
	if got := Exp(math.Nextafter(expOverflow, 1000)); !math.IsInf(got, 1) {
		t.Errorf("Exp just above the largest argument = %v, want +Inf", got)
	}
	if got := Exp(expUnderflow); got != math.SmallestNonzeroFloat64 {
		t.Errorf("Exp at the smallest argument = %v, want the smallest number", got)
	}
}

func TestPow2OfWholeNumbersIsExact(t *testing.T) {
	for k := -1074; k <= 1023; k++ {
		if got, want := Pow2(float64(k)), math.Ldexp(1, k); got != want {
			t.Fatalf("Pow2(%d) = %v, want %v", k, got, want)
		}
	}
}

func TestPowSpecialCases(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct{ x, y, want float64 }{
		{0, 0, 1}, {nan, 0, 1}, {1, nan, 1}, {1, inf, 1}, {0, 2, 0}, {0, -2, inf},
		{inf, 2, inf}, {inf, -2, 0}, {2, inf, inf}, {2, -inf, 0}, {0.5, inf, 0},
		{-2, 2, nan}, {2, nan, nan}, {nan, 2, nan}, {7.25, 1, 7.25}, {2, 0.5, math.Sqrt2},
		{-3, 0.5, nan}, {-3, 1, -3},
	} {
		if got := Pow(c.x, c.y); !same(got, c.want) {
			t.Errorf("Pow(%v, %v) = %v, want %v", c.x, c.y, got, c.want)
		}
	}
}

func TestHalfLife(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct{ dt, half, want float64 }{
		{0, 5, 1}, {5, 5, 0.5}, {15, 5, 0.125}, {1, inf, 1}, {3, 0, 0}, {0, 0, 1}, {2.5, 5, math.Sqrt2 / 2},
	} {
		if got := HalfLife(c.dt, c.half); math.Abs(got-c.want) > 2e-16 {
			t.Errorf("HalfLife(%v, %v) = %v, want %v", c.dt, c.half, got, c.want)
		}
	}
}

func TestLogisticEnds(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct{ x, want float64 }{
		{0, 0.5}, {inf, 1}, {-inf, 0}, {math.NaN(), math.NaN()}, {800, 1}, {-800, 0},
	} {
		if got := Logistic(c.x); !same(got, c.want) {
			t.Errorf("Logistic(%v) = %v, want %v", c.x, got, c.want)
		}
	}
}

// The hashes pin every bit of 1e5 results of each function. They change when a
// processor, an architecture or a compiler rounds differently.
func TestGoldenHashes(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(float64) float64
		a, b float64
		want uint64
	}{
		{"Exp", Exp, -745, 710, 0x0f01e14e067382ab},
		{"Log", Log, 0, 100, 0x99bc582328fedded},
		{"Tanh", Tanh, -3, 3, 0x0266bba1651b1f08},
		{"Logistic", Logistic, -30, 30, 0x0140f7552eabfe4d},
		{"Pow2", Pow2, -1080, 1025, 0xfd78e27882e0cda2},
		{"Pow", func(x float64) float64 { return Pow(x, 1.7) }, 0, 50, 0xde6713a0885d43a1},
		{"HalfLife", func(x float64) float64 { return HalfLife(x, 37) }, 0, 500, 0xd260991861add40d},
	} {
		digest := fnv.New64a()
		for _, x := range points(c.a, c.b, 100_000) {
			bits := math.Float64bits(c.f(x))
			var word [8]byte
			for i := range word {
				word[i] = byte(bits >> (8 * i))
			}
			digest.Write(word[:])
		}
		if got := digest.Sum64(); got != c.want {
			t.Errorf("%s: hash %#016x, want %#016x", c.name, got, c.want)
		}
	}
}

func TestGoldenBits(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want uint64
	}{
		{"Exp(1)", math.Float64bits(Exp(1)), 0x4005bf0a8b145769},
		{"Exp(-0.5)", math.Float64bits(Exp(-0.5)), 0x3fe368b2fc6f960a},
		{"Log(2)", math.Float64bits(Log(2)), 0x3fe62e42fefa39ef},
		{"Log(10)", math.Float64bits(Log(10)), 0x40026bb1bbb55516},
		{"Pow2(0.5)", math.Float64bits(Pow2(0.5)), 0x3ff6a09e667f3bcc},
		{"Tanh(0.5)", math.Float64bits(Tanh(0.5)), 0x3fdd9353d7568af3},
		{"Logistic(1)", math.Float64bits(Logistic(1)), 0x3fe764d4f5d5a2bd},
	} {
		if c.got != c.want {
			t.Errorf("%s has bits %#016x, want %#016x", c.name, c.got, c.want)
		}
	}
}
