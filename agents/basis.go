package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// BasisParams describe the traders who make the market of the perpetual future
// and hedge what they take on with the token itself, so that pressure on the
// contract reaches the token.
//
// Source: the basis arbitrageur of He, Manela, Ross and von Wachter (2022),
// "Fundamentals of Perpetual Futures", who trades the contract against the spot
// price within bounds that costs set.
type BasisParams struct {
	Count         int     `key:"count" default:"0" unit:"1" min:"0" max:"10000" source:"Assumption: 0, as there is no perpetual future by default" doc:"Number of basis traders"`
	HoldShare     float64 `key:"hold_share" default:"0" unit:"share" min:"0" max:"1" source:"Assumption: 0, as there is no perpetual future by default" doc:"Share of supply that they hold together, to sell against long positions"`
	CashRatio     float64 `key:"cash_ratio" default:"1.5" unit:"1" min:"0" max:"100" source:"Assumption: cash for a hedged short position as large as the holding, and margin" doc:"Cash for each dollar of holding"`
	WakeBlocks    float64 `key:"wake_blocks" default:"12" unit:"blocks" min:"0.1" max:"10000" source:"Assumption: as makers" doc:"Mean time between looks"`
	HalfSpreadBps float64 `key:"half_spread_bps" default:"20" unit:"bp" min:"0.1" max:"1000" source:"Assumption: the spot market's half-spread, its fee and the contract's" doc:"Half-spread around the token's mid; uniform factor 0.7 to 1.6 over traders"`
	SkewShare     float64 `key:"skew_share" default:"0.001" unit:"share" min:"0" max:"1" source:"Assumption: ten basis points; funding pays a premium three times a day, so that little of it remains (He et al. 2022)" doc:"Distance of the quotes from the token's mid that a position as large as the holding asks for"`
	QuoteShare    float64 `key:"quote_share" default:"0.02" unit:"share" min:"0.0001" max:"1" source:"Assumption: fifty quotes turn the position once" doc:"Size of a quote over the holding"`
}

// Basis is the population of basis traders.
type Basis struct {
	p    BasisParams
	rows []basis
}

type basis struct {
	normal float64 // holding without a position, tokens
	spread float64 // half-spread, as a share of the price
}

// bufferShare is the margin that basis traders and short sellers keep behind
// the contract, as a share of its value. They add to it below bufferLow times
// that and take back what they have beyond bufferHigh times that.
//
// Assumption: twice the initial margin of the default rules; it does not follow a
// preset that changes them.
const (
	bufferShare = 0.4
	bufferLow   = 0.75
	bufferHigh  = 1.5
)

// How basis traders differ and hedge.
//
// Assumption: a hedge waits for a quarter of a quote, so that it is not traded lot
// by lot; quotes are renewed when they are off by five basis points or half gone.
const (
	basisLow   = 0.7     // least half-spread over the mean
	basisHigh  = 1.6     // largest half-spread over the mean
	hedgeShare = 1.0 / 4 // of a quote's size, the gap below which nothing is hedged
	basisStale = 2000    // a quote is renewed when it is off by more than one in so many ticks
)

// NewBasis draws a population and calls endow for each agent.
func NewBasis(p BasisParams, o Opening, list []Agent, s *draw.Stream, endow Endow) *Basis {
	t := &Basis{p: p, rows: make([]basis, len(list))}
	for i, a := range list {
		r := s.At(draw.Population, a.Key, 0)
		t.rows[i] = basis{
			normal: p.HoldShare * o.Supply / float64(len(list)),
			spread: p.HalfSpreadBps * basisPoint * r.Uniform(basisLow, basisHigh),
		}
		endow(a.ID, Endowment{Tokens: t.rows[i].normal, Cash: p.CashRatio * t.rows[i].normal * o.Price})
	}
	return t
}

// Clone implements Strategy.
func (t *Basis) Clone() Strategy {
	c := *t
	c.rows = append([]basis(nil), t.rows...)
	return &c
}

// Decide implements Strategy.
func (t *Basis) Decide(awake []Agent, v *View, do *Actions) {
	for _, a := range awake {
		row := &t.rows[a.Row]
		position := v.PerpPosition(a.ID)
		size := float64(t.p.QuoteShare * row.normal)
		t.hedge(a.ID, row.normal-position-v.Tokens(a.ID), size, v, do)
		MarginPerp(a.ID, abs(position)+size, v, do)
		centre := v.Mid * (1 - float64(t.p.SkewShare*clip(position/row.normal, -1, 1)))
		t.quote(a.ID, 0, book.Buy, centre*(1-row.spread), min(size, row.normal-position), v, do)
		t.quote(a.ID, 1, book.Sell, centre*(1+row.spread), min(size, row.normal+position), v, do)
		do.WakeAt(a.ID, later(v, jitter(v.Rand(a))*t.p.WakeBlocks))
	}
}

// hedge trades tokens until tokens and position together are the normal holding.
func (t *Basis) hedge(id ID, gap, slice float64, v *View, do *Actions) {
	if abs(gap) < hedgeShare*slice {
		return
	}
	side := sideOf(gap)
	price := v.Price(v.Mid * within(side, takingSlack))
	do.Order(id, takingSlot, side, book.ImmediateOrCancel, price, v.Lots(min(abs(gap), slice)))
}

// quote replaces a quote whose price or size is no longer right.
func (t *Basis) quote(id ID, slot uint16, side book.Side, usd, tokens float64, v *View, do *Actions) {
	price, lots := v.Price(usd), v.Lots(tokens)
	at, open, ok := v.OpenPerp(id, slot)
	if near := max(at, price)-min(at, price) <= price/basisStale; ok && near && open >= lots/2 {
		return
	}
	do.PerpOrder(id, slot, side, book.Limit, price, lots)
}

// MarginPerp keeps the margin behind a position of this many tokens between three
// quarters of the buffer and one and a half times it.
func MarginPerp(id ID, tokens float64, v *View, do *Actions) {
	need := float64(bufferShare * tokens * v.Mid)
	switch have := v.PerpEquity(id).Units(); {
	case have < bufferLow*need:
		do.Move(AddPerp, id, min(Amount(need-have), v.Free(id, ledger.Cash)))
	case have > bufferHigh*need:
		do.Move(FreePerp, id, Amount(have-need))
	}
}
