package remedy

import (
	"stakeout/market/ledger"
)

var _ = register(Entry{
	Name: "token-fork",
	Doc: "Answers are disputed with doubling bonds; beyond a bound the token splits, holders pick a side, and the " +
		"deposits go to the side with more tokens.",
	Source: "“they fork Augur into two, but all the ETH and DAI locked in existing markets will go to the version of " +
		"Augur that had more REP moved into it” (edmundedgar)",
	Punishes: true,
	Reads:    []string{"token_fork"},
	New: func(p *Params) Remedy {
		return &tokenFork{p: p.TokenFork, docket: Docket{Fork: Fork{Issued: p.TokenFork.Issued}}}
	},
})

// ForkParams are the rules of the fork.
type ForkParams struct {
	EscalationParams
	PickDays   float64 `key:"pick_days" default:"14" unit:"d" min:"0.01" max:"365" source:"Assumption: two weeks, so that a horizon of 60 days holds a whole fork; Augur v2 gives 60 days" doc:"Time in which holders pick a side once the token forks"`
	Issued     float64 `key:"issued_share" default:"0.2" unit:"share" min:"0" max:"1" source:"Assumption: a fifth; edmundedgar's “any assets issued inside the rollup”; no sweep yet" doc:"Share of the users' activity in assets issued inside, which goes on after the deposits are gone"`
	SlashShare float64 `key:"slash_share" default:"1" unit:"share" min:"0" max:"1" source:"Assumption: the whole deposit, as the thread asks of a fork" doc:"Share of an operator's stake that is taken if the answer condemns it"`
}

// Claim is the subject of a question.
type Claim uint8

// The claims. Each is a statement about one operator that is true or false.
const (
	Attacks Claim = iota // the operator attacks the rollup, and its stake should be taken
	Owns                 // all deposits in the rollup belong to the operator
)

// Stage is the stage of a question.
type Stage uint8

// The stages.
const (
	Quiet    Stage = iota // there is no question
	Disputed              // bonds may be filled
	Forking               // holders pick sides
	Split                 // the token has forked and cannot fork again
)

// Fork is the public record of the oracle and of the fork.
type Fork struct {
	Stage   Stage            // stage of the question
	About   ledger.Owner     // operator in question
	Claim   Claim            // claim about the operator
	Answer  uint8            // tentative or final: 0 no, 1 yes; after a fork the answer of the larger side
	Missing ledger.Amount    // micro-tokens that are missing to overturn the answer
	Rounds  int              // bonds filled
	Until   uint32           // tick at which the answer becomes final or the fork is settled
	Moved   [2]ledger.Amount // micro-tokens moved to the sides no and yes
	Ended   uint32           // questions answered
	Upheld  uint32           // answers that were yes
	Taken   ledger.Amount    // micro-tokens burnt by these answers
	Last    uint32           // tick of the last of these answers
	Issued  float64          // share of the users' activity that needs no deposits
	picks   []pick           // by owner
}

// pick is the side of a holder.
type pick uint8

const (
	undecided pick = iota
	pickNo
	pickYes
)

// Picked is the side of a fork that a holder has picked.
func (f *Fork) Picked(o ledger.Owner) (answer uint8, ok bool) {
	if o >= ledger.Owner(len(f.picks)) || f.picks[o] == undecided {
		return 0, false
	}
	return uint8(f.picks[o] - pickNo), true
}

// tokenFork is Augur's rule, with one question at a time.
//
// Assumption: when the fork is settled, a holder moves all of its tokens to the
// side that it has picked. The tokens of undecided holders, the lending pool
// among them, are moved to the larger side by their venues; in Augur v2 they
// would lapse. A token forks once.
type tokenFork struct {
	p      ForkParams
	game   escalation
	docket Docket
}

// Oracle describes the oracle for agents that consider a dispute.
type Oracle struct {
	Bond  ledger.Amount // micro-tokens behind the first answer; 0: there is no oracle
	Prize float64       // gain of a bond on the right answer, as a share of the bond
}

func (t *tokenFork) Rules() Rules {
	return Rules{Trial: Trial{Slash: t.p.SlashShare}, Oracle: Oracle{Bond: t.p.FirstBond, Prize: (1 - t.p.BurnShare) / 2}}
}

// Docket implements Remedy.
func (t *tokenFork) Docket() *Docket { return &t.docket }

func (t *tokenFork) Clone() Remedy {
	c := *t
	c.game = t.game.clone()
	c.docket.Fork.picks = append([]pick(nil), t.docket.Fork.picks...)
	return &c
}

