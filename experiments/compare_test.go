package experiments

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/runner"
	"stakeout/experiments/study/tiny"
	"stakeout/experiments/study/trial"
)

// A matrix of brief worlds is run, drawn, and resumed to the same bytes.
func TestComparisonRuns(t *testing.T) {
	run := func(dir string, workers int) []byte {
		w, err := question.Comparison(false, 2, "")
		if err != nil {
			t.Fatal(err)
		}
		var few []*question.Spec
		for _, c := range w.Cells {
			if c.Attack == "fake-dos" && (c.Mechanism == "pos" || c.Remedy == "none") && len(few) < 2 {
				for _, set := range []string{"world.users.count=200", "world.time.warmup_days=2", "world.rollup.unbonding_days=1",
					"world.stakers.count=60", "attack_params.build_days=1", "attack_params.act_days=2", "horizon_days=14"} {
					if err := c.Set(set); err != nil {
						t.Fatal(err)
					}
				}
				few = append(few, c)
			}
		}
		w.Cells = few
		r, err := Run(context.Background(), w, Options{Out: dir, Workers: workers, Program: record.Program{Version: "test"}})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Figures) != 1 || len(r.ROI.Rows) != len(few) {
			t.Errorf("figures %v, %d rows for %d cells", r.Figures, len(r.ROI.Rows), len(few))
		}
		text, err := os.ReadFile(filepath.Join(r.Dir, "attack_roi.csv"))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if a, b := run(t.TempDir(), 1), run(t.TempDir(), 2); string(a) != string(b) {
		t.Error("the number of workers moves the matrix")
	}
}

// BenchmarkMatrix is the quick matrix at one seed. Its profile is the one that the
// program is built with.
//
//	make profile
func BenchmarkMatrix(b *testing.B) {
	for b.Loop() {
		w, err := question.Comparison(false, 1, "")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Run(context.Background(), w, Options{Out: b.TempDir()}); err != nil {
			b.Fatal(err)
		}
	}
}

// Cells of one world are run together and share what they have in common: the rows
// are those of each cell run by itself.
func TestSharedWorlds(t *testing.T) {
	var cells []*question.Spec
	for _, c := range []struct{ preset, budget, horizon string }{
		{"dos-empty-blocks", "1000000", "2.5"}, {"dos-short", "2000000", "2"}, {"takeover-buy", "3000000", "2.5"},
	} {
		cells = append(cells, tiny.Spec(t, c.preset, "replications=8", "horizon_days="+c.horizon,
			"attack_params.budget_usd="+c.budget))
	}
	cells = append(cells, tiny.Spec(t, "dos-short", "replications=2", "world.users.count=30"))
	p, err := design.Of(question.Together("together", cells...), "test", true)
	if err != nil {
		t.Fatal(err)
	}
	for workers, want := range map[int]int{1: 2, 2: 4} {
		if b := trial.Blocks(p.Part(0, int64(p.Total())), trial.BlockSize(p.Total(), workers),
			runner.SpecOf); len(b) != want {
			t.Errorf("%d workers: %d blocks, want %d", workers, len(b), want)
		}
	}
	rows := func(workers int, s ...*question.Spec) (out []map[string]string) {
		r, err := Run(context.Background(), question.Together("together", s...),
			Options{Out: t.TempDir(), Program: record.Program{Version: "test"}, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(filepath.Join(r.Dir, "runs.csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines[1:] {
			row := map[string]string{}
			for i, name := range lines[0] {
				row[name] = line[i]
			}
			out = append(out, row)
		}
		return out
	}
	var alone []map[string]string
	for _, c := range cells {
		alone = append(alone, rows(1, c)...)
	}
	together := rows(1, cells...)
	if len(together) != len(alone) || len(alone) != 26 {
		t.Fatalf("%d rows together, %d alone", len(together), len(alone))
	}
	for i, a := range alone {
		for name, x := range a {
			if y, ok := together[i][name]; ok && x != y {
				t.Errorf("row %d, %s: %s alone, %s together", i, name, x, y)
			}
		}
	}
}
