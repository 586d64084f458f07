// Package odd describes the model by the ODD protocol. The description is the prose, ODD.md, and files of tables,
// which are kept beside this package. The sentences are written by hand, in the templates. Every table, and every
// parameter that a sentence names, comes from the program: parameters with unit, range and source from the tags that
// presets are read by, state variables from the structs that hold them, the schedule from the list of phases that a
// world runs through, the rules of agents and the assumptions from the comments that state them.
//
// Anything without a description is an error: a parameter that no table shows, a kind of agent, a state variable, a
// phase without a comment. So is a link of the prose to a table that does not exist.
//
// Source: V. Grimm et al., "The ODD Protocol for Describing Agent-Based and Other Simulation Models: A Second Update
// to Improve Clarity, Replication, and Structural Realism", Journal of Artificial Societies and Social Simulation
// 23(2) 7, 2020.
package odd

import (
	"bytes"
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

// describer has what the templates ask for.
type describer struct {
	*source
	world  sim.Config
	fields []field
	shown  map[string]bool // paths of parameters
	links  []link          // of the prose to tables
	faults []string        // what is not described
}

// field is a parameter under its full path.
type field struct {
	path string
	param.Field
}

// Describe writes the description of the program whose module is in a folder, the prose first. The error says what
// is not described, or what a template asks for in vain.
func Describe(folder fs.FS) ([]Part, error) {
	module, err := fs.ReadFile(folder, "go.mod")
	if err != nil || !bytes.HasPrefix(module, []byte("module stakeout\n")) {
		return nil, errors.New("odd: no go.mod of this program here; " +
			"expected the folder that holds README.md and go.mod")
	}
	return describe(folder, templates())
}

// describe fills templates in, whose parameters and links must be complete in all of them together.
func describe(folder fs.FS, templates []Part) ([]Part, error) {
	s, err := parse(folder)
	if err != nil {
		return nil, err
	}
	d := &describer{source: s, shown: map[string]bool{}}
	d.collect()
	var parts []Part
	for _, p := range templates {
		t, err := template.New(p.Name).Funcs(d.functions()).Parse(p.Text)
		if err != nil {
			return nil, err
		}
		var b strings.Builder
		if err := t.Execute(&b, nil); err != nil {
			return nil, err
		}
		parts = append(parts, Part{p.Name, b.String()})
	}
	d.follow(parts)
	return parts, d.complete()
}

func (d *describer) functions() template.FuncMap {
	return template.FuncMap{
		"value": d.value, "unit": d.unit, "count": d.count, "origins": d.origins,
		"parameters": d.parameters, "attacks": d.attacks, "mechanisms": mechanisms, "remedies": remedies,
		"kinds": d.kindTable, "modules": d.modules, "state": d.state, "constants": d.constantTable,
		"schedule": d.schedule, "rules": d.rules, "types": d.types, "purposes": d.purposes, "matrices": matrices,
		"facts": factTable, "docking": dockingTable, "checks": checkTable, "claims": claimTable,
		"columns": columnTable, "books": d.books, "statements": d.statementTable,
		"see": d.see, "contents": contents, "folder": func() string { return home }, "up": func() string { return up },
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

// complete returns an error that names everything without a description, parameters that no table shows included.
func (d *describer) complete() error {
	for _, f := range d.fields {
		if !d.shown[f.path] {
			d.fault("no table shows %s", f.path)
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

// grouped writes a number with the digits before its point in groups of three, where there are more than four.
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
