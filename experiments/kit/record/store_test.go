package record

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var roi = Schema{Name: "attack_roi", Columns: []Column{
	{"attack", Text, NoUnit, "Name of the attack."},
	{"n", Int, Dimensionless, "Number of runs."},
}}

const planned = 9

func testManifest() Manifest {
	return Manifest{Experiment: "dos-short", Command: []string{"/tmp/x/stakeout", "run", "dos-short"},
		Config: "reps: 9\nname: \"λ <&>\"\n", Seeds: []Seed{42, 1<<64 - 1}, Program: Program{Version: "v1.2.3"},
		Recipe: []byte("go on\n")}
}

func testTables() []Table {
	return []Table{{mixed, CSV | Parquet}, {narrow, Parquet}}
}

func testKey(i int) string { return RunKey("v1.2.3", "config", uint64(i), "cell") }

func testRun(i int) Run {
	rows := map[string][]Row{"runs": {{TextValue(testKey(i)), IntValue(int64(i)), FloatValue(float64(i) / 7),
		BoolValue(i%2 == 0), awkward()[1+i%planned][4]}}}
	for range i % 4 {
		rows["narrow"] = append(rows["narrow"], Row{FloatValue(float64(len(rows["narrow"]))), MissingValue()}[:1])
	}
	return Run{Key: testKey(i), Order: int64(i), Rows: rows}
}

// session opens the store, records or re-uses the runs in the given order, and closes
// the store.
func session(dir string, order []int, status Status, reason string, h hook) error {
	s, err := open(dir, testManifest(), testTables(), h)
	if err != nil {
		return err
	}
	if err := work(s, order); err != nil {
		s.journal.f.Close()
		s.lock.Close() // as the death of the process would do
		return err
	}
	return s.Close(status, reason)
}

func work(s *Store, order []int) error {
	for _, i := range order {
		have, err := s.Reuse(testKey(i), int64(i))
		if err == nil && !have {
			err = s.Record(testRun(i))
		}
		if err != nil {
			return err
		}
	}
	t, err := s.Table(roi, CSV|Parquet)
	if err != nil {
		return err
	}
	defer t.Abort()
	n := int64(0)
	if err := s.Each("runs", func(Row) error { n++; return nil }); err != nil {
		return err
	}
	if err := t.Write(Row{TextValue("dos"), IntValue(n)}); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return err
	}
	f, err := s.Create("figures/roi.svg")
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write([]byte("<svg/>")); err != nil {
		return err
	}
	return f.Commit()
}

func upTo(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// contents reads all files of a folder except timing.json, which holds wall times.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() == timingName {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[rel] = string(b)
		return err
	}))
	return files
}

// unbroken returns the folder of an experiment that was never interrupted, and its
// contents.
func unbroken(t testing.TB) (string, map[string]string) {
	t.Helper()
	dir := t.TempDir()
	must(t, session(dir, upTo(planned), Complete, "", nil))
	dir = filepath.Join(dir, "dos-short")
	return dir, contents(t, dir)
}

