package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/kit/stat"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/column"
)

// quickBelow is the number of replications below which results are stamped
// quick: good for a look, not for a paper.
const quickBelow = 1000

var (
	usd     = table.Money(0)
	percent = table.Percent(1)
)

// ROI is the table of attacks, one row a cell, sorted by advantage.
func ROI(s *Study) *table.Table {
	all := s.Summaries()
	ci := " [" + level(s.Level) + " CI]"
	t := &table.Table{
		Name: "roi", Title: "Return on attacks: " + s.title(),
		Columns: []table.Column{
			{Name: "Attack"}, {Name: "Leader selection"}, {Name: "Capital at risk", Unit: "USD"},
			{Name: "Peak stake share", Unit: "%"},
			{Name: "Cost", Unit: "USD"}, {Name: "Revenue", Unit: "USD"}, {Name: "Net profit" + ci, Unit: "USD"},
			{Name: "ROI" + ci, Unit: "%"},
			{Name: "Net of drift" + ci, Unit: "USD"}, {Name: "Advantage" + ci, Unit: "USD"},
			{Name: "Effect of the act" + ci, Unit: "USD"},
			{Name: "S.d. of net profit", Unit: "USD"}, {Name: "S.d. net of drift", Unit: "USD"},
			{Name: "S.d. of advantage", Unit: "USD"}, {Name: "Pr(profit)" + ci, Unit: "%"},
			{Name: "ES " + level(s.Level), Unit: "USD"}, {Name: "Break-even capital", Unit: "USD"},
		},
	}
	for _, x := range s.sorted() {
		t.Rows = append(t.Rows, roiRow(x))
	}
	t.Notes = s.notes(all)
	return t
}

// rank orders cells; those without replications come last.
func (e *Estimate) rank() float64 {
	if e.N == 0 {
		return math.Inf(-1)
	}
	return e.Mean
}

func roiRow(x *Summary) []table.Cell {
	return []table.Cell{
		table.Text(x.Cell.label()), table.Text(x.Cell.leader()),
		Mean(&x.Capital, usd), Mean(&x.PeakStake, percent), Mean(&x.Cost, usd), Mean(&x.Revenue, usd),
		Interval(&x.Profit, usd), roiCell(x), Interval(&x.Net, usd), Interval(&x.Advantage, usd),
		Interval(&x.Effect, usd), deviation(x.Luck.Raw), deviation(x.Luck.Net), deviation(x.Luck.Fitted),
		shareCell(x.ProfitShare), esCell(x), table.Empty(noBreakEven),
	}
}

// noBreakEven is why a run has no break-even capital.
const noBreakEven = "a run at one budget has no break-even; `stakeout break-even PRESET` searches for it"

// noReplication is why a cell has no statistics.
const noReplication = "no replication came to its end"

// deviation prints a standard deviation.
func deviation(sd float64) table.Cell {
	if math.IsNaN(sd) {
		return table.Empty(fewReplications)
	}
	return table.Number(sd, usd)
}

func esCell(x *Summary) table.Cell {
	if math.IsNaN(x.ES) {
		return table.Empty(noReplication)
	}
	return table.Number(x.ES, usd)
}

func roiCell(x *Summary) table.Cell {
	if x.ROI.N == 0 && x.Cell.N() > 0 {
		return table.Empty("no capital was at risk, so a return on it is not defined")
	}
	return Interval(&x.ROI, percent)
}

func shareCell(s Share) table.Cell {
	if s.N == 0 {
		return table.Empty(noReplication)
	}
	return table.Estimate(s.Value(), s.Lo, s.Hi, percent)
}

// Mean prints a mean without its interval.
func Mean(e *Estimate, f table.Format) table.Cell {
	if e.N == 0 {
		return table.Empty(noReplication)
	}
	return table.Number(e.Mean, f)
}

// Interval prints Student's interval. One replication has none, and its ends
// are printed as dashes.
func Interval(e *Estimate, f table.Format) table.Cell {
	switch e.N {
	case 0:
		return table.Empty(noReplication)
	case 1:
		return table.Estimate(e.Mean, math.NaN(), math.NaN(), f)
	}
	return table.Estimate(e.Mean, e.Lo, e.Hi, f)
}

// label is the attack, with its preset where that is called otherwise.
func (c *Cell) label() string {
	if c.Preset != c.Attack && c.Preset != "" {
		return c.Attack + " (" + c.Preset + ")"
	}
	return c.Attack
}

// leader is the mechanism, with its remedy where there is one.
func (c *Cell) leader() string {
	if c.Remedy != "none" && c.Remedy != "" {
		return c.Mechanism + " + " + c.Remedy
	}
	return c.Mechanism
}

// level is a confidence level in words: 95 %.
func level(l float64) string { return strconv.FormatFloat(math.Round(l*1000)/10, 'g', -1, 64) + " %" }

