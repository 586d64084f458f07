package question

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/kit/axis"
	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/strategies"
)

// axesReader collects the axes of a preset and of a command line, and the problems that
// each axis has without regard to the others.
type axesReader struct {
	*Sweep
	doc      *notation.Document
	scratch  *Spec // takes every value once, to see whether it is valid
	sampled  bool  // a sample is asked for, valid or not
	problems []notation.Problem
}

// rangePart is a range as a preset has it.
type rangePart struct {
	From   float64 `key:"from" default:"0" unit:"1" source:"Choice of the experimenter" doc:"Lower end of the range, in the unit of the parameter"`
	To     float64 `key:"to" default:"0" unit:"1" source:"Choice of the experimenter" doc:"Upper end of the range"`
	Points int     `key:"points" default:"0" unit:"1" min:"0" max:"100000" source:"Choice of the experimenter" doc:"Number of points of a grid, both ends included"`
	Scale  string  `key:"scale" default:"linear" oneof:"linear|log" source:"Choice of the experimenter" doc:"Equal distances or equal ratios"`
}

// samplePart is a sample as a preset has it.
type samplePart struct {
	Method string `key:"method" default:"lhs" oneof:"lhs|halton" source:"Choice of the experimenter" doc:"Latin hypercube or scrambled Halton"`
	Points int    `key:"points" default:"0" unit:"1" min:"1" max:"100000" source:"Choice of the experimenter" doc:"Number of points"`
}

func (b *axesReader) read(v Variation) {
	for _, path := range b.doc.Keys(notation.Paths) {
		b.fromFile(path)
	}
	if b.doc.Has(notation.Paths) && len(b.doc.Keys(notation.Paths)) == 0 {
		b.problems = append(b.problems,
			b.doc.At(notation.Paths, "is not a section of axes", "lines of the form path: [a, b, c]"))
	}
	for _, text := range v.Axes {
		b.fromFlag(text)
	}
	b.readSample(v.Sample)
	b.readPrecision(v.Precision)
	for _, o := range v.Set {
		path, _, _ := strings.Cut(o, "=")
		if i := slices.Index(b.Axes(), path); i >= 0 {
			b.at(&b.Varied[i], param.Problem{Path: path, Message: "varies and is set to one value by --set",
				Expected: "one of the two"})
		}
	}
	for i := range b.Varied {
		b.complete(&b.Varied[i])
	}
	if n := b.size(); n > maxCells && len(b.problems) == 0 {
		b.at(&b.Varied[0], param.Problem{Path: b.Varied[0].Path,
			Message:  fmt.Sprintf("the grid of all axes has more than %d cells", maxCells),
			Expected: "fewer values, or a sample"})
	}
}

// at adds a problem in the place of an axis.
func (b *axesReader) at(a *Varied, p param.Problem) {
	b.problems = append(b.problems, a.place(b.doc, p))
}

// place turns a problem into one of the preset or of the command line.
func (a *Varied) place(doc *notation.Document, p param.Problem) notation.Problem {
	if a.flag != "" {
		return notation.Problem{File: "--axis " + a.flag, Problem: p}
	}
	out := doc.At(notation.Paths+"."+a.Path, "", "")
	out.Problem = p
	out.Path = notation.Paths + "." + p.Path
	return out
}

// fromFile reads the axis at a path of the preset.
func (b *axesReader) fromFile(path string) {
	a, at := Varied{Axis: axis.Axis{Path: path}}, notation.Paths+"."+path
	if !b.find(&a) {
		return
	}
	values, problems, isList := b.doc.List(at, a.Field)
	switch {
	case isList:
		a.Values, b.problems = values, append(b.problems, problems...)
		if len(values) == 0 {
			b.at(&a, param.Problem{Path: path, Message: "has no values", Expected: "at least one"})
			return
		}
	case b.doc.Has(at):
		var part rangePart
		param.Defaults(&part)
		if problems := b.doc.Decode(at, &part); len(problems) > 0 {
			if len(b.doc.Keys(at)) == 0 {
				b.at(&a, param.Problem{Path: path, Message: "is neither a list nor a range",
					Expected: "[a, b, c] or {from: a, to: b, points: n, scale: log}"})
				return
			}
			b.problems = append(b.problems, problems...)
			return
		}
		a.Range = axis.Range{From: part.From, To: part.To, Points: part.Points, Log: part.Scale == "log"}
		if fault := a.Range.Check(path); fault != nil {
			b.at(&a, *fault)
			return
		}
	}
	b.names(&a)
	b.Varied = append(b.Varied, a)
}

// names checks the values of an axis of names, so that a wrong one is found with the problems of the other axes and not
// cell by cell.
func (b *axesReader) names(a *Varied) {
	valid := map[string][]string{"attack": attackNames(), "mechanism": mechanismNames(), "remedy": remedyNames()}[a.Path]
	for _, v := range a.Values {
		if valid != nil && !slices.Contains(valid, v) {
			b.at(a, unknown(nil, a.Path, v, valid).Problem)
		}
	}
}

