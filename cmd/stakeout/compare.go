package main

import (
	"github.com/urfave/cli/v2"

	"stakeout/experiments/study/question"
)

var (
	allFlag = &cli.BoolFlag{Name: "all",
		Usage: "every attack under every pair of leader selection and remedy, with a hundred seeds"}
	compareRepsFlag = &cli.IntFlag{Name: "reps", Usage: "`NUMBER` of paired seeds of a cell, 0 for 20, or 100 with --all"}
)

// compare runs the matrix of attacks, elections and remedies.
func (p *program) compare(c *cli.Context) error {
	if c.NArg() > 0 {
		return usagef("compare takes no argument, got %q; `run PRESET` runs one attack", c.Args().First())
	}
	reps := c.Int("reps")
	if reps < 0 {
		return usagef("--reps %d: expected 0 or more", reps)
	}
	if c.Bool("all") && reps == 0 {
		reps = 100
	}
	w, err := question.Comparison(c.Bool("all"), reps, c.String("world"))
	if err != nil {
		return asInput(err)
	}
	return p.execute(c, w.Spec.Name, w)
}
