package experiments

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"runtime"
	"time"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/report"
	"stakeout/experiments/study/runner"
	"stakeout/strategies"
)

// Options say where and how fast an experiment runs, and in which files it ends.
type Options struct {
	Out      string                // results folder, default "results"
	Workers  int                   // default one a processor
	Formats  record.Format         // of runs and series, default CSV and Parquet
	Progress func(done, total int) // called after every replication, one call at a time, or nil
	Command  []string              // as typed, for the manifest
	Replace  bool                  // overwrite results of another configuration
	Series   bool                  // keep the table series of a sweep with axes; without axes it is always kept
	// Program identifies the code, default version "dev". Rows that another program
	// stored are not re-used.
	record.Program
}

// Result is what a finished or interrupted experiment leaves.
type Result struct {
	runner.Counts
	report.Tables
	Dir      string // folder of the files
	Cells    int
	Partial  bool // interrupted; the same call resumes it
	Study    *report.Study
	Verdicts []string // one a cell, or that of the best one of many
	Figures  []string // names of the PNG files, relative to Dir
}

// Run runs all cells of a sweep as one experiment, writes the results folder and
// reports. Replications that an interrupted run finished are not run again. The files
// are the same bytes for any number of workers and after any resumption. Cells with the
// same master seed are paired replication by replication. Only a sweep of few cells has
// figures and tables of money for each.
//
// When ctx is cancelled the folder is closed as partial, the result covers what
// is there, and the error wraps context.Canceled. A replication that fails is a
// row with status "failed" and no error.
func Run(ctx context.Context, w *question.Sweep, o Options) (*Result, error) {
	o = o.WithDefaults()
	p, err := design.Of(w, o.Version, o.Series)
	if err != nil {
		return nil, err
	}
	if w.Recipe != nil {
		p.Recipe = recipeText(*w.Recipe, o)
	}
	if !o.Replace {
		if err := keep(p, o); err != nil {
			return nil, err
		}
	}
	return runDesign(ctx, p, o)
}

// runDesign executes the whole design, writes the results folder and reports.
func runDesign(ctx context.Context, p *design.Design, o Options) (*Result, error) {
	store, err := record.Open(o.Out, p.Manifest(o.Program, o.Command), p.Tables(o.Formats)...)
	if err != nil {
		return nil, err
	}
	store.Workers(o.Workers)
	start := time.Now()
	r := &Result{Dir: store.Dir(), Cells: len(p.Cells)}
	_, r.Dropped = store.Finished()
	stopped := runner.Run(ctx, p, store, o.Pace(), &r.Counts)
	store.Phase("replications", time.Since(start))
	return r, Finish(p, store, r, stopped)
}

// Obtain reads the study of a sweep from its results folder. It runs the sweep first
// when the folder is not complete, has changed since it was written, or belongs to
// another configuration or program. Of the result it fills in the folder, the counts
// and the study.
func Obtain(ctx context.Context, w *question.Sweep, o Options) (*Result, error) {
	o = o.WithDefaults()
	p, err := design.Of(w, o.Version, o.Series)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(o.Out, p.Name)
	n := p.Total()
	r := &Result{Dir: dir, Cells: len(p.Cells), Counts: runner.Counts{Planned: n, Finished: n, Reused: n}}
	if !stored(p, dir, o) {
		if r, err = runDesign(ctx, p, o); err != nil {
			return r, err
		}
	}
	// Read back in both cases, so that a stored run and a fresh one give the same.
	r.Study, err = report.LoadSweep(dir, p.Axes, false)
	return r, err
}

// stored tells whether a folder holds all that a run of the design would leave.
func stored(p *design.Design, dir string, o Options) bool {
	m, err := record.ReadManifest(dir)
	return err == nil && m.Status == record.Complete && m.Program == o.Program &&
		m.Config == p.Manifest(o.Program, nil).Config && len(record.Verify(dir)) == 0
}

func (o Options) Pace() runner.Pace { return runner.Pace{Workers: o.Workers, Progress: o.Progress} }

