package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/column"
)

// printedCells is the most rows of the table of a sweep; the others are in
// attack_roi.
const printedCells = 20

// fewReplications is why a cell has no p-value.
const fewReplications = "fewer than two replications"

// Returns is the table of a sweep: one row a cell with the values of its axes,
// sorted by advantage, with its p-values adjusted over all cells. Of
// many cells it shows both ends.
func Returns(s *Study) *table.Table {
	all := s.sorted()
	ci := " [" + level(s.Level) + " CI]"
	t := &table.Table{Name: "returns", Title: "Return on attacks: " + s.title()}
	for _, path := range s.Axes {
		if path == winsAxis && s.isMatrix() {
			t.Columns = append(t.Columns, table.Column{Name: "Panel"})
			continue
		}
		t.Columns = append(t.Columns, table.Column{Name: path[strings.LastIndexByte(path, '.')+1:], Align: table.Right})
	}
	if s.ownHorizons() {
		t.Columns = append(t.Columns, table.Column{Name: "Horizon", Unit: "d"})
	}
	if !s.isMatrix() { // its names leave no room for them
		t.Columns = append(t.Columns, table.Column{Name: "Capital at risk", Unit: "USD"},
			table.Column{Name: "Net profit" + ci, Unit: "USD"}, table.Column{Name: "ROI" + ci, Unit: "%"})
	}
	t.Columns = append(t.Columns, table.Column{Name: "Net of drift", Unit: "USD"},
		table.Column{Name: "Advantage" + ci, Unit: "USD"},
		table.Column{Name: "p, Holm"})
	if !s.isMatrix() {
		t.Columns = append(t.Columns, table.Column{Name: "p, BH"}, table.Column{Name: "Pr(profit)", Unit: "%"})
	}
	shown := ends(all, printedCells)
	if s.isMatrix() {
		a, b := s.byPanel(all)
		shown = slices.Concat(ends(a, printedCells), ends(b, printedCells/2))
	}
	for _, x := range shown {
		t.Rows = append(t.Rows, s.returnsRow(x))
	}
	t.Notes = s.returnsNotes(all, len(shown))
	return t
}

// ends are the first and the last of many summaries, as many together as asked for.
func ends(all []*Summary, most int) []*Summary {
	if len(all) <= most {
		return all
	}
	return slices.Concat(all[:most/2], all[len(all)-most/2:])
}

// byPanel are the summaries of the two panels of the matrix.
func (s *Study) byPanel(all []*Summary) (a, b []*Summary) {
	for _, x := range all {
		if s.InOneWorld(x.Cell) {
			a = append(a, x)
		} else {
			b = append(b, x)
		}
	}
	return a, b
}

// sorted are the summaries of all cells by falling advantage.
func (s *Study) sorted() []*Summary {
	sorted := slices.Clone(s.Summaries())
	slices.SortStableFunc(sorted, func(a, b *Summary) int { return cmp.Compare(b.Advantage.rank(), a.Advantage.rank()) })
	return sorted
}

// Best is the summary of the cell with the largest advantage, nil without cells.
func (s *Study) Best() *Summary {
	if all := s.sorted(); len(all) > 0 {
		return all[0]
	}
	return nil
}

// ownHorizons tells whether every cell has a horizon of its own plan, and none that an axis shows.
func (s *Study) ownHorizons() bool {
	differ := func(c *Cell) bool { return c.Horizon != s.Cells[0].Horizon }
	return !s.isMatrix() && !slices.Contains(s.Axes, "horizon_days") && slices.ContainsFunc(s.Cells, differ)
}

func (s *Study) returnsRow(x *Summary) (row []table.Cell) {
	for i, v := range x.Cell.Levels {
		if s.Axes[i] == winsAxis && s.isMatrix() {
			row = append(row, table.Text(s.panelOf(x.Cell)))
			continue
		}
		row = append(row, levelCell(v))
	}
	if s.ownHorizons() {
		row = append(row, table.Number(x.Cell.Horizon, table.Format{}))
	}
	p, q, profit := table.Empty(fewReplications), table.Empty(fewReplications), table.Empty(noReplication)
	if x.Advantage.N > 1 {
		p, q = table.Number(x.Adjusted, table.Format{Decimals: 3}), table.Number(x.Q, table.Format{Decimals: 3})
	}
	if x.ProfitShare.N > 0 {
		profit = table.Number(x.ProfitShare.Value(), percent)
	}
	if !s.isMatrix() {
		row = append(row, Mean(&x.Capital, usd), Interval(&x.Profit, usd), roiCell(x))
	}
	row = append(row, Mean(&x.Net, usd), Interval(&x.Advantage, usd), p)
	if !s.isMatrix() {
		row = append(row, q, profit)
	}
	return row
}

// levelCell shows the value of an axis as it was stored.
func levelCell(v record.Value) table.Cell {
	if v.Type() == record.Missing {
		return table.Empty("the attack of the cell has no such parameter")
	}
	return table.Text(plain(v))
}

// plain writes a number without an exponent where people would.
func plain(v record.Value) string {
	if x, ok := v.Float(); ok && (x == 0 || math.Abs(x) >= 1e-6 && math.Abs(x) < 1e15) {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return v.String()
}

// Level is the value of an axis of the study as a command line takes it, empty
// when the attack of the cell has no such parameter.
func (c *Cell) Level(axis int) string { return plain(c.Levels[axis]) }

func (s *Study) returnsNotes(all []*Summary, shown int) []string {
	significant, failed := 0, 0
	doubts := map[string]int{}
	var kinds []string
	for _, x := range all {
		if x.Told() {
			significant++
		}
		failed += x.Cell.Failed
		for _, w := range x.Advantage.Warnings {
			if doubts[string(w)]++; doubts[string(w)] == 1 {
				kinds = append(kinds, string(w))
			}
		}
	}
	discovery := ", for the share of false finds, by Benjamini and Hochberg (BH)"
	if s.isMatrix() {
		discovery = ", in " + column.AttackROITable + discovery
	}
	method := strings.Join([]string{
		s.Sample() + " a cell, the same seeds in every cell.",
		numeraire, intervals(s.Level) + ".",
		roiMean + ".", paired,
		fmt.Sprintf("p is that of the advantage, adjusted over %d cells by Holm and%s; intervals are not adjusted.", len(all),
			discovery),
		"Model version " + s.Version + ".",
	}, " ")
	out := []string{method, fmt.Sprintf("The advantage differs from zero in %d of %d cells at %s after Holm's adjustment.",
		significant, len(all), level(1-s.Level))}
	if s.isMatrix() {
		out = append([]string{s.panels()}, out...)
	}
	out = append(out, s.stopNote()...)
	if shown < len(all) {
		of := ""
		if s.isMatrix() {
			of = " of panel a, and half as many of panel b"
		}
		out = append(out, fmt.Sprintf("The %d cells with the largest and the %d with the smallest advantage%s; all %d are "+
			"in the table %s.", printedCells/2, printedCells/2, of, len(all), column.AttackROITable))
	}
	if stamp := s.stamp(); stamp != "" {
		out = append(out, stamp)
	}
	if failed > 0 {
		out = append(out, "Warning: "+strconv.Itoa(failed)+" replications failed and are left out; the table runs says why "+
			"and how to replay them.")
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		out = append(out, fmt.Sprintf("Warning: %s (advantage of %d of %d cells).", k, doubts[k], len(all)))
	}
	return out
}
