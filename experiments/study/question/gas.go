package question

import (
	"fmt"

	"stakeout/experiments/kit/exact"
	"stakeout/mechanisms/layer1"
)

// tips checks that block space can be as cheap as its demand says: the price under
// EIP-1559 is never below the usual tip.
func (c *consistency) tips() {
	p := &c.World.Layer1
	median := exact.Exp(p.BackgroundLogMean)
	if p.FeeMarket == layer1.EIP1559 && p.BackgroundDemand && p.UsualTipGwei >= median {
		c.add("world.layer1.usual_tip_gwei",
			fmt.Sprintf("%g is not below the median price of block space of %.3g gwei, so that the base fee would be 0 and "+
				"gas never cheaper than the tip", p.UsualTipGwei, median),
			fmt.Sprintf("less than %.3g", median))
	}
}
