package experiments

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/stop"
)

// design is all that an experiment is going to do.
type design struct {
	name    string
	version string
	config  string     // text of the configuration, if it is shorter than that of all cells
	axes    []string   // paths of the parameters that vary by plan
	series  bool       // keep the table series
	stop    *stop.Rule // nil for the fixed number of every cell
	recipe  []byte     // how to make the experiment again, or nothing
	cells   []cell
	columns []field // of the runs table
}

// detailed is the most cells that get figures and tables of money each.
const detailed = 6

// detail tells whether the report looks into every cell.
func (p *design) detail() bool { return p.series && len(p.cells) <= detailed }

// cell is one spec of an experiment, with the identity that its rows carry.
type cell struct {
	*Spec
	id     string
	config string   // hash of what a single replication depends on
	place  int64    // of its first replication in the experiment
	values []string // of the parameters that have a column, as text, noValue where there is none
	replay string   // command line that shows one of its replications, without the number
}

// designOf lays out a sweep for a version of the program. Only a sweep without axes
// keeps the table series unless it is asked for. The configuration is the text of the
// preset with the axes after it, which does not grow with the number of cells.
func designOf(w *Sweep, version string, series bool) (*design, error) {
	p := &design{name: w.Spec.Name, version: version, axes: w.Axes(), series: len(w.Axes()) == 0 || series, stop: w.Precision}
	if len(w.Varied) > 0 || w.Precision != nil {
		p.config = w.canonical()
	}
	return p, p.fill(w.Cells)
}

// idDigits of the configuration hash tell the cells of an experiment apart: with
// 100,000 of them two are alike with a probability of 2e-5.
const idDigits = 12

// fill gives the design its cells and its columns.
func (p *design) fill(specs []*Spec) error {
	if len(specs) == 0 {
		return errors.New("an experiment needs at least one spec")
	}
	seen, first := map[string]bool{}, int64(0)
	builtin := map[string]map[string]string{}
	for _, s := range specs {
		c := cell{Spec: s, config: s.replicationHash(), place: first}
		first += int64(s.Replications)
		c.id = strings.Join([]string{s.Name, s.Attack, s.Mechanism, s.Remedy, c.config[:idDigits]}, "/")
		if seen[c.id] {
			return fmt.Errorf("%s is in the experiment %s twice", c.id, p.name)
		}
		seen[c.id] = true
		if _, known := builtin[s.Name]; !known {
			builtin[s.Name] = stated(s.Name)
		}
		c.replay = s.replay(builtin[s.Name])
		p.cells = append(p.cells, c)
	}
	p.columns = p.runsColumns()
	return nil
}

// stated are the values of a built-in preset, or nil when there is none of that
// name.
func stated(name string) map[string]string {
	if base, err := Load(name); err == nil {
		return base.stated
	}
	return nil
}

// replicationHash is the hash of all that a single replication depends on
// besides its own seed: not how many there are, nor the words around them.
func (s *Spec) replicationHash() string {
	c := *s
	c.Name, c.Question, c.Replications = "", "", 0
	sum := sha256.Sum256(c.Canonical())
	return hex.EncodeToString(sum[:])
}

// Key identifies what the replications of the spec give under a version of the program.
func (s *Spec) Key(version string) string {
	return record.RunKey(version, s.replicationHash(), uint64(s.Seed), "")
}

// replay is the command that explains a replication of the spec: its preset
// and what was set besides. A preset file counts as one that is in the folder
// that one works in.
func (s *Spec) replay(builtin map[string]string) string {
	command, was := "stakeout explain "+s.Name, builtin
	if was == nil {
		command, was = command+".yaml", s.stated
	}
	s.walk(func(path string, f param.Field) {
		if !never[path] && was != nil && was[path] != f.Value {
			command += " --set '" + path + "=" + f.Value + "'"
		}
	})
	return command + " --rep "
}

// texts are the values of all parameters by path.
func (s *Spec) texts() map[string]string {
	out := map[string]string{}
	s.walk(func(path string, f param.Field) { out[path] = f.Value })
	return out
}

func (p *design) total() int {
	last := &p.cells[len(p.cells)-1]
	return int(last.place) + last.Replications
}

// at finds the cell and the replication of a place in the experiment.
func (p *design) at(order int64) (*cell, int) {
	i, found := slices.BinarySearchFunc(p.cells, order, func(c cell, order int64) int { return cmp.Compare(c.place, order) })
	if !found {
		i--
	}
	c := &p.cells[i]
	return c, int(order - c.place)
}

func (p *design) key(c *cell, rep int) string {
	return record.RunKey(p.version, c.config, c.seed(rep), c.id)
}

// manifest describes the experiment for the store. Its configuration is the
// resolved text of all cells.
func (p *design) manifest(by record.Program, command []string) record.Manifest {
	m := record.Manifest{Experiment: p.name, Command: command, Program: by, Recipe: p.recipe}
	var text []string
	for _, c := range p.cells {
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

// tables are those that the store takes run by run.
func (p *design) tables(f record.Format) []record.Table {
	list := []record.Table{{Schema: p.runsSchema(), Formats: f}}
	if p.series {
		list = append(list, record.Table{Schema: seriesSchema(), Formats: f})
	}
	return list
}

// share are replications of a cell: from first to before end.
type share struct {
	*cell
	first, end int
}

// part are the replications from one place of the experiment to before another.
func (p *design) part(from, to int64) (out []share) {
	for i := range p.cells {
		c := &p.cells[i]
		s := share{c, int(max(0, from-c.place)), int(min(int64(c.Replications), to-c.place))}
		if s.first < s.end {
			out = append(out, s)
		}
	}
	return out
}
