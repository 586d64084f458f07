package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// ShorterParams describe the traders who sell borrowed tokens, or the perpetual
// future where there is one, when they value the token below its price by more
// than the costs. They value it as other
// holders do: a fixed rule about service trouble would never learn and would
// dominate small events.
type ShorterParams struct {
	Count      int     `key:"count" default:"40" unit:"1" min:"0" max:"1000000" source:"Assumption: a few dozen funds" doc:"Number of short sellers"`
	CashUSD    float64 `key:"cash_usd" default:"150000" unit:"USD" min:"0" max:"1e9" source:"Assumption: together 6 M, enough for the borrow cap four times over" doc:"Cash of each"`
	Threshold  float64 `key:"threshold" default:"0.05" unit:"1" min:"0" max:"1" source:"Assumption: a mispricing well above round-trip costs and above what moves holders" doc:"Median log overpricing beyond costs at which one sells; lognormal with log s.d. 0.5"`
	WakeHours  float64 `key:"wake_hours" default:"2" unit:"h" min:"0.01" max:"1000" source:"Assumption: closer to the market than stakers" doc:"Median time between looks; lognormal with log s.d. 0.7"`
	HorizonDay float64 `key:"horizon_days" default:"30" unit:"d" min:"0.1" max:"1000" source:"Assumption: a month" doc:"Time over which the borrow cost is counted"`
	UseShare   float64 `key:"use_share" default:"0.3" unit:"share" min:"0" max:"0.6" source:"Assumption: far below the initial margin of 150 %, as a cushion against squeezes" doc:"Largest short position as a share of cash"`
}

// Shorters is the population of short sellers.
type Shorters struct {
	m    believer
	p    ShorterParams
	rows []shorter
}

type shorter struct {
	belief
	threshold float64 // log overpricing beyond costs at which it sells
	wake      float64 // median time between looks, ticks
	size      float64 // largest short position, tokens
}

// NewShorters draws a population; endow is called with what each owns.
func NewShorters(p ShorterParams, b BeliefParams, o Opening, list []Agent, s *draw.Stream,
	endow func(ID, Endowment)) *Shorters {
	t := &Shorters{m: newBeliever(b, o), p: p, rows: make([]shorter, len(list))}
	for i, a := range list {
		r := s.At(draw.Population, a.Key, 0)
		row := &t.rows[i]
		row.belief = t.m.draw(r)
		row.threshold = p.Threshold * r.Lognormal(0.5)
		row.wake = p.WakeHours * r.Lognormal(0.7) * o.TicksPerDay / 24
		row.size = p.UseShare * p.CashUSD / o.Price
		endow(a.ID, Endowment{Cash: p.CashUSD})
	}
	return t
}

// Clone implements Strategy.
func (t *Shorters) Clone() Strategy {
	c := *t
	c.rows = append([]shorter(nil), t.rows...)
	return &c
}

// Warm implements Warmer.
func (t *Shorters) Warm(row int32) uint64 { return uint64(t.rows[row].viewTick) }

// Decide implements Strategy.
func (t *Shorters) Decide(awake []Agent, v *View, do *Actions) {
	for _, a := range awake {
		t.one(a, &t.rows[a.Row], v, do)
	}
}

// one compares its value with the price less the cost of being short: it opens when
// the token is too dear by more than its threshold, and covers when it is not too
// dear by half of that.
func (t *Shorters) one(a Agent, row *shorter, v *View, do *Actions) {
	r := v.Rand(a)
	t.m.drift(&row.belief, v, r)
	t.m.learn(&row.belief, v)
	z := t.m.lnValue(&row.belief, v) - v.LnMid
	cost := v.BorrowRate()*t.p.HorizonDay/365 + 0.002
	debt := v.Debt(a.ID).Units()
	free := v.Free(a.ID, ledger.Token).Units()
	contracts := -v.PerpPosition(a.ID)
	KeepMargin(a.ID, v, do)
	if contracts > 0 {
		MarginPerp(a.ID, contracts, v, do)
	}
	pace := row.wake
	switch {
	case z < -cost-row.threshold:
		t.open(a.ID, row, debt, free, contracts, z, v, do)
		pace = v.TicksPerDay / 144
	case debt+contracts > 0 && z > -cost-float64(row.threshold/2):
		if debt > 0 {
			Cover(a.ID, debt, 0.1*row.size, v, do)
		}
		do.PerpOrder(a.ID, takingSlot, book.Buy, book.ImmediateOrCancel, v.Price(v.Mid*1.01),
			v.Lots(min(contracts, 0.1*row.size)))
		pace = v.TicksPerDay / 144
	case free > 1:
		do.Order(a.ID, takingSlot, book.Sell, book.ImmediateOrCancel, v.Price(v.Mid*0.995), v.Lots(min(free, 0.1*row.size)))
	}
	do.WakeAt(a.ID, later(v, r.Uniform(0.5, 1.5)*pace))
}

// open borrows up to the wanted size and sells what has been borrowed in slices,
// or sells the perpetual future where that is at least as dear as the token, so
// that being short in it costs no funding, or where nobody lends.
func (t *Shorters) open(id ID, row *shorter, debt, free, contracts, z float64, v *View, do *Actions) {
	want := float64(row.size*min(1, (-z-row.threshold)/0.1)) - contracts
	slice := 0.1 * row.size
	if v.Perp.Bid > 0 && debt < want && v.PerpRoom() > slice && (v.Perp.Mid >= v.Mid || v.Borrowable().Units() < slice) {
		slice = min(slice, want-debt)
		MarginPerp(id, contracts+slice, v, do)
		do.PerpOrder(id, takingSlot, book.Sell, book.ImmediateOrCancel, v.Price(v.Mid*0.99), v.Lots(slice))
		return
	}
	if debt < want {
		do.Move(Borrow, id, min(Amount(min(slice, want-debt)), v.Borrowable()))
	}
	do.Order(id, takingSlot, book.Sell, book.ImmediateOrCancel, v.Price(v.Mid*0.995), v.Lots(min(free, slice)))
}

// KeepMargin adds free cash to the collateral of a loan when it has come near
// the call: back to the initial margin of 150 % from below 135 %.
func KeepMargin(id ID, v *View, do *Actions) {
	owed := v.Debt(id).Units() * v.Mid
	if behind := v.Collateral(id).Units(); owed > 0 && behind < 1.35*owed {
		do.Move(AddMargin, id, min(Amount(float64(1.5*owed)-behind), v.Free(id, ledger.Cash)))
	}
}

// Cover repays debt from free tokens and buys the rest back in slices of at
// most slice tokens within half a percent of the mid.
func Cover(id ID, debt, slice float64, v *View, do *Actions) {
	free := v.Free(id, ledger.Token)
	do.Move(Repay, id, min(free, v.Debt(id)))
	if short := debt - free.Units(); short > 0 {
		// One lot more than the rest: interest accrues in fractions of a lot.
		do.Order(id, takingSlot, book.Buy, book.ImmediateOrCancel, v.Price(v.Mid*1.005), v.Lots(min(short+1, slice)))
	}
}
