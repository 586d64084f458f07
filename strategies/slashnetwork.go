package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register[SlashNetworkParams](Entry{
	Name: "slash-network",
	Doc: "Hold stake; pay by the hour to keep the batches of rivals that lead from reaching layer one before their " +
		"deadline, so that they are slashed; sell the stake.",
	Source: "“There are also network level dos attacks that an attacker can use to prevent the propagation of valid " +
		"blocks , prevent the staker from producing their blocks in time.”",
	Needs: Levers{Stake: true},
})

// SlashNetworkParams are the parameters of slash-network. The second leg pays for
// the network attacks.
type SlashNetworkParams struct {
	Budget      ledger.Amount `key:"budget_usd" default:"5000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a tenth of the stake; no sweep yet" doc:"Cash of the attacker"`
	BooterShare float64       `key:"booter_cash_share" default:"0.02" unit:"share" min:"0" max:"1" source:"Assumption: two weeks of attacks on a dozen operators at the default price" doc:"Share of the budget that pays for network attacks"`
	OnTop
	Schedule
}

func (p *SlashNetworkParams) terms() terms {
	return terms{budget: p.Budget, secondShare: p.BooterShare, Schedule: p.Schedule, OnTop: p.OnTop}
}

func (p *SlashNetworkParams) plan(c campaign, cash ledger.Amount) Committer {
	return &slashNetwork{c, booter{leg: c.second(), capital: cash}}
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

// Decide implements agents.Strategy: the stake builds honest blocks throughout, and
// during the act the other leg has rivals attacked.
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

// disruption is what has been ordered against an operator.
type disruption struct {
	rival agents.ID
	until uint32 // tick at which it ends
}

func (b *booter) clone() booter {
	c := *b
	c.orders = append([]disruption(nil), b.orders...)
	return c
}

// step looks at each slot who leads it and orders an hour against that leader. It
// orders nothing against the attacker's stake, nor when an earlier order runs until
// the slot is over.
func (b *booter) step(c *campaign, v *agents.View, do *agents.Actions, act bool) {
	if c.idle(b.leg, b.capital, v, do) {
		return
	}
	next := nextSlot(v)
	do.WakeAt(b.leg, next)
	rival := v.Service.Leader.Operator
	if !act || !c.Act || rival == ledger.Outside || rival == c.stake() ||
		v.Free(b.leg, ledger.Cash) < agents.Amount(v.DisturbUSD) {
		return
	}
	if o := b.against(rival); o.until < next {
		o.until = max(o.until, v.Tick) + uint32(v.TicksPerDay/24)
		do.Disturb(b.leg, rival, 1)
	}
}

// against is the entry of an operator, which is added when there is none.
func (b *booter) against(rival agents.ID) *disruption {
	for i := range b.orders {
		if b.orders[i].rival == rival {
			return &b.orders[i]
		}
	}
	b.orders = append(b.orders, disruption{rival: rival})
	return &b.orders[len(b.orders)-1]
}
