package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/mechanisms/rollup"
)

// BeliefParams describe how holders value the token.
type BeliefParams struct {
	Extrapolation   float64 `key:"extrapolation_share" default:"0.1" unit:"share" min:"0" max:"1" source:"Calibrated: impact exponent near 0.6 between 1 and 30 % of daily volume (check impact); no sweep yet" doc:"Mean weight on the yield earned lately, against the structural forecast; uniform between 0 and twice the mean, at most 1"`
	Learning        float64 `key:"learning_intensity" default:"2" unit:"1" min:"0" max:"50" source:"Brock and Hommes (1998), intensity of choice" doc:"How strongly the weights follow past forecast errors; 0 never learns"`
	ViewSpread      float64 `key:"view_spread" default:"0.005" unit:"1" min:"0" max:"1" source:"Calibrated: small views within an inaction corridor give concave impact (check impact)" doc:"Standard deviation of an agent's own view of ln value"`
	ViewHalfDays    float64 `key:"view_half_life_days" default:"30" unit:"d" min:"0.1" max:"1000" source:"Assumption: views wander within a month" doc:"Half-life of the own view; lognormal over agents with log s.d. 0.7"`
	Permanence      float64 `key:"permanence_share" default:"0.1" unit:"share" min:"0" max:"0.9" source:"Calibrated: an hour's outage moves the price by at most a few percent, a lasting one by far more (check events)" doc:"Prior chance that service trouble is permanent before any has been seen"`
	PriorEpisodes   float64 `key:"prior_episodes" default:"2" unit:"1" min:"0.1" max:"1000" source:"Calibrated: the effect of repeated outages fades (check events)" doc:"Strength of that prior in episodes that ended"`
	SurvivalHours   float64 `key:"survival_scale_hours" default:"24" unit:"h" min:"0.5" max:"1000" source:"Calibrated: what a day and two weeks of outage do to the price (check events)" doc:"Scale of the Pareto survival of temporary trouble"`
	SurvivalPower   float64 `key:"survival_exponent" default:"1" unit:"1" min:"0.1" max:"5" source:"Assumption: exponent 1, so that trouble that has lasted twice as long is about twice as likely to stay" doc:"Exponent of the same"`
	AttentionHours  float64 `key:"attention_hours" default:"1" unit:"h" min:"0" max:"100" source:"Assumption: the median holder hears of an outage within the hour" doc:"Median delay before an agent notices that trouble began or ended; lognormal with log s.d. 1.2"`
	TrendDays       float64 `key:"trend_horizon_days" default:"30" unit:"d" min:"0" max:"365" source:"Assumption: a month, the horizon of the public revenue average" doc:"Days over which holders extrapolate a loss of users that they believe permanent"`
	HazardPremium   float64 `key:"concentration_hazard" default:"0" unit:"1" min:"0" max:"10" source:"Assumption: 0, no premium for concentration; no sweep yet" doc:"Discount rate a year added for each unit of the share of slots withheld"`
	RespondToEvents bool    `key:"respond_to_service" default:"true" source:"Assumption: on; off for the null test of the thread's fake-DoS claim (check null)" doc:"Whether beliefs move with service, users and yields at all; off, only exogenous news counts"`
}

// belief is how one agent values the token: Gordon's formula on a mix of two
// forecasts of the yearly reward of a staked token,
//
//	V = [w·E + (1−w)·S] / k,
//
// where E extrapolates the reward earned lately and S is structural: active
// users × revenue per user over the stake expected to share it. The discount
// k = ρ − g + ℓ − ι + π·φ is identified, not guessed: it is what makes the
// agent hold what it holds at the opening price.
type belief struct {
	weight, prior float64  // weight on E now, and its log odds before learning
	view, viewSD  float64  // own view of ln V, and its standard deviation
	viewHalf      float64  // half-life of that view, days
	viewTick      uint32   // tick at which the view was last moved
	permanence    float64  // factor of this agent on the prior that trouble is permanent
	attention     uint32   // delay before it notices trouble, ticks
	note          forecast // the note by which the two rules are judged a week later
}

// forecast is what an agent wrote down to judge its two rules by later.
type forecast struct {
	tick              uint32  // tick at which it was written
	total             float64 // cumulative reward of a staked token at that tick
	extrapolated      float64 // reward that extrapolation foresaw, relative to the opening
	structural        float64 // reward that the structural rule foresaw
	errE, errS, count float64 // mean absolute error of each rule so far, and the number of notes
}

