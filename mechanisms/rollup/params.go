// Package rollup models the second layer as its contract and its users see it:
// slots and their leader, stake and unbonding, the pool of waiting
// transactions, batches with a deadline on layer one, users' balances, and the
// two ways out, through the coordinator at its price and through the contract's
// queue at the price of layer-one gas.
//
// The package holds the state and the rules for money. mechanisms/election
// decides who leads a slot, mechanisms/layer1 when a batch reaches layer one, and
// agents decide what everybody wants. A leader sets its Policy, plain data,
// before its slot, so no phase has to call the agent back.
//
// Sources: ethresear.ch 7698 (the thread: empty blocks, withdrawal at the
// coordinator's price, exit through a gas-priced queue); Hermez contracts for
// slot and deadline (40 blocks, 20 blocks); zkSync 1 for the exit queue (128
// exits for each batch window); gas per transfer, withdrawal and forced exit
// from the same two systems in July 2020.
package rollup

import "stakeout/market/ledger"

// Params are the rules of the rollup.
type Params struct {
	BlocksPerSlot   int           `key:"blocks_per_slot" default:"40" unit:"blocks/slot" min:"2" max:"10000" source:"Hermez ConsensusProtocol: BLOCKS_PER_SLOT 40" doc:"Layer-one blocks in a slot; one leader builds one batch in each"`
	DeadlineBlocks  int           `key:"deadline_blocks" default:"20" unit:"blocks" min:"1" max:"9999" source:"Hermez ConsensusProtocol: slotDeadline 20" doc:"Blocks from the build of a batch to the end of its slot, within which it must be on layer one"`
	CapacityTx      int           `key:"capacity_tx" default:"1000" unit:"tx" min:"1" max:"100000000" source:"Assumption: utilisation 0.6 at the default demand" doc:"Transactions that fit a batch"`
	UnbondingDays   float64       `key:"unbonding_days" default:"7" unit:"d" min:"0" max:"60" source:"Livepeer and similar 2020 staking contracts: 7 days" doc:"Time from unstaking to spendable tokens"`
	SlashMissShare  float64       `key:"slash_miss_share" default:"0.001" unit:"share" min:"0" max:"1" source:"Assumption: small as in Livepeer's missed verification; no sweep yet" doc:"Share of the leader's stake that a missed deadline costs"`
	ForgiveShare    float64       `key:"forgive_missed_share" default:"0.25" unit:"share" min:"0" max:"1" source:"Assumption: a deadline that a quarter of the last hour's leaders have missed was nobody's own fault" doc:"Share of deadlines missed in the last hour from which on none is fined"`
	OperatorShare   float64       `key:"operator_share" default:"0.1" unit:"share" min:"0" max:"1" source:"Typical 2020 staking pool commission of 10 %" doc:"Share of net fees that the operator keeps; the staker gets the rest"`
	BatchGas        int           `key:"batch_gas" default:"400000" unit:"gas" min:"0" max:"10000000" source:"zkSync 1 proof verification, July 2020" doc:"Fixed layer-one gas of a batch"`
	TransactionGas  int           `key:"transaction_gas" default:"700" unit:"gas" min:"0" max:"1000000" source:"zkSync 1 transfer, about 0.01 USD in July 2020 (thread author)" doc:"Layer-one gas that one transaction adds to a batch"`
	ExtractableUSD  float64       `key:"extractable_usd" default:"0.01" unit:"USD" min:"0" max:"1000" source:"Assumption: a twentieth of a fee; payments leave little to extract, exchanges inside the rollup would leave more" doc:"Income of the leader from ordering a transaction (MEV), at the opening price of ETH"`
	WithdrawalGas   int           `key:"withdrawal_gas" default:"30000" unit:"gas" min:"0" max:"10000000" source:"zkSync 1 withdrawal, at least 0.40 USD in July 2020 (thread author)" doc:"Layer-one gas that one withdrawal adds to a batch"`
	MaxBatchGas     int           `key:"max_batch_gas" default:"6000000" unit:"gas" min:"21000" max:"30000000" source:"Assumption: half a block of July 2020" doc:"Most layer-one gas of a batch; withdrawals beyond it wait"`
	ForcedExitGas   int           `key:"forced_exit_gas" default:"170000" unit:"gas" min:"0" max:"10000000" source:"zkSync 1 full exit request" doc:"Layer-one gas that a user pays for an exit through the queue"`
	QueueExits      int           `key:"queue_exits" default:"128" unit:"1" min:"1" max:"1000000" source:"zkSync 1 priority queue: 128 a window" doc:"Exits that the queue serves in one window"`
	QueueBlocks     int           `key:"queue_blocks" default:"16" unit:"blocks" min:"1" max:"10000" source:"zkSync 1 priority queue: a window of 16 blocks" doc:"Length of the queue's window"`
	QueueDelayHours float64       `key:"queue_delay_hours" default:"24" unit:"h" min:"0" max:"8760" source:"Arbitrum force inclusion 24 h; Optimism 12 h; zkSync 1 has 14 days; Taiko 576 s" doc:"Age after which the contract serves a queued exit without the coordinator"`
	ExodusHours     float64       `key:"exodus_hours" default:"0" unit:"h" min:"0" max:"8760" source:"Assumption: never, since the contract serves the queue itself; deadlines of others: zkSync 1 336 h (priority expiration), Arbitrum 24 h, Optimism 12 h, Taiko 0.16 h" doc:"Age of the oldest exit in the queue at which the contract stops all batches and lets everybody out; 0 is never"`
	BlockReward     ledger.Amount `key:"block_reward_tokens" default:"0" scale:"1000000" unit:"tokens" min:"0" max:"1000000" source:"Assumption: none, as in the thread, where stakers live on fees" doc:"Tokens minted for a batch that arrives in time, empty or not, where stake elects leaders"`
	BlobBytes       int           `key:"transaction_blob_bytes" default:"0" unit:"bytes" min:"0" max:"100000" source:"No blobs before March 2024; the data of 2020 is in transaction_gas" doc:"Data that one transaction adds to the blobs of a batch (EIP-4844); 0 is no blobs"`
	BlobPrice       float64       `key:"blob_price_multiple" default:"0.0625" unit:"1" min:"0" max:"1000" source:"EIP-7918: blob gas costs at least a sixteenth of the price of gas" doc:"Price of blob gas over that of gas"`
	MinStake        ledger.Amount `key:"min_stake_tokens" default:"1000" scale:"1000000" unit:"tokens" min:"0" max:"100000000" source:"Assumption: keeps dust out of the lottery" doc:"Smallest stake that takes part in the election"`
}

