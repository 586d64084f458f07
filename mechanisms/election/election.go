// Package election holds the mechanisms that decide who leads a slot, one file
// each, and their catalogue. A mechanism reads the rollup's public state, picks a
// leader, and lists at the end of the slot the transfers that its rules demand.
// It moves no money itself, except the bids that an auction takes into escrow.
//
// Sources: ethresear.ch 7698 for the list (centralized operator, burn auction,
// MEV auction, proof of stake, a BFT operator set).
package election

import (
	"stakeout/experiments/kit/catalogue"
	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// Mechanism is a rule of leader election.
type Mechanism interface {
	// Rules lists the actions of agents that the mechanism accepts.
	Rules() rollup.Rules
	// Elect picks the leader of the slot that begins. The stream is keyed by
	// slot.
	Elect(s *rollup.State, r *draw.Stream) rollup.Leader
	// Settle appends the transfers that follow from the outcome of a slot.
	Settle(s *rollup.State, o rollup.Outcome, out []ledger.Transfer) []ledger.Transfer
	// Clone returns an independent copy.
	Clone() Mechanism
}

// Auction is a mechanism that sells leadership. Bids are held in escrow.
type Auction interface {
	Mechanism
	// Bid takes a bid; false means that it was refused and nothing changed.
	Bid(s *rollup.State, l *ledger.Ledger, b Bid) bool
	// Board is the public record. The caller must not write to it.
	Board() *Board
	// Accrues returns the shares of a price that reach stakers and, through a
	// burn of tokens, every token.
	Accrues() (toStake, toSupply float64)
}

// Bid is an offer of up to Limit for each of the next Count lots. A Limit of 0
// withdraws the bids that the rules allow to be withdrawn.
type Bid struct {
	By    ledger.Owner
	Count uint32
	Limit ledger.Amount
}

// Foresight is a mechanism that publishes coming leaders.
type Foresight interface {
	// Ahead is the public record. The caller must not write to it.
	Ahead() *Schedule
}

// Schedule lists the stakers whose stake won the next slots, the next slot first.
type Schedule struct{ Next []ledger.Owner }

// Entry describes a mechanism in the catalogue.
type Entry struct {
	Name   string // kebab-case, stable
	Doc    string // one sentence
	Source string // sentence of the thread, or paper, from which it comes
	New    func(*Params) Mechanism
}

// Rules lists the actions of agents that a mechanism accepts. They do not depend
// on its parameters.
func (e Entry) Rules() rollup.Rules { return e.New(new(Params)).Rules() }

// Params are the parameters of all mechanisms; each reads its own.
type Params struct {
	Centralized CentralizedParams `key:"centralized" doc:"The single operator"`
	Committee   CommitteeParams   `key:"bft_committee" doc:"The committee that signs blocks"`
	Burn        BurnParams        `key:"burn_auction" doc:"The open auction of slots"`
	MEV         MEVParams         `key:"mev_auction" doc:"The sealed auction of windows"`
	PoS         PoSParams         `key:"pos" doc:"The lottery over stakes"`
}

var entries catalogue.Of[Entry]

func register(e Entry) bool { return entries.Add(e.Name, e) }

// All returns the catalogue in order of file name.
func All() []Entry { return entries.All() }

// Find returns the entry of that name.
func Find(name string) (Entry, bool) { return entries.Find(name) }
