package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/market/book"
)

// MakerParams describe the market makers.
//
// Sources: Avellaneda and Stoikov (2008) for the inventory skew; Glosten and
// Milgrom (1985) and Kyle (1985) for learning from signed flow. A maker quotes
// around its own fair value, which moves with public news and unexpected flow,
// hardly with the mid: makers that follow the mid lock stale quotes together.
type MakerParams struct {
	Count       int     `key:"count" default:"10" unit:"1" min:"1" max:"10000" source:"Assumption: about ten desks" doc:"Number of market makers"`
	HoldShare   float64 `key:"hold_share" default:"0.06" unit:"share" min:"0" max:"1" source:"Assumption: a young rollup; together the groups hold the whole supply" doc:"Share of supply that they hold together"`
	CashRatio   float64 `key:"cash_ratio" default:"1.2" unit:"1" min:"0" max:"100" source:"Assumption: inventory on both sides, with a reserve to buy" doc:"Cash for each dollar of normal holding"`
	WakeBlocks  float64 `key:"wake_blocks" default:"12" unit:"blocks" min:"0.1" max:"10000" source:"Assumption: with ten makers a quote is renewed every other block" doc:"Mean time between requotes"`
	Impact      float64 `key:"flow_impact" default:"0.09" unit:"1" min:"0" max:"10" source:"Calibrated: concave impact, while buying to push the price and selling again loses (checks impact, facts)" doc:"Change of fair ln price for unexpected taker flow of one percent of supply; ±20 % over makers"`
	FlowHours   float64 `key:"flow_half_life_hours" default:"0.5" unit:"h" min:"0.01" max:"100" source:"Calibrated: impact of orders worked over a day (check impact)" doc:"Half-life of the flow that is expected to go on"`
	FlowShare   float64 `key:"expected_flow_share" default:"0.3" unit:"share" min:"0" max:"1" source:"Calibrated: impact of orders worked over a day (check impact)" doc:"Share of the expected flow that is discounted"`
	Anchor      float64 `key:"mid_anchor" default:"0.003" unit:"1" min:"0" max:"1" source:"Calibrated: makers' wealth and the autocorrelation of returns; 0.1 ruins makers (checks stationary, facts)" doc:"Pull of the fair value towards the mid at each look"`
	SpreadBps   float64 `key:"half_spread_bps" default:"12" unit:"bp" min:"0.1" max:"1000" source:"Calibrated: median spread of 2 to 20 bp (check facts)" doc:"Half-spread in calm markets; uniform factor 0.7 to 1.6 over makers"`
	MaxWidthBps float64 `key:"max_half_spread_bps" default:"100" unit:"bp" min:"1" max:"5000" source:"Assumption: a maker leaves or re-enters before a half-spread of one percent" doc:"Widest half-spread that a maker quotes"`
	DepthShare  float64 `key:"depth_share" default:"0.00026" unit:"share" min:"0" max:"1" source:"Calibrated: depth within 1 % of the mid of 0.05 to 0.2 % of market value (check facts)" doc:"Value that one maker quotes on a side over all levels, as a share of market value now"`
	Widen       bool    `key:"widen" default:"true" source:"Assumption: on; off to see what a result owes to it (check reactions)" doc:"Whether quotes are wider when the price has moved more than usual"`
	Heard       float64 `key:"view_heard_share" default:"0.7" unit:"share" min:"0" max:"1" source:"Calibrated between two facts: signed flow explains returns (more where makers hear less), and impact is concave (checks facts, impact)" doc:"Part of a change of the holders' common view that makers hear of at once; the rest reaches them by the flow of orders"`
	NewsLearn   float64 `key:"news_learning" default:"0.02" unit:"1" min:"0" max:"1" source:"Assumption: a small step of least mean squares" doc:"Speed at which makers learn what activity news means for the price; it starts at one for one"`
}

const makerLevels = 5

