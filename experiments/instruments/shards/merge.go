package shards

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"stakeout/experiments"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/runner"
)

// Merge puts the shards in dir together and reports. The files are the bytes that the
// sweep writes in a single process, except timing.json. Merge refuses gaps, doubles, and
// shards of another plan. An interrupted merge resumes where it stopped.
func (p *Plan) Merge(ctx context.Context, dir string, o experiments.Options) (*experiments.Result, error) {
	o = o.WithDefaults()
	o.Command, o.Formats, o.Program = p.Command, p.Formats, p.Program
	missing, err := p.Missing(dir)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		return nil, experiments.PlanErrorf("%s: %d of %d shards are missing: %s", dir, len(missing), p.Shards, Array(missing))
	}
	store, err := record.Open(o.Out, p.design.Manifest(o.Program, o.Command), p.design.Tables(o.Formats)...)
	if err != nil {
		return nil, err
	}
	store.Workers(1)
	start := time.Now()
	r := &experiments.Result{Dir: store.Dir(), Cells: p.Cells, Counts: runner.Counts{Planned: p.Runs}}
	var stopped error
	for k := 0; k < p.Shards && stopped == nil; k++ {
		stopped = p.adopt(ctx, store, dir, k, o, r)
	}
	store.Phase("merge", time.Since(start))
	return r, experiments.Finish(p.design, store, r, stopped)
}

// adopt takes the rows of a shard into the store, run by run.
func (p *Plan) adopt(ctx context.Context, store *record.Store, dir string, shard int, o experiments.Options,
	r *experiments.Result) (err error) {
	in, err := p.openShard(shardFolder(dir, shard))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.close()) }()
	part := p.span(shard)
	for order := part.first; order < part.end; order++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		cell, rep := p.design.At(order)
		run, failed, err := in.next(p.design.Key(cell, rep), order)
		if err != nil {
			return fmt.Errorf("record: %s: %w", shardFolder(dir, shard), err)
		}
		have, err := store.Reuse(run.Key, order)
		if err == nil && !have {
			err = store.Record(run)
		}
		if err != nil {
			return err
		}
		r.Finished++
		if failed {
			r.Failed++
		}
		if o.Progress != nil {
			o.Progress(r.Finished, r.Planned)
		}
	}
	return in.end()
}

// shardReader reads the runs of a shard, each with its rows of series.
type shardReader struct {
	runs, series *record.TableReader // series is nil when the plan keeps none
	ahead        record.Row          // row of series that was read and not yet taken
	at           map[string]int      // columns by table and name
}

func (p *Plan) openShard(folder string) (*shardReader, error) {
	in := &shardReader{at: map[string]int{}}
	schema := p.design.RunsSchema()
	for _, name := range []string{"run_key", "cell_id", "rep", "status"} {
		in.at[name] = schema.Index(name)
	}
	var err error
	if in.runs, err = record.OpenTable(filepath.Join(folder, column.RunsTable+".parquet"), schema,
		p.SpecSHA256); err != nil {
		return nil, err
	}
	if !p.design.Series {
		return in, nil
	}
	schema = design.SeriesSchema()
	for _, name := range []string{"cell_id", "rep"} {
		in.at[column.SeriesTable+"."+name] = schema.Index(name)
	}
	if in.series, err = record.OpenTable(filepath.Join(folder, column.SeriesTable+".parquet"), schema,
		p.SpecSHA256); err != nil {
		return nil, errors.Join(err, in.close())
	}
	return in, nil
}

// next reads the next run and checks that it has the expected key.
func (in *shardReader) next(key string, order int64) (run record.Run, failed bool, err error) {
	row, err := in.runs.Read()
	if err != nil {
		return run, false, fmt.Errorf("run %d: %w", order, err)
	}
	if got := row[in.at["run_key"]].String(); got != key {
		return run, false, fmt.Errorf("run %d has the key %s, want %s", order, got, key)
	}
	run = record.Run{Key: key, Order: order, Rows: map[string][]record.Row{column.RunsTable: {row}}}
	if in.series != nil {
		run.Rows[column.SeriesTable], err = in.seriesOf(row)
	}
	return run, row[in.at["status"]].String() == column.Failed, err
}

// seriesOf reads the rows of series of a run; a run that failed has none.
func (in *shardReader) seriesOf(run record.Row) (rows []record.Row, err error) {
	for {
		if in.ahead == nil {
			if in.ahead, err = in.series.Read(); err == io.EOF {
				return rows, nil
			} else if err != nil {
				return nil, err
			}
		}
		if in.ahead[in.at[column.SeriesTable+".cell_id"]] != run[in.at["cell_id"]] ||
			in.ahead[in.at[column.SeriesTable+".rep"]] != run[in.at["rep"]] {
			return rows, nil
		}
		rows, in.ahead = append(rows, in.ahead), nil
	}
}

// end fails when the shard holds more than its runs.
func (in *shardReader) end() error {
	if _, err := in.runs.Read(); err != io.EOF || in.ahead != nil {
		return errors.New("record: a shard holds rows of runs that are not its own")
	}
	return nil
}

func (in *shardReader) close() error {
	err := in.runs.Close()
	if in.series != nil {
		err = errors.Join(err, in.series.Close())
	}
	return err
}
