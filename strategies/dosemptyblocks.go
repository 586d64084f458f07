package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register[EmptyBlocksParams](Entry{
	Name: "dos-empty-blocks",
	Doc: "Buy stake, build empty blocks when leading, sell the stake: " +
		"no way to profit but the price itself.",
	Source: "“They can begin staking their tokens and mint only empty blocks. The cost of for them is " +
		"1. The opportunity cost on their tokens 2. The reduction in the value of their stake that this attack has.”",
	Needs: Levers{Stake: true},
})

// EmptyBlocksParams are the parameters of dos-empty-blocks.
type EmptyBlocksParams struct {
	Budget ledger.Amount `key:"budget_usd" default:"5000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a tenth of the stake; no sweep yet" doc:"Cash of the attacker"`
	OnTop
	Schedule
}

func (p *EmptyBlocksParams) terms() terms {
	return terms{budget: p.Budget, Schedule: p.Schedule, OnTop: p.OnTop, honestUse: p.Schedule.use(p.Budget)}
}

func (p *EmptyBlocksParams) plan(c campaign, _ ledger.Amount) Committer { return &emptyBlocks{c} }

type emptyBlocks struct{ campaign }

// Clone implements agents.Strategy.
func (e *emptyBlocks) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy.
func (e *emptyBlocks) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		if a.ID == e.stake() && !e.idle(a.ID, e.capital, v, do) {
			e.step(v, do)
		}
	}
}

// step works the stake leg: buy and stake, hold, unbond, sell.
func (c *campaign) step(v *agents.View, do *agents.Actions) {
	now := c.phase(v)
	c.build(v, do, now == acting)
	c.work(v, do, now)
}

// work does what a phase asks of the stake, under any standing policy, and wakes
// it for the next slice.
func (c *campaign) work(v *agents.View, do *agents.Actions, now phase) {
	switch now {
	case building:
		c.buy(v, do, c.s.BuildDays)
		c.lock(v, do, 0)
	case acting:
		c.lock(v, do, 0)
	case unbonding:
		c.unlock(v, do)
	case selling:
		c.sell(v, do, v.Free(c.stake(), ledger.Token).Units(), c.s.unwound(v.Rollup.UnbondingDays))
	case over:
		// The small rest goes in one order.
		c.sell(v, do, v.Free(c.stake(), ledger.Token).Units(), 0)
	}
	c.next(v, do)
}
