package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
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
	Misconduct  float64 `key:"misconduct_share" default:"0.5" unit:"share" min:"0.01" max:"1" source:"Assumption: the balance of probabilities, the standard of proof in civil cases" doc:"Chance that an operator withholds its slots above which holders call it guilty"`
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
	spoke   uint32  // the case, the round and the vote when it spoke last
}

// reading is what a holder makes of an operator's public record.
type reading struct {
	guilty bool
	sure   float64 // chance that the others see it the same way, at least a half
	votes  bool    // whether it takes part in this case
}

func drawCitizen(p CivicParams, r *draw.Stream) (c citizen) {
	c.turnout = min(2*p.Turnout*r.Float64(), 1)
	if r.Float64() < p.JurorShare {
		c.seats = max(p.JurorSeats*r.Exponential(), 1)
	}
	c.venal = r.Float64() < p.VenalShare
	return c
}

// read is a holder's opinion of an operator in a numbered case. From look to look it
// changes only with the record.
func (t *Stakers) read(a Agent, row *staker, operator ID, number uint32, v *View) (x reading) {
	r := v.Mind(a, number)
	x.votes = r.Float64() < row.turnout
	distance := v.Guilt(operator) + float64(t.p.Civic.Noise*r.Norm()) - t.p.Civic.Misconduct
	x.guilty = distance > 0
	x.sure = exact.Logistic(abs(distance) / t.p.Civic.Noise)
	return x
}

// speak lets a holder do what the remedy in force asks of it.
func (t *Stakers) speak(a Agent, row *staker, v *View, do *Actions) {
	switch k, f := &v.Docket.Case, &v.Docket.Fork; {
	case f.Stage != remedy.Quiet:
		t.answer(a, row, v, do)
	case k.Open:
		t.judge(a, row, v, do)
	case row.seats > 0 && !row.serves && remedy.Ask(v.Remedy, byJurors):
		row.serves = true
		if cash := Amount(row.seats * v.Remedy.Rules().Trial.Seat.Units()); v.Free(a.ID, ledger.Cash) >= cash {
			do.Say(a.ID, remedy.Message{Word: remedy.Enlist, Amount: cash})
		}
	default:
		t.complain(a, row, v, do)
	}
}

// byJurors reports whether jurors judge operators.
func byJurors(r *remedy.Rules, _ *remedy.Docket) bool { return r.Trial.By == remedy.Jurors }

// complain lets a holder accuse the operator with the worst record, or report it to
// the oracle, when the remedy takes complaints and the outcome is worth the bond. Even
// then the holder mostly leaves it to others.
func (t *Stakers) complain(a Agent, row *staker, v *View, do *Actions) {
	s := v.Service.Suspect
	if s == ledger.Outside {
		return
	}
	x := t.read(a, row, s, v.Docket.Case.Number+v.Docket.Fork.Ended+1, v)
	if !x.guilty || v.Mind(a, v.Tick|now).Float64() >= t.p.Civic.AccuseShare {
		return
	}
	m := remedy.Ask(v.Remedy, func(r *remedy.Rules, _ *remedy.Docket) (m remedy.Message) {
		switch o := &r.Oracle; {
		case o.Bond > 0:
			gain := t.interest(a, row, s, r, v) + float64(o.Prize*o.Bond.Units()*v.Mid)
			risk := float64((1 - x.sure) * o.Bond.Units() * v.Mid)
			if v.Free(a.ID, ledger.Token) >= o.Bond && float64(x.sure*gain) > risk {
				m = remedy.Message{Word: remedy.Report, About: s, Count: uint32(remedy.Attacks)}
			}
		case r.Trial.By != remedy.Nobody && t.dares(a, row, r.Trial.Bond, s, x, r, v):
			m = remedy.Message{Word: remedy.Accuse, About: s}
		}
		return m
	})
	if m.Word != 0 {
		do.Say(a.ID, m)
	}
}

// judge lets a holder take part in the case that is open: vote, or ask for another
// round.
func (t *Stakers) judge(a Agent, row *staker, v *View, do *Actions) {
	k := &v.Docket.Case
	switch {
	case v.Tick-k.Opened < row.attention:
	case k.Phase == remedy.Voting:
		t.vote(a, row, v, do)
	case k.Phase == remedy.Appealing && !k.Condemned && k.Cost > 0:
		x, r := t.read(a, row, k.Accused, k.Number, v), v.Remedy.Rules()
		if x.guilty && v.Mind(a, v.Tick|now).Float64() < t.p.Civic.AccuseShare &&
			t.dares(a, row, k.Cost, k.Accused, x, &r, v) {
			do.Say(a.ID, remedy.Message{Word: remedy.Appeal})
		}
	}
}

