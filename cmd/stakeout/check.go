package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/evidence/check"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/question"
)

// check validates a preset file, or runs checks of the model by name.
func (p *program) check(c *cli.Context) error {
	args := c.Args().Slice()
	switch {
	case len(args) == 2 && args[0] == "preset":
		return p.checkPreset(c, args[1])
	case len(args) == 1 && isPresetFile(args[0]):
		return p.checkPreset(c, args[0])
	case len(args) == 0:
		return p.listChecks(c)
	case len(args) > 1:
		return usagef("check takes one file or one check, got %d: %q", len(args), args)
	}
	return p.runChecks(c, args[0])
}

// isPresetFile tells a file from the name of a check.
func isPresetFile(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") || strings.ContainsAny(name, `/\`)
}

func (p *program) checkPreset(c *cli.Context, file string) error {
	if _, err := os.Stat(file); isPresetFile(file) && err != nil {
		return err
	}
	set, err := overrides(c)
	if err != nil {
		return err
	}
	w, err := question.LoadSweep(file, question.Variation{Set: set})
	if err != nil {
		return err
	}
	s, verb := w.Spec, "run"
	if len(w.Axes()) > 0 {
		verb = "sweep"
	}
	if c.Bool("json") {
		return p.json(map[string]any{"preset": s.Name, "valid": true})
	}
	fmt.Fprintf(p.out, "%s: %s is valid: %s\n", file, s.Name, s.Question)
	p.next(verb, quoted(file), "--dry-run")
	return nil
}

func (p *program) listChecks(c *cli.Context) error {
	t := &table.Table{Name: "checks", Title: "Checks of the model",
		Columns: []table.Column{{Name: "Check"}, {Name: "What it holds the model to"}}}
	for _, i := range check.All() {
		t.Rows = append(t.Rows, []table.Cell{table.Text(i.Name), table.Text(i.Doc)})
	}
	if err := p.catalogue(c, []*table.Table{t}); err != nil || c.Bool("json") {
		return err
	}
	p.next("check", "stationary")
	return nil
}

// runChecks runs one check, or all of them in their order.
func (p *program) runChecks(c *cli.Context, name string) error {
	names := []string{name}
	if name == "all" {
		names = nil
		for _, i := range check.All() {
			names = append(names, i.Name)
		}
	}
	if c.IsSet("seeds") && c.Int("seeds") < 1 || c.IsSet("days") && !(c.Float64("days") > 0) {
		return usagef("--seeds %d, --days %g: expected more than 0; without the flag a check takes its own number",
			c.Int("seeds"), c.Float64("days"))
	}
	if err := checkWorkers(c); err != nil {
		return err
	}
	var world *sim.Config
	if c.IsSet("world") {
		var err error
		if world, err = question.World(c.String("world")); err != nil {
			return asInput(err)
		}
	}
	var list []*table.Table
	var off, open []string
	for _, n := range names {
		step, end := p.progress(n, c.Bool("json"))
		r, err := check.Run(c.Context, n, check.Options{
			Seeds: c.Int("seeds"), Days: c.Float64("days"), Workers: c.Int("workers"), World: world, Progress: step})
		end()
		if err != nil {
			return checkError(n, err)
		}
		list = append(list, r.Tables...)
		if r.Failed > 0 {
			off = append(off, fmt.Sprintf("%s (%d lines off target)", n, r.Failed))
		}
		if r.Undecided > 0 {
			open = append(open, fmt.Sprintf("%s (%d lines)", n, r.Undecided))
		}
	}
	if err := p.tables(c, list); err != nil {
		return err
	}
	return p.checked(c, names, off, open)
}

// checked says how the checks went. A check off target is an error; a check that this number of seeds cannot decide
// is not.
func (p *program) checked(c *cli.Context, names, off, open []string) error {
	if len(off) > 0 {
		return offTarget("not passed: " + strings.Join(off, ", "))
	}
	if c.Bool("json") {
		return nil
	}
	if len(open) > 0 {
		fmt.Fprintf(p.out, "\nNothing is off target; undecided at this number of seeds: %s.\n", strings.Join(open, ", "))
	} else {
		fmt.Fprintf(p.out, "\nPassed: %s.\n", strings.Join(names, ", "))
	}
	p.next("run", "dos-short")
	return nil
}

// checkError makes an unknown check a usage error.
func checkError(name string, err error) error {
	if errors.Is(err, check.ErrUnknown) && question.Known(name) {
		return usagef("%s is a preset: `stakeout show %s` and `stakeout run %s` take it; check takes a file with a preset, "+
			"or a check that `stakeout check` lists", name, name, name)
	}
	if errors.Is(err, check.ErrUnknown) {
		return usagef("%v; `stakeout check` lists them", err)
	}
	return err
}

// offTarget is a comparison that failed: of a check, of published numbers, of a record, of hashes. It has the exit
// code of a broken rule of the model.
type offTarget string

func (e offTarget) Error() string { return string(e) }
