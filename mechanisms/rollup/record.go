package rollup

import "stakeout/market/ledger"

// Record is what the chain shows of the slots that an operator has led. It is
// the evidence of every accusation; the rollup itself does nothing with it.
type Record struct {
	Led      uint32  // slots led
	Unserved uint32  // of them left waiting users unserved
	Missed   uint32  // of them had no batch in time
	Failing  float64 // share of own slots that left waiting users unserved, whatever the reason
	// the same share of the slots with a batch in time, in which nothing but the operator's will kept
	// users waiting
	Withheld float64
}

// recordKeep is what an average of a Record keeps over one slot led: 0.5 over
// sixteen.
//
// Assumption: sixteen slots, which a tenth of the stake leads in a day; people
// and contracts judge what an operator did lately, not years ago.
const recordKeep = 0.95760328069857364694

// RecordOf is the public record of an operator.
func (s *State) RecordOf(o ledger.Owner) Record { return s.records[o] }

// Led is the number of slots that an operator has led.
func (s *State) Led(o ledger.Owner) uint32 { return s.records[o].Led }

// note enters an ended slot in the record of its operator and names the suspect:
// the operator with the worst record.
//
// A slot in which nobody waited is no evidence: an operator who has driven its users
// away does not look the better for it.
//
// Assumption: a missed deadline is no evidence of intent, since layer one may
// have been congested; contracts fine it, people do not hold it against anybody.
func (s *State) note(o *Outcome, unserved float64) {
	if o.Operator == ledger.Outside {
		return
	}
	if unserved == 0 && o.Transactions == 0 && o.Posted {
		return // nobody waited, so the slot shows nothing
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

// clear forgets what an operator has been punished for.
func (s *State) clear(o ledger.Owner) {
	r := &s.records[o]
	r.Failing, r.Withheld = 0, 0
	if s.pub.Suspect == o {
		s.pub.Suspect = ledger.Outside
	}
}