// answer lets a holder take part in a question of the oracle: dispute an answer that
// it thinks wrong, and pick a side of a fork.
func (t *Stakers) answer(a Agent, row *staker, v *View, do *Actions) {
	f := &v.Docket.Fork
	x := t.read(a, row, f.About, f.Ended+1, v)
	switch f.Stage {
	case remedy.Disputed:
		prize := v.Remedy.Rules().Oracle.Prize
		if x.votes && t.truth(x, v) != f.Answer && float64(x.sure*prize) > 1-x.sure {
			bond := Amount(t.p.Civic.BondShare * v.Free(a.ID, ledger.Token).Units())
			do.Say(a.ID, remedy.Message{Word: remedy.Dispute, Amount: min(f.Missing, bond)})
		}
	case remedy.Forking:
		if _, picked := f.Picked(a.ID); !picked {
			do.Say(a.ID, remedy.Message{Word: remedy.Pick, Count: uint32(t.truth(x, v))})
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

// dares reports whether a holder that reads the record as guilty would risk a sum on
// the others agreeing, given what a condemnation is worth to it.
func (t *Stakers) dares(
	a Agent, row *staker, sum ledger.Amount, operator ID, x reading, r *remedy.Rules, v *View,
) bool {
	gain, risk := float64(x.sure*t.interest(a, row, operator, r, v)), float64((1-x.sure)*sum.Units())
	return v.Free(a.ID, ledger.Cash) >= sum && gain > risk
}

// interest is what the condemnation of an operator is worth to a holder in USD: an
// end of the trouble, and the larger part of all rewards that its stake gets when
// other stake is burnt, less what the holder loses if it delegates to that operator.
func (t *Stakers) interest(a Agent, row *staker, operator ID, r *remedy.Rules, v *View) float64 {
	tokens := v.Tokens(a.ID)
	burnt := r.Trial.Slash * v.Backing(operator).Units()
	gain := t.m.relief(&row.belief, v, tokens) + float64(tokens*v.Mid*burnt/max(v.Service.Staked.Units(), 1))
	if v.Operator(a.ID) == operator {
		gain -= float64(r.Trial.Slash * v.Mid * v.Pocket(a.ID, ledger.Token, ledger.Staked).Units())
	}
	return gain
}

// now marks a draw by tick, so that it differs from every draw by case.
const now = 1 << 31

// vote says guilty or not with the holder's weight: once in a round or, where everyone
// has a voice, again when the holder has changed its mind.
func (t *Stakers) vote(a Agent, row *staker, v *View, do *Actions) {
	k := &v.Docket.Case
	round := k.Number<<8 | k.Round<<1
	rules := v.Remedy.Rules()
	if row.spoke&^1 == round && rules.Trial.By != remedy.Everyone {
		return
	}
	x, weight := t.read(a, row, k.Accused, k.Number, v), 1.0
	switch rules.Trial.By {
	case remedy.Jurors:
		weight, x.votes = v.Seats(a.ID), true // jurors put up stake in order to vote
	case remedy.Stakers:
		weight = v.Pocket(a.ID, ledger.Token, ledger.Staked).Units()
	}
	m := remedy.Message{Word: remedy.Vote}
	if t.condemns(a, row, x, weight, &rules, v) {
		m.Count = 1
	}
	if x.votes && weight > 0 && row.spoke != round|m.Count {
		do.Say(a.ID, m)
	}
	row.spoke = round | m.Count
}

// condemns decides by what the holder sees, unless a condemnation would cost the
// holder more than the trouble does, or the holder is bribed.
func (t *Stakers) condemns(a Agent, row *staker, x reading, weight float64, r *remedy.Rules, v *View) bool {
	k := &v.Docket.Case
	own := t.interest(a, row, k.Accused, r, v)
	guilty := x.guilty && own >= 0
	if row.venal && k.Offer > 0 && k.Bought != guilty && bought(x.sure, weight, abs(own), &r.Trial, k) {
		return k.Bought
	}
	return guilty
}

// bought weighs a bribe against the outcome, worth own in USD. A vote for the
// bribed side earns the bribe if that side loses, with the chance that the others
// see what the holder sees; a juror who then stands alone also loses its penalty
// and the fee, and gains them where the bribe has won.
//
// Assumption: a voter weighs the outcome as if its vote decided. A juror takes its
// seat to decide one case in as many as there are seats.
func bought(sure, weight, own float64, t *remedy.Trial, k *remedy.Case) bool {
	gain := float64(sure * k.Offer.Units() * weight)
	if t.By != remedy.Jurors {
		return gain > own
	}
	spread := (t.Penalty + t.Fee).Units() * weight
	return gain+float64((1-2*sure)*spread) > own*weight/float64(max(len(k.Jurors), 1))
}
