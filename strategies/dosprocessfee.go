package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register(Entry{
	Name:   "dos-process-fee",
	Doc:    "Buy stake, include nothing below an extortionate fee when leading, sell the stake.",
	Source: "“Charge a high fee in order to process transactions”",
	Needs:  Levers{Stake: true},
	Params: func() any { return new(ProcessFeeParams) },
	Capital: func(p any) [Legs]ledger.Amount {
		x := p.(*ProcessFeeParams)
		return x.OnTop.capital(x.Budget, 0)
	},
	Act:   func(p any) float64 { return p.(*ProcessFeeParams).BuildDays },
	Days:  func(p any) float64 { return p.(*ProcessFeeParams).unwound(7) },
	Marks: func(p any) []Mark { return p.(*ProcessFeeParams).marks() },
	Use:   func(p any) string { x := p.(*ProcessFeeParams); return x.OnTop.alone(x.Schedule.use(x.Budget)) },
	New: func(p any, plan Plan) Committer {
		x := p.(*ProcessFeeParams)
		c := campaign{Plan: plan, s: x.Schedule, capital: x.Budget}
		return x.OnTop.under(&processFee{campaign: c, multiple: x.Multiple}, c)
	},
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

type processFee struct {
	campaign
	multiple float64
}

// Clone implements agents.Strategy.
func (e *processFee) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy: it serves whoever pays, exits at cost.
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
