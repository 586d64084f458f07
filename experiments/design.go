package experiments

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

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

func newDesign(name string, specs []*Spec, version string) (*design, error) {
	p := &design{name: name, version: version, series: true}
	return p, p.fill(specs)
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
func (p *design) manifest(o Options) record.Manifest {
	m := record.Manifest{Experiment: p.name, Command: o.Command, Program: o.Program}
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

// block is replications of some cells of one world, which a worker runs number by
// number so that what they have in common is simulated once.
type block struct {
	cells      []share // by horizon and by the honest use of the capital
	first, end int     // covers those of all cells
}

// blocks divides replications among workers: by world, and no larger than leaves
// every worker a good many of them.
func blocks(shares []share, workers int) []block {
	runs := 0
	for _, s := range shares {
		runs += s.end - s.first
	}
	most := max(1, runs/(blocksPerWorker*workers))
	if len(shares) == 1 || most == 1 {
		return chunks(shares, 1)
	}
	of := map[string][]share{}
	var keys []string
	for _, c := range shares {
		k := c.WorldKey(0)
		if of[k] == nil {
			keys = append(keys, k)
		}
		of[k] = append(of[k], c)
	}
	var out []block
	for _, k := range keys {
		slices.SortStableFunc(of[k], func(a, b share) int {
			return cmp.Or(cmp.Compare(a.HorizonDays, b.HorizonDays), cmp.Compare(a.useKey(), b.useKey()))
		})
		out = append(out, chunks(of[k], most)...)
	}
	return out
}

// blocksPerWorker is how many pieces of work every worker gets at least, so that
// none waits long for the others at the end.
const blocksPerWorker = 8

// chunks cuts cells of one world into blocks of a size.
func chunks(cells []share, size int) (out []block) {
	for part := range slices.Chunk(cells, size) {
		b := block{part, part[0].first, part[0].end}
		for _, c := range part {
			b.first, b.end = min(b.first, c.first), max(b.end, c.end)
		}
		out = append(out, b)
	}
	return out
}

// crew is the pool of workers at work on a design.
type crew struct {
	*design
	ctx   context.Context
	store *record.Store
	o     Options

	mu     sync.Mutex
	blocks []block // still to begin or under way
	r      *Result
	err    error
}

// execute runs what is not in the store yet of some replications. It returns what
// stopped it, or nil when every one has its row.
func (p *design) execute(ctx context.Context, store *record.Store, shares []share, o Options, r *Result) error {
	c := &crew{design: p, ctx: ctx, store: store, o: o, r: r, blocks: blocks(shares, o.Workers)}
	var wait sync.WaitGroup
	for range min(o.Workers, max(r.Planned, 1)) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			c.work()
		}()
	}
	wait.Wait()
	return c.err
}

// work takes replications of blocks until none is left or something stops the
// crew. A worker's worlds are re-used as long as the block stays the same.
func (c *crew) work() {
	var worlds *Worlds
	var last []share
	for {
		cells, rep, ok := c.take()
		if !ok {
			return
		}
		for i, cell := range cells {
			if rep < cell.first || rep >= cell.end {
				continue
			}
			order := cell.place + int64(rep)
			if c.stopped() {
				break
			}
			key := c.key(cell.cell, rep)
			if have, err := c.store.Reuse(key, order); have || err != nil {
				c.done(err, have, false)
				continue
			}
			if worlds == nil || len(cells) != len(last) || cell.cell != last[i].cell {
				worlds, last = NewWorlds(remedies(cells)...), cells
			}
			run, failed := c.replicate(worlds, cell.cell, rep)
			if failed != nil {
				worlds = nil // A world that failed must not be used again.
			}
			if failed != nil && c.ctx.Err() != nil {
				break
			}
			run.Key, run.Order = key, order
			c.done(c.store.Record(run), false, failed != nil)
		}
	}
}

// remedies are those of cells that share their worlds; a cell alone shares nothing.
func remedies(cells []share) (names []string) {
	for _, c := range cells {
		if len(cells) > 1 && !slices.Contains(names, c.Remedy) {
			names = append(names, c.Remedy)
		}
	}
	return names
}

// take gives the next replication of a block.
func (c *crew) take() (cells []share, rep int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil && c.ctx.Err() != nil {
		c.err = c.ctx.Err()
	}
	if c.err != nil || len(c.blocks) == 0 {
		return nil, 0, false
	}
	b := &c.blocks[0]
	rep = b.first
	if b.first++; b.first == b.end {
		c.blocks = c.blocks[1:]
	}
	return b.cells, rep, true
}

func (c *crew) stopped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err != nil || c.ctx.Err() != nil
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
		c.o.Progress(c.r.Finished, c.r.Planned)
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
	rows := map[string][]record.Row{runsTable: {row}}
	if c.series {
		rows[seriesTable] = seriesRows(at, t)
	}
	return record.Run{Rows: rows}, nil
}

func (c *crew) failure(at *cell, rep int, err error) record.Run {
	row := c.row(&observation{cell: at, design: c.design, rep: rep, err: err})
	return record.Run{Rows: map[string][]record.Row{runsTable: {row}}}
}
