package experiments

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"

	"stakeout/experiments/param"
	"stakeout/experiments/record"
)

// design is all that an experiment is going to do.
type design struct {
	name    string
	version string
	cells   []cell
	columns []column // of the runs table
}

// cell is one spec of an experiment, with the identity that its rows carry.
type cell struct {
	*Spec
	id     string
	config string            // hash of what a single replication depends on
	first  int64             // place of its first replication in the experiment
	values map[string]string // of all parameters, as text, by path
	replay string            // command line that shows one of its replications, without the number
}

func newDesign(name string, specs []*Spec, version string) (*design, error) {
	p := &design{name: name, version: version}
	if len(specs) == 0 {
		return nil, errors.New("an experiment needs at least one spec")
	}
	seen := map[string]bool{}
	for _, s := range specs {
		c := cell{Spec: s, config: s.replicationHash(), first: int64(p.total())}
		c.id = strings.Join([]string{s.Name, s.Attack, s.Mechanism, s.Remedy, c.config[:8]}, "/")
		if seen[c.id] {
			return nil, fmt.Errorf("%s is in the experiment %s twice", c.id, name)
		}
		seen[c.id] = true
		c.replay = s.replay()
		p.cells = append(p.cells, c)
	}
	p.columns = p.runsColumns()
	return p, nil
}

// replicationHash is the hash of all that a single replication depends on
// besides its own seed: not how many there are, nor the words around them.
func (s *Spec) replicationHash() string {
	c := *s
	c.Name, c.Question, c.Replications = "", "", 0
	sum := sha256.Sum256(c.Canonical())
	return hex.EncodeToString(sum[:])
}

// replay is the command that explains a replication of the spec: its preset
// and what was set besides. A preset file counts as one that is in the folder
// that one works in.
func (s *Spec) replay() string {
	name := s.Name
	base, err := Load(name)
	if err != nil {
		return "stakeout explain " + name + ".yaml --rep "
	}
	was := map[string]string{}
	base.walk(func(path string, f param.Field) { was[path] = f.Value })
	command := "stakeout explain " + name
	s.walk(func(path string, f param.Field) {
		if !never[path] && was[path] != f.Value {
			command += " --set '" + path + "=" + f.Value + "'"
		}
	})
	return command + " --rep "
}

func (p *design) total() (n int) {
	for _, c := range p.cells {
		n += c.Replications
	}
	return n
}

// at finds the cell and the replication of a place in the experiment.
func (p *design) at(order int64) (*cell, int) {
	i := len(p.cells) - 1
	for p.cells[i].first > order {
		i--
	}
	return &p.cells[i], int(order - p.cells[i].first)
}

func (p *design) key(c *cell, rep int) string {
	return record.RunKey(p.version, c.config, c.seed(rep), c.id)
}

// manifest describes the experiment for the store. Its configuration is the
// resolved text of all cells.
func (p *design) manifest(o Options) record.Manifest {
	m := record.Manifest{Experiment: p.name, Command: o.Command, Version: o.Version}
	var text []string
	for _, c := range p.cells {
		text = append(text, string(c.Canonical()))
		if seed := record.Seed(c.Seed); len(m.Seeds) == 0 || m.Seeds[len(m.Seeds)-1] != seed {
			m.Seeds = append(m.Seeds, seed)
		}
	}
	m.Config = strings.Join(text, "---\n")
	return m
}

// crew is the pool of workers at work on a design.
type crew struct {
	*design
	ctx   context.Context
	store *record.Store
	o     Options

	mu   sync.Mutex
	next int64
	r    *Result
	err  error
}

// execute runs what is not in the store yet. It returns what stopped it, or
// nil when every replication has its row.
func (p *design) execute(ctx context.Context, store *record.Store, o Options, r *Result) error {
	c := &crew{design: p, ctx: ctx, store: store, o: o, r: r}
	var wait sync.WaitGroup
	for range min(o.Workers, max(p.total(), 1)) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			c.work()
		}()
	}
	wait.Wait()
	return c.err
}

// work takes replications until none is left or something stops the crew. A
// worker's worlds are re-used as long as the cell stays the same.
func (c *crew) work() {
	b, last := new(Worlds), (*cell)(nil)
	for {
		order, ok := c.take()
		if !ok {
			return
		}
		cell, rep := c.at(order)
		if cell != last {
			b, last = new(Worlds), cell
		}
		key := c.key(cell, rep)
		if have, err := c.store.Reuse(key, order); have || err != nil {
			c.done(err, have, false)
			continue
		}
		run, failed := c.replicate(b, cell, rep)
		if failed != nil {
			b = new(Worlds) // A world that failed must not be used again.
			if c.ctx.Err() != nil {
				c.stop(c.ctx.Err())
				return
			}
		}
		run.Key, run.Order = key, order
		c.done(c.store.Record(run), false, failed != nil)
	}
}

func (c *crew) take() (order int64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil && c.ctx.Err() != nil {
		c.err = c.ctx.Err()
	}
	if c.err != nil || c.next >= int64(c.total()) {
		return 0, false
	}
	c.next++
	return c.next - 1, true
}

func (c *crew) stop(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
}

// done counts a replication; an error of the store stops the crew.
func (c *crew) done(err error, reused, failed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		if c.err == nil {
			c.err = err
		}
		return
	}
	c.r.Finished++
	if reused {
		c.r.Reused++
	}
	if failed {
		c.r.Failed++
	}
	if c.o.Progress != nil {
		c.o.Progress(c.r.Finished, c.total())
	}
}

// replicate runs one replication and turns it into rows. A failure, a panic
// included, becomes a row that says so.
func (c *crew) replicate(b *Worlds, at *cell, rep int) (run record.Run, failed error) {
	defer func() {
		if what := recover(); what != nil {
			failed = fmt.Errorf("panic: %v", what)
			run = c.failure(at, rep, failed)
		}
	}()
	t, err := at.Trial(c.ctx, b, rep)
	if err != nil {
		return c.failure(at, rep, err), err
	}
	row := c.row(&observation{cell: at, design: c.design, rep: rep, trial: t})
	return record.Run{Rows: map[string][]record.Row{runsTable: {row}, seriesTable: seriesRows(at, t)}}, nil
}

func (c *crew) failure(at *cell, rep int, err error) record.Run {
	row := c.row(&observation{cell: at, design: c.design, rep: rep, err: err})
	return record.Run{Rows: map[string][]record.Row{runsTable: {row}}}
}
