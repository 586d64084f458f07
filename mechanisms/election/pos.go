package election

import (
	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name:   "pos",
	Doc:    "A lottery over stakes elects the leader of each slot; the staker's operator builds.",
	Source: "“Proof of stake” as the third of the proposed solutions in ethresear.ch 7698, Intro",
	New:    func(p *Params) Mechanism { return newPoS(p.PoS.Lookahead) },
})

// PoSParams are the rules of the lottery.
type PoSParams struct {
	Lookahead int `key:"lookahead_slots" default:"0" unit:"slots" min:"0" max:"1000" source:"Assumption: 0, secret until the slot begins (Algorand, Gilad and others 2017); 32 or 64 would be as on Ethereum's beacon chain, where the next epoch is known" doc:"Number of slots in advance at which leaders are drawn and become public"`
}

// pos is election by a lottery over stakes: the chance to lead is the share of
// all stake, independently in each slot. The operator keeps its commission on the
// fees net of layer-one gas and passes the rest on to the staker whose stake won
// the slot. A batch that misses its deadline is slashed.
//
// With a look-ahead, leaders are drawn from the stakes of that earlier slot and
// are public from then on, so that others know whom to delay or to bribe. Without
// one, no leader is known before its slot.
//
// Assumption: the winner of a slot leads it through the operator that it has at
// that time, even if its stake has left since the draw.
type pos struct {
	ahead Schedule // Outside for a slot that was drawn while nobody staked
	slots int
}

func newPoS(lookahead int) *pos {
	return &pos{ahead: Schedule{make([]ledger.Owner, 0, lookahead+1)}, slots: lookahead}
}

func (*pos) Rules() rollup.Rules { return rollup.Rules{Stake: true} }

func (m *pos) Clone() Mechanism {
	c := newPoS(m.slots)
	c.ahead.Next = append(c.ahead.Next, m.ahead.Next...)
	return c
}

// Ahead implements Foresight.
func (m *pos) Ahead() *Schedule { return &m.ahead }

func (m *pos) Elect(s *rollup.State, r *draw.Stream) rollup.Leader {
	next := m.ahead.Next
	for len(next) <= m.slots {
		o, _ := s.Draw(r.Uint64())
		next = append(next, o)
	}
	o := next[0]
	m.ahead.Next = next[:copy(next, next[1:])]
	if o == ledger.Outside {
		return rollup.Leader{}
	}
	return rollup.Leader{Staker: o, Operator: s.OperatorOf(o)}
}

func (*pos) Settle(s *rollup.State, o rollup.Outcome, out []ledger.Transfer) []ledger.Transfer {
	out = issue(s, o, passOn(s, o, out))
	if !o.Posted && o.Operator != ledger.Outside {
		if fine := share(s.Bonded(o.Staker), s.Fine()); fine > 0 {
			out = append(out, ledger.Transfer{Amount: fine, From: o.Staker, To: ledger.Burned, Asset: ledger.Token,
				FromPocket: ledger.Staked, Reason: ledger.Slash})
		}
	}
	return out
}

// passOn lets the operator keep its share of the fees net of layer-one gas and
// pay the rest to the staker of the slot. Nothing is paid in a vacant slot and if
// there are no stakers.
func passOn(s *rollup.State, o rollup.Outcome, out []ledger.Transfer) []ledger.Transfer {
	net := o.Fees - o.Cost
	if net <= 0 || o.Operator == ledger.Outside || o.Staker == ledger.Outside || o.Staker == o.Operator {
		return out
	}
	reward := net - share(net, s.Params().OperatorShare)
	return append(out, ledger.Transfer{Amount: reward, From: o.Operator, To: o.Staker, Asset: ledger.Cash,
		Reason: ledger.StakingReward})
}

// issue mints the reward of a batch that arrived in time, whatever it holds, and divides
// it like fees.
//
// Assumption: only stake is paid for; an auction would sell the reward with the slot.
// Operators keep the tokens.
func issue(s *rollup.State, o rollup.Outcome, out []ledger.Transfer) []ledger.Transfer {
	reward := s.Params().BlockReward
	if reward == 0 || !o.Posted || o.Operator == ledger.Outside || o.Staker == ledger.Outside {
		return out
	}
	mint := ledger.Transfer{Amount: reward, To: o.Staker, From: ledger.Outside, Asset: ledger.Token,
		Reason: ledger.StakingReward}
	if o.Staker != o.Operator {
		own := mint
		own.To, own.Amount = o.Operator, share(reward, s.Params().OperatorShare)
		mint.Amount -= own.Amount
		out = append(out, own)
	}
	return append(out, mint)
}

// share returns a fraction of an amount, rounded down to a micro-unit. The
// fraction is between 0 and 1 and is rounded to six decimals.
func share(a ledger.Amount, fraction float64) ledger.Amount {
	x, _ := ledger.MulDiv(a, ledger.Amount(float64(fraction*1e6)+0.5), 1e6, ledger.Down)
	return x
}
