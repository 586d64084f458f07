package experiments

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/presets"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/report"
)

// Stored is a results folder that was opened for reading. Nothing in it is run again.
type Stored struct {
	Manifest record.Manifest
	Study    *report.Study
	Question string
	Axes     []string // paths of the parameters that vary by plan
	// Specs are the resolved configuration: one spec without the axes for all cells, or
	// in a comparison one spec for each cell.
	Specs []*question.Spec
	dir   string
}

// OpenStored reads the folder of a run, a sweep or a comparison, complete or
// interrupted. It fails with a PlanError when the folder is no results folder and when a
// file in it changed after it was written.
func OpenStored(dir string) (*Stored, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("%w; %s", err, expectedFolder(dir))
	} else if !info.IsDir() {
		return nil, PlanErrorf("%s is a file; %s", dir, expectedFolder(dir))
	}
	m, err := record.ReadManifest(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, PlanErrorf("%s is no results folder: it has no manifest.json, which is written when a run ends; %s", dir,
			expectedFolder(dir))
	}
	if err != nil {
		return nil, PlanErrorf("%v; run it again to write it anew", err)
	}
	s := &Stored{Manifest: m, dir: dir}
	if !s.holds(column.RunsTable+".csv") && !s.holds(column.RunsTable+".parquet") {
		return nil, PlanErrorf("%s holds the experiment %s without a table %s; %s", dir, m.Experiment, column.RunsTable,
			expectedFolder(dir))
	}
	for _, p := range record.Verify(dir) {
		if s.holds(p.File) {
			return nil, PlanErrorf("%s: %s; run it again to write it anew", dir, p)
		}
	}
	if err := s.configuration(); err != nil {
		return nil, err
	}
	cells, err := report.CountCells(dir)
	if err != nil {
		return nil, err
	}
	s.Study, err = report.LoadSweep(dir, s.Axes, cells > design.Detailed)
	return s, err
}

// holds tells whether the manifest lists a file.
func (s *Stored) holds(name string) bool {
	return slices.ContainsFunc(s.Manifest.Files, func(f record.Output) bool { return f.Name == name })
}

// expectedFolder names the nearest results folder, or the command that makes one.
func expectedFolder(dir string) string {
	expected := "expected the folder that run, sweep or compare wrote, such as results/dos-short"
	for _, near := range []string{filepath.Join(dir, "*"), filepath.Join("results", filepath.Base(dir))} {
		found, err := filepath.Glob(filepath.Join(near, "manifest.json"))
		if err == nil && len(found) > 0 {
			return expected + "; " + param.DidYouMean(filepath.ToSlash(filepath.Dir(found[0])))
		}
	}
	if name := filepath.Base(dir); slices.Contains(presets.Names(), name) {
		return expected + "; type `stakeout run " + name + "` first"
	}
	return expected + "; type `stakeout run dos-short` to make one"
}

// configuration reads the specs and the axes back from the text in the manifest.
func (s *Stored) configuration() error {
	for i, text := range strings.Split(s.Manifest.Config, "---\n") {
		spec, axes, err := question.Reread("manifest.json", []byte(text))
		if err != nil {
			return PlanErrorf("%s: the configuration in manifest.json is not one of this version, %s wrote it: %v", s.dir,
				s.Manifest.Version, err)
		}
		s.Specs = append(s.Specs, spec)
		if i == 0 {
			s.Question, s.Axes = spec.Question, axes
		}
	}
	if s.Manifest.Experiment == question.ComparisonName {
		s.Question, s.Axes = question.ComparisonQuestion, report.MatrixAxes
	}
	return nil
}

// Beside sets the results of folders beside each other, as report.Beside does. Each is
// called by its folder.
func Beside(folders, rows []string) (*table.Table, error) {
	var names []string
	var studies []*report.Study
	for _, dir := range folders {
		s, err := OpenStored(dir)
		if err != nil {
			return nil, err
		}
		names, studies = append(names, filepath.Base(filepath.Clean(dir))), append(studies, s.Study)
	}
	for i, name := range names {
		if slices.Index(names, name) != i { // The names alone would not tell the folders apart.
			names = slices.Clone(folders)
			break
		}
	}
	t, err := report.Beside(names, studies, rows)
	if err != nil {
		return nil, PlanErrorf("%v", err)
	}
	return t, nil
}

// Drawing is a stored figure.
type Drawing struct {
	Name    string // of the file without its ending
	SVG     []byte
	Caption string
}

// The limits of what a page takes from a folder, in bytes.
const (
	largestFigures = 32 << 20 // all drawings together
	largestCaption = 64 << 10
)

// Figures are the stored drawings, in the order of their names.
func (s *Stored) Figures() (list []Drawing, err error) {
	left := largestFigures
	for _, f := range s.Manifest.Files {
		base, is := strings.CutSuffix(f.Name, ".svg")
		if !is {
			continue
		}
		d := Drawing{Name: path.Base(base)}
		if d.SVG, err = record.ReadFile(s.dir, f.Name, left); err != nil {
			return nil, err
		}
		left -= len(d.SVG)
		caption, err := record.ReadFile(s.dir, base+".caption.txt", largestCaption)
		if err != nil {
			return nil, err
		}
		d.Caption = strings.TrimSpace(string(caption))
		list = append(list, d)
	}
	return list, nil
}

// Assumptions lists the parameters with their sources in two tables. The first has those
// that differ from their default in any cell and, when all cells have one attack, the
// parameters of the attack; the second has the others. A parameter that varies is listed
// with all its values.
func (s *Stored) Assumptions() (changed, others *table.Table) {
	var order []string
	values, fields, differs := map[string][]string{}, map[string]param.Field{}, map[string]bool{}
	for _, spec := range s.Specs {
		spec.Walk(func(path string, f param.Field) {
			if fields[path].Source == "" {
				f.Source = spec.Source(path, f)
				order, fields[path] = append(order, path), f
			}
			if !slices.Contains(values[path], f.Value) {
				values[path] = append(values[path], f.Value)
			}
			differs[path] = differs[path] || f.Changed
		})
	}
	for i, path := range s.Axes {
		if _, known := fields[path]; known && len(s.Specs) == 1 {
			values[path], differs[path] = s.Levels(i), true
		}
	}
	own := len(values["attack"]) == 1
	title := "What this experiment sets"
	if own {
		title += ", and the parameters of the attack"
	}
	changed = assumptionTable("assumptions", title)
	others = assumptionTable("defaults", "Parameters at their defaults")
	for _, path := range order {
		if question.Unlisted[path] {
			continue
		}
		t := others
		if differs[path] || own && strings.HasPrefix(path, question.AttackPrefix) {
			t = changed
		}
		f, value := fields[path], values[path]
		const most = 8
		if n := len(value); n > most {
			value = append(slices.Clone(value[:most]), fmt.Sprintf("… (%d values)", n))
		}
		row := []table.Cell{table.Text(path), table.Text(strings.Join(value, ", ")), table.Text(f.Unit),
			table.Text(f.Default), table.Text(f.Doc), table.Text(f.Source)}
		t.Rows = append(t.Rows, row)
	}
	return changed, others
}

// Levels lists the values of an axis in the order of the cells.
func (s *Stored) Levels(axis int) (out []string) {
	for _, c := range s.Study.Cells {
		if v := c.Level(axis); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func assumptionTable(name, title string) *table.Table {
	return &table.Table{Name: name, Title: title,
		Columns: []table.Column{{Name: "Parameter"}, {Name: "Value", Align: table.Right}, {Name: "Unit"},
			{Name: "Default", Align: table.Right}, {Name: "Meaning"}, {Name: "Source"}}}
}
