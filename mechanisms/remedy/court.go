package remedy

import (
	"math/bits"

	"stakeout/market/ledger"
)

// court is a court of jurors with the common rules of Kleros and Aragon. Owners
// that want to judge put up stake, and jurors are drawn by stake for each seat.
// Jurors that vote with the final ruling share the fees and the penalties of
// those that do not. Every ruling can be appealed to a larger jury by an owner
// that pays for it (Schelling's game as an oracle). The court learns about the
// facts only through the votes.
//
// Assumption: court stake is cash, so the court's own token has no market and
// cannot lose value. Jurors come and go only between cases. The owner that asks
// for an appeal pays it and never gets it back.
type court struct {
	trial
	r       courtRules
	jurors  []juror
	at      []int32         // by owner: 1 + index in jurors, 0 for others
	seats   []seat          // of all rounds of the case
	first   int             // index of the first seat of this round
	pots    []ledger.Amount // by round: fees to share
	ofRound ledger.Amount   // weight of the seats of this round
}

// courtRules are the rules in which courts differ.
type courtRules struct {
	jurors                   int     // of the first round
	factor, plus             int     // the next round has factor × jurors + plus
	appeals                  int     // to drawn juries
	everybody                bool    // a last appeal is judged by all jurors
	discount                 float64 // share by which fees are lower in that appeal
	seat, fee                ledger.Amount
	penalty                  float64 // share of the stake for a seat
	evidence, voting, appeal float64 // days
}

// juror is an owner with cash in escrow.
type juror struct {
	owner ledger.Owner
	stake ledger.Amount
}

// seat is the place of a juror in a round.
type seat struct {
	juror  int32
	round  uint32
	weight ledger.Amount // ledger.Unit for a seat that was drawn
	vote   uint8
}

const (
	absent uint8 = iota
	acquit
	condemn
)

// Rules implements Remedy.
func (c *court) Rules() Rules {
	return Rules{Trial: Trial{
		By: Jurors, Bond: c.bond(), Seat: c.r.seat, Fee: c.r.fee, Penalty: portion(c.r.seat, c.r.penalty), Slash: c.p.Slash,
	}}
}

// bond is the payment of an accuser: its own bond and the fees of the first
// round.
func (c *court) bond() ledger.Amount { return c.p.Bond + ledger.Amount(c.r.jurors)*c.r.fee }

// Clone implements Remedy.
func (c *court) Clone() Remedy {
	k := *c
	k.trial = c.trial.clone()
	k.jurors = append([]juror(nil), c.jurors...)
	k.at = append([]int32(nil), c.at...)
	k.seats = append([]seat(nil), c.seats...)
	k.pots = append([]ledger.Amount(nil), c.pots...)
	return &k
}

// Hear implements Remedy.
func (c *court) Hear(w *World, m Message) bool {
	switch m.Word {
	case Accuse:
		if !c.accuse(w, m, c.bond()) {
			return false
		}
		c.first, c.seats, c.pots = 0, c.seats[:0], append(c.pots[:0], ledger.Amount(c.r.jurors)*c.r.fee)
		c.docket.Case.Phase, c.docket.Case.Closes = Evidence, w.Tick+uint32(c.r.evidence*w.TicksPerDay)
		return true
	case Vote:
		return c.take(w, m)
	case Enlist:
		return c.enlist(w, m)
	case Bribe:
		return c.bribe(w, m, c.ofRound)
	case Appeal:
		return c.again(w, m)
	}
	return false
}

// enlist adds to a juror's stake. An amount of 0 pays all of it out.
func (c *court) enlist(w *World, m Message) bool {
	if c.docket.Case.Open || m.Amount < 0 {
		return false
	}
	if len(c.at) == 0 {
		c.at = make([]int32, w.Ledger.Owners())
	}
	if m.Amount == 0 {
		return c.resign(w, m.By)
	}
	if !w.post(m.By, ledger.Escrow, m.Amount, ledger.Bond) {
		return false
	}
	if c.at[m.By] == 0 {
		c.jurors = append(c.jurors, juror{owner: m.By})
		c.at[m.By] = int32(len(c.jurors))
	}
	c.jurors[c.at[m.By]-1].stake += m.Amount
	return true
}

func (c *court) resign(w *World, by ledger.Owner) bool {
	if c.at[by] == 0 || c.jurors[c.at[by]-1].stake == 0 {
		return false
	}
	j := &c.jurors[c.at[by]-1]
	w.post(ledger.Escrow, by, j.stake, ledger.Bond)
	j.stake = 0
	return true
}

// take records the vote of a juror for all of its seats in this round.
func (c *court) take(w *World, m Message) bool {
	if len(c.at) == 0 || c.at[m.By] == 0 {
		return false
	}
	var weight ledger.Amount
	for i := range c.seats[c.first:] {
		if s := &c.seats[c.first+i]; s.juror == c.at[m.By]-1 {
			weight += s.weight
		}
	}
	if !c.vote(w, m, weight) {
		return false
	}
	for i := range c.seats[c.first:] {
		if s := &c.seats[c.first+i]; s.juror == c.at[m.By]-1 {
			s.vote = acquit + uint8(m.Count)
		}
	}
	return true
}

// again starts a round with a larger jury for the owner that pays for it.
func (c *court) again(w *World, m Message) bool {
	k := &c.docket.Case
	if !k.Open || k.Phase != Appealing || k.Cost == 0 || !w.post(m.By, ledger.Escrow, k.Cost, ledger.Bond) {
		return false
	}
	c.pots = append(c.pots, k.Cost)
	k.Cost = 0
	c.summon(w)
	return true
}

