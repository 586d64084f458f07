package experiments

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
)

// replications runs the replications of all cells: so many as each is to have, or
// as many as the rule asks for, in rounds that are the same for any number of
// workers and after any resumption.
func replications(ctx context.Context, p *design, store *record.Store, o Pace, n *Counts) error {
	if p.stop == nil {
		n.Planned = p.total()
		return execute(ctx, p, store, p.part(0, int64(p.total())), o, n)
	}
	var round []share
	for i := range p.cells {
		round = append(round, share{&p.cells[i], 0, p.stop.Next(0)})
	}
	for len(round) > 0 {
		for _, s := range round {
			n.Planned += s.end - s.first
		}
		if err := execute(ctx, p, store, round, o, n); err != nil {
			return err
		}
		var wanting []share
		for _, s := range round {
			next := p.stop.Next(s.end)
			if next == 0 {
				continue
			}
			if enough, err := enough(p, store, s); err != nil {
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
func enough(p *design, store *record.Store, s share) (bool, error) {
	schema := p.runsSchema()
	excess, capital := schema.Index(column.Excess), schema.Index(column.Outcome("attack", column.CapitalAtRisk))
	x, c := make([]float64, s.end), make([]float64, s.end)
	for rep := range s.end {
		rows, ok, err := store.Rows(s.place+int64(rep), column.RunsTable)
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
