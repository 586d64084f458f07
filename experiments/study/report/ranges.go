package report

import "stakeout/experiments/kit/table"

// Ranges says for every attack of the matrix how much its verdict depends on the leader
// selection and the remedy: in how many cells the attack pays, and where most and least. It is
// nil for a study that is not the matrix.
func Ranges(s *Study) *table.Table {
	if !s.isMatrix() {
		return nil
	}
	ci := " [" + level(s.Level) + " CI]"
	t := &table.Table{
		Name: "ranges", Title: "How far the verdict hangs on leader selection and remedy" + s.allIn(),
		Columns: []table.Column{{Name: "Attack"}, {Name: "Cells"}, {Name: "The attack pays"}, {Name: "It does not pay"},
			{Name: "It cannot be told"},
			{Name: "Largest advantage" + ci, Unit: "USD"}, {Name: "Under"}, {Name: "Smallest advantage" + ci, Unit: "USD"},
			{Name: "Under"}},
		Notes: []string{s.Sample() + " a cell. The attack pays where the interval of the advantage over the best honest " +
			"use of its capital lies above zero, does not pay where it lies below, and cannot be told where it crosses " +
			"zero or there is none. " + intervals(s.Level) + ", not adjusted for the number of cells."},
	}
	of := map[string][]*Summary{}
	var order []string
	for _, x := range s.sorted() {
		if x.Advantage.N == 0 || !s.InOneWorld(x.Cell) {
			continue
		}
		if a := x.Cell.Attack; of[a] == nil {
			order = append(order, a)
		}
		of[x.Cell.Attack] = append(of[x.Cell.Attack], x)
	}
	for _, attack := range order {
		cells, signs := of[attack], map[int]int{}
		for _, x := range cells {
			signs[x.Advantage.Sign()]++
		}
		best, worst := cells[0], cells[len(cells)-1]
		count := func(n int) table.Cell { return table.Number(float64(n), table.Format{}) }
		t.Rows = append(t.Rows, []table.Cell{
			table.Text(attack), count(len(cells)), count(signs[1]), count(signs[-1]), count(signs[0]),
			Interval(&best.Advantage, usd), table.Text(best.Cell.leader()), Interval(&worst.Advantage, usd),
			table.Text(worst.Cell.leader()),
		})
	}
	return t
}
