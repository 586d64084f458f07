package stat

import (
	"math"

	"stakeout/experiments/kit/exact"
)

// The distribution functions below have the same bits on every processor, which those of
// gonum have not: the compiler fuses products and sums there. Tests hold them against
// gonum.

// NormalCDF returns the probability that a standard normal number is below x.
func NormalCDF(x float64) float64 {
	if x > 0 {
		return 1 - normalTail(x)
	}
	return normalTail(-x)
}

// normalTail returns the probability that a standard normal number exceeds x ≥ 0: half
// of the survival function of a χ² with one degree of freedom.
func normalTail(x float64) float64 { return ChiSquaredTail(float64(x*x), 1) / 2 }

// NormalQuantile returns the p-quantile of the standard normal distribution.
func NormalQuantile(p float64) float64 {
	return symmetric(p, 0, normalTail, func(x float64) float64 {
		return exact.Exp(-0.5*float64(x*x)) / math.Sqrt(2*math.Pi)
	})
}

// StudentTail returns the probability that Student's t with nu degrees of freedom
// exceeds x ≥ 0.
func StudentTail(x, nu float64) float64 {
	square := float64(x * x)
	return float64(BetaCDF(nu/2, 0.5, nu/(nu+square)) / 2)
}

// StudentQuantile returns the p-quantile of Student's t with nu degrees of freedom.
func StudentQuantile(p, nu float64) float64 {
	scale := exact.Exp(exact.LogGamma((nu+1)/2)-exact.LogGamma(nu/2)) / math.Sqrt(nu*math.Pi)
	return symmetric(p, math.Abs(NormalQuantile(p)), func(x float64) float64 { return StudentTail(x, nu) },
		func(x float64) float64 { return scale * exact.Pow(1+float64(x*x)/nu, -(nu+1)/2) })
}

// symmetric returns the p-quantile of a distribution that is symmetric about zero and
// whose density falls from there, by Newton's steps from a start below the quantile of
// the upper half. The distribution function is concave there, so that no step overshoots.
func symmetric(p, start float64, tail, density func(float64) float64) float64 {
	q := min(p, 1-p)
	if !(q > 0) {
		return math.Copysign(math.Inf(1), p-0.5)
	}
	x := start
	for range 200 {
		step := (tail(x) - q) / density(x)
		if x += step; !(step > 1e-15*x) {
			break
		}
	}
	return math.Copysign(x, p-0.5)
}

// ChiSquaredTail returns the probability that χ² with k degrees of freedom exceeds x.
func ChiSquaredTail(x, k float64) float64 {
	_, above := gamma(k/2, x/2)
	return above
}

// ChiSquaredQuantile returns the p-quantile of χ² with k degrees of freedom.
func ChiSquaredQuantile(p, k float64) float64 {
	exceeds := func(x float64) bool {
		below, _ := gamma(k/2, x/2)
		return below > p
	}
	hi := k
	for !exceeds(hi) && hi < math.MaxFloat64/2 {
		hi *= 2
	}
	return bisect(0, hi, exceeds)
}

// BinomialCDF returns the probability of at most k successes in n trials that succeed
// with probability p each.
func BinomialCDF(k, n int, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n:
		return 1
	}
	return BetaCDF(float64(n-k), float64(k+1), 1-p)
}

// BetaQuantile returns the p-quantile of the beta distribution.
func BetaQuantile(p, a, b float64) float64 {
	return bisect(0, 1, func(x float64) bool { return BetaCDF(a, b, x) > p })
}

// bisect halves an interval below whose turn a condition fails and above whose turn it
// holds, until no number is left in between or the interval is smaller than rounding.
func bisect(lo, hi float64, holds func(float64) bool) float64 {
	for range 200 {
		x := (lo + hi) / 2
		if x == lo || x == hi {
			break
		}
		if holds(x) {
			hi = x
		} else {
			lo = x
		}
	}
	return (lo + hi) / 2
}

// The continued fractions and the series below stop when a factor differs from one, or a
// term from zero, by less than rounding. They converge within about the square root of the
// largest parameter.
const (
	tiny  = 1e-300
	terms = 100_000
)

// BetaCDF returns the regularised incomplete beta function I_x(a, b), which is the
// probability that a beta variable is below x.
// Source: W. H. Press et al., Numerical Recipes, 3rd edition, 2007, section 6.4, with
// Lentz's evaluation of the continued fraction.
func BetaCDF(a, b, x float64) float64 {
	switch {
	case !(x > 0):
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - BetaCDF(b, a, 1-x)
	}
	front := exact.LogGamma(a+b) - exact.LogGamma(a) - exact.LogGamma(b) + float64(a*exact.Log(x)) +
		float64(b*exact.Log1p(-x))
	c, d := 1.0, 1/away(1-(a+b)*x/(a+1))
	h := d
	for i := 1; i < terms; i++ {
		m := float64(i)
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		for _, k := range [...]float64{even, odd} {
			d = 1 / away(1+float64(k*d))
			c = away(1 + k/c)
			h *= float64(c * d)
		}
		if math.Abs(float64(c*d)-1) < 1e-16 {
			break
		}
	}
	return exact.Exp(front) * h / a
}

// away keeps a denominator away from zero.
func away(x float64) float64 {
	if math.Abs(x) < tiny {
		return tiny
	}
	return x
}

// gamma returns the regularised incomplete gamma functions P(a, x) and Q(a, x), which are
// the probabilities that a gamma variable with shape a is below x and above.
// Source: as BetaCDF, section 6.2.
func gamma(a, x float64) (below, above float64) {
	if !(x > 0) {
		return 0, 1
	}
	front := exact.Exp(float64(a*exact.Log(x)) - x - exact.LogGamma(a))
	if x < a+1 {
		term := 1 / a
		sum := term
		for n := a + 1; n < a+terms && term > 1e-17*sum; n++ {
			term = float64(term * (x / n))
			sum += term
		}
		below = front * sum
		return below, 1 - float64(front*sum)
	}
	b := x + 1 - a
	c, d := 1/tiny, 1/b
	h := d
	for i := 1; i < terms; i++ {
		n := float64(i)
		k := -n * (n - a)
		b += 2
		d = 1 / away(float64(k*d)+b)
		c = away(b + k/c)
		h *= float64(c * d)
		if math.Abs(float64(c*d)-1) < 1e-16 {
			break
		}
	}
	return 1 - float64(front*h), front * h
}
