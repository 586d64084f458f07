package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/odd"
	"stakeout/experiments/param"
)

const describeHelp = "Without PART all parts are printed, the prose first. `describe parameters` prints one table file;\n" +
	"the prose lists them."

// describe prints the description that this program was built with, or the one that it
// makes from the sources in a folder: all parts, or the one that is named.
func (p *program) describe(c *cli.Context) error {
	parts := odd.Parts()
	if folder := c.String("source"); folder != "" {
		if _, err := os.Stat(folder); err != nil {
			return err
		}
		var err error
		if parts, err = odd.Describe(os.DirFS(folder)); err != nil {
			return inputError{err}
		}
	}
	if c.NArg() > 1 {
		return usagef("describe takes the name of one part, got %d", c.NArg())
	}
	if name := c.Args().First(); name != "" {
		var names []string
		for _, part := range parts {
			names = append(names, part.Name)
		}
		i := slices.Index(names, name)
		if i < 0 {
			hint := cmp.Or(param.DidYouMean(param.Nearest(name, names)), fmt.Sprintf("`%s show %s` shows one entry", p.self, name))
			return usagef("the description has no part %q, only %q; %s", name, names, hint)
		}
		parts = parts[i : i+1]
	}
	for i, part := range parts {
		if i > 0 {
			fmt.Fprintln(p.out)
		}
		if _, err := fmt.Fprint(p.out, part.Text); err != nil {
			return err
		}
	}
	return nil
}
