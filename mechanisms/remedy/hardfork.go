package remedy

import "stakeout/market/ledger"

var _ = register(Entry{
	Name:     "hard-fork",
	Doc:      "Users and holders agree outside the protocol on a fork that removes all stake of the operator in question.",
	Source:   "“there can be a protocol level hardfork to remove the deposit from the attacker”",
	Punishes: true,
	Reads:    []string{"hard_fork"},
	New: func(p *Params) Remedy {
		return &hardFork{p: p.Fork}
	},
})

// HardForkParams are the conditions of a social fork.
type HardForkParams struct {
	Days     float64 `key:"coordination_days" default:"33" unit:"d" min:"0.01" max:"365" source:"The DAO: attack on 17 June 2016, fork on 20 July 2016" doc:"Time from the call for a fork to the fork"`
	Majority float64 `key:"majority_share" default:"0.5" unit:"share" min:"0" max:"1" source:"Assumption: more than half of the voices; the DAO vote had 87 %" doc:"Share of the voices that those for the fork must exceed"`
	Quorum   float64 `key:"quorum_share" default:"0.05" unit:"share" min:"0" max:"1" source:"Carbonvote on the DAO fork, July 2016: about a twentieth of all ether took part" doc:"Voices that must take part, as a share of the cohorts with a balance inside"`
}

// hardFork is the baseline of the thread's author, taken from layer one. Stake
// does not count; every agent has one voice, which it may change. The fork
// removes all stake behind the operator that is anywhere in the contract. Stake
// that has been sold before is out of reach.
//
// Assumption: a cohort of users, a holder and an operator have one voice each. A
// call costs nothing, and there is one call at a time.
type hardFork struct {
	trial
	p HardForkParams
}

// Rules implements Remedy.
func (*hardFork) Rules() Rules { return Rules{Trial: Trial{By: Everyone, Slash: 1}} }

// Clone implements Remedy.
func (f *hardFork) Clone() Remedy { return &hardFork{f.trial.clone(), f.p} }

// Hear implements Remedy.
func (f *hardFork) Hear(w *World, m Message) bool {
	switch m.Word {
	case Accuse:
		if !f.accuse(w, m, 0) {
			return false
		}
		f.begin(w, f.p.Days)
		return true
	case Vote:
		return f.revise(m) || f.vote(w, m, ledger.Unit)
	}
	return false
}

// revise changes the vote of an owner that has voted for the other side.
func (f *hardFork) revise(m Message) bool {
	c := &f.docket.Case
	if !c.Open || m.Count > 1 || len(f.marked) == 0 || f.marked[m.By] <= f.cast {
		return false
	}
	b := &f.ballots[f.marked[m.By]-f.cast-1]
	if b.condemn == (m.Count == 1) {
		return false
	}
	b.condemn = !b.condemn
	turn := b.weight
	if !b.condemn {
		turn = -turn
	}
	c.For += turn
	c.Against -= turn
	return true
}

// Step implements Remedy.
func (f *hardFork) Step(w *World) {
	if !f.Due(w) {
		return
	}
	c := &f.docket.Case
	members := ledger.Amount(w.Roll.Public().Members) * ledger.Unit
	c.Condemned = c.passed(f.p.Majority, f.p.Quorum, members)
	if c.Condemned {
		c.punish(w, c.Accused, 1, true)
	}
	f.close(w, 0, c.Accuser)
}

// passed reports whether the weight for condemnation exceeds a share of the
// weight that voted, and the weight that voted is at least a share of all.
func (c *Case) passed(majority, quorum float64, all ledger.Amount) bool {
	voted := c.For + c.Against
	return c.For > portion(voted, majority) && voted >= portion(all, quorum)
}

// portion returns a share of an amount, rounded down. The share is between 0 and
// 1 and is rounded to six decimals.
func portion(a ledger.Amount, share float64) ledger.Amount {
	x, _ := ledger.MulDiv(a, ledger.Amount(float64(share*1e6)+0.5), 1e6, ledger.Down)
	return x
}
