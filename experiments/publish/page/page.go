// Package page writes a results folder as one HTML page for people. The page has the
// question, the verdict, tables, figures, claims, assumptions with their sources, and the
// command that makes the results again. The package reads what was stored and runs nothing.
//
// The page is one file. It loads nothing, holds no script, and reads on a phone, on
// paper and aloud. Equal folders give equal bytes: it has no date and no path.
//
// Assumption: the drawings in the folder are those of package figure, which are
// paths and groups of paths; anything else is refused. A page holds what was read out of
// a drawing and none of its bytes.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments"
	"stakeout/experiments/evidence/claims"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/report"
)

//go:embed page.html
var files embed.FS

var layout = template.Must(template.ParseFS(files, "page.html"))

// view is what the layout shows.
type view struct {
	Title, Question  string
	Partial          bool
	Verdicts         []string
	Best             string // the cell of the verdict when it is the best of several
	Tally            string // of the cells
	Returns          template.HTML
	Figures          []drawing
	Money            []money
	Turns, Ranges    template.HTML
	Robustness       template.HTML
	Claims           []claim
	Varied           []varied
	Changed, Default template.HTML
	Defaults         int
	Facts            []fact
	Version, Command string
	Sweep            string // a command that varies a parameter
	Configuration    string
}

type drawing struct {
	Number         int
	Label, Caption string
	SVG            template.HTML
}

// money holds the tables of money of a cell. A cell has a name only along axes.
type money struct {
	Cell   string
	Tables template.HTML
}

type claim struct{ ID, By, Quote, Reading, Command string }

type varied struct{ Path, Values string }

type fact struct{ Name, Value string }

// program is how the page calls the program.
const program = "go run ./cmd/stakeout "

// Write writes the page of a stored experiment. It fails when a figure is not a
// drawing of this program, when the stored rows break their own sums, and when
// writing fails.
func Write(w io.Writer, s *experiments.Stored) error {
	v := &view{Title: s.Manifest.Experiment, Question: s.Question, Partial: s.Manifest.Status == record.Partial}
	for _, step := range []func(*experiments.Stored) error{v.verdicts, v.tables, v.figures, v.claims, v.origin} {
		if err := step(s); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := layout.Execute(&b, v); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// verdicts lists the verdict of every cell, or along axes the verdict of the best cell.
func (v *view) verdicts(s *experiments.Stored) error {
	all := s.Study.Summaries()
	if best := s.Study.Best(); len(s.Axes) > 0 && best != nil {
		v.Tally = report.Tally(s.Study)
		all, v.Best = []*report.Summary{best}, s.Study.Place(best.Cell)
	}
	for _, x := range all {
		v.Verdicts = append(v.Verdicts, report.Verdict(x))
	}
	return nil
}

func (v *view) tables(s *experiments.Stored) error {
	var robustness *table.Table
	tables, err := s.Study.Tables()
	if err != nil {
		return err
	}
	if !s.Study.Lean {
		robustness = report.Robustness(s.Study)
	}
	changed, others := s.Assumptions()
	v.Defaults = len(others.Rows)
	for _, f := range []struct {
		to *template.HTML
		t  *table.Table
	}{
		{&v.Returns, tables.ROI}, {&v.Turns, report.Turns(s.Study)}, {&v.Ranges, report.Ranges(s.Study)},
		{&v.Robustness, robustness},
		{&v.Changed, changed}, {&v.Default, others},
	} {
		if err := add(f.to, f.t); err != nil {
			return err
		}
	}
	return v.money(s.Study, tables)
}

// money adds the tables of every cell.
func (v *view) money(s *report.Study, all report.Tables) error {
	for i := range all.Channels {
		m := money{Cell: s.Place(s.Cells[i])}
		for _, t := range []*table.Table{all.Channels[i], all.Harm[i]} {
			if err := add(&m.Tables, t); err != nil {
				return err
			}
		}
		v.Money = append(v.Money, m)
	}
	return nil
}

// add appends a table to a part of the page; nil adds nothing. The table escapes its
// texts.
func add(to *template.HTML, t *table.Table) error {
	if t == nil {
		return nil
	}
	var b strings.Builder
	err := t.HTML(&b)
	*to += template.HTML(b.String())
	return err
}

func (v *view) figures(s *experiments.Stored) error {
	list, err := s.Figures()
	if err != nil {
		return err
	}
	for i, d := range list {
		label := "figure-" + strconv.Itoa(i+1) + "-caption"
		svg, err := inline(d.SVG, label)
		if err != nil {
			return experiments.PlanErrorf("the figure %q is not one that a run has drawn: it %v; run it again to draw it anew",
				d.Name, err)
		}
		v.Figures = append(v.Figures, drawing{i + 1, label, d.Caption, svg})
	}
	return nil
}

// claims lists the claims that rest on experiments with one of the attacks.
func (v *view) claims(s *experiments.Stored) error {
	var attacks []string
	for _, c := range s.Study.Cells {
		attacks = append(attacks, c.Attack)
	}
	of := map[string]string{} // attack of a preset
	for _, c := range claims.All() {
		tried := false
		for _, t := range c.Tests {
			for _, k := range []claims.Case{t.Case, t.Less} {
				if k.Preset == "" {
					continue
				}
				if of[k.Preset] == "" {
					spec, err := question.Load(k.Preset)
					if err != nil {
						return err
					}
					of[k.Preset] = spec.Attack
				}
				tried = tried || slices.Contains(attacks, of[k.Preset])
			}
		}
		if tried {
			v.Claims = append(v.Claims, claim{c.ID, c.By, c.Quote, c.Reading, program + "claims " + c.ID})
		}
	}
	return nil
}

// origin says where the numbers come from and how to get them again.
func (v *view) origin(s *experiments.Stored) error {
	m := s.Manifest
	var seeds []string
	for _, x := range m.Seeds {
		seeds = append(seeds, strconv.FormatUint(uint64(x), 10))
	}
	failed, done := 0, 0
	for _, c := range s.Study.Cells {
		failed, done = failed+c.Failed, done+c.N()
	}
	v.Facts = []fact{
		{"Experiment", m.Experiment}, {"Status", strings.TrimSuffix(string(m.Status)+": "+m.Reason, ": ")},
		{"Cells", strconv.Itoa(len(s.Study.Cells))},
		{"Replications", fmt.Sprintf("%d, of three worlds each; %d failed", done+failed, failed)},
		{"Master seed", strings.Join(seeds, ", ")}, {"Model version", m.Version}, {"Go", m.Go},
		{"SHA-256 of the configuration", m.ConfigSHA256},
	}
	if m.Code != "" {
		v.Facts = append(v.Facts, fact{"SHA-256 of the code that rows come from", m.Code})
	}
	for _, f := range m.Files {
		if strings.HasPrefix(f.Name, column.RunsTable+".") {
			v.Facts = append(v.Facts, fact{"SHA-256 of " + f.Name, f.SHA256})
		}
	}
	for i, path := range s.Axes {
		v.Varied = append(v.Varied, varied{path, strings.Join(s.Levels(i), ", ")})
	}
	v.Version, v.Command = m.Version, again(m.Command)
	v.Sweep = program + "sweep " + question.Argument(m.Experiment) + " --axis world.users.leave_below=0.3,0.6,0.9"
	if len(s.Specs) == 1 {
		v.Configuration = m.Config
	}
	return nil
}

// again writes a stored command line as a user would type it.
func again(command []string) string {
	if len(command) == 0 {
		return ""
	}
	out := strings.TrimSuffix(program, " ")
	for _, arg := range command[1:] {
		out += " " + question.Argument(arg)
	}
	return out
}
