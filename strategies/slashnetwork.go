package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register(Entry{
	Name:   "slash-network",
	Doc:    "Hold stake; pay by the hour to keep the batches of rivals that lead from reaching layer one before their deadline, so that they are slashed; sell the stake.",
	Source: "“There are also network level dos attacks that an attacker can use to prevent the propagation of valid blocks , prevent the staker from producing their blocks in time.”",
	Needs:  Levers{Stake: true},
	Params: func() any { return new(SlashNetworkParams) },
	Capital: func(p any) [Legs]ledger.Amount {
		return p.(*SlashNetworkParams).legs()
	},
	Act:   func(p any) float64 { return p.(*SlashNetworkParams).BuildDays },
	Days:  func(p any) float64 { return p.(*SlashNetworkParams).unwound(7) },
	Marks: func(p any) []Mark { return p.(*SlashNetworkParams).marks() },
	New: func(p any, plan Plan) Committer {
		x := p.(*SlashNetworkParams)
		legs := x.legs()
		c := campaign{Plan: plan, s: x.Schedule, capital: legs[0]}
		return x.OnTop.under(&slashNetwork{
			campaign: c,
			booter:   booter{leg: plan.Legs[1], capital: legs[1]},
		}, c)
	},
})

// SlashNetworkParams are the parameters of slash-network. The second leg pays for
// the network attacks.
type SlashNetworkParams struct {
	Budget      ledger.Amount `key:"budget_usd" default:"5000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a tenth of the stake; no sweep yet" doc:"Cash of the attacker"`
	BooterShare float64       `key:"booter_cash_share" default:"0.02" unit:"share" min:"0" max:"1" source:"Assumption: two weeks of attacks on a dozen operators at the default price" doc:"Share of the budget that pays for network attacks"`
	OnTop
	Schedule
}

// legs splits the budget between the stake and the network attacks.
func (p *SlashNetworkParams) legs() [Legs]ledger.Amount {
	cash, _ := ledger.MulDiv(p.Budget, ledger.Amount(p.BooterShare*1e6), 1e6, ledger.Down)
	return p.OnTop.capital(p.Budget-cash, cash)
}

type slashNetwork struct {
	campaign
	booter
}

// Clone implements agents.Strategy.
func (e *slashNetwork) Clone() agents.Strategy {
	c := *e
	c.booter = e.booter.clone()
	return &c
}

// Decide implements agents.Strategy: the stake builds honest blocks throughout, the
// other leg has rivals attacked during the act.
func (e *slashNetwork) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		switch a.ID {
		case e.stake():
			if !e.idle(a.ID, e.campaign.capital, v, do) {
				e.build(v, do, false)
				e.work(v, do, e.phase(v))
			}
		case e.leg:
			e.booter.step(&e.campaign, v, do, e.phase(v) == acting)
		}
	}
}

// booter orders the network attacks of a campaign.
type booter struct {
	leg     agents.ID
	capital ledger.Amount
	orders  []disruption
}

// disruption is what has been ordered against an operator, and until when it lasts.
type disruption struct {
	rival agents.ID
	until uint32
}

func (b *booter) clone() booter {
	c := *b
	c.orders = append([]disruption(nil), b.orders...)
	return c
}

// step looks at each slot who leads it and orders an hour against that one, unless
// an order runs until the slot is over or it is the attacker's own stake.
func (b *booter) step(c *campaign, v *agents.View, do *agents.Actions, act bool) {
	if c.idle(b.leg, b.capital, v, do) {
		return
	}
	slot := uint32(v.Rollup.BlocksPerSlot)
	next := v.Tick + slot - (v.Tick-1)%slot
	do.WakeAt(b.leg, next)
	rival := v.Service.Leader.Operator
	if !act || !c.Act || rival == ledger.Outside || rival == c.stake() || v.Free(b.leg, ledger.Cash) < agents.Amount(v.DisturbUSD) {
		return
	}
	if o := b.against(rival); o.until < next {
		o.until = max(o.until, v.Tick) + uint32(v.TicksPerDay/24)
		do.Disturb(b.leg, rival, 1)
	}
}

// against is the entry of an operator.
func (b *booter) against(rival agents.ID) *disruption {
	for i := range b.orders {
		if b.orders[i].rival == rival {
			return &b.orders[i]
		}
	}
	b.orders = append(b.orders, disruption{rival: rival})
	return &b.orders[len(b.orders)-1]
}
