package exact

import "math"

// log10E is 1/ln 10.
const log10E = 4.34294481903251827651e-01

// Log1p returns ln(1 + x) with an error of a few units in the last place, also
// for x near zero, where 1 + x loses the digits of x.
// Source: W. Kahan's correction of the rounding of 1 + x, as in the HP-15C
// Advanced Functions Handbook, 1982.
func Log1p(x float64) float64 {
	u := 1 + x
	switch {
	case u == 1:
		return x
	case u == math.Inf(1) || !(u > 0):
		return Log(u)
	}
	return Log(u) * x / (u - 1)
}

// Log10 returns the decimal logarithm of x with an error of two units in the last
// place. It is exact for powers of ten, so that its floor counts digits.
func Log10(x float64) float64 {
	y := float64(Log(x) * log10E)
	if n := math.RoundToEven(y); math.Abs(y-n) < 1e-12 && n >= -307 && n <= 308 && x == math.Pow10(int(n)) {
		return n
	}
	return y
}

// Log2 returns the binary logarithm of x with an error of two units in the last
// place. It is exact for powers of two.
func Log2(x float64) float64 {
	fraction, exponent := math.Frexp(x)
	if fraction == 0.5 {
		return float64(exponent - 1)
	}
	return Log(x) * log2E
}

// LogGamma returns ln Γ(x) for x > 0, and NaN otherwise, with an error below 2e-14
// times the larger of one and the result. It raises x to 16 by the recurrence of Γ
// and sums Stirling's series there, whose next term is below 1e-17.
// Source: M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, 1964,
// formulas 6.1.15 and 6.1.41.
func LogGamma(x float64) float64 {
	if !(x > 0) {
		return math.NaN()
	}
	const halfLog2Pi = 9.18938533204672741780e-01
	product := 1.0
	for ; x < 16; x++ {
		product *= x
	}
	r := 1 / (x * x)
	series := 1.0 / 1188
	for _, c := range [...]float64{-1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12} {
		series = c + float64(r*series)
	}
	return float64((x-0.5)*Log(x)) - x + halfLog2Pi + series/x - Log(product)
}
