package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"stakeout/experiments"
)

// resume goes on with the interrupted run, sweep or comparison of a results folder.
func (p *program) resume(c *cli.Context) error {
	dir, err := word(c, "results folder")
	if err != nil {
		return err
	}
	if err := checkWorkers(c); err != nil {
		return err
	}
	u, err := experiments.Resumable(dir, identity())
	if errors.Is(err, experiments.ErrFinished) {
		fmt.Fprintln(p.out, err)
		return nil
	}
	if err != nil {
		return err
	}
	step, end := p.progress(u.Spec.Name, c.Bool("json"))
	r, err := u.Resume(c.Context, experiments.Options{Workers: c.Int("workers"), Progress: step})
	end()
	return p.result(c, u.Name, settings(u.Set), r, err)
}
