package experiments

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/transcript"
	"stakeout/experiments/study/report"
)

// small is the command line that makes a preset as small as tiny does.
func small(axes ...string) Variation {
	return Variation{Axes: axes, Set: []string{
		"replications=3", "horizon_days=1.5", "start_days=0.25",
		"world.time.warmup_days=0.25", "world.time.rounds=2", "world.rollup.unbonding_days=0.1",
		"world.users.count=20", "world.stakers.count=20", "world.noise.count=20", "world.chartists.count=5",
		"world.holders.count=10", "world.shorters.count=4", "world.coordinators.count=3",
		"attack_params.build_days=0.25", "attack_params.act_days=0.25", "attack_params.sell_days=0.25",
	}}
}

func sweep(t testing.TB, v Variation) *Sweep {
	t.Helper()
	w, err := LoadSweep("dos-short", v)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// axesOfTests are a grid of eight cells, more than are looked into one by one.
var axesOfTests = []string{"world.users.loyalty=0.3,0.9", "attack_params.budget_usd=1e6..8e6:4:log"}

func TestCellsOfAGrid(t *testing.T) {
	w := sweep(t, small(axesOfTests...))
	var got []string
	for _, c := range w.Cells {
		x := c.texts()
		got = append(got, x["world.users.loyalty"]+" "+x["attack_params.budget_usd"])
	}
	const want = "0.3 1000000, 0.3 2000000, 0.3 4000000, 0.3 8000000, 0.9 1000000, 0.9 2000000, 0.9 4000000, 0.9 8000000"
	if strings.Join(got, ", ") != want {
		t.Errorf("%q", got)
	}
	if w.Runs() != 24 {
		t.Errorf("%d runs", w.Runs())
	}
}

func TestCellsOfASample(t *testing.T) {
	v := small("world.users.loyalty=0.2..0.8", "attack_params.budget_usd=1e6..16e6:log", "mechanism=pos")
	for _, method := range []string{"lhs:9", "halton:9"} {
		v.Sample = method
		a, b := sweep(t, v), sweep(t, v)
		if len(a.Cells) != 9 || a.canonical() != b.canonical() {
			t.Fatalf("%s: %d cells", method, len(a.Cells))
		}
		for i := range a.Cells {
			if string(a.Cells[i].Canonical()) != string(b.Cells[i].Canonical()) {
				t.Errorf("%s: cell %d differs from time to time", method, i)
			}
			if l := a.Cells[i].World.Users.Loyalty; l < 0.2 || l > 0.8 {
				t.Errorf("%s: loyalty %g", method, l)
			}
		}
	}
}

// The command line replaces an axis of the preset in its place, and a preset with
// axes still has the values that do not vary.
func TestAxesOfAPreset(t *testing.T) {
	const text = `name: swept
question: Does the budget matter?
attack: dos-short
axes:
  world.users.loyalty: [0.3, 0.9]
  attack_params.budget_usd: {from: 1e6, to: 4e6, points: 3, scale: log}
  mechanism: [pos]
`
	w, err := ParseSweep("swept.yaml", []byte(text), Variation{Axes: []string{"world.users.loyalty=0.5"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Cells) != 3 || w.Cells[2].World.Users.Loyalty != 0.5 || strings.Join(w.Axes(), " ") != "world.users.loyalty attack_params.budget_usd mechanism" {
		t.Errorf("%d cells of %q", len(w.Cells), w.Axes())
	}
	if _, err := Parse("swept.yaml", []byte(text)); err != nil {
		t.Error(err)
	}
	// The replay of a cell says what was set.
	d, err := designOf(w, "dev", false)
	if err != nil {
		t.Fatal(err)
	}
	const want = "stakeout explain swept.yaml --set 'world.users.loyalty=0.5' --set 'attack_params.budget_usd=1000000' --rep "
	if d.cells[0].replay != want {
		t.Errorf("%s", d.cells[0].replay)
	}
}

// A sweep over attacks takes parameters that only one of them has.
func TestAttackAsAnAxis(t *testing.T) {
	_, err := LoadSweep("dos-short", small("attack=dos-short,fake-dos", "attack_params.hold_days=1,2"))
	if err == nil || !strings.Contains(err.Error(), "unknown parameter of dos-short") || !strings.Contains(err.Error(), "in 2 of 4 cells, first in cell 1 (attack=dos-short, attack_params.hold_days=1)") {
		t.Errorf("%v", err)
	}
}

// Every wrong sweep in testdata/wrong_axes has its problems, one a line, in the
// .want file beside it. A first line of the form "# flags: " is a command line.
func TestWrongAxes(t *testing.T) {
	files, _ := filepath.Glob("testdata/wrong_axes/*.yaml")
	if len(files) < 68 {
		t.Fatalf("%d wrong sweeps", len(files))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ParseSweep(filepath.Base(file), text, flagsOf(string(text)))
		var invalid *notation.Error
		if !errors.As(err, &invalid) {
			t.Errorf("%s: error %v", file, err)
			continue
		}
		golden, got := strings.TrimSuffix(file, ".yaml")+".want", invalid.Error()+"\n"
		transcript.Golden(t, golden, got)
	}
}

// flagsOf reads the axes and the sample that the first line of a file names.
func flagsOf(text string) (v Variation) {
	first, _, _ := strings.Cut(text, "\n")
	line, is := strings.CutPrefix(first, "# flags: ")
	if !is {
		return v
	}
	words := strings.Fields(line)
	for i := 0; i+1 < len(words); i += 2 {
		switch words[i] {
		case "--axis":
			v.Axes = append(v.Axes, words[i+1])
		case "--sample":
			v.Sample = words[i+1]
		case "--precision":
			v.Precision = words[i+1]
		case "--set":
			v.Set = append(v.Set, words[i+1])
		}
	}
	return v
}

func runSweep(t testing.TB, w *Sweep, o Options) *Result {
	t.Helper()
	r, err := Run(context.Background(), w, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSweepInterruptedAndResumedIsTheSame(t *testing.T) {
	w := sweep(t, small(axesOfTests...))
	var whole map[string][]byte
	for _, workers := range []int{1, 2} {
		r := runSweep(t, w, Options{Out: t.TempDir(), Workers: workers})
		if r.Cells != 8 || r.Finished != 24 || len(r.ROI.Rows) != 8 || len(r.Verdicts) != 1 {
			t.Fatalf("%+v", r)
		}
		files := contents(t, r.Dir)
		if whole != nil {
			sameFiles(t, "workers", whole, files)
		}
		whole = files

		dir := t.TempDir()
		ctx, cancel := context.WithCancel(context.Background())
		stopped, err := Run(ctx, w, Options{Out: dir, Workers: workers, Progress: func(done, _ int) {
			if done == 10 {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) || !stopped.Partial {
			t.Fatalf("%+v, %v", stopped, err)
		}
		sameFiles(t, "resumed", whole, contents(t, runSweep(t, w, Options{Out: dir, Workers: workers}).Dir))
		if problems := record.Verify(stopped.Dir); len(problems) > 0 {
			t.Error(problems)
		}
	}
}

// A sweep keeps no replication in memory, and says the same about its cells as
// an experiment that keeps them all.
func TestLeanStudyIsTheSame(t *testing.T) {
	r := runSweep(t, sweep(t, small("world.users.loyalty=0.3,0.9")), Options{Out: t.TempDir(), Workers: 2})
	full, err := report.Load(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	full.Axes = r.Study.Axes
	_, leanRows := report.Dataset(r.Study)
	schema, fullRows := report.Dataset(full)
	lean, rows := slices.Collect(leanRows), slices.Collect(fullRows)
	names := map[string]record.Value{}
	leanSchema, _ := report.Dataset(r.Study)
	for i := range rows {
		for k, c := range leanSchema.Columns {
			names[c.Name] = lean[i][k]
		}
		for k, c := range schema.Columns {
			if names[c.Name] != rows[i][k] {
				t.Errorf("%s: %v lean, %v otherwise", c.Name, names[c.Name], rows[i][k])
			}
		}
	}
	if r.Study.Cells[0].N() != 3 {
		t.Errorf("n = %d", r.Study.Cells[0].N())
	}
}

// Cells share the seeds of their replications.
func TestCellsArePaired(t *testing.T) {
	w := sweep(t, small(axesOfTests...))
	for rep := range 3 {
		if a, b := w.Cells[0].seed(rep), w.Cells[7].seed(rep); a != b {
			t.Errorf("seeds %d and %d", a, b)
		}
	}
}

// A cell whose replications fail is rows with a command that replays them, stops
// nothing, and stands last in the table.
func TestFailedCellOfASweep(t *testing.T) {
	w := sweep(t, small(axesOfTests...))
	w.Cells[2].Mechanism = "no-such"
	r := runSweep(t, w, Options{Out: t.TempDir(), Workers: 2})
	if r.Finished != 24 || r.Failed != 3 || r.Partial || len(r.ROI.Rows) != 8 {
		t.Fatalf("%+v", r)
	}
	if last := r.ROI.Rows[7]; last[0].String() != "0.3" || last[1].String() != "4000000" {
		t.Errorf("the last row is %v", last)
	}
	rows, err := os.ReadFile(filepath.Join(r.Dir, "runs.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`no election mechanism ""no-such""`, "stakeout explain dos-short --set ", "'world.users.loyalty=0.3' --set 'attack_params.budget_usd=4000000'"} {
		if !strings.Contains(string(rows), want) {
			t.Errorf("the rows lack %s", want)
		}
	}
	if notes := strings.Join(r.ROI.Notes, " "); !strings.Contains(notes, "3 replications failed") {
		t.Error(notes)
	}
}

// Names out of the catalogue, whose list grows, get the nearest one.
func TestWrongNamesOnAxes(t *testing.T) {
	for flag, want := range map[string][2]string{
		"attack=dos-short,fake-doss": {`attack: there is no attack "fake-doss", in cell 2 (attack=fake-doss); expected one of `, `did you mean "fake-dos"?`},
		"mechanism=pos,pso":          {`mechanism: there is no mechanism "pso", in cell 2 (mechanism=pso); expected one of `, `did you mean "pos"?`},
		"remedy=none,nonee":          {`remedy: there is no remedy "nonee", in cell 2 (remedy=nonee); expected one of `, `did you mean "none"?`},
	} {
		_, err := LoadSweep("dos-short", Variation{Axes: []string{flag}})
		if err == nil || !strings.HasPrefix(err.Error(), "--axis "+flag+": "+want[0]) || !strings.HasSuffix(err.Error(), want[1]) {
			t.Errorf("%s: %v", flag, err)
		}
	}
}
