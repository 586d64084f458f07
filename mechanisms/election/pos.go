package election

import (
	"stakeout/experiments/sim/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name:   "pos",
	Doc:    "A lottery over stakes elects the leader of each slot; the staker's operator builds.",
	Source: "“Proof of stake” as the third of the proposed solutions in ethresear.ch 7698, Intro",
	New:    func(*Params) Mechanism { return pos{} },
})

// pos is election by stake lottery: the chance to lead is the share of all
// stake, independently in each slot. The operator keeps its commission of the
// fees net of layer-one gas and passes the rest on to the staker on whose stake
// the slot was won; a batch that misses its deadline is slashed.
type pos struct{}

func (pos) Rules() rollup.Rules { return rollup.Rules{Stake: true} }

func (m pos) Clone() Mechanism { return m }

func (pos) Elect(s *rollup.State, r *draw.Stream) rollup.Leader {
	o, ok := s.Draw(r.Uint64())
	if !ok {
		return rollup.Leader{}
	}
	return rollup.Leader{Staker: o, Operator: s.OperatorOf(o)}
}

func (pos) Settle(s *rollup.State, o rollup.Outcome, out []ledger.Transfer) []ledger.Transfer {
	out = passOn(s, o, out)
	if !o.Posted && o.Operator != ledger.Outside {
		if fine := share(s.Bonded(o.Staker), s.Params().SlashMissShare); fine > 0 {
			out = append(out, ledger.Transfer{Amount: fine, From: o.Staker, To: ledger.Burned, Asset: ledger.Token, FromPocket: ledger.Staked, Reason: ledger.Slash})
		}
	}
	return out
}

// passOn lets the operator keep its share of the fees net of layer-one gas and
// pay the rest to the staker of the slot; nobody does in a vacant one.
func passOn(s *rollup.State, o rollup.Outcome, out []ledger.Transfer) []ledger.Transfer {
	net := o.Fees - o.Cost
	if net <= 0 || o.Operator == ledger.Outside || o.Staker == o.Operator {
		return out
	}
	reward := net - share(net, s.Params().OperatorShare)
	return append(out, ledger.Transfer{Amount: reward, From: o.Operator, To: o.Staker, Asset: ledger.Cash, Reason: ledger.StakingReward})
}

// share is a fraction between 0 and 1, to six decimals, of an amount, rounded
// down to a micro-unit.
func share(a ledger.Amount, fraction float64) ledger.Amount {
	x, _ := ledger.MulDiv(a, ledger.Amount(float64(fraction*1e6)+0.5), 1e6, ledger.Down)
	return x
}
