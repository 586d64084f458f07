package report

import (
	"math"
	"math/rand/v2"
	"testing"

	"stakeout/experiments/study/column"
	"stakeout/experiments/study/stop"
)

func TestPrecisionLooks(t *testing.T) {
	p := stop.Rule{Min: 100, Max: 1000}
	var looks []int
	for n := p.Next(0); n > 0; n = p.Next(n) {
		looks = append(looks, n)
	}
	want := []int{100, 200, 400, 800, 1000}
	if len(looks) != len(want) {
		t.Fatalf("%v, want %v", looks, want)
	}
	for i := range want {
		if looks[i] != want[i] {
			t.Fatalf("%v, want %v", looks, want)
		}
	}
}

func TestPrecisionMet(t *testing.T) {
	nan := math.NaN()
	advantage, capital := []float64{9, 10, 11, nan}, []float64{100, 100, 100, nan} // half-width 2.484, mean 10
	for _, c := range []struct {
		relative, absolute float64
		want               bool
	}{{0.249, 0, true}, {0.248, 0, false}, {0, 0.0249, true}, {0, 0.0248, false}, {0.249, 0.0249, true}, {0, 0, false}} {
		r := stop.Rule{Relative: c.relative, Absolute: c.absolute}
		if got := r.Met(advantage, capital, column.Level); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	for _, few := range [][]float64{nil, {nan, nan}, {5, nan}} {
		if (stop.Rule{Relative: 1, Absolute: 1}).Met(few, capital, column.Level) {
			t.Errorf("%v is precise", few)
		}
	}
	if !(stop.Rule{}).Met([]float64{3, 3}, capital[:2], column.Level) {
		t.Error("equal replications are not precise")
	}
}

// Intervals after stopping by the rule cover the mean nearly as often as they say.
func TestPrecisionCovers(t *testing.T) {
	const trials, mean = 2000, 1.0
	p := stop.Rule{Relative: 0.15, Min: 50, Max: 1600}
	random := rand.New(rand.NewPCG(7698, 1))
	covered, early := 0, 0
	for range trials {
		var x, capital []float64
		for n := p.Next(0); n > 0; n = p.Next(n) {
			for len(x) < n {
				x, capital = append(x, mean+random.NormFloat64()), append(capital, 0)
			}
			if p.Met(x, capital, column.Level) {
				break
			}
		}
		if e := EstimateOf(x); e.Lo <= mean && mean <= e.Hi {
			covered++
		}
		if len(x) < p.Max {
			early++
		}
	}
	if share := float64(covered) / trials; share < 0.925 || share > 0.96 {
		t.Errorf("covers %.3f", share)
	}
	if early < trials*9/10 {
		t.Errorf("stopped early in %d of %d trials", early, trials)
	}
}
