package experiments

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/report"
)

// Options say where and how fast an experiment runs, and in which files it ends.
type Options struct {
	Out      string                // results folder, default "results"
	Workers  int                   // default one a processor
	Formats  record.Format         // of runs and series, default CSV and Parquet
	Progress func(done, total int) // called after every replication, one call at a time, or nil
	Command  []string              // as typed, for the manifest
	Series   bool                  // keep the table series of a sweep with axes, too; without axes it is always kept
	// Program runs it, default the version "dev". What another one has left is not
	// re-used.
	record.Program
}

// Result is what a finished or interrupted experiment leaves.
type Result struct {
	Dir      string // folder of the files
	Cells    int
	Planned  int // replications, so far where a precision decides
	Finished int // replications with a row, failed ones included
	Reused   int // of them from an earlier invocation
	Dropped  int // stored before, but damaged or by other code, and run again
	Failed   int
	Partial  bool // interrupted; the same call resumes it
	Study    *report.Study
	ROI      *table.Table
	Channels []*table.Table // one a cell, for few cells
	Harm     []*table.Table
	Verdicts []string // one a cell, or that of the best one of many
	Figures  []string // names of the PNG files, relative to Dir
}

// Run runs all replications of a preset, writes the results folder and reports.
// Replications that an interrupted run finished are not run again. The files
// are the same bytes for any number of workers and after any resumption.
//
// When ctx is cancelled the folder is closed as partial, the result covers what
// is there, and the error wraps context.Canceled. A replication that fails is a
// row with status "failed" and no error.
func Run(ctx context.Context, s *Spec, o Options) (*Result, error) {
	return Compare(ctx, s.Name, []*Spec{s}, o)
}

// Compare runs several specs, the cells, as one experiment of that name. Cells
// with the same master seed are paired replication by replication.
func Compare(ctx context.Context, name string, specs []*Spec, o Options) (*Result, error) {
	o = o.withDefaults()
	p, err := newDesign(name, specs, o.Version)
	if err != nil {
		return nil, err
	}
	return p.run(ctx, o)
}

// run executes the whole design, writes the results folder and reports.
func (p *design) run(ctx context.Context, o Options) (*Result, error) {
	m := p.manifest(o)
	m.Recipe = p.recipe
	store, err := record.Open(o.Out, m, p.tables(o.Formats)...)
	if err != nil {
		return nil, err
	}
	store.Workers(o.Workers)
	start := time.Now()
	r := &Result{Dir: store.Dir(), Cells: len(p.cells)}
	_, r.Dropped = store.Finished()
	stopped := p.replications(ctx, store, o, r)
	store.Phase("replications", time.Since(start))
	return r, p.finish(store, r, stopped)
}

func (o Options) withDefaults() Options {
	if o.Out == "" {
		o.Out = "results"
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Formats == 0 {
		o.Formats = record.CSV | record.Parquet
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	return o
}

// finish reports and closes the store. The worst of what went wrong is
// returned; an interruption only when everything else went well.
func (p *design) finish(store *record.Store, r *Result, stopped error) error {
	start := time.Now()
	r.Partial = stopped != nil
	err := p.report(store, r)
	store.Phase("report", time.Since(start))
	return conclude(store, r, stopped, err)
}

// conclude closes a store after what stopped the runs and the error of what came
// after them.
func conclude(store *record.Store, r *Result, stopped, err error) error {
	status, reason := closing(stopped, err)
	if closed := store.Close(status, reason); err == nil {
		err = closed
	}
	if err == nil && r.Partial {
		err = fmt.Errorf("%s: interrupted after %d of %d replications: %w", r.Dir, r.Finished, r.Planned, stopped)
	}
	return err
}

// closing is the status of a folder, and the reason for one that is not complete, after
// what stopped the runs and the error of what came after them.
func closing(stopped, err error) (record.Status, string) {
	switch {
	case errors.Is(stopped, context.Canceled) || errors.Is(stopped, context.DeadlineExceeded):
		return record.Partial, "interrupted"
	case stopped != nil:
		return record.Partial, stopped.Error()
	case err != nil:
		return record.Partial, "the report failed: " + err.Error()
	}
	return record.Complete, ""
}
