package rollup

import "stakeout/market/ledger"

// Record is what the chain shows about the slots that an operator has led.
// Accusations use it as evidence; the rollup itself does not use it.
type Record struct {
	Led      uint32  // slots led
	Unserved uint32  // slots led that left waiting users unserved
	Missed   uint32  // slots led without a batch in time
	Failing  float64 // recent share of slots that left waiting users unserved, for any reason
	// The same share among slots with a batch in time, in which only the
	// operator's decision kept users waiting.
	Withheld float64
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

// note adds an ended slot to the record of its operator and updates the suspect,
// the operator with the worst record.
//
// A slot without waiting users is no evidence. So an operator that has driven its
// users away does not improve its record by that.
//
// Assumption: a missed deadline is no evidence of intent, since layer one may
// have been congested. Contracts fine it, but people do not hold it against the
// operator.
func (s *State) note(o *Outcome, unserved float64) {
	if o.Operator == ledger.Outside {
		return
	}
	if unserved == 0 && o.Transactions == 0 && o.Posted {
		return // no users waited, so the slot is no evidence
	}
	r := &s.records[o.Operator]
	r.Unserved += uint32(unserved)
	r.Failing = mix(unserved, r.Failing, recordKeep)
	if !o.Posted {
		r.Missed++
		return
	}
	r.Withheld = mix(unserved, r.Withheld, recordKeep)
	if r.Withheld > s.records[s.pub.Suspect].Withheld {
		s.pub.Suspect = o.Operator
	}
}

// clear clears the parts of a record for which an operator has been punished.
func (s *State) clear(o ledger.Owner) {
	r := &s.records[o]
	r.Failing, r.Withheld = 0, 0
	if s.pub.Suspect == o {
		s.pub.Suspect = ledger.Outside
	}
}
