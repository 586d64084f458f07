// Package exact computes elementary functions with the same bits on every
// processor.
//
// Package math uses assembly on some architectures. On others the compiler may
// fuse a product and a sum into one rounding. Results of package math therefore
// differ in the last bit between machines, and a simulation that branches on one
// of them diverges. The functions here use only operations that IEEE 754 rounds
// in one way (+, −, ×, ÷, square root and exact scaling by powers of two). They
// convert every product that feeds a sum to float64 explicitly, which forbids
// fusion (Go specification, "Floating-point operators").
//
// Assumption: the target has IEEE 754 binary64 arithmetic without excess
// precision, as every architecture that Go 1.26 supports does.
//
// Sources: exponential and logarithm follow the argument reduction and the
// minimax coefficients of FDLIBM (e_exp.c and e_log.c, © 2004 and © 1993 Sun
// Microsystems, Inc.; permission to use, copy, modify and distribute is freely
// granted provided that this notice is preserved); the hyperbolic tangent near
// zero follows Cephes (S. L. Moshier, Methods and Programs for Mathematical
// Functions, 1989).
package exact

import "math"

// The logarithm of two is split into two parts. ln2Hi has 32 trailing zero bits,
// so its product with an exponent of up to 11 bits is exact.
const (
	ln2Hi = 6.93147180369123816490e-01
	ln2Lo = 1.90821492927058770002e-10
	log2E = 1.44269504088896338700e+00
)

const (
	expOverflow  = 7.09782712893383973096e+02  // the largest x with a finite e**x
	expUnderflow = -7.45133219101941108420e+02 // below it, e**x rounds to zero
	expTiny      = 1.0 / (1 << 28)             // for |x| below it, 1 + x is e**x rounded
	roundShift   = 3 << 51                     // adding it leaves the nearest integer in the low bits
)

// Exp returns e**x with an error below one unit in the last place.
//
// Special cases agree with math.Exp: Exp(+Inf) = +Inf, Exp(−Inf) = 0 and
// Exp(NaN) = NaN. Exp gives +Inf for x above expOverflow and 0 for x below
// expUnderflow.
func Exp(x float64) float64 {
	if !(x > -708 && x < 709) || (x > -expTiny && x < expTiny) {
		if special, done := expSpecial(x); done {
			return special
		}
	}
	shifted := float64(x*log2E) + roundShift
	k := int32(math.Float64bits(shifted))
	n := shifted - roundShift
	return expReduced(x-float64(n*ln2Hi), float64(n*ln2Lo), k)
}

// expSpecial handles the arguments whose exponential needs no series.
func expSpecial(x float64) (float64, bool) {
	switch {
	case x != x:
		return x, true
	case x > expOverflow:
		return math.Inf(1), true
	case x < expUnderflow:
		return 0, true
	case x > -expTiny && x < expTiny:
		return 1 + x, true
	}
	return 0, false
}

// expReduced returns 2**k · e**(hi−lo) for |hi−lo| ≤ ln(2)/2. With r = hi−lo
// it uses e**r = 1 + r + r·c/(2−c), where c = r − r²·P(r²).
func expReduced(hi, lo float64, k int32) float64 {
	const (
		p1 = 1.66666666666666657415e-01
		p2 = -2.77777777770155933842e-03
		p3 = 6.61375632143793436117e-05
		p4 = -1.65339022054652515390e-06
		p5 = 4.13813679705723846039e-08
	)
	r := hi - lo
	t := float64(r * r)
	t2 := float64(t * t)
	poly := float64(t*(p1+float64(t*p2))) + float64(float64(t*t2)*(p3+float64(t*(p4+float64(t*p5)))))
	c := r - poly
	y := 1 - ((lo - float64(r*c)/(2-c)) - hi)
	if k > -1022 && k < 1023 {
		return y * math.Float64frombits(uint64(1023+int64(k))<<52)
	}
	return scale(y, k)
}

// scale returns y·2**k for results near overflow or below the normal range,
// where a float64 cannot hold 2**k. It multiplies by two factors in turn, and at
// most one of the products rounds.
func scale(y float64, k int32) float64 {
	half := k / 2
	y *= math.Float64frombits(uint64(1023+int64(half)) << 52)
	return y * math.Float64frombits(uint64(1023+int64(k-half))<<52)
}

// Pow2 returns 2**x with an error below one unit in the last place (at most 0.95
// over 200,000 points). A whole x gives the exact power. Special cases agree with
// math.Exp2.
func Pow2(x float64) float64 {
	switch {
	case x != x:
		return x
	case x >= 1024:
		return math.Inf(1)
	case x < -1075:
		return 0
	}
	shifted := x + roundShift
	k := int32(math.Float64bits(shifted))
	f := x - (shifted - roundShift)
	// The upper part of f has 21 bits, so that its product with ln2Hi is exact.
	upper := math.Float64frombits(math.Float64bits(f) &^ (1<<32 - 1))
	lower := float64((f-upper)*ln2Hi) + float64(f*ln2Lo)
	return expReduced(float64(upper*ln2Hi), -lower, k)
}

