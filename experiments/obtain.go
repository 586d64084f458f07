package experiments

import (
	"context"
	"path/filepath"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/report"
)

// Obtain is the study of a sweep, for whoever only reads it: that of its results
// folder where this is complete, unchanged since it was written, and of the same
// configuration and program, and otherwise that of a run, which it makes as Run does.
// Only the folder, the counts and the study of the result are filled in.
func (w *Sweep) Obtain(ctx context.Context, o Options) (*Result, error) {
	o = o.withDefaults()
	p, err := w.design(o)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(o.Out, p.name)
	n := p.total()
	r := &Result{Dir: dir, Cells: len(p.cells), Planned: n, Finished: n, Reused: n}
	if !p.stored(dir, o) {
		if r, err = p.run(ctx, o); err != nil {
			return r, err
		}
	}
	// Read back in both cases, so that a stored run and a fresh one give the same.
	r.Study, err = report.LoadSweep(dir, p.axes, false)
	return r, err
}

// stored tells whether a folder holds all that a run of the design would leave.
func (p *design) stored(dir string, o Options) bool {
	m, err := record.ReadManifest(dir)
	return err == nil && m.Status == record.Complete && m.Program == o.Program && m.Config == p.manifest(o).Config && len(record.Verify(dir)) == 0
}

// Marks are the events of the attack's plan in days after the warm-up.
func (s *Spec) Marks() (out []figure.Mark) {
	if s.attack.Marks == nil {
		return nil
	}
	for _, m := range s.attack.Marks(s.Params) {
		out = append(out, figure.Mark{X: s.StartDays + m.Days, Label: m.Name})
	}
	return out
}

// Value is the text of the parameter at a path, as a preset takes it, and whether
// the spec has it.
func (s *Spec) Value(path string) (text string, ok bool) {
	text, ok = s.texts()[path]
	return text, ok
}
