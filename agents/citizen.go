package agents

import (
	"stakeout/experiments/sim/draw"
	"stakeout/experiments/sim/exact"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
)

// CivicParams describe what stakers do about a coordinator that attacks: they
// accuse, vote, and sit as jurors where the remedy lets them.
//
// Sources: GriffGreen's three strategies of slashing; the Schelling game of
// jurors and the P + epsilon attack on it (Buterin 2015).
type CivicParams struct {
	Turnout     float64 `key:"turnout_share" default:"0.3" unit:"share" min:"0" max:"1" source:"Assumption, uncertain: Compound and Maker votes of 2020 saw a tenth of the tokens and less, votes of staked tokens on Cosmos half and more; no sweep yet" doc:"Mean chance that a holder votes in a case; uniform between 0 and twice the mean, at most 1"`
	AccuseShare float64 `key:"accuse_share" default:"0.05" unit:"share" min:"0" max:"1" source:"Assumption: one look in twenty; everybody would rather leave it to others; no sweep yet" doc:"Chance that a holder who finds an accusation worth its bond makes it at one look"`
	JurorShare  float64 `key:"juror_share" default:"0.2" unit:"share" min:"0" max:"1" source:"Assumption: one holder in five puts up court stake; no sweep yet" doc:"Share of holders who sit as jurors"`
	JurorSeats  float64 `key:"juror_seats" default:"5" unit:"1" min:"0" max:"1000000" source:"Assumption: five times the least stake; no sweep yet" doc:"Mean court stake of a juror in seats; exponential, at least one"`
	Misconduct  float64 `key:"misconduct_share" default:"0.5" unit:"share" min:"0.01" max:"1" source:"Assumption: half of an operator's recent slots; no sweep yet" doc:"Share of its slots withheld above which holders call an operator guilty"`
	Noise       float64 `key:"evidence_noise" default:"0.1" unit:"1" min:"0.001" max:"1" source:"Assumption: the record is public, and read with an error of a tenth; no sweep yet" doc:"Standard deviation of a holder's reading of the record"`
	BondShare   float64 `key:"bond_share" default:"0.25" unit:"share" min:"0" max:"1" source:"Assumption: a quarter of what is not staked, whenever an answer seems wrong; no sweep yet" doc:"Share of its free tokens that a holder who takes part puts behind a dispute at one look"`
	VenalShare  float64 `key:"venal_share" default:"0.5" unit:"share" min:"0" max:"1" source:"Assumption: half; Buterin's game has all of them; no sweep yet" doc:"Share of holders who take a bribe that is worth more to them than the outcome"`
}

// citizen is what a staker brings to a case.
type citizen struct {
	turnout float64 // chance to vote in a case
	seats   float64 // worth of court stake; 0 is no juror
	venal   bool    // whether it takes a bribe that is worth more to it than the outcome
	serves  bool    // has put up court stake
	spoke   uint32  // the case and the round in which it spoke last
}

// reading is what a holder makes of an operator's public record.
type reading struct {
	guilty bool
	sure   float64 // chance that the others see it the same way, above a half
	votes  bool    // whether it takes part in this case at all
}

func drawCitizen(p CivicParams, r *draw.Stream) (c citizen) {
	c.turnout = min(2*p.Turnout*r.Float64(), 1)
	if r.Float64() < p.JurorShare {
		c.seats = max(p.JurorSeats*r.Exponential(), 1)
	}
	c.venal = r.Float64() < p.VenalShare
	return c
}

// read is a holder's opinion of an operator in a numbered case: the same at
// every look but for what the record has come to show.
func (t *Stakers) read(a Agent, row *staker, operator ID, number uint32, v *View) (x reading) {
	r := v.Mind(a, number)
	x.votes = r.Float64() < row.turnout
	distance := v.Record(operator).Withheld + float64(t.p.Civic.Noise*r.Norm()) - t.p.Civic.Misconduct
	x.guilty = distance > 0
	x.sure = exact.Logistic(abs(distance) / t.p.Civic.Noise)
	return x
}

// speak lets a holder do what the remedy in force asks of it.
func (t *Stakers) speak(a Agent, row *staker, v *View, do *Actions) {
	by, k := v.Remedy.Trial.By, &v.Docket.Case
	switch {
	case v.Remedy.Oracle.Bond > 0:
		t.answer(a, row, v, do)
	case by == remedy.Nobody:
	case by == remedy.Jurors && row.seats > 0 && !row.serves && !k.Open:
		row.serves = true
		if cash := Amount(row.seats * v.Remedy.Trial.Seat.Units()); v.Free(a.ID, ledger.Cash) >= cash {
			do.Say(a.ID, remedy.Message{Word: remedy.Enlist, Amount: cash})
		}
	case !k.Open:
		if s := v.Service.Suspect; s != ledger.Outside && t.dares(a, row, v.Remedy.Trial.Bond, s, k.Number+1, v) {
			do.Say(a.ID, remedy.Message{Word: remedy.Accuse, About: s})
		}
	case v.Tick-k.Opened < row.attention:
	case k.Phase == remedy.Voting:
		t.vote(a, row, v, do)
	case k.Phase == remedy.Appealing && !k.Condemned && k.Cost > 0:
		if t.dares(a, row, k.Cost, k.Accused, k.Number, v) {
			do.Say(a.ID, remedy.Message{Word: remedy.Appeal})
		}
	}
}

