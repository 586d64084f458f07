package breakeven

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stakeout/experiments"
	"stakeout/experiments/kit/axis"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/stat"
	"stakeout/experiments/presets"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/report"
	"stakeout/experiments/study/tiny"
)

// sought are the crossings of a function, found without a world. An advantage is certain
// where it is at least width away from zero.
func sought(t *testing.T, s Search, near func(float64) float64, width float64,
	f func(float64) float64) (found []Crossing, passes [][]float64) {
	t.Helper()
	tried, err := s.find(near, func(values []float64) (list []Tried, err error) {
		passes = append(passes, values)
		for _, x := range values {
			y := f(x)
			e := report.Estimate{Interval: stat.Interval{Mean: y, Lo: y - width, Hi: y + width, N: 20}}
			if math.IsNaN(y) {
				e.N = 0
			}
			list = append(list, Tried{At: x, Advantage: e, PeakStake: report.Estimate{Interval: stat.Interval{Mean: x / 100}}})
		}
		return list, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.crossings(tried), passes
}

func anyNumber(x float64) float64 { return x }

// wave has zeros at 2.3, 5.1 and 8.7.
func wave(x float64) float64 { return (x - 2.3) * (x - 5.1) * (x - 8.7) }

func TestSearchFindsAllCrossings(t *testing.T) {
	linear := func(from, to float64, points int) axis.Range { return axis.Range{From: from, To: to, Points: points} }
	for _, c := range []struct {
		name string
		r    axis.Range
		near func(float64) float64
		f    func(float64) float64
		want string // the crossings, and which way they turn
	}{
		{"none, a gain", linear(0, 10, 6), anyNumber, func(x float64) float64 { return 1 + x }, ""},
		{"none, a loss", linear(0, 10, 6), anyNumber, func(x float64) float64 { return -1 - x }, ""},
		{"one", linear(0, 10, 6), anyNumber, func(x float64) float64 { return x - 3.3 }, "+3.30"},
		{"one between two points", linear(0, 10, 2), anyNumber, func(x float64) float64 { return 3.3 - x }, "-3.30"},
		{"two", linear(0, 10, 6), anyNumber, func(x float64) float64 { return (x - 3.3) * (6.6 - x) }, "+3.30 -6.60"},
		{"three", linear(0, 10, 6), anyNumber, wave, "+2.30 -5.10 +8.70"},
		{"two that go unseen", linear(0, 10, 2), anyNumber, func(x float64) float64 { return (x - 3.3) * (6.6 - x) }, ""},
		{"at a point of the range", linear(0, 10, 6), anyNumber, func(x float64) float64 { return 4 - x }, "-4.00"},
		{"at a midpoint", linear(0, 10, 6), anyNumber, func(x float64) float64 { return x - 5 }, "+5.00"},
		{"at both ends only", linear(0, 10, 6), anyNumber, func(x float64) float64 { return x * (10 - x) }, ""},
		{"a zero that is touched", linear(0, 10, 6), anyNumber, func(x float64) float64 { return (x - 4) * (x - 4) }, ""},
		{"zero in a stretch", linear(0, 10, 6), anyNumber, func(x float64) float64 { return max(0, x-6) + min(0, x-2) },
			"+4.00"},
		{"zero everywhere", linear(0, 10, 6), anyNumber, func(float64) float64 { return 0 }, ""},
		{"equal ratios", axis.Range{From: 1, To: 1e6, Points: 4, Log: true}, anyNumber,
			func(x float64) float64 { return math.Log(x / 12345) }, "+12345.00"},
		{"failed at one value", linear(0, 10, 6), anyNumber, func(x float64) float64 {
			if x == 4 {
				return math.NaN()
			}
			return x - 3
		}, "+3.00"},
		{"failed at all", linear(0, 10, 6), anyNumber, func(float64) float64 { return math.NaN() }, ""},
		{"whole numbers", linear(0, 100, 3), math.Round, func(x float64) float64 { return x - 41.5 }, "+41.50"},
		{"whole numbers in equal ratios", axis.Range{From: 1, To: 1000, Points: 2, Log: true}, math.Round,
			func(x float64) float64 { return x - 17 }, "+17.00"},
	} {
		found, passes := sought(t, Search{Range: c.r, Halvings: 30}, c.near, 0.5, c.f)
		var got []string
		for _, x := range found {
			turn := "-"
			if x.Rising {
				turn = "+"
			}
			got = append(got, fmt.Sprintf("%s%.2f", turn, x.At))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q, from %v", c.name, got, c.want, passes)
		}
		seen := map[float64]bool{}
		for _, values := range passes {
			for _, x := range values {
				if seen[x] || c.near(x) != x {
					t.Errorf("%s: %g is tried twice or is no value of the parameter", c.name, x)
				}
				seen[x] = true
			}
		}
	}
}

// Without halvings the points of the range are all; with them every pass halves what is
// left, in equal ratios where the range is.
func TestSearchHalves(t *testing.T) {
	r := axis.Range{From: 1, To: 256, Points: 2, Log: true}
	for halvings, want := range map[int]string{0: "[1 256]", 1: "[1 256] [16]", 3: "[1 256] [16] [64] [128]"} {
		found, passes := sought(t, Search{Range: r, Halvings: halvings}, math.Round, 0,
			func(x float64) float64 { return x - 100 })
		if got := strings.Trim(fmt.Sprint(passes), "[]"); got != strings.Trim(want, "[]") {
			t.Errorf("%d halvings: %s, want %s", halvings, got, want)
		}
		if len(found) != 1 || !(found[0].Lo < 100 && 100 < found[0].Hi) {
			t.Errorf("%d halvings: %+v", halvings, found)
		}
	}
}

// Along a range in equal ratios the crossing is interpolated in equal ratios, as its middles
// are halved: a straight line would put it at 8,333.
func TestCrossingOnALogarithmicAxis(t *testing.T) {
	s := Search{Range: axis.Range{From: 1, To: 1e4, Points: 2, Log: true}}
	found, _ := sought(t, s, anyNumber, 0, func(x float64) float64 { return math.Log(x / 2154.434690031884) })
	if len(found) != 1 || math.Abs(found[0].At-2154.434690031884) > 1e-8 || !found[0].certain() {
		t.Errorf("%+v", found)
	}
	s.Range.Log = false
	found, _ = sought(t, s, anyNumber, 0, func(x float64) float64 { return x - 2500 })
	if math.Abs(found[0].At-2500) > 1e-8 {
		t.Errorf("%+v", found)
	}
}

// A crossing beside which no interval leaves zero out may be chance, and the table says so.
func TestUncertainCrossing(t *testing.T) {
	for width, want := range map[float64]string{1: "a gain", 100: "a gain, not certain"} {
		found, _ := sought(t, Search{Range: axis.Range{From: 0, To: 10, Points: 2}}, anyNumber, width,
			func(x float64) float64 { return x - 5 })
		if got := found[0].turnsTo(); got != want {
			t.Errorf("width %v: turns to %s, want %s", width, got, want)
		}
	}
}

// A whole number is bracketed by its neighbours, and the stake is interpolated.
func TestCrossingOfWholeNumbers(t *testing.T) {
	found, passes := sought(t, Search{Range: axis.Range{From: 0, To: 8, Points: 3}, Halvings: 30}, math.Round, 0,
		func(x float64) float64 { return x - 2.25 })
	if len(found) != 1 || found[0].Lo != 2 || found[0].Hi != 3 || found[0].At != 2.25 ||
		math.Abs(found[0].PeakStake-0.0225) > 1e-12 {
		t.Errorf("%+v", found)
	}
	if len(passes) != 3 {
		t.Errorf("%v", passes)
	}
}

// The sign is certain at the nearest value on the same side whose interval leaves zero
// out, and not beyond the next crossing.
func TestCertainSigns(t *testing.T) {
	found, _ := sought(t, Search{Range: axis.Range{From: 0, To: 10, Points: 11}}, anyNumber, 12, wave)
	if len(found) != 3 {
		t.Fatalf("%+v", found)
	}
	for i, want := range [][2]float64{{1, math.NaN()}, {math.NaN(), 7}, {7, 10}} {
		for k, got := range []float64{found[i].SureBelow, found[i].SureAbove} {
			if got != want[k] && !(math.IsNaN(got) && math.IsNaN(want[k])) {
				t.Errorf("crossing %d, side %d: certain at %g, want %g", i, k, got, want[k])
			}
		}
	}
}

func TestTablesOfASearch(t *testing.T) {
	at := func(x, mean, half float64, n int) Tried {
		e := report.Estimate{Interval: stat.Interval{Mean: mean, Lo: mean - half, Hi: mean + half, N: n}}
		return Tried{x, e, e, e}
	}
	for want, tried := range map[string][]Tried{
		"No crossing: the mean advantage is a loss at every value, from 0.25 to 4,000.": {at(0.25, -2, 1, 9), at(1, -3, 1, 9),
			at(4000, -2, 1, 9)},
		"No crossing: the mean advantage is a loss at 1 of 3 values from 0.25 to 4,000, and not distinguishable " +
			"from zero at " +
			"the others.": {at(0.25, 0, 0, 9), at(1, -3, 1, 9), at(4000, -1096, 13924, 9)},
		"No crossing: the mean advantage is a gain at every value": {at(1, math.NaN(), 0, 0), at(2, 3, 1, 9)},
		"not distinguishable from zero at any value from 1 to 2": {at(1, math.NaN(), 0, 0),
			at(2, -1096, 13924, 9)},
		"No crossing: no value has an advantage.": {at(1, math.NaN(), 0, 0)},
	} {
		b := &BreakEven{Tried: tried, Crossings: Search{}.crossings(tried), Partial: true}
		for _, table := range b.Tables() {
			if err := table.Validate(); err != nil {
				t.Error(err)
			}
		}
		if notes := strings.Join(b.Tables()[0].Notes, " "); !strings.Contains(notes, want) ||
			!strings.Contains(notes, "PARTIAL") {
			t.Errorf("%s, want %s", notes, want)
		}
	}
	for x, want := range map[float64]string{0: "0", 0.3: "0.3", 1.0 / 3: "0.33333", 0.0000125: "0.0000125", 12.5: "12.5",
		2593679.1: "2,593,679", -0.5: "−0.5"} {
		if got := written(x); got != want {
			t.Errorf("%g is written %s, want %s", x, got, want)
		}
	}
}

func TestWrongSearches(t *testing.T) {
	const own = "name: own\nquestion: Does it have a section of its own?\nattack: dos-short\n"
	dir := t.TempDir()
	for name, section := range map[string]string{
		"axes":      "axes: {world.users.leave_below: [0.3, 0.6]}\n",
		"sample":    "axes: {attack_params.budget_usd: {from: 1e6, to: 2e6}}\nsample: {points: 4}\n",
		"precision": "precision: {relative: 0.1}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(own+section), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	budget := Search{Path: BudgetPath, Range: axis.Range{From: 1e6, To: 2e6, Points: 3}}
	for _, c := range []struct {
		preset, path string
		r            axis.Range
		halvings     int
		want         string
	}{
		{"dos-short", "world.users.leave_bellow", budget.Range, 0,
			`unknown parameter; did you mean "world.users.leave_below"?`},
		{"dos-short", "world.users.leave_below", budget.Range, 0,
			"world.users.leave_below: 1000000 is too large; expected a " +
				"number from -1 to 1"},
		{"dos-short", "mechanism", budget.Range, 0, "is text and has no range; expected a list of values"},
		{"dos-short", "replications", budget.Range, 0, "cannot vary"},
		{"dos-short", "world.users.count", axis.Range{From: 10, To: 12, Points: 9}, 0, "values that differ"},
		{"dos-short", BudgetPath, axis.Range{From: 1e6, To: 2e6}, 0, "\"0\" has no meaning in a range"},
		{"dos-short", BudgetPath, axis.Range{From: 1e6, To: 2e6, Points: 1}, 0, "2 to 100000 points"},
		{"dos-short", BudgetPath, axis.Range{From: 2e6, To: 1e6, Points: 2}, 0, "the lower one first"},
		{"dos-short", BudgetPath, axis.Range{From: 0, To: 1e6, Points: 2, Log: true}, 0, "cannot start at 0"},
		{"dos-short", BudgetPath, budget.Range, -1, "halvings: -1 is too small"},
		{"dos-shrot", BudgetPath, budget.Range, 0, `did you mean "dos-short"?`},
		{dir + "/axes.yaml", BudgetPath, budget.Range, 0,
			"has axes of its own (world.users.leave_below, attack_params.budget_usd); expected a preset without"},
		{dir + "/sample.yaml", BudgetPath, budget.Range, 0, "points of its own beside those of the sample"},
		{dir + "/precision.yaml", BudgetPath, budget.Range, 0, "has a precision of its own; expected a preset without"},
	} {
		out := t.TempDir()
		_, err := Search{c.path, c.r, c.halvings}.Run(context.Background(), c.preset, nil, experiments.Options{Out: out})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s along %s: %v, want %q", c.preset, c.path, err, c.want)
		}
		if files, _ := os.ReadDir(out); len(files) > 0 {
			t.Errorf("%s along %s: something ran", c.preset, c.path)
		}
	}
}

func TestSearchBudget(t *testing.T) {
	s, err := SearchBudget(tiny.Spec(t, "dos-short", "attack_params.budget_usd=2000000"))
	if err != nil || s.Range.From != 250_000 || s.Range.To != 8e6 {
		t.Errorf("%+v, %v", s, err)
	}
	var problem param.Problem
	if _, err := SearchBudget(tiny.Spec(t, "dos-short", "attack_params.budget_usd=0")); !errors.As(err, &problem) ||
		problem.Path != BudgetPath {
		t.Errorf("%v", err)
	}
}

// Every preset can be searched along its budget.
func TestPresetsHaveASearch(t *testing.T) {
	for _, name := range presets.Names() {
		spec, err := question.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := SearchBudget(spec)
		if err == nil {
			_, err = s.sweep(name, nil)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A search in a world: interrupted, continued and repeated it gives the same files,
// and what was run once is not run again.
func TestSearchInterruptedAndResumed(t *testing.T) {
	s, set := Search{BudgetPath, axis.Range{From: 1e6, To: 16e6, Points: 3, Log: true}, 2}, tiny.Variation().Set
	search := func(dir string) (*BreakEven, map[string][]byte) {
		b, err := s.Run(context.Background(), "dos-short", set, experiments.Options{Out: dir, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Write(dir); err != nil {
			t.Fatal(err)
		}
		return b, tiny.Files(t, dir)
	}
	straight := t.TempDir()
	b, files := search(straight)
	if b.Runs < 9 || b.Reused != 0 || len(b.Tried)*3 != b.Runs || b.Unit != "USD" || b.Partial {
		t.Errorf("%+v", b)
	}
	again, repeated := search(straight)
	if again.Reused != b.Runs {
		t.Errorf("%d of %d runs were re-used", again.Reused, b.Runs)
	}
	tiny.SameFiles(t, "repeated", files, repeated)

	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	stopped, err := s.Run(ctx, "dos-short", set, experiments.Options{Out: dir, Workers: 2, Progress: func(done, _ int) {
		if done == 5 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || !stopped.Partial || len(stopped.Tried) > 0 {
		t.Fatalf("%+v, %v", stopped, err)
	}
	resumed, same := search(dir)
	if resumed.Reused < 5 {
		t.Errorf("%d runs were re-used", resumed.Reused)
	}
	tiny.SameFiles(t, "resumed", files, same)
}

// Two searches in one folder do not mix.
func TestFolderOfASearchInUse(t *testing.T) {
	s, dir := Search{BudgetPath, axis.Range{From: 1e6, To: 2e6, Points: 2}, 0}, t.TempDir()
	w, err := s.sweep("dos-short", tiny.Variation().Set)
	if err != nil {
		t.Fatal(err)
	}
	o := experiments.Options{}.WithDefaults()
	p, err := design.Of(w, o.Version, o.Series)
	if err != nil {
		t.Fatal(err)
	}
	store, err := record.Open(filepath.Join(s.folder(dir), "pass-1"), p.Manifest(o.Program, o.Command),
		p.Tables(record.CSV)...)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close(record.Partial, "the test is over")
	if _, err := s.Run(context.Background(), "dos-short", tiny.Variation().Set,
		experiments.Options{Out: dir}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("%v", err)
	}
}
