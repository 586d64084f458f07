package main

import (
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/evidence/claims"
	"stakeout/experiments/evidence/docking"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/publish/menu"
	"stakeout/experiments/publish/paper"
	"stakeout/experiments/study/question"
)

// lists are what list knows besides presets and rules.
var lists = []string{"checks", "claims", "figures", "parameters", "targets"}

// list prints what can be run and changed: presets and rules, or one of lists.
func (p *program) list(c *cli.Context) error {
	switch args := c.Args().Slice(); {
	case len(args) > 1:
		return usagef("list takes one word, and %s; expected one of %s", given(args), strings.Join(lists, ", "))
	case len(args) == 1:
		return p.listOf(c, args[0])
	case c.Bool("matrix"):
		return p.tables(c, menu.Matrix())
	}
	list, err := menu.List()
	if err != nil {
		return err
	}
	if err := p.catalogue(c, list); err != nil || c.Bool("json") {
		return err
	}
	p.next("run", "dos-short")
	return nil
}

func (p *program) listOf(c *cli.Context, what string) error {
	switch what {
	case "checks":
		return p.listChecks(c)
	case "claims":
		return p.listed(c, claims.List(claims.All()), "claims", "R13")
	case "targets":
		return p.listTargets(c)
	case "figures":
		all, err := paper.Find(nil)
		if err != nil {
			return err
		}
		return p.listFigures(c, all)
	case "parameters":
		t, err := parameterTable()
		if err != nil {
			return err
		}
		return p.listed(c, t, "show", "dos-short")
	}
	return usagef("list %s: there is no such list%s; expected one of %s; `show %s` shows one entry", quoted(what),
		hint(what, lists), strings.Join(lists, ", "), quoted(what))
}

// listed prints a table of texts and the command to type next.
func (p *program) listed(c *cli.Context, t *table.Table, next ...string) error {
	if err := p.catalogue(c, []*table.Table{t}); err != nil || c.Bool("json") {
		return err
	}
	p.next(next...)
	return nil
}

// listTargets prints the published numbers that can be reproduced.
func (p *program) listTargets(c *cli.Context) error {
	t := &table.Table{Name: "targets", Title: "Published numbers to reproduce; `dock all` tries them all",
		Columns: []table.Column{{Name: "Target"}, {Name: "What it reproduces"}}}
	for _, e := range docking.All() {
		t.Rows = append(t.Rows, []table.Cell{table.Text(e.Name), table.Text(e.Doc)})
	}
	return p.listed(c, t, "dock", "random-traders")
}

// parameterTable has every parameter of a world with its default; those of attacks are in
// `show ATTACK`.
func parameterTable() (*table.Table, error) {
	spec, err := question.Load("dos-short")
	if err != nil {
		return nil, err
	}
	t := &table.Table{Name: "parameters", Title: "Parameters of every preset; `show` prints sources and ranges",
		Columns: []table.Column{{Name: "Parameter"}, {Name: "What it is"}}}
	spec.Walk(func(path string, f param.Field) {
		if !strings.HasPrefix(path, question.AttackPrefix) {
			unit := strings.TrimSuffix(" "+f.Unit, " 1")
			t.Rows = append(t.Rows, []table.Cell{table.Text(path), table.Text(f.Doc + "; default " + f.Default + unit)})
		}
	})
	return t, nil
}
