package remedy

import (
	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// Judge is the group that decides whether an accused operator is guilty.
type Judge uint8

// The judges.
const (
	Nobody   Judge = iota // no accusation is possible
	Everyone              // users, holders and operators, with one voice each
	Stakers               // stakers, by stake
	Jurors                // jurors, drawn by court stake
)

// Trial describes how an accused operator is judged: the terms that agents take
// into account.
type Trial struct {
	By      Judge
	Bond    ledger.Amount // cash that an accuser puts into escrow
	Seat    ledger.Amount // court stake that counts as one seat
	Fee     ledger.Amount // paid to a juror in the majority for each of its seats
	Penalty ledger.Amount // lost by a juror in the minority for each of its seats
	Slash   float64       // share of the stake that a condemned operator loses
}

// Phase is the stage of a case.
type Phase uint8

// The phases. Votes are accepted while Voting, an appeal while Appealing.
const (
	Evidence Phase = iota
	Voting
	Appealing
)

// Case is the open case and the counts of all cases so far.
type Case struct {
	Number            uint32         // number of cases opened so far; the open one is the last
	Open              bool           // a case is open
	Phase             Phase          // stage of the open case
	Accused, Accuser  ledger.Owner   // operator in question, and owner that put up the bond
	Opened, Closes    uint32         // tick of the accusation; tick at which the phase ends
	Round             uint32         // round of voting, from 1
	Jurors            []ledger.Owner // jurors of this round, one for each seat
	For, Against      ledger.Amount  // weight for and against condemnation: micro-tokens, or micro-seats or voices
	Condemned         bool           // ruling of the last round
	Cost              ledger.Amount  // price of an appeal; 0 if none is possible
	Offer             ledger.Amount  // bribe for each whole unit of weight; 0 if there is none
	Bought            bool           // the bribed side: true to condemn
	Briber            ledger.Owner   // owner that pays the bribe
	Ended, Upheld     uint32         // cases that are over, and cases that led to a punishment
	Taken             ledger.Amount  // micro-tokens burnt so far
	FirstUpheld, Last uint32         // ticks of the first and the last punishment
}

// CaseParams are the rules that all accusations share.
type CaseParams struct {
	Bond     ledger.Amount `key:"bond_usd" default:"1000" scale:"1000000" unit:"USD" min:"0" max:"1e9" source:"Assumption: a thousand dollars, which a holder of 20 thousand tokens risks for a relief of 5 %; no sweep yet" doc:"Cash that an accuser loses if the accused is acquitted"`
	Slash    float64       `key:"slash_share" default:"0.5" unit:"share" min:"0" max:"1" source:"Assumption: half; Cosmos takes 5 % for signing twice, Ethereum's second phase up to all of it; no sweep yet" doc:"Share of the stake behind a condemned operator that is burnt"`
	TimeLock bool          `key:"time_lock" default:"true" source:"GriffGreen: “the Staking contract has a time lock”; off to see what it is good for" doc:"Whether unbonding stake can be slashed and is held until the end of a case"`
}

// Hash folds a case into h. Before the first case h stays unchanged.
func (c *Case) Hash(h uint64) uint64 {
	if c.Number == 0 && c.Ended == 0 {
		return h
	}
	return exact.Fold(h,
		uint64(c.Number)<<32|uint64(c.Round)<<8|uint64(c.Phase), uint64(c.Accused)<<32|uint64(c.Accuser),
		uint64(c.Opened)<<32|uint64(c.Closes),
		uint64(c.For), uint64(c.Against), uint64(c.Cost), uint64(c.Offer), uint64(c.Ended)<<32|uint64(c.Upheld),
		uint64(c.Taken),
	)
}

// trial is the common part of remedies that hear one case at a time: escrow,
// ballots and the consequences of the verdict.
//
// Assumption: there is one case and one bribe at a time; others are refused until
// these are settled. A bribe is settled with the round for which it was offered.
type trial struct {
	docket  Docket
	p       CaseParams
	purse   ledger.Amount // the bribe's escrow
	ballots []ballot      // of this round
	marked  []uint32      // by owner: number of its last ballot, counted over all cases from 1; 0 if it never voted
	cast    uint32        // number of ballots in all earlier rounds
}

// ballot is a vote of this round.
type ballot struct {
	by      ledger.Owner
	weight  ledger.Amount
	condemn bool
}

// Docket implements Remedy.
func (t *trial) Docket() *Docket { return &t.docket }

// Due implements Remedy: a case has reached the end of its phase.
func (t *trial) Due(w *World) bool {
	return t.docket.Case.Open && w.Tick >= t.docket.Case.Closes
}

// clone returns an independent copy.
func (t *trial) clone() trial {
	c := *t
	c.ballots = append([]ballot(nil), t.ballots...)
	c.marked = append([]uint32(nil), t.marked...)
	c.docket.Case.Jurors = append([]ledger.Owner(nil), t.docket.Case.Jurors...)
	return c
}

// post moves cash into or out of escrow; false means that it was not available.
func (w *World) post(from, to ledger.Owner, cash ledger.Amount, why ledger.Reason) bool {
	return w.Ledger.Post(ledger.Transfer{Amount: cash, From: from, To: to, Asset: ledger.Cash, Reason: why}) == nil
}

// accuse opens a case, against a bond, about an operator that has led a slot.
func (t *trial) accuse(w *World, m Message, bond ledger.Amount) bool {
	c := &t.docket.Case
	if c.Open || m.About >= ledger.Owner(w.Ledger.Owners()) || m.About < ledger.First || w.Roll.Led(m.About) == 0 ||
		!w.post(m.By, ledger.Escrow, bond, ledger.Bond) {
		return false
	}
	*c = Case{
		Number: c.Number + 1, Open: true, Accused: m.About, Accuser: m.By, Opened: w.Tick, Jurors: c.Jurors[:0],
		Ended: c.Ended, Upheld: c.Upheld, Taken: c.Taken, FirstUpheld: c.FirstUpheld, Last: c.Last,
	}
	if t.p.TimeLock {
		w.Roll.Hold(m.About)
	}
	return true
}

// begin starts a round of voting that ends after a number of days.
func (t *trial) begin(w *World, days float64) {
	c := &t.docket.Case
	c.Phase, c.Closes = Voting, w.Tick+uint32(days*w.TicksPerDay)
	c.Round++
	c.For, c.Against = 0, 0
	t.cast += uint32(len(t.ballots))
	t.ballots = t.ballots[:0]
}

// vote takes a ballot of a given weight; each owner has one ballot in a round.
func (t *trial) vote(w *World, m Message, weight ledger.Amount) bool {
	c := &t.docket.Case
	if !c.Open || c.Phase != Voting || m.Count > 1 || weight <= 0 {
		return false
	}
	if len(t.marked) == 0 {
		t.marked = make([]uint32, w.Ledger.Owners())
	}
	if t.marked[m.By] > t.cast {
		return false
	}
	t.ballots = append(t.ballots, ballot{m.By, weight, m.Count == 1})
	t.marked[m.By] = t.cast + uint32(len(t.ballots))
	if m.Count == 1 {
		c.For += weight
	} else {
		c.Against += weight
	}
	return true
}

// bribe puts an offer into escrow that suffices for a number of units of weight.
func (t *trial) bribe(w *World, m Message, units ledger.Amount) bool {
	c := &t.docket.Case
	if !c.Open || c.Phase != Voting || t.purse > 0 || m.Amount <= 0 || m.Count > 1 {
		return false
	}
	purse, ok := ledger.MulDiv(m.Amount, units, ledger.Unit, ledger.Up)
	if !ok || !w.post(m.By, ledger.Escrow, purse, ledger.Bribe) {
		return false
	}
	t.purse, c.Offer, c.Bought, c.Briber = purse, m.Amount, m.Count == 1, m.By
	return true
}

// payBribe settles the bribe after a ruling. If the briber's side has lost, it is
// paid to those who voted for that side; if the side has won, it returns to the
// briber (Buterin 2015, The P + epsilon Attack). So a successful bribe costs
// nothing.
func (t *trial) payBribe(w *World) {
	c := &t.docket.Case
	if t.purse == 0 {
		return
	}
	if c.Condemned != c.Bought {
		for _, b := range t.ballots {
			if b.condemn == c.Bought {
				due, _ := ledger.MulDiv(c.Offer, b.weight, ledger.Unit, ledger.Down)
				due = min(due, t.purse)
				w.post(ledger.Escrow, b.by, due, ledger.Bribe)
				t.purse -= due
			}
		}
	}
	w.post(ledger.Escrow, c.Briber, t.purse, ledger.Bribe)
	t.purse, c.Offer = 0, 0
}

// close ends the case and pays the bond, or what is left of it, to an owner.
func (t *trial) close(w *World, bond ledger.Amount, to ledger.Owner) {
	c := &t.docket.Case
	w.post(ledger.Escrow, to, bond, ledger.Bond)
	w.Roll.Release()
	c.Open, c.Cost = false, 0
	c.Ended++
}

// punish takes the office from an operator, if leadership is an office, or else a
// share of the stake behind the operator. It returns the stake taken.
func (w *World) punish(operator ledger.Owner, share float64, locked bool) (taken ledger.Amount) {
	if !w.Rules.Office {
		return w.Roll.Condemn(operator, share, locked, w.Tick)
	}
	if w.Roll.Appointed() == operator {
		w.Roll.Dismiss()
	}
	return 0
}

// punish carries out a condemnation.
func (c *Case) punish(w *World, operator ledger.Owner, share float64, locked bool) {
	c.Taken += w.punish(operator, share, locked)
	if c.Upheld++; c.Upheld == 1 {
		c.FirstUpheld = w.Tick
	}
	c.Last = w.Tick
}

// bondGoesTo is the owner that gets the bond: the accuser after a condemnation,
// else the treasury.
func (c *Case) bondGoesTo() ledger.Owner {
	if c.Condemned {
		return c.Accuser
	}
	return ledger.Treasury
}
