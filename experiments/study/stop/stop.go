// Package stop decides how many replications a cell needs. It has the rule, its form on the
// command line, when the rule looks again, and whether it is met.
package stop

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/stat"
)

// Rule adds replications to a cell until its advantage is known well enough. After Min, 2 Min, 4 Min …
// replications, and at last after Max, the
// half-width of the interval of the mean advantage is compared with a share of that
// mean and with a share of the mean capital at risk. One of the two is enough. The
// decision rests on the first replications of the cell and on nothing else.
//
// Assumption: the interval is made as if the number had been fixed before. It
// covers a little less than its level, since the rule stops where the variance
// happens to look small; looking rarely, and not before Min, keeps the loss small.
// Source: Y. S. Chow, H. Robbins, "On the asymptotic theory of fixed-width
// sequential confidence intervals for the mean", Annals of Mathematical Statistics
// 36(2), 1965.
type Rule struct {
	Relative float64 `key:"relative" default:"0.05" unit:"1" min:"0" max:"1" source:"Choice of the experimenter" doc:"Half-width that is precise enough, as a share of the mean advantage"`
	Absolute float64 `key:"absolute" default:"0.01" unit:"1" min:"0" max:"1" source:"Choice of the experimenter" doc:"Half-width that is precise enough, as a share of the mean capital at risk"`
	Min      int     `key:"min" default:"100" unit:"1" min:"2" max:"1000000" source:"Choice of the experimenter" doc:"Fewest replications of a cell"`
	Max      int     `key:"max" default:"10000" unit:"1" min:"2" max:"1000000" source:"Choice of the experimenter" doc:"Most replications of a cell"`
}

// Met tells whether the replications so far are enough. It takes their advantage and
// their capital at risk, both in USD and NaN where a replication has none.
func (p Rule) Met(advantage, capital []float64, level float64) bool {
	return p.Enough(stat.PairedT(finite(advantage), level), stat.Mean(finite(capital)))
}

// Enough tells whether an interval of the advantage is narrow enough beside a mean
// capital at risk in USD.
func (p Rule) Enough(advantage stat.Interval, capital float64) bool {
	half := (advantage.Hi - advantage.Lo) / 2
	return advantage.N > 1 && (half <= p.Relative*math.Abs(advantage.Mean) || half <= p.Absolute*capital)
}

func finite(values []float64) []float64 { return slices.DeleteFunc(slices.Clone(values), math.IsNaN) }

// Next is the number of replications after which the rule looks again. It is 0 when n is
// the largest number allowed.
func (p Rule) Next(n int) int {
	switch {
	case n < p.Min:
		return p.Min
	case n < p.Max:
		return min(2*n, p.Max)
	}
	return 0
}

// String is the rule in words.
func (p Rule) String() string {
	share := func(x float64) string { return strconv.FormatFloat(100*x, 'g', 6, 64) + " %" }
	return fmt.Sprintf("half-width of the advantage at most %s of its mean or %s of the capital at risk, %d to %d "+
		"replications",
		share(p.Relative), share(p.Absolute), p.Min, p.Max)
}

// form is a rule on the command line.
const form = "RELATIVE, RELATIVE:ABSOLUTE or RELATIVE:ABSOLUTE:MIN..MAX, such as 0.05:0.01:100..10000"

// Parse reads a rule of the command line. What the text leaves out stays as it is.
func Parse(flag string, into *Rule) (problems []param.Problem) {
	parts := strings.Split(flag, ":")
	low, high, ranged := "", "", false
	if len(parts) == 3 {
		low, high, ranged = strings.Cut(parts[2], "..")
	}
	if len(parts) > 3 || len(parts) == 3 && !ranged {
		last := strconv.Quote(strings.Join(parts[2:], ":"))
		return []param.Problem{{Path: "min", Message: last + " is not a range of numbers of replications", Expected: form}}
	}
	set := func(key, value string) {
		if err := param.Set(into, key, value); err != nil {
			problems = append(problems, param.AsProblem(err))
		}
	}
	set("relative", parts[0])
	if len(parts) > 1 {
		set("absolute", parts[1])
	}
	if ranged {
		set("min", low)
		set("max", high)
	}
	return problems
}
