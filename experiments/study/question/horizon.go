package question

import (
	"fmt"
	"math"
	"strings"

	"stakeout/experiments/kit/notation"
)

// Auto is what a preset, --set or a sweep writes for a horizon as long as the plan of each cell needs.
const Auto = "auto"

// horizonPath is the parameter that may be Auto.
const horizonPath = "horizon_days"

// readHorizon takes the word Auto, which is no number, out of what is wrong with a preset.
func (s *Spec) readHorizon(doc *notation.Document, problems []notation.Problem) []notation.Problem {
	if text, plain := doc.Scalar(horizonPath); !plain || text != Auto {
		return problems
	}
	s.auto = true
	kept := problems[:0]
	for _, p := range problems {
		if p.Path != horizonPath {
			kept = append(kept, p)
		}
	}
	return kept
}

// settle gives a horizon that is Auto its number: the first whole day on which the plan of the attack has ended, every
// position closed and every stake out of its lock. Whole days let cells of plans that differ by hours share the worlds
// without an attacker, and make their days comparable. The honest use of the capital follows the same plan.
func (s *Spec) settle() {
	if s.auto && s.Entry.Days != nil && s.Params != nil {
		need := s.StartDays + s.Entry.Days(s.Params, s.World.Rollup.UnbondingDays)
		s.HorizonDays = math.Ceil(need - 1e-9)
	}
}

// longestHorizon is the largest horizon that a preset may state, in days.
const longestHorizon = 3650

// horizon checks what a horizon that is Auto has become.
func (c *consistency) horizon() {
	if c.auto && c.HorizonDays > longestHorizon {
		c.add(horizonPath, fmt.Sprintf("is %s, and the plan of the attack takes %.6g days", Auto, c.HorizonDays),
			fmt.Sprintf("a plan of at most %d days", longestHorizon))
	}
}

// autoText is the canonical text of what the cells of a sweep share, with the word Auto where each has its own horizon.
func (s *Spec) autoText() []byte {
	text := string(s.Canonical())
	if s.auto {
		before, rest, _ := strings.Cut(text, "\n"+horizonPath+":")
		_, after, _ := strings.Cut(rest, "\n")
		text = before + "\n" + horizonPath + ": " + Auto + "\n" + after
	}
	return []byte(text)
}
