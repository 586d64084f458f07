package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/market/book"
)

// The order slots of a trader: one for an order that rests, one for orders that
// trade at once.
const (
	passiveSlot = 0
	takingSlot  = 1
)

// child sends one child order of a parent: with probability `taking` a
// marketable one, which trades at up to slack from the mid and drops the rest,
// else one that rests at the own best price in place of the last.
func child(a ID, v *View, do *Actions, r *draw.Stream, side book.Side, tokens, taking, slack float64) {
	lots := v.Lots(tokens)
	if r.Float64() < taking {
		do.Order(a, takingSlot, side, book.ImmediateOrCancel, v.Price(v.Mid*within(side, slack)), lots)
		return
	}
	price := v.Bid
	if side == book.Sell {
		price = v.Ask
	}
	if price == 0 {
		price = v.Price(v.Mid)
	}
	do.Order(a, passiveSlot, side, book.PostOnly, price, lots)
}

// within is 1 + slack for buyers and 1 − slack for sellers.
func within(side book.Side, slack float64) float64 {
	if side == book.Buy {
		return 1 + slack
	}
	return 1 - slack
}

// sideOf is the side that moves a position by the sign of gap.
func sideOf(gap float64) book.Side {
	if gap > 0 {
		return book.Buy
	}
	return book.Sell
}

// later is the tick that lies ticks from now, at least one.
func later(v *View, ticks float64) uint32 {
	if ticks < 1 {
		ticks = 1
	}
	if ticks > 1e9 {
		ticks = 1e9
	}
	return v.Tick + uint32(ticks)
}

func clip(x, lo, hi float64) float64 { return min(max(x, lo), hi) }

func abs(x float64) float64 { return max(x, -x) }
