package rollup

import "stakeout/market/ledger"

// accrual follows what reaches the holders of the token where leadership is
// sold: slow averages, half-life 30 d, of USD a year at the opening price of ETH.
// Under the other mechanisms the share of stakers is a constant.
type accrual struct {
	sold           bool
	supply         float64 // tokens
	fees           float64 // net, of all slots
	stakers, burnt float64 // paid to those who stake; in tokens that were burnt
}

// SeedAccrual says that leadership is sold, and sets the shares of net fees that
// reach stakers and every token to what they are in a world without trouble:
// the model starts at its fixed point. Revenue is net fees in USD a year.
func (s *State) SeedAccrual(toStake, toSupply, revenue, supply float64) {
	s.pub.ToStake, s.pub.ToSupply = toStake, toSupply
	s.accrual = accrual{sold: true, supply: supply, fees: revenue, stakers: toStake * revenue, burnt: toSupply * revenue}
}

// Accrue books what the auction's proceeds of the slot that has ended brought to
// stakers and burnt in tokens, in micro-USD. It must follow every Close where
// leadership is sold. What the holders are paid is the bid, whatever its winner
// makes of the slot, so rewards do not depend on its service; the shares of
// fees, like fees a user, are frozen while service trouble is on.
func (s *State) Accrue(stakers, burnt ledger.Amount, eth float64) {
	p, a, d := &s.pub, &s.accrual, &s.decay
	toStake, toSupply := s.yearly(stakers, eth), s.yearly(burnt, eth)
	if !p.Episode.Open {
		a.fees = mix(s.yearly(s.slot.Fees-s.slot.Cost, eth), a.fees, d.month)
		a.stakers = mix(toStake, a.stakers, d.month)
		a.burnt = mix(toSupply, a.burnt, d.month)
		if a.fees > 0 {
			p.ToStake, p.ToSupply = a.stakers/a.fees, a.burnt/a.fees
		}
	}
	staked := float64(p.Staked) / float64(ledger.Unit)
	if staked == 0 {
		return
	}
	reward := toStake/staked + toSupply/a.supply
	p.Reward7d = mix(reward, p.Reward7d, d.week)
	p.RewardTotal += reward / s.slotsPerYear()
}
