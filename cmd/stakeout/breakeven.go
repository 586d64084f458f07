package main

import (
	"errors"

	"github.com/urfave/cli/v2"

	"stakeout/experiments"
	"stakeout/experiments/axis"
)

var (
	searchAxisFlag = &cli.StringFlag{Name: "axis", Usage: "search along a parameter, `PATH=FROM..TO:POINTS` or with :log; the budget without it"}
	searchRepsFlag = &cli.IntFlag{Name: "reps", Value: 20, Usage: "`NUMBER` of paired replications of every value tried"}
	halvingsFlag   = &cli.IntFlag{Name: "halvings", Value: 4, Usage: "`NUMBER` of halvings of an interval in which the sign changes"}
)

const breakEvenHelp = `break-even tries values of one parameter with the same seeds, halves every interval in which the excess over the
honest use of the same capital changes its sign, and prints all crossings. What was run once is stored below
FOLDER/break-even and not run again.`

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
	step, end := progress(p.err, "break-even "+name, c.Bool("json"))
	o.Progress = step
	b, err := s.Run(c.Context, name, set, o)
	end()
	if err != nil {
		return err
	}
	if err := p.tables(c, b.Tables()); err != nil || c.Bool("json") {
		return err
	}
	p.next("run", quoted(name))
	return nil
}

// searchOf reads the search and the settings of the command line.
func searchOf(c *cli.Context, name string) (s experiments.Search, set []string, err error) {
	if c.Int("reps") < 2 || c.Int("halvings") < 0 {
		return s, nil, usagef("--reps %d, --halvings %d: expected 2 replications or more, and 0 halvings or more", c.Int("reps"), c.Int("halvings"))
	}
	set, err = overrides(c)
	if err != nil {
		return s, nil, err
	}
	if !c.IsSet("reps") {
		set = append(set, "replications="+c.String("reps"))
	}
	spec, err := experiments.Load(name, set...)
	if err != nil {
		return s, nil, err
	}
	if !c.IsSet("axis") {
		if s, err = experiments.SearchBudget(spec); err != nil {
			return s, nil, inputError{err}
		}
	} else if s, err = searchAlong(c.String("axis")); err != nil {
		return s, nil, err
	}
	s.Halvings = c.Int("halvings")
	return s, set, nil
}

// searchAlong reads the range of a search.
func searchAlong(text string) (s experiments.Search, err error) {
	a, fault := axis.Parse(text)
	if fault == nil && a.Values == nil {
		fault = a.Range.Check(a.Path)
	}
	switch {
	case fault != nil:
		return s, usageError(errors.New("--axis " + text + ": " + fault.Message + "; expected " + fault.Expected).Error())
	case a.Values != nil || a.Range.Points < 2:
		return s, usagef("--axis %s: expected a range with two points or more, such as attack_params.budget_usd=1000000..16000000:5:log", text)
	}
	return experiments.Search{Path: a.Path, Range: a.Range}, nil
}
