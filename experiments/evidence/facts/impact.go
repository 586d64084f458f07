package facts

import (
	"math"
	"slices"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/stat"
)

// PowerLaw fits ln y = ln Y + δ ln x by weighted least squares and returns δ and
// Y. A point with a value that is not positive has no logarithm, and one without
// weight no say; both are left out. Fewer than two different x give NaN. Nil
// weights are equal ones.
func PowerLaw(x, y, weight []float64) (exponent, prefactor float64) {
	var w, wx, wy, wxx, wxy float64
	for i := range x {
		v := 1.0
		if weight != nil {
			v = weight[i]
		}
		if !(x[i] > 0) || !(y[i] > 0) || !(v > 0) {
			continue
		}
		a, b := exact.Log(x[i]), exact.Log(y[i])
		w, wx, wy, wxx, wxy = w+v, wx+float64(v*a), wy+float64(v*b), wxx+float64(v*a*a), wxy+float64(v*a*b)
	}
	exponent = (float64(w*wxy) - float64(wx*wy)) / (float64(w*wxx) - float64(wx*wx))
	if math.IsInf(exponent, 0) {
		exponent = math.NaN()
	}
	return exponent, exact.Exp((wy - float64(exponent*wx)) / w)
}

// LocalExponent is the slope between two points of a curve in logarithms.
func LocalExponent(x0, y0, x1, y1 float64) float64 { return exact.Log(y1/y0) / exact.Log(x1/x0) }

// Prefactor is Y of I = Y σ √(Q/V) for one impact I, in the unit of σ, of an
// order of size Q/V.
func Prefactor(size, impact, sigma float64) float64 { return impact / sigma / math.Sqrt(size) }

// Law is the impact I/σ = Y (Q/V)^δ of orders, with 95 % intervals.
type Law struct {
	Exponent, Prefactor Estimate
	Decades             []Decade
}

// Decade is the law fitted to the sizes from a power of ten up to the next.
type Decade struct {
	From     float64 // Q/V
	Exponent Estimate
}

// FitImpact fits the law to single orders: sizes Q/V, impacts I/σ in the
// direction of the order. Single impacts are as often negative as noise makes
// them and have no logarithm, so the curve itself is fitted, by nonlinear least
// squares. Weights may be nil; they should be the inverse variances. The
// standard errors allow for a variance that is not as the weights say, and the
// interval of Y is even in ln Y. What cannot be fitted is NaN.
// Sources: B. Tóth et al., "Anomalous price impact and the critical nature of
// liquidity in financial markets", Physical Review X 1, 021006, 2011, for the
// law; H. White, "A heteroskedasticity-consistent covariance matrix estimator
// and a direct test for heteroskedasticity", Econometrica 48(4), 1980.
func FitImpact(size, impact, weight []float64) Law {
	if weight == nil {
		weight = slices.Repeat([]float64{1}, len(size))
	}
	law := Law{}
	law.Exponent, law.Prefactor = fitCurve(size, impact, weight)
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range size {
		if s > 0 {
			d := math.Floor(exact.Log10(s) + 1e-9)
			low, high = min(low, d), max(high, d)
		}
	}
	for d := low; d <= high; d++ {
		var s, i, w []float64
		for k := range size {
			if size[k] > 0 && math.Floor(exact.Log10(size[k])+1e-9) == d {
				s, i, w = append(s, size[k]), append(i, impact[k]), append(w, weight[k])
			}
		}
		if e, _ := fitCurve(s, i, w); !math.IsNaN(e.Value) {
			law.Decades = append(law.Decades, Decade{math.Pow10(int(d)), e})
		}
	}
	return law
}

// fitCurve minimises Σ w (I − Y s^δ)² over δ: for a given δ the best Y is a
// weighted mean.
func fitCurve(size, impact, weight []float64) (exponent, prefactor Estimate) {
	none := bare(math.NaN(), len(size))
	lowest, highest := math.Inf(1), 0.0
	for _, s := range size {
		if s > 0 {
			lowest, highest = min(lowest, s), max(highest, s)
		}
	}
	if !(lowest < highest) || len(size) < 3 {
		return none, none
	}
	scale := func(delta float64) (y, explained float64) {
		var top, bottom float64
		for k, s := range size {
			if s > 0 {
				g := exact.Pow(s, delta)
				top += float64(weight[k] * g * impact[k])
				bottom += float64(weight[k] * g * g)
			}
		}
		return top / bottom, top * top / bottom
	}
	delta := best(-1, 3, func(d float64) float64 {
		y, explained := scale(d)
		if y <= 0 {
			return 0
		}
		return explained
	})
	y, _ := scale(delta)
	if !(y > 0) || delta < -0.99 || delta > 2.99 {
		return none, none // Impact that does not grow with size, or falls to nothing, follows no such law.
	}
	seExponent, seLog := sandwich(size, impact, weight, delta, y)
	t := stat.StudentQuantile((1+Level)/2, float64(len(size)-2))
	return Estimate{delta, delta - float64(t*seExponent), delta + float64(t*seExponent), len(size)},
		Estimate{y, y * exact.Exp(-t*seLog), y * exact.Exp(t*seLog), len(size)}
}

// best finds where a function of one hill is largest: the best of a grid, then
// golden sections beside it.
func best(from, to float64, f func(float64) float64) float64 {
	const steps = 80
	at, top := from, math.Inf(-1)
	for i := range steps + 1 {
		if d := from + (to-from)*float64(i)/steps; f(d) > top {
			at, top = d, f(d)
		}
	}
	a, b := max(from, at-(to-from)/steps), min(to, at+(to-from)/steps)
	golden := (math.Sqrt(5) - 1) / 2
	for b-a > 1e-10 {
		if c, d := b-float64(golden*(b-a)), a+float64(golden*(b-a)); f(c) > f(d) {
			b = d
		} else {
			a = c
		}
	}
	return (a + b) / 2
}

// sandwich returns the standard errors of δ and of ln Y. The gradient of the
// curve is I ln s for δ and I for ln Y.
func sandwich(size, impact, weight []float64, delta, y float64) (seExponent, seLog float64) {
	var a, b, c, p, q, r float64 // The bread and the filling, both symmetric.
	n := 0.0
	for k, s := range size {
		if !(s > 0) {
			continue
		}
		curve := float64(y * exact.Pow(s, delta))
		u, v := curve*exact.Log(s), curve
		w, e := weight[k], impact[k]-curve
		a, b, c = a+float64(w*u*u), b+float64(w*u*v), c+float64(w*v*v)
		f := w * w * e * e
		p, q, r = p+float64(f*u*u), q+float64(f*u*v), r+float64(f*v*v)
		n++
	}
	det := float64(a*c) - float64(b*b)
	correction := n / (n - 2) / (det * det)
	seExponent = math.Sqrt((float64(c*c*p) - float64(2*b*c*q) + float64(b*b*r)) * correction)
	seLog = math.Sqrt((float64(b*b*p) - float64(2*a*b*q) + float64(a*a*r)) * correction)
	return seExponent, seLog
}
