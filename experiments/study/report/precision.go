package report

import (
	"fmt"
	"math"
	"strconv"

	"stakeout/experiments/kit/stat"
)

// Precision is the rule that adds replications to a cell until its excess is known
// well enough. After Min, 2 Min, 4 Min … replications, and at last after Max, the
// half-width of the interval of the mean excess is compared with a share of that
// mean and with a share of the mean capital at risk; one of the two is enough. The
// decision rests on the first so many replications of the cell and on nothing
// else.
//
// Assumption: the interval is made as if the number had been fixed before. It
// covers a little less than its level, since the rule stops where the variance
// happens to look small; looking rarely, and not before Min, keeps the loss small.
// Source: Y. S. Chow, H. Robbins, "On the asymptotic theory of fixed-width
// sequential confidence intervals for the mean", Annals of Mathematical Statistics
// 36(2), 1965.
type Precision struct {
	Relative float64 `key:"relative" default:"0.05" unit:"1" min:"0" max:"1" source:"Choice of the experimenter" doc:"Half-width that is precise enough, as a share of the mean excess"`
	Absolute float64 `key:"absolute" default:"0.01" unit:"1" min:"0" max:"1" source:"Choice of the experimenter" doc:"Half-width that is precise enough, as a share of the mean capital at risk"`
	Min      int     `key:"min" default:"100" unit:"1" min:"2" max:"1000000" source:"Choice of the experimenter" doc:"Fewest replications of a cell"`
	Max      int     `key:"max" default:"10000" unit:"1" min:"2" max:"1000000" source:"Choice of the experimenter" doc:"Most replications of a cell"`
}

// Met tells whether the replications so far are enough: their excess and their
// capital at risk, both in USD, NaN where a replication has none.
func (p Precision) Met(excess, capital []float64, level float64) bool {
	return p.met(estimateOf(excess, level).Interval, estimateOf(capital, level).Mean)
}

func (p Precision) met(excess stat.Interval, capital float64) bool {
	half := (excess.Hi - excess.Lo) / 2
	return excess.N > 1 && (half <= p.Relative*math.Abs(excess.Mean) || half <= p.Absolute*capital)
}

// Next is the number of replications after which the rule looks again, 0 when
// there are to be no more than n.
func (p Precision) Next(n int) int {
	switch {
	case n < p.Min:
		return p.Min
	case n < p.Max:
		return min(2*n, p.Max)
	}
	return 0
}

// String is the rule in words.
func (p Precision) String() string {
	share := func(x float64) string { return strconv.FormatFloat(100*x, 'g', 6, 64) + " %" }
	return fmt.Sprintf("half-width of the excess at most %s of its mean or %s of the capital at risk, %d to %d replications",
		share(p.Relative), share(p.Absolute), p.Min, p.Max)
}

// precise tells whether a cell met the rule of the study.
func (s *Study) precise(x *Summary) bool {
	return s.Precision.met(x.Excess.Interval, x.Capital.Mean)
}

// stopNote says how the number of replications was chosen, or nothing when it was
// given.
func (s *Study) stopNote() []string {
	if s.Precision == nil {
		return nil
	}
	short := 0
	for _, x := range s.Summaries() {
		if !s.precise(x) {
			short++
		}
	}
	note := "Replications of a cell were added until: " + s.Precision.String() + "."
	if short > 0 {
		note += fmt.Sprintf(" Not reached in %d of %d cells.", short, len(s.Cells))
	}
	return []string{note}
}

// stopReason says why a cell got no more replications.
func (s *Study) stopReason(x *Summary) string {
	switch {
	case s.Partial:
		return "interrupted"
	case s.Precision != nil && !s.precise(x):
		return "most replications"
	}
	return "met"
}
