package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/evidence/claims"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
)

// defaultClaimReps is the number of paired replications of each experiment.
const defaultClaimReps = 10

var (
	claimRepsFlag = &cli.IntFlag{Name: "reps", Value: defaultClaimReps,
		Usage: "`NUMBER` of paired replications of each experiment"}
	turnsFlag = &cli.BoolFlag{Name: "turns", Usage: "also look by bisection for where verdicts turn"}
)

// claims lists the claims of the thread, or tries some or all of them.
func (p *program) claims(c *cli.Context) error {
	if c.NArg() == 0 {
		if err := p.catalogue(c, []*table.Table{claims.List(claims.All())}); err != nil || c.Bool("json") {
			return err
		}
		p.next("claims", "C8")
		return nil
	}
	list, err := chosen(c.Args().Slice())
	if err != nil {
		return err
	}
	if c.Int("reps") < 2 {
		return usagef("--reps %d: expected 2 or more replications", c.Int("reps"))
	}
	if err := checkWorkers(c); err != nil {
		return err
	}
	if err := record.Plain(c.String("out"), "claims"); err != nil {
		return err
	}
	step, end := p.progress("claims", c.Bool("json"))
	findings, err := claims.Try(c.Context, list, claims.Options{
		Reps: c.Int("reps"), Workers: c.Int("workers"), Turns: c.Bool("turns"), World: c.String("world"),
		Progress: step,
		Out:      filepath.Join(c.String("out"), "claims"), Program: identity()})
	end()
	if errors.Is(err, context.Canceled) && !c.Bool("json") {
		p.interrupted()
	}
	if err != nil {
		return asInput(err)
	}
	ledger := claims.Ledger(findings, c.Int("reps"))
	if w := c.String("world"); w != "" {
		ledger.Title += ", world " + w
	}
	return p.tables(c, []*table.Table{ledger})
}

// chosen returns the claims with the given numbers, in the order in which all claims are listed.
func chosen(ids []string) (list []*claims.Claim, err error) {
	var valid []string
	for _, x := range claims.All() {
		valid = append(valid, x.ID)
		named := func(id string) bool { return id == "all" || strings.EqualFold(id, x.ID) }
		if slices.ContainsFunc(ids, named) {
			list = append(list, x)
		}
	}
	for _, id := range ids {
		if id != "all" && !slices.Contains(valid, strings.ToUpper(id)) {
			return nil, usagef("there is no claim %q%s; `claims` lists them", id, hint(strings.ToUpper(id), valid))
		}
	}
	return list, nil
}
