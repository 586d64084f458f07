package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register[ProcessFeeParams](Entry{
	Name:   "dos-process-fee",
	Doc:    "Buy stake, include nothing below an extortionate fee when leading, sell the stake.",
	Source: "“Charge a high fee in order to process transactions”",
	Needs:  Levers{Stake: true},
})

// ProcessFeeParams are the parameters of dos-process-fee. The multiple is of the
// price that the plan would ask if it were honest, which the posted fee follows;
// a multiple of the posted fee itself would chase its own tail.
type ProcessFeeParams struct {
	Budget   ledger.Amount `key:"budget_usd" default:"5000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a tenth of the stake; no sweep yet" doc:"Cash of the attacker"`
	Multiple float64       `key:"fee_multiple" default:"3" unit:"1" min:"1" max:"1000000" source:"Assumption: half of the median value of a transaction; no sweep yet" doc:"Least fee of a transaction as a multiple of the common price, which is layer-one cost plus an honest margin"`
	OnTop
	Schedule
}

func (p *ProcessFeeParams) terms() terms {
	return terms{budget: p.Budget, Schedule: p.Schedule, OnTop: p.OnTop, honestUse: p.Schedule.use(p.Budget)}
}

func (p *ProcessFeeParams) plan(c campaign, _ ledger.Amount) Committer {
	return &processFee{c, p.Multiple}
}

type processFee struct {
	campaign
	multiple float64
}

// Clone implements agents.Strategy.
func (e *processFee) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy: it serves all who pay its fee, and lets users
// exit at cost.
func (e *processFee) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		if a.ID != e.stake() || e.idle(a.ID, e.capital, v, do) {
			continue
		}
		now, harsh := e.phase(v), e.fair(v)
		harsh.MinFee = times(harsh.MinFee, e.multiple)
		e.demand(v, do, now == acting, harsh)
		e.work(v, do, now)
	}
}
