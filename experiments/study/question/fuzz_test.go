package question

import (
	"errors"
	"math"
	"testing"

	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
)

// Whatever is typed behind --set, --axis, --sample and --precision ends in a sweep that was checked or in problems with
// one line each.
func FuzzVariation(f *testing.F) {
	f.Add("world.users.leave_below=0.3", "attack_params.budget_usd=1e6..2e6:2", "", "0.05:0.01:2..8")
	f.Add("horizon_days=auto", "attack_params.act_days=1..9", "lhs:3", "")
	f.Add("mechanism=pos", "attack=dos-short,fake-dos", "halton:2", "0:0")
	f.Add("=", "x=..", "lhs:", ":::")
	f.Fuzz(func(t *testing.T, set, along, sample, precision string) {
		if len(along)+len(sample) > 60 { // Larger grids take long and show no more.
			return
		}
		w, err := LoadSweep("dos-short", Variation{Set: []string{set}, Axes: []string{along}, Sample: sample,
			Precision: precision})
		var problems *notation.Error
		switch {
		case errors.As(err, &problems):
			for _, p := range problems.Problems {
				if line := p.Error(); line == "" || param.Printable(line) != line {
					t.Errorf("a problem prints as %q", line)
				}
			}
		case err == nil:
			for _, c := range w.Cells {
				if bad := param.Check(&c.World); len(bad) > 0 || !(c.HorizonDays > 0) || math.IsInf(c.HorizonDays, 0) {
					t.Errorf("accepted %v, horizon %g", bad, c.HorizonDays)
				}
			}
		}
	})
}
