// Package strategies holds the attacks on trial, one registered file each.
//
// An attack is a plan with phases (build a position, act, unwind) under a
// capital limit. It uses only the verbs that every agent has, pays spread,
// impact, fees, borrow, gas, unbonding delay and slashing like everybody else,
// and sees neither the future nor private state. Each Decide is written
// observe → plan → act.
//
// The same plan can be run without its act: the honest use of the same capital,
// which makes the same trades at the same times and builds honest blocks. The
// difference between the two is what the attack itself earns.
//
// Source: ethresear.ch 7698, whose sentence each file quotes.
package strategies

import (
	"stakeout/agents"
	"stakeout/experiments/kit/catalogue"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// Levers are what an attack needs to exist in a world.
type Levers struct {
	Stake  bool // leadership must follow stake
	Office bool // leadership must be an office, which the attacker holds
	Loans  bool // somebody must lend tokens
	Bids   bool // leadership must be sold
	Dai    bool // somebody must owe dai, and somebody hold it
	// Judge is who must judge operators under the remedy in force; Nobody makes
	// no difference.
	Judge  remedy.Judge
	Oracle bool // the remedy must have an oracle whose token can fork
}

// In reports whether the levers that leadership gives exist under these rules.
func (l Levers) In(r rollup.Rules) bool {
	return (r.Stake || !l.Stake) && (r.Office || !l.Office) && (r.Bids || !l.Bids)
}

// Under reports whether the levers that a remedy gives exist under these rules.
func (l Levers) Under(r remedy.Rules) bool {
	return (l.Judge == remedy.Nobody || l.Judge == r.Trial.By) && (!l.Oracle || r.Oracle.Bond > 0)
}

// Legs is the number of accounts of an attacker: the stake leg, a second leg for
// what else the attack needs, and a third for a short on top of it.
const Legs = 3

// Plan is what an attack is made from.
type Plan struct {
	Legs    []agents.ID    // accounts: the stake leg, the second leg and the one short on top
	Opening agents.Opening // fixed point at which the world started
	Start   uint32         // tick at which the plan begins
	Act     bool           // false for the honest use of the same capital
}

// Entry describes an attack in the catalogue.
type Entry struct {
	Name   string // kebab-case, stable
	Doc    string // one sentence
	Source string // the sentence of the thread that it comes from
	Needs  Levers
	// Params returns a pointer to a new parameter struct; its tags carry the
	// defaults.
	Params func() any
	// Capital is the cash in micro-USD that each leg starts with.
	Capital func(params any) [Legs]ledger.Amount
	// Days is the time from the start to the last planned trade.
	Days func(params any) float64
	// Act is the time from the start to the first deed in which the attack and
	// the honest use of the same capital differ; before it the two are one world.
	Act func(params any) float64
	// Marks are the events of the plan in days after the start, for figures.
	Marks func(params any) []Mark
	// Hash is the share of layer one's hash power that the attacker controls from
	// the start of its plan on; nil is none.
	Hash func(params any) float64
	// Use names the honest use of the capital, all that it depends on included.
	// Attacks of the same name have the same, and their plans are Heirs; nil or an
	// empty name is a use of its own.
	Use func(params any) string
	New func(params any, p Plan) Committer
}

// Committer is an honest plan that can turn into the attack.
type Committer interface {
	agents.Strategy
	// Commit makes the plan carry out its act from now on.
	Commit()
}

// Heir is a plan that can go on from where the honest plan of another attack stands,
// before that is committed.
type Heir interface {
	Committer
	Inherit(honest agents.Strategy)
}

// Mark is a named moment of a plan.
type Mark struct {
	Days float64
	Name string
}

var entries catalogue.Of[Entry]

func register(e Entry) bool { return entries.Add(e.Name, e) }

// All returns the catalogue in order of file name.
func All() []Entry { return entries.All() }

// Find returns the entry of that name.
func Find(name string) (Entry, bool) { return entries.Find(name) }
