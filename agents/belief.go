package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/mechanisms/rollup"
)

// BeliefParams describe how holders value the token.
type BeliefParams struct {
	Extrapolation   float64 `key:"extrapolation_share" default:"0.05" unit:"share" min:"0" max:"1" source:"Calibrated: impact exponent of 0.4 to 0.6 (check impact); slow extrapolation makes impact linear" doc:"Mean weight on the yield earned lately, against the structural forecast; uniform between 0 and twice the mean, at most 1"`
	Learning        float64 `key:"learning_intensity" default:"2" unit:"1" min:"0" max:"50" source:"Brock and Hommes (1998), intensity of choice" doc:"How strongly the weights follow past forecast errors; 0 never learns"`
	ViewSpread      float64 `key:"view_spread" default:"0.005" unit:"1" min:"0" max:"1" source:"Calibrated: small views within an inaction corridor give concave impact (check impact)" doc:"Standard deviation of an agent's own view of ln value"`
	ViewHalfDays    float64 `key:"view_half_life_days" default:"30" unit:"d" min:"0.1" max:"1000" source:"Assumption: views wander within a month" doc:"Half-life of the own view; lognormal over agents with log s.d. 0.7"`
	Permanence      float64 `key:"permanence_share" default:"0.016" unit:"share" min:"0" max:"0.9" source:"Fitted with the two below to outages of 1 h to 27 d (check events): Solana 2022–24, Arbitrum 2023, Celo 2022, IOTA 2020" doc:"Prior chance that service trouble is permanent before any has been seen"`
	PriorEpisodes   float64 `key:"prior_episodes" default:"2" unit:"1" min:"0.1" max:"1000" source:"Calibrated: the effect of repeated outages fades (check events), as Solana's did after the third" doc:"Strength of that prior in episodes that ended"`
	SurvivalHours   float64 `key:"survival_scale_hours" default:"0.25" unit:"h" min:"0.01" max:"1000" source:"Fitted: the first hour of an outage (check events)" doc:"Scale of the Lomax survival of temporary trouble"`
	SurvivalPower   float64 `key:"survival_exponent" default:"0.25" unit:"1" min:"0.1" max:"5" source:"Fitted: the slope between a day and four weeks of outage (check events)" doc:"Exponent of the same"`
	CalmDays        float64 `key:"calm_days" default:"2" unit:"d" min:"0.01" max:"100" source:"Fitted: half of what a short outage costs is back after two days of calm (check events)" doc:"Calm that halves what a short outage leaves; longer trouble takes as long as it lasted"`
	UserElasticity  float64 `key:"user_elasticity" default:"2" unit:"1" min:"0" max:"10" source:"Fitted: degradations of Solana (January 2022, April 2024) and Linea (June 2024) lowered the price (check events)" doc:"Elasticity of lasting fees to the share of slots served that holders expect; below 1 those who serve gain from others who do not"`
	Chase           float64 `key:"chase_share" default:"0" unit:"share" min:"0" max:"1" source:"Assumption: 0; the thread's rally needs holders who chase the yield of those who serve (check sign)" doc:"Weight of what those who served have earned in the extrapolated yield, against the mean over all slots"`
	Confiscation    float64 `key:"confiscation_share" default:"0.25" unit:"share" min:"0" max:"0.99" source:"Assumption: who can slash the innocent once can mostly do it again; no event with mass slashing is known" doc:"Prior chance that an attack that slashes stake behind operators with a clean record goes on for good"`
	AttentionHours  float64 `key:"attention_hours" default:"1" unit:"h" min:"0" max:"100" source:"Assumption: the median holder hears of an outage within the hour" doc:"Median delay before an agent notices that trouble began or ended; lognormal with log s.d. 1.2"`
	FearSlashing    bool    `key:"fear_slashing" default:"true" source:"Assumption: on; off is the counterfactual in which nobody foresees that stake will be slashed" doc:"Whether the slashing of innocent stake lowers its worth and the wish to stake"`
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
	leastServed  = 0.02 // share of slots served below which holders expect nothing but that share
	quiet        = 1e-4 // yearly loss of stake below which nobody thinks of slashing
	fearDays     = 2    // calm after slashing during which fear does not fade
	fearHalfDays = 30   // half-life of the fear after that
)

