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
	"stakeout/experiments/kit/catalogue"
	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// Rules is what a remedy adds to the rollup's contract.
type Rules struct {
	ForcedExit bool   // users may leave through the layer-one queue
	MassExit   bool   // users may call for a window in which everybody leaves
	Migration  bool   // users may move together to a second rollup
	Trial      Trial  // how an accused operator is judged
	Oracle     Oracle // the oracle whose token can fork
}

// notes reports whether a remedy of these rules takes note of a word that nobody else
// has a use for, and touches nothing but its notes when it hears it.
func (r *Rules) notes(w Word) bool { return w == Alarm && r.MassExit || w == Sign && r.Migration }

// noted reports whether a word is one that remedies only take note of.
func (w Word) noted() bool { return w == Alarm || w == Sign }

// Word is the kind of a message.
type Word uint8

// The words. The first five accuse and judge an operator, the next three fork the
// token, the last two let users leave and move.
const (
	Accuse  Word = 1 + iota // About an operator; the bond goes into escrow
	Vote                    // Count 1 to condemn, 0 to acquit
	Enlist                  // Amount of cash as court stake; 0 takes it all back
	Bribe                   // Amount for each unit of weight that votes as Count says; paid if that side loses
	Appeal                  // pays the jurors of another round
	Report                  // opens a question About an operator, Count a Claim; takes the first bond
	Dispute                 // Amount of tokens against the tentative answer
	Pick                    // Count 0 for no and 1 for yes: the side of a fork, for good
	Alarm                   // Count users call for a window in which everybody may leave
	// Count users for a common move, 0 takes it back; Amount is the most in micro-USD that each pays a
	// coordinator for carrying it out at once, Gas the most layer-one gas for each, 0 any
	Sign
	Words
)

// Message is what an agent says to a remedy.
type Message struct {
	By, About ledger.Owner
	Word      Word
	Count     uint32
	Amount    ledger.Amount
	Gas       float64
}

// World is what a remedy may touch.
type World struct {
	Roll        *rollup.State
	Away        *rollup.State // the second rollup, nil where there is none
	Ledger      *ledger.Ledger
	Rules       rollup.Rules // of the election
	Rand        *draw.Stream // keyed by slot
	Tick        uint32
	TicksPerDay float64
	Cohort      uint32 // users for whom one owner can speak at most; 0 is any number
	Fault       error  // the first transfer that an invariant should have made possible
}

// Must records a transfer that was refused against all invariants.
func (w *World) Must(err error) {
	if err != nil && w.Fault == nil {
		w.Fault = err
	}
}

// ticks is a number of days in ticks.
func (w *World) ticks(days float64) uint32 {
	return uint32(float64(days*w.TicksPerDay) + 0.5)
}

// after is the tick at which so many days will have passed.
func (w *World) after(days float64) uint32 {
	return w.Tick + max(w.ticks(days), 1)
}

// Docket is the public record of what a remedy has on the table.
type Docket struct {
	Case Case // against an operator
	Fork Fork
	Move Move
	Exit Window
}

// Remedy is a rule of the contract or of society against an attacker.
type Remedy interface {
	Rules() Rules
	// Hear takes a message; false says that it was refused and changed nothing.
	Hear(w *World, m Message) bool
	// Due reports whether a step might touch anything but the remedy's own notes now.
	// It is false for a remedy of which nobody has asked anything, unless it acts by
	// itself.
	Due(w *World) bool
	// Step acts at the end of a slot, if anything is due.
	Step(w *World)
	// Docket is the public record; it must not be written to.
	Docket() *Docket
	// Clone returns an independent copy.
	Clone() Remedy
}

// Publisher is a remedy that has something to publish on layer one.
type Publisher interface {
	Remedy
	// Publishes is the gas that is still to be published and who sends it; 0 is
	// nothing.
	Publishes() (sender ledger.Owner, gas uint64)
	// Published says that so much of it is in a block, and what it cost in
	// micro-USD.
	Published(w *World, gas uint64, cost ledger.Amount)
}

// passive is a remedy that opens a route or none, and neither hears nor acts.
type passive struct {
	rules  Rules
	docket Docket
}

func (p *passive) Rules() Rules            { return p.rules }
func (*passive) Hear(*World, Message) bool { return false }
func (*passive) Due(*World) bool           { return false }
func (*passive) Step(*World)               {}
func (p *passive) Docket() *Docket         { return &p.docket }
func (p *passive) Clone() Remedy           { c := *p; return &c }

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
	MassExit          MassExitParams          `key:"mass_exit" doc:"The window in which everybody may leave"`
	Case              CaseParams              `key:"case" doc:"What all accusations of an operator share"`
	Fork              HardForkParams          `key:"hard_fork" doc:"The social fork"`
	Vote              VoteParams              `key:"timelock_vote" doc:"The vote of the stakers"`
	Kleros            KlerosParams            `key:"court_kleros" doc:"The court of Kleros"`
	Aragon            AragonParams            `key:"court_aragon" doc:"Aragon Court"`
	Auto              AutoSlashParams         `key:"auto_slash" doc:"The contract that slashes by itself"`
	MigrateZK         MigrateZKParams         `key:"migrate_zk" doc:"Moves with one validity proof"`
	MigrateOptimistic MigrateOptimisticParams `key:"migrate_optimistic" doc:"Moves with everybody's signature"`
	MigrateBLS        MigrateBLSParams        `key:"migrate_bls" doc:"Moves with one aggregate signature"`
	TokenFork         ForkParams              `key:"token_fork" doc:"The oracle of doubling bonds and the fork of the token"`
}

var entries catalogue.Of[Entry]

func register(e Entry) bool { return entries.Add(e.Name, e) }

// All returns the catalogue in order of file name.
func All() []Entry { return entries.All() }

// Find returns the entry of that name.
func Find(name string) (Entry, bool) { return entries.Find(name) }
