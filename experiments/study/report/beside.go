package report

import (
	"fmt"
	"slices"
	"strings"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/column"
)

// mostBeside is how many cells stand beside each other; more do not fit a page.
const mostBeside = 12

// measureRow is a row of the table of studies beside each other.
type measureRow struct {
	name, label string
	text        func(*Cell) string
	estimate    func(*Summary) Estimate
	scale       float64 // of the estimate for print
	decimals    int
}

// measureRows are the rows that have a name. Every other column of runs may be a row, too.
var measureRows = []measureRow{
	{name: "attack", label: "Attack", text: func(c *Cell) string { return c.Attack }},
	{name: "election", label: "Election", text: func(c *Cell) string { return c.Mechanism }},
	{name: "remedy", label: "Remedy", text: func(c *Cell) string { return c.Remedy }},
	{"advantage", "Advantage (USD)", nil, func(x *Summary) Estimate { return x.Advantage }, 1, 0},
	{"net-of-drift", "Net of drift (USD)", nil, func(x *Summary) Estimate { return x.Net }, 1, 0},
	{"effect", "Effect of the act (USD)", nil, func(x *Summary) Estimate { return x.Effect }, 1, 0},
	{"profit", "Net profit (USD)", nil, func(x *Summary) Estimate { return x.Profit }, 1, 0},
	{"roi", "ROI (%)", nil, func(x *Summary) Estimate { return x.ROI }, 100, 1},
	{"pays", "Pr(advantage > 0) (%)", nil, func(x *Summary) Estimate { return x.BeatsHonest.estimate() }, 100, 1},
	{"capital", "Capital at risk (USD)", nil, func(x *Summary) Estimate { return x.Capital }, 1, 0},
	outcomeRow("drawdown", "Deepest fall of the price (%)", column.Outcome("attack", column.Drawdown), 100, 1),
	outcomeRow("users-lost", "Users lost at the end (%)", column.Outcome("attack", column.UsersLost), 100, 1),
	outcomeRow("surplus", "Users' surplus (USD)", column.UserSurplus, 1, 0),
	outcomeRow("deadweight", "Deadweight loss (USD)", column.Deadweight, 1, 0),
	{"replications", "Replications", func(c *Cell) string { return fmt.Sprint(c.N()) }, nil, 1, 0},
}

func outcomeRow(name, label, of string, scale float64, decimals int) measureRow {
	return measureRow{name, label, nil, func(x *Summary) Estimate { return x.Cell.Estimate(of) }, scale, decimals}
}

// estimate is a share with its interval as an estimate.
func (s Share) estimate() (e Estimate) {
	e.N, e.Mean, e.Lo, e.Hi = s.N, s.Value(), s.Lo, s.Hi
	return e
}

// BesideRows are the names of rows, in the order in which they stand without a choice.
func BesideRows() (names []string) {
	for _, r := range measureRows {
		names = append(names, r.name)
	}
	return names
}

// Beside sets the cells of studies beside each other, one column a cell under the name of
// its study, one row a measure with its interval. Rows chooses among BesideRows and the
// columns of runs; none chooses the first. It fails for an unknown row and for more cells
// than fit.
func Beside(names []string, studies []*Study, rows []string) (*table.Table, error) {
	chosen, err := chooseRows(studies, rows)
	if err != nil {
		return nil, err
	}
	t := &table.Table{Name: "beside", Title: "Results beside each other", Columns: []table.Column{{Name: "Measure"}}}
	var cells []*Summary
	for i, s := range studies {
		for _, x := range s.Summaries() {
			head := names[i]
			if place := s.Place(x.Cell); place != "" {
				head += ", " + place
			} else if len(s.Cells) > 1 {
				head = x.Cell.label() + ", " + x.Cell.leader()
			}
			t.Columns = append(t.Columns, table.Column{Name: head, Align: table.Right})
			cells = append(cells, x)
		}
	}
	if len(cells) > mostBeside {
		return nil, fmt.Errorf("%d cells do not fit beside each other; expected at most %d: attack_roi.csv has "+
			"one row a cell",
			len(cells), mostBeside)
	}
	for _, r := range chosen {
		row := []table.Cell{table.Text(r.label)}
		for _, x := range cells {
			row = append(row, r.cell(x))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Notes = []string{"Means over replications with " + level(column.Level) + " intervals in brackets: Student's t, of " +
		"shares Wilson's or Clopper–Pearson's. Advantage: net of drift less the best honest use of the capital at risk."}
	for _, s := range studies {
		if err := s.Err(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (r *measureRow) cell(x *Summary) table.Cell {
	if r.text != nil {
		return table.Text(r.text(x.Cell))
	}
	e := r.estimate(x)
	e.Mean, e.Lo, e.Hi = r.scale*e.Mean, r.scale*e.Lo, r.scale*e.Hi
	return Interval(&e, table.Format{Decimals: r.decimals})
}

// chooseRows finds rows by name.
func chooseRows(studies []*Study, names []string) ([]measureRow, error) {
	if len(names) == 0 {
		return measureRows, nil
	}
	var out []measureRow
	for _, name := range names {
		if i := slices.IndexFunc(measureRows, func(r measureRow) bool { return r.name == name }); i >= 0 {
			out = append(out, measureRows[i])
			continue
		}
		for _, s := range studies {
			if _, known := s.Cells[0].place[name]; !known {
				valid := BesideRows()
				for c := range s.Cells[0].place {
					valid = append(valid, c)
				}
				slices.Sort(valid)
				hint := param.DidYouMean(param.Nearest(name, valid))
				if hint == "" {
					hint = "expected " + strings.Join(BesideRows(), ", ") + " or a column of runs.csv"
				}
				return nil, fmt.Errorf("there is no row %q; %s", name, hint)
			}
		}
		out = append(out, outcomeRow(name, name, name, 1, 4))
	}
	return out, nil
}
