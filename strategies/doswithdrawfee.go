package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register[WithdrawFeeParams](Entry{
	Name: "dos-withdraw-fee",
	Doc: "Buy stake, serve transactions at the common price when leading but charge dearly for withdrawals, " +
		"sell the stake.",
	Source: "“Charge a high fee in order to allow users to withdraw”",
	Needs:  Levers{Stake: true},
})

// WithdrawFeeParams are the parameters of dos-withdraw-fee.
type WithdrawFeeParams struct {
	Budget    ledger.Amount `key:"budget_usd" default:"5000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a tenth of the stake; no sweep yet" doc:"Cash of the attacker"`
	Multiple  float64       `key:"exit_fee_multiple" default:"4" unit:"1" min:"1" max:"1000000" source:"Assumption: some dollars a user, within what an impatient user of a middling balance gives; no sweep yet" doc:"Fee of a withdrawal as a multiple of the common price, which is its layer-one gas and a twentieth"`
	ExitShare float64       `key:"exit_balance_share" default:"0.01" unit:"share" min:"0" max:"1" source:"Assumption: what a leaver gives to be out a day earlier (urgency_per_day); check monopoly varies it" doc:"Price of a withdrawal as a share of the leaver's balance, where that is more than the multiple; balances are public"`
	OnTop
	Schedule
}

func (p *WithdrawFeeParams) terms() terms {
	return terms{budget: p.Budget, Schedule: p.Schedule, OnTop: p.OnTop, honestUse: p.Schedule.use(p.Budget)}
}

func (p *WithdrawFeeParams) plan(c campaign, _ ledger.Amount) Committer {
	return &withdrawFee{c, p.Multiple, p.ExitShare}
}

type withdrawFee struct {
	campaign
	multiple, exitShare float64
}

// Clone implements agents.Strategy.
func (e *withdrawFee) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy: only users who leave through this leader pay.
func (e *withdrawFee) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		if a.ID != e.stake() || e.idle(a.ID, e.capital, v, do) {
			continue
		}
		now, harsh := e.phase(v), e.fair(v)
		harsh.ExitFee, harsh.ExitShare = times(harsh.ExitFee, e.multiple), e.exitShare
		e.demand(v, do, now == acting, harsh)
		e.work(v, do, now)
	}
}
