// Package menu lists what there is to run: presets, attacks, elections and remedies. It
// shows their parameters and which of them go together.
package menu

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/presets"
	"stakeout/experiments/study/question"
	"stakeout/experiments/worlds"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
	"stakeout/strategies"
)

// List returns the catalogue as tables: presets, attacks, mechanisms, remedies.
// It fails when a built-in preset does not load.
func List() ([]*table.Table, error) {
	presets, err := presetTable()
	if err != nil {
		return nil, err
	}
	list := []*table.Table{presets}
	var attacks, mechanisms, remedies [][3]string
	for _, e := range strategies.All() {
		attacks = append(attacks, [3]string{e.Name, e.Doc, e.Source})
	}
	for _, e := range election.All() {
		mechanisms = append(mechanisms, [3]string{e.Name, e.Doc, e.Source})
	}
	for _, e := range remedy.All() {
		remedies = append(remedies, [3]string{e.Name, e.Doc, e.Source})
	}
	worldList, err := worldTable()
	if err != nil {
		return nil, err
	}
	return append(list, worldList,
		catalogueTable("attacks", "Attack", attacks),
		catalogueTable("mechanisms", "Leader selection", mechanisms),
		catalogueTable("remedies", "Remedy", remedies)), nil
}

// notApplicable stands where an attack's lever does not exist.
const notApplicable = "not applicable"

// Matrix shows in three tables which attack has its lever under which leader selection,
// which remedy has something to act on there, and which attack finds what it needs under
// which remedy. An attack and a remedy that both apply can be combined: a remedy takes no
// lever away but acts on what the lever does, and some attacks use a remedy as a weapon.
func Matrix() []*table.Table {
	attacks := matrix("matrix", "Which attack has its lever under which leader selection", "Attack")
	for _, a := range strategies.All() {
		applies(attacks, a.Name, a.Needs.In)
	}
	attacks.Notes = []string{"An attack that borrows or sells the perpetual future needs a world in which somebody " +
		"lends or makes its market."}
	remedies := matrix("matrix_remedies", "Which remedy has something to act on under which leader selection", "Remedy")
	for _, r := range remedy.All() {
		applies(remedies, r.Name, r.In)
	}
	remedies.Notes = []string{"An attack and a remedy that both apply can be crossed. A remedy that punishes needs " +
		"stake or an office to take away."}
	return []*table.Table{attacks, remedies, weapons()}
}

