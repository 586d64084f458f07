package check

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"stakeout/experiments/evidence/facts"
	"stakeout/experiments/kit/stat"
	"stakeout/experiments/kit/table"
)

// checkLevel is the confidence level of all intervals of the checks.
const checkLevel = facts.Level

// clusterResamples is the number of bootstrap resamples of whole worlds. It is smaller
// than usual, because each resample pools the returns of all its worlds.
const clusterResamples = 999

// span is a target range.
type span = facts.Range

func between(lo, hi float64) span { return facts.Between(lo, hi) }
func atMost(hi float64) span      { return facts.AtMost(hi) }
func atLeast(lo float64) span     { return facts.AtLeast(lo) }

// untargeted is the target of a line that is only printed for information.
var untargeted = facts.Unclaimed

// digits prints a bound with three significant digits.
func digits(x float64) string { return facts.Digits(x) }

// method is the method behind an interval. It is empty for a number without sampling
// error.
type method string

const (
	student   method = "Student's t"
	bootstrap method = "BCa bootstrap of whole worlds"
	wilson    method = stat.ShareMethod
)

// measured is an estimate with its 95 % interval from n independent worlds.
type measured struct {
	value, lo, hi float64
	n             int
	by            method
}

// of is the note on intervals under a table that has no column n.
func (m method) of(worlds int) string {
	return fmt.Sprintf("Intervals: 95 %%, %s, n = %d worlds.", m, worlds)
}

// meanOf is the mean with Student's interval.
func meanOf(x []float64) measured {
	t := stat.PairedT(x, checkLevel)
	return measured{t.Mean, t.Lo, t.Hi, t.N, student}
}

// pooled is a statistic of the pooled data of n worlds. The bootstrap draws whole
// worlds, so that dependence within a world does not make the interval too narrow.
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
	return measured{f(list), lo, hi, n, bootstrap}
}

// exactly is a number without sampling error; n is the number of cases behind it.
func exactly(v float64, n int) measured { return measured{v, v, v, n, ""} }

// shareOf is a share of k in n with its interval.
func shareOf(k, n int) measured {
	lo, hi := stat.Share(k, n, checkLevel)
	return measured{float64(k) / float64(n), lo, hi, n, wilson}
}

// times multiplies the estimate and its interval by f, to change the unit.
func (m measured) times(f float64) measured {
	return measured{m.value * f, m.lo * f, m.hi * f, m.n, m.by}
}

// line is one quantity with its target.
type line struct {
	what, unit string
	target     span
	source     string // of the target, for the reader to look up; empty without a target
	got        measured
	decimals   int
}

// factLine is the line of a stylised fact, with the target and source of the fact.
func factLine(f facts.Fact, got measured) line {
	return line{f.Name, f.Unit, f.Accepted, f.Source, got, f.Decimals}
}

// deciding is the number of worlds that would decide an undecided line with a
// probability of 90 %, if its estimate is right; it is 0 for a decided line. The
// half-width of 1.96 standard errors shrinks with the square root of the number, and
// the nearest border must lie 1.28 standard errors, the 90 % quantile, beyond it.
func (l *line) deciding() float64 {
	if l.target.Judge(l.got.lo, l.got.hi) != facts.Undecided {
		return 0
	}
	const odds = (1.96 + 1.28) / 1.96
	need := (l.got.hi - l.got.lo) / 2 * odds / min(math.Abs(l.got.value-l.target.Lo), math.Abs(l.got.value-l.target.Hi))
	return math.Ceil(float64(l.got.n) * need * need)
}

// methods is the note on the intervals of a table: the method of most lines, and the
// lines with another method.
func methods(lines []line) []string {
	by := map[method][]string{}
	var order []method
	for _, l := range lines {
		if m := l.got.by; m != "" {
			if by[m] == nil {
				order = append(order, m)
			}
			by[m] = append(by[m], l.what)
		}
	}
	if len(order) == 0 {
		return nil
	}
	slices.SortStableFunc(order, func(a, b method) int { return cmp.Compare(len(by[b]), len(by[a])) })
	note := "Intervals: 95 %, " + string(order[0])
	for _, m := range order[1:] {
		note += "; " + string(m) + " for " + strings.Join(by[m], ", ")
	}
	return []string{note + "; n in the table."}
}

// judge makes the result of a check from its lines; the caller adds further tables.
func judge(name, title string, lines []line, notes ...string) *Result {
	list := make([]facts.Line, len(lines))
	var power []string
	for i, l := range lines {
		list[i] = facts.Line{What: l.what, Unit: l.unit, Accepted: l.target, Source: l.source, Decimals: l.decimals,
			Got: facts.Estimate{Value: l.got.value, Lo: l.got.lo, Hi: l.got.hi, N: l.got.n}}
		if n := l.deciding(); n > 0 && n < 1e9 {
			half := table.Number((l.got.hi-l.got.lo)/2, table.Format{Decimals: l.decimals})
			power = append(power, fmt.Sprintf("%s: with a half-width of %s at n = %d, "+
				"n of about %s decides it nine times in ten, if the estimate is right.",
				l.what, half, l.got.n, table.Number(n, table.Format{})))
		}
	}
	j := facts.Judge("check_"+name, title, "more seeds decide it", list, slices.Concat(power, methods(lines), notes)...)
	return &Result{
		Tables: []*table.Table{j.Table}, Pass: j.Failed == 0 && j.Undecided == 0,
		Failed: j.Failed, Undecided: j.Undecided,
	}
}
