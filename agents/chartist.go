package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
)

// ChartistParams describe the traders who follow or fade the trend.
//
// Source: the chartist component of Chiarella, Iori and Perelló (2009). Kept
// weak and half contrarian: strong trend following gives autocorrelated returns
// and ruins its followers.
type ChartistParams struct {
	Count     int     `key:"count" default:"60" unit:"1" min:"0" max:"1000000" source:"Assumption: enough that trend lengths from hours to days are all there" doc:"Number of chartists"`
	HoldShare float64 `key:"hold_share" default:"0.04" unit:"share" min:"0" max:"1" source:"Assumption: a young rollup; together the groups hold the whole supply" doc:"Share of supply that they hold together"`
	CashRatio float64 `key:"cash_ratio" default:"1.1" unit:"1" min:"0" max:"100" source:"Assumption: cash for one doubling of the holding" doc:"Cash for each dollar of holding"`
	WakeHours float64 `key:"wake_hours" default:"2" unit:"h" min:"0.01" max:"1000" source:"Assumption: some looks a day" doc:"Mean time between looks"`
	Reaction  float64 `key:"reaction" default:"0.3" unit:"1" min:"0" max:"5" source:"Calibrated: no autocorrelation of daily returns and no ruin of chartists (checks facts, stationary)" doc:"Largest deviation from the normal holding"`
}

// Chartists is the population of chartists.
type Chartists struct {
	p    ChartistParams
	rows []chartist
}

type chartist struct {
	normal  float64 // holding without a trend, tokens
	sign    float64 // +1 follows, −1 fades
	half    float64 // half-life of the average, days
	average float64 // average of ln price
	tick    uint32  // tick of the last look
	trading bool    // whether it is on its way to the target
}

// How chartists differ and trade.
//
// Assumption: traders watch trends of five hours to five days; a gap of an eighth of the
// holding is worth a trade, and a fiftieth ends it; child orders are a thirtieth of
// the holding, ten minutes apart.
const (
	trendShortest  = 0.2                // shortest half-life of the average, days
	trendRange     = 3.2188758248682006 // ln 25: the longest is five days, log-uniform between them
	trendSlice     = 0.03               // child order over the holding
	trendStartGap  = 0.12               // gap over the holding that starts a trade
	tradeEndsBelow = 0.02               // gap over the holding that ends a trade, of stakers too
)

// NewChartists draws a population and calls endow for each agent.
func NewChartists(p ChartistParams, o Opening, list []Agent, s *draw.Stream, endow Endow) *Chartists {
	t := &Chartists{p: p, rows: make([]chartist, len(list))}
	for i, a := range list {
		r := s.At(draw.Population, a.Key, 0)
		row := &t.rows[i]
		row.normal = p.HoldShare * o.Supply / float64(len(list))
		row.sign = float64(2*(i%2) - 1)
		row.half = trendShortest * exact.Exp(r.Float64()*trendRange)
		row.average = exact.Log(o.Price)
		endow(a.ID, Endowment{Tokens: row.normal, Cash: p.CashRatio * row.normal * o.Price})
	}
	return t
}

// Clone implements Strategy.
func (t *Chartists) Clone() Strategy {
	c := *t
	c.rows = append([]chartist(nil), t.rows...)
	return &c
}

// Warm implements Warmer.
func (t *Chartists) Warm(row int32) uint64 { return uint64(t.rows[row].tick) }

// Decide implements Strategy.
func (t *Chartists) Decide(awake []Agent, v *View, do *Actions) {
	for _, a := range awake {
		t.one(a, &t.rows[a.Row], v, do)
	}
}

// one measures how far the price has moved from its average, in units of its
// volatility, and trades towards a holding that is larger or smaller by the tanh of
// that distance; small gaps are left alone.
func (t *Chartists) one(a Agent, row *chartist, v *View, do *Actions) {
	r := v.Rand(a)
	keep := exact.HalfLife(float64(v.Tick-row.tick)/v.TicksPerDay, row.half)
	row.tick = v.Tick
	row.average = v.LnMid + float64((row.average-v.LnMid)*keep)
	signal := (v.LnMid - row.average) / (v.SigmaSlow * sqrt(row.half/2))
	gap := float64(row.normal*(1+float64(row.sign*t.p.Reaction*exact.Tanh(signal)))) - v.exposure(a.ID)
	switch {
	case row.trading && abs(gap) < tradeEndsBelow*row.normal:
		row.trading = false
		do.CancelAll(a.ID)
	case !row.trading && abs(gap) > trendStartGap*row.normal:
		row.trading = true
	}
	if !row.trading {
		do.WakeAt(a.ID, later(v, jitter(r)*t.p.WakeHours/hours*v.TicksPerDay))
		return
	}
	side, slice := sideOf(gap), min(trendSlice*row.normal, abs(gap))
	if !inContract(a.ID, side, slice, row.normal, 0, v, do) {
		child(a.ID, v, do, r, side, slice, takingShare, takingSlack)
	}
	do.WakeAt(a.ID, later(v, jitter(r)*v.TicksPerDay/tenMinutes))
}
