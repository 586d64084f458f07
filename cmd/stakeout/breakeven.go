package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/instruments/breakeven"
	"stakeout/experiments/study/question"
)

var (
	searchAxisFlag = &cli.StringFlag{Name: "axis",
		Usage: "search along a parameter, `PATH=FROM..TO:POINTS` or with :log; the budget without it"}
	searchRepsFlag = &cli.IntFlag{Name: "reps", Value: 20, Usage: "`NUMBER` of paired replications of every value tried"}
	halvingsFlag   = &cli.IntFlag{Name: "halvings", Value: 4,
		Usage: "`NUMBER` of halvings of an interval in which the sign changes"}
)

const breakEvenHelp = `break-even tries values of one parameter with the same seeds, halves every interval in which the
mean advantage changes its sign, and prints all crossings. Both tables are written to
FOLDER/break-even/PARAMETER/PRESET. What was run once is stored beside that in pass-1, pass-2, … and not run again.`

// breakEven searches for where an attack breaks even.
func (p *program) breakEven(c *cli.Context) error {
	name, err := word(c, "preset")
	if err != nil {
		return err
	}
	s, set, err := searchOf(c, name)
	if err != nil {
		return err
	}
	o, err := p.options(c)
	if err != nil {
		return err
	}
	step, end := p.progress("break-even "+name, c.Bool("json"))
	o.Progress = step
	b, err := s.Run(c.Context, name, set, o)
	end()
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	if b.Failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d of %d replications failed; "+
			"the tables runs of the passes say why and how to replay them", b.Failed, b.Runs))
	}
	return errors.Join(p.found(c, b), err)
}

// found prints the crossings, the files and what to type next. An interrupted search is printed as far as it went.
func (p *program) found(c *cli.Context, b *breakeven.BreakEven) error {
	if len(b.Tried) > 0 {
		files, err := b.Write(c.String("out"))
		if err != nil {
			return err
		}
		if err := p.tables(c, b.Tables()); err != nil || c.Bool("json") {
			return err
		}
		fmt.Fprintf(p.out, "\nFiles:\n  %s\n\n%d replications, %d of them from an earlier search.\n",
			strings.Join(files, "\n  "), b.Runs, b.Reused)
	}
	if b.Partial {
		p.interrupted()
		return nil
	}
	p.next(append([]string{"explain", quoted(c.Args().First())}, choices(c)...)...)
	return nil
}

// searchOf reads the search and the settings of the command line. --set replications=N overrides --reps.
func searchOf(c *cli.Context, name string) (s breakeven.Search, set []string, err error) {
	if c.Int("halvings") < 0 {
		return s, nil, usagef("--halvings %d: expected 0 or more", c.Int("halvings"))
	}
	if set, err = overrides(c); err != nil {
		return s, nil, err
	}
	if !c.IsSet("reps") {
		set = append([]string{"replications=" + c.String("reps")}, set...)
	}
	spec, err := await(c.Context, func() (*question.Spec, error) { return question.Load(name, set...) })
	switch {
	case err != nil:
		return s, nil, asInput(err)
	case spec.Replications < 2:
		return s, nil, usagef("--reps %d: expected 2 or more, since an interval takes two replications", spec.Replications)
	case c.IsSet("axis"):
		s, err = breakeven.SearchAlong(c.String("axis"))
	default:
		s, err = breakeven.SearchBudget(spec)
	}
	s.Halvings = c.Int("halvings")
	return s, set, err
}
