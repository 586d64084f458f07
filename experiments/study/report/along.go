package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
)

// ray is the cells that differ in one numerical axis only, in rising order of it.
type ray struct {
	others string // what the cells have in common: levels of the other axes
	x      []float64
	cells  []*Summary
}

// along cuts a study into the rays of an axis, in the order of their first cells. It
// leaves out cells without a number on the axis.
func (s *Study) along(axis int) (rays []*ray) {
	of := map[string]*ray{}
	for _, c := range s.Summaries() {
		x := c.Cell.Levels[axis].Number()
		if math.IsNaN(x) {
			continue
		}
		key := s.place(c.Cell, axis)
		r := of[key]
		if r == nil {
			r = &ray{others: key}
			of[key], rays = r, append(rays, r)
		}
		r.x, r.cells = append(r.x, x), append(r.cells, c)
	}
	for _, r := range rays {
		r.sort(axis)
	}
	return rays
}

func (r *ray) sort(axis int) {
	slices.SortStableFunc(r.cells, func(a, b *Summary) int {
		return cmp.Compare(a.Cell.Levels[axis].Number(), b.Cell.Levels[axis].Number())
	})
	slices.Sort(r.x)
}

// Place is where a cell lies on the axes of the study, in words: leave below 0.3,
// budget 2,000,000 USD. It is empty without axes.
func (s *Study) Place(c *Cell) string { return s.place(c, -1) }

// place leaves out one of the axes.
func (s *Study) place(c *Cell, but int) string {
	var parts []string
	for i := range s.axes {
		if i == but {
			continue
		}
		name, unit := s.axisName(i)
		parts = append(parts, strings.TrimSpace(name+" "+written(c.Levels[i])+" "+unit))
	}
	return strings.Join(parts, ", ")
}

// written is a level with commas between thousands.
func written(v record.Value) string {
	x := v.Number()
	if math.IsNaN(x) || v.Type() == record.Bool {
		return cmp.Or(plain(v), table.Dash)
	}
	_, decimals, _ := strings.Cut(plain(v), ".")
	return figure.Number(x, len(decimals))
}

// axisName is the last part of an axis's path in words, and its unit, which the
// name does not repeat; a pure number has none.
func (s *Study) axisName(axis int) (name, unit string) {
	path := s.Axes[axis]
	name, unit = strings.ReplaceAll(path[strings.LastIndexByte(path, '.')+1:], "_", " "), s.axes[axis].Unit
	if unit == record.Dimensionless || unit == record.NoUnit {
		return name, ""
	}
	return strings.TrimSuffix(name, " "+strings.ToLower(unit)), unit
}

// axisTitle is the name of a numerical axis with its unit.
func (s *Study) axisTitle(axis int) string {
	name, unit := s.axisName(axis)
	return strings.ToUpper(name[:1]) + name[1:] + " (" + cmp.Or(unit, "dimensionless") + ")"
}

// isNumerical tells whether the values of an axis are numbers.
func (s *Study) isNumerical(axis int) bool {
	t := s.axes[axis].Type
	return t == record.Float || t == record.Int
}

// mostRays is the number of lines that can be told apart in one panel.
const mostRays = 7

// SweepFigure shows profit and advantage along the first
// numerical axis of a sweep, one line for each combination of the others, in
// thousand USD. It is nil without such an axis, and when there are too many lines or lines
// too short to follow, as in a sample of several axes.
func SweepFigure(s *Study) *figure.Figure {
	for axis := range s.axes {
		if !s.isNumerical(axis) {
			continue
		}
		rays := s.along(axis)
		if len(rays) == 0 || len(rays) > mostRays || slices.ContainsFunc(rays, func(r *ray) bool { return len(r.x) < 2 }) {
			continue
		}
		return s.sweepFigure(axis, rays)
	}
	return nil
}

func (s *Study) sweepFigure(axis int, rays []*ray) *figure.Figure {
	x := s.axisTitle(axis)
	profit := figure.Panel{Title: "a", XLabel: x, YLabel: "Net profit (thousand USD)", ZeroLine: true, Legend: true}
	advantage := figure.Panel{Title: "b", XLabel: x, YLabel: "Advantage (thousand USD)", ZeroLine: true,
		Legend: true}
	log, step := spread(rays)
	profit.XLog, advantage.XLog = log, log
	for i, r := range rays {
		at := slices.Clone(r.x)
		for k := range at { // Error bars side by side.
			shift := float64(step * (float64(i) - float64(float64(len(rays)-1)/2)))
			if log {
				at[k] *= exact.Exp(shift)
			} else {
				at[k] += shift
			}
		}
		profit.Lines = append(profit.Lines, r.line(at, i, func(x *Summary) *Estimate { return &x.Profit }))
		advantage.Lines = append(advantage.Lines, r.line(at, i, func(x *Summary) *Estimate { return &x.Advantage }))
	}
	legend := 0.0
	if rays[0].others != "" {
		legend = 4 * math.Ceil(float64(len(rays))/2)
	}
	return &figure.Figure{
		Width: figure.DoubleColumn, HeightMM: 66 + legend, Columns: 2, Panels: []figure.Panel{profit, advantage},
		Caption: fmt.Sprintf("%s along %s. (a) Mean net profit of the attack. (b) Mean advantage over the best honest use "+
			"of its capital. "+
			"Bars: %s intervals of the mean (Student's t), not adjusted for the number of cells; lines are set side by side "+
			"so that their bars can be told apart. %s a cell. Model version %s.",
			s.Experiment, s.Axes[axis], level(s.Level), s.Sample(), s.Version),
	}
}

