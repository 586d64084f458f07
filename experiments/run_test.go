package experiments

import (
	"bytes"
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/transcript"
	"stakeout/experiments/presets"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/report"
	"stakeout/experiments/study/tiny"
	"stakeout/strategies"
)

func run(t testing.TB, dir string, o Options, specs ...*question.Spec) *Result {
	t.Helper()
	o.Out = dir
	r, err := Run(context.Background(), question.Together(specs[0].Name, specs...), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSameBytesForAnyNumberOfWorkers(t *testing.T) {
	var first map[string][]byte
	for _, workers := range []int{1, 2, 8} {
		r := run(t, t.TempDir(), Options{Workers: workers}, tiny.Spec(t, "dos-short"))
		files := tiny.Files(t, r.Dir)
		for _, want := range []string{"runs.csv", "runs.parquet", "series.csv", "series.parquet", "attack_roi.csv",
			"schema.json", "manifest.json", "figures/price.pdf", "figures/channels.svg"} {
			if len(files[filepath.FromSlash(want)]) == 0 {
				t.Errorf("%d workers: no %s", workers, want)
			}
		}
		if problems := record.Verify(r.Dir); len(problems) > 0 {
			t.Error(problems)
		}
		if first == nil {
			first = files
			continue
		}
		tiny.SameFiles(t, "workers", first, files)
	}
}

func TestCancelledAndResumedIsTheSame(t *testing.T) {
	s := tiny.Spec(t, "dos-short")
	whole := tiny.Files(t, run(t, t.TempDir(), Options{Workers: 2}, s).Dir)

	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := Run(ctx, question.Alone(s), Options{Out: dir, Workers: 2, Progress: func(done, _ int) {
		if done == 3 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || !r.Partial || r.Finished < 3 || r.Finished >= r.Planned {
		t.Fatalf("partial %v, %d of %d, error %v", r.Partial, r.Finished, r.Planned, err)
	}
	if m, err := record.ReadManifest(r.Dir); err != nil || m.Status != record.Partial {
		t.Fatalf("status %q, %v", m.Status, err)
	}
	if r.Study.Cells[0].N() != r.Finished || !strings.Contains(strings.Join(r.ROI.Notes, " "), "PARTIAL") {
		t.Error("what is there is not reported as partial")
	}
	again := run(t, dir, Options{Workers: 1}, s)
	if again.Reused != r.Finished || again.Finished != again.Planned {
		t.Errorf("re-used %d of %d, finished %d", again.Reused, r.Finished, again.Finished)
	}
	tiny.SameFiles(t, "resumed", whole, tiny.Files(t, again.Dir))
}

// What another program left is not taken for one's own: a complete folder is run
// again, and an interrupted one is refused.
func TestOtherCodeRunsAgain(t *testing.T) {
	w := tiny.Sweep(t, tiny.Variation())
	dir := t.TempDir()
	was, now := record.Program{Version: "1", Code: "abc"}, record.Program{Version: "1", Code: "abd"}
	for _, c := range []struct {
		by     record.Program
		reused bool
	}{{was, false}, {was, true}, {now, false}, {now, true}, {was, false}} {
		r, err := Obtain(context.Background(), w, Options{Out: dir, Program: c.by})
		if err != nil || (r.Reused == r.Planned) != c.reused {
			t.Errorf("%v re-uses %d of %d, %v", c.by, r.Reused, r.Planned, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	r, err := Run(ctx, w, Options{Out: t.TempDir(), Workers: 1, Program: was, Progress: func(int, int) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := Resumable(r.Dir, now); err == nil ||
		!strings.Contains(err.Error(), "was begun by version 1 (code abc) and this is 1 (code abd)") {
		t.Errorf("%v", err)
	}
	if _, err := Resumable(r.Dir, was); err != nil {
		t.Error(err)
	}
	again, err := Run(context.Background(), w, Options{Out: filepath.Dir(r.Dir), Program: now})
	if err != nil || again.Reused != 0 || again.Dropped != r.Finished {
		t.Errorf("other code re-uses %d and drops %d of %d, %v", again.Reused, again.Dropped, r.Finished, err)
	}
}

func TestCancelledBeforeTheFirstReplication(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err := Run(ctx, question.Alone(tiny.Spec(t, "dos-short")), Options{Out: t.TempDir(), Workers: 2})
	if !errors.Is(err, context.Canceled) || r.Finished != 0 || !r.Partial {
		t.Errorf("%+v, %v", r, err)
	}
}

// Every attack in the catalogue: channels sum to profit and sectors to zero, to
// the micro-USD, in every stored row.
func TestMoneyAddsUpInEveryRow(t *testing.T) {
	var specs []*question.Spec
	for _, name := range presets.Names() {
		specs = append(specs, tiny.Spec(t, name, "replications=2"))
	}
	r := run(t, t.TempDir(), Options{Workers: 2, Formats: record.CSV}, specs...)
	study, err := report.Load(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	micro := func(v float64) int64 { return int64(math.Round(v * 1e6)) }
	moved := false
	for _, c := range study.Cells {
		if c.N() != 2 {
			t.Fatalf("%s: %d replications, %s", c.ID, c.N(), c.Why)
		}
		for rep := range c.N() {
			for _, w := range column.Worlds {
				sum := int64(0)
				for _, d := range measure.Describe {
					sum += micro(c.Values(column.Channel(w, d.Name))[rep])
				}
				profit := micro(c.Values(column.Outcome(w, column.Profit))[rep])
				moved = moved || profit != 0
				if sum != profit {
					t.Errorf("%s %s: channels sum to %d, profit is %d", c.ID, w, sum, profit)
				}
			}
			sum := int64(0)
			for _, s := range measure.Sectors {
				sum += micro(c.Values(column.Sector(s.Name))[rep])
			}
			if residual := c.Values(column.Residual)[rep]; sum != 0 || residual != 0 {
				t.Errorf("%s: sectors sum to %d, residual %g", c.ID, sum, residual)
			}
		}
	}
	if !moved {
		t.Error("no attack moved any money, so the test proves nothing")
	}
}

// A cell whose replications fail, and one whose replications panic, are rows
// beside one that runs.
func TestFailuresAreRows(t *testing.T) {
	good := tiny.Spec(t, "dos-short", "replications=2")
	broken, panics := tiny.Spec(t, "dos-short", "replications=2"), tiny.Spec(t, "dos-short", "replications=2")
	broken.Mechanism = "no-such"
	panics.Params, panics.Entry.Capital = &strategies.EmptyBlocksParams{}, nil
	r := run(t, t.TempDir(), Options{Workers: 2, Formats: record.CSV}, good, broken, panics)
	if r.Finished != 6 || r.Failed != 4 || r.Partial {
		t.Errorf("finished %d, failed %d, partial %v", r.Finished, r.Failed, r.Partial)
	}
	for i, want := range []string{"", `no election mechanism "no-such"`, "panic: "} {
		c := r.Study.Cells[i]
		if (c.Failed == 2) != (i > 0) || !strings.Contains(c.Why, want) {
			t.Errorf("%s: %d failed with %q, want %q", c.ID, c.Failed, c.Why, want)
		}
	}
	if !strings.Contains(r.Verdicts[1], "no verdict") {
		t.Error(r.Verdicts[1])
	}
	alone := run(t, t.TempDir(), Options{Workers: 2, Formats: record.CSV}, broken)
	if alone.Failed != 2 || alone.Partial || len(alone.Figures) > 0 {
		t.Errorf("failed %d, partial %v, figures %v", alone.Failed, alone.Partial, alone.Figures)
	}
}

func TestEveryColumnIsDescribed(t *testing.T) {
	d, err := design.Of(question.Alone(tiny.Spec(t, "dos-short")), "v", true)
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, t.TempDir(), Options{Workers: 2, Formats: record.CSV}, tiny.Spec(t, "dos-short", "replications=2"))
	roi, _ := report.Dataset(r.Study)
	for _, s := range []record.Schema{d.RunsSchema(), design.SeriesSchema(), roi} {
		if err := s.Check(); err != nil {
			t.Error(err)
		}
		for i := range s.Columns {
			broken := record.Schema{Name: s.Name, Columns: append([]record.Column{}, s.Columns...)}
			broken.Columns[i].Doc = ""
			if broken.Check() == nil {
				t.Fatalf("%s: an undescribed column %s passes", s.Name, s.Columns[i].Name)
			}
		}
	}
}

// What attack_roi summarises comes from columns of runs that exist: a wrong
// name would be a column of missing values.
func TestDatasetHasNoEmptyStatistics(t *testing.T) {
	r := run(t, t.TempDir(), Options{Workers: 2, Formats: record.CSV}, tiny.Spec(t, "dos-short"))
	schema, all := report.Dataset(r.Study)
	rows := slices.Collect(all)
	for i, c := range schema.Columns {
		unsaid := strings.HasPrefix(c.Name, "break_even_") || c.Name == "es_lo" || c.Name == "es_hi" // few replications
		if rows[0][i].Type() == record.Missing && !unsaid {
			t.Errorf("%s is missing", c.Name)
		}
	}
}

func TestROITable(t *testing.T) {
	r := run(t, t.TempDir(), Options{Workers: 2, Program: record.Program{Version: "golden"}}, tiny.Spec(t, "dos-short"),
		tiny.Spec(t, "fake-dos"))
	var b bytes.Buffer
	if err := r.ROI.Terminal(&b, 200); err != nil {
		t.Fatal(err)
	}
	b.WriteString(strings.Join(r.Verdicts, "\n") + "\n")
	transcript.Golden(t, filepath.Join("testdata", "roi.golden"), b.String())
}

// A world in which nobody wants anything has no transactions to lose; what is
// divided by them is missing from the table, not zero and not infinite.
func TestNothingToDivideBy(t *testing.T) {
	s := tiny.Spec(t, "dos-short", "replications=2", "world.users.transactions_per_day=0")
	r := run(t, t.TempDir(), Options{Workers: 2, Formats: record.CSV}, s)
	if r.Failed > 0 {
		t.Fatalf("%d replications failed: %s", r.Failed, r.Study.Cells[0].Why)
	}
	for _, v := range r.Study.Cells[0].Values(column.Outcome("attack", column.ThroughputLoss)) {
		if !math.IsNaN(v) {
			t.Errorf("throughput lost %g of none", v)
		}
	}
	if got := measure.Ratio(1, 0); !math.IsNaN(got) {
		t.Errorf("1/0 is %g", got)
	}
}
