package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
)

// accuser is the part of a plan that has honest operators condemned: it watches
// who leads, accuses the leader with the most stake behind it, and votes it guilty.
type accuser struct {
	leg    agents.ID     // account that accuses and votes
	target agents.ID     // operator with the most stake behind it among the leaders seen so far
	spoke  uint32        // the case and the round in which it voted last
	bribe  ledger.Amount // offer for each seat that condemns, micro-USD; 0 offers nothing
}

// watch remembers the largest operator that leads, other than the attacker.
func (e *accuser) watch(own agents.ID, v *agents.View) {
	o := v.Service.Leader.Operator
	if o != ledger.Outside && o != own && (e.target == ledger.Outside || v.Backing(o) > v.Backing(e.target)) {
		e.target = o
	}
}

// prosecute accuses the target when no case is open and cases may still be opened,
// and pursues the case that it has opened.
func (e *accuser) prosecute(open bool, v *agents.View, do *agents.Actions) {
	k := &v.Docket.Case
	switch {
	case !k.Open:
		if open && e.target != ledger.Outside && v.Free(e.leg, ledger.Cash) >= v.Remedy.Rules().Trial.Bond {
			do.Say(e.leg, remedy.Message{Word: remedy.Accuse, About: e.target})
		}
	case k.Accuser != e.leg:
	case k.Phase == remedy.Voting:
		e.vote(v, do)
	case k.Phase == remedy.Appealing && !k.Condemned && k.Cost > 0 && v.Free(e.leg, ledger.Cash) >= k.Cost:
		do.Say(e.leg, remedy.Message{Word: remedy.Appeal})
	}
}

// vote condemns once in a round, and offers the bribe if there is one.
func (e *accuser) vote(v *agents.View, do *agents.Actions) {
	k := &v.Docket.Case
	round := k.Number<<8 | k.Round
	if e.spoke == round {
		return
	}
	e.spoke = round
	if e.bribe > 0 {
		do.Say(e.leg, remedy.Message{Word: remedy.Bribe, Count: 1, Amount: e.bribe})
	}
	do.Say(e.leg, remedy.Message{Word: remedy.Vote, Count: 1})
}
