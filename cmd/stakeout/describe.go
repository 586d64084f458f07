package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/publish/odd"
)

const describeHelp = `describe prints the description of the model: the prose of ODD.md and then its tables. With a name
it prints one part: prose, patterns, entities, concepts, observation, initialization, parameters, submodels, attacks or
assumptions.`

// describe prints the description that this program was built with, or makes it from the sources in a folder: all of
// it, or the part that is named.
func (p *program) describe(c *cli.Context) error {
	parts := odd.Parts()
	var names []string
	for _, x := range parts {
		names = append(names, x.Name)
	}
	only := c.Args().First()
	switch n := c.NArg(); {
	case n > 1:
		return usagef("describe takes one part of the description, got %d: %q", n, c.Args().Slice())
	case n == 1 && !slices.Contains(names, only):
		return usagef("the description has no part %q%s; its parts are %s; `show %s` shows an entry of the catalogue",
			only, hint(only, names), strings.Join(names, ", "), only)
	}
	if folder := c.String("source"); folder != "" {
		if _, err := os.Stat(folder); err != nil {
			return err
		}
		var err error
		if parts, err = odd.Describe(os.DirFS(folder)); err != nil {
			return inputError{err}
		}
	}
	if only != "" {
		i := slices.Index(names, only)
		parts = parts[i : i+1]
	}
	for i, x := range parts {
		if i > 0 {
			fmt.Fprintln(p.out)
		}
		if _, err := fmt.Fprint(p.out, x.Text); err != nil {
			return err
		}
	}
	return nil
}