// believer holds what all beliefs of a population share.
type believer struct {
	p         BeliefParams
	perDay    float64
	yearly    float64 // k
	median    float64 // median remaining life of temporary trouble over its age and scale
	lnOpening float64
	opening   Opening
}

func newBeliever(p BeliefParams, o Opening) believer {
	return believer{
		p: p, perDay: o.TicksPerDay, opening: o,
		yearly:    o.Normal / o.Price,
		median:    exact.Pow(2, 1/p.SurvivalPower) - 1,
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
	news := m.lnOpening + v.LnETH + v.LnOwn + b.view
	if !m.p.RespondToEvents {
		return news + v.LnActivity
	}
	e, s := m.forecasts(b, v)
	y := max(float64(b.weight*e)+float64((1-b.weight)*s), leastReward)
	hazard := m.fear(b, v)
	if m.p.HazardPremium > 0 {
		hazard += exact.Log(1 + m.p.HazardPremium*v.Service.Withheld/m.yearly)
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

// forecasts returns the two forecasts of the reward of a token of expected stake
// relative to the opening, in units of the price of ETH. Trouble lowers the structural
// one:
//
//	S = N·[1 − P·(1 − Λ)].
func (m *believer) forecasts(b *belief, v *View) (extrapolated, structural float64) {
	p := v.Service
	extrapolated = p.Reward7d
	if m.p.Chase > 0 {
		extrapolated += float64(m.p.Chase * (p.RewardOwn7d - p.Reward7d))
	}
	normal := m.normalReward(v) / m.opening.Normal
	return extrapolated / m.opening.Normal, float64(normal * m.trouble(b.permanence, b.attention, v))
}

// trouble is the factor 1 − P·(1 − Λ) by which service trouble lowers the structural
// forecast, for a holder with a factor on its prior and a delay of attention.
//
// P is the weight of the trouble. With chance q it is permanent; else it lasts for
// another D, the median remaining life. After a calm C it was over with chance
// C/(A + A₀ + C) (Gott 1993), where A is its age:
//
//	P = R·[q + (1 − q)·min(k·D, 1)],  R = (A + A₀)/(A + A₀ + C),
//	q/(1 − q) = q₀/(1 − q₀)·(1 + A/τ)^a,  q₀ = π·c·N₀/(N₀ + n),  D = (A + τ)·(2^(1/a) − 1).
//
// Temporary trouble has a Lomax life, that of repairs whose hazards are gamma
// distributed; n episodes have ended before.
func (m *believer) trouble(factor float64, delay uint32, v *View) float64 {
	e := &v.Service.Episode
	if !e.Open && e.Ended == 0 || e.Open && v.Tick-e.Since < delay {
		return 1
	}
	age := e.Age() / m.perDay
	before := float64(e.Ended)
	if !e.Open {
		before--
	}
	q0 := min(m.p.Permanence*factor*m.p.PriorEpisodes/(m.p.PriorEpisodes+before), mostLikely)
	q := lasting(q0, float64(age*hours)/m.p.SurvivalHours, m.p.SurvivalPower)
	days := (age + m.p.SurvivalHours/hours) * m.median
	weight := pause(e, m.p.CalmDays, v) * (q + float64((1-q)*min(m.yearly*days/daysAYear, 1)))
	return 1 - float64(weight*(1-m.served(e, v)))
}

// pause is R, the chance that the calm since service trouble is only a pause.
func pause(e *rollup.Episode, floor float64, v *View) float64 {
	age, calm := e.Age()/v.TicksPerDay+floor, float64(v.Tick-e.Last)/v.TicksPerDay
	return age / (age + calm)
}

// lasting is Bayes' rule for trouble of an age in units of the survival scale.
func lasting(prior, age, exponent float64) float64 {
	odds := float64(prior / (1 - prior) * exact.Pow(1+age, exponent))
	return odds / (1 + odds)
}

// served is Λ, the reward over the normal one if today's service lasts. Fees fall with
// the share Q of slots that serve, as Q^η, because users go; the stake of those who
// serve shares them.
func (m *believer) served(e *rollup.Episode, v *View) float64 {
	share := (float64(e.Slots) - e.Missing + 1) / (float64(e.Slots) + 2) // Laplace's rule of succession
	if share < leastServed {
		return share
	}
	left := exact.Pow(share, m.p.UserElasticity-1)
	return min(left, 1/max(1-v.Service.Withheld, leastServed))
}

// fear is by how much the slashing of innocent stake lowers ln V. Stake inside cannot
// leave before the unbonding time U. With chance q slashing goes on for good, and the
// discount rate k rises by its yearly rate λ:
//
//	−ln[(1 − q)·exp(−λ₂·U) + q/(1 + λ₃₀/k)].
//
// A loss that is small against the yield is an accident and stays as service trouble
// does; one beyond it is an attack, with chance λ₂²/(λ₂² + k²), and stays as
// confiscations do.
func (m *believer) fear(b *belief, v *View) float64 {
	p := &v.Service.Peril
	if !m.p.FearSlashing || p.Slow < quiet {
		return 0
	}
	days, since := float64(p.Last-p.Since)/m.perDay, float64(v.Tick-p.Last)/m.perDay
	before := float64(max(p.Spells, 1) - 1)
	attack := float64(p.Fast*p.Fast) / (float64(p.Fast*p.Fast) + float64(m.yearly*m.yearly))
	prior := m.p.Permanence + float64(attack*(m.p.Confiscation-m.p.Permanence))
	q0 := min(prior*b.permanence*m.p.PriorEpisodes/(m.p.PriorEpisodes+before), mostLikely)
	q := lasting(q0, float64(days*hours)/m.p.SurvivalHours, m.p.SurvivalPower)
	if since > fearDays {
		q *= exact.HalfLife(since-fearDays, fearHalfDays)
	}
	soon := float64((1 - q) * exact.Exp(-p.Fast*v.Rollup.UnbondingDays/daysAYear))
	return -exact.Log(soon + float64(q/(1+p.Slow/m.yearly)))
}

// normalReward is the structural forecast without trouble: USD a year and
// token at the opening price of ETH.
func (m *believer) normalReward(v *View) float64 {
	p := v.Service
	fees := p.PerUser30d * p.ActiveMonth * v.Activity
	return p.ToStake*fees/p.Expected + float64(p.ToSupply*fees/m.opening.Supply)
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
	if m.p.Learning == 0 || !m.p.RespondToEvents {
		return
	}
	if v.Service.Episode.Open { // a forecast of the long run is not refuted by a week of trouble
		f.tick, f.count = v.Tick, 0
		return
	}
	if float64(v.Tick-f.tick) < judgeDays*m.perDay && f.count > 0 {
		return
	}
	if f.count > 0 {
		years := float64(v.Tick-f.tick) / m.perDay / daysAYear
		earned := (v.Service.RewardTotal - f.total) / years / m.opening.Normal
		f.errE = float64((f.errE + abs(f.extrapolated-earned)) / 2)
		f.errS = float64((f.errS + abs(f.structural-earned)) / 2)
		b.weight = exact.Logistic(b.prior + float64(m.p.Learning*(f.errS-f.errE)))
	}
	f.extrapolated, f.structural = m.forecasts(b, v)
	f.tick, f.total, f.count = v.Tick, v.Service.RewardTotal, f.count+1
}
