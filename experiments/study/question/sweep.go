package question

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/kit/axis"
	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/study/stop"
	"stakeout/strategies"
)

// Variation is what a command line adds to a preset.
type Variation struct {
	Set    []string `json:"set"`    // path=value
	Axes   []string `json:"axes"`   // as axis.Parse reads them, in place of the preset's axis of the same path
	Sample string   `json:"sample"` // as axis.ParseSample reads it, in place of the preset's
	// Precision is the rule for the number of replications, in place of the
	// preset's: RELATIVE:ABSOLUTE:MIN..MAX, as stop.Parse reads it.
	Precision string `json:"precision,omitempty"`
	// World is the text of the world that Set names by a file, so that the sweep can be
	// made again without it. Making a sweep fills it.
	World *WorldText `json:"world,omitempty"`
}

// Sweep is a preset with its axes: one spec a cell, all of them checked. Without
// axes it has one cell. Replication r of every cell has the same seed.
type Sweep struct {
	Spec      *Spec // what does not vary
	Cells     []*Spec
	Varied    []Varied // its axes, in their order
	Sample    axis.Sample
	Precision *stop.Rule // nil for a fixed number of replications
	// Recipe is how the sweep was made, nil for one that cannot be made again.
	Recipe *Recipe
	// Apart lists the paths in which the cells differ when each is a separate preset.
	Apart []string
}

// Varied is an axis with the parameter that it varies and the place that named it.
type Varied struct {
	axis.Axis
	flag  string // of the command line, empty for the preset's own
	Field param.Field
}

// text is the value of a parameter at a number of the axis.
func (a *Varied) text(x float64) string {
	decimals := -1
	if a.Field.Kind == param.Integer {
		decimals = a.Field.Decimals
	}
	return axis.Text(x, decimals)
}

// SampleSection is the section of a preset that asks for a sample of its axes.
const SampleSection = "sample"

// maxCells bounds a sweep, because a larger grid is a typing error.
const maxCells = 100_000

// LoadSweep reads a built-in preset or a file with its axes. Every cell is
// checked. All problems are returned at once, as a *notation.Error that names the cells.
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
	f.world = v.World
	s, doc, problems, err := f.read(v.Set)
	if err != nil {
		return nil, err
	}
	if s.layer.File == s.layer.name { // a file and not a built-in world
		v.World = &s.layer.WorldText
	}
	w := &Sweep{Spec: s, Recipe: &Recipe{File: f.file, Preset: string(f.text), Variant: f.name, Set: f.set, Variation: v}}
	if doc.Has("") && s.Params != nil {
		b := &axesReader{Sweep: w, doc: doc, scratch: s.Clone()}
		b.read(v)
		problems = append(problems, b.problems...)
	}
	if len(problems) == 0 && doc.Has("") {
		problems = w.expand(doc)
	} else if doc.Has("") && len(w.Varied) == 0 {
		problems = append(problems, s.inconsistencies(doc)...)
	}
	f.blame(s, doc, problems, v.Set)
	if err := notation.Errors(problems); err != nil {
		return nil, err
	}
	return w, nil
}

// Axes lists the paths of the parameters that vary, in order.
func (w *Sweep) Axes() (paths []string) {
	if len(w.Apart) > 0 {
		return w.Apart
	}
	for _, a := range w.Varied {
		paths = append(paths, a.Path)
	}
	return paths
}

// Runs is the number of replications of all cells. With a precision it is an upper bound.
func (w *Sweep) Runs() int { return len(w.Cells) * w.Spec.Replications }

// Shares reports whether cells differ by their remedy. Such cells share worlds as long as
// the remedies make no difference.
func (w *Sweep) Shares() bool {
	return slices.ContainsFunc(w.Cells, func(s *Spec) bool { return s.Remedy != w.Cells[0].Remedy })
}

// ExpectedSeconds estimates the wall time on a number of workers. It ignores that cells
// may share worlds, so it is an upper bound.
func (w *Sweep) ExpectedSeconds(workers int) (sum float64) {
	for _, c := range w.Cells {
		sum += c.ExpectedSeconds(workers)
	}
	return sum
}