// notes say how the numbers of a study were made and what limits them.
func (s *Study) notes(all []*Summary) []string {
	out := append([]string{s.method(all)}, s.stopNote()...)
	if stamp := s.stamp(); stamp != "" {
		out = append(out, stamp)
	}
	for _, x := range all {
		out = append(out, x.warnings()...)
		if text := x.Cell.premise(); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// Sentences that the tables of returns share.
const (
	numeraire = "Numeraire USD: the cash of the ledger, open positions at what they fetch in the book, fees in."
	roiMean   = "ROI is the mean of the replications' returns on capital at risk"
	paired    = "Net of drift is profit less what the idle world's prices, same seed, did to the same positions. " +
		"Advantage is net of drift less the best honest use of up to the capital at risk, freed of the multiple of the " +
		"log drift, whose mean is zero, that explains it best in the other replications."
	effect = "The effect of the act is profit less that of the same trades without the act."
)

func intervals(l float64) string {
	return "Intervals: " + level(l) + ", Student's t over replications"
}

func (s *Study) method(all []*Summary) string {
	parts := []string{
		s.Sample() + ".",
		numeraire,
		"Cost and revenue are the sums of the negative and of the positive channels; both and capital are means.",
		intervals(s.Level) + "; Pr(profit) " + stat.ShareMethod + ".",
		roiMean + "; ES is the mean profit of the worst " + level(1-s.Level) + ".",
		paired, effect,
	}
	if len(all) > 1 {
		parts = append(parts, fmt.Sprintf("p-values of the advantage are adjusted over %d cells in the data file, by Holm "+
			"and by Benjamini and Hochberg; intervals are not adjusted.", len(all)))
	}
	return strings.Join(append(parts, "Model version "+s.Version+"."), " ")
}

// Sample says how many replications, seeds and days a study has.
func (s *Study) Sample() string {
	if len(s.Cells) == 0 {
		return "n = 0 replications"
	}
	var n, horizons, seeds []string
	add := func(list []string, v string) []string {
		if slices.Contains(list, v) {
			return list
		}
		return append(list, v)
	}
	for _, c := range s.Cells {
		n = add(n, strconv.Itoa(c.N()))
		horizons = add(horizons, strconv.FormatFloat(c.Horizon, 'g', -1, 64))
		seeds = add(seeds, c.Seed)
	}
	if len(horizons) > 3 {
		byDays := func(a, b *Cell) int { return cmp.Compare(a.Horizon, b.Horizon) }
		least, most := slices.MinFunc(s.Cells, byDays), slices.MaxFunc(s.Cells, byDays)
		horizons = []string{fmt.Sprintf("%g to %g", least.Horizon, most.Horizon)}
	}
	what := " replications"
	if len(n) == 1 && n[0] == "1" {
		what = " replication"
	}
	return "n = " + strings.Join(n, ", ") + what + ", master seed " + strings.Join(seeds, ", ") +
		", horizon " + strings.Join(horizons, ", ") + " d" + s.inWorld()
}

// stamp says when a result is not fit to print.
func (s *Study) stamp() string {
	least := math.MaxInt
	for _, c := range s.Cells {
		least = min(least, c.N())
	}
	switch {
	case s.Partial:
		return "PARTIAL: the experiment was interrupted; run it again to resume."
	case least < quickBelow:
		return fmt.Sprintf("QUICK: fewer than %s replications; not for publication.",
			table.Number(quickBelow, table.Format{}))
	}
	return ""
}

// warnings are the troubles of one cell in words.
func (x *Summary) warnings() (out []string) {
	add := func(text string) { out = append(out, "Warning, "+x.Cell.label()+", "+x.Cell.leader()+": "+text+".") }
	if x.Cell.Failed > 0 {
		add(fmt.Sprintf("%d of %d replications failed and are left out, the first with: %s", x.Cell.Failed,
			x.Cell.Failed+x.Cell.N(), x.Cell.Why))
	}
	if x.Cell.N() > 0 && x.ROI.Missing > 0 && x.ROI.N > 0 {
		add(fmt.Sprintf("ROI is not defined in %d replications without capital at risk", x.ROI.Missing))
	}
	if text := x.Luck.doubt(); text != "" {
		add(text)
	}
	for _, text := range x.doubts() {
		add(text)
	}
	if text := x.Cell.oneSided(); text != "" {
		add(text)
	}
	return out
}

// oneSided says in how many replications a side of the book was empty at times.
func (c *Cell) oneSided() string {
	n := 0
	for _, share := range c.Values(column.Outcome("attack", column.OneSided)) {
		if share > 0 {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("in %d of %d replications the book lacked a side at times, when the price is what a clip of the "+
		"supply fetches", n, c.N())
}

// farFromOne is the distance of the slope from one from which on a reader should know:
// net of drift and advantage are then different estimates of the same mean.
const farFromOne = 0.25

// doubt says when a dollar of drift is not a dollar of profit.
func (l *Luck) doubt() string {
	switch {
	case !l.Free && l.Raw > 0 && l.Shift < 0.001:
		return "the log drift has another mean than zero (p < 0.001), so that the advantage is not freed of it"
	case l.Free && math.Abs(l.Slope-1) > farFromOne:
		return "a dollar of drift is " + table.Number(l.Slope, table.Format{Decimals: 2}).String() +
			" dollars of profit, so that the standard deviations tell which of net of drift and advantage to read"
	}
	return ""
}

// doubts are the warnings about profit, ROI and advantage, one line a kind.
func (x *Summary) doubts() (out []string) {
	for _, w := range [...]stat.Warning{stat.FewReplications, stat.ZeroVariance, stat.HeavySkew, stat.IntervalsDiffer,
		stat.NotFinite} {
		var who []string
		for _, e := range [...]struct {
			name string
			*Estimate
			f table.Format
		}{{"net profit", &x.Profit, usd}, {"ROI", &x.ROI, percent}, {"advantage", &x.Advantage, usd}} {
			if !slices.Contains(e.Warnings, w) {
				continue
			}
			if w == stat.IntervalsDiffer {
				e.name += " BCa " + span(e.BCaLo, e.BCaHi, e.f)
			}
			who = append(who, e.name)
		}
		if len(who) > 0 {
			out = append(out, string(w)+" ("+strings.Join(who, ", ")+")")
		}
	}
	return out
}