func same(t testing.TB, what string, got, want map[string]string) {
	t.Helper()
	if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
		t.Fatalf("%s: files %v, want %v", what, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	for name := range want {
		if got[name] != want[name] {
			t.Fatalf("%s: %s differs", what, name)
		}
	}
}

func TestStore(t *testing.T) {
	dir, files := unbroken(t)
	if problems := Verify(dir); problems != nil {
		t.Errorf("a fresh folder has problems: %v", problems)
	}
	m, err := ReadManifest(dir)
	must(t, err)
	if m.Status != Complete || m.Seeds[1] != 1<<64-1 || m.Command[0] != "stakeout" || m.Go == "" || len(m.Files) != 7 {
		t.Errorf("manifest %+v", m)
	}
	schemas, err := ReadSchemas(dir)
	must(t, err)
	if !reflect.DeepEqual(schemas["runs.csv"], mixed) || len(schemas) != 5 {
		t.Errorf("schemas %v", schemas)
	}
	rows, err := readCSV([]byte(files["runs.csv"]), mixed)
	must(t, err)
	for i, r := range rows {
		if !reflect.DeepEqual(r, testRun(i).Rows["runs"][0]) {
			t.Errorf("row %d is %v", i, r)
		}
	}
	r, err := OpenTable(filepath.Join(dir, "runs.parquet"), mixed, m.ConfigSHA256)
	must(t, err)
	defer r.Close()
	if got, err := readAll(r); err != nil || !reflect.DeepEqual(got, rows) {
		t.Errorf("Parquet holds %v, %v", got, err)
	}
}

func TestBytesDependNeitherOnTheOrderNorOnTheMachine(t *testing.T) {
	_, want := unbroken(t)
	for seed := range uint64(4) {
		dir := t.TempDir()
		m := testManifest()
		m.Command = append(m.Command, "--out", dir, "--workers=7")
		s, err := Open(dir, m, testTables()...)
		must(t, err)
		s.Workers(int(seed))
		s.Phase("runs", time.Duration(seed)*time.Second)
		must(t, work(s, chance(seed).Perm(planned)))
		must(t, s.Close(Complete, ""))
		same(t, "another order", contents(t, s.Dir()), want)
		timing, err := ReadTiming(s.Dir())
		if err != nil || timing.Workers != int(seed) || timing.Command[4] != dir {
			t.Errorf("timing %+v, %v", timing, err)
		}
	}
}

func TestResume(t *testing.T) {
	_, want := unbroken(t)
	for stop := range planned {
		dir := t.TempDir()
		folder := filepath.Join(dir, "dos-short")
		must(t, session(dir, chance(uint64(stop)).Perm(planned)[:stop], Partial, "interrupted", nil))
		if problems := Verify(folder); problems != nil {
			t.Fatalf("partial after %d runs: %v", stop, problems)
		}
		m, err := ReadManifest(folder)
		if err != nil || m.Status != Partial || m.Reason != "interrupted" {
			t.Fatalf("manifest %+v, %v", m, err)
		}
		must(t, session(dir, upTo(planned), Complete, "", nil))
		same(t, fmt.Sprint("resumed after ", stop), contents(t, folder), want)
		timing, err := ReadTiming(folder)
		if err != nil || timing.Reused != stop {
			t.Errorf("%d runs re-used, want %d (%v)", timing.Reused, stop, err)
		}
	}
}

func TestRowsOfAnEarlierInvocation(t *testing.T) {
	dir := t.TempDir()
	must(t, session(dir, []int{3, 5}, Partial, "interrupted", nil))
	s, err := Open(dir, testManifest(), testTables()...)
	must(t, err)
	defer s.Close(Partial, "test")
	if runs, dropped := s.Finished(); runs != 2 || dropped != 0 {
		t.Errorf("%d runs, %d dropped", runs, dropped)
	}
	if have, err := s.Reuse(testKey(5), 70); !have || err != nil {
		t.Errorf("the run was not re-used: %v", err)
	}
	for table, want := range testRun(5).Rows {
		if got, ok, err := s.Rows(70, table); !ok || err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v, %v", table, got, ok, err)
		}
	}
	for _, order := range []int64{5, 69, 71, 700, -1} {
		if _, ok, err := s.Rows(order, "runs"); ok || err != nil {
			t.Errorf("a place without a run: %v, %v", ok, err)
		}
	}
	if _, _, err := s.Rows(70, "nowhere"); err == nil {
		t.Error("a table that was never opened has rows")
	}
	if have, err := s.Reuse(testKey(3), 70); have || err == nil {
		t.Error("two runs have the same place")
	}
	if have, err := s.Reuse(testKey(3), 0); !have || err != nil {
		t.Errorf("the other run was not re-used: %v", err)
	}
	if _, ok, err := s.Rows(-1, "runs"); ok || err != nil {
		t.Errorf("no place at all: %v, %v", ok, err)
	}
	if runs, _ := s.Finished(); runs != 2 {
		t.Errorf("%d runs", runs)
	}
}

func TestRunsOfOtherColumnsAreNotReused(t *testing.T) {
	dir := t.TempDir()
	must(t, session(dir, upTo(4), Partial, "interrupted", nil))
	other := Schema{mixed.Name, slices.Clone(mixed.Columns)}
	other.Columns[1].Unit = "tick"
	s, err := Open(dir, testManifest(), Table{other, CSV}, Table{narrow, Parquet})
	must(t, err)
	defer s.Close(Partial, "test")
	if runs, dropped := s.Finished(); runs != 0 || dropped != 4 {
		t.Errorf("%d runs kept, %d dropped, want 0 and 4", runs, dropped)
	}
}

func TestRunsOfOtherCodeAreNotReused(t *testing.T) {
	dir := t.TempDir()
	must(t, session(dir, upTo(4), Partial, "interrupted", nil))
	m := testManifest()
	m.Code = "changed"
	s, err := Open(dir, m, testTables()...)
	must(t, err)
	if runs, dropped := s.Finished(); runs != 0 || dropped != 4 {
		t.Errorf("%d runs kept, %d dropped, want 0 and 4", runs, dropped)
	}
	must(t, s.Close(Partial, "test"))
	if got, err := ReadManifest(filepath.Join(dir, m.Experiment)); err != nil || got.Program != m.Program {
		t.Errorf("the manifest says %v, %v", got.Program, err)
	}
}

