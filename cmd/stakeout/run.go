package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"stakeout/experiments"
	"stakeout/experiments/report/table"
)

// show prints a preset, with overrides, or an entry of the catalogue.
func (p *program) show(c *cli.Context) error {
	name, err := word(c, "name")
	if err != nil {
		return err
	}
	var list []*table.Table
	if c.IsSet("set") || c.IsSet("seed") || c.IsSet("reps") {
		s, err := load(c)
		if err != nil {
			return err
		}
		list = s.Tables()
	} else if list, err = experiments.Show(name); err != nil {
		return err
	}
	if err := p.catalogue(c, list); err != nil || c.Bool("json") {
		return err
	}
	if slices.Contains(experiments.Presets(), name) || isPresetFile(name) {
		p.next(append([]string{"run", quoted(name)}, choices(c)...)...)
	} else {
		p.next("list")
	}
	return nil
}

// run runs a preset and prints what came out of it.
func (p *program) run(c *cli.Context) error {
	s, err := load(c)
	if err != nil {
		return err
	}
	o, err := p.options(c)
	if err != nil {
		return err
	}
	if c.Bool("dry-run") {
		return p.dryRun(c, s, o)
	}
	step, end := progress(p.err, s.Name, c.Bool("json"))
	o.Progress = step
	r, err := experiments.Run(c.Context, s, o)
	end()
	if r == nil || (err != nil && !errors.Is(err, context.Canceled)) {
		return err
	}
	if c.Bool("json") {
		err = errors.Join(p.resultJSON(r), err)
	} else {
		err = errors.Join(p.resultText(c, r), err)
	}
	if r.Failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d of %d replications failed; the table runs in %s says why and how to replay them", r.Failed, r.Planned, r.Dir))
	}
	return err
}

// resultText prints the returns, the verdicts, where the money came from and
// who lost it, the files, and what to type next.
func (p *program) resultText(c *cli.Context, r *experiments.Result) error {
	if r.ROI != nil {
		if err := r.ROI.Terminal(p.out, p.width()); err != nil {
			return err
		}
	}
	for _, v := range r.Verdicts {
		fmt.Fprintf(p.out, "\n%s\n", wrap(v, p.width(), 0))
	}
	for _, t := range append(r.Channels, r.Harm...) {
		fmt.Fprintln(p.out)
		if err := t.Terminal(p.out, p.width()); err != nil {
			return err
		}
	}
	files, err := filesOf(r)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.out, "\nFiles:")
	for _, f := range files {
		fmt.Fprintln(p.out, " ", f)
	}
	if r.Partial {
		fmt.Fprintf(p.out, "\nInterrupted: %d of %d replications are in the tables. The same command again goes on from there.\n", r.Finished, r.Planned)
		p.next(again(p.command)...)
		return nil
	}
	p.next(append([]string{"explain", c.Args().First()}, choices(c)...)...)
	return nil
}

// again is a command line as one would type it again, without some words.
func again(command []string, without ...string) (args []string) {
	for _, a := range command[1:] {
		if !slices.Contains(without, a) {
			args = append(args, quoted(a))
		}
	}
	return args
}

// filesOf lists the figures first, then everything else at the top of the
// results folder.
func filesOf(r *experiments.Result) (files []string, err error) {
	for _, f := range r.Figures {
		files = append(files, filepath.Join(r.Dir, f))
	}
	entries, err := os.ReadDir(r.Dir)
	for _, e := range entries {
		if !e.IsDir() && e.Name()[0] != '.' {
			files = append(files, filepath.Join(r.Dir, e.Name()))
		}
	}
	return files, err
}

// resultJSON prints the same as one JSON object.
func (p *program) resultJSON(r *experiments.Result) error {
	out := struct {
		Dir      string            `json:"dir"`
		Planned  int               `json:"planned"`
		Finished int               `json:"finished"`
		Failed   int               `json:"failed"`
		Partial  bool              `json:"partial"`
		Verdicts []string          `json:"verdicts"`
		Tables   []json.RawMessage `json:"tables"`
		Files    []string          `json:"files"`
	}{Dir: r.Dir, Planned: r.Planned, Finished: r.Finished, Failed: r.Failed, Partial: r.Partial, Verdicts: r.Verdicts}
	var list []*table.Table
	if r.ROI != nil {
		list = append(list, r.ROI)
	}
	var err error
	if out.Tables, err = rawTables(append(append(list, r.Channels...), r.Harm...)...); err != nil {
		return err
	}
	if out.Files, err = filesOf(r); err != nil {
		return err
	}
	return p.json(out)
}