// HalfLife returns the factor 2**(−dt/half) by which a quantity with the given
// half-life decays during dt; dt and half have the same unit of time. With a
// half-life of zero nothing is left after any dt > 0, and with an infinite one
// nothing decays. A dt of 0 always gives 1.
func HalfLife(dt, half float64) float64 {
	if dt == 0 {
		return 1
	}
	return Pow2(-dt / half)
}

// Log returns the natural logarithm of x with an error below one unit in the
// last place.
//
// Special cases agree with math.Log: Log(+Inf) = +Inf, Log(0) = −Inf,
// Log(x < 0) = NaN and Log(NaN) = NaN.
func Log(x float64) float64 {
	const (
		l1 = 6.666666666666735130e-01
		l2 = 3.999999999940941908e-01
		l3 = 2.857142874366239149e-01
		l4 = 2.222219843214978396e-01
		l5 = 1.818357216161805012e-01
		l6 = 1.531383769920937332e-01
		l7 = 1.479819860511658591e-01

		smallestNormal = 0x1p-1022
		sqrtHalf       = 0x3fe6a09e00000000 // the upper 32 bits of √½
	)
	subnormal := 0.0
	if !(x >= smallestNormal && x <= math.MaxFloat64) {
		if !(x > 0 && x < smallestNormal) {
			return logSpecial(x)
		}
		x *= 1 << 54
		subnormal = 54
	}
	// x = 2**k · (1+f) with 1+f in [√½, √2).
	ix := math.Float64bits(x) - sqrtHalf
	k := float64(int64(ix)>>52) - subnormal
	f := math.Float64frombits(ix&(1<<52-1)+sqrtHalf) - 1

	s := f / (2 + f)
	s2 := float64(s * s)
	s4 := float64(s2 * s2)
	t1 := float64(s2 * (l1 + float64(s4*(l3+float64(s4*(l5+float64(s4*l7)))))))
	t2 := float64(s4 * (l2 + float64(s4*(l4+float64(s4*l6)))))
	half := float64(float64(0.5*f) * f)
	return float64(k*ln2Hi) - ((half - (float64(s*(half+t1+t2)) + float64(k*ln2Lo))) - f)
}

// logSpecial handles the arguments outside the positive finite numbers.
func logSpecial(x float64) float64 {
	switch {
	case x == 0:
		return math.Inf(-1)
	case x < 0:
		return math.NaN()
	}
	return x // +Inf or NaN.
}

// Pow returns x**y as Exp(y·Log(x)).
//
// The relative error is at most about (2·|y·ln x| + 1) · 2**−53: one unit in the
// last place for results near 1, and a relative 1.6e−13 at the ends of the range.
// Pow(x, 0) = Pow(1, y) = 1, Pow(x, 1) = x and Pow(x, ½) = √x hold exactly. For
// every other y a negative x gives NaN; math.Pow does so only for fractional y.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case y == 1:
		return x
	case y == 0.5 && x >= 0:
		return math.Sqrt(x)
	}
	return Exp(y * Log(x))
}

// Tanh returns the hyperbolic tangent of x with an error below 2.5 units in the
// last place. Tanh(±Inf) = ±1 and Tanh(NaN) = NaN, and Tanh is odd.
func Tanh(x float64) float64 {
	const (
		p0 = -9.64399179425052238628e-1
		p1 = -9.92877231001918586564e1
		p2 = -1.61468768441708447952e3
		q0 = 1.12811678491632931402e2
		q1 = 2.23548839060100448583e3
		q2 = 4.84406305325125486048e3
	)
	z := math.Abs(x)
	if z >= 0.625 {
		y := 1.0
		if z < 22 {
			y = 1 - 2/(Exp(2*z)+1)
		}
		return math.Copysign(y, x)
	}
	if x == 0 || x != x {
		return x
	}
	s := float64(x * x)
	p := float64(float64((float64(p0*s)+p1)*s)) + p2
	q := float64((float64((s+q0)*s)+q1)*s) + q2
	return x + float64(float64(x*s)*p)/q
}

// Logistic returns 1/(1 + e**−x), the choice probability of a binary logit,
// with an error below three units in the last place. Logistic(−Inf) = 0,
// Logistic(+Inf) = 1 and Logistic(NaN) = NaN.
func Logistic(x float64) float64 {
	if x < 0 { // e**−x would overflow far below zero.
		e := Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + Exp(-x))
}
