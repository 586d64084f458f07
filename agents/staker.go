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
	MispricingBand float64     `key:"mispricing_band" default:"0.06" unit:"1" min:"0.001" max:"1" source:"Calibrated: impact exponent near 0.6 and no drift (checks impact, stationary)" doc:"Median of the log mispricing that makes the tactical part move; lognormal with log s.d. 0.15"`
	Corridor       float64     `key:"corridor" default:"0.6" unit:"1" min:"0" max:"5" source:"Calibrated: inaction empties the latent book near the price, so that impact is concave (check impact)" doc:"Gap to the target, in tactical shares, below which nothing is done"`
	WakeHours      float64     `key:"wake_hours" default:"4" unit:"h" min:"0.01" max:"100" source:"Assumption: holders look a few times a day" doc:"Median time between looks; lognormal with log s.d. 0.7, between 1 and 48 h"`
	SliceMinutes   float64     `key:"slice_minutes" default:"10" unit:"min" min:"0.2" max:"1000" source:"Calibrated: with slice_share, decay of impact within a day (check facts, sweeps)" doc:"Mean time between child orders while trading"`
	SliceShare     float64     `key:"slice_share" default:"0.01" unit:"share" min:"0.0001" max:"1" source:"Calibrated: with slice_minutes, decay of impact within a day (check facts, sweeps)" doc:"Mean child order as a share of the normal holding"`
	Response       float64     `key:"staking_elasticity" default:"0.04" unit:"1" min:"0" max:"5" source:"Livepeer 2022–25: the staked share moved by at most 0.04 of a relative change of the yield over three years" doc:"Relative change of the share staked for a relative change of its net yield"`
	Switching      float64     `key:"switching_intensity" default:"6" unit:"1" min:"0" max:"100" source:"Assumption: an operator that pays nothing is left at about one allocation in two" doc:"Intensity of choice between operators, by the difference of their net returns over the usual one"`
	Contracts      float64     `key:"contract_share" default:"0.3" unit:"share" min:"0" max:"1" source:"Assumption: a third of holders has an account where futures trade; no sweep yet" doc:"Share of stakers who trade the perpetual future, where there is one, above all to be short of stake that they cannot sell at once"`
	FollowYields   bool        `key:"follow_yields" default:"true" source:"Assumption: on; off to see what a result owes to it (check reactions)" doc:"Whether they stake more when staking yields more"`
	RecallLoans    bool        `key:"recall_loans" default:"true" source:"Assumption: on; off to see what a result owes to it (check reactions)" doc:"Whether they call back what they have lent"`
	Civic          CivicParams `key:"civic" doc:"What they do about a coordinator that attacks"`
}

// Stakers is the population of stakers.
type Stakers struct {
	m    believer
	p    StakerParams
	rows []staker

	operators []ID // professional operators, among whom holders choose
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
	hedges  bool    // whether it trades the perpetual future
}

// How stakers differ and divide what they hold.
//
// Assumption: thumb rules of which none has been swept; holdings are divided anew at
// one look in five, and only when the gap is worth a transaction; lending doubles
// when the rate rises by a tenth a year, and at most trebles.
const (
	wealthCut     = 20   // largest holding over the least
	stakedSD      = 0.12 // s.d. of the share staked over stakers
	stakedLeast   = 0.3  // bounds of that share at the draw
	stakedMost    = 0.95
	stakedCap     = 0.97 // largest share staked later
	stakedFloor   = 0.05 // least share staked later
	levelRounds   = 20   // rounds of scaling the shares to their mean
	bandSD        = 0.15 // log s.d. of the mispricing band over stakers
	stakerWakeSD  = 0.7  // log s.d. of the time between looks over stakers
	wakeLeast     = 1    // bounds of that time, hours
	wakeMost      = 48
	saturation    = 0.69  // ln 2 to two digits: at one band the tactical part has moved by tanh(ln 2) = 0.6
	strategicMost = 1     // largest ln mispricing that the strategic part follows
	allocateShare = 0.2   // chance to divide the holding anew at a look
	switchCost    = 6     // log odds against a change of operator at a look when both return the same
	stakeGap      = 0.03  // gap over the holding from which on more is staked
	unstakeGap    = 0.05  // gap from which on less is staked
	unstakeSale   = 0.3   // sale over the normal holding beyond liquid tokens for which stake is given up
	lendThought   = 0.02  // share of the holding that the lending rate is asked for
	lendWeight    = 10    // relative change of the share lent for a unit of the yearly rate
	lendFactor    = 3     // largest share lent over the usual one
	lendMore      = 0.005 // gap over the holding from which on more is lent
	lendLess      = 0.01  // gap from which on less is lent
)