// weapons says which attack finds what it needs under which remedy.
func weapons() *table.Table {
	t := &table.Table{Name: "matrix_weapons", Title: "Which attack finds what it needs under which remedy",
		Columns: []table.Column{{Name: "Remedy"}}}
	for _, a := range strategies.All() {
		t.Columns = append(t.Columns, table.Column{Name: a.Name})
	}
	p := new(remedy.Params)
	param.Defaults(p)
	for _, r := range remedy.All() {
		row := []table.Cell{table.Text(r.Name)}
		for _, a := range strategies.All() {
			row = append(row, table.Text(word(a.Needs.Under(r.New(p).Rules()))))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Notes = []string{"An attack that turns a remedy against others needs that remedy; all others apply whether there " +
		"is one or not."}
	return t
}

// word says whether something applies.
func word(applies bool) string {
	if applies {
		return "applies"
	}
	return notApplicable
}

// matrix is a table with a column for each leader selection.
func matrix(name, title, head string) *table.Table {
	t := &table.Table{Name: name, Title: title, Columns: []table.Column{{Name: head}}}
	for _, m := range election.All() {
		t.Columns = append(t.Columns, table.Column{Name: m.Name})
	}
	return t
}

// applies adds the row of an entry.
func applies(t *table.Table, name string, in func(rollup.Rules) bool) {
	row := []table.Cell{table.Text(name)}
	for _, m := range election.All() {
		row = append(row, table.Text(word(in(m.Rules()))))
	}
	t.Rows = append(t.Rows, row)
}

func presetTable() (*table.Table, error) {
	t := &table.Table{
		Name: "presets", Title: "Presets",
		Columns: []table.Column{{Name: "Preset"}, {Name: "Question"}, {Name: "Attack"}, {Name: "Leader selection"},
			{Name: "Remedy"}, {Name: "Expected time", Unit: "s"}},
		Notes: []string{"Expected time is for the preset's own number of replications on two server cores of 2.5 GHz, " +
			"and scales with it."},
	}
	for _, name := range presets.Names() {
		s, err := question.Load(name)
		if err != nil {
			return nil, fmt.Errorf("preset %s: %w", name, err)
		}
		seconds := math.Ceil(s.ExpectedSeconds(2)/10) * 10
		t.Rows = append(t.Rows, []table.Cell{
			table.Text(name), table.Text(s.Question), table.Text(s.Attack), table.Text(s.Mechanism), table.Text(s.Remedy),
			table.Number(seconds, table.Format{}),
		})
	}
	return t, nil
}

func catalogueTable(name, head string, entries [][3]string) *table.Table {
	t := &table.Table{
		Name: name, Title: strings.ToUpper(name[:1]) + name[1:],
		Columns: []table.Column{{Name: head}, {Name: "What it does"}, {Name: "Source"}},
	}
	for _, e := range entries {
		t.Rows = append(t.Rows, []table.Cell{table.Text(e[0]), table.Text(e[1]), table.Text(e[2])})
	}
	return t
}

// Show returns a preset, a world, or an entry of the catalogue, as tables. A preset
// comes with all its resolved parameters, an attack with its defaults. It fails with the
// errors of question.Load.
func Show(name string) ([]*table.Table, error) {
	if _, isPreset := presetNamed(name); !isPreset {
		if t := showEntry(name); t != nil {
			return t, nil
		}
	}
	if slices.Contains(worlds.Names(), name) {
		return World(name)
	}
	s, err := question.Load(name)
	if err != nil {
		return nil, err
	}
	return Preset(s), nil
}

func presetNamed(name string) (string, bool) {
	for _, p := range presets.Names() {
		if p == name {
			return p, true
		}
	}
	return "", false
}

// showEntry looks a name up among attacks, mechanisms and remedies.
func showEntry(name string) []*table.Table {
	if e, ok := strategies.Find(name); ok {
		p := e.Params()
		param.Defaults(p)
		return []*table.Table{
			catalogueTable("attack", "Attack", [][3]string{{e.Name, e.Doc, e.Source}}),
			parameterTable("parameters", "Parameters of "+name, question.AttackPrefix, of(p)),
		}
	}
	if e, ok := election.Find(name); ok {
		t := catalogueTable("mechanism", "Leader selection", [][3]string{{e.Name, e.Doc, e.Source}})
		return append([]*table.Table{t}, mechanismParameters(name)...)
	}
	if e, ok := remedy.Find(name); ok {
		list := []*table.Table{catalogueTable("remedy", "Remedy", [][3]string{{e.Name, e.Doc, e.Source}})}
		if len(e.Reads) > 0 {
			list = append(list, remedyParameters(e))
		}
		return list
	}
	return nil
}

// remedyParameters lists the parameters of the sections that a remedy reads.
func remedyParameters(e remedy.Entry) *table.Table {
	p := new(remedy.Params)
	param.Defaults(p)
	return parameterTable("parameters", "Parameters of "+e.Name, "world.remedies.", of(p), e.Reads...)
}

// mechanismParameters lists the rules of a mechanism, which stand in the world under its
// name. It is nil when the mechanism has no rule to choose.
func mechanismParameters(name string) []*table.Table {
	var p election.Params
	param.Defaults(&p)
	t := parameterTable("parameters", "Parameters of "+name, "world.election.", of(&p), strings.ReplaceAll(name, "-", "_"))
	if len(t.Rows) == 0 {
		return nil
	}
	return []*table.Table{t}
}

// Preset shows the question of a preset, its parts and its parameters.
func Preset(s *question.Spec) []*table.Table {
	e := s.Entry
	head := &table.Table{
		Name: "preset", Title: s.Title() + ": " + s.Question,
		Columns: []table.Column{{Name: "Part"}, {Name: "Choice"}, {Name: "What it does"}, {Name: "Source"}},
	}
	row := func(part, name, doc, source string) {
		head.Rows = append(head.Rows, []table.Cell{table.Text(part), table.Text(name), table.Text(doc), table.Text(source)})
	}
	row("attack", e.Name, e.Doc, e.Source)
	if m, ok := election.Find(s.Mechanism); ok {
		row("mechanism", m.Name, m.Doc, m.Source)
	}
	if r, ok := remedy.Find(s.Remedy); ok {
		row("remedy", r.Name, r.Doc, r.Source)
	}
	if about, _, err := question.Settings(s.World.Name); err == nil {
		row("world", s.World.Name, about, "")
	} else {
		row("world", s.World.Name, "", "")
	}
	all := parameterTable("parameters", "Parameters", "", func(visit func(string, param.Field)) {
		s.Walk(func(path string, f param.Field) {
			f.Source = s.Source(path, f)
			visit(path, f)
		})
	})
	all.Notes = []string{"* differs from the default."}
	return []*table.Table{head, all}
}

// walk visits parameters with their paths.
type walk = func(visit func(path string, f param.Field))

// of visits the parameters of a struct.
func of(ptr any) walk {
	return func(visit func(string, param.Field)) { param.Walk(ptr, visit) }
}

// parameterTable lists parameters with their sources, below a prefix, and only those of
// certain sections when any are named.
func parameterTable(name, title, prefix string, parameters walk, sections ...string) *table.Table {
	t := &table.Table{
		Name: name, Title: title,
		Columns: []table.Column{{Name: "Parameter"}, {Name: "Value", Align: table.Right}, {Name: ""}, {Name: "Meaning"},
			{Name: "Unit"}, {Name: "Default", Align: table.Right}, {Name: "Range"}, {Name: "Source"}},
	}
	parameters(func(path string, f param.Field) {
		section, _, _ := strings.Cut(path, ".")
		if len(sections) > 0 && !slices.Contains(sections, section) {
			return
		}
		changed := ""
		if f.Changed {
			changed = "*"
		}
		var row []table.Cell
		for _, text := range []string{prefix + path, f.Value, changed, f.Doc, f.Unit, f.Default, f.Range(), f.Source} {
			row = append(row, table.Text(text))
		}
		t.Rows = append(t.Rows, row)
	})
	return t
}