// How holders' beliefs differ, and what bounds them.
//
// Assumption: halves of the population lie within about a factor of one and a half
// (views), one and a quarter (permanence) and two and a quarter (attention) of the
// median; views move at most every six hours, which a half-life of weeks allows; the
// two rules are judged every week, with half of the weight on the last one.
const (
	viewHalfSD   = 0.7  // log s.d. of the half-life of views
	permanenceSD = 0.3  // log s.d. of the factor on the prior of permanence
	attentionSD  = 1.2  // log s.d. of the delay of attention
	viewMoves    = 4    // most moves of a view a day
	judgeDays    = 7    // days between two judgements of the rules
	certain      = 1e-6 // least distance of a weight from 0 and 1 where log odds are taken
	leastReward  = 1e-9 // least forecast of the reward over the opening, so that its log exists
	mostLikely   = 0.99 // largest prior that trouble is permanent
	leastServed  = 0.02 // least share of slots that are taken to be served
	leastUsers   = 1e-3 // least average of active cohorts, so that its log exists
	trendDays    = 7.2  // difference of the mean ages of averages with half-lives of 2 and 7 days
)

// believer holds what all beliefs of a population share.
type believer struct {
	p         BeliefParams
	perDay    float64
	yearly    float64 // k
	lnOpening float64
	opening   Opening
}

func newBeliever(p BeliefParams, o Opening) believer {
	return believer{
		p: p, perDay: o.TicksPerDay, opening: o,
		yearly:    o.Normal / o.Price,
		lnOpening: exact.Log(o.Price),
	}
}

func (m *believer) draw(r *draw.Stream) belief {
	b := belief{
		weight:     min(r.Float64()*2*m.p.Extrapolation, 1),
		viewSD:     m.p.ViewSpread,
		viewHalf:   m.p.ViewHalfDays * r.Lognormal(viewHalfSD),
		permanence: r.Lognormal(permanenceSD),
		attention:  uint32(m.p.AttentionHours / hours * m.perDay * r.Lognormal(attentionSD)),
	}
	b.prior = logit(b.weight)
	b.view = b.viewSD * r.Norm()
	return b
}

func logit(x float64) float64 {
	x = clip(x, certain, 1-certain)
	return exact.Log(x / (1 - x))
}

// lnValue is the agent's valuation in ln USD a token.
func (m *believer) lnValue(b *belief, v *View) float64 {
	news := m.lnOpening + v.LnETH + b.view
	if !m.p.RespondToEvents {
		return news + v.LnActivity
	}
	e, s := m.forecasts(b, v)
	y := max(float64(b.weight*e)+float64((1-b.weight)*s), leastReward)
	hazard := 0.0
	if m.p.HazardPremium > 0 {
		hazard = exact.Log(1 + m.p.HazardPremium*v.Service.Withheld/m.yearly)
	}
	return news + exact.Log(y) - hazard
}

// relief is what an end of all trouble would add to the worth of some tokens, in
// USD. It is negative where the holder thinks that others' empty blocks leave
// more fees to its stake than they drive away: “Stakers will have a
// opportunity to not participate in the dos attack and get more rewards.”
//
// Assumption: the holder blames one operator for all the trouble that it sees.
func (m *believer) relief(b *belief, v *View, tokens float64) float64 {
	if !m.p.RespondToEvents {
		return 0
	}
	e, s := m.forecasts(b, v)
	well := m.normalReward(v) / m.opening.Normal
	y := float64(b.weight*e) + float64((1-b.weight)*s)
	return tokens * v.Mid * (1 - b.weight) * (well - s) / max(y, leastReward)
}

