package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/worlds"
)

// MatrixFigure shows the mean advantage of every attack over the best honest use of its
// capital, in thousand USD, by leader selection without a remedy, and by remedy under the
// leader selection of the attack's own preset, which the function home returns. It is nil
// for a study that is not the matrix.
func MatrixFigure(s *Study, home func(attack string) string) *figure.Figure {
	if !s.isMatrix() {
		return nil
	}
	var maps [4]*heatTable // by leader selection and by remedy, in one world and in the presets' own
	for i := range maps {
		maps[i] = newHeat()
	}
	for _, x := range s.Summaries() {
		c, at := x.Cell, 0
		if !s.InOneWorld(c) {
			at = 2
		}
		z := x.Advantage.Mean / 1000
		if c.Remedy == "none" {
			maps[at].put(c.Attack, c.Mechanism, z, x.Told())
		}
		if c.Mechanism == home(c.Attack) {
			maps[at+1].put(c.Attack, c.Remedy, z, x.Told())
		}
	}
	f := &figure.Figure{Width: figure.DoubleColumn, Columns: 1}
	by := [...]string{"Leader selection", "Remedy"}
	rows := 0
	for i, m := range maps {
		if len(m.rows) == 0 {
			continue
		}
		rows += len(m.rows)
		f.Panels = append(f.Panels, figure.Panel{Title: string("abcd"[i]), XLabel: by[i%2], Heat: m.heat()})
	}
	f.HeightMM = min(float64(24*len(f.Panels))+float64(9*rows), figure.TallestMM)
	f.Caption = s.matrixCaption(len(f.Panels) > 2)
	return f
}

func (s *Study) matrixCaption(own bool) string {
	world, more := worlds.Default, ""
	if len(s.Cells) > 0 {
		world = s.Cells[0].World
	}
	if own {
		more = " (c, d) The same in the thread's own settings, where a preset changes the world for its sentence."
	}
	return fmt.Sprintf("Mean advantage of each attack over the best honest use of its capital in thousand USD, in (a) "+
		"and (b) with all cells in world %s. (a) By leader selection, without a remedy. (b) By remedy, under the leader "+
		"selection of the attack's own preset.%s Colours are logarithmic beyond about ten thousand USD. %s Empty cells: "+
		"the attack has no lever, or the remedy nothing to act on. %s; intervals (Student's t) are in the table "+
		"attack_roi. Model version %s.", world, more, s.ToldNote(), s.Sample(), s.Version)
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
