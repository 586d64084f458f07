package report

import (
	"errors"
	"fmt"
	"io/fs"
	"math"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/measure"
)

// Verify hashes every file of a results folder again and adds up the money in every
// replication. It returns how many replications there are, and what is wrong: files
// that changed, are missing or do not belong there; channels that do not sum to the
// net profit, sectors that do not sum to zero, a profit that is not net of drift and
// drift, or an advantage that is not net of drift less honest use, to the micro-USD. The
// tables of a search stand without replications, which are in the folders of its passes.
func Verify(dir string) (replications int, problems []record.Problem) {
	problems = record.Verify(dir)
	schema, each, err := open(dir, column.RunsTable)
	switch {
	case errors.Is(err, fs.ErrNotExist): // Of a table that was there, the manifest tells.
		return 0, problems
	case err != nil:
		return 0, append(problems, record.Problem{File: column.RunsTable, What: err.Error()})
	}
	sums := conserved(schema)
	err = each(func(r record.Row) error {
		replications++
		for _, s := range sums {
			if s.broken(r) {
				problems = append(problems,
					record.Problem{File: column.RunsTable, What: fmt.Sprintf("row %d: %s", replications, s.what)})
			}
		}
		return nil
	})
	if err != nil {
		problems = append(problems, record.Problem{File: column.RunsTable, What: err.Error()})
	}
	return replications, problems
}

// sum is a law of conservation: some columns add up to others.
type sum struct {
	what     string
	of, upTo []int // columns
}

// conserved are the laws of the table runs.
func conserved(schema record.Schema) (laws []sum) {
	at := map[string]int{}
	for i, c := range schema.Columns {
		at[c.Name] = i
	}
	columns := func(names ...string) (out []int) {
		for _, n := range names {
			if i, ok := at[n]; ok {
				out = append(out, i)
			}
		}
		return out
	}
	profit := func(world string) string { return column.Outcome(world, column.Profit) }
	for i, w := range column.Worlds {
		var channels []string
		for _, d := range measure.Describe {
			channels = append(channels, column.Channel(w, d.Name))
		}
		drift := []string{[...]string{column.Net, column.HonestNet}[i]}
		for _, c := range measure.Drifts {
			drift = append(drift, channels[c])
		}
		laws = append(laws,
			sum{"the channels of the " + w + " world do not sum to its net profit", columns(channels...), columns(profit(w))},
			sum{"net of drift and drift of the " + w + " world do not sum to its net profit", columns(drift...),
				columns(profit(w))})
	}
	var sectors []string
	for _, s := range measure.Sectors {
		sectors = append(sectors, column.Sector(s.Name))
	}
	return append(laws,
		sum{"the gains of all sectors do not sum to zero", columns(sectors...), nil},
		sum{"the equity of all sectors does not sum to zero", columns(column.Residual), nil},
		sum{"net profit of the attack is not that of the same trades and the effect of the act", columns(profit("attack")),
			columns(profit("honest"), column.Effect)},
		sum{"net of drift is not the honest use and the advantage", columns(column.Net),
			columns(column.HonestUse, column.Advantage)})
}

// broken tells whether a row breaks the law. A replication that failed has no
// numbers and breaks none.
func (s sum) broken(r record.Row) bool {
	total := func(columns []int) (micro int64) {
		for _, i := range columns {
			if x, ok := r[i].Float(); ok {
				micro += int64(math.Round(x * 1e6)) // Amounts are whole micro-USD.
			}
		}
		return micro
	}
	return total(s.of) != total(s.upTo)
}
