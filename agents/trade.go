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

// How traders work a parent order, and how long they wait between looks.
//
// Assumption: three child orders in five trade at once, so that a trader neither
// always pays the spread nor never; they reach 0.4 % beyond the mid, some
// half-spreads; looks come at random, between half and one and a half times their
// mean distance.
const (
	takingShare = 0.6   // share of child orders that trade at once
	takingSlack = 0.004 // distance from the mid up to which they trade, as a share of it
	soonest     = 0.5   // shortest wait over its mean
	latest      = 1.5   // longest wait over its mean
)

// Units of time in a day.
const (
	hours      = 24
	minutes    = 24 * 60
	tenMinutes = 24 * 6 // intervals of ten minutes
	daysAYear  = 365
)

const (
	gwei       = 1e-9 // ETH
	basisPoint = 1e-4
)

// jitter is a random wait over its mean.
func jitter(r *draw.Stream) float64 { return r.Uniform(soonest, latest) }

// child sends one child order of a parent. With probability `taking` it is a
// marketable one, which trades at up to slack from the mid and drops the rest;
// otherwise it rests at the best price of its side in place of the last one.
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

// within is the worst price that a trade may have, over the mid: 1 + slack for
// buyers and 1 − slack for sellers.
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

// later is the tick that lies so many ticks ahead, at least one.
func later(v *View, ticks float64) uint32 { return v.Tick + uint32(clip(ticks, 1, farthest)) }

// farthest is the longest wait in ticks, so that the sum fits 32 bits.
const farthest = 1e9

func clip(x, lo, hi float64) float64 { return min(max(x, lo), hi) }

func abs(x float64) float64 { return max(x, -x) }
