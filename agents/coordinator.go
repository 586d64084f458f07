package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// CoordinatorParams describe the professional operators to whom stakers
// delegate. They serve everybody at a posted price: layer-one cost plus a
// margin that is earned in ETH.
type CoordinatorParams struct {
	Count      int     `key:"count" default:"12" unit:"1" min:"1" max:"100000" source:"Assumption: a dozen professional operators" doc:"Number of professional operators"`
	CashUSD    float64 `key:"cash_usd" default:"200000" unit:"USD" min:"0" max:"1e9" source:"Assumption: months of layer-one gas" doc:"Cash of each"`
	SlotCost   float64 `key:"slot_cost_usd" default:"8" unit:"USD" min:"0" max:"1e6" source:"Assumption: leaves a fifth of the commission as profit" doc:"Running cost for each slot led"`
	MarginVary float64 `key:"margin_spread_share" default:"0.05" unit:"share" min:"0" max:"0.5" source:"Assumption: operators' costs differ by some percent" doc:"Half-width of the uniform spread of margins over operators"`
	WakeHours  float64 `key:"wake_hours" default:"1" unit:"h" min:"0.1" max:"1000" source:"Assumption: posted prices follow gas by the hour" doc:"Mean time between changes of the posted price"`
	RaiseTips  bool    `key:"raise_tips" default:"true" source:"Assumption: on; off to see what a result owes to it (check reactions)" doc:"Whether they outbid their own batch when layer one has not included it"`

	Bidding BidderParams `key:"bidding" doc:"How operators bid where leadership is sold"`
}

// Coordinators is the population of professional operators.
type Coordinators struct {
	p    CoordinatorParams
	o    Opening
	rows []coordinator
}

type coordinator struct {
	margin float64 // margin on a transaction, USD at the opening price of ETH
	tick   uint32  // tick of the last look
	bidder bidder  // what it knows where leadership is sold
}

// NewCoordinators draws a population and calls endow for each agent.
func NewCoordinators(p CoordinatorParams, o Opening, list []Agent, s *draw.Stream, endow Endow) *Coordinators {
	t := &Coordinators{p: p, o: o, rows: make([]coordinator, len(list))}
	for i, a := range list {
		t.rows[i].margin = o.Margin * (1 + float64(p.MarginVary*(float64(2*s.At(draw.Population, a.Key, 0).Float64())-1)))
		t.rows[i].bidder = t.newBidder(s.At(draw.Population, a.Key, 1))
		endow(a.ID, Endowment{Cash: p.CashUSD})
	}
	return t
}

// Clone implements Strategy.
func (t *Coordinators) Clone() Strategy {
	c := *t
	c.rows = append([]coordinator(nil), t.rows...)
	return &c
}

// Decide implements Strategy.
func (t *Coordinators) Decide(awake []Agent, v *View, do *Actions) {
	for _, a := range awake {
		row := &t.rows[a.Row]
		do.Policy(a.ID, HonestPolicy(row.margin/t.o.EthUSD, t.o.PerBatch, v))
		r := v.Rand(a)
		do.WakeAt(a.ID, later(v, jitter(r)*t.p.WakeHours/hours*v.TicksPerDay))
		if v.Auction != nil {
			t.compete(a.ID, row, v, do, r)
		} else {
			t.run(a.ID, row, v, do)
		}
		row.tick = v.Tick
	}
}

// run pays the running cost of an equal share of the slots since the last look.
// It is an operator's turn where leadership is not sold.
func (t *Coordinators) run(id ID, row *coordinator, v *View, do *Actions) {
	days := float64(v.Tick-row.tick) / v.TicksPerDay
	slots := v.TicksPerDay / t.o.SlotTicks / float64(len(t.rows))
	do.Move(Spend, id, min(Amount(t.p.SlotCost*slots*days), v.Free(id, ledger.Cash)))
}

// exitMarkup is what honest operators charge for a withdrawal over its layer-one gas.
//
// Assumption: a twentieth, as the parameters of the attacks say.
const exitMarkup = 1.05

// HonestPolicy serves everybody at the layer-one cost of a transaction, its
// share of the batch included, plus a margin in ETH.
func HonestPolicy(margin, perBatch float64, v *View) rollup.Policy {
	gas := v.Rollup.GasEach(perBatch)
	gasUSD := v.GasGwei * gwei * v.EthUSD
	return rollup.Policy{
		Transfers: true, Exits: true,
		MinFee:  Amount(float64(margin*v.EthUSD) + float64(gas*gasUSD)),
		ExitFee: Amount(float64(v.Rollup.WithdrawalGas) * gasUSD * exitMarkup),
	}
}
