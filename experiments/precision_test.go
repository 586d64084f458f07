package experiments

import (
	"context"
	"errors"
	"strings"
	"testing"

	"stakeout/experiments/study/column"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/tiny"
)

// The cells of a sweep with a precision stop by what their first replications say:
// the same files for any number of workers and after an interruption in each round.
func TestPrecisionDecidesAlike(t *testing.T) {
	v := tiny.Variation("attack_params.budget_usd=1e5,1e6,1e7")
	v.Set = v.Set[1:] // without the number of replications
	v.Precision = "0.6:0.0003:2..8"
	w := tiny.Sweep(t, v)
	if w.Runs() != 24 {
		t.Errorf("at most %d runs", w.Runs())
	}
	var whole map[string][]byte
	numbers := map[int]int{}
	for _, workers := range []int{1, 2} {
		r := runSweep(t, w, Options{Out: t.TempDir(), Workers: workers})
		files := tiny.Files(t, r.Dir)
		if whole == nil {
			whole = files
			for _, c := range r.Study.Cells {
				numbers[c.N()]++
			}
			if r.Finished != r.Planned || len(numbers) < 2 {
				t.Errorf("%d of %d, numbers of replications %v: the test decides nothing", r.Finished, r.Planned, numbers)
			}
			if notes := strings.Join(r.ROI.Notes, " "); !strings.Contains(notes,
				"half-width of the advantage at most 60 % of its mean or 0.03 % of the capital at risk, 2 to 8 replications") {
				t.Error(notes)
			}
		}
		tiny.SameFiles(t, "workers", whole, files)
		for _, stop := range []int{1, 5, r.Planned - 1} {
			dir := t.TempDir()
			ctx, cancel := context.WithCancel(context.Background())
			stopped, err := Run(ctx, w, Options{Out: dir, Workers: workers, Progress: func(done, _ int) {
				if done == stop {
					cancel()
				}
			}})
			if !errors.Is(err, context.Canceled) || !stopped.Partial {
				t.Fatalf("%+v, %v", stopped, err)
			}
			tiny.SameFiles(t, "resumed", whole, tiny.Files(t, runSweep(t, w, Options{Out: dir, Workers: 3 - workers}).Dir))
		}
	}
}

// Every cell stops at the first look at which the rule holds.
func TestPrecisionStopsAtTheFirstLook(t *testing.T) {
	v := tiny.Variation()
	v.Set = v.Set[1:]
	v.Precision = "0:1e-9:5..5"
	r := runSweep(t, tiny.Sweep(t, v), Options{Out: t.TempDir(), Workers: 2})
	c := r.Study.Cells[0]
	advantage, logDrift := c.Values(column.Advantage), c.Values(column.LogDrift)
	capital := c.Values(column.Outcome("attack", column.CapitalAtRisk))
	if c.N() != 5 {
		t.Fatalf("n = %d", c.N())
	}
	for _, relative := range []string{"0.01", "0.3", "0.6", "1"} {
		v.Precision = relative + ":0:2..5"
		w := tiny.Sweep(t, v)
		want := 5
		for n := w.Precision.Next(0); n > 0; n = w.Precision.Next(n) {
			if w.Precision.Met(measure.Freed(advantage[:n], logDrift[:n]).Values, capital[:n], column.Level) {
				want = n
				break
			}
		}
		got := runSweep(t, w, Options{Out: t.TempDir(), Workers: 2}).Study.Cells[0].N()
		if got != want {
			t.Errorf("%s: %d replications, want %d", relative, got, want)
		}
	}
}
