package experiments

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"stakeout/experiments/kit/pool"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
)

// Pace says how fast replications are run and who is told.
type Pace struct {
	Workers  int                   // at least one
	Progress func(done, total int) // called after every replication, one call at a time, or nil
}

// Counts say what became of the replications of a run.
type Counts struct {
	Planned  int // so far where a precision decides
	Finished int // with a row, failed ones included
	Reused   int // of the finished ones, from an earlier invocation
	Dropped  int // stored before, but damaged or by other code, and run again
	Failed   int
}

// crew is the workers on a part of a design.
type crew struct {
	*design
	Pace
	ctx   context.Context
	store *record.Store

	mu     sync.Mutex
	blocks []block // still to begin or under way
	counts *Counts
	err    error
}

// block is the replications of cells that share a world.
type block struct {
	cells      []share
	first, end int // covers the replications of all cells
}

func specOf(s share) *Spec { return s.Spec }

// execute runs what the store does not hold yet of some replications. It returns what
// stopped it, or nil when every one has its row.
func execute(ctx context.Context, p *design, store *record.Store, shares []share, o Pace, n *Counts) error {
	c := &crew{design: p, Pace: o, ctx: ctx, store: store, counts: n}
	runs := 0
	for _, s := range shares {
		runs += s.end - s.first
	}
	for _, cells := range Blocks(shares, BlockSize(runs, o.Workers), specOf) {
		b := block{cells, cells[0].first, cells[0].end}
		for _, s := range cells {
			b.first, b.end = min(b.first, s.first), max(b.end, s.end)
		}
		c.blocks = append(c.blocks, b)
	}
	// Every worker is one job, which takes replications until none is left.
	workers := min(o.Workers, max(n.Planned, 1))
	err := pool.Each(ctx, workers, workers, func(context.Context, int) error {
		c.work()
		return nil
	})
	return cmp.Or(c.err, err)
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
				worlds, last = WorldsFor(cells, specOf), cells
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
	c.counts.Finished++
	if reused {
		c.counts.Reused++
	}
	if failed {
		c.counts.Failed++
	}
	if c.Progress != nil {
		c.Progress(c.counts.Finished, c.counts.Planned)
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
	t, err := RunTrial(c.ctx, at.Spec, b, rep)
	if err != nil {
		return c.failure(at, rep, err), err
	}
	row := c.row(&observation{cell: at, design: c.design, rep: rep, trial: t})
	rows := map[string][]record.Row{column.RunsTable: {row}}
	if c.series {
		rows[column.SeriesTable] = seriesRows(at, t)
	}
	return record.Run{Rows: rows}, nil
}

func (c *crew) failure(at *cell, rep int, err error) record.Run {
	row := c.row(&observation{cell: at, design: c.design, rep: rep, err: err})
	return record.Run{Rows: map[string][]record.Row{column.RunsTable: {row}}}
}
