package report

import (
	"math"

	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/column"
)

// lockup is the attack that presupposes a lock-up of dai.
const lockup = "dos-lockup"

// conditions summarise under which conditions the numbers of a run came about: whether
// the book had two sides, and what a lock-up presupposes.
func conditions() []quantity {
	return []quantity{
		attack("one_sided_share", "share", "Hours in which the book lacked a side", column.OneSided),
		from("premise_dai_inside_share", "share", "Dai inside the rollup when the act began", column.PremiseInside),
		from("premise_dai_locked_share", "share", "Most dai that wanted to leave and could not from the act on",
			column.PremiseLocked),
		from("premise_dai_premium_share", "share", "Highest price of dai over a dollar from the act on",
			column.PremisePremium),
		from("premise_dai_premium_idle_share", "share", "Highest price of dai over a dollar at that time in the idle world",
			column.PremiseIdle),
	}
}

// premise says how far what the attack of a cell presupposes has happened in its runs.
// It is empty for attacks without such a premise.
func (c *Cell) premise() string {
	if c.Attack != lockup || c.N() == 0 {
		return ""
	}
	mean := func(name string) string {
		sum, n := 0.0, 0.0
		for _, x := range c.Values(name) {
			if !math.IsNaN(x) {
				sum, n = sum+x, n+1
			}
		}
		if n == 0 {
			return "no"
		}
		return table.Number(100*sum/n, table.Format{Decimals: 1}).String()
	}
	return "The premise, " + c.label() + ", " + c.leader() + ": when the act began, " + mean(column.PremiseInside) +
		" % of all dai was inside; from then on at most " + mean(column.PremiseLocked) +
		" % wanted to leave and could not, and dai cost up to " + mean(column.PremisePremium) +
		" % more than a dollar, " + mean(column.PremiseIdle) + " % in the idle world (means of the replications)."
}
