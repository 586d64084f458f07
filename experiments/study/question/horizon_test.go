package question

import (
	"math"
	"strings"
	"testing"
)

// A sweep over durations has a horizon for each cell, as long as its plan: no cell ends before it has unwound, and none
// goes on for a day after.
func TestHorizonFollowsThePlan(t *testing.T) {
	v := Variation{Set: []string{"horizon_days=auto"}, Sample: "lhs:48", Axes: []string{"attack_params.build_days=1..10",
		"attack_params.act_days=1..20", "attack_params.sell_days=1..8"}}
	w, err := LoadSweep("dos-short", v)
	if err != nil {
		t.Fatal(err)
	}
	horizons := map[float64]bool{}
	for _, c := range w.Cells {
		need := c.StartDays + c.Entry.Days(c.Params, c.World.Rollup.UnbondingDays)
		if c.HorizonDays < need || c.HorizonDays >= need+1 || c.HorizonDays != math.Trunc(c.HorizonDays) {
			t.Errorf("a plan of %g days has a horizon of %g", need, c.HorizonDays)
		}
		horizons[c.HorizonDays] = true
	}
	if len(horizons) < 5 {
		t.Errorf("48 plans have %d horizons", len(horizons))
	}
	v.Set = nil
	if _, err := LoadSweep("dos-short", v); err == nil || !strings.Contains(err.Error(), "horizon_days auto") {
		t.Errorf("without auto: %v", err)
	}
}

// A cell whose horizon follows its plan is the preset with that number, and shares its results.
func TestHorizonIsANumberInTheEnd(t *testing.T) {
	for _, set := range []string{"attack_params.act_days=3.5", "attack_params.act_days=9", "attack=dos-empty-blocks"} {
		follows, err := Load("dos-short", set, "horizon_days=auto")
		if err != nil {
			t.Fatal(err)
		}
		horizon, _ := follows.Value("horizon_days")
		fixed, err := Load("dos-short", "horizon_days="+horizon, set)
		if err != nil {
			t.Fatal(err)
		}
		if follows.ReplicationHash() != fixed.ReplicationHash() {
			t.Errorf("%s: another hash than with horizon_days=%s", set, horizon)
		}
	}
	later, err := Load("dos-short", "horizon_days=auto", "horizon_days=45")
	if err != nil || later.HorizonDays != 45 {
		t.Errorf("a later number is %v, %v", later, err)
	}
}

// A preset says auto as well; the text that a folder keeps says so again and not one of the numbers.
func TestHorizonInAPreset(t *testing.T) {
	const text = "name: swept\nquestion: Is it long enough?\nattack: dos-short\nhorizon_days: auto\n"
	axes := Variation{Axes: []string{"attack_params.act_days=1,20"}}
	w, err := ParseSweep("swept.yaml", []byte(text), axes)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := w.Cells[0].HorizonDays, w.Cells[1].HorizonDays; b != a+19 {
		t.Errorf("plans that differ by 19 days have horizons of %g and %g", a, b)
	}
	kept := w.Canonical()
	if strings.Count(kept, "horizon_days: auto\n") != 1 {
		t.Errorf("the text does not say auto:\n%s", kept)
	}
	again, paths, err := Reread("kept.yaml", []byte(kept))
	if err != nil || again.ReplicationHash() != w.Spec.ReplicationHash() || len(paths) != 1 {
		t.Errorf("read back with axes %q: %v", paths, err)
	}
	for _, wrong := range []string{"Auto", `"auto"`, "automatic", "[auto]"} {
		_, err := Parse("x.yaml", []byte(strings.Replace(text, "auto", wrong, 1)))
		if err == nil || !strings.Contains(err.Error(), "x.yaml:4:15: horizon_days") && wrong != "[auto]" {
			t.Errorf("horizon_days: %s: %v", wrong, err)
		}
	}
	_, err = Parse("x.yaml", []byte(text+"attack_params: {act_days: 365}\nstart_days: 3600\n"))
	if err == nil || !strings.Contains(err.Error(), "horizon_days: is auto, and the plan of the attack takes") {
		t.Errorf("a plan of twenty years: %v", err)
	}
}
