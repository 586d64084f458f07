package election

import (
	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name:   "centralized",
	Doc:    "One appointed operator leads every slot; it can fail, and its holder can turn on the users.",
	Source: "“Centralized coordinator” as the first of the proposed solutions in ethresear.ch 7698, Intro",
	New:    func(p *Params) Mechanism { return &centralized{p: p.Centralized} },
})

// CentralizedParams are the rules of the single operator.
type CentralizedParams struct {
	Failures float64 `key:"failures_per_year" default:"0" unit:"1" min:"0" max:"1000" source:"Assumption: 0, an operator that never fails unless a preset says so" doc:"Failures a year in which the operator builds nothing"`
	Hours    float64 `key:"failure_hours" default:"5" unit:"h" min:"0.1" max:"1000" source:"Assumption: the length of an incident that its operators can mend within a working day" doc:"Mean length of a failure; exponential"`
}

// centralized is the rule of one operator. The protocol cannot take the office
// away from it. While the operator fails the slots are vacant.
//
// Assumption: the operator owes token holders the same part of net fees as
// operators under proof of stake. In each slot it goes to a staker drawn by
// stake, so in expectation every staker gets its share. The token is therefore
// worth as much as under proof of stake, and the two mechanisms differ only in
// who leads.
type centralized struct {
	p     CentralizedParams
	until uint32 // slot from which the operator works again
}

func (*centralized) Rules() rollup.Rules { return rollup.Rules{Office: true} }

func (c *centralized) Clone() Mechanism { k := *c; return &k }

func (c *centralized) Elect(s *rollup.State, r *draw.Stream) rollup.Leader {
	payee, found := s.Draw(r.Uint64())
	if c.down(s, r) {
		return rollup.Leader{}
	}
	l := rollup.Leader{Staker: payee, Operator: s.Appointed()}
	if !found {
		l.Staker = l.Operator
	}
	return l
}

// down reports whether the operator fails in this slot. It draws the beginning
// and the length of failures.
func (c *centralized) down(s *rollup.State, r *draw.Stream) bool {
	slot, perDay := s.Public().Slot, s.SlotsPerDay()
	if slot < c.until {
		return true
	}
	if r.Float64() >= c.p.Failures/365/perDay {
		return false
	}
	c.until = slot + 1 + uint32(r.Exponential()*c.p.Hours/24*perDay)
	return true
}

func (c *centralized) Settle(s *rollup.State, o rollup.Outcome, out []ledger.Transfer) []ledger.Transfer {
	return passOn(s, o, out)
}
