package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
)

// HolderParams describe the long-horizon holders: they never trade, and lend a
// part of what they have.
type HolderParams struct {
	Count       int     `key:"count" default:"100" unit:"1" min:"0" max:"1000000" source:"Assumption: enough that no single lender can empty the pool" doc:"Number of long-horizon holders"`
	HoldShare   float64 `key:"hold_share" default:"0.1" unit:"share" min:"0" max:"1" source:"Assumption: a young rollup; together the groups hold the whole supply" doc:"Share of supply that they hold together"`
	LentShare   float64 `key:"lent_share" default:"0.15" unit:"share" min:"0" max:"1" source:"Assumption: with the stakers' part the pool holds twice the borrow cap" doc:"Share of it that they lend at the opening"`
	WakeHours   float64 `key:"wake_hours" default:"48" unit:"h" min:"1" max:"10000" source:"Assumption: long-horizon holders look every second day" doc:"Mean time between looks at the pool"`
	RecallLoans bool    `key:"recall_loans" default:"true" source:"Assumption: on; off to see what a result owes to it (check reactions)" doc:"Whether they call back what they have lent"`
}

// Holders is the population of long-horizon holders.
type Holders struct {
	p    HolderParams
	rows []holder
}

type holder struct {
	lent      float64 // share lent at a lending rate of 0
	pickiness float64 // how strongly the rate moves that share
}

// How holders lend.
//
// Assumption: holders think of a further twentieth of their tokens when they ask for
// the rate; a rate of a tenth a year doubles what the median holder lends, up to half
// of its tokens; a fiftieth is worth a transaction.
const (
	pickinessSD  = 0.5  // log s.d. of how strongly the rate moves the share lent
	rateWeight   = 10   // relative change of the share lent for a unit of the yearly rate
	mostLent     = 0.5  // largest share lent
	thoughtShare = 0.05 // share of the tokens that the rate is asked for
	lendGap      = 0.02 // gap over the tokens below which nothing is done
)

// NewHolders draws a population and calls endow for each agent.
func NewHolders(p HolderParams, o Opening, list []Agent, s *draw.Stream, endow Endow) *Holders {
	t := &Holders{p: p, rows: make([]holder, len(list))}
	for i, a := range list {
		r := s.At(draw.Population, a.Key, 0)
		each := p.HoldShare * o.Supply / float64(len(list))
		t.rows[i] = holder{lent: p.LentShare, pickiness: r.Lognormal(pickinessSD)}
		endow(a.ID, Endowment{Tokens: each * (1 - p.LentShare), Lent: each * p.LentShare})
	}
	return t
}

// Clone implements Strategy.
func (t *Holders) Clone() Strategy {
	c := *t
	c.rows = append([]holder(nil), t.rows...)
	return &c
}

// Decide implements Strategy: a holder lends more when the rate that its supply
// would leave is high, and never more than half.
func (t *Holders) Decide(awake []Agent, v *View, do *Actions) {
	for _, a := range awake {
		row := &t.rows[a.Row]
		hold := v.Tokens(a.ID)
		rate := v.LendRateIf(Amount(thoughtShare * hold))
		want := float64(hold * clip(row.lent*(1+float64(rateWeight*row.pickiness*rate)), 0, mostLent))
		claim := v.Claim(a.ID).Units()
		switch {
		case want-claim > lendGap*hold:
			do.Move(Lend, a.ID, min(Amount(want-claim), v.Free(a.ID, ledger.Token)))
		case claim-want > lendGap*hold && t.p.RecallLoans:
			do.Move(Recall, a.ID, Amount(claim-want))
		}
		do.WakeAt(a.ID, later(v, jitter(v.Rand(a))*t.p.WakeHours/hours*v.TicksPerDay))
	}
}
