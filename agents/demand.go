package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// usual is what a cohort bids for inclusion without haste: the price of an honest leader
// and a little more or, when batches have left others waiting, a step above the last fee
// that was included.
func (t *Users) usual(v *View, r *draw.Stream) ledger.Amount {
	fee := float64(v.Service.PostedFee) * BidMargin
	if m := float64(v.Service.MarginalFee); m > float64(v.Service.PostedFee) {
		fee = max(fee, m*(1+float64(bidStep*r.Float64())))
	}
	return ledger.Amount(min(fee, valueCap*t.p.ValueMultiple*t.fee(v)*float64(ledger.Unit)))
}

// bid is the price of the present leader where that is worth it, else the usual bid. A
// wait for another leader costs v·(1 − exp(−w/patience)) of the value v, so nobody pays
// more than
//
//	min(v, usual + v·(1 − exp(−w/patience))),  w = slot·E/(1 − E),
//
// where E is the share of the service that is missing at the usual price. A leader who
// asks more for its own slots meets this demand.
func (t *Users) bid(row *user, usual ledger.Amount, v *View) ledger.Amount {
	ask := v.LeaderPrice()
	if ask <= usual {
		return usual
	}
	missing := min(v.Service.EmptyHour, worstService)
	wait := t.o.SlotTicks * missing / (1 - missing)
	value := float64(row.value)
	most := min(value, usual.Units()+float64(value*(1-exact.Exp(-wait/float64(row.patience)))))
	if ask.Units() > most {
		return usual
	}
	return ask
}

// BidMargin is what users bid over the posted fee, to cover the spread of fees over
// operators.
//
// Assumption: a little more than the default half-width of that spread, a twentieth.
const BidMargin = 1.08

// fee is the opening fee carried forward with the price of ETH, in USD.
func (t *Users) fee(v *View) float64 { return t.o.Fee * v.EthUSD / t.o.EthUSD }

// demand is the share of wished transactions whose value exceeds the fee. Values
// are log-logistic with exponent 2.
func (t *Users) demand(fee float64, v *View) float64 {
	x := fee / (t.p.ValueMultiple * t.fee(v))
	return 1 / (1 + float64(x*x))
}

// draw is the value of a transaction that is worth its fee, in USD.
func (t *Users) draw(fee float64, v *View, r *draw.Stream) float64 {
	share := max(float64(r.Float64()*t.demand(fee, v)), leastShare)
	return t.p.ValueMultiple * t.fee(v) * sqrt(1/share-1)
}

// OpeningDemand is the share of wished transactions that are sent at the
// opening fee.
func OpeningDemand(p UserParams) float64 {
	x := 1 / p.ValueMultiple
	return 1 / (1 + float64(x*x))
}
