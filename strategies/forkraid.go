package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
)

var _ = register[ForkRaidParams](Entry{
	Name: "fork-raid",
	Doc: "Buy tokens, claim all deposits, dispute until the token forks, pick the lying side, " +
		"keep the deposits if it is the larger one, sell the tokens.",
	Source: "“So you can break Augur enough to steal the ETH and DAI by controlling more REP than the other side, " +
		"and moving them into the “lying” fork.” (edmundedgar)",
	Needs: Levers{Oracle: true},
})

// ForkRaidParams are the parameters of fork-raid.
//
// Assumption: the tokens are never staked, since tokens that unbond cannot
// stand behind a bond; nor are they in the honest use of the same capital.
type ForkRaidParams struct {
	Budget ledger.Amount `key:"budget_usd" default:"20000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a fifth of the supply at its opening price; no sweep yet" doc:"Cash of the attacker"`
	OnTop
	Schedule
}

func (p *ForkRaidParams) terms() terms {
	return terms{budget: p.Budget, Schedule: p.Schedule, OnTop: p.OnTop}
}

func (p *ForkRaidParams) plan(c campaign, _ ledger.Amount) Committer { return &forkRaid{campaign: c} }

type forkRaid struct {
	campaign
	claimed bool // has made its claim; there is no second try
}

// Clone implements agents.Strategy.
func (e *forkRaid) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy: buy, raid, sell on the side where the tokens
// are.
func (e *forkRaid) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		if a.ID != e.stake() || e.idle(a.ID, e.capital, v, do) {
			continue
		}
		switch now := e.phase(v); now {
		case building:
			e.buy(v, do, e.s.BuildDays)
			e.next(v, do)
		case acting, unbonding:
			if e.Act {
				e.raid(now == acting, v, do)
			}
			e.next(v, do)
		default:
			e.work(v, do, now)
		}
	}
}

// raid claims the deposits once. It fills every bond against the denial of its
// claim for which its tokens suffice, and picks the side of the claim when the
// token forks.
func (e *forkRaid) raid(open bool, v *agents.View, do *agents.Actions) {
	f, me := &v.Docket.Fork, e.stake()
	free := v.Free(me, ledger.Token)
	mine := f.About == me && f.Claim == remedy.Owns
	switch {
	case f.Stage == remedy.Quiet && open && !e.claimed && free >= v.Remedy.Rules().Oracle.Bond:
		e.claimed = true
		do.Say(me, remedy.Message{Word: remedy.Report, About: me, Count: uint32(remedy.Owns)})
	case f.Stage == remedy.Disputed && mine && f.Answer == 0 && free >= f.Missing:
		do.Say(me, remedy.Message{Word: remedy.Dispute, Amount: f.Missing})
	case f.Stage == remedy.Forking && mine:
		if _, picked := f.Picked(me); !picked {
			do.Say(me, remedy.Message{Word: remedy.Pick, Count: 1})
		}
	}
}
