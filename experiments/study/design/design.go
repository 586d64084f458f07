// Package design lays a question out as cells, places and columns. It gives every
// replication a place and a run an identity, and it has the columns of the tables runs and
// series with the functions that fill them. To add a column, add a line to observe.go or series.go.
package design

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/stop"
)

// Design is an experiment that is ready to run.
type Design struct {
	Name    string
	Version string
	config  string     // text of the configuration; empty takes the texts of all cells
	Axes    []string   // paths of the parameters that vary by plan
	Series  bool       // keep the table series
	Stop    *stop.Rule // nil for the fixed number of every cell
	Recipe  []byte     // how to make the experiment again, or nothing
	Cells   []Cell
	columns []field // of the runs table
}

// Detailed is the largest number of cells that get figures and tables of money one by one.
const Detailed = 6

// Detail tells whether the report looks into every cell.
func (p *Design) Detail() bool { return p.Series && len(p.Cells) <= Detailed }

// Cell is one spec of an experiment, with the identity that its rows carry.
type Cell struct {
	*question.Spec
	ID     string
	config string   // hash of what a single replication depends on
	world  string   // short hash of its world
	Place  int64    // of its first replication in the experiment
	values []string // of the parameters that have a column, as text, noValue where there is none
	Replay string   // command line that shows one of its replications, without the number
}

// Of lays out a sweep for a version of the program. A sweep with axes keeps the table
// series only on request, because it would dominate the disk. The configuration of a
// sweep is the preset followed by the axes, so that it does not grow with the cells.
func Of(w *question.Sweep, version string, series bool) (*Design, error) {
	p := &Design{Name: w.Spec.Name, Version: version, Axes: w.Axes(), Series: len(w.Axes()) == 0 || series,
		Stop: w.Precision}
	if len(w.Varied) > 0 || w.Precision != nil {
		p.config = w.Canonical()
	}
	return p, p.fill(w.Cells)
}

// idDigits of the configuration hash tell the cells of an experiment apart: with
// 100,000 of them two are alike with a probability of 2e-5.
const idDigits = 12

// fill gives the design its cells and its columns.
func (p *Design) fill(specs []*question.Spec) error {
	if len(specs) == 0 {
		return errors.New("an experiment needs at least one spec")
	}
	seen, first := map[string]bool{}, int64(0)
	builtin := map[string]map[string]string{}
	for _, s := range specs {
		c := Cell{Spec: s, config: s.ReplicationHash(), world: s.WorldHash(), Place: first}
		first += int64(s.Replications)
		c.ID = strings.Join([]string{s.Name, s.Attack, s.Mechanism, s.Remedy, c.config[:idDigits]}, "/")
		if seen[c.ID] {
			return fmt.Errorf("%s is in the experiment %s twice", c.ID, p.Name)
		}
		seen[c.ID] = true
		base := fmt.Sprint(s.Name, " ", s.World.Name, s.WorldWins)
		if _, known := builtin[base]; !known {
			builtin[base] = s.Stated()
		}
		c.Replay = s.Replay(builtin[base])
		p.Cells = append(p.Cells, c)
	}
	p.columns = p.runsColumns()
	return nil
}

func (p *Design) Total() int {
	last := &p.Cells[len(p.Cells)-1]
	return int(last.Place) + last.Replications
}

// At finds the cell and the replication of a place in the experiment.
func (p *Design) At(order int64) (*Cell, int) {
	i, found := slices.BinarySearchFunc(p.Cells, order,
		func(c Cell, order int64) int { return cmp.Compare(c.Place, order) })
	if !found {
		i--
	}
	c := &p.Cells[i]
	return c, int(order - c.Place)
}

func (p *Design) Key(c *Cell, rep int) string {
	return record.RunKey(p.Version, c.config, c.SeedOf(rep), c.ID)
}

// Manifest describes the experiment for the store. Its configuration is the
// resolved text of all cells.
func (p *Design) Manifest(by record.Program, command []string) record.Manifest {
	m := record.Manifest{Experiment: p.Name, Command: command, Program: by, Recipe: p.Recipe}
	var text []string
	for _, c := range p.Cells {
		if p.config == "" {
			text = append(text, string(c.Canonical()))
		}
		if seed := record.Seed(c.Seed); len(m.Seeds) == 0 || m.Seeds[len(m.Seeds)-1] != seed {
			m.Seeds = append(m.Seeds, seed)
		}
	}
	m.Config = p.config + strings.Join(text, "---\n")
	return m
}

// Tables lists the tables that the store takes run by run.
func (p *Design) Tables(f record.Format) []record.Table {
	list := []record.Table{{Schema: p.RunsSchema(), Formats: f}}
	if p.Series {
		list = append(list, record.Table{Schema: SeriesSchema(), Formats: f})
	}
	return list
}

// Share is the replications of a cell from First up to, but without, End.
type Share struct {
	*Cell
	First, End int
}

// Part lists the replications from one place of the experiment up to, but without, another.
func (p *Design) Part(from, to int64) (out []Share) {
	for i := range p.Cells {
		c := &p.Cells[i]
		s := Share{c, int(max(0, from-c.Place)), int(min(int64(c.Replications), to-c.Place))}
		if s.First < s.End {
			out = append(out, s)
		}
	}
	return out
}
