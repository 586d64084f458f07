package report

import (
	"strconv"

	"stakeout/experiments/kit/table"
)

// Robustness holds the verdict of every cell against other statistics of the same
// replications: the bootstrap, the median, the tails, and how many worlds agree. It
// says nothing about other parameters.
func Robustness(s *Study) *table.Table {
	l := level(s.Level)
	t := &table.Table{
		Name: "robustness", Title: "Does the verdict hang on the statistic?",
		Columns: []table.Column{{Name: "Cell"}, {Name: "Quantity"}, {Name: "Mean [" + l + " CI, Student]"},
			{Name: "Mean [" + l + " CI, BCa bootstrap]"},
			{Name: "Median"}, {Name: "5 % of worlds below"}, {Name: "5 % of worlds above"}, {Name: "Sides with the mean"}},
	}
	for _, x := range s.sorted() {
		if x.Cell.N() == 0 {
			continue
		}
		cell := x.Cell.label() + ", " + x.Cell.leader()
		if place := s.Place(x.Cell); place != "" {
			cell += ", " + place
		}
		for _, q := range [...]struct {
			name   string
			e      *Estimate
			f      table.Format
			agreed Share
		}{
			{"Net profit (USD)", &x.Profit, usd, x.ProfitShare},
			{"ROI (%)", &x.ROI, percent, x.ProfitShare},
			{"Advantage (USD)", &x.Advantage, usd, x.BeatsHonest},
		} {
			if q.e.N == 0 {
				continue
			}
			k := q.agreed.K
			if q.e.Mean < 0 {
				k = q.agreed.N - k
			}
			t.Rows = append(t.Rows, []table.Cell{
				table.Text(cell), table.Text(q.name), Interval(q.e, q.f), table.Estimate(q.e.Mean, q.e.BCaLo, q.e.BCaHi, q.f),
				table.Number(q.e.Median, q.f), table.Number(q.e.P5, q.f), table.Number(q.e.P95, q.f),
				table.Text(strconv.Itoa(k) + " of " + strconv.Itoa(q.agreed.N)),
			})
			cell = ""
		}
	}
	t.Notes = []string{s.Sample() + ". Sides with the mean: replications in which the quantity has the sign of its " +
		"mean, zero counted with losses. What other parameters would change, a sweep tells and not this table."}
	return t
}
