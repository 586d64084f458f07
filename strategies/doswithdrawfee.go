package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register(Entry{
	Name:   "dos-withdraw-fee",
	Doc:    "Buy stake, serve transactions at the common price when leading but charge dearly for withdrawals, sell the stake.",
	Source: "“Charge a high fee in order to allow users to withdraw”",
	Needs:  Levers{Stake: true},
	Params: func() any { return new(WithdrawFeeParams) },
	Capital: func(p any) [Legs]ledger.Amount {
		x := p.(*WithdrawFeeParams)
		return x.OnTop.capital(x.Budget, 0)
	},
	Act:   func(p any) float64 { return p.(*WithdrawFeeParams).BuildDays },
	Days:  func(p any) float64 { return p.(*WithdrawFeeParams).unwound(7) },
	Marks: func(p any) []Mark { return p.(*WithdrawFeeParams).marks() },
	Use:   func(p any) string { x := p.(*WithdrawFeeParams); return x.OnTop.alone(x.Schedule.use(x.Budget)) },
	New: func(p any, plan Plan) Committer {
		x := p.(*WithdrawFeeParams)
		c := campaign{Plan: plan, s: x.Schedule, capital: x.Budget}
		return x.OnTop.under(&withdrawFee{campaign: c, multiple: x.Multiple}, c)
	},
})

// WithdrawFeeParams are the parameters of dos-withdraw-fee.
type WithdrawFeeParams struct {
	Budget   ledger.Amount `key:"budget_usd" default:"5000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a tenth of the stake; no sweep yet" doc:"Cash of the attacker"`
	Multiple float64       `key:"exit_fee_multiple" default:"4" unit:"1" min:"1" max:"1000000" source:"Assumption: some dollars a user, within what an impatient user of a middling balance gives; no sweep yet" doc:"Fee of a withdrawal as a multiple of the common price, which is its layer-one gas and a twentieth"`
	OnTop
	Schedule
}

type withdrawFee struct {
	campaign
	multiple float64
}

// Clone implements agents.Strategy.
func (e *withdrawFee) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy: only who leaves through this leader pays.
func (e *withdrawFee) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		if a.ID != e.stake() || e.idle(a.ID, e.capital, v, do) {
			continue
		}
		now, harsh := e.phase(v), e.fair(v)
		harsh.ExitFee = times(harsh.ExitFee, e.multiple)
		e.demand(v, do, now == acting, harsh)
		e.work(v, do, now)
	}
}
