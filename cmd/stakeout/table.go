package main

import (
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments"
	"stakeout/experiments/kit/table"
)

var (
	rowsFlag = &cli.StringFlag{Name: "rows", Usage: "`NAMES` of rows and of columns of runs.csv, joined by commas"}
	asFlag   = &cli.StringFlag{Name: "as", Value: "terminal", Usage: "`FORM`: terminal, latex, markdown, html or csv"}
)

// forms are the ways in which a table is written.
var forms = map[string]func(*program, *table.Table) func(io.Writer) error{
	"terminal": func(p *program, t *table.Table) func(io.Writer) error {
		return func(w io.Writer) error { return t.Terminal(w, p.width()) }
	},
	"latex":    func(_ *program, t *table.Table) func(io.Writer) error { return t.LaTeX },
	"markdown": func(_ *program, t *table.Table) func(io.Writer) error { return t.Markdown },
	"html":     func(_ *program, t *table.Table) func(io.Writer) error { return t.HTML },
	"csv":      func(_ *program, t *table.Table) func(io.Writer) error { return t.CSV },
}

// beside prints the results of one or several folders beside each other.
func (p *program) beside(c *cli.Context) error {
	form, known := forms[c.String("as")]
	if !known {
		names := []string{"terminal", "latex", "markdown", "html", "csv"}
		return usagef("--as %s: there is no such form%s; expected one of %s", c.String("as"), hint(c.String("as"), names),
			strings.Join(names, ", "))
	}
	folders := c.Args().Slice()
	if len(folders) == 0 {
		return usagef("table takes one or more results folders, and none was given; `stakeout run dos-short` makes " +
			"results/dos-short")
	}
	var rows []string
	if text := c.String("rows"); text != "" {
		rows = strings.Split(text, ",")
	}
	t, err := experiments.Beside(folders, rows)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return p.tables(c, []*table.Table{t})
	}
	return form(p, t)(p.out)
}
