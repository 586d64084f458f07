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

	"stakeout/experiments/kit/draw"
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
		if got := judge(&Test{Above: c.above, Bound: 1}, stat.Interval{Lo: c.lo, Hi: c.hi, SE: 1}); got != c.want {
			t.Errorf("[%v, %v] above %v: %s, want %s", c.lo, c.hi, c.above, got, c.want)
		}
	}
}

// A sample without variance has no verdict, however far from the bound it lies; an identity
// has one of its own.
func TestSampleWithoutVariance(t *testing.T) {
	for want, c := range map[Verdict]Test{CannotTell: {Bound: 2}, Identity: {Bound: 2, Identity: "the books say so"}} {
		r := weigh(&c, make([]float64, 20))
		if r.Verdict != want || r.tested() || !slices.Contains(r.Warnings, stat.ZeroVariance) {
			t.Errorf("%+v, want %s", r, want)
		}
		r = weigh(&c, []float64{0, 0.1, 0, 0.2, 0.1})
		if want == CannotTell && (r.Verdict != Holds || !r.tested()) || want == Identity && r.Verdict != Identity {
			t.Errorf("%+v", r)
		}
	}
}

// A share of replications is judged by the binomial distribution: that twenty of twenty lie
// refutes that one in a hundred does, and that none does shows nothing of the kind.
func TestShareOfReplications(t *testing.T) {
	test := &Test{Of: lied, Bound: 1}
	for want, x := range map[Verdict][]float64{CannotTell: make([]float64, 20), Fails: slices.Repeat([]float64{100}, 20)} {
		if r := weigh(test, x); r.Verdict != want || !r.tested() || r.Got.Hi-r.Got.Lo < 16.8 || r.Got.Hi-r.Got.Lo > 16.9 ||
			(want == Fails) != (r.P < 1e-9) {
			t.Errorf("%+v, want %s", r, want)
		}
	}
}

// A p-value is that of the bound and not of zero. Holm's adjustment takes a verdict back that
// one test in twenty has by chance; Benjamini and Hochberg's runs over all claims.
func TestManyTests(t *testing.T) {
	near, far := &Test{Above: true, Bound: 10}, &Test{Above: true, Bound: -1000}
	x := []float64{11, 10.2, 12, 10.4, 9.9, 12.1, 10.1, 11.6, 9.2, 11.1}
	alone := weigh(near, x)
	if alone.Verdict != Holds || math.Abs(alone.P-0.0334) > 0.0002 {
		t.Fatalf("%+v", alone)
	}
	a := []Result{alone, weigh(far, x), weigh(near, x)}
	adjust(a)
	if a[0].Verdict != CannotTell || a[1].Verdict != Holds || math.Abs(a[0].Holm-2*alone.P) > 1e-12 {
		t.Errorf("%+v", a)
	}
	b := []Result{weigh(near, x)}
	adjust(b)
	claim := &Claim{ID: "C0", By: "x", Quote: "x", Reading: "x.", Tests: []Test{*near}}
	findings := []Finding{{Claim: claim, Results: a}, {Claim: claim, Results: b}}
	discoveries(findings)
	if b[0].Verdict != Holds || b[0].Q != alone.P || a[1].Q > 1e-6 {
		t.Errorf("%+v, %+v", b[0], a[1])
	}
	text := strings.Join(Ledger(findings, 10).Notes, "\n")
	for _, want := range []string{"over all 4 tests", "Of 2 tests told, 0 have a larger q",
		"Warning: fewer than 20 replications (all tests)",
		"10 replications tell a mean from its bound when the two are 0.72 standard deviations"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

// Without effects the tests of a claim tell anything falsely in at most one claim of twenty,
// and the notes name tests whose sample is skewed or does not vary.
func TestFalseVerdictsAreRare(t *testing.T) {
	s, wrong := draw.New(7698), 0
	const trials = 2000
	test := &Test{Above: true}
	for range trials {
		var results []Result
		for range 4 {
			x := make([]float64, 20)
			for i := range x {
				x[i] = s.Norm()
			}
			got := stat.PairedT(x, confidence)
			results = append(results, Result{Test: test, Got: got, Verdict: judge(test, got), P: got.P})
		}
		adjust(results)
		if slices.ContainsFunc(results, func(r Result) bool { return r.Verdict != CannotTell }) {
			wrong++
		}
	}
	if share := float64(wrong) / trials; share < 0.03 || share > 0.07 {
		t.Errorf("%v of the claims without an effect have a verdict", share)
	}
	skewed := make([]float64, 20)
	skewed[3] = 9
	f := Finding{Claim: &Claim{ID: "C0", Tests: []Test{{When: "a"}, {When: "b"},
		{When: "c", Identity: "no fork, no loss"}}}}
	f.Results = []Result{weigh(&f.Claim.Tests[0], skewed), weigh(&f.Claim.Tests[1], make([]float64, 20)),
		weigh(&f.Claim.Tests[2], make([]float64, 20))}
	text := strings.Join(warnings([]Finding{f}, 20), "\n")
	for _, want := range []string{"heavy skew", "(C0 a)",
		"zero variance: all replications are equal (C0 b). They get no verdict: " +
			"that 20 worlds agree leaves up to 16.8 %", "C0, c, is an identity: no fork, no loss."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
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
		{[]Verdict{Identity, Fails}, Fails}, {[]Verdict{Holds, Identity, Holds}, Holds}, {[]Verdict{Identity}, Identity},
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
		if f[0].Verdict != CannotTell || f[0].Results[0].Verdict != Holds || f[0].Results[2].Verdict != CannotTell ||
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

// Every claim under revision exists, and says why in place of a verdict.
func TestClaimsUnderRevision(t *testing.T) {
	known := map[string]*Claim{}
	for _, c := range All() {
		known[c.ID] = c
	}
	for id, why := range revisions {
		c := known[id]
		if c == nil || why == "" {
			t.Errorf("%s: %q", id, why)
			continue
		}
		f := Finding{Claim: c, Verdict: c.verdict([]Result{{Verdict: Holds}})}
		if f.Verdict != UnderRevision {
			t.Errorf("%s has the verdict %q", id, f.Verdict)
		}
		if notes := strings.Join(Ledger([]Finding{f}, 2).Notes, "\n"); !strings.Contains(notes, why) {
			t.Errorf("%s: the ledger does not say why", id)
		}
	}
	if v := known["C1"].verdict([]Result{{Verdict: Holds}}); v != Holds {
		t.Errorf("C1: %q", v)
	}
}

// In another world most claims have their experiment, and the ledger says which have not.
func TestClaimsElsewhere(t *testing.T) {
	c := &court{o: Options{World: "2026"}}
	why, err := c.elsewhere(All())
	if err != nil {
		t.Fatal(err)
	}
	if len(why) != 1 || !strings.Contains(why["C12"], "blocks_per_slot") {
		t.Errorf("without an experiment: %v", why)
	}
	var c12 []*Claim
	for _, claim := range All() {
		if claim.ID == "C12" {
			c12 = append(c12, claim)
		}
	}
	found, err := Try(context.Background(), c12, Options{World: "2026"})
	if err != nil {
		t.Fatal(err)
	}
	ledger := Ledger(found, 2)
	if err := ledger.Validate(); err != nil {
		t.Fatal(err)
	}
	if found[0].Verdict != NotHere || ledger.Rows[0][1].String() != "not in this world" {
		t.Errorf("%+v, %v", found[0], ledger.Rows)
	}
	if _, err := Try(context.Background(), c12, Options{World: "2062"}); err == nil {
		t.Error("a world that does not exist was taken")
	}
}
