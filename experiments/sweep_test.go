package experiments

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/report"
	"stakeout/experiments/study/tiny"
)

// The command line replaces an axis of the preset in its place, and a preset with
// axes still has the values that do not vary.
func TestAxesOfAPreset(t *testing.T) {
	const text = `name: swept
question: Does the budget matter?
attack: dos-short
axes:
  world.users.leave_below: [0.3, 0.9]
  attack_params.budget_usd: {from: 1e6, to: 4e6, points: 3, scale: log}
  mechanism: [pos]
`
	w, err := question.ParseSweep("swept.yaml", []byte(text),
		question.Variation{Axes: []string{"world.users.leave_below=0.5"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Cells) != 3 || w.Cells[2].World.Users.LeaveBelow != 0.5 ||
		strings.Join(w.Axes(), " ") != "world.users.leave_below attack_params.budget_usd mechanism" {
		t.Errorf("%d cells of %q", len(w.Cells), w.Axes())
	}
	if _, err := question.Parse("swept.yaml", []byte(text)); err != nil {
		t.Error(err)
	}
	// The replay of a cell says what was set.
	d, err := design.Of(w, "dev", false)
	if err != nil {
		t.Fatal(err)
	}
	const want = "stakeout explain swept.yaml --set 'world.users.leave_below=0.5' --set " +
		"'attack_params.budget_usd=1000000' --rep "
	if d.Cells[0].Replay != want {
		t.Errorf("%s", d.Cells[0].Replay)
	}
}

func runSweep(t testing.TB, w *question.Sweep, o Options) *Result {
	t.Helper()
	r, err := Run(context.Background(), w, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSweepInterruptedAndResumedIsTheSame(t *testing.T) {
	w := tiny.Sweep(t, tiny.Variation(tiny.Axes...))
	var whole map[string][]byte
	for _, workers := range []int{1, 2} {
		r := runSweep(t, w, Options{Out: t.TempDir(), Workers: workers})
		if r.Cells != 8 || r.Finished != 24 || len(r.ROI.Rows) != 8 || len(r.Verdicts) != 1 {
			t.Fatalf("%+v", r)
		}
		files := tiny.Files(t, r.Dir)
		if whole != nil {
			tiny.SameFiles(t, "workers", whole, files)
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
		tiny.SameFiles(t, "resumed", whole, tiny.Files(t, runSweep(t, w, Options{Out: dir, Workers: workers}).Dir))
		if problems := record.Verify(stopped.Dir); len(problems) > 0 {
			t.Error(problems)
		}
	}
}

// A sweep keeps no replication in memory, and says the same about its cells as
// an experiment that keeps them all.
func TestLeanStudyIsTheSame(t *testing.T) {
	r := runSweep(t, tiny.Sweep(t, tiny.Variation("world.users.leave_below=0.3,0.9")),
		Options{Out: t.TempDir(), Workers: 2})
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
	w := tiny.Sweep(t, tiny.Variation(tiny.Axes...))
	for rep := range 3 {
		if a, b := w.Cells[0].SeedOf(rep), w.Cells[7].SeedOf(rep); a != b {
			t.Errorf("seeds %d and %d", a, b)
		}
	}
}

// A cell whose replications fail is rows with a command that replays them, stops
// nothing, and stands last in the table.
func TestFailedCellOfASweep(t *testing.T) {
	w := tiny.Sweep(t, tiny.Variation(tiny.Axes...))
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
	for _, want := range []string{`no election mechanism ""no-such""`, "stakeout explain dos-short --set ",
		"'world.users.leave_below=0.3' --set 'attack_params.budget_usd=4000000'"} {
		if !strings.Contains(string(rows), want) {
			t.Errorf("the rows lack %s", want)
		}
	}
	if notes := strings.Join(r.ROI.Notes, " "); !strings.Contains(notes, "3 replications failed") {
		t.Error(notes)
	}
}

// Cells with horizons of their own run together and give the rows that each gives alone, as long as its plan.
func TestOwnHorizons(t *testing.T) {
	v := tiny.Variation("attack_params.act_days=0.25,1.5", "attack_params.budget_usd=1e6,2e6")
	v.Set = append(slices.DeleteFunc(v.Set, func(o string) bool { return strings.Contains(o, "act_days") }),
		"horizon_days=auto")
	together := runSweep(t, tiny.Sweep(t, v), Options{Out: t.TempDir(), Workers: 2}).Study
	for i, c := range together.Cells {
		alone := tiny.Variation()
		alone.Set = append(alone.Set[:len(alone.Set):len(alone.Set)], "horizon_days="+fmt.Sprint(c.Horizon),
			"attack_params.act_days="+c.Level(0), "attack_params.budget_usd="+c.Level(1))
		one := runSweep(t, tiny.Sweep(t, alone), Options{Out: t.TempDir(), Workers: 1}).Study
		got, want := together.Summaries()[i], one.Summaries()[0]
		if got.Advantage.Mean != want.Advantage.Mean || got.Profit.Mean != want.Profit.Mean ||
			c.Horizon != one.Cells[0].Horizon {
			t.Errorf("horizon %g: excess %+v, alone %+v", c.Horizon, got.Advantage, want.Advantage)
		}
	}
	if a, b := together.Cells[0].Horizon, together.Cells[3].Horizon; a == b {
		t.Errorf("plans of different length have the horizon %g", a)
	}
	returns := report.Returns(together)
	if !slices.ContainsFunc(returns.Columns, func(c table.Column) bool { return c.Name == "Horizon" && c.Unit == "d" }) {
		t.Errorf("the table of returns has no column of horizons: %+v", returns.Columns)
	}
}
