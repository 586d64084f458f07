package experiments

import (
	"encoding/json"
	"testing"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/question"
)

// A sweep that is made again from its recipe has the same configuration, be it a
// preset, a crossing, a sweep from the command line or the matrix of attacks.
func TestRecipeMakesTheSameSweep(t *testing.T) {
	sweeps := map[string]*question.Sweep{}
	for name, v := range map[string]question.Variation{
		"dos-short":                       {},
		"dos-empty-blocks@bft-committee":  {Set: []string{"replications=3"}},
		"dos-empty-blocks@pos+auto-slash": {Precision: "0.1"},
		"takeover-buy":                    {Axes: []string{"world.users.leave_below=0.2..0.8"}, Sample: "halton:5"},
	} {
		w, err := question.LoadSweep(name, v)
		if err != nil {
			t.Fatal(err)
		}
		sweeps[name] = w
	}
	var err error
	if sweeps["compare"], err = question.Comparison(false, 2, ""); err != nil {
		t.Fatal(err)
	}
	config := func(w *question.Sweep) string {
		d, err := design.Of(w, "dev", false)
		if err != nil {
			t.Fatal(err)
		}
		return d.Manifest(record.Program{}, nil).Config
	}
	for name, w := range sweeps {
		var r question.Recipe
		if err := json.Unmarshal(recipeText(*w.Recipe,
			Options{Program: record.Program{Version: "1"}, Command: []string{"stakeout", "run", name, "--workers", "3"}}),
			&r); err != nil {
			t.Fatal(err)
		}
		again, err := r.Remake()
		if err != nil {
			t.Fatal(name, err)
		}
		if config(w) != config(again) {
			t.Errorf("%s is another sweep", name)
		}
		if r.Version != "1" || len(r.Command) != 3 {
			t.Errorf("%s: version %s, command %q", name, r.Version, r.Command)
		}
	}
}
