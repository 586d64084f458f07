package rollup

import (
	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// Record is what the chain shows about the slots that an operator has led.
// Accusations use it as evidence. It goes by what batches held and never by what an
// operator says or intends.
type Record struct {
	Led      uint32  // slots led
	Unserved uint32  // slots led that were mostly unserved
	Missed   uint32  // slots led without a batch in time
	Failing  float64 // recent share of the service that its slots did not give, for any reason
	Withheld float64 // the same of slots with a batch in time, in which only its decision kept users waiting
	Evidence float64 // log of the likelihood that it withholds over that of an honest operator, at least 0
	Lost     float64 // share of the stake behind it slashed a year, half-life 30 d, at the tick Slashed
	Slashed  uint32  // tick of the last loss of that stake
}

// recordKeep is the weight that an average of a Record keeps over one slot: a
// half-life of sixteen slots led, 0.5**(1/16).
//
// Assumption: sixteen slots, which a tenth of the stake leads in a day. People
// and contracts judge the recent behaviour of an operator, not that of years ago.
const recordKeep = 0.95760328069857364694

// RecordOf is the public record of an operator.
func (s *State) RecordOf(o ledger.Owner) Record { return s.records[o] }

// Led is the number of slots that an operator has led.
func (s *State) Led(o ledger.Owner) uint32 { return s.records[o].Led }

// How a batch speaks for or against its operator.
//
// Assumption: an honest operator leaves most of its users waiting in one slot in a
// hundred, by a late price or a full queue; one that withholds does so in one slot in
// ten or more. So two unserved slots in a row are strong evidence, and identities that
// share an attack are each found out after few slots. Evidence against an operator
// counts from its last good stretch on (Page 1954, CUSUM) and is bounded, so that a
// reformed operator is believed within some weeks.
const (
	slipShare    = 0.01 // slots that an honest operator leaves unserved
	withholds    = 0.1  // least share of slots that an operator withholds that attacks
	mostEvidence = 12   // bound of the log likelihood ratio
	fewGuilty    = 0.01 // operators that withhold in quiet times, a share of all
	manyGuilty   = 0.5  // largest prior of the same, in times of trouble
)

var (
	against = exact.Log(withholds / slipShare)             // of an unserved slot
	inFavor = exact.Log((1 - withholds) / (1 - slipShare)) // of a served one
)

// note adds an ended slot to the record of its operator and updates the suspect,
// the operator with the most evidence against it.
//
// A slot without waiting users is no evidence. So an operator that has driven its
// users away does not improve its record by that.
//
// Assumption: a missed deadline is no evidence of intent, since layer one may
// have been congested. Contracts fine it, but people do not hold it against the
// operator.
func (s *State) note(o *Outcome, missing float64) {
	if o.Operator == ledger.Outside || s.taken+s.left == 0 && o.Posted {
		return
	}
	r := &s.records[o.Operator]
	unserved := missing > mostly
	if unserved {
		r.Unserved++
	}
	r.Failing = mix(missing, r.Failing, recordKeep)
	if !o.Posted {
		r.Missed++
		return
	}
	r.Withheld = mix(missing, r.Withheld, recordKeep)
	if unserved {
		r.Evidence = min(r.Evidence+against, mostEvidence)
	} else {
		r.Evidence = max(r.Evidence+inFavor, 0)
	}
	if r.Evidence > s.records[s.pub.Suspect].Evidence {
		s.pub.Suspect = o.Operator
	}
}

// Guilt is the chance that an operator withholds service, by Bayes' rule on its record.
// The more service is missing altogether, the likelier is any operator to be one of
// those who withhold it.
func (s *State) Guilt(o ledger.Owner) float64 {
	prior := min(max(s.pub.Withheld, fewGuilty), manyGuilty)
	return exact.Logistic(s.records[o].Evidence + exact.Log(prior/(1-prior)))
}

// clear clears the parts of a record for which an operator has been punished.
func (s *State) clear(o ledger.Owner) {
	r := &s.records[o]
	r.Failing, r.Withheld, r.Evidence = 0, 0, 0
	if s.pub.Suspect == o {
		s.pub.Suspect = ledger.Outside
	}
}
