package agents

import (
	"math"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// StakerParams describe the holders who value the token, stake most of it and
// trade when it is mispriced.
//
// Sources: Gordon valuation (belief.go); the target around a normal holding
// with an inaction corridor and trading in slices is the form for which
// `check impact` finds concave impact; the staking response to relative
// yields follows Chitra (2021).
type StakerParams struct {
	Count          int         `key:"count" default:"300" unit:"1" min:"1" max:"1000000" source:"Assumption: enough that no single holder moves the price" doc:"Number of stakers"`
	HoldShare      float64     `key:"hold_share" default:"0.68" unit:"share" min:"0" max:"1" source:"Assumption: a young rollup; together the groups hold the whole supply" doc:"Share of supply that they hold"`
	StakedShare    float64     `key:"staked_share" default:"0.735" unit:"share" min:"0" max:"1" source:"Assumption: half of the supply is staked; no sweep yet" doc:"Mean share of their holding that is staked; s.d. 0.12 over stakers"`
	LeavingShare   float64     `key:"unbonding_share" default:"0.009" unit:"share" min:"0" max:"0.5" source:"Calibrated: mean share unbonding after warm-up, so that the opening does not drift (check stationary)" doc:"Share of their holding that is unbonding at the opening"`
	LentShare      float64     `key:"lent_share" default:"0.03" unit:"share" min:"0" max:"1" source:"Assumption: with the long-horizon holders' part the pool holds about twice the borrow cap" doc:"Mean share of their holding that is lent out; uniform between 0 and twice the mean"`
	CashRatio      float64     `key:"cash_ratio" default:"1.1" unit:"1" min:"0" max:"100" source:"Assumption: cash for about one doubling of the holding, so that buyers are rarely short of funds" doc:"Cash for each dollar of normal holding"`
	WealthTail     float64     `key:"wealth_tail" default:"1.5" unit:"1" min:"1.05" max:"10" source:"Gabaix (2009), Power Laws in Economics and Finance: wealth has an exponent near 1.5" doc:"Pareto exponent of holdings, cut at 20 times the minimum"`
	TacticalShare  float64     `key:"tactical_share" default:"0.25" unit:"share" min:"0" max:"1" source:"Calibrated: impact exponent near 0.6 between 1 and 30 % of daily volume (check impact); no sweep yet, though it decides what a takeover costs" doc:"Share of the normal holding that follows small mispricings"`
	Elasticity     float64     `key:"strategic_elasticity" default:"1" unit:"1" min:"0" max:"5" source:"Assumption: unit elasticity of holdings to value over price; no sweep yet, though it decides what a takeover costs" doc:"Further change of the holding for each unit of ln value over price"`
	MispricingBand float64     `key:"mispricing_band" default:"0.04" unit:"1" min:"0.001" max:"1" source:"Calibrated: impact exponent near 0.6 and no drift (checks impact, stationary)" doc:"Median of the log mispricing that makes the tactical part move; lognormal with log s.d. 0.15"`
	Corridor       float64     `key:"corridor" default:"0.6" unit:"1" min:"0" max:"5" source:"Calibrated: inaction empties the latent book near the price, so that impact is concave (check impact)" doc:"Gap to the target, in tactical shares, below which nothing is done"`
	WakeHours      float64     `key:"wake_hours" default:"4" unit:"h" min:"0.01" max:"100" source:"Assumption: holders look a few times a day" doc:"Median time between looks; lognormal with log s.d. 0.7, between 1 and 48 h"`
	SliceMinutes   float64     `key:"slice_minutes" default:"10" unit:"min" min:"0.2" max:"1000" source:"Calibrated: with slice_share, decay of impact within a day (check facts, sweeps)" doc:"Mean time between child orders while trading"`
	SliceShare     float64     `key:"slice_share" default:"0.01" unit:"share" min:"0.0001" max:"1" source:"Calibrated: with slice_minutes, decay of impact within a day (check facts, sweeps)" doc:"Mean child order as a share of the normal holding"`
	FollowYields   bool        `key:"follow_yields" default:"true" source:"Assumption: on; off to see what a result owes to it (check reactions)" doc:"Whether they stake more when staking yields more"`
	RecallLoans    bool        `key:"recall_loans" default:"true" source:"Assumption: on; off to see what a result owes to it (check reactions)" doc:"Whether they call back what they have lent"`
	Civic          CivicParams `key:"civic" doc:"What they do about a coordinator that attacks"`
}

// Stakers is the population of stakers.
type Stakers struct {
	m    believer
	p    StakerParams
	rows []staker
}

type staker struct {
	belief
	citizen
	normal  float64 // holding at a fair price, tokens
	staked  float64 // desired share staked
	lent    float64 // desired share lent
	band    float64 // log mispricing that makes the tactical part move
	wake    float64 // median time between looks, ticks
	trading bool    // whether it is on its way to the target
}

// NewStakers draws a population; endow is called with what each owns.
func NewStakers(p StakerParams, b BeliefParams, o Opening, list []Agent, s *draw.Stream,
	endow func(ID, Endowment)) *Stakers {
	t := &Stakers{m: newBeliever(b, o), p: p, rows: make([]staker, len(list))}
	total := 0.0
	for i, a := range list {
		r := s.At(draw.Population, a.Key, 0)
		row := &t.rows[i]
		row.belief = t.m.draw(r)
		row.normal = min(r.Pareto(p.WealthTail), 20)
		row.staked = clip(p.StakedShare+float64(0.12*r.Norm()), 0.3, 0.95)
		row.lent = 2 * p.LentShare * r.Float64()
		row.band = p.MispricingBand * r.Lognormal(0.15)
		row.wake = clip(p.WakeHours*r.Lognormal(0.7), 1, 48) * o.TicksPerDay / 24
		total += row.normal
	}
	scale := p.HoldShare * o.Supply / total
	t.levelStake(total)
	for i, a := range list {
		row := &t.rows[i]
		row.citizen = drawCitizen(p.Civic, s.At(draw.Opinion, a.Key, 0))
		row.normal *= scale
		leaves := float64(min(p.LeavingShare, 1-row.staked) * row.normal)
		lent := float64(min(row.lent, 1-row.staked-leaves/row.normal) * row.normal)
		endow(a.ID, Endowment{
			Tokens: float64(row.normal*(1-row.staked)) - lent - leaves, Staked: row.normal * row.staked, Lent: lent,
			Leaves: leaves, Due: float64(i+1) / float64(len(list)),
			Cash: p.CashRatio * row.normal * o.Price,
		})
	}
	return t
}

// levelStake scales the shares staked so that together they are StakedShare of
// all holdings, whatever the sample; a few rounds suffice against the cap.
func (t *Stakers) levelStake(total float64) {
	for range 20 {
		staked := 0.0
		for i := range t.rows {
			staked += float64(t.rows[i].normal * t.rows[i].staked)
		}
		f := t.p.StakedShare * total / staked
		for i := range t.rows {
			t.rows[i].staked = min(t.rows[i].staked*f, 0.97)
		}
	}
}

// Clone implements Strategy.
func (t *Stakers) Clone() Strategy {
	c := *t
	c.rows = append([]staker(nil), t.rows...)
	return &c
}

// Warm implements Warmer.
func (t *Stakers) Warm(row int32) uint64 { return uint64(t.rows[row].viewTick) }

// Decide implements Strategy.
func (t *Stakers) Decide(awake []Agent, v *View, do *Actions) {
	for _, a := range awake {
		row := &t.rows[a.Row]
		t.one(a, row, v, do)
		t.speak(a, row, v, do)
	}
}

// one values the token, consumes what has been earned, and trades towards the
// target or, now and then, divides the holding anew.
func (t *Stakers) one(a Agent, row *staker, v *View, do *Actions) {
	r := v.Rand(a)
	t.m.drift(&row.belief, v, r)
	t.m.learn(&row.belief, v)
	do.Move(Consume, a.ID, v.Earned(a.ID))
	value := t.m.lnValue(&row.belief, v)
	hold := v.Tokens(a.ID)
	gap := t.target(row, value-v.LnMid) - hold
	switch {
	case row.trading && abs(gap) < 0.02*row.normal:
		row.trading = false
		do.CancelAll(a.ID)
	case !row.trading && abs(gap) > t.p.Corridor*t.p.TacticalShare*row.normal:
		row.trading = true
	}
	if row.trading {
		t.work(a.ID, row, gap, value, v, do, r)
		do.WakeAt(a.ID, later(v, r.Uniform(0.5, 1.5)*t.p.SliceMinutes/1440*v.TicksPerDay))
		return
	}
	if r.Float64() < 0.2 {
		t.allocate(a.ID, row, hold, v, do)
	}
	do.WakeAt(a.ID, later(v, r.Uniform(0.5, 1.5)*row.wake))
}

// target is the holding wanted at log mispricing z: a tactical part that
// saturates and a strategic part that does not.
func (t *Stakers) target(row *staker, z float64) float64 {
	tactical := float64(t.p.TacticalShare * exact.Tanh(0.69*z/row.band))
	return row.normal * max(0, 1+tactical+float64(t.p.Elasticity*clip(z, -1, 1)))
}

// work sends one slice towards the target. Tokens for a sale come first from
// the free ones, then from those lent; stake is given up only when much more is
// to be sold, and counts as sold once it is unbonding.
func (t *Stakers) work(id ID, row *staker, gap, value float64, v *View, do *Actions, r *draw.Stream) {
	slice := min(t.p.SliceShare*row.normal*(0.5+r.Float64()), abs(gap))
	if v.Away && (v.Bid == 0 || v.Ask == 0) {
		t.open(id, gap, value, slice, v, do)
		return
	}
	if gap > 0 {
		child(id, v, do, r, sideOf(gap), slice, 0.6, 0.004)
		return
	}
	free := (v.Free(id, ledger.Token) + v.Pocket(id, ledger.Token, ledger.Held)).Units()
	if free < slice && t.p.RecallLoans {
		do.Move(Recall, id, min(v.Claim(id), Amount(slice-free)))
	}
	coming := v.Pocket(id, ledger.Token, ledger.Unbonding).Units()
	claim := v.Claim(id).Units()
	if !t.p.RecallLoans {
		claim = 0
	}
	liquid := free + claim + coming
	if short := -gap - liquid; short > 0.3*row.normal {
		do.Move(Unstake, id, min(Amount(short), v.Pocket(id, ledger.Token, ledger.Staked)))
	}
	child(id, v, do, r, sideOf(gap), min(slice, v.Free(id, ledger.Token).Units()), 0.6, 0.004)
}

// open offers a slice at what it is worth to the holder, where a young market has no
// two sides yet and nobody makes it.
func (t *Stakers) open(id ID, gap, value, slice float64, v *View, do *Actions) {
	if gap < 0 {
		slice = min(slice, v.Free(id, ledger.Token).Units())
	}
	do.Order(id, passiveSlot, sideOf(gap), book.Limit, v.Price(exact.Exp(value)), v.Lots(slice))
}

// allocate splits the holding between staking, lending and keeping liquid by
// their yields. The yield of staking is the expected one, not the momentary
// one, and a lender counts on the rate that its own supply leaves.
func (t *Stakers) allocate(id ID, row *staker, hold float64, v *View, do *Actions) {
	yield := 1.0
	if t.m.p.RespondToEvents && t.p.FollowYields {
		e, s := t.m.forecasts(&row.belief, v)
		yield = (float64(row.weight*e) + float64((1-row.weight)*s)) * v.EthUSD / t.m.opening.EthUSD *
			t.m.opening.Price / v.Mid
	}
	want := float64(clip(row.staked+float64(0.5*(yield-1)*row.staked), 0.05, 0.97) * hold)
	staked := v.Pocket(id, ledger.Token, ledger.Staked).Units()
	free := v.Free(id, ledger.Token).Units()
	switch {
	case want-staked > 0.03*hold:
		do.Move(Stake, id, Amount(min(want-staked, free)))
		return
	case staked-want > 0.05*hold:
		do.Move(Unstake, id, Amount(staked-want))
	}
	t.lend(id, row, hold, free, v, do)
}

// lend brings what is lent towards the share that the holder lends at the rate which
// its own supply would leave.
func (t *Stakers) lend(id ID, row *staker, hold, free float64, v *View, do *Actions) {
	claim := v.Claim(id).Units()
	rate := v.LendRateIf(Amount(0.02 * hold))
	want := float64(row.lent * hold * min(1+float64(10*rate), 3))
	switch {
	case want-claim > 0.005*hold && free > want-claim:
		do.Move(Lend, id, Amount(want-claim))
	case claim-want > 0.01*hold && t.p.RecallLoans:
		do.Move(Recall, id, Amount(claim-want))
	}
}

func sqrt(x float64) float64 { return math.Sqrt(x) }
