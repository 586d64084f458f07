package measure

import (
	"math"

	"stakeout/experiments/kit/stat"
)

// Freed is the advantage by replication with the fitted multiple of the drift in place of
// the drift itself, in the unit of the three columns. Replications without a value are
// left out.
//
// The multiple serves where the attack ruins the token: a dollar that the idle world's
// price moves is then not a dollar of the plan's, and coefficient one adds noise. While
// the price stays near the idle one, the multiple is about one.
func Freed(advantage, net, profit []float64) stat.Control {
	var y, x []float64
	for i := range advantage {
		if drift := profit[i] - net[i]; !math.IsNaN(advantage[i] + drift) {
			y, x = append(y, advantage[i]+drift), append(x, drift)
		}
	}
	return stat.CrossFit(y, x)
}
