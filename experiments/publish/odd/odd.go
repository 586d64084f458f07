// Package odd describes the model by the ODD protocol. The prose is written by
// hand, in the template odd.md; every table, and every parameter that a sentence
// names, comes from the program: parameters with unit, range and source from the
// tags that presets are read by, state variables from the structs that hold them,
// the schedule from the list of phases that a world runs through, the rules of
// agents and the assumptions from the comments that state them.
//
// What nobody described is an error: a parameter that no table of the template
// shows, a kind of agent, a state variable, a phase without a comment.
//
// Source: V. Grimm et al., "The ODD Protocol for Describing Agent-Based and Other
// Simulation Models: A Second Update to Improve Clarity, Replication, and
// Structural Realism", Journal of Artificial Societies and Social Simulation
// 23(2) 7, 2020.
package odd

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/template"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/question"
	"stakeout/strategies"
)

//go:embed odd.md
var prose string

// describer has what the template asks for.
type describer struct {
	*source
	world  sim.Config
	fields []field
	shown  map[string]bool // paths of parameters
	faults []string        // what is not described
}

// field is a parameter under its full path.
type field struct {
	path string
	param.Field
}

// Describe writes the description of the program whose module is in a folder. The
// error says what is not described, or what the template asks for in vain.
func Describe(folder fs.FS) ([]byte, error) {
	if module, err := fs.ReadFile(folder, "go.mod"); err != nil || !bytes.HasPrefix(module, []byte("module stakeout\n")) {
		return nil, errors.New("odd: no go.mod of this program here; expected the folder that holds README.md and go.mod")
	}
	return describe(folder, prose)
}

func describe(folder fs.FS, prose string) ([]byte, error) {
	s, err := parse(folder)
	if err != nil {
		return nil, err
	}
	d := &describer{source: s, shown: map[string]bool{}}
	d.collect()
	t, err := template.New("odd.md").Funcs(d.functions()).Parse(prose)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, nil); err != nil {
		return nil, err
	}
	return b.Bytes(), d.complete()
}

func (d *describer) functions() template.FuncMap {
	return template.FuncMap{
		"value": d.value, "unit": d.unit, "parameters": d.parameters, "attacks": d.attacks,
		"kinds": d.kindTable, "state": d.state, "rules": d.rules, "types": d.types, "constants": d.constantTable, "purposes": d.purposes,
		"schedule": d.schedule, "modules": d.modules, "statements": d.statementTable, "origins": d.origins,
		"mechanisms": mechanisms, "remedies": remedies, "matrices": matrices,
		"facts": factTable, "docking": dockingTable, "checks": checkTable, "claims": claimTable, "columns": columnTable,
		"books": d.books, "count": d.count,
	}
}

// collect lists all parameters: the head of a preset, the world, every attack.
func (d *describer) collect() {
	add := func(prefix string, ptr any) {
		param.Walk(ptr, func(path string, f param.Field) { d.fields = append(d.fields, field{prefix + path, f}) })
	}
	header := new(question.Header)
	param.Defaults(header)
	param.Defaults(&d.world)
	add("", header)
	add("world.", &d.world)
	for _, e := range strategies.All() {
		p := e.Params()
		param.Defaults(p)
		add(e.Name+".", p)
	}
}

// complete is an error that names all that is not described, a parameter that
// stands in no table included.
func (d *describer) complete() error {
	for _, f := range d.fields {
		if !d.shown[f.path] {
			d.fault("no table of the template shows %s", f.path)
		}
	}
	if len(d.faults) > 0 {
		return errors.New("odd: " + strings.Join(d.faults, "; "))
	}
	return nil
}

// fault notes something that is not described.
func (d *describer) fault(format string, args ...any) {
	d.faults = append(d.faults, fmt.Sprintf(format, args...))
}

// value is the default of a parameter, to stand in a sentence.
func (d *describer) value(path string) (string, error) {
	f, err := d.find(path)
	return grouped(f.Default), err
}

// unit is the default of a parameter with its unit.
func (d *describer) unit(path string) (string, error) {
	f, err := d.find(path)
	if f.Unit == "1" || f.Unit == "share" || f.Unit == "" {
		return grouped(f.Default), err
	}
	name, inWords := map[string]string{"d": "days", "s": "seconds"}[f.Unit]
	if !inWords {
		name = f.Unit
	}
	return grouped(f.Default) + " " + name, err
}

func (d *describer) find(path string) (field, error) {
	i := slices.IndexFunc(d.fields, func(f field) bool { return f.path == path })
	if i < 0 {
		return field{}, fmt.Errorf("odd: there is no parameter %s", path)
	}
	return d.fields[i], nil
}

// grouped is a number with its digits before the point in groups of three, where
// there are more than four of them.
func grouped(number string) string {
	whole, rest, point := strings.Cut(number, ".")
	if len(whole) > 4 {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "," + whole[i:]
		}
	}
	if point {
		whole += "." + rest
	}
	return whole
}

// markdown prints a table.
func markdown(t *table.Table) (string, error) {
	var b strings.Builder
	err := t.Markdown(&b)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// texts makes a table of words.
func texts(title string, columns []string, rows [][]string) (string, error) {
	t := &table.Table{Name: "odd", Title: title}
	for _, c := range columns {
		t.Columns = append(t.Columns, table.Column{Name: c, Align: table.Left})
	}
	for _, r := range rows {
		var cells []table.Cell
		for _, c := range r {
			cells = append(cells, table.Text(c))
		}
		t.Rows = append(t.Rows, cells)
	}
	return markdown(t)
}
