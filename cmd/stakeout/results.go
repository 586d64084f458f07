package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/question"
	reports "stakeout/experiments/study/report"
)

var exportFlag = &cli.StringFlag{Name: "format", Value: "behaviorspace",
	Usage: "`FORMAT` to print the replications in: behaviorspace"}

// verify compares a results folder with its manifest, and checks that the money of every replication adds up.
func (p *program) verify(c *cli.Context) error {
	dir, err := word(c, "results folder")
	if err != nil {
		return err
	}
	if _, err := os.Stat(dir); err != nil {
		return err
	}
	if !record.Begun(dir) {
		return inputError{fmt.Errorf("%s: no results folder; "+
			"expected one that run, sweep, compare or break-even has written", dir)}
	}
	m, _ := record.ReadManifest(dir) // Verify says what is wrong with it.
	n, problems := reports.Verify(dir)
	if c.Bool("json") {
		list := []string{}
		for _, x := range problems {
			list = append(list, x.String())
		}
		err = p.json(map[string]any{"replications": n, "files": len(m.Files), "status": m.Status,
			"made_by": m.Signature(), "this_is": identity().Signature(), "problems": list})
	} else {
		for _, x := range problems {
			fmt.Fprintln(p.out, filepath.Join(dir, x.File)+": "+x.What)
		}
	}
	if len(problems) > 0 {
		return errors.Join(err, offTarget(fmt.Sprintf("%s: %d problems", dir, len(problems))))
	}
	if !c.Bool("json") {
		money := fmt.Sprintf("the money adds up in all %d replications", n)
		if n == 0 {
			money = "there are no replications among them"
		}
		fmt.Fprintf(p.out, "%s (%s): %d files are as they were written, and %s\n", dir, m.Status, len(m.Files), money)
		if m.Program == identity() {
			fmt.Fprintln(p.out, "made by this version and code")
		} else {
			fmt.Fprintf(p.out, "made by version %s, and this is %s: the same command may give other numbers\n",
				m.Signature(), identity().Signature())
		}
	}
	return err
}

// export prints the replications of a results folder for other programs.
func (p *program) export(c *cli.Context) error {
	dir, err := word(c, "results folder")
	if err != nil {
		return err
	}
	if f := c.String("format"); f != "behaviorspace" {
		return usagef("--format %s: there is no such format%s; expected behaviorspace", f, hint(f, []string{"behaviorspace"}))
	}
	return reports.BehaviorSpace(p.out, dir)
}

// schema prints the JSON Schema of presets.
func (p *program) schema(c *cli.Context) error {
	if c.NArg() > 0 {
		return usagef("schema takes no argument, got %q", c.Args().First())
	}
	_, err := p.out.Write(question.Schema())
	return err
}
