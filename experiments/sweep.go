package experiments

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/axis"
	"stakeout/experiments/param"
	"stakeout/experiments/preset"
	"stakeout/experiments/report"
	"stakeout/strategies"
)

// Variation is what a command line adds to a preset.
type Variation struct {
	Set    []string `json:"set"`    // path=value
	Axes   []string `json:"axes"`   // as axis.Parse reads them, in place of the preset's axis of the same path
	Sample string   `json:"sample"` // as axis.ParseSample reads it, in place of the preset's
	// Precision is the rule for the number of replications, in place of the
	// preset's: RELATIVE:ABSOLUTE:MIN..MAX as report.Precision has them, the last
	// two parts optional.
	Precision string `json:"precision,omitempty"`
}

// Sweep is a preset with its axes: one spec a cell, all of them checked. Without
// axes it has one cell. Replication r of every cell has the same seed.
type Sweep struct {
	Spec      *Spec // what does not vary
	Cells     []*Spec
	axes      []swept
	sample    axis.Sample
	precision *report.Precision // nil for a fixed number of replications
	// recipe is how the sweep was made, nil for one that cannot be made again.
	recipe *recipe
	// crossed are the paths that vary where the cells are presets of their own.
	crossed []string
}

// swept is an axis with the parameter that it varies and the place that named it.
type swept struct {
	axis.Axis
	flag  string // of the command line, empty for the preset's own
	field param.Field
}

// text is the value of a parameter at a number of the axis.
func (a *swept) text(x float64) string {
	decimals := -1
	if a.field.Kind == param.Integer {
		decimals = a.field.Decimals
	}
	return axis.Text(x, decimals)
}

// sampleSection is the section of a preset that asks for a sample of its axes.
const sampleSection = "sample"

// maxCells bounds a sweep; a grid beyond it is a slip of the pen.
const maxCells = 100_000

// LoadSweep reads a built-in preset or a file with its axes. Every cell is
// checked; all problems are returned at once, as a *preset.Error that names the
// cells.
func LoadSweep(name string, v Variation) (*Sweep, error) {
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	return f.parseSweep(v)
}

// ParseSweep reads a preset with its axes from its text.
func ParseSweep(file string, text []byte, v Variation) (*Sweep, error) {
	return source{file: file, text: text}.parseSweep(v)
}

func (f source) parseSweep(v Variation) (*Sweep, error) {
	s, doc, problems, err := f.read(v.Set)
	if err != nil {
		return nil, err
	}
	w := &Sweep{Spec: s, recipe: &recipe{File: f.file, Preset: string(f.text), Crossing: f.name, Set: f.set, Variation: v}}
	if doc.Has("") && s.Params != nil {
		b := &axesReader{Sweep: w, doc: doc, scratch: s.clone()}
		b.read(v)
		problems = append(problems, b.problems...)
	}
	if len(problems) == 0 && doc.Has("") {
		problems = w.cross(doc)
	} else if doc.Has("") && len(w.axes) == 0 {
		problems = append(problems, s.cross(doc)...)
	}
	if err := preset.Errors(problems); err != nil {
		return nil, err
	}
	return w, nil
}

// Axes are the paths of the parameters that vary, in their order.
func (w *Sweep) Axes() (paths []string) {
	if len(w.crossed) > 0 {
		return w.crossed
	}
	for _, a := range w.axes {
		paths = append(paths, a.Path)
	}
	return paths
}

// Precision is the rule for the number of replications, nil when that is fixed.
func (w *Sweep) Precision() *report.Precision { return w.precision }

// Runs is the number of replications of all cells, the most when a precision
// decides on it.
func (w *Sweep) Runs() int { return len(w.Cells) * w.Spec.Replications }

// Shares reports whether cells differ by their remedy, so that they have worlds in
// common for as long as it makes no difference.
func (w *Sweep) Shares() bool {
	return slices.ContainsFunc(w.Cells, func(s *Spec) bool { return s.Remedy != w.Cells[0].Remedy })
}

// ExpectedSeconds estimates the wall time on a number of workers, as if no two cells
// had a world in common.
func (w *Sweep) ExpectedSeconds(workers int) (sum float64) {
	for _, c := range w.Cells {
		sum += c.ExpectedSeconds(workers)
	}
	return sum
}

// clone is a copy whose parameters may be set without changing s.
func (s *Spec) clone() *Spec {
	c := *s
	if s.Params != nil {
		p := reflect.New(reflect.TypeOf(s.Params).Elem())
		p.Elem().Set(reflect.ValueOf(s.Params).Elem())
		c.Params = p.Interface().(strategies.Params)
	}
	return &c
}

