package draw

import (
	"math"
	"math/bits"

	"stakeout/experiments/kit/exact"
)

// Float64 returns a number uniform on the open interval (0, 1): one of the
// 2**53 − 1 multiples of 2**−53 inside it, all equally probable. It never returns
// 0, whose logarithm is infinite.
func (s *Stream) Float64() float64 {
	for {
		if k := s.Uint64() >> 11; k != 0 {
			return float64(int64(k)) * 0x1p-53
		}
	}
}

// Uniform returns a number uniform between a and b, in the unit of a and b.
// Rounding can give a or b itself.
func (s *Stream) Uniform(a, b float64) float64 {
	return a + float64((b-a)*s.Float64())
}

// Intn returns an integer uniform on [0, n) without bias. It panics if n ≤ 0.
// Source: D. Lemire, "Fast random integer generation in an interval", ACM
// Transactions on Modeling and Computer Simulation 29(1), 2019.
func (s *Stream) Intn(n int) int {
	if n <= 0 {
		panic("draw: Intn needs n > 0")
	}
	bound := uint64(n)
	high, low := bits.Mul64(s.Uint64(), bound)
	if low < bound {
		for threshold := -bound % bound; low < threshold; {
			high, low = bits.Mul64(s.Uint64(), bound)
		}
	}
	return int(high)
}

// Exponential returns an exponential number with mean 1, by inversion.
func (s *Stream) Exponential() float64 {
	return -exact.Log(s.Float64())
}

// Lognormal returns a lognormal number with median 1 whose logarithm has the
// standard deviation sigma; its mean is e**(sigma²/2).
func (s *Stream) Lognormal(sigma float64) float64 {
	return exact.Exp(sigma * s.Norm())
}

// Pareto returns a Pareto number with minimum 1 and tail index alpha > 0:
// P(X > x) = x**−alpha.
func (s *Stream) Pareto(alpha float64) float64 {
	return exact.Exp(s.Exponential() / alpha)
}

// Poisson returns a Poisson number with the given mean, by sequential search
// below a mean of ten and by transformed rejection from ten on. A mean that is
// not positive, NaN included, gives 0. It panics above a mean of 2**31.
//
// Source: W. Hörmann, "The transformed rejection method for generating Poisson
// random variables", Insurance: Mathematics and Economics 12(1), 1993 (PTRS).
func (s *Stream) Poisson(mean float64) uint32 {
	switch {
	case !(mean > 0):
		return 0
	case mean < 10:
		return s.poissonSearch(mean)
	case mean > maxPoissonMean:
		panic("draw: Poisson mean above 2**31")
	}
	return s.poissonRejection(mean)
}

// maxPoissonMean keeps the result within a uint32: 2**32 lies thousands of
// standard deviations above it.
const maxPoissonMean = 1 << 31

// poissonSearch inverts the distribution function by summing probabilities.
func (s *Stream) poissonSearch(mean float64) uint32 {
	// The sum can stay below u through rounding; the mass beyond 100 is less
	// than 1e−63 for means below ten.
	const last = 100
	u := s.Float64()
	p := exact.Exp(-mean)
	sum := p
	k := uint32(0)
	for u > sum && k < last {
		k++
		p = p * mean / float64(k)
		sum += p
	}
	return k
}

// poissonRejection is algorithm PTRS, for means of ten and more.
func (s *Stream) poissonRejection(mean float64) uint32 {
	b := 0.931 + float64(2.53*math.Sqrt(mean))
	a := -0.059 + float64(0.02483*b)
	inverseAlpha := 1.1239 + 1.1328/(b-3.4)
	squeeze := 0.9277 - 3.6224/(b-2)
	for {
		u := s.Float64() - 0.5
		v := s.Float64()
		us := 0.5 - math.Abs(u)
		k := math.Floor(float64((2*a/us+b)*u) + mean + 0.43)
		if us >= 0.07 && v <= squeeze {
			return uint32(k)
		}
		if k < 0 || k > math.MaxUint32 || (us < 0.013 && v > us) {
			continue
		}
		if exact.Log(v*inverseAlpha/(a/float64(us*us)+b)) <= logPoisson(mean, k) {
			return uint32(k)
		}
	}
}

// logPoisson returns the natural logarithm of the Poisson probability of k. From
// ten on it uses Stirling's series and the ratio mean/k, because the difference of
// k·ln(mean) and ln(k!) would lose digits. The arrangement follows C. Loader,
// "Fast and accurate computation of binomial probabilities", 2000.
func logPoisson(mean, k float64) float64 {
	const halfLogTwoPi = 0.91893853320467274178
	if k < 10 {
		factorial := 1.0
		for i := 2.0; i <= k; i++ {
			factorial *= i
		}
		return float64(k*exact.Log(mean)) - mean - exact.Log(factorial)
	}
	square := float64(k * k)
	stirling := (1.0/12 - (1.0/360-(1.0/1260-1.0/1680/square)/square)/square) / k
	return float64(k*exact.Log(mean/k)) + (k - mean) - float64(0.5*exact.Log(k)) - halfLogTwoPi - stirling
}