// NewStakers draws a population and calls endow for each agent.
func NewStakers(p StakerParams, b BeliefParams, o Opening, list []Agent, s *draw.Stream, endow Endow) *Stakers {
	t := &Stakers{m: newBeliever(b, o), p: p, rows: make([]staker, len(list))}
	total := 0.0
	for i, a := range list {
		r := s.At(draw.Population, a.Key, 0)
		row := &t.rows[i]
		row.belief = t.m.draw(r)
		row.normal = min(r.Pareto(p.WealthTail), wealthCut)
		row.staked = clip(p.StakedShare+float64(stakedSD*r.Norm()), stakedLeast, stakedMost)
		row.lent = 2 * p.LentShare * r.Float64()
		row.band = p.MispricingBand * r.Lognormal(bandSD)
		row.wake = clip(p.WakeHours*r.Lognormal(stakerWakeSD), wakeLeast, wakeMost) * o.TicksPerDay / hours
		row.hedges = r.Float64() < p.Contracts
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
			Tokens: float64(row.normal*(1-row.staked)) - lent - leaves, Staked: row.normal * row.staked,
			Lent: lent, Leaves: leaves, Due: float64(i+1) / float64(len(list)),
			Cash: p.CashRatio * row.normal * o.Price,
		})
	}
	return t
}

// levelStake scales the shares staked so that together they are StakedShare of
// all holdings in every sample. It takes a few rounds, since a share never exceeds
// its cap.
func (t *Stakers) levelStake(total float64) {
	for range levelRounds {
		staked := 0.0
		for i := range t.rows {
			staked += float64(t.rows[i].normal * t.rows[i].staked)
		}
		f := t.p.StakedShare * total / staked
		for i := range t.rows {
			t.rows[i].staked = min(t.rows[i].staked*f, stakedCap)
		}
	}
}

// Choose names the professional operators among whom holders choose.
func (t *Stakers) Choose(operators []Agent) {
	for _, a := range operators {
		t.operators = append(t.operators, a.ID)
	}
}

