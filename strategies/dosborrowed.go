package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register[BorrowedParams](Entry{
	Name:   "dos-borrowed",
	Doc:    "Stake borrowed tokens and build empty blocks; with a share sold short instead it is the split form.",
	Source: "“There are also several ways for users to profit from this attack” with the stake itself borrowed",
	Needs:  Levers{Stake: true, Loans: true},
})

// BorrowedParams are the parameters of dos-borrowed.
type BorrowedParams struct {
	Budget     ledger.Amount `key:"budget_usd" default:"3000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: enough for the default borrow cap; no sweep yet" doc:"Cash of the attacker, the collateral of the loans"`
	SplitShare float64       `key:"split_share" default:"0" unit:"share" min:"0" max:"1" source:"Assumption: 0 is the pure form, a half the split form; no sweep yet" doc:"Share of the capital whose loans are sold short instead of staked"`
	UseShare   float64       `key:"use_share" default:"0.5" unit:"share" min:"0" max:"0.66" source:"Assumption: three quarters of what the initial margin of 150 % allows, with a reserve against a squeeze" doc:"Value borrowed as a share of capital"`
	Schedule
}

func (p *BorrowedParams) terms() terms {
	return terms{budget: p.Budget, secondShare: p.SplitShare, Schedule: p.Schedule}
}

func (p *BorrowedParams) plan(c campaign, short ledger.Amount) Committer {
	return &dosBorrowed{c, seller{
		leg: c.second(), openDays: min(p.BuildDays, splitDays), coverDays: min(p.ActDays, splitDays),
		use: p.UseShare, capital: short,
	}}
}

// splitDays is the longest time over which the short of the split form is opened,
// and that over which it is covered.
//
// Assumption: as dos-short.
const splitDays = 3

type dosBorrowed struct {
	campaign
	seller
}

// Clone implements agents.Strategy.
func (e *dosBorrowed) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy.
func (e *dosBorrowed) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		switch a.ID {
		case e.stake():
			if !e.idle(a.ID, e.campaign.capital, v, do) {
				e.borrowed(v, do)
			}
		case e.leg:
			e.seller.step(&e.campaign, v, do)
		}
	}
}

// borrowed works the stake leg on loans: borrow and stake, hold, unbond, repay.
// The loan runs, and costs, through the unbonding time.
func (e *dosBorrowed) borrowed(v *agents.View, do *agents.Actions) {
	now := e.phase(v)
	e.build(v, do, now == acting)
	agents.KeepMargin(e.stake(), v, do)
	debt := v.Debt(e.stake()).Units()
	switch now {
	case building:
		if want := e.seller.use*e.campaign.capital.Units()/v.Mid - debt; want > 0 {
			part := agents.Amount(want / e.slices(v, e.s.BuildDays))
			do.Move(agents.Borrow, e.stake(), min(part, v.Borrowable()))
		}
		e.lock(v, do, 0)
	case acting:
		e.lock(v, do, 0)
	case unbonding:
		e.unlock(v, do)
	default:
		e.repay(v, do, debt)
	}
	e.next(v, do)
}

// repay waits until all tokens have unbonded and returns them. Only then does it
// buy, evenly until the end, what interest and slashing have taken.
func (e *dosBorrowed) repay(v *agents.View, do *agents.Actions, debt float64) {
	free := v.Free(e.stake(), ledger.Token).Units()
	switch {
	case v.Pocket(e.stake(), ledger.Token, ledger.Unbonding) > 0:
	case debt > 0:
		end := e.s.unwound(v.Rollup.UnbondingDays)
		agents.Cover(e.stake(), debt, max(debt-free, 0)/e.slices(v, end)+1, v, do)
	default:
		e.sell(v, do, free, 0)
	}
}
