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
// difference between the two is the effect of the act. What capital could do instead of an
// attack, at its leisure, is in honest.go.
//
// A file of this package declares the parameters of its attack, says what they
// take (terms) and makes the plan (plan). What is common to all attacks follows
// from the terms, here and in campaign.go.
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
	Perp   bool // somebody must make the market of a perpetual future
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

// Params are the parameters of one attack: a pointer to a struct whose tags carry
// key, default, unit, range and source.
type Params interface {
	// terms says what the attack takes with these values.
	terms() terms
	// plan makes the plan from the campaign of its stake leg and the cash of its
	// second leg in micro-USD.
	plan(c campaign, second ledger.Amount) Committer
}

// terms are what an attack takes. A zero value means that there is no such thing.
type terms struct {
	budget      ledger.Amount // cash of the first two legs together, micro-USD
	secondShare float64       // share of it that the second leg starts with
	Schedule                  // timing of the stake leg
	OnTop                     // short position in the third leg
	events      []Mark        // marks, when they are not the usual three
	hashShare   float64       // share of layer one's hash power from the start of the plan on
	contract    bool          // part of the short is a perpetual future
	honestUse   string        // name of the honest use of the first two legs, see Entry.Use
}

// capital is the cash in micro-USD that each leg starts with.
func (t terms) capital() [Legs]ledger.Amount {
	second, _ := ledger.MulDiv(t.budget, ledger.Amount(t.secondShare*1e6), 1e6, ledger.Down)
	return [Legs]ledger.Amount{t.budget - second, second, t.ShortCash}
}

// Entry describes an attack in the catalogue. Its file writes the first four
// fields; register adds the others, which take the entry's own parameters.
type Entry struct {
	Name   string // kebab-case, stable
	Doc    string // one sentence
	Source string // the sentence of the thread that it comes from
	Needs  Levers // with any parameters

	// Params returns a pointer to a new parameter struct; its tags carry the
	// defaults.
	Params func() Params
	// Capital is the cash in micro-USD that each leg starts with.
	Capital func(Params) [Legs]ledger.Amount
	// Days is the time from the start to the last planned trade.
	Days func(p Params, unbondingDays float64) float64
	// Act is the time from the start to the first deed in which the attack and
	// the honest use of the same capital differ, in days; until then the two are
	// one world.
	Act func(Params) float64
	// Marks are the events of the plan in days after the start, for figures.
	Marks func(Params) []Mark
	// Hash is the share of layer one's hash power that the attacker controls from
	// the start of its plan on.
	Hash func(Params) float64
	// Use names the honest use of the capital with everything that it depends on.
	// Attacks with the same name share that use, and their plans are Heirs. An empty
	// name means that no other attack has this use.
	Use func(Params) string
	// New makes the plan.
	New func(Params, Plan) Committer
}

// NeedsWith are the levers that the attack needs with these parameters, which may
// add a loan or a perpetual future; nil adds nothing.
func (e Entry) NeedsWith(p Params) Levers {
	l := e.Needs
	if p != nil {
		t := p.terms()
		l.Loans, l.Perp = l.Loans || t.ShortCash > 0, l.Perp || t.contract
	}
	return l
}

// Committer is an honest plan that can turn into the attack.
type Committer interface {
	agents.Strategy
	// Commit makes the plan carry out its act from now on.
	Commit()
}

// Heir is a plan that can take over from the honest plan of another attack which
// has not been committed yet.
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

// register enters the attack whose parameters are a P.
func register[P any, Ptr interface {
	*P
	Params
}](e Entry) bool {
	e.Params = func() Params { return Ptr(new(P)) }
	e.Capital = func(p Params) [Legs]ledger.Amount { return p.terms().capital() }
	e.Days = func(p Params, unbondingDays float64) float64 { return p.terms().unwound(unbondingDays) }
	e.Act = func(p Params) float64 { return p.terms().BuildDays }
	e.Marks = func(p Params) []Mark { return p.terms().marks() }
	e.Hash = func(p Params) float64 { return p.terms().hashShare }
	e.Use = func(p Params) string { return p.terms().use() }
	e.New = newPlan
	return entries.Add(e.Name, e)
}

// All returns the catalogue in order of file name.
func All() []Entry { return entries.All() }

// Find returns the entry of that name.
func Find(name string) (Entry, bool) { return entries.Find(name) }
