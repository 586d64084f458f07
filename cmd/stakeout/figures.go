package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/publish/paper"
)

var (
	quickFlag = &cli.BoolFlag{Name: "quick", Usage: "the same figures and tables from fewer seeds and coarser axes"}
	timesFlag = &cli.BoolFlag{Name: "times",
		Usage: "print how long each piece of evidence took, as Markdown, and build nothing"}
	listFlag   = &cli.BoolFlag{Name: "list", Usage: "list the figures and tables and build nothing"}
	hashesFlag = &cli.StringFlag{Name: "hashes", Usage: "also write the hashes of all files to `FILE`, to keep them"}
)

const figuresHelp = `figures all builds every figure and table of the paper, or those named, from stored runs where
these are complete and of this version and code, and runs what is missing. Interrupted, the same command goes on. It
ends with how many files have the hashes that are kept with the program.`

// figures builds the exhibits of the paper and compares their hashes.
func (p *program) figures(c *cli.Context) error {
	names := c.Args().Slice()
	if slices.Equal(names, []string{"all"}) {
		names = nil
	}
	list, err := paper.Find(names)
	if err != nil {
		return usagef("%v; `list figures` lists them", err)
	}
	if idle := c.NArg() == 0 && !c.Bool("quick") && !c.Bool("times"); idle || c.Bool("list") || c.Bool("json") {
		return p.listFigures(c, list)
	}
	if err := checkWorkers(c); err != nil {
		return err
	}
	o := paper.Options{Out: c.String("out"), Quick: c.Bool("quick"), Workers: c.Int("workers"),
		Program: identity(), Findings: stakeout.Findings(), Command: p.command,
		Progress: func(what string) (func(done, total int), func()) { return p.progress(what, false) }}
	if c.Bool("times") {
		times := paper.ReadTimes(o)
		if len(times) == 0 {
			return inputError{fmt.Errorf("%s has no %s: nothing has been built there; `%s figures --quick` builds",
				o.Dir(), paper.TimesName, p.self)}
		}
		return times.Table().Markdown(p.out)
	}
	b, err := paper.Build(c.Context, list, o)
	if errors.Is(err, context.Canceled) {
		p.interrupted()
	}
	if err != nil {
		return err
	}
	return p.built(c, b)
}

func (p *program) listFigures(c *cli.Context, list []paper.Exhibit) error {
	t := &table.Table{Name: "exhibits", Title: "Figures and tables of the paper",
		Columns: []table.Column{{Name: "Number"}, {Name: "Name"}, {Name: "What it shows"}}}
	for _, e := range list {
		t.Rows = append(t.Rows, []table.Cell{table.Text(e.Number), table.Text(e.Name), table.Text(e.Doc)})
	}
	if err := p.catalogue(c, []*table.Table{t}); err != nil || c.Bool("json") {
		return err
	}
	p.next("figures", "--quick")
	return nil
}

// built says where the files are and whether their hashes are the ones kept with the program.
func (p *program) built(c *cli.Context, b *paper.Built) error {
	same, err := b.Compare()
	if err != nil {
		return err
	}
	if file := c.String("hashes"); file != "" {
		if err := record.WriteFile(file, []byte(same.Hashes)); err != nil {
			return err
		}
	}
	fmt.Fprintf(p.out, "%s: figures and tables in %s and %s\n",
		b.Dir, filepath.Join(b.Dir, "figures"), filepath.Join(b.Dir, "tables"))
	fmt.Fprintf(p.out, "%d of %d hashes match\n", same.Match, same.Files)
	if n := len(same.Differ); n > 0 {
		const most = 10
		shown := slices.Clone(same.Differ[:min(n, most)])
		if n > most {
			shown = append(shown, fmt.Sprintf("and %d more", n-most))
		}
		return offTarget("files of another hash than the one kept, or of none: " + strings.Join(shown, ", "))
	}
	return nil
}