// Clone copies the spec, so that setting a parameter of the copy leaves s unchanged.
func (s *Spec) Clone() *Spec {
	c := *s
	if s.Params != nil {
		p := reflect.New(reflect.TypeOf(s.Params).Elem())
		p.Elem().Set(reflect.ValueOf(s.Params).Elem())
		c.Params = p.Interface().(strategies.Params)
	}
	return &c
}

// points lists the values of all axes in every cell as texts.
func (w *Sweep) points() (out [][]string) {
	if w.Sample.Points > 0 {
		for _, u := range w.Sample.Draw(len(w.Varied), uint64(w.Spec.Seed)) {
			point := make([]string, len(u))
			for k, x := range u {
				point[k] = w.Varied[k].at(x)
			}
			out = append(out, point)
		}
		return out
	}
	values, sizes := make([][]string, len(w.Varied)), make([]int, len(w.Varied))
	for k := range w.Varied {
		values[k] = w.Varied[k].grid()
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

// at maps u in [0, 1) to a value of the axis: a number of the range, or one of the listed
// values, which have equal parts.
func (a *Varied) at(u float64) string {
	if n := len(a.Values); n > 0 {
		return a.Values[min(int(u*float64(n)), n-1)]
	}
	return a.text(a.Range.Sampled(u))
}

func (a *Varied) grid() []string {
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
	if w.Sample.Points > 0 {
		return w.Sample.Points
	}
	n := 1
	for _, a := range w.Varied {
		n = min(n*max(len(a.Values), a.Range.Points), maxCells+1)
	}
	return n
}

// expand makes the cells and checks each like a separate preset.
func (w *Sweep) expand(doc *notation.Document) []notation.Problem {
	found := &findings{Sweep: w, doc: doc}
	same := map[string]int{}
	for i, point := range w.points() {
		c, fault := w.cell(point)
		if fault != nil {
			found.add(i, point, notation.Problem{Problem: *fault})
			continue
		}
		for _, p := range c.inconsistencies(doc) {
			found.add(i, point, p)
		}
		w.Cells = append(w.Cells, c)
		hash := c.ReplicationHash()
		if first, twice := same[hash]; twice {
			found.add(i, point, notation.Problem{Problem: param.Problem{Path: w.Varied[0].Path,
				Message: fmt.Sprintf("gives cell %d again", first+1), Expected: "values that differ"}})
		} else {
			same[hash] = i
		}
	}
	return found.list()
}

// cell is the spec at a point.
func (w *Sweep) cell(point []string) (*Spec, *param.Problem) {
	c := w.Spec.Clone()
	assignments := make([]string, len(point))
	for k, a := range w.Varied {
		assignments[k] = a.Path + "=" + point[k]
	}
	for _, a := range attackFirst(assignments) {
		if err := c.Set(a); err != nil {
			p := param.AsProblem(err)
			return nil, &p
		}
	}
	c.settle()
	return c, nil
}

// Canonical is a text that is equal for equal sweeps.
func (w *Sweep) Canonical() string {
	var b strings.Builder
	b.Write(w.Spec.autoText())
	if len(w.Varied) > 0 {
		b.WriteString(notation.Paths + ":\n")
	}
	for _, a := range w.Varied {
		fmt.Fprintf(&b, "  %s: ", a.Path)
		if a.Values == nil {
			r := a.Range
			fmt.Fprintf(&b, "{from: %s, to: %s, points: %d, log: %t}\n", axis.Text(r.From, -1), axis.Text(r.To, -1),
				r.Points, r.Log)
			continue
		}
		quoted := make([]string, len(a.Values))
		for i, v := range a.Values {
			quoted[i] = strconv.Quote(v)
		}
		fmt.Fprintf(&b, "[%s]\n", strings.Join(quoted, ", "))
	}
	if w.Sample.Points > 0 {
		fmt.Fprintf(&b, "%s: {method: %s, points: %d}\n", SampleSection, w.Sample.Method, w.Sample.Points)
	}
	if r := w.Precision; r != nil {
		fmt.Fprintf(&b, "%s: {relative: %s, absolute: %s, min: %d, max: %d}\n", PrecisionSection, axis.Text(r.Relative, -1),
			axis.Text(r.Absolute, -1), r.Min, r.Max)
	}
	return b.String()
}
