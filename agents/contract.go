package agents

import (
	"stakeout/experiments/kit/exact"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// Who has a view trades the perpetual future where there is one: short sellers quote
// around their value of the token, chartists and stakers take it where it is the better
// market, and noise traders send it a part of their orders. The premium at which a view
// is worth a position is bounded by funding, which takes it back every few hours.
//
// Sources: He, Manela, Ross and von Wachter (2022), "Fundamentals of Perpetual Futures",
// for the premium within bounds that costs and funding set; Christin, Routledge, Soska
// and Zetlin-Jones (2023), "The Crypto Carry Trade", for funding that the demand of
// speculators makes.
//
// Assumption: all expect a premium of today to be paid as funding for a day; they trade
// the contract in place of the token when that saves more than a tenth of a percent, the
// contract's higher fee and spread; a resting order stands at most four percent from
// the token's mid, within the band of the default rules.
const (
	fundedDays   = 1
	contractCost = 0.001
	quoteReach   = 0.04
)

// contract reports whether there is a perpetual future with a price.
func (v *View) contract() bool { return v.Perp.Mid > 0 && v.FundingsDay > 0 }

// dearness is by how much the perpetual future is dearer than the token in logs, with
// the funding that those who are long expect to pay.
func (v *View) dearness() float64 {
	premium := exact.Log(v.Perp.Mid) - v.LnMid
	return premium + float64(fundedDays*v.FundingsDay*clip(premium, -v.FundingCap, v.FundingCap))
}

// premiumAt is the premium in logs at which the contract has a dearness.
func (v *View) premiumAt(dearness float64) float64 {
	times := fundedDays * v.FundingsDay
	most := float64(times * v.FundingCap)
	if premium := dearness / (1 + times); abs(premium) <= v.FundingCap {
		return premium
	}
	return dearness - clip(dearness, -most, most)
}

// contractRoom is the number of contracts that an agent could hold with its cash and the margin
// that it has.
func (v *View) contractRoom(id ID) float64 {
	return (v.Free(id, ledger.Cash) + v.PerpEquity(id)).Units() / (bufferShare * v.Mid)
}

// inContract trades up to some tokens in the perpetual future at once, if that is the
// better market for this side, or if the token cannot be had or sold, in which case it
// is worth a dearness up to bound. It reports whether it has sent an order. The position
// stays within most tokens and what the agent's cash allows.
func inContract(id ID, side book.Side, tokens, most, bound float64, v *View, do *Actions) bool {
	if !v.contract() {
		return false
	}
	sign := 1.0
	if side == book.Sell {
		sign = -1
	}
	if dear := sign * v.dearness(); dear > float64(sign*bound)-contractCost {
		return false
	}
	position := v.PerpPosition(id)
	limit := min(most, v.contractRoom(id))
	tokens = min(tokens, limit-float64(sign*position))
	if lots := v.Lots(tokens); lots > 0 && v.PerpRoom() > 0 {
		MarginPerp(id, max(abs(position), abs(position+float64(sign*tokens))), v, do)
		price := v.Price(v.Perp.Mid * within(side, takingSlack))
		do.PerpOrder(id, takingSlot, side, book.ImmediateOrCancel, price, lots)
		return true
	}
	return false
}

// quoteContract rests an order of a side at a dearness, or trades with who is there; it
// takes the order back when the price is out of reach.
func quoteContract(id ID, slot uint16, side book.Side, dearness, tokens float64, v *View, do *Actions) {
	away := v.premiumAt(dearness)
	if side == book.Sell {
		away = max(away, -quoteReach)
	} else {
		away = min(away, quoteReach)
	}
	if lots := v.Lots(tokens); abs(away) <= quoteReach && lots > 0 {
		do.PerpOrder(id, slot, side, book.Limit, v.Price(v.Mid*exact.Exp(away)), lots)
	} else if _, _, open := v.OpenPerp(id, slot); open {
		do.CancelPerp(id, slot)
	}
}

// exposure is what an agent has of the token, with its position in the perpetual future.
func (v *View) exposure(id ID) float64 {
	if !v.contract() {
		return v.Tokens(id)
	}
	return v.Tokens(id) + v.PerpPosition(id)
}

// contract sends a slice to the perpetual future where that is the better market; a
// holder who closes a position there need not save anything, and one who has no tokens
// that it can sell goes short as long as the contract is dearer than its value, which is
// the price times exp(z).
func (t *Stakers) contract(id ID, row *staker, gap, slice, z float64, v *View, do *Actions) bool {
	if !row.hedges || !v.contract() {
		return false
	}
	bound := 0.0
	switch position := v.PerpPosition(id); {
	case gap > 0 && position < 0:
		bound = 2 * contractCost
	case gap < 0 && position > 0:
		bound = -2 * contractCost
	case gap < 0 && v.Free(id, ledger.Token).Units() < slice:
		bound = min(z, 0)
	}
	return inContract(id, sideOf(gap), slice, row.normal, bound, v, do)
}

// lift closes a part of a short position that has become cheaper than the token is worth
// to the holder, so that funding costs it more than it saves.
func (t *Stakers) lift(id ID, row *staker, z float64, v *View, do *Actions) {
	if !row.hedges || !v.contract() {
		return
	}
	if short := -v.PerpPosition(id); short > 0 {
		inContract(id, book.Buy, min(t.p.SliceShare*row.normal, short), row.normal, z, v, do)
	}
}
