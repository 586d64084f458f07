package rollup

import "stakeout/market/ledger"

// accrual measures the income of token holders where leadership is sold. It holds
// slow averages, half-life 30 d, in USD a year at the opening price of ETH. Under
// the other mechanisms the share of the stakers is a constant.
type accrual struct {
	sold           bool
	supply         float64 // tokens
	fees           float64 // net fees of all slots
	stakers, burnt float64 // income paid to stakers, and value of burnt tokens
}

// SeedAccrual marks leadership as sold, and sets the shares of net fees that
// reach stakers and every token to their values in a world without trouble, so
// that the model starts at its fixed point. revenue is net fees in USD a year,
// supply is in tokens.
func (s *State) SeedAccrual(toStake, toSupply, revenue, supply float64) {
	s.pub.ToStake, s.pub.ToSupply = toStake, toSupply
	s.accrual = accrual{sold: true, supply: supply, fees: revenue, stakers: toStake * revenue, burnt: toSupply * revenue}
}

// Accrue records the proceeds of the auction for the slot that has ended, in
// micro-USD: the part paid to stakers and the part that burnt tokens. Where
// leadership is sold, it must follow every Close. Holders are paid from the bid,
// so their rewards do not depend on the service of the winner. The shares of
// fees, like fees for each user, are frozen during an episode of service trouble.
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
	if p.Expected == 0 {
		return
	}
	reward := toStake/p.Expected + toSupply/a.supply
	s.earn(reward, reward, true)
}
