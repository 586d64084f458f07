package experiments

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/stop"
)

// precisionSection is the section of a preset that lets the results decide on the
// number of replications.
const precisionSection = "precision"

// readPrecision reads the rule of the preset or of the command line, which
// replaces it.
func (b *axesReader) readPrecision(flag string) {
	var rule stop.Rule
	param.Defaults(&rule)
	at := func(key, message, expected string) notation.Problem {
		p := b.doc.At(precisionSection+"."+key, message, expected)
		if flag != "" {
			p.File, p.Line = "--precision "+flag, 0
		}
		return p
	}
	var problems []notation.Problem
	switch {
	case flag != "":
		for _, p := range stop.Parse(flag, &rule) {
			p.Path = precisionSection + "." + p.Path
			problems = append(problems, notation.Problem{File: "--precision " + flag, Problem: p})
		}
	case b.doc.Has(precisionSection):
		problems = b.doc.Decode(precisionSection, &rule)
		if b.doc.Has("replications") {
			problems = append(problems, b.doc.At("replications", "is given beside the section precision, which decides on it", "one of the two"))
		}
	default:
		return
	}
	if len(problems) == 0 && rule.Min > rule.Max {
		problems = append(problems, at("min", fmt.Sprintf("%d lies above max, which is %d", rule.Min, rule.Max), "no more than max"))
	}
	b.problems = append(b.problems, problems...)
	if len(problems) == 0 {
		b.precision, b.Spec.Replications = &rule, rule.Max
	}
}

// replications runs the replications of all cells: so many as each is to have, or
// as many as the rule asks for, in rounds that are the same for any number of
// workers and after any resumption.
func (p *design) replications(ctx context.Context, store *record.Store, o Options, r *Result) error {
	if p.stop == nil {
		r.Planned = p.total()
		return p.execute(ctx, store, p.part(0, int64(p.total())), o, r)
	}
	var round []share
	for i := range p.cells {
		round = append(round, share{&p.cells[i], 0, p.stop.Next(0)})
	}
	for len(round) > 0 {
		for _, s := range round {
			r.Planned += s.end - s.first
		}
		if err := p.execute(ctx, store, round, o, r); err != nil {
			return err
		}
		var wanting []share
		for _, s := range round {
			next := p.stop.Next(s.end)
			if next == 0 {
				continue
			}
			if enough, err := p.enough(store, s); err != nil {
				return err
			} else if !enough {
				wanting = append(wanting, share{s.cell, s.end, next})
			}
		}
		round = wanting
	}
	return nil
}

// enough asks the rule about all replications of a cell so far.
func (p *design) enough(store *record.Store, s share) (bool, error) {
	schema := p.runsSchema()
	excess, capital := columnOf(schema, column.Excess), columnOf(schema, column.Outcome("attack", column.CapitalAtRisk))
	x, c := make([]float64, s.end), make([]float64, s.end)
	for rep := range s.end {
		rows, ok, err := store.Rows(s.place+int64(rep), runsTable)
		if err == nil && (!ok || len(rows) != 1) {
			err = fmt.Errorf("it has %d rows in place of one", len(rows))
		}
		if err != nil {
			return false, fmt.Errorf("replication %d of %s: %w", rep, s.id, err)
		}
		x[rep], c[rep] = rows[0][excess].Number(), rows[0][capital].Number()
	}
	return p.stop.Met(x, c, column.Level), nil
}