func TestVerifyFindsEveryFlip(t *testing.T) {
	for _, status := range []Status{Complete, Partial} {
		dir := t.TempDir()
		reason := map[Status]string{Partial: "interrupted"}[status]
		must(t, session(dir, upTo(planned), status, reason, nil))
		dir = filepath.Join(dir, "dos-short")
		files := contents(t, dir)
		timing, err := os.ReadFile(filepath.Join(dir, timingName))
		must(t, err)
		files[timingName] = string(timing)
		rng := chance(7)
		for name, whole := range files {
			for range 40 {
				b := []byte(whole)
				b[rng.IntN(len(b))] ^= byte(1 + rng.IntN(255))
				must(t, os.WriteFile(filepath.Join(dir, name), b, 0o666))
				if !mentions(Verify(dir), filepath.ToSlash(name), "changed") {
					t.Fatalf("a flip in %s was not found: %v", name, Verify(dir))
				}
			}
			must(t, os.WriteFile(filepath.Join(dir, name), []byte(whole), 0o666))
		}
		if problems := Verify(dir); problems != nil {
			t.Fatalf("after all is restored: %v", problems)
		}
	}
}

func mentions(problems []Problem, file, what string) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.File == file && strings.Contains(p.What, what) })
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	dir, files := unbroken(t)
	write := func(name, text string) { must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666)) }
	write("runs.csv", strings.Replace(files["runs.csv"], ",4,", ",5,", 1))
	write("attack_roi.csv", files["attack_roi.csv"]+"\"")
	write("runs.parquet", files["runs.parquet"][:100])
	write("notes.txt", "mine")
	must(t, os.Remove(filepath.Join(dir, "figures", "roi.svg")))
	must(t, os.Remove(filepath.Join(dir, timingName)))
	problems := Verify(dir)
	for file, what := range map[string]string{"runs.csv": "still parses, 9 rows", "attack_roi.csv": "no longer parses",
		"runs.parquet": "no longer parses",
		"notes.txt":    "not in the manifest", "figures/roi.svg": "missing", timingName: "missing"} {
		if !mentions(problems, file, what) {
			t.Errorf("%s: want %q in %v", file, what, problems)
		}
	}
	if len(problems) != 6 {
		t.Errorf("%d problems, want 6: %v", len(problems), problems)
	}
	if !mentions(Verify(t.TempDir()), manifestName, "missing") {
		t.Error("an empty folder passes")
	}
}

func TestPlanErrors(t *testing.T) {
	s, err := Open(t.TempDir(), testManifest(), testTables()...)
	must(t, err)
	must(t, s.Record(testRun(1)))
	bad := testRun(2)
	bad.Rows["runs"][0][1] = FloatValue(1)
	unknown := testRun(3)
	unknown.Rows["nowhere"] = nil
	nowhere := testRun(4)
	nowhere.Order = -1
	for name, run := range map[string]Run{"same place": testRun(1), "no place": nowhere, "wrong type": bad,
		"unknown table": unknown, "no key": {Key: "a b"}} {
		if s.Record(run) == nil {
			t.Errorf("%s: recorded", name)
		}
	}
	for _, name := range []string{"../x", "/x", "a//b", ".", manifestName, schemaName, journalName, ".x.tmp"} {
		if _, err := s.Create(name); err == nil {
			t.Errorf("file %q was created", name)
		}
	}
	if _, err := s.Table(mixed, CSV); err == nil {
		t.Error("a table of the runs was opened as a derived one")
	}
	if err := s.Close(Partial, ""); err == nil {
		t.Error("closed as partial without a reason")
	}
	if s.Close(Partial, "again") == nil {
		t.Error("closed twice")
	}
}

func TestRunKey(t *testing.T) {
	key := RunKey("v1", "abc", 7, "cell")
	if len(key) != 32 || key != RunKey("v1", "abc", 7, "cell") {
		t.Errorf("key %q", key)
	}
	for _, other := range []string{RunKey("v1a", "bc", 7, "cell"), RunKey("v1", "abc7", 7, "cell"),
		RunKey("v1", "abc", 8, "cell"), RunKey("v1", "abc", 7, "cell2")} {
		if other == key {
			t.Error("different runs have the same key")
		}
	}
}

func TestReproducible(t *testing.T) {
	got := Reproducible([]string{"/a/b/stakeout", "run", "--out", "/tmp", "x", "--workers=3", "-out=y", "--seed", "4",
		"--workers"})
	if want := []string{"stakeout", "run", "x", "--seed", "4"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A folder that is used again holds no file of the earlier experiment.
func TestFilesOfAnEarlierExperiment(t *testing.T) {
	dir := t.TempDir()
	must(t, session(dir, upTo(planned), Complete, "", nil))
	s, err := Open(dir, testManifest(), testTables()[:1]...)
	must(t, err)
	must(t, s.Close(Complete, ""))
	for _, name := range []string{"narrow.parquet", "attack_roi.csv", "figures/roi.svg"} {
		if _, err := os.Stat(filepath.Join(s.Dir(), name)); !os.IsNotExist(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if problems := Verify(s.Dir()); problems != nil {
		t.Error(problems)
	}
}
