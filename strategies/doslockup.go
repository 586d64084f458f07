package strategies

import (
	"stakeout/agents"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

var _ = register(Entry{
	Name:   "dos-lockup",
	Doc:    "Buy stake, and dai outside the rollup; let nobody withdraw, sell the dai when it is dear.",
	Source: "“Lock up a bunch of the supply of certain tokens causing the markets to go crazy, for example if you locked up 50% of DAI you could profit if the price of eth fluctuated”",
	Needs:  Levers{Stake: true, Dai: true},
	Params: func() any { return new(LockupParams) },
	Capital: func(p any) [Legs]ledger.Amount {
		return p.(*LockupParams).legs()
	},
	Act:   func(p any) float64 { return p.(*LockupParams).BuildDays },
	Days:  func(p any) float64 { return p.(*LockupParams).unwound(7) },
	Marks: func(p any) []Mark { return p.(*LockupParams).marks() },
	New: func(p any, plan Plan) Committer {
		x := p.(*LockupParams)
		legs := x.legs()
		c := campaign{Plan: plan, s: x.Schedule, capital: legs[0]}
		return x.OnTop.under(&dosLockup{
			campaign: c,
			hoard:    hoard{leg: plan.Legs[1], capital: legs[1], most: x.Buy, premium: x.Premium, hours: x.SellHours},
			serve:    x.Serve,
		}, c)
	},
})

// LockupParams are the parameters of dos-lockup. The plan does not know when
// ether will move: it holds dai and blocks withdrawals, and sells when it sees
// that dai is dear.
type LockupParams struct {
	Budget    ledger.Amount `key:"budget_usd" default:"8000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a tenth of the stake and a twelfth of the dai in existence; no sweep yet" doc:"Cash of the attacker"`
	DaiShare  float64       `key:"dai_share" default:"0.4" unit:"share" min:"0" max:"1" source:"Assumption: as the share behind the short of dos-short; no sweep yet" doc:"Share of the budget that is spent on dai"`
	Buy       float64       `key:"buy_premium" default:"0.003" unit:"1" min:"0" max:"1" source:"Assumption: well below the percent for which dai is carried out of the rollup, since a dearer purchase would empty what is to be locked; no sweep yet" doc:"Premium of dai over a dollar up to which the plan buys"`
	Premium   float64       `key:"sell_premium" default:"0.03" unit:"1" min:"0" max:"1" source:"Assumption: the most that dai rises in ordinary times (check dai)" doc:"Premium of dai over a dollar from which the plan sells during the act"`
	SellHours float64       `key:"sell_hours" default:"12" unit:"h" min:"0.1" max:"1000" source:"Assumption: half of the day that the squeeze of 12 to 13 March 2020 took" doc:"Time in which all but 1/e of the dai is sold while it is dear"`
	Serve     bool          `key:"serve_transfers" default:"false" source:"Assumption: the thread's attack is empty blocks" doc:"Include transactions and only keep withdrawals out"`
	OnTop
	Schedule
}

// legs splits the budget between stake and dai.
func (p *LockupParams) legs() [Legs]ledger.Amount {
	dai, _ := ledger.MulDiv(p.Budget, ledger.Amount(p.DaiShare*1e6), 1e6, ledger.Down)
	return p.OnTop.capital(p.Budget-dai, dai)
}

type dosLockup struct {
	campaign
	hoard
	serve bool
}

// Clone implements agents.Strategy.
func (e *dosLockup) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy.
func (e *dosLockup) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		switch a.ID {
		case e.stake():
			if !e.idle(a.ID, e.campaign.capital, v, do) {
				e.lockIn(v, do)
			}
		case e.hoard.leg:
			e.hoard.step(&e.campaign, v, do)
		}
	}
}

// lockIn works the stake leg: during the act nobody gets out through it.
func (e *dosLockup) lockIn(v *agents.View, do *agents.Actions) {
	now := e.phase(v)
	if !e.serve {
		e.build(v, do, now == acting)
	} else {
		harsh := e.fair(v)
		harsh.Exits = false
		e.demand(v, do, now == acting, harsh)
	}
	e.work(v, do, now)
}

// hoard works the leg that holds dai.
type hoard struct {
	leg           agents.ID
	capital       ledger.Amount
	most, premium float64 // of dai over a dollar, to buy at and to sell at
	hours         float64
}

// step buys dai until the act, sells during it when dai is dear, and sells what
// is left after it, in as many days as the stake.
func (h *hoard) step(c *campaign, v *agents.View, do *agents.Actions) {
	if c.idle(h.leg, h.capital, v, do) {
		return
	}
	end := c.s.BuildDays + c.s.ActDays
	dai := v.Free(h.leg, ledger.Dai).Units()
	bid := float64(v.Dai.Bid) * v.TickUSD
	switch d := c.days(v); {
	case d < c.s.BuildDays:
		h.buy(c, v, do)
	case d >= end:
		h.sell(c, v, do, dai/c.slices(v, end+c.s.SellDays)+1, bid)
	case bid >= 1+h.premium:
		h.sell(c, v, do, max(dai*min(c.s.SliceMinutes/60/h.hours, 1), least), bid)
	}
	do.WakeAt(h.leg, v.Tick+uint32(max(c.s.SliceMinutes/1440*v.TicksPerDay, 1)))
}

// least is the smallest sale in dai that is worth its while during the act.
const least = 100

// buy spends what is left evenly until the act begins, a thousandth kept for fees.
func (h *hoard) buy(c *campaign, v *agents.View, do *agents.Actions) {
	price := min(v.Dai.Mid*(1+c.s.SlackShare), 1+h.most)
	part := 0.999 * v.Free(h.leg, ledger.Cash).Units() / c.slices(v, c.s.BuildDays)
	do.DaiOrder(h.leg, takingSlot, book.Buy, book.ImmediateOrCancel, v.Price(price), v.Lots(part/price))
}

// sell takes the bids from the best down to the slack.
func (h *hoard) sell(c *campaign, v *agents.View, do *agents.Actions, dai, bid float64) {
	if have := v.Free(h.leg, ledger.Dai).Units(); bid > 0 {
		do.DaiOrder(h.leg, takingSlot, book.Sell, book.ImmediateOrCancel, v.Price(bid*(1-c.s.SlackShare)), v.Lots(min(dai, have)))
	}
}