// answer lets a holder take part in the oracle: report the operator with the worst
// record, dispute an answer that it thinks wrong, and pick a side of a fork.
func (t *Stakers) answer(a Agent, row *staker, v *View, do *Actions) {
	f, o := &v.Docket.Fork, v.Remedy.Oracle
	number := f.Ended + 1
	free := v.Free(a.ID, ledger.Token)
	switch {
	case f.Stage == remedy.Quiet:
		if s := v.Service.Suspect; s != ledger.Outside && free >= o.Bond {
			x := t.read(a, row, s, number, v)
			gain := t.interest(a, row, s, v) + float64(o.Prize*o.Bond.Units()*v.Mid)
			if x.guilty && v.Mind(a, v.Tick|now).Float64() < t.p.Civic.AccuseShare && float64(x.sure*gain) > float64((1-x.sure)*o.Bond.Units()*v.Mid) {
				do.Say(a.ID, remedy.Message{Word: remedy.Report, About: s, Count: uint32(remedy.Attacks)})
			}
		}
	case f.Stage == remedy.Disputed:
		x := t.read(a, row, f.About, number, v)
		if x.votes && t.truth(x, v) != f.Answer && float64(x.sure*o.Prize) > 1-x.sure {
			do.Say(a.ID, remedy.Message{Word: remedy.Dispute, Amount: min(f.Missing, Amount(t.p.Civic.BondShare*free.Units()))})
		}
	case f.Stage == remedy.Forking:
		if _, picked := f.Picked(a.ID); !picked {
			do.Say(a.ID, remedy.Message{Word: remedy.Pick, Count: uint32(t.truth(t.read(a, row, f.About, number, v), v))})
		}
	}
}

// truth is the answer that a holder thinks right. Nobody who holds the token of a
// rollup believes that all its deposits belong to one operator.
func (t *Stakers) truth(x reading, v *View) uint8 {
	if v.Docket.Fork.Claim == remedy.Attacks && x.guilty {
		return 1
	}
	return 0
}

// dares reports whether a holder now risks a sum on the others finding an
// operator guilty as it does: for what that is worth to it, and even then mostly
// leaving it to somebody else.
func (t *Stakers) dares(a Agent, row *staker, sum ledger.Amount, operator ID, number uint32, v *View) bool {
	x := t.read(a, row, operator, number, v)
	if !x.guilty || v.Free(a.ID, ledger.Cash) < sum || v.Mind(a, v.Tick|now).Float64() >= t.p.Civic.AccuseShare {
		return false
	}
	return float64(x.sure*t.interest(a, row, operator, v)) > float64((1-x.sure)*sum.Units())
}

// interest is what the condemnation of an operator is worth to a holder in USD:
// an end of the trouble, and the larger part of all rewards that falls to its own
// stake when other stake is burnt, less what it loses itself if it delegates to
// that operator.
func (t *Stakers) interest(a Agent, row *staker, operator ID, v *View) float64 {
	tokens := v.Tokens(a.ID)
	burnt := v.Remedy.Trial.Slash * v.Backing(operator).Units()
	gain := t.m.relief(&row.belief, v, tokens) + float64(tokens*v.Mid*burnt/max(v.Service.Staked.Units(), 1))
	if v.Operator(a.ID) == operator {
		gain -= float64(v.Remedy.Trial.Slash * v.Mid * v.Pocket(a.ID, ledger.Token, ledger.Staked).Units())
	}
	return gain
}

// now marks the draws of a tick among those of numbered cases.
const now = 1 << 31

// vote says guilty or not, to the weight that the holder has: once in a round, or
// where everyone has a voice again whenever it has changed its mind.
func (t *Stakers) vote(a Agent, row *staker, v *View, do *Actions) {
	k := &v.Docket.Case
	round := k.Number<<8 | k.Round<<1
	again := v.Remedy.Trial.By == remedy.Everyone
	if row.spoke&^1 == round && !again {
		return
	}
	x, weight := t.read(a, row, k.Accused, k.Number, v), 1.0
	switch v.Remedy.Trial.By {
	case remedy.Jurors:
		weight, x.votes = v.Seats(a.ID), true // who puts up court stake has come to vote
	case remedy.Stakers:
		weight = v.Pocket(a.ID, ledger.Token, ledger.Staked).Units()
	}
	m := remedy.Message{Word: remedy.Vote}
	if t.condemns(a, row, x, weight, v) {
		m.Count = 1
	}
	if x.votes && weight > 0 && row.spoke != round|m.Count {
		do.Say(a.ID, m)
	}
	row.spoke = round | m.Count
}

// condemns decides by what the holder sees, unless a condemnation would cost it
// more than the trouble does, or it is bribed.
func (t *Stakers) condemns(a Agent, row *staker, x reading, weight float64, v *View) bool {
	k := &v.Docket.Case
	own := t.interest(a, row, k.Accused, v)
	guilty := x.guilty && own >= 0
	if row.venal && k.Offer > 0 && k.Bought != guilty && bought(x.sure, weight, abs(own), v) {
		return k.Bought
	}
	return guilty
}

// bought weighs a bribe against the outcome, worth own in USD. A vote for the
// bribed side earns the bribe if that side loses, with the chance that the others
// see what the holder sees; a juror who then stands alone also loses its penalty
// and the fee, and gains them where the bribe has won.
//
// Assumption: a voter weighs the outcome as if its own vote decided, a juror as
// if its seat did in one case in as many as there are seats.
func bought(sure, weight, own float64, v *View) bool {
	t, k := &v.Remedy.Trial, &v.Docket.Case
	gain := float64(sure * k.Offer.Units() * weight)
	if t.By != remedy.Jurors {
		return gain > own
	}
	spread := (t.Penalty + t.Fee).Units() * weight
	return gain+float64((1-2*sure)*spread) > own*weight/float64(max(len(k.Jurors), 1))
}
