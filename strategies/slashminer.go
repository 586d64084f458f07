package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register[SlashMinerParams](Entry{
	Name: "slash-miner",
	Doc: "Hold stake and hash power; as a miner leave rivals' batches out and build on no block that holds one, " +
		"so that they miss their deadline and are slashed; sell the stake.",
	Source: "“The attacker who is also a miner. Refusing to include transactions from other coordinators. They also " +
		"refuse to build upon blocks containing their transactions trying to uncle them and slash the victim.”",
	Needs: Levers{Stake: true},
})

// SlashMinerParams are the parameters of slash-miner. The second leg is the miner.
type SlashMinerParams struct {
	Budget ledger.Amount `key:"budget_usd" default:"6000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a tenth of the stake, and what two weeks of lost blocks cost; no sweep yet" doc:"Cash of the attacker"`
	MinerParams
	OnTop
	Schedule
}

// MinerParams describe the hash power of an attacker.
type MinerParams struct {
	MinerShare     float64 `key:"miner_cash_share" default:"0.25" unit:"share" min:"0" max:"1" source:"Assumption: enough to pay for hash power whose blocks are orphaned; no sweep yet" doc:"Share of the budget that pays the running cost of the hash power while its blocks bring less"`
	HashShare      float64 `key:"hash_share" default:"0.1" unit:"share" min:"0" max:"0.99" source:"Etherscan top miners, July 2020: the third pool had 10 %" doc:"Share of layer one's hash power that the attacker controls"`
	RefuseBuilding bool    `key:"refuse_building" default:"true" source:"ethresear.ch 7698: “They also refuse to build upon blocks containing their transactions”" doc:"Build on no block that holds a rival's batch, besides leaving it out"`
	GiveUp         int     `key:"give_up_blocks" default:"3" unit:"blocks" min:"1" max:"1000" source:"Assumption: a race that is three blocks behind is lost for a small miner; no sweep yet" doc:"Blocks on top of a refused block after which it is accepted"`
}

func (p *SlashMinerParams) terms() terms {
	return terms{
		budget: p.Budget, secondShare: p.MinerShare, Schedule: p.Schedule, OnTop: p.OnTop, hashShare: p.HashShare,
	}
}

func (p *SlashMinerParams) plan(c campaign, cash ledger.Amount) Committer {
	return &slashMiner{c, miner{
		leg: c.second(), capital: cash, giveUp: uint32(p.GiveUp), building: p.RefuseBuilding,
	}}
}

type slashMiner struct {
	campaign
	miner
}

// Clone implements agents.Strategy.
func (e *slashMiner) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy: the stake builds honest blocks throughout, and
// during the act the miner refuses the batches of others.
func (e *slashMiner) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		switch a.ID {
		case e.stake():
			if !e.idle(a.ID, e.campaign.capital, v, do) {
				e.build(v, do, false)
				e.work(v, do, e.phase(v))
			}
		case e.leg:
			e.miner.step(&e.campaign, v, do, e.phase(v) == acting)
		}
	}
}

// miner works the hash power of a campaign.
type miner struct {
	leg      agents.ID
	capital  ledger.Amount
	giveUp   uint32 // blocks on top of a refused block after which it is accepted
	building bool   // builds on no block that holds a rival's batch
	refusing bool   // a refusal is in force
}

// step looks at each slot who leads it and refuses that leader's batch, unless the
// leader is the attacker's stake. Outside the act it mines honestly.
func (m *miner) step(c *campaign, v *agents.View, do *agents.Actions, act bool) {
	if c.idle(m.leg, m.capital, v, do) {
		return
	}
	do.WakeAt(m.leg, nextSlot(v))
	act = act && c.Act
	if !act && !m.refusing {
		return
	}
	var orders agents.Mining
	if m.refusing = act; act {
		orders = agents.Mining{Inclusion: true, Building: m.building, GiveUp: m.giveUp}
		if rival := v.Service.Leader.Operator; rival != c.stake() {
			orders.Refused = rival
		}
	}
	do.Mine(m.leg, orders)
}

// nextSlot is the first tick of the next slot.
func nextSlot(v *agents.View) uint32 {
	slot := uint32(v.Rollup.BlocksPerSlot)
	return v.Tick + slot - (v.Tick-1)%slot
}
