// Package election holds the mechanisms that decide who leads a slot, one file
// each, and their catalogue. A mechanism reads the rollup's public state, picks
// a leader, and says at the end of the slot which transfers its rules demand;
// it never moves money itself.
//
// Sources: ethresear.ch 7698 for the list (centralized operator, burn auction,
// MEV auction, proof of stake, a BFT operator set).
package election

import (
	"stakeout/experiments/sim/draw"
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
}

// Entry describes a mechanism in the catalogue.
type Entry struct {
	Name   string // kebab-case, stable
	Doc    string // one sentence
	Source string // the sentence of the thread, or the paper, that it comes from
	New    func() Mechanism
}

var catalogue []Entry

func register(e Entry) bool {
	catalogue = append(catalogue, e)
	return true
}

// All returns the catalogue in order of file name.
func All() []Entry { return catalogue }

// Find returns the entry of that name.
func Find(name string) (Entry, bool) {
	for _, e := range catalogue {
		if e.Name == name {
			return e, true
		}
	}
	return Entry{}, false
}