// forecasts returns the two forecasts of the reward of a staked token relative
// to the opening, in units of the price of ETH.
//
// During an episode of age t the structural one weighs two futures: with
// chance q the trouble is permanent and today's reward stays, on a shrinking
// base of users; else it lasts for another D days and all is as before:
//
//	S = (1−q)·[N − k·D·(N − now)] + q·now·exp(trend),
//	q = q0 / [q0 + (1−q0)(1+t/τ)^−a],  q0 = c·N0/(N0+n),  D = (1 + t)/(1 + n).
func (m *believer) forecasts(b *belief, v *View) (extrapolated, structural float64) {
	p := v.Service
	extrapolated = p.Reward7d / m.opening.Reward
	normal := m.normalReward(v) / m.opening.Normal
	on, age := m.episode(b, v)
	if !on {
		return extrapolated, normal
	}
	// The structural forecast uses revenue now over the expected stake, and no
	// more than what those who serve can keep while others withhold slots: a
	// burst of fees from a backlog is not a yield.
	now := min(m.reached(p.Served6h/m.opening.Revenue, p), normal/max(1-p.Withheld, leastServed))
	n := float64(p.Episode.Ended)
	q0 := min(m.p.Permanence*b.permanence*m.p.PriorEpisodes/(m.p.PriorEpisodes+n), mostLikely)
	survive := exact.Pow(1+age*hours/m.p.SurvivalHours, -m.p.SurvivalPower)
	q := q0 / (q0 + float64((1-q0)*survive))
	days := (1 + age) / (1 + n)
	temporary := normal - float64(m.yearly*days/daysAYear*(normal-now))
	lasting := now * exact.Exp(float64(m.p.TrendDays*min(0, trend(p.ActiveFast, p.ActiveSlow))))
	return extrapolated, float64((1-q)*temporary) + float64(q*lasting)
}

// normalReward is the structural forecast without trouble: USD a year and
// token at the opening price of ETH.
func (m *believer) normalReward(v *View) float64 {
	p := v.Service
	return p.ToStake*p.PerUser30d*p.ActiveFast*v.Activity/p.Stake60d +
		float64(p.ToSupply*p.PerUser30d*p.ActiveFast*v.Activity/m.opening.Supply)
}

// reached is the reward of a staked token relative to the opening when fees are a
// multiple of those at the opening.
func (m *believer) reached(fees float64, p *rollup.Public) float64 {
	o := &m.opening
	burnt := o.ToSupply * o.Revenue / o.Supply / o.Normal // share of the reward at the opening
	staked := fees * o.Expected / p.Stake60d * (p.ToStake / o.ToStake)
	return float64(staked*(1-burnt)) + float64(fees*p.ToSupply*o.Revenue/o.Supply/o.Normal)
}

// trend is the daily growth of active users that follows from the distance of two
// averages with half-lives of 2 and 7 days.
func trend(fast, slow float64) float64 {
	return exact.Log(max(fast, leastUsers)/max(slow, leastUsers)) / trendDays
}

// episode says whether the agent is aware of service trouble and its age in days.
func (m *believer) episode(b *belief, v *View) (on bool, age float64) {
	e := &v.Service.Episode
	if e.Open {
		return v.Tick-e.Since >= b.attention, float64(v.Tick-e.Since) / m.perDay
	}
	if e.Ended > 0 && v.Tick-e.End < b.attention && e.End-e.Since >= b.attention {
		return true, float64(e.End-e.Since) / m.perDay
	}
	return false, 0
}

// drift lets the agent's view wander: an Ornstein–Uhlenbeck process, moved at most
// every six hours.
func (m *believer) drift(b *belief, v *View, r *draw.Stream) {
	if float64(v.Tick-b.viewTick)*viewMoves < m.perDay {
		return
	}
	keep := exact.HalfLife(float64(v.Tick-b.viewTick)/m.perDay, b.viewHalf)
	b.viewTick = v.Tick
	b.view = float64(b.view*keep) + float64(b.viewSD*sqrt(1-float64(keep*keep))*r.Norm())
}

// learn compares what the two rules predicted a week ago with what was earned,
// and shifts the weight towards the better one (Brock and Hommes 1998, with
// memory half of the past).
func (m *believer) learn(b *belief, v *View) {
	f := &b.note
	if m.p.Learning == 0 || !m.p.RespondToEvents || float64(v.Tick-f.tick) < judgeDays*m.perDay {
		return
	}
	if f.count > 0 {
		years := float64(v.Tick-f.tick) / m.perDay / daysAYear
		earned := (v.Service.RewardTotal - f.total) / years / m.opening.Reward
		f.errE = float64((f.errE + abs(f.extrapolated-earned)) / 2)
		f.errS = float64((f.errS + abs(f.structural-earned)) / 2)
		b.weight = exact.Logistic(b.prior + float64(m.p.Learning*(f.errS-f.errE)))
	}
	f.extrapolated, f.structural = m.forecasts(b, v)
	f.tick, f.total, f.count = v.Tick, v.Service.RewardTotal, f.count+1
}
