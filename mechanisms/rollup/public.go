package rollup

import (
	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// Public is the state that everybody can read from the contract and the chain.
// Averages are exponentially weighted with the half-life in their name.
type Public struct {
	Slot              uint32        // number of the slot
	Leader            Leader        // leader of the present slot
	Staked, Unbonding ledger.Amount // stake that counts, and stake on its way out, in micro-tokens
	PostedFee         ledger.Amount // micro-USD: quote that follows the minima of leaders that serve
	MarginalFee       ledger.Amount // micro-USD: price of inclusion in the latest batch of a leader that serves

	Waiting     uint64       // transactions in the pool
	Members     float64      // cohorts with a balance inside
	Active      float64      // members that are not on their way out
	ActiveFast  float64      // average of Active, half-life 2 d
	ActiveMonth float64      // average of Active, half-life 30 d
	EmptyHour   float64      // share of the service that slots owed and did not give, half-life 1 h
	EmptyDay    float64      // the same, half-life 1 d
	Withheld    float64      // the same of slots with a batch in time, where only the leader's choice kept users waiting
	PerUser30d  float64      // net fees a year for each active cohort and unit of activity; frozen in an episode
	Served6h    float64      // net fees a year of slots that did not withhold, before the operators' share
	Reward7d    float64      // net staker reward of all slots a year for each token of expected stake
	RewardOwn7d float64      // the same of slots that did not withhold, which is what those who serve have earned
	RewardTotal float64      // sum over time of the yearly reward × years, for forecasts from the past
	ToStake     float64      // share of net fees that reaches stakers
	ToSupply    float64      // share of net fees that reaches every token, by a burn of tokens
	Stake60d    float64      // tokens staked and unbonding, half-life 60 d
	Expected    float64      // stake that is expected to share rewards in the long run, tokens
	Peril       Peril        // slashing of stake whose operator had a clean record
	Episode     Episode      // present or last episode of service trouble
	Exodus      bool         // the rollup has ended: no more batches, and everybody may leave through layer one
	Suspect     ledger.Owner // operator with the worst record; Outside if none has withheld service

	Slots, EmptySlots, MissedSlots   uint64 // slots ended; that left waiting users unserved; without a batch in time
	Transactions, Exits, ForcedExits uint64 // transactions included; users who left through batches; through layer one
}

// Made is the income of an operator from all slots that it led: fees and
// extracted value less layer-one gas, in micro-USD.
func (s *State) Made(o ledger.Owner) ledger.Amount { return s.made[o] }

// Public returns the published state. The caller must not write to it.
func (s *State) Public() *Public { return &s.pub }

// SeedPublic sets the averages to their values in a world without trouble, so
// that the model starts at its fixed point: net yearly revenue in USD at the
// opening price of ETH, yearly reward for a token of expected stake, active cohorts,
// the supply of tokens, and the posted fee in micro-USD.
func (s *State) SeedPublic(revenue, reward, active, supply float64, fee ledger.Amount) {
	p := &s.pub
	p.Served6h, p.Reward7d, p.RewardOwn7d = revenue, reward, reward
	p.ActiveFast, p.ActiveMonth = active, active
	if active > 0 {
		p.PerUser30d = revenue / active
	}
	s.seedStake(supply)
	p.PostedFee, p.MarginalFee = fee, fee
}

// seedStake makes the present stake the one that is expected in the long run.
func (s *State) seedStake(supply float64) {
	p := &s.pub
	p.Stake60d = float64(p.Staked+p.Unbonding) / float64(ledger.Unit)
	p.Expected, s.stake0, s.supply0, s.burnt = p.Stake60d, p.Stake60d, supply, 0
}

// Activate records that a cohort begins to use the rollup (active), or that it
// wants to leave.
func (s *State) Activate(o ledger.Owner, active bool) {
	if s.active[o] == active {
		return
	}
	s.active[o] = active
	if active {
		s.pub.Active++
	} else {
		s.pub.Active--
	}
}

// SetActivity publishes the exogenous activity index, 1 at the start.
func (s *State) SetActivity(a float64) { s.activity = a }

// SetQuote publishes what an honest leader would ask for a transaction now: its cost on
// layer one and the customary margin, micro-USD. Users and the record of service measure
// every leader by it, so that an extortioner cannot move the measure.
func (s *State) SetQuote(fee ledger.Amount) { s.pub.PostedFee = fee }

// publish updates the public record at the end of a slot.
func (s *State) publish(tick uint32, o *Outcome, eth float64) {
	p := &s.pub
	p.Slots++
	p.Transactions += uint64(o.Transactions)
	p.Exits += uint64(o.Exits)
	p.Waiting = s.txs.total
	missing := s.missing(o)
	if missing > mostly {
		p.EmptySlots++
	}
	if !o.Posted {
		p.MissedSlots++
	}
	s.note(o, missing)
	s.average(o, missing, eth)
	s.watch(tick, missing)
	s.endanger(tick)
}

// average updates the exponentially weighted averages by one slot.
func (s *State) average(o *Outcome, missing, eth float64) {
	p, d := &s.pub, &s.decay
	net := s.yearly(o.Fees-o.Cost, eth)
	withheld := 0.0
	if o.Posted {
		withheld = missing
	}
	missed := 1.0
	if o.Posted {
		missed = 0
	}
	s.missedHour = mix(missed, s.missedHour, d.hour)
	p.EmptyHour = mix(missing, p.EmptyHour, d.hour)
	p.EmptyDay = mix(missing, p.EmptyDay, d.day)
	p.Withheld = mix(withheld, p.Withheld, d.day)
	p.Stake60d = mix(float64(p.Staked+p.Unbonding)/float64(ledger.Unit), p.Stake60d, d.sixtyDays)
	p.Expected = max(p.Stake60d, s.stake0*(1-s.burnt/max(s.supply0, 1)))
	p.ActiveFast = mix(p.Active, p.ActiveFast, d.twoDays)
	p.ActiveMonth = mix(p.Active, p.ActiveMonth, d.month)
	if !p.Episode.Open && p.Active > 0 {
		p.PerUser30d = mix(net/(p.Active*s.activity), p.PerUser30d, d.month)
	}
	serves := o.Operator != ledger.Outside && withheld < mostly
	if serves {
		p.Served6h = mix(net, p.Served6h, d.sixHours)
	}
	if p.Expected == 0 || s.accrual.sold {
		return
	}
	s.earn(s.lasting(net)*p.ToStake/p.Expected, net*p.ToStake/p.Expected, serves)
}

// earn records the reward of a slot a year and token: the part that counts as a yield,
// and all of it.
func (s *State) earn(yield, all float64, serves bool) {
	p, d := &s.pub, &s.decay
	p.Reward7d = mix(yield, p.Reward7d, d.week)
	if serves {
		p.RewardOwn7d = mix(all, p.RewardOwn7d, d.week)
	}
	p.RewardTotal += all / s.slotsPerYear()
}

// lasting is the part of a slot's net fees a year that holders take for a yield. While
// trouble lasts, fees from the backlog make up for what was lost, and a burst above that
// would not come again.
func (s *State) lasting(net float64) float64 {
	if p := &s.pub; p.Episode.Open {
		usual := p.PerUser30d * p.Active * s.activity
		return min(net, usual/(1-min(p.EmptyDay, mostLost)))
	}
	return net
}

func (s *State) slotsPerYear() float64 { return 365 * s.perDay / float64(s.p.BlocksPerSlot) }

// yearly converts an amount of one slot to USD a year at the opening price of
// ETH.
func (s *State) yearly(slot ledger.Amount, eth float64) float64 {
	return float64(float64(slot) / float64(ledger.Unit) / eth * s.slotsPerYear())
}

func mix(x, average, keep float64) float64 { return x + float64((average-x)*keep) }

// decay holds the weight that each average keeps over one slot.
type decay struct{ hour, sixHours, day, twoDays, week, month, sixtyDays float64 }

func newDecay(slotDays float64) decay {
	return decay{
		hour: exact.HalfLife(slotDays, 1.0/24), sixHours: exact.HalfLife(slotDays, 0.25),
		day: exact.HalfLife(slotDays, 1), twoDays: exact.HalfLife(slotDays, 2),
		week: exact.HalfLife(slotDays, 7), month: exact.HalfLife(slotDays, 30), sixtyDays: exact.HalfLife(slotDays, 60),
	}
}
