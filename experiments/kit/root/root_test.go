package root

import (
	"errors"
	"math"
	"testing"
)

func TestBisect(t *testing.T) {
	beyond := func(r float64) func(float64) (bool, error) {
		return func(x float64) (bool, error) { return x > r, nil }
	}
	for _, c := range []struct {
		name           string
		lo, hi, root   float64
		middle         func(lo, hi float64) float64
		enough         func(lo, hi float64) bool
		least, largest float64 // width of what is left
	}{
		{"width", 0, 10, math.Pi, Arithmetic, Width(0.01), 0.004, 0.01},
		{"ratio", 1, 1e6, 300, Geometric, Ratio(1.001), 0.01, 0.4},
		{"steps", 0, 64, 17, Arithmetic, Steps(5), 2, 2},
		{"no step", 0, 64, 17, Arithmetic, Steps(0), 64, 64},
	} {
		lo, hi, err := Bisect(c.lo, c.hi, c.middle, c.enough, beyond(c.root))
		if err != nil || lo > c.root || hi < c.root || hi-lo < c.least || hi-lo > c.largest {
			t.Errorf("%s: [%g, %g], %v", c.name, lo, hi, err)
		}
	}
	broken := errors.New("broken")
	if _, _, err := Bisect(0, 1, Arithmetic, Steps(3),
		func(float64) (bool, error) { return false, broken }); err != broken {
		t.Errorf("error %v", err)
	}
}