func (o Options) WithDefaults() Options {
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

// Finish reports and closes the store. It returns an interruption only when the report
// and the closing went well, because their errors are worse.
func Finish(p *design.Design, store *record.Store, r *Result, stopped error) error {
	start := time.Now()
	r.Partial = stopped != nil
	err := reportOn(p, store, r)
	store.Phase("report", time.Since(start))
	return Conclude(store, r, stopped, err)
}

// Conclude closes a store. Stopped says why the runs ended early, and err is the error of
// the work after them; both may be nil.
func Conclude(store *record.Store, r *Result, stopped, err error) error {
	status, reason := Closing(stopped, err)
	if closed := store.Close(status, reason); err == nil {
		err = closed
	}
	if err == nil && r.Partial {
		err = fmt.Errorf("%s: interrupted after %d of %d replications: %w", r.Dir, r.Finished, r.Planned, stopped)
	}
	return err
}

// Closing gives the status of a folder and, unless it is complete, the reason. Its
// arguments are those of Conclude.
func Closing(stopped, err error) (record.Status, string) {
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

// reportOn writes attack_roi and the figures from the rows in the store and
// fills the result.
func reportOn(p *design.Design, store *record.Store, r *Result) (err error) {
	meta := report.Meta{Experiment: p.Name, Version: p.Version, Partial: r.Partial, Axes: p.Axes, Precision: p.Stop,
		Lean: !p.Detail()}
	study, err := report.NewStudy(meta, p.RunsSchema(),
		func(visit func(record.Row) error) error { return store.Each(column.RunsTable, visit) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, study.Err()) }()
	r.Study = study
	if r.Tables, err = study.Tables(); err != nil {
		return err
	}
	if err := writeDataset(store, study); err != nil {
		return err
	}
	if err := overview(store, study, r); err != nil {
		return err
	}
	if !study.Lean {
		for _, x := range study.Summaries() {
			r.Verdicts = append(r.Verdicts, report.Verdict(x))
		}
		return drawCells(p, store, study, r)
	}
	if best := study.Best(); best != nil {
		r.Verdicts = []string{report.Verdict(best)}
	}
	return nil
}

func writeDataset(store *record.Store, study *report.Study) error {
	schema, rows := report.Dataset(study)
	t, err := store.Table(schema, record.CSV)
	if err != nil {
		return err
	}
	defer t.Abort()
	for row := range rows {
		if err := t.Write(row); err != nil {
			return err
		}
	}
	return t.Commit()
}

// drawCells draws every cell that has replications.
func drawCells(p *design.Design, store *record.Store, study *report.Study, r *Result) error {
	paths, err := report.ReadPaths(design.SeriesSchema(),
		func(visit func(record.Row) error) error { return store.Each(column.SeriesTable, visit) })
	if err != nil {
		return err
	}
	for i, c := range study.Cells {
		if c.N() == 0 {
			continue
		}
		prefix := "figures/"
		if len(p.Cells) > 1 {
			prefix = fmt.Sprintf("figures/%02d-", i+1)
		}
		for _, f := range []struct {
			name string
			draw *figure.Figure
		}{
			{"price", report.PriceFigure(study, c, paths[c.ID], marks(p, c.ID))},
			{"channels", report.ChannelsFigure(study, c)},
		} {
			if f.draw == nil {
				continue
			}
			if err := writeFigure(store, f.draw, prefix+f.name); err != nil {
				return err
			}
			r.Figures = append(r.Figures, prefix+f.name+".png")
		}
	}
	return nil
}

// overview draws the figures that show all cells: the heat maps of attacks against
// elections and remedies, or the returns along an axis.
func overview(store *record.Store, study *report.Study, r *Result) error {
	for _, f := range []struct {
		name string
		draw *figure.Figure
	}{
		{"matrix", report.MatrixFigure(study, question.HomeMechanism(study.World()))},
		{"matrix_own", report.OwnMatrixFigure(study, question.HomeMechanism(study.World()))},
		{"returns", report.SweepFigure(study)},
	} {
		if f.draw == nil {
			continue
		}
		if err := writeFigure(store, f.draw, "figures/"+f.name); err != nil {
			return err
		}
		r.Figures = append(r.Figures, "figures/"+f.name+".png")
	}
	return nil
}

// marks are the events of a cell's plan.
func marks(p *design.Design, id string) []strategies.Mark {
	for _, c := range p.Cells {
		if c.ID == id {
			return c.Marks()
		}
	}
	return nil
}

// writeFigure draws in memory and writes the files into the store, which lists them in
// the manifest.
func writeFigure(store *record.Store, f *figure.Figure, name string) error {
	files, err := f.Files(path.Base(name))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := store.WriteFile(name+file.Ext, file.Data); err != nil {
			return err
		}
	}
	return nil
}

// PlanError says that the user asks for something that a plan or a results folder cannot
// give. Files that cannot be read have other errors.
type PlanError string

func (e PlanError) Error() string { return string(e) }

func PlanErrorf(format string, args ...any) error { return PlanError(fmt.Sprintf(format, args...)) }
