package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/presets"
	"stakeout/experiments/publish/menu"
	"stakeout/experiments/worlds"
)

// show prints a preset, with overrides, or an entry of the catalogue.
func (p *program) show(c *cli.Context) error {
	name, err := word(c, "name")
	if err != nil {
		return err
	}
	var list []*table.Table
	if c.IsSet("set") || c.IsSet("seed") || c.IsSet("reps") || c.IsSet("world") {
		s, err := load(c)
		if err != nil {
			return err
		}
		list = menu.Preset(s)
	} else if list, err = menu.Show(name); err != nil {
		return err
	}
	if err := p.catalogue(c, list); err != nil || c.Bool("json") {
		return err
	}
	if slices.Contains(worlds.Names(), name) {
		p.next("run", "dos-short", "--world", name)
	} else if slices.Contains(presets.Names(), name) || isPresetFile(name) {
		p.next(append([]string{"run", quoted(name)}, choices(c)...)...)
	} else {
		p.next("list")
	}
	return nil
}

// run runs a preset, which is a sweep of one cell.
func (p *program) run(c *cli.Context) error {
	name, err := word(c, "preset")
	if err != nil {
		return err
	}
	w, _, err := loadSweep(c, name)
	if err != nil {
		return err
	}
	if axes := w.Axes(); len(axes) > 0 {
		return inputError{fmt.Errorf("%s has axes (%s): `%s sweep %s` runs its cells",
			name, strings.Join(axes, ", "), p.self, quoted(name))}
	}
	return p.execute(c, name, w)
}

// resultText prints the returns, the verdicts, where the money came from and
// who lost it, the files, and what to type next.
func (p *program) resultText(name string, chosen []string, r *experiments.Result) error {
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
		fmt.Fprintf(p.out, "\nInterrupted: %d of %d replications are in the tables. "+
			"The same command again, or `%s resume %s`, goes on from there.\n", r.Finished, r.Planned, p.self, quoted(r.Dir))
		p.next(again(p.command)...)
		return nil
	}
	p.next(look(name, chosen, r)...)
	return nil
}

// again is the command line to type again, without some words.
func again(command []string, without ...string) (args []string) {
	for _, a := range command[1:] {
		if !slices.Contains(without, a) {
			args = append(args, quoted(a))
		}
	}
	return args
}

// filesOf lists the figures, then all other files at the top of the results folder.
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
		Cells    int               `json:"cells"`
		Planned  int               `json:"planned"`
		Finished int               `json:"finished"`
		Failed   int               `json:"failed"`
		Partial  bool              `json:"partial"`
		Verdicts []string          `json:"verdicts"`
		Tables   []json.RawMessage `json:"tables"`
		Files    []string          `json:"files"`
	}{
		Dir: r.Dir, Cells: r.Cells, Planned: r.Planned, Finished: r.Finished, Failed: r.Failed,
		Partial: r.Partial, Verdicts: r.Verdicts,
	}
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
