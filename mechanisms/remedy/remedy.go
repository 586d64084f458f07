// Package remedy holds what can be done to a coordinator that attacks, one file
// each, and their catalogue. The thread's replies propose them.
//
// A remedy opens routes to users through its Rules, hears what agents say to it
// as a Message, and acts at the end of each slot. What it has on the table is
// public in its Docket. Voters, jurors and those who leave are the agents
// themselves; nothing here decides for them.
//
// Source: ethresear.ch 7698 and its thirteen replies.
package remedy

import (
	"stakeout/experiments/catalogue"
	"stakeout/experiments/sim/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// Rules is what a remedy adds to the rollup's contract.
type Rules struct {
	ForcedExit bool  // users may leave through the layer-one queue
	Trial      Trial // how an accused operator is judged
}

// Word is the kind of a message.
type Word uint8

// Message is what an agent says to a remedy.
type Message struct {
	By, About ledger.Owner
	Word      Word
	Count     uint32
	Amount    ledger.Amount
}

// World is what a remedy may touch.
type World struct {
	Roll        *rollup.State
	Ledger      *ledger.Ledger
	Rules       rollup.Rules // of the election
	Rand        *draw.Stream // keyed by slot
	Tick        uint32
	TicksPerDay float64
}

// Docket is the public record of what a remedy has on the table.
type Docket struct {
	Case Case // against an operator
}

// Remedy is a rule of the contract or of society against an attacker.
type Remedy interface {
	Rules() Rules
	// Hear takes a message; false says that it was refused and changed nothing.
	Hear(w *World, m Message) bool
	// Step acts at the end of a slot.
	Step(w *World)
	// Docket is the public record; it must not be written to.
	Docket() *Docket
	// Clone returns an independent copy.
	Clone() Remedy
}

// passive is a remedy that neither hears nor acts.
type passive struct{ docket Docket }

func (*passive) Hear(*World, Message) bool { return false }
func (*passive) Step(*World)               {}
func (p *passive) Docket() *Docket         { return &p.docket }

// Entry describes a remedy in the catalogue.
type Entry struct {
	Name   string // kebab-case, stable
	Doc    string // one sentence
	Source string // the sentence of the thread that it comes from
	// Punishes says that the remedy takes stake or an office away, so that there
	// must be one.
	Punishes bool
	Reads    []string // sections of Params
	New      func(*Params) Remedy
}

// In reports whether the remedy has something to act on under these rules.
func (e Entry) In(r rollup.Rules) bool { return !e.Punishes || r.Stake || r.Office }

// Params are the rules of all remedies; each reads its own.
type Params struct {
	Case   CaseParams      `key:"case" doc:"What all accusations of an operator share"`
	Fork   HardForkParams  `key:"hard_fork" doc:"The social fork"`
	Vote   VoteParams      `key:"timelock_vote" doc:"The vote of the stakers"`
	Kleros KlerosParams    `key:"court_kleros" doc:"The court of Kleros"`
	Aragon AragonParams    `key:"court_aragon" doc:"Aragon Court"`
	Auto   AutoSlashParams `key:"auto_slash" doc:"The contract that slashes by itself"`
}

var entries catalogue.Of[Entry]

func register(e Entry) bool { return entries.Add(e.Name, e) }

// All returns the catalogue in order of file name.
func All() []Entry { return entries.All() }

// Find returns the entry of that name.
func Find(name string) (Entry, bool) { return entries.Find(name) }