// Step implements Remedy.
func (c *court) Step(w *World) {
	if !c.Due(w) {
		return
	}
	switch c.docket.Case.Phase {
	case Evidence:
		c.summon(w)
	case Voting:
		c.rule(w)
	case Appealing:
		c.execute(w)
	}
}

// summon fills the seats of the next round. Without jurors it dismisses the case.
func (c *court) summon(w *World) {
	k := &c.docket.Case
	c.first = len(c.seats)
	k.Jurors, c.ofRound = k.Jurors[:0], 0
	n, full := c.size(k.Round)
	var total ledger.Amount
	for i := range c.jurors {
		total += c.standing(int32(i))
	}
	for i := range c.jurors {
		if s := c.standing(int32(i)); full && s > 0 {
			weight, _ := ledger.MulDiv(s, ledger.Unit, c.r.seat, ledger.Down)
			c.sit(int32(i), weight)
		}
	}
	for range n {
		if total > 0 && !full {
			c.sit(c.draw(w.Rand.Uint64(), total), ledger.Unit)
		}
	}
	if total == 0 {
		c.dismiss(w)
		return
	}
	c.begin(w, c.r.voting)
}

// size is the number of jurors to draw after a number of rounds; full means that
// all jurors judge instead.
func (c *court) size(rounds uint32) (n int, full bool) {
	n = c.r.jurors
	for range rounds {
		n = c.r.factor*n + c.r.plus
	}
	return n, c.r.everybody && int(rounds) > c.r.appeals
}

// standing is the stake by which a juror is drawn. It is 0 below the stake for
// one seat.
func (c *court) standing(i int32) ledger.Amount {
	if s := c.jurors[i].stake; s >= c.r.seat {
		return s
	}
	return 0
}

// draw is the juror in whose interval of the total stake the uniform number u
// falls.
func (c *court) draw(u uint64, total ledger.Amount) int32 {
	hi, _ := bits.Mul64(u, uint64(total))
	left := ledger.Amount(hi)
	for i := range c.jurors {
		if left -= c.standing(int32(i)); left < 0 {
			return int32(i)
		}
	}
	return int32(len(c.jurors) - 1)
}

func (c *court) sit(i int32, weight ledger.Amount) {
	k := &c.docket.Case
	c.seats = append(c.seats, seat{juror: i, round: k.Round, weight: weight})
	k.Jurors = append(k.Jurors, c.jurors[i].owner)
	c.ofRound += weight
}

// rule ends a round of voting and opens the time for an appeal.
func (c *court) rule(w *World) {
	k := &c.docket.Case
	k.Condemned = k.For > k.Against
	c.payBribe(w)
	k.Phase, k.Closes = Appealing, w.Tick+uint32(c.r.appeal*w.TicksPerDay)
	k.Cost = c.appealCost(k.Round)
	if k.Cost == 0 {
		c.execute(w)
	}
}

// appealCost is the price of the next round, 0 after the last.
func (c *court) appealCost(rounds uint32) ledger.Amount {
	n, full := c.size(rounds)
	switch {
	case full && int(rounds) == c.r.appeals+1:
		var all ledger.Amount
		for i := range c.jurors {
			all += c.standing(int32(i))
		}
		cost, _ := ledger.MulDiv(all, c.r.fee, c.r.seat, ledger.Up)
		return portion(cost, 1-c.r.discount)
	case int(rounds) > c.r.appeals:
		return 0
	}
	return ledger.Amount(n) * c.r.fee
}

// execute carries out the last ruling and settles all rounds by it.
func (c *court) execute(w *World) {
	k := &c.docket.Case
	for round := range uint32(len(c.pots)) {
		c.settle(w, round)
	}
	if k.Condemned {
		k.punish(w, k.Accused, c.p.Slash, c.p.TimeLock)
	}
	c.close(w, c.p.Bond, k.bondGoesTo())
}

// settle takes the penalty from the seats of a round that did not vote for the
// final ruling, and shares it and the fees among the seats that did. If no seat
// did, the treasury gets everything; it also gets the remainders.
func (c *court) settle(w *World, round uint32) {
	pot, right := c.pots[round], ledger.Amount(0)
	for i := range c.seats {
		s := &c.seats[i]
		switch {
		case s.round != round:
		case c.coherent(s):
			right += s.weight
		default:
			fine, _ := ledger.MulDiv(portion(c.r.seat, c.r.penalty), s.weight, ledger.Unit, ledger.Down)
			j := &c.jurors[s.juror]
			fine = min(fine, j.stake)
			j.stake -= fine
			pot += fine
		}
	}
	left := pot
	for i := range c.seats {
		if s := &c.seats[i]; s.round == round && c.coherent(s) {
			due, _ := ledger.MulDiv(pot, s.weight, right, ledger.Down)
			w.post(ledger.Escrow, c.jurors[s.juror].owner, due, ledger.Bond)
			left -= due
		}
	}
	w.post(ledger.Escrow, ledger.Treasury, left, ledger.Bond)
}

func (c *court) coherent(s *seat) bool {
	return s.vote == condemn && c.docket.Case.Condemned || s.vote == acquit && !c.docket.Case.Condemned
}

// dismiss ends a case without jurors; the accuser gets everything back.
func (c *court) dismiss(w *World) {
	k := &c.docket.Case
	k.Condemned = false
	c.close(w, c.bond(), k.Accuser)
}
