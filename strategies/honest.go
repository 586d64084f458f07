package strategies

import (
	"math"

	"stakeout/agents"
	"stakeout/experiments/kit/catalogue"
	"stakeout/market/ledger"
)

// HonestUse is something that capital can do instead of an attack. The advantage of an
// attack is measured against the best of them.
//
// Assumption: what a use is worth is a recorded mean and not the result of one more
// world in every replication. The best of several noisy results would be too good, a
// fourth world would cost a third of the time of a run, and the mean is small beside what
// attacks gain and lose. The check of the same name as the uses, `check honest`, runs the
// plans and holds what is recorded to what they earn.
type HonestUse struct {
	Name, Doc string
	Needs     Levers
	// Shares of the capital that the use may take; of a capital above Largest, of that.
	Shares  []float64
	Largest ledger.Amount
	// Worth is the mean profit net of drift in micro-USD of a size within some days.
	Worth func(size ledger.Amount, days, unbondingDays float64) ledger.Amount
	// New makes the plan, nil for one that does nothing.
	New func(size ledger.Amount, days, unbondingDays float64, p Plan) agents.Strategy
}

var honestUses catalogue.Of[HonestUse]

// HonestUses are the declared uses, cash first.
func HonestUses() []HonestUse { return honestUses.All() }

var _ = honestUses.Add("cash", HonestUse{
	Name: "cash", Doc: "Keep the capital.", Shares: []float64{1}, Largest: math.MaxInt64,
	Worth: func(ledger.Amount, float64, float64) ledger.Amount { return 0 },
})

var _ = honestUses.Add("staking", HonestUse{
	Name:  "staking",
	Doc:   "Buy tokens at leisure, stake them, build honest blocks, sell at leisure.",
	Needs: Levers{Stake: true},
	// Assumption: powers of two are near enough to the best size, whose worth is flat.
	Shares:  []float64{1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2, 1},
	Largest: 2e6 * ledger.Unit, // that was measured
	Worth:   leisureWorth,
	New: func(size ledger.Amount, days, unbondingDays float64, p Plan) agents.Strategy {
		return &emptyBlocks{campaign{Plan: p, s: leisure(days, unbondingDays), capital: size}}
	},
})

// leisure is the schedule of a holder who has days from the first purchase to the last
// sale.
//
// Assumption: three tenths of the time go into buying and a fifth into selling, at most
// 40 and 28 days. Half a day is kept for a rest that nobody bought.
func leisure(days, unbondingDays float64) Schedule {
	room := max(days-unbondingDays-0.5, 0)
	s := Schedule{BuildDays: min(40, 0.3*room), SellDays: min(28, 0.2*room), SliceMinutes: 10, SlackShare: 0.005,
		ReserveShare: 0.01}
	s.ActDays = room - s.BuildDays - s.SellDays
	return s
}

// What staking at leisure earns and costs, fitted to sizes of 0.25 to 2 million USD over
// 39 and 59 days in 24 default worlds by `check honest`, from +0.65 to −1.2 % of the size
// (±0.3). The first was measured alone, the others are what is left.
//
// Assumption: other worlds in which stake earns rewards are like the default one, and
// longer times like these.
const (
	stakingYield = 0.12   // rewards less gas, share of the size a year while it is staked
	tradingCost  = 0.0033 // spread, fees and what the price gives back, share of the size
	ownImpact    = 0.23   // share of the size times days, for every million USD of it
)

// leisureWorth is the mean profit of staking at leisure net of drift. Half of the time
// of buying counts as staked, since stake grows evenly.
func leisureWorth(size ledger.Amount, days, unbondingDays float64) ledger.Amount {
	s, usd := leisure(days, unbondingDays), size.Units()
	room := s.BuildDays + s.ActDays + s.SellDays
	if room == 0 {
		return 0
	}
	staked := (float64(s.BuildDays/2) + s.ActDays) / 365
	gain := usd * (float64(stakingYield*staked) - tradingCost - float64(float64(ownImpact*usd/1e6)/room))
	return ledger.Amount(float64(gain * float64(ledger.Unit)))
}

// BestUse is the honest use of up to a capital that is worth most on average, and what it
// is worth in micro-USD. Without capital that is nothing, to the unit.
func BestUse(capital ledger.Amount, days, unbondingDays float64, has func(Levers) bool) (use HonestUse,
	worth ledger.Amount) {
	for i, u := range HonestUses() {
		if !has(u.Needs) {
			continue
		}
		for _, share := range u.Shares {
			size := ledger.Amount(share * float64(min(capital, u.Largest)))
			if w := u.Worth(size, days, unbondingDays); i == 0 || w > worth {
				use, worth = u, w
			}
		}
	}
	return use, worth
}