// spread tells whether the axis is logarithmic, which it is from a factor of eight on, and
// how far apart the lines are set.
func spread(rays []*ray) (log bool, step float64) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, r := range rays {
		lo, hi = min(lo, r.x[0]), max(hi, r.x[len(r.x)-1])
	}
	const apart = 0.01
	if log = lo > 0 && hi/lo >= 8; log {
		return log, apart * exact.Log(hi/lo)
	}
	return log, apart * (hi - lo)
}

// line is a line through the means with their intervals.
func (r *ray) line(x []float64, style int, of func(*Summary) *Estimate) figure.Line {
	l := figure.Line{Name: r.others, X: x, Style: style}
	for _, c := range r.cells {
		e := *of(c)
		if e.N == 0 {
			e.Mean = math.NaN()
		}
		if e.N < 2 {
			e.Lo, e.Hi = math.NaN(), math.NaN()
		}
		l.Y, l.Lo, l.Hi = append(l.Y, e.Mean/1000), append(l.Lo, e.Lo/1000), append(l.Hi, e.Hi/1000)
	}
	return l
}

// Turns lists the neighbours on every numerical axis of a sweep between which the
// verdict on the advantage differs: its interval lies above zero, below it, or
// crosses it. It is nil for a study without such axes.
func Turns(s *Study) *table.Table {
	ci := " [" + level(s.Level) + " CI]"
	t := &table.Table{
		Name: "turns", Title: "Where the verdict turns",
		Columns: []table.Column{{Name: "Along"}, {Name: "With"}, {Name: "From", Align: table.Right},
			{Name: "To", Align: table.Right},
			{Name: "Advantage from" + ci, Unit: "USD"}, {Name: "Advantage to" + ci, Unit: "USD"}, {Name: "The attack"}},
	}
	axes := 0
	for axis := range s.axes {
		if !s.isNumerical(axis) {
			continue
		}
		for _, r := range s.along(axis) {
			if len(r.cells) > 1 {
				axes++
			}
			for i := 1; i < len(r.cells); i++ {
				a, b := r.cells[i-1], r.cells[i]
				if a.Advantage.N < 2 || b.Advantage.N < 2 || a.Advantage.Sign() == b.Advantage.Sign() {
					continue
				}
				t.Rows = append(t.Rows, []table.Cell{
					table.Text(s.axisTitle(axis)), table.Text(r.others), table.Text(written(a.Cell.Levels[axis])),
					table.Text(written(b.Cell.Levels[axis])),
					Interval(&a.Advantage, usd), Interval(&b.Advantage, usd),
					table.Text(signWord(a.Advantage.Sign()) + " → " + signWord(b.Advantage.Sign())),
				})
			}
		}
	}
	if axes == 0 {
		return nil
	}
	t.Notes = []string{s.Sample() + " a cell. Neighbours on an axis between which the interval of the advantage changes " +
		"sides of zero; a verdict that turns between two cells may do so anywhere between them. " + intervals(s.Level) +
		", not adjusted for the number of cells."}
	if len(t.Rows) == 0 {
		t.Notes = append(t.Notes, "The verdict is the same along every axis.")
	}
	return t
}

// signWord is what the interval of the advantage says about the attack.
func signWord(sign int) string {
	return [...]string{"does not pay", "cannot be told", "pays"}[sign+1]
}

// Tally says in how many cells of a study the attack pays.
func Tally(s *Study) string {
	count := map[int]int{}
	n := 0
	for _, x := range s.Summaries() {
		if x.Advantage.N > 1 {
			count[x.Advantage.Sign()]++
			n++
		}
	}
	if n == 0 {
		return "No cell has the two replications that an interval takes, so there is no verdict."
	}
	return fmt.Sprintf("Of %d cells the attack pays in %d, it does not pay in %d, and it cannot be told in %d: that is "+
		"where the %s interval of the advantage over the best honest use of its capital lies above zero, below it, or "+
		"across it. It is not adjusted for the number of cells.",
		n, count[1], count[-1], count[0], level(s.Level))
}
