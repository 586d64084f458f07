package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The interval of the freed values covers the mean in 93 to 97 % of samples and the
// estimate is unbiased: whether the variate explains all, a part, nothing, or enters with
// a slope far from one, and with tails as heavy as those of profits.
func TestCrossFitCovers(t *testing.T) {
	const trials, mean = 4000, 3.0
	for _, c := range []struct {
		name         string
		n            int
		slope, noise float64
		heavy        bool
	}{
		{"coefficient one", 20, 1, 0.1, false}, {"half", 20, 0.5, 0.1, false}, {"nothing", 20, 0, 1, false},
		{"against", 20, -0.7, 0.3, false}, {"small", 8, 0.5, 0.2, false}, {"large", 100, 0.5, 0.2, false},
		{"heavy tails", 40, 0.5, 0.2, true},
	} {
		draw := rand.New(rand.NewPCG(7698, uint64(c.n)))
		covered, sum, narrower := 0, 0.0, 0
		for range trials {
			x, y := make([]float64, c.n), make([]float64, c.n)
			for i := range x {
				x[i] = draw.NormFloat64()
				if c.heavy {
					x[i] *= math.Exp(0.5 * draw.NormFloat64())
				}
				y[i] = mean + c.slope*x[i] + c.noise*draw.NormFloat64()
			}
			freed := PairedT(CrossFit(y, x).Values, 0.95)
			if freed.Lo <= mean && mean <= freed.Hi {
				covered++
			}
			if raw := PairedT(y, 0.95); freed.Hi-freed.Lo < raw.Hi-raw.Lo {
				narrower++
			}
			sum += freed.Mean - mean
		}
		share, bias := float64(covered)/trials, sum/trials
		if share < 0.93 || share > 0.97 {
			t.Errorf("%s: %.3f of the intervals cover the mean", c.name, share)
		}
		if math.Abs(bias) > 4*c.noise*1.3/math.Sqrt(float64(c.n)*trials) {
			t.Errorf("%s: bias %.5f", c.name, bias)
		}
		if c.slope != 0 && narrower < trials*9/10 {
			t.Errorf("%s: narrower in %d of %d samples", c.name, narrower, trials)
		}
	}
}

func TestCrossFitByHand(t *testing.T) {
	x := []float64{-3, -2, -1, 0, 0, 1, 2, 3}
	y := []float64{-5, -5, -1, 1, 1, 3, 5, 9}
	got := CrossFit(y, x)
	if !got.Fitted || got.Slope != 66.0/28 {
		t.Fatalf("%+v", got)
	}
	for i := range x { // every slope from the other replications alone
		var a, b []float64
		for k := range x {
			if k != i {
				a, b = append(a, x[k]), append(b, y[k])
			}
		}
		sxx, sxy := 0.0, 0.0
		for k := range a {
			sxx += (a[k] - Mean(a)) * (a[k] - Mean(a))
			sxy += (a[k] - Mean(a)) * (b[k] - Mean(b))
		}
		checkClose(t, "value", got.Values[i], y[i]-sxy/sxx*x[i])
	}
}

// Nothing is subtracted where a fit would be noise, where the variate does not vary, and where
// its mean is not zero. What does nothing has nothing.
func TestCrossFitKeepsItsHandsOff(t *testing.T) {
	wave := func(n int, mean float64) (x []float64) {
		for i := range n {
			x = append(x, mean+math.Sin(float64(i)*2.4))
		}
		return x
	}
	for name, x := range map[string][]float64{"few": wave(7, 0), "constant": make([]float64, 20), "shifted": wave(20, 5)} {
		y := make([]float64, len(x))
		for i := range y {
			y[i] = 2 * x[i]
		}
		got := CrossFit(y, x)
		if got.Fitted || got.Slope != 0 {
			t.Errorf("%s: %+v", name, got)
		}
		for i := range y {
			if got.Values[i] != y[i] {
				t.Errorf("%s: %v of %v and %v", name, got.Values[i], y[i], x[i])
			}
		}
	}
	for _, v := range CrossFit(make([]float64, 20), make([]float64, 20)).Values {
		if v != 0 {
			t.Errorf("%v from nothing", v)
		}
	}
	if got := CrossFit(nil, nil); len(got.Values) != 0 || got.Fitted {
		t.Errorf("%+v", got)
	}
}
