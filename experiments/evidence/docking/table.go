package docking

import (
	"fmt"

	"stakeout/experiments/kit/table"
)

// Table shows targets with their outcomes, which are given in the same order.
func Table(entries []Entry, outcomes []*Outcome) *table.Table {
	t := &table.Table{
		Name: "docking", Title: "Published numbers, reproduced",
		Columns: []table.Column{{Name: "Target"}, {Name: "Quantity"}, {Name: "Published"}, {Name: "Tolerance"},
			{Name: "Reproduced [95 % CI]"}, {Name: "n"}, {Name: "Verdict"}},
	}
	if len(entries) == 1 {
		t.Title += ": " + entries[0].Name
	}
	passed, missed, open := 0, 0, 0
	for i, o := range outcomes {
		for k := range o.Rows {
			name := entries[i].Name
			if k > 0 {
				name = ""
			}
			t.Rows = append(t.Rows, o.Rows[k].cells(name))
		}
		passed, missed, open = passed+o.Count(Pass), missed+o.Count(Miss), open+o.Count(Undecided)
	}
	t.Notes = append(t.Notes,
		fmt.Sprintf("Rows that pass: %d; that miss: %d; undecided: %d. A row passes when its whole interval lies within "+
			"the tolerance around the published value, is a miss when it lies outside, and is undecided when it crosses "+
			"the border; --full decides it. An identity follows from parameters and definitions: it checks the code, and "+
			"counts for nothing else. Intervals: 95 %%, Student's t over n, unless a target says otherwise.",
			passed, missed, open))
	for i, o := range outcomes {
		e := entries[i]
		t.Notes = append(t.Notes, fmt.Sprintf("%s: %s Source: %s. Code on trial: %s.", e.Name, e.Doc, e.Source, e.Code))
		t.Notes = append(t.Notes, o.Notes...)
		if o.Count(Miss) > 0 {
			t.Notes = append(t.Notes, "Diagnosis of the misses of "+e.Name+": "+o.Diagnosis)
		}
	}
	return t
}

// cells are the row as it is printed, with the name of its target.
func (r *Row) cells(target string) []table.Cell {
	format := table.Format{Decimals: r.Decimals}
	published := table.Text(table.Dash)
	if r.Verdict() != Reported {
		published = table.Number(r.Published, format)
	}
	return []table.Cell{
		table.Text(target), table.Text(r.Quantity), published, table.Text(r.Allowed),
		table.Estimate(r.Got.Mean, r.Got.Lo, r.Got.Hi, format),
		table.Number(float64(r.Got.N), table.Format{}), table.Text(string(r.Verdict())),
	}
}
