package experiments

import (
	"context"

	"stakeout/experiments/report/table"
)

// Explanation tells why one replication ended as it did.
type Explanation struct {
	Rep        int
	Seed       uint64
	Verdict    string       // one paragraph
	Timeline   *table.Table // day by day, the three worlds side by side
	Divergence *table.Table // the first tick at which attack and honest world differ
	Fills      *table.Table // the attacker's trades by day and side
	Channels   *table.Table // money by channel
	Harm       *table.Table // who paid
}

// Tables are all tables in reading order.
func (e *Explanation) Tables() []*table.Table {
	return []*table.Table{e.Timeline, e.Divergence, e.Fills, e.Channels, e.Harm}
}

// Explain runs one replication and lays its twins side by side.
func Explain(ctx context.Context, s *Spec, rep int) (*Explanation, error) {
	return s.explain(ctx, rep)
}
