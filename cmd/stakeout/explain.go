package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/instruments/explain"
	"stakeout/experiments/study/question"
)

// explain runs one replication and prints its three worlds side by side.
func (p *program) explain(c *cli.Context) error {
	s, err := load(c)
	if err != nil {
		return err
	}
	rep := c.Int("rep")
	if rep < 0 {
		return usagef("--rep %d: expected 0 or more", rep)
	}
	e, err := explain.Replication(c.Context, s, rep)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return p.explainJSON(e)
	}
	fmt.Fprintf(p.out, "%s, replication %d, seed %d\n\n%s\n\n", s.Title(), e.Rep, e.Seed, wrap(e.Verdict, p.width(), 0))
	if err := p.tables(c, e.Tables()); err != nil {
		return err
	}
	p.next(append([]string{"explain", quoted(c.Args().First())}, append(choices(c), "--rep", strconv.Itoa(rep+1))...)...)
	return nil
}

func (p *program) explainJSON(e *explain.Explanation) error {
	tables, err := rawTables(e.Tables()...)
	if err != nil {
		return err
	}
	return p.json(map[string]any{
		"rep": e.Rep, "seed": strconv.FormatUint(e.Seed, 10), "verdict": e.Verdict, "tables": tables})
}

// choices are the flags that chose the world, ready to be typed again.
func choices(c *cli.Context) (args []string) {
	if c.IsSet("seed") {
		args = append(args, "--seed", c.String("seed"))
	}
	if w := c.String("world"); w != "" && c.IsSet("world") {
		args = append(args, "--world", quoted(w))
	}
	return append(args, settings(c.StringSlice("set"))...)
}

// settings are overrides, ready to be typed.
func settings(set []string) (args []string) {
	for _, o := range set {
		if w, is := strings.CutPrefix(o, question.InWorld); is {
			args = append(args, "--world", quoted(w))
			continue
		}
		args = append(args, "--set", quoted(o))
	}
	return args
}
