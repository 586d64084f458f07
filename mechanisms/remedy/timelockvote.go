package remedy

var _ = register(Entry{
	Name: "timelock-vote",
	Doc:  "Stakers vote by stake whether an accused operator is slashed, while its stake is locked.",
	Source: "“Slashing can still be done without a hard fork, as long as the Staking is done on L1 and the Staking " +
		"contract has a time lock and a strategy to apply slashing (could be just a subjective Staking Coordinators’ vote " +
		"…)” (GriffGreen)",
	Punishes: true,
	Reads:    []string{"case", "timelock_vote"},
	New: func(p *Params) Remedy {
		return &timelockVote{trial{p: p.Case}, p.Vote}
	},
})

// VoteParams are the rules of the vote.
type VoteParams struct {
	Days     float64 `key:"voting_days" default:"3" unit:"d" min:"0.01" max:"60" source:"Compound Governor Alpha, 2020: 17280 blocks, about three days" doc:"Length of the vote; no longer than the unbonding time, else the same tokens could vote twice"`
	Quorum   float64 `key:"quorum_share" default:"0.04" unit:"share" min:"0" max:"1" source:"Compound Governor Alpha, 2020: 400 thousand of ten million" doc:"Stake that must take part, as a share of all stake"`
	Majority float64 `key:"majority_share" default:"0.5" unit:"share" min:"0" max:"1" source:"Compound Governor Alpha, 2020: more votes for than against" doc:"Share of the voting stake that the stake for slashing must exceed"`
}

// timelockVote is a vote by stake on slashing an operator. The accused votes too,
// and so do stakers with the same interest. Therefore an attacker with half of
// the stake that votes cannot be slashed: “Then the security of the L2
// degenerates to this governance mechanism” (adlerjohn).
//
// Assumption: the weight of a ballot is the stake of its owner when it is cast.
// Without a quorum the accuser gets the bond back.
type timelockVote struct {
	trial
	rules VoteParams
}

// Rules implements Remedy.
func (v *timelockVote) Rules() Rules {
	return Rules{Trial: Trial{By: Stakers, Bond: v.p.Bond, Slash: v.p.Slash}}
}

// Clone implements Remedy.
func (v *timelockVote) Clone() Remedy { return &timelockVote{v.trial.clone(), v.rules} }

// Hear implements Remedy.
func (v *timelockVote) Hear(w *World, m Message) bool {
	switch m.Word {
	case Accuse:
		if !v.accuse(w, m, v.p.Bond) {
			return false
		}
		v.begin(w, v.rules.Days)
		return true
	case Vote:
		return v.vote(w, m, w.Roll.Bonded(m.By))
	case Bribe:
		return v.bribe(w, m, w.Roll.Public().Staked)
	}
	return false
}

// Step implements Remedy.
func (v *timelockVote) Step(w *World) {
	if !v.Due(w) {
		return
	}
	c := &v.docket.Case
	all := w.Roll.Public().Staked
	c.Condemned = c.passed(v.rules.Majority, v.rules.Quorum, all)
	v.payBribe(w)
	if c.Condemned {
		c.punish(w, c.Accused, v.p.Slash, v.p.TimeLock)
	}
	to := c.bondGoesTo()
	if c.For+c.Against < portion(all, v.rules.Quorum) {
		to = c.Accuser
	}
	v.close(w, v.p.Bond, to)
}
