package main

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"stakeout"
	"stakeout/experiments/publish/odd"
)

// describe prints the description that this program was built with, or makes that
// of the sources in a folder.
func (p *program) describe(c *cli.Context) error {
	if c.NArg() > 0 {
		return usagef("describe takes no argument, got %q; `show %s` shows one entry", c.Args().First(), c.Args().First())
	}
	text := stakeout.ODD
	if folder := c.String("source"); folder != "" {
		if _, err := os.Stat(folder); err != nil {
			return err
		}
		anew, err := odd.Describe(os.DirFS(folder))
		if err != nil {
			return inputError{err}
		}
		text = string(anew)
	}
	_, err := fmt.Fprint(p.out, text)
	return err
}