// The size of a blob (EIP-4844): 4096 field elements, of which a rollup fills 31 bytes
// each, and its blob gas.
const (
	blobRoom = 4096 * 31
	blobGas  = 1 << 17
)

// DataGas is the gas of layer one that costs as much as the blobs of a batch with so many
// transactions. Blobs are bought whole.
//
// Assumption: blobs pay the price of the batch that carries them, tip included.
func (p *Params) DataGas(transactions uint32) uint64 {
	bytes := uint64(transactions) * uint64(p.BlobBytes)
	blobs := (bytes + blobRoom - 1) / blobRoom
	return uint64(float64(blobs) * blobGas * p.BlobPrice)
}

// GasEach is the gas of a transaction with its share of a batch of so many, blobs
// included.
func (p *Params) GasEach(perBatch float64) float64 {
	gas := float64(p.TransactionGas) + float64(p.BatchGas)/perBatch
	if data := p.DataGas(uint32(perBatch + 0.5)); data > 0 {
		gas += float64(data) / perBatch
	}
	return gas
}

// Rules lists what an election mechanism accepts from agents.
type Rules struct {
	Stake  bool // stake decides who leads
	Bids   bool // bids decide who leads
	Office bool // one holder of an office leads, independent of stakes and bids
	Quorum bool // a block needs the signatures of other members
}

// Policy is how an operator builds when it leads. It is set in advance and fixed
// from the build of the batch on. A minimum counts as the lower end of its bucket
// of bids, so a bid up to 6.3 % below a minimum may be served, at its own price.
type Policy struct {
	Transfers  bool          // include waiting transactions
	Exits      bool          // include waiting withdrawals, besides transactions
	Most       uint32        // most transactions in a batch; 0 is the capacity
	MinFee     ledger.Amount // lowest bid for a transaction, micro-USD
	ExitFee    ledger.Amount // least price for each leaving user, micro-USD
	ExitShare  float64       // price for each leaving user as a share of its balance, where that is more
	Veto       bool          // as a member of a committee, sign only own blocks
	Equivocate bool          // publish a second batch that contradicts the first
}

// most is the number of transactions that a batch with so much room takes.
func (p *Policy) most(room uint32) uint32 {
	if p.Most == 0 {
		return room
	}
	return min(room, p.Most)
}

// Leader is the leader of a slot: the staker whose stake won the slot, and the
// operator that builds for it. In a vacant slot Operator is ledger.Outside.
type Leader struct {
	Staker, Operator ledger.Owner
}

// Outcome is the result of a slot.
type Outcome struct {
	Leader
	Posted       bool          // the batch reached layer one in time
	Equivocated  bool          // the batch contradicts another of its leader and is void
	Transactions uint32        // transactions included
	Exits        uint32        // users who left through the batch
	Fees         ledger.Amount // micro-USD received by the operator
	Extracted    ledger.Amount // micro-USD that the operator earned by ordering the transactions
	Cost         ledger.Amount // micro-USD of layer-one gas paid by the operator
}
