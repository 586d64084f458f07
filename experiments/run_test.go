package experiments

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stakeout/experiments/measure"
	"stakeout/experiments/record"
	"stakeout/experiments/report"
	"stakeout/experiments/transcript"
	"stakeout/mechanisms/election"
	"stakeout/strategies"
)

// tiny is a preset in a world of a hundred agents and half a dozen hours a
// phase, so that a replication takes a few milliseconds.
func tiny(t testing.TB, preset string, more ...string) *Spec {
	t.Helper()
	full, err := Load(preset)
	if err != nil {
		t.Fatal(err)
	}
	set := []string{
		"replications=6", "horizon_days=1.5", "start_days=0.25",
		"world.time.warmup_days=0.25", "world.time.rounds=2", "world.rollup.unbonding_days=0.1",
		"world.users.count=20", "world.stakers.count=20", "world.noise.count=20", "world.chartists.count=5",
		"world.holders.count=10", "world.shorters.count=4", "world.coordinators.count=3",
		"world.remedies.timelock_vote.voting_days=0.1",
	}
	// Not every attack has all phases.
	for _, phase := range [][2]string{
		{"build_days", "0.25"}, {"open_days", "0.25"}, {"act_days", "0.25"}, {"cover_days", "0.25"}, {"sell_days", "0.25"},
		{"slash_days", "0.25"}, {"cycles", "2"}, {"rest_days", "0.1"},
	} {
		if slices.Contains(paths(full.Params), phase[0]) {
			set = append(set, "attack_params."+phase[0]+"="+phase[1])
		}
	}
	s, err := Load(preset, append(set, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t testing.TB, dir string, o Options, specs ...*Spec) *Result {
	t.Helper()
	o.Out = dir
	r, err := Compare(context.Background(), specs[0].Name, specs, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// contents are the files of a folder by name, without what belongs to one
// invocation.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "timing.json" {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		files[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func sameFiles(t *testing.T, what string, a, b map[string][]byte) {
	t.Helper()
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s: %s differs", what, name)
		}
	}
	if len(a) != len(b) {
		t.Errorf("%s: %d files against %d", what, len(a), len(b))
	}
}

func TestSameBytesForAnyNumberOfWorkers(t *testing.T) {
	var first map[string][]byte
	for _, workers := range []int{1, 2, 8} {
		r := run(t, t.TempDir(), Options{Workers: workers}, tiny(t, "dos-short"))
		files := contents(t, r.Dir)
		for _, want := range []string{"runs.csv", "runs.parquet", "series.csv", "series.parquet", "attack_roi.csv", "schema.json", "manifest.json", "figures/price.pdf", "figures/channels.svg"} {
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
		sameFiles(t, "workers", first, files)
	}
}

func TestCancelledAndResumedIsTheSame(t *testing.T) {
	s := tiny(t, "dos-short")
	whole := contents(t, run(t, t.TempDir(), Options{Workers: 2}, s).Dir)

	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := Run(ctx, s, Options{Out: dir, Workers: 2, Progress: func(done, _ int) {
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
	sameFiles(t, "resumed", whole, contents(t, again.Dir))
}

// What another program left is not taken for one's own: a complete folder is run
// again, and an interrupted one is refused.
func TestOtherCodeRunsAgain(t *testing.T) {
	w := sweep(t, small())
	dir := t.TempDir()
	was, now := record.Program{Version: "1", Code: "abc"}, record.Program{Version: "1", Code: "abd"}
	for _, c := range []struct {
		by     record.Program
		reused bool
	}{{was, false}, {was, true}, {now, false}, {now, true}, {was, false}} {
		r, err := w.Obtain(context.Background(), Options{Out: dir, Program: c.by})
		if err != nil || (r.Reused == r.Planned) != c.reused {
			t.Errorf("%v re-uses %d of %d, %v", c.by, r.Reused, r.Planned, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	r, err := w.Run(ctx, Options{Out: t.TempDir(), Workers: 1, Program: was, Progress: func(int, int) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := Resumable(r.Dir, now); err == nil || !strings.Contains(err.Error(), "was begun by version 1 (code abc) and this is 1 (code abd)") {
		t.Errorf("%v", err)
	}
	if _, err := Resumable(r.Dir, was); err != nil {
		t.Error(err)
	}
	again, err := w.Run(context.Background(), Options{Out: filepath.Dir(r.Dir), Program: now})
	if err != nil || again.Reused != 0 || again.Dropped != r.Finished {
		t.Errorf("other code re-uses %d and drops %d of %d, %v", again.Reused, again.Dropped, r.Finished, err)
	}
}

func TestCancelledBeforeTheFirstReplication(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err := Run(ctx, tiny(t, "dos-short"), Options{Out: t.TempDir(), Workers: 2})
	if !errors.Is(err, context.Canceled) || r.Finished != 0 || !r.Partial {
		t.Errorf("%+v, %v", r, err)
	}
}

// Every attack in the catalogue: channels sum to profit and sectors to zero, to
// the micro-USD, in every stored row.
func TestMoneyAddsUpInEveryRow(t *testing.T) {
	var specs []*Spec
	for _, name := range Presets() {
		specs = append(specs, tiny(t, name, "replications=2"))
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
			for _, w := range report.Worlds {
				sum := int64(0)
				for _, d := range measure.Describe {
					sum += micro(c.Values(report.ChannelColumn(w, d.Name))[rep])
				}
				profit := micro(c.Values(report.OutcomeColumn(w, "profit_usd"))[rep])
				moved = moved || profit != 0
				if sum != profit {
					t.Errorf("%s %s: channels sum to %d, profit is %d", c.ID, w, sum, profit)
				}
			}
			sum := int64(0)
			for _, s := range measure.Sectors {
				sum += micro(c.Values(report.SectorColumn(s.Name))[rep])
			}
			if residual := c.Values(report.Residual)[rep]; sum != 0 || residual != 0 {
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
	good := tiny(t, "dos-short", "replications=2")
	broken, panics := tiny(t, "dos-short", "replications=2"), tiny(t, "dos-short", "replications=2")
	broken.Mechanism = "no-such"
	panics.Params, panics.attack.Capital = &strategies.EmptyBlocksParams{}, nil
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
	d, err := newDesign("x", []*Spec{tiny(t, "dos-short")}, "v")
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, t.TempDir(), Options{Workers: 2, Formats: record.CSV}, tiny(t, "dos-short", "replications=2"))
	roi, _ := report.Dataset(r.Study)
	for _, s := range []record.Schema{d.runsSchema(), seriesSchema(), roi} {
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
	r := run(t, t.TempDir(), Options{Workers: 2, Formats: record.CSV}, tiny(t, "dos-short"))
	schema, all := report.Dataset(r.Study)
	rows := slices.Collect(all)
	for i, c := range schema.Columns {
		if rows[0][i].Type() == record.Missing && !strings.HasPrefix(c.Name, "break_even_") {
			t.Errorf("%s is missing", c.Name)
		}
	}
}

func TestROITable(t *testing.T) {
	r := run(t, t.TempDir(), Options{Workers: 2, Program: record.Program{Version: "golden"}}, tiny(t, "dos-short"), tiny(t, "fake-dos"))
	var b bytes.Buffer
	if err := r.ROI.Terminal(&b, 200); err != nil {
		t.Fatal(err)
	}
	b.WriteString(strings.Join(r.Verdicts, "\n") + "\n")
	transcript.Golden(t, filepath.Join("testdata", "roi.golden"), b.String())
}

func TestNoBudgetIsTheIdleWorld(t *testing.T) {
	for _, name := range Presets() {
		s := tiny(t, name, "attack_params.budget_usd=0")
		x, err := s.Trial(context.Background(), NewWorlds(), 3)
		if err != nil {
			t.Fatal(err)
		}
		if a, h, i := x.Attack.Hash(), x.Honest.Hash(), x.Idle.Hash(); a != i || h != i {
			t.Errorf("%s: hashes %x, %x, %x", name, a, h, i)
		}
		if x.Gain.Profit != 0 || x.Excess() != 0 {
			t.Errorf("%s: profit %d without capital", name, x.Gain.Profit)
		}
	}
}

func TestExplain(t *testing.T) {
	s := tiny(t, "dos-short")
	e, err := Explain(context.Background(), s, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range e.Tables() {
		if err := x.Terminal(new(bytes.Buffer), 120); err != nil {
			t.Error(err)
		}
	}
	whole, err := s.Trial(context.Background(), NewWorlds(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if want := whole0(whole.Gain.Profit.Units()); !strings.Contains(e.Verdict, want) {
		t.Errorf("explains a replication other than that of the run, want %s: %s", want, e.Verdict)
	}
	if len(e.Divergence.Rows) == 0 || len(e.Fills.Rows) == 0 || len(e.Timeline.Rows) == 0 {
		t.Errorf("%d differences, %d trades, %d days", len(e.Divergence.Rows), len(e.Fills.Rows), len(e.Timeline.Rows))
	}
	none, err := Explain(context.Background(), tiny(t, "dos-short", "attack_params.budget_usd=0"), 0)
	if err != nil || len(none.Divergence.Rows) != 0 {
		t.Errorf("an attack without a budget differs from its twin: %v", err)
	}
}

func TestListAndShow(t *testing.T) {
	list, err := List()
	if err != nil {
		t.Fatal(err)
	}
	if len(list[0].Rows) != len(Presets()) {
		t.Errorf("%d presets are listed, there are %d", len(list[0].Rows), len(Presets()))
	}
	names := append(Presets(), "none", "court-aragon", "fake-dos")
	for _, e := range election.All() {
		names = append(names, e.Name)
		if tables, err := Show(e.Name); err != nil || len(tables) != 2 || len(tables[1].Rows) == 0 {
			t.Errorf("%s is shown without its parameters: %v", e.Name, err)
		}
	}
	for _, name := range names {
		tables, err := Show(name)
		if err != nil || len(tables) == 0 {
			t.Errorf("%s: %v", name, err)
		}
		list = append(list, tables...)
	}
	shown := ""
	for _, row := range showEntry("court-aragon")[1].Rows {
		shown += row[0].String() + " "
	}
	if !strings.Contains(shown, "world.remedies.court_aragon.final_discount_share") || !strings.Contains(shown, "world.remedies.case.bond_usd") || strings.Contains(shown, "kleros") {
		t.Errorf("court-aragon shows %s", shown)
	}
	for _, x := range list {
		if err := x.Markdown(new(bytes.Buffer)); err != nil {
			t.Error(err)
		}
	}
	if _, err := Show("dos-shrt"); !errors.Is(err, ErrPreset) {
		t.Errorf("an unknown name gives %v", err)
	}
}

// Trades in dai are listed beside those in the token.
func TestExplainListsDai(t *testing.T) {
	e, err := Explain(context.Background(), tiny(t, "dos-lockup", "world.users.count=200", "horizon_days=2.5", "attack_params.act_days=0.9"), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range e.Fills.Rows {
		if strings.HasSuffix(row[1].String(), ", dai") {
			return
		}
	}
	t.Errorf("no trade in dai among %d", len(e.Fills.Rows))
}
