package sim

import (
	"stakeout/agents"
	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
	"stakeout/mechanisms/layer1"
	"stakeout/strategies"
)

// mining is the block producer that the attacker controls.
type mining struct {
	owner    ledger.Owner // ledger.Outside while there is none
	producer int
	paid     uint64          // canonical blocks whose reward has been paid
	owed     ledger.Amount   // running cost that the owner could not pay yet
	refused  [1]ledger.Owner // memory for the policy
}

// Equip gives the attacker what its plan needs at the start: the office of the single
// operator, or hash power. Without capital there is no attacker, and it gives nothing.
func (w *World) Equip(e strategies.Entry, params strategies.Params) error {
	if e.Capital(params) == [Legs]ledger.Amount{} {
		return nil
	}
	if e.Needs.Office {
		w.Appoint()
	}
	return w.Enlist(e.Hash(params))
}

// Enlist gives a share of all hash power to the attacker's second leg, which mines
// honestly until it sets a policy. A share of 0 changes nothing.
//
// Assumption: the power comes from the other producers in proportion, as when it
// is rented from them, and is paid for as it is used.
func (w *World) Enlist(share float64) error {
	if share == 0 {
		return nil
	}
	producer, err := w.chain.Enter(w.attackers[1], share)
	if err == nil {
		w.mining = mining{owner: w.attackers[1], producer: producer}
	}
	return err
}

// Miner is the owner and the index of the block producer that the attacker
// controls; ok is false when there is none.
func (w *World) Miner() (owner ledger.Owner, producer int, ok bool) {
	return w.mining.owner, w.mining.producer, w.mining.owner != ledger.Outside
}

// setMining sets the policy of the block producer that an agent controls.
func (w *World) setMining(a *agents.Action) bool {
	m, x := &w.mining, &a.Mining
	p := layer1.Policy{RefuseInclusion: x.Inclusion, RefuseBuilding: x.Building, GiveUp: x.GiveUp}
	if m.owner != a.Agent {
		return false
	}
	if m.refused[0] = x.Refused; m.refused[0] != ledger.Outside {
		p.Refused = m.refused[:]
	}
	return w.chain.SetPolicy(m.producer, p) == nil
}

// payMiner settles with the miner at the end of a slot: rewards for the blocks that
// have become canonical, less the running cost of the hash power. An orphaned block
// brings nothing; when it was paid before it was orphaned, the next block is not paid.
//
// Assumption: rewards are sold at once at the price of ether, and are 2020's block
// reward alone: the fees of the background are left out on both sides, and uncles
// earn nothing, where Ethereum paid up to 7/8 for the first of a branch.
//
// Assumption: a miner that cannot pay its running cost owes it, and pays with the
// next rewards.
func (w *World) payMiner() {
	m := &w.mining
	if m.owner == ledger.Outside || w.tick%uint32(w.cfg.Rollup.BlocksPerSlot) != 0 {
		return
	}
	reward := agents.Amount(float64(w.cfg.Layer1.BlockRewardETH * w.view.EthUSD))
	if _, canonical := w.chain.Blocks(m.producer); canonical > m.paid {
		w.mine(ledger.Outside, m.owner, reward*ledger.Amount(canonical-m.paid))
		m.paid = canonical
	}
	found := float64(w.chain.Share(m.producer) * float64(w.cfg.Rollup.BlocksPerSlot))
	blocks := float64(w.cfg.Layer1.HashCostShare * found)
	m.owed += agents.Amount(float64(blocks * reward.Units()))
	cost := min(m.owed, w.led.Balance(m.owner, ledger.Cash, ledger.Free))
	w.mine(m.owner, ledger.Outside, cost)
	m.owed -= cost
}

// passFee gives the gas of a batch to the miner that included it, when that miner is
// an agent.
//
// Assumption: the gas of forced exits and of migrations stays with the producers
// outside the model.
func (w *World) passFee(miner ledger.Owner, cost ledger.Amount) {
	if miner >= ledger.First {
		w.mine(ledger.LayerOne, miner, cost)
	}
}

func (w *World) mine(from, to ledger.Owner, amount ledger.Amount) {
	w.must(w.led.Post(ledger.Transfer{Amount: amount, From: from, To: to, Asset: ledger.Cash, Reason: ledger.Mining}))
}

// hash folds the miner into a state hash and leaves the hash of a world without one
// unchanged.
func (m *mining) hash(h uint64) uint64 {
	if m.owner == ledger.Outside {
		return h
	}
	return exact.Fold(h, uint64(m.owner), uint64(m.producer), m.paid, uint64(m.owed))
}
