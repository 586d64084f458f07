package report

import (
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
)

// LoadSweep reads the study of a closed results folder whose cells are points on
// axes, given by the paths of their parameters. A lean study is as in Meta.
func LoadSweep(dir string, axes []string, lean bool) (*Study, error) {
	m, err := record.ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	schema, each, err := open(dir, column.RunsTable)
	if err != nil {
		return nil, err
	}
	return NewStudy(Meta{Experiment: m.Experiment, Version: m.Version, Partial: m.Status == record.Partial, Axes: axes,
		Lean: lean}, schema, each)
}

// CountCells is the number of cells of a closed results folder.
func CountCells(dir string) (n int, err error) {
	_, each, err := open(dir, column.AttackROITable)
	if err != nil {
		return 0, err
	}
	err = each(func(record.Row) error {
		n++
		return nil
	})
	return n, err
}
