package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/evidence/docking"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
)

// dock reproduces published numbers: all targets in one table, or one target
// with its figure.
func (p *program) dock(c *cli.Context) error {
	scale := docking.Scale{Seed: docking.Seed, Full: c.Bool("full")}
	if c.IsSet("seed") {
		seed, err := strconv.ParseUint(c.String("seed"), 10, 64)
		if err != nil {
			return usagef("--seed %s: expected a whole number from 0 to 2^64 − 1", c.String("seed"))
		}
		scale.Seed = seed
	}
	entries := docking.All()
	switch {
	case c.NArg() == 0:
		return p.listTargets(c)
	case c.NArg() > 1 || c.Args().First() != "all":
		name, err := word(c, "target")
		if err != nil {
			return err
		}
		e, err := docking.Find(name)
		if err != nil {
			return usagef("%v; `stakeout list targets` shows them all", err)
		}
		entries = []docking.Entry{e}
	}
	var outcomes []*docking.Outcome
	for _, e := range entries {
		step, end := p.progress(e.Name, c.Bool("json"))
		scale.Progress = step
		o, err := e.Run(c.Context, scale)
		end()
		if err != nil {
			return err
		}
		outcomes = append(outcomes, o)
	}
	return p.docked(c, entries, outcomes)
}

// docked prints the table and, for one target, writes its figure.
func (p *program) docked(c *cli.Context, entries []docking.Entry, outcomes []*docking.Outcome) error {
	var files []string
	if len(entries) == 1 {
		err := record.Plain(c.String("out"), "docking")
		if err != nil {
			return err
		}
		if files, err = outcomes[0].Figure.Write(filepath.Join(c.String("out"), "docking"), entries[0].Name); err != nil {
			return err
		}
	}
	if err := p.dockingTable(c, docking.Table(entries, outcomes), files); err != nil {
		return err
	}
	var missed []string
	for i, o := range outcomes {
		if n := o.Count(docking.Miss); n > 0 {
			missed = append(missed, fmt.Sprintf("%s (%d rows)", entries[i].Name, n))
		}
	}
	if len(missed) > 0 {
		return offTarget("not reproduced: " + strings.Join(missed, ", "))
	}
	if c.Bool("json") {
		return nil
	}
	if c.NArg() > 0 {
		p.next("dock")
	} else {
		p.next("dock", entries[0].Name)
	}
	return nil
}

// dockingTable prints the table and the files of a figure, or both as JSON.
func (p *program) dockingTable(c *cli.Context, t *table.Table, files []string) error {
	if !c.Bool("json") {
		err := t.Terminal(p.out, p.width())
		if len(files) > 0 {
			_, e := fmt.Fprintf(p.out, "\nFiles:\n  %s\n", strings.Join(files, "\n  "))
			err = errors.Join(err, e)
		}
		return err
	}
	raw, err := rawTables(t)
	if err != nil {
		return err
	}
	return p.json(struct {
		Tables []json.RawMessage `json:"tables"`
		Files  []string          `json:"files"`
	}{raw, files})
}
