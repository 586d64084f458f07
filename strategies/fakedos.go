package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register[FakeParams](Entry{
	Name: "fake-dos",
	Doc: "Buy tokens, stake a part and withhold its blocks, sell the rest into the rally, stop; " +
		"the optional sixth step of the source, to buy back, is left out.",
	Source: "“1. Buy a bunch of token X 2. Start dos attack using some of your token X 3. The market goes up as stakers " +
		"rush to increase their stake 4. Attacker sells their token X for profit 5. Attacker ends their DOS attack value " +
		"of token X goes down.”",
	Needs: Levers{Stake: true},
})

// FakeParams are the parameters of fake-dos.
type FakeParams struct {
	Budget      ledger.Amount `key:"budget_usd" default:"10000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a tenth of the stake; no sweep yet" doc:"Cash of the attacker"`
	LiquidShare float64       `key:"liquid_share" default:"0.5" unit:"share" min:"0" max:"1" source:"Assumption: as many tokens to sell as to stake; no sweep yet" doc:"Share of the tokens bought that is kept to be sold into the rally"`
	HoldDays    float64       `key:"hold_days" default:"7" unit:"d" min:"0" max:"365" source:"Assumption: half of the act, in which yields are seen and bought; no sweep yet" doc:"Days of the act before the sale begins"`
	OnTop
	Schedule
}

func (p *FakeParams) terms() terms {
	return terms{budget: p.Budget, Schedule: p.Schedule, OnTop: p.OnTop}
}

func (p *FakeParams) plan(c campaign, _ ledger.Amount) Committer {
	return &fakeDos{campaign: c, liquid: p.LiquidShare, hold: p.HoldDays}
}

type fakeDos struct {
	campaign
	liquid, hold float64
}

// Clone implements agents.Strategy.
func (e *fakeDos) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy.
func (e *fakeDos) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		if a.ID == e.stake() && !e.idle(a.ID, e.capital, v, do) {
			e.step(v, do)
		}
	}
}

// step is a campaign whose liquid part is sold during the act.
func (e *fakeDos) step(v *agents.View, do *agents.Actions) {
	now := e.phase(v)
	if now != building && now != acting {
		e.campaign.step(v, do)
		return
	}
	e.build(v, do, now == acting)
	if now == building {
		e.buy(v, do, e.s.BuildDays)
		e.lock(v, do, e.part(v, e.liquid))
	} else if e.days(v) > e.s.BuildDays+e.hold {
		e.sell(v, do, v.Free(e.stake(), ledger.Token).Units(), e.s.BuildDays+e.s.ActDays)
	}
	e.next(v, do)
}

// part is a share of all tokens of the stake leg in micro-tokens.
func (c *campaign) part(v *agents.View, share float64) ledger.Amount {
	return ledger.Amount(share * float64(ledger.Unit) * v.Tokens(c.stake()))
}
