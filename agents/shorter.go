package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// ShorterParams describe the traders who sell borrowed tokens when they value the
// token below its price by more than the costs. In the perpetual future, where there is
// one, they are short or long. They value the token as other holders do: a fixed rule
// about service trouble would never learn and would dominate small events.
type ShorterParams struct {
	Count      int     `key:"count" default:"40" unit:"1" min:"0" max:"1000000" source:"Assumption: a few dozen funds" doc:"Number of short sellers"`
	CashUSD    float64 `key:"cash_usd" default:"150000" unit:"USD" min:"0" max:"1e9" source:"Assumption: together 6 M, enough for the borrow cap four times over" doc:"Cash of each"`
	Threshold  float64 `key:"threshold" default:"0.05" unit:"1" min:"0" max:"1" source:"Assumption: a mispricing well above round-trip costs and above what moves holders" doc:"Median log mispricing beyond costs at which one opens a position; lognormal with log s.d. 0.5"`
	WakeHours  float64 `key:"wake_hours" default:"2" unit:"h" min:"0.01" max:"1000" source:"Assumption: closer to the market than stakers" doc:"Median time between looks; lognormal with log s.d. 0.7"`
	HorizonDay float64 `key:"horizon_days" default:"30" unit:"d" min:"0.1" max:"1000" source:"Assumption: a month" doc:"Time over which the borrow cost is counted"`
	UseShare   float64 `key:"use_share" default:"0.3" unit:"share" min:"0" max:"0.6" source:"Assumption: far below the initial margin of 150 %, as a cushion against squeezes" doc:"Largest position as a share of cash"`
}

// Shorters is the population of short sellers.
type Shorters struct {
	m    believer
	p    ShorterParams
	rows []shorter
}

type shorter struct {
	belief
	threshold float64 // log mispricing beyond costs at which it opens a position
	wake      float64 // median time between looks, ticks
	size      float64 // largest position, tokens
}

// How short sellers differ and trade.
//
// Assumption: thumb rules of which none has been swept; a position is opened and
// covered in tenths, ten minutes apart, and is full when the token is dearer by a
// tenth than the threshold; a round trip costs a fifth of a percent.
const (
	thresholdSD = 0.5   // log s.d. of the threshold over traders
	shortWakeSD = 0.7   // log s.d. of the time between looks over traders
	roundTrip   = 0.002 // cost of selling and buying back, as a log price
	sizeSlice   = 0.1   // child order over the largest position
	fullAt      = 0.1   // mispricing beyond the threshold at which the position is full
	tokenReach  = 0.005 // distance from the mid up to which tokens are traded
	initial     = 1.5   // margin of a loan that is restored, over the loan
	nearCall    = 1.35  // margin of a loan below which it is restored
)