// The levels of a maker's quotes on each side.
//
// Assumption: a book that grows deeper with the distance from the mid, as books do
// (Bouchaud, Mézard and Potters 2002); depth_share is calibrated on it.
var (
	levelBps    = [makerLevels]float64{0, 15, 45, 110, 230}  // distance from the inner quote, bp
	levelWeight = [makerLevels]float64{2.5, 3.5, 5.5, 8, 10} // weight of the level
	levelSum    = sum(levelWeight[:])
)

// How makers differ, quote and learn.
//
// Assumption: bounds and thumb rules of which none has been swept; the stock moves
// the quotes by at most one and a half daily standard deviations, and quotes widen at
// most sixfold when the price has moved more than usual.
const (
	impactLow    = 0.8  // least impact over the mean
	impactHigh   = 1.2  // largest impact over the mean
	quoteLow     = 0.7  // least half-spread over the mean
	quoteHigh    = 1.6  // largest half-spread over the mean
	stockBound   = 1.5  // largest deviation of the stock over its normal size that counts
	calmest      = 0.6  // least factor on the half-spread, in calm markets
	wildest      = 6    // largest factor on the half-spread
	stretchShare = 0.7  // of the ratio of volatilities by which outer levels move away
	leastNews    = 1e-4 // added to the squared news, so that small news teach little
	leastBeta    = -1   // bounds of what activity news means for ln price
	mostBeta     = 3
	levelStale   = 0.5 // a level is renewed when the centre has moved by this part of its distance
)

func sum(list []float64) (total float64) {
	for _, x := range list {
		total += x
	}
	return total
}

// Makers is the population of market makers.
type Makers struct {
	p     MakerParams
	o     Opening
	m     believer
	depth float64 // tokens a unit of level weight
	rows  []maker
}

type maker struct {
	fair     float64                  // own fair value, ln USD
	impact   float64                  // change of fair ln price for a token of unexpected flow
	spread   float64                  // half-spread in calm markets, as a share of the price
	normal   float64                  // stock without a skew, tokens
	eth, act float64                  // logs of ether and activity at the last look
	own      float64                  // the holders' common view at the last look
	trouble  float64                  // ln of the factor by which service trouble lowers the reward, at the last look
	beta     float64                  // what activity news means for ln price, as learnt
	mid      float64                  // ln mid at the last look
	flow     float64                  // cumulative flow at the last look
	rate     float64                  // expected flow, tokens a tick
	tick     uint32                   // tick of the last look
	placed   [2 * makerLevels]float64 // ln centre at which each quote was put
}

// NewMakers draws a population and calls endow for each agent.
func NewMakers(p MakerParams, b BeliefParams, o Opening, list []Agent, s *draw.Stream, endow Endow) *Makers {
	t := &Makers{p: p, o: o, rows: make([]maker, len(list)), depth: p.DepthShare * o.Supply / levelSum,
		m: newBeliever(b, o)}
	for i, a := range list {
		r := s.At(draw.Population, a.Key, 0)
		t.rows[i] = maker{
			fair:   exact.Log(o.Price),
			impact: p.Impact / (o.Supply / 100) * r.Uniform(impactLow, impactHigh),
			spread: p.SpreadBps * basisPoint * r.Uniform(quoteLow, quoteHigh),
			normal: p.HoldShare * o.Supply / float64(len(list)),
			beta:   1,
			mid:    exact.Log(o.Price),
		}
		endow(a.ID, Endowment{Tokens: t.rows[i].normal, Cash: p.CashRatio * t.rows[i].normal * o.Price})
	}
	return t
}

// Clone implements Strategy.
func (t *Makers) Clone() Strategy {
	c := *t
	c.rows = append([]maker(nil), t.rows...)
	return &c
}

// Decide implements Strategy.
func (t *Makers) Decide(awake []Agent, v *View, do *Actions) {
	for _, a := range awake {
		row := &t.rows[a.Row]
		t.update(row, v)
		t.quote(a.ID, row, v, do)
		do.WakeAt(a.ID, later(v, jitter(v.Rand(a))*t.p.WakeBlocks))
	}
}

