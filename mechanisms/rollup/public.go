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
	ActiveSlow  float64      // average of Active, half-life 7 d
	EmptyHour   float64      // share of slots that left waiting users unserved, half-life 1 h
	EmptyDay    float64      // the same, half-life 1 d
	Revenue6h   float64      // net fees of all slots, ETH index × USD a year
	PerUser30d  float64      // net fees a year for each active cohort and unit of activity; frozen in an episode
	Served6h    float64      // net fees a year at the rate of the slots whose leader served, before the operators' share
	Reward7d    float64      // net staker reward a year for each token of a leader that served
	RewardTotal float64      // sum over time of the yearly reward × years, for forecasts from the past
	Withheld    float64      // share of slots whose leader chose not to serve, half-life 1 d
	ToStake     float64      // share of net fees that reaches stakers
	ToSupply    float64      // share of net fees that reaches every token, by a burn of tokens
	Stake60d    float64      // tokens staked and unbonding, half-life 60 d
	Episode     Episode      // present or last episode of service trouble
	Exodus      bool         // the rollup has ended: no more batches, and everybody may leave through layer one
	Suspect     ledger.Owner // operator with the worst record; Outside if none has withheld service

	Slots, EmptySlots, MissedSlots   uint64 // slots ended; that left waiting users unserved; without a batch in time
	Transactions, Exits, ForcedExits uint64 // transactions included; users who left through batches; through layer one
}

// Episode is the public record of service trouble.
type Episode struct {
	Open  bool   // service trouble goes on now
	Since uint32 // tick at which the episode began
	Calm  uint32 // last tick with trouble; the service has been good since
	End   uint32 // tick at which the last episode ended
	Ended uint32 // number of episodes that have ended
}

// The bounds at which trouble becomes an episode, and the length of the calm that
// ends it.
//
// Assumption: status pages and forums notice half an hour without service within
// an hour, or a day in which one slot in twelve is withheld. They call the
// trouble over after six quiet hours. Without this hysteresis a partial attack
// would open and close hundreds of episodes, and each short one would teach
// agents that trouble ends soon.
const (
	episodeHour  = 0.5
	episodeDay   = 0.08
	calmHour     = 0.25
	calmDay      = 0.06
	calmForHours = 6
)

// Made is the income of an operator from all slots that it led: fees and
// extracted value less layer-one gas, in micro-USD.
func (s *State) Made(o ledger.Owner) ledger.Amount { return s.made[o] }

// Public returns the published state. The caller must not write to it.
func (s *State) Public() *Public { return &s.pub }

// SeedPublic sets the averages to their values in a world without trouble, so
// that the model starts at its fixed point: net yearly revenue in USD at the
// opening price of ETH, yearly reward for a token, active cohorts, and the posted
// fee in micro-USD.
func (s *State) SeedPublic(revenue, reward, active float64, fee ledger.Amount) {
	p := &s.pub
	p.Revenue6h, p.Served6h, p.Reward7d = revenue, revenue, reward
	p.ActiveFast, p.ActiveSlow = active, active
	if active > 0 {
		p.PerUser30d = revenue / active
	}
	p.Stake60d = float64(p.Staked+p.Unbonding) / float64(ledger.Unit)
	p.PostedFee, p.MarginalFee = fee, fee
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

// publish updates the public record at the end of a slot.
func (s *State) publish(tick uint32, o *Outcome, eth float64) {
	p := &s.pub
	p.Slots++
	p.Transactions += uint64(o.Transactions)
	p.Exits += uint64(o.Exits)
	p.Waiting = s.txs.total
	unserved := 0.0
	if o.Transactions == 0 && s.txs.total > 0 {
		unserved = 1
		p.EmptySlots++
	}
	if !o.Posted {
		p.MissedSlots++
	}
	s.note(o, unserved)
	s.average(o, unserved, eth)
	s.watch(tick)
}

// average updates the exponentially weighted averages by one slot.
func (s *State) average(o *Outcome, unserved, eth float64) {
	p, d := &s.pub, &s.decay
	net := s.yearly(o.Fees-o.Cost, eth)
	p.EmptyHour = mix(unserved, p.EmptyHour, d.hour)
	p.EmptyDay = mix(unserved, p.EmptyDay, d.day)
	p.Revenue6h = mix(net, p.Revenue6h, d.sixHours)
	withheld := 0.0
	if o.Operator != ledger.Outside && !o.Tried {
		withheld = 1
	}
	p.Withheld = mix(withheld, p.Withheld, d.day)
	p.Stake60d = mix(float64(p.Staked+p.Unbonding)/float64(ledger.Unit), p.Stake60d, d.sixtyDays)
	p.ActiveFast = mix(p.Active, p.ActiveFast, d.twoDays)
	p.ActiveSlow = mix(p.Active, p.ActiveSlow, d.week)
	if !p.Episode.Open && p.Active > 0 {
		p.PerUser30d = mix(net/(p.Active*s.activity), p.PerUser30d, d.month)
	}
	staked := float64(p.Staked) / float64(ledger.Unit)
	if o.Tried && (staked > 0 || s.accrual.sold) {
		p.Served6h = mix(net, p.Served6h, d.sixHours)
	}
	if staked == 0 || s.accrual.sold {
		return
	}
	if o.Tried {
		p.Reward7d = mix(net*p.ToStake/staked, p.Reward7d, d.week)
	}
	p.RewardTotal += p.Served6h * p.ToStake / staked / s.slotsPerYear()
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

// watch opens and closes episodes with hysteresis.
func (s *State) watch(tick uint32) {
	p, e := &s.pub, &s.pub.Episode
	switch {
	case !e.Open && (p.EmptyHour > episodeHour || p.EmptyDay > episodeDay):
		*e = Episode{Open: true, Since: tick, Calm: tick, End: e.End, Ended: e.Ended}
	case e.Open && (p.EmptyHour > calmHour || p.EmptyDay > calmDay):
		e.Calm = tick
	case e.Open && float64(tick-e.Calm) > s.perDay*calmForHours/24:
		e.Open = false
		e.End = tick
		e.Ended++
	}
}