// fromFlag reads an axis of the command line, which replaces the preset's.
func (b *axesReader) fromFlag(text string) {
	parsed, fault := axis.Parse(text)
	a := Varied{Axis: parsed, flag: text}
	if fault != nil {
		b.at(&a, *fault)
		return
	}
	if !b.find(&a) {
		return
	}
	for _, v := range a.Values {
		if err := a.Field.Set(v); err != nil {
			b.at(&a, under(a.Path, err))
		}
	}
	b.names(&a)
	for i := range b.Varied {
		switch {
		case b.Varied[i].Path != a.Path:
		case b.Varied[i].flag != "":
			b.at(&a, param.Problem{Path: a.Path, Message: "is an axis twice"})
			return
		default:
			b.Varied[i] = a
			return
		}
	}
	b.Varied = append(b.Varied, a)
}

// under is a problem of a parameter under its full path.
func under(path string, err error) param.Problem {
	p := param.AsProblem(err)
	p.Path = path
	return p
}

// fixed are the parameters that cannot vary, with the reason.
var fixed = map[string]string{
	"name": "names the experiment", "question": "is the question of all cells",
	"replications": "is the same for all cells",
	"seed":         "is the same for all cells, since they are paired by it",
	WorldPath:      "names the settings beneath the preset; use --world",
	winsPath:       "decides on the settings beneath the preset; use --set",
}

// find looks up the parameter of an axis, or says that there is none. A parameter
// of another attack is known when the attack varies as well.
func (b *axesReader) find(a *Varied) bool {
	if why := fixed[a.Path]; why != "" {
		b.at(a, param.Problem{Path: a.Path, Message: "cannot vary: it " + why})
		return false
	}
	found := false
	take := func(path string, f param.Field) {
		if path == a.Path {
			a.Field, found = f, true
		}
	}
	b.scratch.Walk(take)
	if strings.HasPrefix(a.Path, AttackPrefix) && !found && b.attackVaries() {
		for _, e := range strategies.All() {
			params := e.Params()
			param.Defaults(params)
			param.Walk(params, func(path string, f param.Field) { take(AttackPrefix+path, f) })
		}
	}
	switch {
	case !found:
		b.at(a, param.AsProblem(b.scratch.Set(a.Path+"=")))
	case a.Field.Kind == param.Numbers:
		b.at(a, param.Problem{Path: a.Path, Message: "is a list of numbers, which cannot vary"})
		return false
	}
	return found
}

func (b *axesReader) attackVaries() bool {
	return b.doc.Has(notation.Paths+".attack") || slices.Contains(b.Axes(), "attack")
}

// readSample reads the sample of the preset or of the command line.
func (b *axesReader) readSample(flag string) {
	s, fault := axis.Sample{}, (*param.Problem)(nil)
	switch {
	case flag != "":
		if s, fault = axis.ParseSample(flag); fault != nil {
			b.problems = append(b.problems, notation.Problem{File: "--sample " + flag, Problem: *fault})
		}
	case b.doc.Has(SampleSection):
		var part samplePart
		param.Defaults(&part)
		b.problems = append(b.problems, b.doc.Decode(SampleSection, &part)...)
		if !b.doc.Has(SampleSection + ".points") {
			b.problems = append(b.problems, b.doc.At(SampleSection+".points", "is missing", "the number of points"))
		}
		s = axis.Sample{Method: part.Method, Points: part.Points}
	}
	b.Sample, b.sampled = s, flag != "" || b.doc.Has(SampleSection)
	if s.Points > 0 && len(b.Varied) == 0 && len(b.problems) == 0 {
		none := b.doc.At(SampleSection, "there is no axis to sample", "axes in the preset, or --axis")
		if flag != "" {
			none.File, none.Line = "--sample "+flag, 0
		}
		b.problems = append(b.problems, none)
	}
}

// complete checks a range against the parameter and the kind of design.
func (b *axesReader) complete(a *Varied) {
	if a.Values != nil {
		return
	}
	switch {
	case a.Field.Kind != param.Number && a.Field.Kind != param.Integer:
		b.at(a, param.Problem{Path: a.Path, Message: "is " + a.Field.Kind.String() + " and has no range",
			Expected: "a list of values"})
		return
	case b.Sample.Points > 0 && a.Range.Points > 0:
		b.at(a, param.Problem{Path: a.Path,
			Message:  fmt.Sprintf("has %d points of its own beside those of the sample", a.Range.Points),
			Expected: "a range without points, or no sample"})
	case !b.sampled && a.Range.Points == 0:
		b.at(a, param.Problem{Path: a.Path, Message: "has no number of points", Expected: "from..to:points, or a sample"})
	}
	for _, x := range []float64{a.Range.From, a.Range.To} {
		if err := a.Field.Set(a.text(x)); err != nil {
			b.at(a, under(a.Path, err))
		}
	}
}

// Near rounds a number to a value that the parameter can take.
func (a *Varied) Near(x float64) float64 {
	y, err := strconv.ParseFloat(a.text(x), 64)
	if err != nil { // No text of a number fails to parse.
		return math.NaN()
	}
	return y
}

// List writes the axis of some values in the form of the command line.
func (a *Varied) List(values []float64) string {
	texts := make([]string, len(values))
	for i, x := range values {
		texts[i] = a.text(x)
	}
	return a.Path + "=" + strings.Join(texts, ",")
}