// update moves the fair value with public news and with the flow that was not
// expected, and learns what activity news has meant for the price.
func (t *Makers) update(row *maker, v *View) {
	dt := float64(v.Tick - row.tick)
	dEth, dAct := v.LnETH-row.eth, v.LnActivity-row.act
	flow := v.Flow - row.flow
	surplus := flow - float64(t.p.FlowShare*row.rate*dt)
	row.fair += dEth + float64(row.beta*dAct) + float64(t.p.Heard*(v.LnOwn-row.own)) + float64(row.impact*surplus)
	row.fair += t.hear(row, v)
	row.fair += float64(t.p.Anchor * (v.LnMid - row.fair))
	if dAct != 0 {
		surprise := v.LnMid - row.mid - dEth - float64(row.beta*dAct)
		lesson := float64(t.p.NewsLearn * surprise * dAct / (float64(dAct*dAct) + leastNews))
		row.beta = clip(row.beta+lesson, leastBeta, mostBeta)
	}
	if dt > 0 {
		keep := exact.HalfLife(dt, t.p.FlowHours/hours*v.TicksPerDay)
		row.rate = flow/dt + float64((row.rate-flow/dt)*keep)
	}
	row.own = v.LnOwn
	row.eth, row.act, row.flow, row.mid, row.tick = v.LnETH, v.LnActivity, v.Flow, v.LnMid, v.Tick
}

// hear is what public news about the service do to ln price by the belief of the mean
// holder. Quotes move on public news without a trade (Glosten and Milgrom 1985); holders
// look every few hours only.
func (t *Makers) hear(row *maker, v *View) float64 {
	e := &v.Service.Episode
	if !t.m.p.RespondToEvents || !e.Open && e.Ended == 0 {
		return 0
	}
	now := exact.Log(t.m.trouble(1, 0, v))
	news := now - row.trouble
	row.trouble = now
	return news
}

// quote replaces the levels whose centre has moved away and those that have traded.
func (t *Makers) quote(id ID, row *maker, v *View, do *Actions) {
	stock := clip(v.Tokens(id)/row.normal-1, -stockBound, stockBound)
	centre := row.fair - float64(v.SigmaSlow*stock)
	jump := 1.0
	if t.p.Widen {
		jump = v.SigmaFast / v.SigmaSlow
	}
	half := min(row.spread*clip(jump, calmest, wildest)*(1+v.Service.EmptyHour), t.p.MaxWidthBps*basisPoint)
	stretch := max(1, stretchShare*jump)
	price := exact.Exp(centre)
	for l := 0; l < makerLevels; l++ {
		away := half + float64(levelBps[l]*basisPoint*stretch)
		usd := levelWeight[l] * t.depth * v.Mid
		t.level(id, row, uint16(l), book.Buy, centre, price*(1-away), away, usd, v, do)
		t.level(id, row, uint16(l+makerLevels), book.Sell, centre, price*(1+away), away, usd, v, do)
	}
}

// level replaces one quote, unless its place and its size are still about right.
func (t *Makers) level(
	id ID, row *maker, slot uint16, side book.Side, centre, price, away, usd float64, v *View, do *Actions,
) {
	lots := v.Lots(usd / price)
	_, left, _, live := v.Open(id, slot)
	if live && left*2 > lots && abs(centre-row.placed[slot]) < levelStale*away {
		return
	}
	row.placed[slot] = centre
	p := v.Price(price)
	// A quote that would trade stands one tick away from the opposite best instead.
	if side == book.Buy && v.Ask > 0 && p >= v.Ask {
		p = v.Ask - 1
	}
	if side == book.Sell && p <= v.Bid {
		p = v.Bid + 1
	}
	do.Order(id, slot, side, book.PostOnly, p, lots)
}
