package report

import "fmt"

// precise tells whether a cell met the rule of the study.
func (s *Study) precise(x *Summary) bool {
	return s.Precision.Enough(x.Advantage.Interval, x.Capital.Mean)
}

// stopNote says how the number of replications was chosen, unless it was given, and what
// that number leaves open.
func (s *Study) stopNote() []string {
	return append(s.stopRule(), s.limits()...)
}

func (s *Study) stopRule() []string {
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
