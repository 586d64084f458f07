package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// NoiseParams describe the traders without a view: they work parent orders of
// Pareto size, on either side with a pull towards a balanced portfolio, or towards no
// position in the perpetual future.
//
// Source: the noise component of Chiarella, Iori and Perelló (2009).
// Assumption: the sizes of parents are Pareto with exponent 3, so that one
// order rarely makes a day's volume.
type NoiseParams struct {
	Count       int     `key:"count" default:"200" unit:"1" min:"1" max:"1000000" source:"Assumption: enough that no single trader matters" doc:"Number of noise traders"`
	HoldShare   float64 `key:"hold_share" default:"0.12" unit:"share" min:"0" max:"1" source:"Assumption: a young rollup; together the groups hold the whole supply" doc:"Share of supply that they hold together"`
	CashRatio   float64 `key:"cash_ratio" default:"1" unit:"1" min:"0" max:"100" source:"Assumption: a balanced portfolio at the opening" doc:"Cash for each dollar of holding"`
	WakeBlocks  float64 `key:"wake_blocks" default:"240" unit:"blocks" min:"0.1" max:"100000" source:"Calibrated: with order_share, daily volume of about a tenth of market value (check facts)" doc:"Median time between orders in calm markets; lognormal with log s.d. 0.4"`
	Contracts   float64 `key:"contract_share" default:"0.5" unit:"share" min:"0" max:"1" source:"CryptoCompare, Exchange Review, 2020 and 2021: derivatives are about half of all volume" doc:"Share of parent orders that are for the perpetual future, where there is one"`
	RestMinutes float64 `key:"rest_minutes" default:"10" unit:"min" min:"0.2" max:"10000" source:"Calibrated: most of the depth is the makers', so that it recovers from a sweep within minutes (check facts)" doc:"Life of an order that rests"`
	OrderShare  float64 `key:"order_share" default:"0.00003" unit:"share" min:"0" max:"0.1" source:"Calibrated: with wake_blocks, daily volume of about a tenth of market value (check facts)" doc:"Size of a child order and scale of a parent, as a share of supply, so that volume over market value does not depend on the price"`
}

// Noise is the population of noise traders.
type Noise struct {
	p     NoiseParams
	child float64 // tokens
	each  float64 // holding at the opening, and largest position, tokens
	rows  []noise
}

type noise struct {
	wake float64   // median time between orders, ticks
	left float64   // tokens of the parent still to trade
	side book.Side // side of that parent
	perp bool      // whether that parent is for the perpetual future
}

// How noise traders differ and trade.
//
// Assumption: thumb rules of which none has been swept; three child orders in five
// trade at once, as with other traders, but up to a percent from the mid, since these
// traders do not watch the price.
const (
	wakeSD      = 0.4   // log s.d. of the time between orders over traders
	calmPace    = 0.4   // least pace of orders over the usual one, in calm markets
	wildPace    = 3     // largest pace
	parentTail  = 3     // Pareto exponent of parents
	childSD     = 0.8   // log s.d. of a child order's size
	noiseSlack  = 0.01  // distance from the mid up to which an order trades
	behindShare = 0.002 // mean distance of a resting order behind the best one, exponential
)

// NewNoise draws a population and calls endow for each agent.
func NewNoise(p NoiseParams, o Opening, list []Agent, s *draw.Stream, endow Endow) *Noise {
	each := p.HoldShare * o.Supply / float64(len(list))
	t := &Noise{p: p, rows: make([]noise, len(list)), child: p.OrderShare * o.Supply, each: each}
	for i, a := range list {
		t.rows[i].wake = p.WakeBlocks * s.At(draw.Population, a.Key, 0).Lognormal(wakeSD)
		endow(a.ID, Endowment{Tokens: each, Cash: p.CashRatio * each * o.Price})
	}
	return t
}

// Clone implements Strategy.
func (t *Noise) Clone() Strategy {
	c := *t
	c.rows = append([]noise(nil), t.rows...)
	return &c
}

