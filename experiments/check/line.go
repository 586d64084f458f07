package check

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/report/stat"
	"stakeout/experiments/report/table"
)

// checkLevel is the confidence level of all intervals of the checks.
const checkLevel = 0.95

// clusterResamples is the number of bootstrap resamples of whole worlds. It is
// smaller than the usual one since each of them pools all returns anew.
const clusterResamples = 999

// span is a target range; an infinite end leaves that side open, and NaN means
// that there is no target.
type span struct{ lo, hi float64 }

func between(lo, hi float64) span { return span{lo, hi} }
func atMost(hi float64) span      { return span{math.Inf(-1), hi} }
func atLeast(lo float64) span     { return span{lo, math.Inf(1)} }

// digits prints a bound with three digits.
func digits(x float64) string {
	return strings.Replace(strconv.FormatFloat(x, 'g', 3, 64), "-", "−", 1)
}

// untargeted marks a line that is printed for information.
var untargeted = span{math.NaN(), math.NaN()}

func (s span) String() string {
	switch {
	case math.IsNaN(s.lo):
		return table.Dash
	case math.IsInf(s.lo, -1):
		return "at most " + digits(s.hi)
	case math.IsInf(s.hi, 1):
		return "at least " + digits(s.lo)
	case s.lo == s.hi:
		return "exactly " + digits(s.lo)
	}
	return digits(s.lo) + " to " + digits(s.hi)
}

// measured is an estimate with its 95 % interval from n independent worlds.
type measured struct {
	value, lo, hi float64
	n             int
}

// meanOf is the mean with Student's interval.
func meanOf(x []float64) measured {
	t := stat.PairedT(x, checkLevel)
	return measured{t.Mean, t.Lo, t.Hi, t.N}
}

// pooled is a statistic of the data of n worlds together, with the interval of
// a bootstrap that draws whole worlds, so that dependence within a world does
// not narrow it.
func pooled(n int, of func(worlds []int) float64) measured {
	list := make([]float64, n)
	for i := range list {
		list[i] = float64(i)
	}
	pick := make([]int, 0, n)
	f := func(x []float64) float64 {
		pick = pick[:0]
		for _, v := range x {
			pick = append(pick, int(v))
		}
		return of(pick)
	}
	lo, hi := stat.BCa(list, f, clusterResamples, checkLevel, masterSeed)
	return measured{f(list), lo, hi, n}
}

// exactly is a number without sampling error.
func exactly(v float64, n int) measured { return measured{v, v, v, n} }

// shareOf is a share of k in n with its interval.
func shareOf(k, n int) measured {
	lo, hi := stat.Share(k, n, checkLevel)
	return measured{float64(k) / float64(n), lo, hi, n}
}

// times changes the unit.
func (m measured) times(f float64) measured {
	return measured{m.value * f, m.lo * f, m.hi * f, m.n}
}

// line is one quantity held against a target.
type line struct {
	what, unit string
	target     span
	source     string // of the target, as a reader can look it up; empty without a target
	got        measured
	decimals   int
}

// The verdicts on a line.
const (
	verdictPass      = "pass"
	verdictFail      = "fail"
	verdictUndecided = "undecided"
	verdictReported  = table.Dash // no target
)

// verdict judges the whole interval, not the estimate.
func (l *line) verdict() string {
	switch g := &l.got; {
	case math.IsNaN(l.target.lo):
		return verdictReported
	case g.lo >= l.target.lo && g.hi <= l.target.hi:
		return verdictPass
	case g.hi < l.target.lo || g.lo > l.target.hi:
		return verdictFail
	}
	return verdictUndecided
}

// sources numbers the sources of targets in the order in which they are first
// cited, so that each is printed once, below the table.
type sources []string

// cite gives the mark of a source, a dash for none.
func (s *sources) cite(source string) string {
	if source == "" {
		return table.Dash
	}
	i := slices.Index(*s, source)
	if i < 0 {
		i = len(*s)
		*s = append(*s, source)
	}
	return fmt.Sprintf("[%d]", i+1)
}

// judge makes the result of a check from its lines; further tables are added
// by the caller.
func judge(name, title string, lines []line, notes ...string) *Result {
	t := &table.Table{
		Name: "check_" + name, Title: title,
		Columns: []table.Column{{Name: "Quantity"}, {Name: "Unit"}, {Name: "Target"}, {Name: "Source"}, {Name: "Measured [95 % CI]"},
			{Name: "n"}, {Name: "Verdict"}},
	}
	var cited sources
	res := &Result{Tables: []*table.Table{t}}
	for i := range lines {
		l := &lines[i]
		v := l.verdict()
		switch v {
		case verdictFail:
			res.Failed++
		case verdictUndecided:
			res.Undecided++
		}
		t.Rows = append(t.Rows, []table.Cell{
			table.Text(l.what), table.Text(l.unit), table.Text(l.target.String()), table.Text(cited.cite(l.source)),
			table.Estimate(l.got.value, l.got.lo, l.got.hi, table.Format{Decimals: l.decimals}),
			table.Number(float64(l.got.n), table.Format{}), table.Text(v),
		})
	}
	t.Notes = append(t.Notes, fmt.Sprintf("Lines that fail: %d; undecided: %d. A line passes when its whole interval lies within the target, fails when it lies outside, and is undecided when it crosses the border; more seeds decide it.", res.Failed, res.Undecided))
	t.Notes = append(t.Notes, notes...)
	for i, source := range cited {
		t.Notes = append(t.Notes, fmt.Sprintf("[%d] %s.", i+1, source))
	}
	res.Pass = res.Failed == 0 && res.Undecided == 0
	return res
}
