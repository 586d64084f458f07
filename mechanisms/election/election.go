// Package election holds the mechanisms that decide who leads a slot, one file
// each, and their catalogue. A mechanism reads the rollup's public state, picks
// a leader, and says at the end of the slot which transfers its rules demand. It
// moves no money itself, but for the bids that an auction takes into escrow.
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
	// Rules says what the mechanism accepts from agents.
	Rules() rollup.Rules
	// Elect picks the leader of the slot that begins; the stream is keyed by slot.
	Elect(s *rollup.State, r *draw.Stream) rollup.Leader
	// Settle appends the transfers that follow from what became of a slot.
	Settle(s *rollup.State, o rollup.Outcome, out []ledger.Transfer) []ledger.Transfer
	// Clone returns an independent copy.
	Clone() Mechanism
}

// Auction is a mechanism that sells leadership. Bids are held in escrow.
type Auction interface {
	Mechanism
	// Bid takes a bid; false says that it was refused and changed nothing.
	Bid(s *rollup.State, l *ledger.Ledger, b Bid) bool
	// Board is the public record; it must not be written to.
	Board() *Board
	// Accrues says which shares of a price paid reach stakers and, by a burn of
	// tokens, every token.
	Accrues() (toStake, toSupply float64)
}

// Bid is an offer of up to Limit for each of the next Count lots. Limit 0 takes
// back what the rules let go.
type Bid struct {
	By    ledger.Owner
	Count uint32
	Limit ledger.Amount
}

// Foresight is a mechanism that makes coming leaders known.
type Foresight interface {
	// Ahead is the public record; it must not be written to.
	Ahead() *Schedule
}

// Schedule lists on whose stake the next slots were won, the next slot first.
type Schedule struct{ Next []ledger.Owner }

// Entry describes a mechanism in the catalogue.
type Entry struct {
	Name   string // kebab-case, stable
	Doc    string // one sentence
	Source string // the sentence of the thread, or the paper, that it comes from
	New    func(*Params) Mechanism
}

// Rules says what a mechanism accepts from agents, whatever its parameters.
func (e Entry) Rules() rollup.Rules { return e.New(new(Params)).Rules() }

// Params are the rules of all mechanisms; each reads its own.
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