// NewShorters draws a population and calls endow for each agent.
func NewShorters(p ShorterParams, b BeliefParams, o Opening, list []Agent, s *draw.Stream, endow Endow) *Shorters {
	t := &Shorters{m: newBeliever(b, o), p: p, rows: make([]shorter, len(list))}
	for i, a := range list {
		r := s.At(draw.Population, a.Key, 0)
		row := &t.rows[i]
		row.belief = t.m.draw(r)
		row.threshold = p.Threshold * r.Lognormal(thresholdSD)
		row.wake = p.WakeHours * r.Lognormal(shortWakeSD) * o.TicksPerDay / hours
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

// one compares its value with the price less the cost of being short. It opens a loan
// when the token is too dear by more than its threshold, and covers when the token is too
// dear by less than half of that. In the perpetual future it has orders on both sides.
func (t *Shorters) one(a Agent, row *shorter, v *View, do *Actions) {
	r := v.Rand(a)
	t.m.drift(&row.belief, v, r)
	t.m.learn(&row.belief, v)
	z := t.m.lnValue(&row.belief, v) - v.LnMid
	cost := v.BorrowRate()*t.p.HorizonDay/daysAYear + roundTrip
	debt, slice := v.Debt(a.ID).Units(), float64(sizeSlice*row.size)
	free := v.Free(a.ID, ledger.Token).Units()
	KeepMargin(a.ID, v, do)
	pace := row.wake
	if v.contract() && row.size > 0 {
		t.contract(a.ID, row, z, debt, v, do)
		pace = min(pace, v.TicksPerDay/tenMinutes)
	}
	switch {
	case z < -cost-row.threshold:
		t.open(a.ID, row, debt, free, z, v, do)
		pace = v.TicksPerDay / tenMinutes
	case debt > 0 && z > -cost-float64(row.threshold/2):
		Cover(a.ID, debt, slice, v, do)
		pace = v.TicksPerDay / tenMinutes
	case free > 1:
		price := v.Price(v.Mid * (1 - tokenReach))
		do.Order(a.ID, takingSlot, book.Sell, book.ImmediateOrCancel, price, v.Lots(min(free, slice)))
	}
	do.WakeAt(a.ID, later(v, jitter(r)*pace))
}

// contract keeps an order on each side of the perpetual future, where a position is worth
// its threshold and the funding. The larger the position, the more its next part must be
// worth, and it is closed at half of that. Nobody sells it for less than a loan costs
// while there are loans.
func (t *Shorters) contract(id ID, row *shorter, z, debt float64, v *View, do *Actions) {
	position := v.PerpPosition(id)
	slice := sizeSlice * row.size
	need := func(in float64) float64 { // by how much the next part must be mispriced
		if in < 0 {
			return float64((row.threshold+float64(fullAt*-in/row.size))/-2) - roundTrip
		}
		return row.threshold + float64(fullAt*in/row.size) + roundTrip
	}
	ask := z + need(-position)
	if loan := -v.BorrowRate() * t.p.HorizonDay / daysAYear; v.Borrowable().Units() > slice && position <= 0 {
		ask = max(ask, loan)
	}
	long, short := row.size-position, row.size+position-debt
	MarginPerp(id, abs(position)+float64(slice), v, do)
	quoteContract(id, passiveSlot, book.Buy, z-need(position), min(slice, long), v, do)
	quoteContract(id, takingSlot, book.Sell, ask, min(slice, short), v, do)
}

// open borrows up to the wanted size, less what it is short already, and sells borrowed
// tokens in slices.
func (t *Shorters) open(id ID, row *shorter, debt, free, z float64, v *View, do *Actions) {
	want := float64(row.size*min(1, (-z-row.threshold)/fullAt)) + min(v.PerpPosition(id), 0)
	slice := sizeSlice * row.size
	if debt < want {
		do.Move(Borrow, id, min(Amount(min(slice, want-debt)), v.Borrowable()))
	}
	price := v.Price(v.Mid * (1 - tokenReach))
	do.Order(id, takingSlot, book.Sell, book.ImmediateOrCancel, price, v.Lots(min(free, slice)))
}

// KeepMargin adds free cash to the collateral of a loan that is close to a margin
// call: below 135 % of the loan it restores the initial margin of 150 %.
//
// Assumption: the margins of the default rules; they do not follow a preset that
// changes them.
func KeepMargin(id ID, v *View, do *Actions) {
	owed := v.Debt(id).Units() * v.Mid
	if behind := v.Collateral(id).Units(); owed > 0 && behind < nearCall*owed {
		do.Move(AddMargin, id, min(Amount(float64(initial*owed)-behind), v.Free(id, ledger.Cash)))
	}
}

// Cover repays debt from free tokens and buys the missing ones in slices of at most
// slice tokens within half a percent of the mid.
func Cover(id ID, debt, slice float64, v *View, do *Actions) {
	free := v.Free(id, ledger.Token)
	do.Move(Repay, id, min(free, v.Debt(id)))
	if short := debt - free.Units(); short > 0 {
		// One lot more than the rest: interest accrues in fractions of a lot.
		price := v.Price(v.Mid * (1 + tokenReach))
		do.Order(id, takingSlot, book.Buy, book.ImmediateOrCancel, price, v.Lots(min(short+1, slice)))
	}
}
