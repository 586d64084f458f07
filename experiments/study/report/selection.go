package report

import (
	"fmt"
	"math"

	"stakeout/experiments/kit/stat"
	"stakeout/experiments/kit/table"
)

// limits says what the number of replications and of cells leaves open.
func (s *Study) limits() (notes []string) {
	for _, note := range []string{s.reached(), s.selection(), s.tail()} {
		if note != "" {
			notes = append(notes, note)
		}
	}
	return notes
}

// reached is the precision that the replications gave, as the half-width of the interval
// of the advantage in the least precise cell.
func (s *Study) reached() string {
	var widest *Summary
	half := func(x *Summary) float64 { return (x.Advantage.Hi - x.Advantage.Lo) / 2 }
	for _, x := range s.Summaries() {
		if x.Advantage.N > 1 && (widest == nil || half(x) > half(widest)) {
			widest = x
		}
	}
	if widest == nil || math.IsInf(half(widest), 0) || math.IsNaN(half(widest)) {
		return ""
	}
	note := "Precision reached: the advantage is known to within " + dollar(half(widest))
	if c := widest.Capital.Mean; c > 0 {
		note += ", " + table.Number(half(widest)/c, percent).String() + " % of the capital at risk"
	}
	if len(s.Cells) > 1 {
		note += ", in the least precise cell"
	}
	return note + "."
}

// selection says what sorting many cells by their estimates does to the first of them.
func (s *Study) selection() string {
	m, n, told := 0, math.MaxInt, 0
	for _, x := range s.Summaries() {
		if x.Advantage.N < 2 {
			continue
		}
		m, n = m+1, min(n, x.Advantage.N)
		if x.Told() {
			told++
		}
	}
	if m < 2 {
		return ""
	}
	df, level := float64(n-1), s.Level
	wide := stat.StudentQuantile(1-(1-level)/2/float64(m), df) / stat.StudentQuantile((1+level)/2, df)
	one := table.Format{Decimals: 1}
	return fmt.Sprintf("Sorting flatters the first rows: were the true advantage zero in all %d cells, the largest would "+
		"still lie %s standard errors above zero on average. Tested together (Holm), %d of them differ from zero; an "+
		"interval that also holds for the largest is %s times as wide as the one printed (Bonferroni).",
		m, table.Number(stat.ExpectedMaximum(m, df), one), told, table.Number(wide, one))
}

// tail says how few replications the expected shortfall rests on.
func (s *Study) tail() string {
	least := math.MaxInt
	for _, c := range s.Cells {
		if c.N() > 0 {
			least = min(least, c.N())
		}
	}
	if least == math.MaxInt || stat.TailWarning(least, s.Level) == "" {
		return ""
	}
	size := table.Number(stat.TailSize(least, s.Level), table.Format{Decimals: 1})
	return fmt.Sprintf("Warning: ES %s is the mean of the worst %s of %d replications: %s.", level(s.Level), size, least,
		stat.FewInTail)
}
