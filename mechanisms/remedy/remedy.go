// Package remedy holds what can be done to a coordinator that attacks, one file
// each, and their catalogue. The replies in the thread propose these remedies.
//
// A remedy opens routes to users through its Rules, receives Messages from
// agents, and acts at the end of each slot. Its pending business is public in its
// Docket. Agents vote, judge and leave; a remedy makes no decision for them.
//
// Source: ethresear.ch 7698 and its thirteen replies.
package remedy

import (
	"stakeout/experiments/kit/catalogue"
	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// Rules lists what a remedy adds to the contract of the rollup.
type Rules struct {
	ForcedExit bool   // users may leave through the layer-one queue
	MassExit   bool   // users may call for a window in which everybody leaves
	Migration  bool   // users may move together to a second rollup
	Trial      Trial  // how an accused operator is judged
	Oracle     Oracle // the oracle whose token can fork
}

// notes reports whether a remedy with these rules takes note of a word that only
// such remedies use. Hearing it changes nothing but the notes of the remedy.
func (r *Rules) notes(w Word) bool { return w == Alarm && r.MassExit || w == Sign && r.Migration }

// noted reports whether remedies only take note of a word.
func (w Word) noted() bool { return w == Alarm || w == Sign }

// Word is the kind of a Message.
type Word uint8

// The words. The first five accuse and judge an operator, the next three fork the
// token, the last two let users leave or move.
const (
	Accuse  Word = 1 + iota // accuses operator About; the bond goes into escrow
	Vote                    // Count is 1 to condemn, 0 to acquit
	Enlist                  // adds Amount of cash to the court stake; 0 withdraws all of it
	Bribe                   // offers Amount for each unit of weight that votes as Count says; paid if that side loses
	Appeal                  // pays the jurors of another round
	Report                  // opens a question: operator About, Claim Count; takes the first bond
	Dispute                 // puts Amount of tokens against the tentative answer
	Pick                    // picks a side of a fork, for good: Count is 0 for no, 1 for yes
	Alarm                   // Count users call for a window in which everybody may leave
	// Count users sign for a common move; 0 withdraws the signature. Amount is
	// the most, in micro-USD, that each pays a coordinator for carrying it out at
	// once. Gas is the most layer-one gas for each; 0 is any amount.
	Sign
	Words
)

// Message is a request of an agent to a remedy. Word says which fields it uses.
type Message struct {
	By, About ledger.Owner
	Word      Word
	Count     uint32
	Amount    ledger.Amount
	Gas       float64
}

// World is the part of the world that a remedy can read and change.
type World struct {
	Roll        *rollup.State
	Away        *rollup.State // the second rollup, nil if there is none
	Ledger      *ledger.Ledger
	Rules       rollup.Rules // of the election
	Rand        *draw.Stream // keyed by slot
	Tick        uint32
	TicksPerDay float64
	Cohort      uint32 // largest number of users for whom one owner can sign; 0: no limit
	Fault       error  // first transfer that was refused although the invariants promised it would succeed
}

// Must records the first transfer that was refused although the invariants
// promised it would succeed.
func (w *World) Must(err error) {
	if err != nil && w.Fault == nil {
		w.Fault = err
	}
}

// ticks converts days to ticks.
func (w *World) ticks(days float64) uint32 {
	return uint32(float64(days*w.TicksPerDay) + 0.5)
}

// after is the tick after a number of days, at least the next one.
func (w *World) after(days float64) uint32 {
	return w.Tick + max(w.ticks(days), 1)
}

// Docket is the public record of the pending business of a remedy.
type Docket struct {
	Case Case // against an operator
	Fork Fork
	Move Move
	Exit Window
}

// Remedy is a rule of the contract or of society against an attacker.
type Remedy interface {
	Rules() Rules
	// Hear takes a message; false means that it was refused and changed nothing.
	Hear(w *World, m Message) bool
	// Due reports whether a step now might change more than the remedy's own
	// notes. It is false as long as the remedy has received no request, unless it
	// acts by itself.
	Due(w *World) bool
	// Step acts at the end of a slot, if something is due.
	Step(w *World)
	// Docket is the public record. The caller must not write to it.
	Docket() *Docket
	// Clone returns an independent copy.
	Clone() Remedy
}

// Publisher is a remedy that publishes data on layer one.
type Publisher interface {
	Remedy
	// Publishes returns the sender and the gas that is still to be published; 0
	// is nothing.
	Publishes() (sender ledger.Owner, gas uint64)
	// Published records that gas of the data is in a block, and its cost in
	// micro-USD.
	Published(w *World, gas uint64, cost ledger.Amount)
}

// passive is a remedy that at most opens a route. It takes no messages and does
// not act.
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
	Source string // sentence of the thread from which it comes
	// Punishes says that the remedy takes away stake or an office, and so needs a
	// mechanism with stakes or an office.
	Punishes bool
	Reads    []string // sections of Params that the remedy uses
	New      func(*Params) Remedy
}

// In reports whether the remedy can act under these rules of election.
func (e Entry) In(r rollup.Rules) bool { return !e.Punishes || r.Stake || r.Office }

// Params are the parameters of all remedies; each reads its own.
type Params struct {
	MassExit          MassExitParams          `key:"mass_exit" doc:"The window in which everybody may leave"`
	Case              CaseParams              `key:"case" doc:"Rules of all accusations of an operator"`
	Fork              HardForkParams          `key:"hard_fork" doc:"The social fork"`
	Vote              VoteParams              `key:"timelock_vote" doc:"The vote of the stakers"`
	Kleros            KlerosParams            `key:"court_kleros" doc:"The court of Kleros"`
	Aragon            AragonParams            `key:"court_aragon" doc:"Aragon Court"`
	Auto              AutoSlashParams         `key:"auto_slash" doc:"The contract that slashes by itself"`
	MigrateZK         MigrateZKParams         `key:"migrate_zk" doc:"Moves with one validity proof"`
	MigrateOptimistic MigrateOptimisticParams `key:"migrate_optimistic" doc:"Moves with the signature of each user"`
	MigrateBLS        MigrateBLSParams        `key:"migrate_bls" doc:"Moves with one aggregate signature"`
	TokenFork         ForkParams              `key:"token_fork" doc:"The oracle of doubling bonds and the fork of the token"`
}

var entries catalogue.Of[Entry]

func register(e Entry) bool { return entries.Add(e.Name, e) }

// All returns the catalogue in order of file name.
func All() []Entry { return entries.All() }

// Find returns the entry of that name.
func Find(name string) (Entry, bool) { return entries.Find(name) }