func (t *tokenFork) Hear(w *World, m Message) bool {
	f := &t.docket.Fork
	switch m.Word {
	case Report:
		return f.Stage == Quiet && m.About >= ledger.First && m.About < ledger.Owner(w.Ledger.Owners()) &&
			m.Count <= uint32(Owns) && t.report(w, m)
	case Dispute:
		return f.Stage == Disputed && t.dispute(w, m)
	case Pick:
		if f.Stage != Forking || m.Count > 1 {
			return false
		}
		return t.pick(m.By, uint8(m.Count))
	}
	return false
}

func (t *tokenFork) report(w *World, m Message) bool {
	if !w.hold(m.By, t.p.FirstBond, ledger.Token) {
		return false
	}
	f := &t.docket.Fork
	t.game.open(m.By, 1, t.p.FirstBond)
	f.Stage, f.About, f.Claim = Disputed, m.About, Claim(m.Count)
	t.game.until = w.after(t.p.FirstDays)
	t.show()
	return true
}

// dispute takes at most the tokens that the bond still needs.
func (t *tokenFork) dispute(w *World, m Message) bool {
	amount := min(m.Amount, t.game.missing())
	if amount <= 0 || !w.hold(m.By, amount, ledger.Token) {
		return false
	}
	if bond := t.game.add(m.By, amount); bond > 0 {
		t.game.until = w.after(t.p.Days)
		if bond >= t.threshold(w) {
			t.fork(w)
		}
	}
	t.show()
	return true
}

// threshold is the bond at which the token forks.
func (t *tokenFork) threshold(w *World) ledger.Amount {
	supply := -w.Ledger.Total(ledger.Outside, ledger.Token)
	return ledger.Amount(float64(t.p.ThresholdShare * float64(supply)))
}

// fork lets holders pick sides. A holder with a bond behind an answer has picked
// that side.
func (t *tokenFork) fork(w *World) {
	f := &t.docket.Fork
	f.Stage, f.picks = Forking, make([]pick, w.Ledger.Owners())
	t.game.until = w.after(t.p.PickDays)
	for _, b := range t.game.bonds {
		t.pick(b.by, b.answer)
	}
}

func (t *tokenFork) pick(by ledger.Owner, answer uint8) bool {
	p := &t.docket.Fork.picks[by]
	if *p != undecided {
		return false
	}
	*p = pickNo + pick(answer)
	return true
}

// show updates the public record.
func (t *tokenFork) show() {
	f := &t.docket.Fork
	f.Answer, f.Missing, f.Rounds, f.Until = t.game.answer, t.game.missing(), t.game.rounds, t.game.until
}

// Due implements Remedy: the time for disputes or for picking sides is over.
func (t *tokenFork) Due(w *World) bool {
	s := t.docket.Fork.Stage
	return w.Tick >= t.game.until && (s == Disputed || s == Forking)
}

// Step makes an undisputed answer final, and settles a fork.
func (t *tokenFork) Step(w *World) {
	if !t.Due(w) {
		return
	}
	f := &t.docket.Fork
	if f.Stage == Forking {
		t.divide(w)
		f.Stage = Split
	} else {
		t.game.settle(w, t.p.BurnShare)
		f.Stage = Quiet
	}
	f.Ended++
	if f.Answer == 1 {
		t.carryOut(w)
	}
}

// divide finds the side with more tokens; a tie means no. Bonds return to their
// contributors, as tokens of their side.
func (t *tokenFork) divide(w *World) {
	f := &t.docket.Fork
	for _, b := range t.game.bonds {
		w.release(b.by, b.amount, ledger.Token, ledger.Bond)
	}
	t.game.bonds = t.game.bonds[:0]
	for o := ledger.First; int(o) < len(f.picks); o++ {
		if side, ok := f.Picked(o); ok {
			f.Moved[side] += holding(w.Ledger, o)
		}
	}
	f.Answer = 0
	if f.Moved[1] > f.Moved[0] {
		f.Answer = 1
	}
}

// holding is the amount of tokens that an owner could move. Loans and debts stay
// with the pool.
func holding(l *ledger.Ledger, o ledger.Owner) (sum ledger.Amount) {
	for _, p := range [...]ledger.Pocket{ledger.Free, ledger.Held, ledger.Staked, ledger.Unbonding} {
		sum += l.Balance(o, ledger.Token, p)
	}
	return sum
}

// carryOut carries out the answer yes on the ledger of the larger side.
func (t *tokenFork) carryOut(w *World) {
	f := &t.docket.Fork
	f.Upheld++
	f.Last = w.Tick
	if f.Claim == Owns {
		w.Roll.HandOver(f.About)
		return
	}
	f.Taken += w.punish(f.About, t.p.SlashShare, true)
}
