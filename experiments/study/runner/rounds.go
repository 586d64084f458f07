package runner

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/measure"
)

// Run runs the replications of all cells: a fixed number, or as many as the rule of
// stopping asks for. The rule looks only between rounds, so the number does not depend on
// the workers or on a resumption.
func Run(ctx context.Context, p *design.Design, store *record.Store, o Pace, n *Counts) error {
	if p.Stop == nil {
		n.Planned = p.Total()
		return Execute(ctx, p, store, p.Part(0, int64(p.Total())), o, n)
	}
	var round []design.Share
	for i := range p.Cells {
		round = append(round, design.Share{Cell: &p.Cells[i], End: p.Stop.Next(0)})
	}
	for len(round) > 0 {
		for _, s := range round {
			n.Planned += s.End - s.First
		}
		if err := Execute(ctx, p, store, round, o, n); err != nil {
			return err
		}
		var wanting []design.Share
		for _, s := range round {
			next := p.Stop.Next(s.End)
			if next == 0 {
				continue
			}
			if enough, err := enough(p, store, s); err != nil {
				return err
			} else if !enough {
				wanting = append(wanting, design.Share{Cell: s.Cell, First: s.End, End: next})
			}
		}
		round = wanting
	}
	return nil
}

// enough asks the rule whether the replications of a cell so far are enough.
func enough(p *design.Design, store *record.Store, s design.Share) (bool, error) {
	schema := p.RunsSchema()
	var values [3][]float64
	names := [...]string{column.Advantage, column.LogDrift, column.Outcome("attack", column.CapitalAtRisk)}
	for rep := range s.End {
		rows, ok, err := store.Rows(s.Place+int64(rep), column.RunsTable)
		if err == nil && (!ok || len(rows) != 1) {
			err = fmt.Errorf("it has %d rows in place of one", len(rows))
		}
		if err != nil {
			return false, fmt.Errorf("replication %d of %s: %w", rep, s.ID, err)
		}
		for i, name := range names {
			values[i] = append(values[i], rows[0][schema.Index(name)].Number())
		}
	}
	return p.Stop.Met(measure.Freed(values[0], values[1]).Values, values[2], column.Level), nil
}
