// Package remedy holds what can be done to a coordinator that attacks, one file
// each, and their catalogue. The thread's replies propose them.
//
// A remedy opens routes to users through its Rules; those that act by
// themselves will return transfers as mechanisms do.
//
// Source: ethresear.ch 7698 and its thirteen replies.
package remedy

import "stakeout/experiments/catalogue"

// Rules is what a remedy adds to the rollup's contract.
type Rules struct {
	ForcedExit bool // users may leave through the layer-one queue
}

// Remedy is a rule of the contract or of society against an attacker.
type Remedy interface {
	Rules() Rules
	// Clone returns an independent copy.
	Clone() Remedy
}

// Entry describes a remedy in the catalogue.
type Entry struct {
	Name   string // kebab-case, stable
	Doc    string // one sentence
	Source string // the sentence of the thread that it comes from
	New    func() Remedy
}

var entries catalogue.Of[Entry]

func register(e Entry) bool { return entries.Add(e.Name, e) }

// All returns the catalogue in order of file name.
func All() []Entry { return entries.All() }

// Find returns the entry of that name.
func Find(name string) (Entry, bool) { return entries.Find(name) }
