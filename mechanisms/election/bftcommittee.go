package election

import (
	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name: "bft-committee",
	Doc:  "A committee sampled by stake each epoch takes turns to propose; a block needs the signatures of a quorum.",
	Source: "“The best remedy is to decentralize the operator. Then a rollup turns into a slave blockchain” " +
		"(kladkogex), in today's words a follower chain",
	New: func(p *Params) Mechanism { return &committee{p: p.Committee} },
})

// CommitteeParams are the rules of the committee.
type CommitteeParams struct {
	Seats int     `key:"seats" default:"48" unit:"1" min:"1" max:"4096" source:"Assumption: a few dozen, as operator sets of 2020 had" doc:"Seats of the committee"`
	Days  float64 `key:"epoch_days" default:"1" unit:"d" min:"0.01" max:"365" source:"Assumption: a day" doc:"Time for which a committee sits"`
}

// committee is a Byzantine-fault-tolerant operator set. Its seats are drawn by
// stake, with replacement, at the beginning of an epoch, and take turns to
// propose. A block is valid if more than two thirds of the seats sign it (Castro
// and Liskov 1999: safe and live with less than a third of faulty seats).
// Operators with the policy to veto sign only their own proposals: with a third
// of the seats they halt the rollup, and with more than two thirds only they can
// build.
//
// Assumption: signing costs nothing and takes no time. Fees go to the proposer
// and its staker, as under proof of stake. A missed deadline is not slashed,
// because it may be the fault of the committee as well as of the proposer.
type committee struct {
	p     CommitteeParams
	seats []ledger.Owner // stakers
	ends  uint32         // first slot of the next epoch
}

func (*committee) Rules() rollup.Rules { return rollup.Rules{Stake: true, Quorum: true} }

func (c *committee) Clone() Mechanism {
	k := *c
	k.seats = append([]ledger.Owner(nil), c.seats...)
	return &k
}

func (c *committee) Elect(s *rollup.State, r *draw.Stream) rollup.Leader {
	slot := s.Public().Slot
	if slot >= c.ends {
		c.convene(s, r, slot)
	}
	if len(c.seats) == 0 {
		return rollup.Leader{}
	}
	proposer := c.seats[int(slot)%len(c.seats)]
	l := rollup.Leader{Staker: proposer, Operator: s.OperatorOf(proposer)}
	if 3*c.signers(s, l.Operator) <= 2*len(c.seats) {
		return rollup.Leader{}
	}
	return l
}

// convene draws the committee of an epoch. It is empty if there are no stakers.
func (c *committee) convene(s *rollup.State, r *draw.Stream, slot uint32) {
	c.seats, c.ends = c.seats[:0], slot+max(uint32(c.p.Days*s.SlotsPerDay()), 1)
	for range c.p.Seats {
		if o, ok := s.Draw(r.Uint64()); ok {
			c.seats = append(c.seats, o)
		}
	}
}

// signers counts the seats that sign a proposal of an operator.
func (c *committee) signers(s *rollup.State, proposer ledger.Owner) (n int) {
	for _, o := range c.seats {
		if by := s.OperatorOf(o); by == proposer || !s.PolicyOf(by).Veto {
			n++
		}
	}
	return n
}

func (c *committee) Settle(s *rollup.State, o rollup.Outcome, out []ledger.Transfer) []ledger.Transfer {
	return issue(s, o, passOn(s, o, out))
}
