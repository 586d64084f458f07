package measure

import (
	"math"

	"stakeout/experiments/kit/stat"
)

// Freed is the advantage by replication, freed of the luck that is left in it after the
// drift has been subtracted once. Replications without a value are left out.
//
// That luck is large where the attack ruins the token: a dollar that the idle world's
// price moves is then not a dollar of the plan's. What is subtracted is a multiple of the
// log drift, the value of every position times the log move of its idle price.
//
// Assumption: the log drift has a mean of zero, since news are symmetric in logs; `check
// martingale` holds it. The drift itself has not: a price whose logarithm goes nowhere
// rises on average, by half its variance, so that a multiple of the drift would bias the
// advantage.
func Freed(advantage, logDrift []float64) stat.Control {
	var y, x []float64
	for i := range advantage {
		if !math.IsNaN(advantage[i] + logDrift[i]) {
			y, x = append(y, advantage[i]), append(x, logDrift[i])
		}
	}
	return stat.CrossFit(y, x)
}
