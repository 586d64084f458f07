package remedy

import (
	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// Judge is who decides whether an accused operator is guilty.
type Judge uint8

// The judges.
const (
	Nobody   Judge = iota // there is no accusation
	Everyone              // one voice each: users, holders, operators
	Stakers               // by stake
	Jurors                // drawn by court stake
)

// Trial is how an accused operator is judged: the terms that agents reckon with.
type Trial struct {
	By      Judge
	Bond    ledger.Amount // cash that an accuser puts into escrow
	Seat    ledger.Amount // court stake that counts as one seat
	Fee     ledger.Amount // to a juror in the majority, for each of its seats
	Penalty ledger.Amount // on a juror in the minority, for each of its seats
	Slash   float64       // share of the stake that a condemned operator loses
}

// Phase is where a case stands.
type Phase uint8

// The phases. Votes are taken while Voting, an appeal while Appealing.
const (
	Evidence Phase = iota
	Voting
	Appealing
)

// Case is the case on the table and the tally of those before it.
type Case struct {
	Number            uint32         // number of cases opened so far; the open one is the last
	Open              bool           // whether there is one
	Phase             Phase          // where it stands
	Accused, Accuser  ledger.Owner   // operator in question, and who put up the bond
	Opened, Closes    uint32         // tick of the accusation; tick at which the phase ends
	Round             uint32         // round of voting, from 1
	Jurors            []ledger.Owner // jurors of this round, one for each seat
	For, Against      ledger.Amount  // weight for and against condemnation: micro-tokens, or micro-seats or voices
	Condemned         bool           // ruling of the last round
	Cost              ledger.Amount  // price of an appeal; 0 when there is none
	Offer             ledger.Amount  // bribe for each whole unit of weight
	Bought            bool           // the bribed side: true to condemn
	Briber            ledger.Owner   // who pays it
	Ended, Upheld     uint32         // cases that are over, and those that led to a punishment
	Taken             ledger.Amount  // micro-tokens burnt so far
	FirstUpheld, Last uint32         // ticks of the first and the last punishment
}

// CaseParams are what all accusations share.
type CaseParams struct {
	Bond     ledger.Amount `key:"bond_usd" default:"1000" scale:"1000000" unit:"USD" min:"0" max:"1e9" source:"Assumption: a thousand dollars, which a holder of 20 thousand tokens risks for a relief of 5 %; no sweep yet" doc:"Cash that an accuser loses if the accused is acquitted"`
	Slash    float64       `key:"slash_share" default:"0.5" unit:"share" min:"0" max:"1" source:"Assumption: half; Cosmos takes 5 % for signing twice, Ethereum's second phase up to all of it; no sweep yet" doc:"Share of the stake behind a condemned operator that is burnt"`
	TimeLock bool          `key:"time_lock" default:"true" source:"GriffGreen: “the Staking contract has a time lock”; off to see what it is good for" doc:"Whether stake that is on its way out can be slashed, and waits for the end of a case"`
}

// Hash folds a case into h; where nothing has ever been judged h stays as it is.
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

// trial is a remedy that hears one case at a time: the escrow, the ballots and
// what follows from the verdict.
//
// Assumption: one case and one bribe at a time; others are refused until they
// are settled. A bribe is settled with the round for which it was offered.
type trial struct {
	docket  Docket
	p       CaseParams
	purse   ledger.Amount // the bribe's escrow
	ballots []ballot      // of this round
	marked  []uint32      // owner: 1 + number of ballots of all cases when it voted last
	cast    uint32        // ballots in all rounds before this one
}

// ballot is a vote of this round.
type ballot struct {
	by      ledger.Owner
	weight  ledger.Amount
	condemn bool
}

// Docket implements Remedy.
func (t *trial) Docket() *Docket { return &t.docket }

// Due implements Remedy: a case has come to the end of its phase.
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

// post moves cash into or out of escrow; false says that it was not there.
func (w *World) post(from, to ledger.Owner, cash ledger.Amount, why ledger.Reason) bool {
	return w.Ledger.Post(ledger.Transfer{Amount: cash, From: from, To: to, Asset: ledger.Cash, Reason: why}) == nil
}

// accuse opens a case about somebody who has led a slot, or holds the office,
// against a bond.
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

// begin starts a round of voting that ends after some days.
func (t *trial) begin(w *World, days float64) {
	c := &t.docket.Case
	c.Phase, c.Closes = Voting, w.Tick+uint32(days*w.TicksPerDay)
	c.Round++
	c.For, c.Against = 0, 0
	t.cast += uint32(len(t.ballots))
	t.ballots = t.ballots[:0]
}

// vote takes a ballot of a given weight; each owner has one in a round.
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

// bribe puts an offer into escrow that is good for a number of units of weight.
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

// payBribe settles the bribe with a ruling: it goes to those who voted for the
// briber's side if that side has lost, and back to the briber if it has won
// (Buterin 2015, The P + epsilon Attack). So a bribe that works costs nothing.
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

// close ends the case and gives the bond, or what is left of it, to somebody.
func (t *trial) close(w *World, bond ledger.Amount, to ledger.Owner) {
	c := &t.docket.Case
	w.post(ledger.Escrow, to, bond, ledger.Bond)
	w.Roll.Release()
	c.Open, c.Cost = false, 0
	c.Ended++
}

// punish takes the office from an operator where there is one, else a share of
// the stake behind it, which it returns.
func (w *World) punish(operator ledger.Owner, share float64, locked bool) (taken ledger.Amount) {
	if !w.Rules.Office {
		return w.Roll.Condemn(operator, share, locked)
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

// bondGoesTo is the accuser when it was right, else the treasury.
func (c *Case) bondGoesTo() ledger.Owner {
	if c.Condemned {
		return c.Accuser
	}
	return ledger.Treasury
}
