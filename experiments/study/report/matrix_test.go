package report

import (
	"math"
	"strings"
	"testing"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/record"
)

// matrix is the study of a comparison with the given advantage by attack, leader
// selection and remedy.
func matrix(t *testing.T, cells []matrixCell) *Study {
	t.Helper()
	var schema record.Schema
	var all []record.Row
	for _, c := range cells {
		s, rows := rows([]float64{c.advantage - 1, c.advantage, c.advantage + 1}, []float64{0, 0, 0})
		schema = s
		for _, r := range rows {
			r[0], r[3] = record.TextValue(c.attack+c.mechanism+c.remedy+c.own), record.TextValue(c.attack)
			r[4], r[5], r[6] = record.TextValue(c.attack), record.TextValue(c.mechanism), record.TextValue(c.remedy)
			if c.own != "" {
				r[9], r[10] = record.TextValue(c.own), record.TextValue("false")
			}
			all = append(all, r)
		}
	}
	s, err := NewStudy(Meta{Experiment: "compare", Version: "v", Axes: MatrixAxes}, schema,
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

type matrixCell struct {
	attack, mechanism, remedy string
	advantage                 float64
	own                       string // hash of a world of its own
}

var someMatrix = []matrixCell{
	{"dos", "pos", "none", -50, ""}, {"dos", "pos", "court", -9e6, ""}, {"dos", "bft", "none", 0.5, ""},
	{"raid", "pos", "none", 3000, ""}, {"raid", "pos", "court", 3000, ""}, {"raid", "bft", "none", 3000, ""},
}

func TestRanges(t *testing.T) {
	table := Ranges(matrix(t, someMatrix))
	var got []string
	for _, row := range table.Rows {
		var cells []string
		for _, c := range row {
			cells = append(cells, c.String())
		}
		got = append(got, strings.Join(cells, " | "))
	}
	want := []string{
		"raid | 3 | 3 | 0 | 0 | 3,000 [2,998, 3,002] | pos | 3,000 [2,998, 3,002] | bft",
		"dos | 3 | 0 | 2 | 1 | 0 [−2, 3] | bft | −9,000,000 [−9,000,002, −8,999,998] | pos + court",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if Ranges(study(t, around(1, 3), around(0, 3))) != nil {
		t.Error("a single cell has ranges")
	}
}

func TestMatrixFigure(t *testing.T) {
	f := MatrixFigure(matrix(t, someMatrix), func(string) string { return "pos" })
	if err := f.Validate(); err != nil {
		t.Fatal(err)
	}
	a, b := f.Panels[0].Heat, f.Panels[1].Heat
	if f.Panels[0].XLabel != "Leader selection" || f.Panels[1].XLabel != "Remedy" {
		t.Errorf("axes %q and %q", f.Panels[0].XLabel, f.Panels[1].XLabel)
	}
	if strings.Join(a.Cols, " ") != "bft pos" || strings.Join(b.Cols, " ") != "none court" ||
		strings.Join(a.Rows, " ") != "raid dos" {
		t.Errorf("columns %v and %v, rows %v", a.Cols, b.Cols, a.Rows)
	}
	if z := b.Z[1][1]; math.Abs(z+9000) > 1e-9 {
		t.Errorf("advantage of dos under a court in thousand USD: %v", z)
	}
	if !b.Told[1][1] || a.Told[1][0] {
		t.Errorf("told from zero: %v and %v", a.Told, b.Told)
	}
	if !strings.Contains(f.Caption, " n = 3 replications") || strings.Contains(f.Caption, "n = n") {
		t.Errorf("caption %q", f.Caption)
	}
}

// Cells with the settings of their presets are in a second panel, and never among those
// of the one world.
func TestPanelsOfTheMatrix(t *testing.T) {
	s := matrix(t, append(someMatrix[:len(someMatrix):len(someMatrix)], matrixCell{"dos", "pos", "none", 9e6, "00c0ffee"}))
	table := Returns(s)
	if want := "Return on attacks: compare, panel a with all cells in world 2020"; table.Title != want {
		t.Errorf("title %q", table.Title)
	}
	var got []string
	for _, row := range table.Rows {
		got = append(got, row[0].String()+" "+row[3].String())
	}
	if n := len(got); n != 7 || got[n-1] != "dos b 00c0ffee" || got[0] != "raid a" {
		t.Errorf("rows %q", got)
	}
	if !strings.Contains(table.Notes[0], "0badcafe") || !strings.Contains(table.Notes[0], "Panel b") {
		t.Errorf("note %q", table.Notes[0])
	}
	if row := Ranges(s).Rows[1]; row[1].String() != "3" {
		t.Errorf("the ranges count %s cells of dos", row[1])
	}
	home := func(string) string { return "pos" }
	one, own := MatrixFigure(s, home), OwnMatrixFigure(s, home)
	for _, f := range []*figure.Figure{one, own} {
		if err := f.Validate(); err != nil {
			t.Error(err)
		}
	}
	if one.Panels[0].Heat.Z[1][1] != -0.05 || own.Panels[0].Heat.Z[0][0] != 9000 {
		t.Errorf("%v and %v", one.Panels[0].Heat.Z, own.Panels[0].Heat.Z)
	}
	if !strings.Contains(one.Caption, "all cells in world 2020") || !strings.Contains(own.Caption, "own settings") {
		t.Errorf("captions %q and %q", one.Caption, own.Caption)
	}
	if OwnMatrixFigure(matrix(t, someMatrix), home) != nil {
		t.Error("a matrix in one world has a figure of other worlds")
	}
}
