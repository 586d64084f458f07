package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
)

var _ = register[VoteCaptureParams](Entry{
	Name: "vote-capture",
	Doc: "Buy and stake enough to carry the vote of the stakers, have the largest honest operators slashed one after " +
		"another, sell the stake.",
	Source: "“Then the security of the L2 degenerates to this governance mechanism and the PoS becomes redundant.” " +
		"(adlerjohn)",
	Needs: Levers{Stake: true, Judge: remedy.Stakers},
})

// VoteCaptureParams are the parameters of vote-capture.
type VoteCaptureParams struct {
	Budget ledger.Amount `key:"budget_usd" default:"25000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: about half of the stake at its opening price, more than the three tenths of it that vote; no sweep yet" doc:"Cash of the attacker"`
	OnTop
	Schedule
}

func (p *VoteCaptureParams) terms() terms {
	return terms{budget: p.Budget, Schedule: p.Schedule, OnTop: p.OnTop}
}

func (p *VoteCaptureParams) plan(c campaign, _ ledger.Amount) Committer {
	return &voteCapture{c, accuser{leg: c.stake()}}
}

type voteCapture struct {
	campaign
	accuser
}

// Clone implements agents.Strategy.
func (e *voteCapture) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy: a campaign that builds honest blocks, and
// whose stake condemns others during the act.
func (e *voteCapture) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		if a.ID != e.stake() || e.idle(a.ID, e.capital, v, do) {
			continue
		}
		now := e.phase(v)
		e.watch(a.ID, v)
		if e.Act && now != building {
			e.prosecute(now == acting, v, do)
		}
		e.build(v, do, false)
		e.work(v, do, now)
	}
}