// Warm implements Warmer.
func (t *Noise) Warm(row int32) uint64 { return uint64(t.rows[row].left) }

// Decide implements Strategy.
func (t *Noise) Decide(awake []Agent, v *View, do *Actions) {
	for _, a := range awake {
		row := &t.rows[a.Row]
		r := v.Rand(a)
		t.trade(a.ID, row, v, do, r)
		pace := clip(v.SigmaFast/v.SigmaSlow, calmPace, wildPace)
		do.WakeAt(a.ID, later(v, r.Exponential()*row.wake/pace))
	}
}

// trade sends a child of the parent order, three in five of them to trade at once.
func (t *Noise) trade(id ID, row *noise, v *View, do *Actions, r *draw.Stream) {
	if row.left <= 0 {
		t.begin(id, row, v, r)
	}
	size := min(row.left, t.child*r.Lognormal(childSD))
	row.left -= size
	if row.perp {
		t.contract(id, row, size, v, do)
		return
	}
	lots := t.affordable(id, row.side, size, v)
	if r.Float64() < takingShare {
		do.Order(id, takingSlot, row.side, book.ImmediateOrCancel, v.Price(v.Mid*within(row.side, noiseSlack)), lots)
		return
	}
	t.rest(id, row, lots, v, do, r)
}

// begin draws a parent order. The smaller the share of tokens in the portfolio, the
// likelier it buys; for the perpetual future, the smaller the position.
func (t *Noise) begin(id ID, row *noise, v *View, r *draw.Stream) {
	tokens := float64(v.Tokens(id) * v.Mid)
	weight := tokens / (tokens + max(v.Cash(id), 1))
	if row.perp = v.contract() && r.Float64() < t.p.Contracts; row.perp {
		weight = (1 + clip(v.PerpPosition(id)/t.each, -1, 1)) / 2
	}
	row.side = book.Sell
	if r.Float64() < 1-weight {
		row.side = book.Buy
	}
	row.left = t.child * r.Pareto(parentTail)
}

// contract sends an order for the perpetual future, within the largest position that the
// trader and its cash allow.
func (t *Noise) contract(id ID, row *noise, tokens float64, v *View, do *Actions) {
	position, sign := v.PerpPosition(id), 1.0
	if row.side == book.Sell {
		sign = -1
	}
	tokens = min(tokens, min(t.each, v.contractRoom(id))-float64(sign*position))
	MarginPerp(id, max(abs(position), abs(position+float64(sign*tokens))), v, do)
	price := v.Price(v.Perp.Mid * within(row.side, noiseSlack))
	do.PerpOrder(id, takingSlot, row.side, book.ImmediateOrCancel, price, v.Lots(tokens))
}

// affordable is the part of some tokens that can be sold or paid for, in lots.
func (t *Noise) affordable(id ID, side book.Side, tokens float64, v *View) uint32 {
	if side == book.Sell {
		return v.Lots(min(tokens, v.Free(id, ledger.Token).Units()))
	}
	return v.Lots(min(tokens, cashShare*v.Free(id, ledger.Cash).Units()/v.Mid))
}

// rest leaves an order at or behind the best one of its side for a while.
func (t *Noise) rest(id ID, row *noise, lots uint32, v *View, do *Actions, r *draw.Stream) {
	price := v.Mid
	if row.side == book.Buy && v.Bid > 0 {
		price = float64(v.Bid) * v.TickUSD
	}
	if row.side == book.Sell && v.Ask > 0 {
		price = float64(v.Ask) * v.TickUSD
	}
	behind := exact.Exp(-behindShare * r.Exponential())
	if row.side == book.Sell {
		behind = 1 / behind
	}
	do.Until(later(v, t.p.RestMinutes/minutes*v.TicksPerDay), id, passiveSlot, row.side, v.Price(price*behind), lots)
}
