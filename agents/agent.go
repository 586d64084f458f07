// Package agents holds the agents, what they see and what they may ask for, and
// the honest behaviour of each kind, one file a kind.
//
// Mechanisms hold the truth; a View is all that an agent may know, and an
// Action, appended to Actions, is all that it can do. A strategy decides for
// those of its agents that are awake and writes only to their rows, so that
// the result does not depend on how they are cut into rounds. Roles are
// capabilities that combine: in every attack of the source one actor has many
// roles.
//
// No rule in this package names a price move, a crash or an exodus. Parameters
// that describe behaviour are drawn per agent; each draw is keyed by the agent
// and the tick, so adding one agent moves no other's.
//
// Sources of the rules are given with each kind; the scale of the default
// world (a young rollup with 100 M tokens at one dollar) is an assumption.
package agents

import (
	"stakeout/market/ledger"
)

// ID identifies an agent; it is also the agent's account.
type ID = ledger.Owner

// Capability is a set of roles.
type Capability uint16

// The roles.
const (
	CanTrade Capability = 1 << iota
	CanStake
	CanBorrow
	CanBuild // coordinate slots
	CanUse   // send transactions in the rollup
	CanVault // owe dai against ether, liquidate vaults that owe too much, convert ether
)

// Agent is one actor, as the strategy that decides for it sees it.
type Agent struct {
	ID  ID
	Key uint32 // of its draws: kind and number in the kind, so that more agents of one kind move no other's
	Row int32  // its row in the strategy's table
}

// Strategy decides for the agents that share it.
type Strategy interface {
	// Decide is called with the agents that are awake, in the order in which their
	// actions will be applied; the view is frozen for the round.
	Decide(awake []Agent, v *View, do *Actions)
	// Clone returns an independent copy.
	Clone() Strategy
}

// Warmer is a strategy with so many rows that each look at one waits for
// memory.
type Warmer interface {
	// Warm reads a row; the result means nothing.
	Warm(row int32) uint64
}

// Endowment is what an agent owns when the world opens, in tokens and USD.
type Endowment struct {
	Tokens float64 // free tokens
	Staked float64 // tokens in the staking contract
	Leaves float64 // tokens that unbond
	Due    float64 // share of the unbonding time that they still wait
	Lent   float64 // tokens in the lending pool
	Cash   float64 // free cash, USD
	Inside float64 // USD inside the rollup

	Ether     float64 // ether locked in a vault
	Debt      float64 // dai owed against it
	Dai       float64 // free dai
	DaiInside float64 // dai inside the rollup
}

// Endow gives an agent what it owns when the world opens. A population calls it once
// for each of its agents.
type Endow func(ID, Endowment)

// Opening is the fixed point at which a world starts: at this price and under these
// yields every honest agent holds the amounts that it wants.
type Opening struct {
	Price       float64 // USD a token
	Supply      float64 // tokens in existence
	TicksPerDay float64 // ticks in a day
	SlotTicks   float64 // ticks in a slot
	Staked      float64 // tokens staked
	Expected    float64 // tokens staked and unbonding
	Revenue     float64 // net fees, USD a year
	ToStake     float64 // share of net fees that reaches stakers
	ToSupply    float64 // share of net fees that reaches every token, by a burn
	Normal      float64 // net staker reward, USD a year and token of expected stake
	Issued      float64 // tokens minted a year for a token of expected stake
	PerBatch    float64 // transactions in a batch
	Fee         float64 // what a user pays for a transaction, USD
	Margin      float64 // a coordinator's margin on a transaction, USD at the opening price of ETH
	EthUSD      float64 // price of ETH
	Dai         float64 // in existence, which is the debt of all vaults
}
