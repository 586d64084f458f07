package experiments

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/report"
)

// report writes attack_roi and the figures from the rows in the store and
// fills the result.
func (p *design) report(store *record.Store, r *Result) (err error) {
	meta := report.Meta{Experiment: p.name, Version: p.version, Partial: r.Partial, Axes: p.axes, Precision: p.stop, Lean: !p.detail()}
	study, err := report.NewStudy(meta, p.runsSchema(),
		func(visit func(record.Row) error) error { return store.Each(runsTable, visit) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, study.Err()) }()
	r.Study = study
	all := study.Summaries()
	if len(p.axes) > 0 {
		r.ROI = report.Returns(study)
	} else {
		r.ROI = report.ROI(study)
	}
	if !p.detail() {
		if best := study.Best(); best != nil {
			r.Verdicts = []string{report.Verdict(best)}
		}
		if err := writeDataset(store, study); err != nil {
			return err
		}
		return p.overview(store, study, r)
	}
	for i, c := range study.Cells {
		channels, err := report.Channels(study, c)
		if err != nil {
			return err
		}
		harm, err := report.Harm(study, c)
		if err != nil {
			return err
		}
		r.Channels, r.Harm = append(r.Channels, channels), append(r.Harm, harm)
		r.Verdicts = append(r.Verdicts, report.Verdict(all[i]))
	}
	if err := writeDataset(store, study); err != nil {
		return err
	}
	if err := p.overview(store, study, r); err != nil {
		return err
	}
	return p.figures(store, study, r)
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

// figures draws every cell that has replications.
func (p *design) figures(store *record.Store, study *report.Study, r *Result) error {
	paths, err := report.ReadPaths(seriesSchema(), func(visit func(record.Row) error) error { return store.Each(seriesTable, visit) })
	if err != nil {
		return err
	}
	for i, c := range study.Cells {
		if c.N() == 0 {
			continue
		}
		prefix := "figures/"
		if len(p.cells) > 1 {
			prefix = fmt.Sprintf("figures/%02d-", i+1)
		}
		for _, f := range []struct {
			name string
			draw *figure.Figure
		}{
			{"price", report.PriceFigure(study, c, paths[c.ID], p.marks(c.ID))},
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

// overview draws the figures in which all cells have a place: the heat maps of
// attacks against elections and remedies, or the returns along an axis.
func (p *design) overview(store *record.Store, study *report.Study, r *Result) error {
	for _, f := range []struct {
		name string
		draw *figure.Figure
	}{
		{"matrix", report.MatrixFigure(study, HomeMechanism)},
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
func (p *design) marks(id string) []figure.Mark {
	for _, c := range p.cells {
		if c.id == id {
			return c.Marks()
		}
	}
	return nil
}

// writeFigure draws into a temporary folder and copies the files into the
// store, which lists them in the manifest.
func writeFigure(store *record.Store, f *figure.Figure, name string) error {
	dir, err := os.MkdirTemp("", "stakeout-figure-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	files, err := f.Write(dir, path.Base(name))
	if err != nil {
		return err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := writeArtifact(store, path.Join(path.Dir(name), filepath.Base(file)), data); err != nil {
			return err
		}
	}
	return nil
}

func writeArtifact(store *record.Store, name string, data []byte) error {
	a, err := store.Create(name)
	if err != nil {
		return err
	}
	defer a.Abort()
	if _, err := a.Write(data); err != nil {
		return err
	}
	return a.Commit()
}
