// Package examples holds programs of ten lines that read the results of an
// experiment in other languages and reproduce a table that stakeout prints.
package examples

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stakeout/experiments"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/report"
)

var long = flag.Bool("long", false, "fail where R, pandas or DuckDB is not installed")

const preset = `name: examples
question: Do other programs read the results?
attack: dos-short
replications: 5
horizon_days: 3
start_days: 0.1
world:
  time: {warmup_days: 1, rounds: 4}
  rollup: {unbonding_days: 0.5}
  users: {count: 200, cohort_size: 1000}
  stakers: {count: 60}
attack_params: {build_days: 0.5, act_days: 1, sell_days: 0.5, open_days: 0.2, cover_days: 0.2}
axes:
  world.users.leave_below: [0.3, 0.9]
`

// results runs a small sweep and returns its folder and the summaries of its cells.
func results(t *testing.T) (dir string, cells []*report.Summary) {
	t.Helper()
	w, err := question.ParseSweep("examples.yaml", []byte(preset), question.Variation{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := experiments.Run(context.Background(), w, experiments.Options{Out: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return r.Dir, r.Study.Summaries()
}

// returns is the table as the examples print it.
func returns(cells []*report.Summary) (lines []string) {
	for _, x := range cells {
		line := x.Cell.ID + fmt.Sprintf(",%.0f", x.Capital.Mean)
		for _, e := range []*report.Estimate{&x.Profit, &x.Net} {
			line += fmt.Sprintf(",%.0f,%.0f,%.0f", e.Mean, e.Lo, e.Hi)
		}
		lines = append(lines, line+fmt.Sprintf(",%.1f,%.1f,%.1f", 100*x.ROI.Mean, 100*x.ROI.Lo, 100*x.ROI.Hi))
	}
	return lines
}

func TestExamplesReproduceTheTable(t *testing.T) {
	dir, cells := results(t)
	want := returns(cells)
	for _, c := range []struct{ name, tool, probe, example, file string }{
		{"R", "Rscript", "", "returns.R", "runs.csv"},
		{"pandas", "python3", "import pandas, scipy", "returns.py", "runs.csv"},
		{"pandas with pyarrow", "python3", "import pandas, scipy, pyarrow", "returns.py", "runs.parquet"},
		{"Julia", "julia", "", "returns.jl", "runs.csv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			need(t, c.tool, c.probe, c.name == "R" || c.name == "pandas")
			out, err := exec.Command(c.tool, c.example, filepath.Join(dir, c.file)).CombinedOutput()
			if got := strings.Fields(string(out)); err != nil || !slices.Equal(got, want) {
				t.Errorf("%v\n%s\nwant\n%s", err, out, strings.Join(want, "\n"))
			}
		})
	}
}

// need skips a test whose tool is not there, or fails it where the tool is promised.
func need(t *testing.T, tool, probe string, promised bool) {
	t.Helper()
	_, err := exec.LookPath(tool)
	if err == nil && probe != "" {
		err = exec.Command(tool, "-c", probe).Run()
	}
	switch {
	case err != nil && promised && *long:
		t.Fatalf("%s: %v", tool, err)
	case err != nil:
		t.Skipf("%s %s: %v", tool, probe, err)
	}
}

// DuckDB reads the Parquet file: every number of its table is that of the program.
func TestDuckDB(t *testing.T) {
	need(t, "duckdb", "", true)
	dir, cells := results(t)
	sql, err := os.Open("returns.sql")
	if err != nil {
		t.Fatal(err)
	}
	defer sql.Close()
	duckdb := exec.Command("duckdb", "-csv", "-noheader")
	duckdb.Dir, duckdb.Stdin = dir, sql
	out, err := duckdb.CombinedOutput()
	lines := strings.Fields(string(out))
	if err != nil || len(lines) != len(cells) {
		t.Fatalf("%v\n%s", err, out)
	}
	slices.SortFunc(cells, func(a, b *report.Summary) int { return cmp.Compare(a.Cell.ID, b.Cell.ID) })
	for i, x := range cells {
		got := strings.Split(lines[i], ",")
		want := []float64{float64(x.Cell.N()), x.Capital.Mean, x.Profit.Mean, x.Profit.SE, x.Net.Mean, x.Net.SE}
		if len(got) != 1+len(want) || got[0] != x.Cell.ID {
			t.Errorf("%s, want %s and %v", lines[i], x.Cell.ID, want)
			continue
		}
		for k, w := range want {
			if v, err := strconv.ParseFloat(got[1+k], 64); err != nil || math.Abs(v-w) > 1e-4 {
				t.Errorf("%s: number %d is %s, want %g", x.Cell.ID, k, got[1+k], w)
			}
		}
	}
}
