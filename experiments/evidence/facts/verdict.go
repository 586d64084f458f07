package facts

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/kit/table"
)

// Range holds accepted values; an infinite end leaves that side open, and NaN
// means that nothing is claimed.
type Range struct{ Lo, Hi float64 }

// Unclaimed is the range of a value that is reported for information.
var Unclaimed = Range{math.NaN(), math.NaN()}

// Between accepts values from lo to hi.
func Between(lo, hi float64) Range { return Range{lo, hi} }

// AtMost accepts values up to hi.
func AtMost(hi float64) Range { return Range{math.Inf(-1), hi} }

// AtLeast accepts values from lo on.
func AtLeast(lo float64) Range { return Range{lo, math.Inf(1)} }

// Digits prints a bound with three digits.
func Digits(x float64) string {
	return strings.Replace(strconv.FormatFloat(x, 'g', 3, 64), "-", "−", 1)
}

// String is the range in words.
func (r Range) String() string {
	switch {
	case math.IsNaN(r.Lo):
		return table.Dash
	case math.IsInf(r.Lo, -1):
		return "at most " + Digits(r.Hi)
	case math.IsInf(r.Hi, 1):
		return "at least " + Digits(r.Lo)
	case r.Lo == r.Hi:
		return "exactly " + Digits(r.Lo)
	}
	return Digits(r.Lo) + " to " + Digits(r.Hi)
}

// Verdict is what an interval says about a range.
type Verdict string

// The verdicts.
const (
	Pass      Verdict = "pass"
	Fail      Verdict = "fail"
	Undecided Verdict = "undecided" // the interval crosses the border
	Reported  Verdict = "reported"  // nothing is claimed
)

// Judge judges the whole interval, not the estimate.
func (r Range) Judge(lo, hi float64) Verdict {
	switch {
	case math.IsNaN(r.Lo):
		return Reported
	case lo >= r.Lo && hi <= r.Hi:
		return Pass
	case hi < r.Lo || lo > r.Hi:
		return Fail
	}
	return Undecided
}

// Line is one quantity held against what is accepted.
type Line struct {
	What, Unit string
	Accepted   Range
	Source     string // of the range, as a reader can look it up; empty without a range
	Got        Estimate
	Decimals   int
}

// Judged is a table of lines with their verdicts.
type Judged struct {
	Table *table.Table
	// Failed lines have their interval outside of the range, Undecided ones
	// across its border.
	Failed, Undecided int
}

// Decision says below a table how verdicts come about.
func (j *Judged) Decision() string {
	return fmt.Sprintf("Lines that fail: %d; undecided: %d. A line passes when its whole interval lies within the "+
		"target, fails when it lies outside, and is undecided when it crosses the border", j.Failed, j.Undecided)
}

// sources numbers the sources of ranges in the order in which they are first
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

// Judge makes the table of lines under a title. Below it stand how verdicts come
// about and what would decide the undecided, the notes, and the sources.
func Judge(name, title, remedy string, lines []Line, notes ...string) *Judged {
	t := &table.Table{
		Name: name, Title: title,
		Columns: []table.Column{{Name: "Quantity"}, {Name: "Unit"}, {Name: "Target"}, {Name: "Source"},
			{Name: "Measured [95 % CI]"},
			{Name: "n"}, {Name: "Verdict"}},
	}
	var cited sources
	j := &Judged{Table: t}
	for i := range lines {
		l := &lines[i]
		v := l.Accepted.Judge(l.Got.Lo, l.Got.Hi)
		switch v {
		case Fail:
			j.Failed++
		case Undecided:
			j.Undecided++
		}
		t.Rows = append(t.Rows, []table.Cell{
			table.Text(l.What), table.Text(l.Unit), table.Text(l.Accepted.String()), table.Text(cited.cite(l.Source)),
			l.Got.cell(l.Decimals), table.Number(float64(l.Got.N), table.Format{}), table.Text(string(v)),
		})
	}
	t.Notes = append(t.Notes, j.Decision()+"; "+remedy+".")
	t.Notes = append(t.Notes, notes...)
	for i, source := range cited {
		t.Notes = append(t.Notes, fmt.Sprintf("[%d] %s.", i+1, source))
	}
	return j
}

// cell prints an estimate, without brackets where there is no interval.
func (e Estimate) cell(decimals int) table.Cell {
	f := table.Format{Decimals: decimals}
	if math.IsNaN(e.Lo) && math.IsNaN(e.Hi) {
		return table.Number(e.Value, f)
	}
	return table.Estimate(e.Value, e.Lo, e.Hi, f)
}
