package question

import (
	"fmt"

	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/study/stop"
)

// PrecisionSection is the section of a preset that lets the results decide on the
// number of replications.
const PrecisionSection = "precision"

// readPrecision reads the rule of the preset or of the command line, which
// replaces it.
func (b *axesReader) readPrecision(flag string) {
	var rule stop.Rule
	param.Defaults(&rule)
	at := func(key, message, expected string) notation.Problem {
		p := b.doc.At(PrecisionSection+"."+key, message, expected)
		if flag != "" {
			p.File, p.Line = "--precision "+flag, 0
		}
		return p
	}
	var problems []notation.Problem
	switch {
	case flag != "":
		for _, p := range stop.Parse(flag, &rule) {
			p.Path = PrecisionSection + "." + p.Path
			problems = append(problems, notation.Problem{File: "--precision " + flag, Problem: p})
		}
	case b.doc.Has(PrecisionSection):
		problems = b.doc.Decode(PrecisionSection, &rule)
		if b.doc.Has("replications") {
			problems = append(problems, b.doc.At("replications", "is given beside the section precision, which decides on it",
				"one of the two"))
		}
	default:
		return
	}
	if len(problems) == 0 && rule.Relative == 0 && rule.Absolute == 0 {
		problems = append(problems, at("relative",
			"is 0 beside an absolute of 0, and no number of replications makes an interval that narrow",
			"one of the two above 0"))
	}
	if len(problems) == 0 && rule.Min > rule.Max {
		problems = append(problems,
			at("min", fmt.Sprintf("%d lies above max, which is %d", rule.Min, rule.Max), "no more than max"))
	}
	b.problems = append(b.problems, problems...)
	if len(problems) == 0 {
		b.Precision, b.Spec.Replications = &rule, rule.Max
	}
}
