package claims

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/stat"
	"stakeout/experiments/study/question"
)

// Every claim has a quote, a reading and experiments that load. The parameter of its
// turn exists and takes every value that the bisection may try.
func TestLedger(t *testing.T) {
	id := regexp.MustCompile(`^[CR][0-9]+$`)
	seen := map[string]bool{}
	for _, c := range All() {
		if !id.MatchString(c.ID) || seen[c.ID] || c.By == "" || len(c.Quote) < 20 || !strings.HasSuffix(c.Reading, ".") ||
			len(c.Tests) == 0 {
			t.Errorf("claim %+v is incomplete or there twice", c)
		}
		seen[c.ID] = true
		for i := range c.Tests {
			x := &c.Tests[i]
			for _, k := range []Case{x.Case, x.Less} {
				if k.Preset == "" {
					continue
				}
				if _, err := question.Load(k.Preset, k.Set...); err != nil {
					t.Errorf("%s: %v", c.ID, err)
				}
			}
			if x.When == "" || x.Of.of == nil || x.Of.Name == "" || x.Case.Preset == "" {
				t.Errorf("%s: test %+v is incomplete", c.ID, x)
			}
		}
		if c.Turn == nil || c.Turn.Lo >= c.Turn.Hi {
			t.Errorf("%s: turn %+v", c.ID, c.Turn)
			continue
		}
		// The smallest step of the bisection must be a whole number for a parameter of whole numbers.
		last := (c.Turn.Hi - c.Turn.Lo) / (1 << turnSteps)
		for _, x := range []float64{c.Turn.Lo, c.Turn.Lo + last, c.Turn.Hi} {
			for _, k := range []Case{c.Tests[0].Case, c.Tests[0].Less} {
				if k.Preset == "" {
					continue
				}
				if _, err := question.Load(k.Preset, k.with(c.Turn.at(x)).Set...); err != nil {
					t.Errorf("%s: %v", c.ID, err)
				}
			}
		}
	}
	if err := List(All()).Validate(); err != nil {
		t.Error(err)
	}
}

// Only an interval that does not contain the bound decides.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		above  bool
		lo, hi float64
		want   Verdict
	}{
		{true, 1.1, 2, Holds}, {true, 0.9, 2, CannotTell}, {true, -1, 0.9, Fails},
		{false, -1, 0.9, Holds}, {false, 0.9, 1.1, CannotTell}, {false, 1.1, 2, Fails},
		{true, math.NaN(), math.NaN(), CannotTell},
	} {
		if got := judge(&Test{Above: c.above, Bound: 1}, stat.Interval{Lo: c.lo, Hi: c.hi}); got != c.want {
			t.Errorf("[%v, %v] above %v: %s, want %s", c.lo, c.hi, c.above, got, c.want)
		}
	}
}

func TestTogether(t *testing.T) {
	for _, c := range []struct {
		tests []Verdict
		want  Verdict
	}{
		{[]Verdict{Holds, Holds}, Holds}, {[]Verdict{Fails, Fails}, Fails}, {[]Verdict{Holds, Fails}, Depends},
		{[]Verdict{Holds, Fails, CannotTell}, Depends}, {[]Verdict{Holds, CannotTell}, CannotTell},
		{[]Verdict{Fails, CannotTell}, CannotTell},
	} {
		var r []Result
		for _, v := range c.tests {
			r = append(r, Result{Verdict: v})
		}
		if got := together(r); got != c.want {
			t.Errorf("%v: %s, want %s", c.tests, got, c.want)
		}
	}
}

// brief is an experiment in a small world, which runs within seconds.
func brief(set ...string) Case {
	return Case{"dos-empty-blocks", append([]string{
		"world.users.count=200", "world.stakers.count=60", "horizon_days=16", "world.time.warmup_days=2",
		"world.rollup.unbonding_days=1",
		"attack_params.build_days=2", "attack_params.act_days=3", "attack_params.sell_days=1",
	}, set...)}
}

