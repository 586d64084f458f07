package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"stakeout/experiments/kit/figure"
)

// MatrixFigure shows the mean advantage of every attack over the best honest use of its
// capital, in thousand USD, with all cells in one world: by leader selection without a
// remedy, and by remedy under the leader selection of the attack's own preset, which the
// function home returns. It is nil for a study that is not the matrix.
func MatrixFigure(s *Study, home func(attack string) string) *figure.Figure {
	if !s.isMatrix() {
		return nil
	}
	return s.matrixFigure(home, true, fmt.Sprintf("all cells in world %s", s.World()))
}

// OwnMatrixFigure is MatrixFigure for the cells in the thread's own settings. It is nil
// without such cells.
func OwnMatrixFigure(s *Study, home func(attack string) string) *figure.Figure {
	if !s.isMatrix() || !slices.ContainsFunc(s.Cells, func(c *Cell) bool { return !s.InOneWorld(c) }) {
		return nil
	}
	return s.matrixFigure(home, false, "the thread's own settings, where a preset changes the world for its sentence; "+
		"returns can be compared within a row")
}

func (s *Study) matrixFigure(home func(attack string) string, oneWorld bool, where string) *figure.Figure {
	byMechanism, byRemedy := newHeat(), newHeat()
	for _, x := range s.Summaries() {
		c := x.Cell
		if s.InOneWorld(c) != oneWorld {
			continue
		}
		z := x.Advantage.Mean / 1000
		if c.Remedy == "none" {
			byMechanism.put(c.Attack, c.Mechanism, z, x.Told())
		}
		if c.Mechanism == home(c.Attack) {
			byRemedy.put(c.Attack, c.Remedy, z, x.Told())
		}
	}
	height := min(24+float64(9*len(byRemedy.rows)), figure.TallestMM/2)
	return &figure.Figure{
		Width: figure.DoubleColumn, HeightMM: 2 * height, Columns: 1,
		Panels: []figure.Panel{{Title: "a", XLabel: "Leader selection", Heat: byMechanism.heat()},
			{Title: "b", XLabel: "Remedy", Heat: byRemedy.heat()}},
		Caption: fmt.Sprintf("Mean advantage of each attack over the best honest use of its capital in thousand USD, %s. "+
			"(a) By leader selection, without a remedy. (b) By remedy, under the leader selection of the attack's own preset. "+
			"Colours are logarithmic beyond about ten thousand USD. %s Empty cells: the attack has no lever, or the remedy "+
			"nothing to act on. %s; intervals (Student's t) are in the table attack_roi. Model version %s.",
			where, s.ToldNote(), s.Sample(), s.Version),
	}
}

// ToldNote says in a caption what the type of the numbers in a map of the advantage means.
func (s *Study) ToldNote() string {
	return fmt.Sprintf("Bold: above zero; italics: not told from zero (paired t test, Holm over %d cells, %s).",
		len(s.Cells), level(1-s.Level))
}

// winsAxis tells the panels of the matrix apart: whether the named world wins over the preset.
const winsAxis = "world_wins"

// MatrixAxes are the paths that vary in the matrix of attacks, elections and remedies.
var MatrixAxes = []string{"attack", "mechanism", "remedy", winsAxis}

// isMatrix tells the matrix of attacks, elections and remedies from other sweeps.
func (s *Study) isMatrix() bool {
	return slices.Equal(s.Axes, MatrixAxes)
}

// narrow makes names fit a column: words on lines of their own.
var narrow = strings.NewReplacer("optimistic", "opt.", "committee", "comm.", "-", " ")

// heatTable collects a heat map by names.
type heatTable struct {
	rows, cols []string
	z          map[[2]string]float64
	told       map[[2]string]bool
}

func newHeat() *heatTable {
	return &heatTable{z: map[[2]string]float64{}, told: map[[2]string]bool{}}
}

func (t *heatTable) put(row, col string, z float64, told bool) {
	if !slices.Contains(t.rows, row) {
		t.rows = append(t.rows, row)
	}
	if !slices.Contains(t.cols, col) {
		t.cols = append(t.cols, col)
	}
	t.z[[2]string{row, col}], t.told[[2]string{row, col}] = z, told
}

// heat is the map with rows and columns in alphabetical order. The column without a remedy
// comes first, because readers compare the others with it.
func (t *heatTable) heat() *figure.Heat {
	slices.Sort(t.rows)
	slices.Reverse(t.rows)
	slices.Sort(t.cols)
	if i := slices.Index(t.cols, "none"); i > 0 {
		t.cols = slices.Insert(slices.Delete(t.cols, i, i+1), 0, "none")
	}
	h := &figure.Heat{Rows: t.rows, Label: "Advantage (thousand USD)", Linear: 10}
	for _, c := range t.cols {
		h.Cols = append(h.Cols, narrow.Replace(c))
	}
	for _, row := range t.rows {
		line, told := make([]float64, len(t.cols)), make([]bool, len(t.cols))
		for i, col := range t.cols {
			z, ok := t.z[[2]string{row, col}]
			if !ok {
				z = math.NaN()
			}
			line[i], told[i] = z, t.told[[2]string{row, col}]
		}
		h.Z, h.Told = append(h.Z, line), append(h.Told, told)
	}
	return h
}
