// Package runner runs a design into a store. Workers run the replications that the store
// does not hold yet, and the rule of stopping asks for more. The package knows no report.
//
// The digest of the code starts here. What this package reaches decides the rows of an
// experiment; what it does not reach only reads them.
package runner

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"stakeout/experiments/kit/pool"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/trial"
)

// Pace says how many workers run and where progress is reported.
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
	*design.Design
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
	cells      []design.Share
	first, end int // covers the replications of all cells
}

func SpecOf(s design.Share) *question.Spec { return s.Spec }

// Execute runs the replications that the store does not hold yet. It returns the error or
// the cancellation that stopped it, and nil when every replication has its row.
func Execute(ctx context.Context, p *design.Design, store *record.Store, shares []design.Share, o Pace,
	n *Counts) error {
	c := &crew{Design: p, Pace: o, ctx: ctx, store: store, counts: n}
	runs := 0
	for _, s := range shares {
		runs += s.End - s.First
	}
	for _, cells := range trial.Blocks(shares, trial.BlockSize(runs, o.Workers), SpecOf) {
		b := block{cells, cells[0].First, cells[0].End}
		for _, s := range cells {
			b.first, b.end = min(b.first, s.First), max(b.end, s.End)
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

// work takes replications until none is left or the crew is stopped. A worker keeps its
// worlds as long as the block stays the same.
func (c *crew) work() {
	var worlds *trial.Worlds
	var last []design.Share
	for {
		cells, rep, ok := c.take()
		if !ok {
			return
		}
		for i, cell := range cells {
			if rep < cell.First || rep >= cell.End {
				continue
			}
			order := cell.Place + int64(rep)
			if c.stopped() {
				break
			}
			key := c.Key(cell.Cell, rep)
			if have, err := c.store.Reuse(key, order); have || err != nil {
				c.done(err, have, false)
				continue
			}
			if worlds == nil || len(cells) != len(last) || cell.Cell != last[i].Cell {
				worlds, last = trial.WorldsFor(cells, SpecOf), cells
			}
			run, failed := c.replicate(worlds, cell.Cell, rep)
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
func (c *crew) take() (cells []design.Share, rep int, ok bool) {
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

// replicate runs one replication and turns it into rows. A failure or a panic becomes a
// row with the status failed.
func (c *crew) replicate(b *trial.Worlds, at *design.Cell, rep int) (run record.Run, failed error) {
	defer func() {
		if what := recover(); what != nil {
			failed = fmt.Errorf("panic: %v", what)
			run = c.failure(at, rep, failed)
		}
	}()
	t, err := trial.Run(c.ctx, at.Spec, b, rep)
	if err != nil {
		return c.failure(at, rep, err), err
	}
	row := c.Row(&design.Observation{Cell: at, Design: c.Design, Rep: rep, Trial: t})
	rows := map[string][]record.Row{column.RunsTable: {row}}
	if c.Series {
		rows[column.SeriesTable] = design.SeriesRows(at, t)
	}
	return record.Run{Rows: rows}, nil
}

func (c *crew) failure(at *design.Cell, rep int, err error) record.Run {
	row := c.Row(&design.Observation{Cell: at, Design: c.Design, Rep: rep, Err: err})
	return record.Run{Rows: map[string][]record.Row{column.RunsTable: {row}}}
}
