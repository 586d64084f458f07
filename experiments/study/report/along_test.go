package report

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"stakeout/experiments/kit/record"
)

// grid is a study of cells with the given mean advantage by patience and budget, three
// replications each. The order of the cells is not that of the axes.
func grid(t *testing.T, advantage map[[2]float64]float64, order ...[2]float64) *Study {
	t.Helper()
	var schema record.Schema
	var all []record.Row
	for i, at := range order {
		attack := []float64{advantage[at] - 1, advantage[at], advantage[at] + 1}
		s, rows := rows(attack, []float64{0, 0, 0})
		schema = s
		for _, r := range rows {
			r[0] = record.TextValue(string(rune('a' + i)))
			all = append(all, append(r, record.FloatValue(at[0]), record.FloatValue(at[1])))
		}
	}
	schema.Columns = append(schema.Columns,
		record.Column{Name: "p_world_users_leave_below", Type: record.Float, Unit: record.Dimensionless, Doc: "x"},
		record.Column{Name: "p_attack_params_budget_usd", Type: record.Float, Unit: "USD", Doc: "x"})
	s, err := NewStudy(Meta{Experiment: "test", Version: "v",
		Axes: []string{"world.users.leave_below", "attack_params.budget_usd"}}, schema,
		func(visit func(record.Row) error) error {
			for _, r := range all {
				if err := visit(r); err != nil {
					return err
				}
			}
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var fourCells = map[[2]float64]float64{{0.3, 1e6}: 50, {0.9, 1e6}: -50, {0.3, 2e6}: 50, {0.9, 2e6}: 0}

func TestSweepFigure(t *testing.T) {
	s := grid(t, fourCells, [2]float64{0.9, 1e6}, [2]float64{0.3, 1e6}, [2]float64{0.9, 2e6}, [2]float64{0.3, 2e6})
	f := SweepFigure(s)
	if f == nil || f.Validate() != nil || f.Panels[1].XLabel != "Leave below (dimensionless)" {
		t.Fatalf("figure %+v", f)
	}
	lines := f.Panels[1].Lines
	if len(lines) != 2 || lines[0].Name != "budget 1,000,000 USD" || lines[1].Name != "budget 2,000,000 USD" {
		t.Fatalf("lines %+v", lines)
	}
	if y := lines[0].Y; len(y) != 2 || y[0] != 0.05 || y[1] != -0.05 {
		t.Errorf("advantage in thousand USD, by rising leave_below: %v", y)
	}
	if x := lines[0].X; math.Abs(x[0]-0.3) > 0.01 || math.Abs(x[1]-0.9) > 0.01 || x[0] == lines[1].X[0] {
		t.Errorf("lines at %v and %v, want them side by side", x, lines[1].X)
	}
	if !strings.Contains(f.Caption, "n = 3 replications") || !strings.Contains(f.Caption, "95 % intervals") {
		t.Errorf("caption %q", f.Caption)
	}
	// Three points of a sample of two axes share no line.
	sample := map[[2]float64]float64{{0.1, 1e6}: 1, {0.2, 2e6}: 1, {0.3, 3e6}: 1}
	if f := SweepFigure(grid(t, sample, [2]float64{0.1, 1e6}, [2]float64{0.2, 2e6}, [2]float64{0.3, 3e6})); f != nil {
		t.Errorf("a sample has a figure %+v", f)
	}
	if f := SweepFigure(study(t, around(1, 5), around(0, 5))); f != nil {
		t.Error("a study without axes has a figure")
	}
}

func TestTurns(t *testing.T) {
	s := grid(t, fourCells, [2]float64{0.9, 1e6}, [2]float64{0.3, 1e6}, [2]float64{0.9, 2e6}, [2]float64{0.3, 2e6})
	table := Turns(s)
	var b bytes.Buffer
	if err := table.CSV(&b); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for _, want := range []string{
		"Leave below (dimensionless),\"budget 1,000,000 USD\",0.3,0.9,50,", "pays → does not pay",
		"Leave below (dimensionless),\"budget 2,000,000 USD\",0.3,0.9,50,", "pays → cannot be told",
		"Budget (USD),leave below 0.9,\"1,000,000\",\"2,000,000\",-50,", "does not pay → cannot be told",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
	if len(table.Rows) != 3 { // Along the budget at leave below 0.3 both cells pay.
		t.Errorf("%d rows:\n%s", len(table.Rows), got)
	}
	if Turns(study(t, around(1, 5), around(0, 5))) != nil {
		t.Error("a study without axes has turns")
	}
	same := Turns(grid(t, map[[2]float64]float64{}, [2]float64{0.3, 1e6}, [2]float64{0.9, 1e6}))
	if len(same.Rows) > 0 || !strings.Contains(strings.Join(same.Notes, " "), "the same along every axis") {
		t.Errorf("equal cells: %+v", same)
	}
}

func TestTally(t *testing.T) {
	s := grid(t, fourCells, [2]float64{0.9, 1e6}, [2]float64{0.3, 1e6}, [2]float64{0.9, 2e6}, [2]float64{0.3, 2e6})
	if got := Tally(s); !strings.HasPrefix(got, "Of 4 cells the attack pays in 2, it does not pay in 1, and it cannot be "+
		"told in 1: that is where the 95 % interval") {
		t.Error(got)
	}
	if got := Tally(study(t, around(1, 1), around(0, 1))); !strings.Contains(got, "no verdict") {
		t.Error(got)
	}
}

func TestRobustness(t *testing.T) {
	s := grid(t, fourCells, [2]float64{0.9, 1e6}, [2]float64{0.3, 1e6})
	table := Robustness(s)
	if len(table.Rows) != 6 {
		t.Fatalf("%d rows", len(table.Rows))
	}
	if got := table.Rows[0][0].String(); got != "dos, pos, leave below 0.3, budget 1,000,000 USD" {
		t.Errorf("cell %q", got)
	}
	if row := table.Rows[5]; row[0].String() != "" || row[2].String() != "−50 [−52, −48]" || row[4].String() != "−50" ||
		row[7].String() != "3 of 3" {
		t.Errorf("advantage of the losing cell: %v", row)
	}
}