// Clone implements Strategy.
func (t *Stakers) Clone() Strategy {
	c := *t
	c.rows = append([]staker(nil), t.rows...)
	c.operators = append([]ID(nil), t.operators...)
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

// one values the token, consumes the rewards, and trades towards the target or, now
// and then, divides the holding anew.
func (t *Stakers) one(a Agent, row *staker, v *View, do *Actions) {
	r := v.Rand(a)
	t.m.drift(&row.belief, v, r)
	t.m.learn(&row.belief, v)
	do.Move(Consume, a.ID, v.Earned(a.ID))
	value := t.m.lnValue(&row.belief, v)
	hold := v.Tokens(a.ID)
	gap := t.target(row, value-v.LnMid) - v.exposure(a.ID)
	t.lift(a.ID, row, value-v.LnMid, v, do)
	switch {
	case row.trading && abs(gap) < tradeEndsBelow*row.normal:
		row.trading = false
		do.CancelAll(a.ID)
	case !row.trading && abs(gap) > t.p.Corridor*t.p.TacticalShare*row.normal:
		row.trading = true
	}
	if row.trading {
		t.work(a.ID, row, gap, value, v, do, r)
		do.WakeAt(a.ID, later(v, jitter(r)*t.p.SliceMinutes/minutes*v.TicksPerDay))
		return
	}
	if r.Float64() < allocateShare {
		t.allocate(a.ID, row, hold, v, do, r)
	}
	do.WakeAt(a.ID, later(v, jitter(r)*row.wake))
}

// target is the holding wanted at log mispricing z: a tactical part that
// saturates and a strategic part that does not.
func (t *Stakers) target(row *staker, z float64) float64 {
	tactical := float64(t.p.TacticalShare * exact.Tanh(saturation*z/row.band))
	return float64(row.normal * max(0, 1+tactical+float64(t.p.Elasticity*clip(z, -strategicMost, strategicMost))))
}

// work sends one slice towards the target. Tokens for a sale come first from the
// free ones, then from the lent ones. Stake is given up only for a much larger sale,
// and counts as sold once it is unbonding.
func (t *Stakers) work(id ID, row *staker, gap, value float64, v *View, do *Actions, r *draw.Stream) {
	slice := min(t.p.SliceShare*row.normal*(soonest+r.Float64()), abs(gap))
	if v.Bid == 0 || v.Ask == 0 {
		t.open(id, gap, value, slice, v, do)
		return
	}
	if t.contract(id, row, gap, slice, value-v.LnMid, v, do) {
		return
	}
	if gap > 0 {
		child(id, v, do, r, sideOf(gap), slice, takingShare, takingSlack)
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
	if short := -gap - liquid; short > unstakeSale*row.normal {
		do.Move(Unstake, id, min(Amount(short), v.Pocket(id, ledger.Token, ledger.Staked)))
	}
	slice = min(slice, v.Free(id, ledger.Token).Units())
	child(id, v, do, r, sideOf(gap), slice, takingShare, takingSlack)
}

// open offers a slice at the holder's own value in a market that lacks a side.
func (t *Stakers) open(id ID, gap, value, slice float64, v *View, do *Actions) {
	if gap < 0 {
		slice = min(slice, v.Free(id, ledger.Token).Units())
	}
	do.Order(id, passiveSlot, sideOf(gap), book.Limit, v.Price(exact.Exp(value)), v.Lots(slice))
}

// allocate splits the holding between staking, lending and keeping liquid by
// their yields. The yield of staking is the expected one, not the momentary
// one, and a lender counts on the rate that its supply leaves.
func (t *Stakers) allocate(id ID, row *staker, hold float64, v *View, do *Actions, r *draw.Stream) {
	t.redelegate(id, v, do, r)
	share := clip(row.staked*(1+float64(t.p.Response*(t.yield(row, v)-1))), stakedFloor, stakedCap)
	want := float64(share * hold)
	staked := v.Pocket(id, ledger.Token, ledger.Staked).Units()
	free := v.Free(id, ledger.Token).Units()
	switch {
	case want-staked > stakeGap*hold:
		do.Move(Stake, id, Amount(min(want-staked, free)))
		return
	case staked-want > unstakeGap*hold:
		do.Move(Unstake, id, Amount(staked-want))
	}
	t.lend(id, row, hold, free, v, do)
}

// yield is what a staked token is expected to earn now over what it earned at the
// opening, net of what slashing is expected to take. Few who stake share all rewards.
func (t *Stakers) yield(row *staker, v *View) float64 {
	if !t.m.p.RespondToEvents || !t.p.FollowYields {
		return 1
	}
	e, s := t.m.forecasts(&row.belief, v)
	o, p := &t.m.opening, v.Service
	reward := (float64(row.weight*e) + float64((1-row.weight)*s)) * v.EthUSD / o.EthUSD * o.Price / v.Mid
	if o.Issued > 0 { // minted tokens are worth their price, whatever fees do
		minted := float64(o.Issued * o.Price)
		reward = (float64(reward*o.Normal) + minted) / (o.Normal + minted)
	}
	yield := reward * p.Expected / max((p.Staked+p.Unbonding).Units(), 1)
	if t.m.p.FearSlashing {
		yield -= p.Peril.Fast / t.m.yearly
	}
	return yield
}

// redelegate compares the own operator with another one, drawn at random, and moves the
// delegation by a logit of the difference of their net returns: what each pays out of
// the slots that it serves, less what is slashed behind it.
func (t *Stakers) redelegate(id ID, v *View, do *Actions, r *draw.Stream) {
	if !t.p.FollowYields || len(t.operators) < 2 {
		return
	}
	own, other := v.Operator(id), t.operators[r.Intn(len(t.operators))]
	gain := t.operatorReturn(other, v) - t.operatorReturn(own, v)
	if other != own && r.Float64() < exact.Logistic(float64(t.p.Switching*gain)-switchCost) {
		do.Delegate(id, other)
	}
}

// operatorReturn is what an operator returns to its stakers over the usual return.
func (t *Stakers) operatorReturn(o ID, v *View) float64 {
	loss := 0.0
	if t.m.p.FearSlashing {
		loss = v.LossRate(o) / t.m.yearly
	}
	return 1 - v.Record(o).Withheld - loss
}

// lend moves the lent tokens towards the share that the holder lends at the rate that
// its supply would leave.
func (t *Stakers) lend(id ID, row *staker, hold, free float64, v *View, do *Actions) {
	claim := v.Claim(id).Units()
	rate := v.LendRateIf(Amount(lendThought * hold))
	want := float64(row.lent * hold * min(1+float64(lendWeight*rate), lendFactor))
	switch {
	case want-claim > lendMore*hold && free > want-claim:
		do.Move(Lend, id, Amount(want-claim))
	case claim-want > lendLess*hold && t.p.RecallLoans:
		do.Move(Recall, id, Amount(claim-want))
	}
}

func sqrt(x float64) float64 { return math.Sqrt(x) }