// The verdict is the same for any number of workers. An experiment that several tests
// share runs once, and differences are taken seed by seed.
func TestTry(t *testing.T) {
	claim := &Claim{ID: "C0", Quote: "x", Reading: "x.", Tests: []Test{
		{When: "a", Case: brief(), Of: excess, Bound: 1e9},
		{When: "b", Case: brief(), Of: share, Above: true, Bound: 1},
		{When: "c", Case: brief(), Less: brief(), Of: excess, Bound: -1},
	}}
	var before *Finding
	for _, workers := range []int{1, 3} {
		steps := 0
		f, err := Try(context.Background(), []*Claim{claim},
			Options{Reps: 2, Workers: workers, Progress: func(int, int) { steps++ }})
		if err != nil {
			t.Fatal(err)
		}
		if steps != 2 {
			t.Errorf("%d runs of one experiment with two replications", steps)
		}
		if f[0].Verdict != Depends || f[0].Results[0].Verdict != Holds || f[0].Results[2].Verdict != Fails ||
			f[0].Results[2].Got.Mean != 0 {
			t.Errorf("%+v", f[0])
		}
		if before != nil && before.Results[0].Got != f[0].Results[0].Got {
			t.Error("the number of workers changes a result")
		}
		before = &f[0]
		if err := Ledger(f, 2).Validate(); err != nil {
			t.Error(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Try(ctx, []*Claim{claim}, Options{}); err == nil {
		t.Error("an interrupted trial has a verdict")
	}
}

// Bisection finds where a verdict turns, and says when it does not.
func TestTurn(t *testing.T) {
	claim := &Claim{ID: "C0", Tests: []Test{{When: "a", Case: brief(), Of: share, Above: true, Bound: 5}},
		Turn: &Turn{"attack_params.budget_usd", 100000, 20000000}}
	for bound, want := range map[float64]string{5: "turns between", 100: "does not turn"} {
		claim.Tests[0].Bound = bound
		left := 1
		f, err := Try(context.Background(), []*Claim{claim},
			Options{Reps: 2, Turns: true, Progress: func(done, total int) { left = total - done }})
		if err != nil || !strings.HasPrefix(f[0].Turns, want) || left != 0 {
			t.Errorf("%v, %v, %d replications left", f, err, left)
		}
	}
}

// differ reports whether two trials of one claim measured different values.
func differ(a, b []Finding) bool {
	return !slices.EqualFunc(a[0].Results, b[0].Results, func(x, y Result) bool { return x.Got == y.Got })
}

// A folder that cannot be written is an error before the first replication.
func TestTryWithoutAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	claim := &Claim{ID: "C0", Tests: []Test{{When: "a", Case: brief(), Of: excess}}}
	steps := 0
	_, err := Try(context.Background(), []*Claim{claim},
		Options{Reps: 2, Out: filepath.Join(file, "claims"), Progress: func(int, int) { steps++ }})
	if err == nil || !strings.Contains(err.Error(), "cannot create folder") || steps > 0 {
		t.Errorf("after %d replications: %v", steps, err)
	}
}

// What was run is not run again, whole or in part. What was damaged is, and so are other
// measures and another version of the program.
func TestTryGoesOn(t *testing.T) {
	dir := t.TempDir()
	claim := &Claim{ID: "C0",
		Tests: []Test{{When: "a", Case: brief(), Of: excess},
			{When: "b", Case: brief("attack_params.budget_usd=1"), Of: share}}}
	try := func(o Options, of ...Test) ([]Finding, int) {
		t.Helper()
		steps := 0
		o.Out, o.Progress = dir, func(int, int) { steps++ }
		c := *claim
		c.Tests = append(of, claim.Tests...)
		f, err := Try(context.Background(), []*Claim{&c}, o)
		if err != nil {
			t.Fatal(err)
		}
		return f, steps
	}
	whole, err := Try(context.Background(), []*Claim{claim}, Options{Reps: 4})
	if err != nil {
		t.Fatal(err)
	}
	try(Options{Reps: 2})
	if f, steps := try(Options{Reps: 4}); steps != 2+4 || differ(f, whole) {
		t.Errorf("goes on with %d steps to %+v, want %+v", steps, f, whole)
	}
	if _, steps := try(Options{Reps: 3}); steps != 2 {
		t.Errorf("%d steps for what is stored", steps)
	}
	if _, steps := try(Options{Reps: 4}, Test{When: "c", Case: brief(), Of: share}); steps != 4+1 {
		t.Errorf("%d steps for another measure of one experiment", steps)
	}
	if _, steps := try(Options{Reps: 4}); steps != 2 {
		t.Errorf("%d steps for what was stored before another measure was", steps)
	}
	path := filepath.Join(dir, "runs.journal")
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, bytes.ReplaceAll(text, []byte("\n"), []byte("\nx")), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	if f, steps := try(Options{Reps: 4}); steps != 1+7 || differ(f, whole) {
		t.Errorf("after damage to all lines but the first %d steps to %+v, want %+v", steps, f, whole)
	}
	if _, steps := try(Options{Reps: 2, Program: record.Program{Version: "next"}}); steps != 4 {
		t.Errorf("%d steps for another version", steps)
	}
	if _, steps := try(Options{Reps: 2, Program: record.Program{Code: "changed"}}); steps != 4 {
		t.Errorf("%d steps for other code", steps)
	}
}
