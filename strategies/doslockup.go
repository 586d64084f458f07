package strategies

import (
	"stakeout/agents"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

var _ = register[LockupParams](Entry{
	Name: "dos-lockup",
	Doc:  "Buy stake, and dai outside the rollup; let nobody withdraw, sell the dai when it is dear.",
	Source: "“Lock up a bunch of the supply of certain tokens causing the markets to go crazy, for example if you " +
		"locked up 50% of DAI you could profit if the price of eth fluctuated”",
	Needs: Levers{Stake: true, Dai: true},
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

func (p *LockupParams) terms() terms {
	return terms{budget: p.Budget, secondShare: p.DaiShare, Schedule: p.Schedule, OnTop: p.OnTop}
}

func (p *LockupParams) plan(c campaign, dai ledger.Amount) Committer {
	return &dosLockup{
		campaign: c,
		hoard:    hoard{leg: c.second(), capital: dai, most: p.Buy, premium: p.Premium, hours: p.SellHours},
		serve:    p.Serve,
	}
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

// lockIn works the stake leg, whose blocks let nobody withdraw during the act.
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
	hours         float64 // in which all but 1/e of the dai is sold while it is dear
}

// step buys dai until the act and sells it during the act when it is dear. After
// the act it sells the rest in as many days as the stake.
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
	do.WakeAt(h.leg, v.Tick+c.slice(v))
}

// least is the smallest sale during the act that is worth its fees, in dai.
//
// Assumption: a hundred dollars.
const least = 100

// spent is the share of the cash that goes into dai; the rest pays fees.
//
// Assumption: a thousandth is more than the fees of the default market.
const spent = 0.999

// buy spends the cash evenly until the act begins.
func (h *hoard) buy(c *campaign, v *agents.View, do *agents.Actions) {
	price := min(v.Dai.Mid*(1+c.s.SlackShare), 1+h.most)
	part := spent * v.Free(h.leg, ledger.Cash).Units() / c.slices(v, c.s.BuildDays)
	do.DaiOrder(h.leg, takingSlot, book.Buy, book.ImmediateOrCancel, v.Price(price), v.Lots(part/price))
}

// sell takes the bids from the best down to the slack.
func (h *hoard) sell(c *campaign, v *agents.View, do *agents.Actions, dai, bid float64) {
	if have := v.Free(h.leg, ledger.Dai).Units(); bid > 0 {
		price := v.Price(bid * (1 - c.s.SlackShare))
		do.DaiOrder(h.leg, takingSlot, book.Sell, book.ImmediateOrCancel, price, v.Lots(min(dai, have)))
	}
}