// points are the values of all axes in every cell, as texts.
func (w *Sweep) points() (out [][]string) {
	if w.sample.Points > 0 {
		for _, u := range w.sample.Draw(len(w.axes), uint64(w.Spec.Seed)) {
			point := make([]string, len(u))
			for k, x := range u {
				point[k] = w.axes[k].at(x)
			}
			out = append(out, point)
		}
		return out
	}
	values, sizes := make([][]string, len(w.axes)), make([]int, len(w.axes))
	for k := range w.axes {
		values[k] = w.axes[k].grid()
		sizes[k] = len(values[k])
	}
	for _, at := range axis.Grid(sizes) {
		point := make([]string, len(at))
		for k, i := range at {
			point[k] = values[k][i]
		}
		out = append(out, point)
	}
	return out
}

// at is the value at the share u of an axis: a number of the range, or one of
// the values, each of which has an equal part.
func (a *swept) at(u float64) string {
	if n := len(a.Values); n > 0 {
		return a.Values[min(int(u*float64(n)), n-1)]
	}
	return a.text(a.Range.At(u))
}

func (a *swept) grid() []string {
	if a.Values != nil {
		return a.Values
	}
	var out []string
	for _, x := range a.Range.Grid() {
		out = append(out, a.text(x))
	}
	return out
}

// size is the number of cells, or more than maxCells.
func (w *Sweep) size() int {
	if w.sample.Points > 0 {
		return w.sample.Points
	}
	n := 1
	for _, a := range w.axes {
		n = min(n*max(len(a.Values), a.Range.Points), maxCells+1)
	}
	return n
}

// cross makes the cells and checks each as if it were a preset of its own.
func (w *Sweep) cross(doc *preset.Document) []preset.Problem {
	found := &findings{Sweep: w, doc: doc}
	same := map[string]int{}
	for i, point := range w.points() {
		c, fault := w.cell(point)
		if fault != nil {
			found.add(i, point, preset.Problem{Path: fault.Path, Message: fault.Message, Expected: fault.Expected, Hint: fault.Hint})
			continue
		}
		for _, p := range c.cross(doc) {
			found.add(i, point, p)
		}
		w.Cells = append(w.Cells, c)
		hash := c.replicationHash()
		if first, twice := same[hash]; twice {
			found.add(i, point, preset.Problem{Path: w.axes[0].Path, Message: fmt.Sprintf("gives cell %d again", first+1), Expected: "values that differ"})
		} else {
			same[hash] = i
		}
	}
	return found.list()
}

// cell is the spec at a point.
func (w *Sweep) cell(point []string) (*Spec, *param.Problem) {
	c := w.Spec.clone()
	assignments := make([]string, len(point))
	for k, a := range w.axes {
		assignments[k] = a.Path + "=" + point[k]
	}
	for _, a := range attackFirst(assignments) {
		if err := c.Set(a); err != nil {
			p := asProblem(err)
			return nil, &p
		}
	}
	return c, nil
}

func asProblem(err error) param.Problem {
	if p, ok := err.(param.Problem); ok {
		return p
	}
	return param.Problem{Message: err.Error()}
}

// Run runs all cells as one experiment, as Run does with a single one. Only a
// sweep of few cells has figures and tables of money for each.
func (w *Sweep) Run(ctx context.Context, o Options) (*Result, error) {
	o = o.withDefaults()
	p, err := w.design(o)
	if err != nil {
		return nil, err
	}
	if w.recipe != nil {
		p.recipe = w.recipe.write(o)
	}
	return p.run(ctx, o)
}

// design of the sweep. The configuration is that of the preset with the axes
// after it, which does not grow with the number of cells.
func (w *Sweep) design(o Options) (*design, error) {
	p := &design{name: w.Spec.Name, version: o.Version, axes: w.Axes(), series: len(w.Axes()) == 0 || o.Series, stop: w.precision}
	if len(w.axes) > 0 || w.precision != nil {
		p.config = w.canonical()
	}
	return p, p.fill(w.Cells)
}

// canonical is the text that two equal sweeps share.
func (w *Sweep) canonical() string {
	var b strings.Builder
	b.Write(w.Spec.Canonical())
	if len(w.axes) > 0 {
		b.WriteString(preset.Paths + ":\n")
	}
	for _, a := range w.axes {
		fmt.Fprintf(&b, "  %s: ", a.Path)
		if a.Values == nil {
			r := a.Range
			fmt.Fprintf(&b, "{from: %s, to: %s, points: %d, log: %t}\n", axis.Text(r.From, -1), axis.Text(r.To, -1), r.Points, r.Log)
			continue
		}
		quoted := make([]string, len(a.Values))
		for i, v := range a.Values {
			quoted[i] = strconv.Quote(v)
		}
		fmt.Fprintf(&b, "[%s]\n", strings.Join(quoted, ", "))
	}
	if w.sample.Points > 0 {
		fmt.Fprintf(&b, "%s: {method: %s, points: %d}\n", sampleSection, w.sample.Method, w.sample.Points)
	}
	if r := w.precision; r != nil {
		fmt.Fprintf(&b, "%s: {relative: %s, absolute: %s, min: %d, max: %d}\n", precisionSection, axis.Text(r.Relative, -1), axis.Text(r.Absolute, -1), r.Min, r.Max)
	}
	return b.String()
}
