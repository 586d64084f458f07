package strategies

import (
	"stakeout/agents"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

var _ = register[ShortParams](Entry{
	Name: "dos-short",
	Doc:  "Buy stake, sell borrowed tokens short, build empty blocks, cover, sell the stake.",
	Source: "“Take a short position on the token that is used for staking. " +
		"Stake -> DOS -> Price Crashes -> Profit.”",
	Needs: Levers{Stake: true, Loans: true},
})

// ShortParams are the parameters of dos-short.
type ShortParams struct {
	Budget     ledger.Amount `key:"budget_usd" default:"8000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a tenth of the stake and the whole borrow cap; no sweep yet" doc:"Cash of the attacker"`
	ShortShare float64       `key:"short_share" default:"0.4" unit:"share" min:"0" max:"1" source:"Assumption: collateral for the borrow cap" doc:"Share of the budget that stands behind the short position"`
	UseShare   float64       `key:"use_share" default:"0.5" unit:"share" min:"0" max:"0.66" source:"Assumption: three quarters of what the initial margin of 150 % allows, with a reserve against a squeeze" doc:"Value sold short as a share of the short leg's cash"`
	Perpetual  float64       `key:"perpetual_share" default:"0" unit:"share" min:"0" max:"1" source:"Assumption: 0, so that the short is a loan unless a preset opens a perpetual future" doc:"Share of the short position that is sold in the perpetual future instead of with borrowed tokens"`
	OpenDays   float64       `key:"open_days" default:"3" unit:"d" min:"0" max:"100" source:"Assumption: long enough to sell the borrow cap within daily volume" doc:"Days before the act over which the short is opened"`
	CoverDays  float64       `key:"cover_days" default:"3" unit:"d" min:"0" max:"100" source:"Assumption: as long as opening" doc:"Last days of the act over which it is covered"`
	Schedule
}

func (p *ShortParams) terms() terms {
	return terms{budget: p.Budget, secondShare: p.ShortShare, Schedule: p.Schedule, contract: p.Perpetual > 0}
}

func (p *ShortParams) plan(c campaign, short ledger.Amount) Committer {
	return &dosShort{c, seller{
		leg: c.second(), openDays: p.OpenDays, coverDays: p.CoverDays,
		use: p.UseShare, contract: p.Perpetual, capital: short,
	}}
}

type dosShort struct {
	campaign
	seller
}

// Clone implements agents.Strategy.
func (e *dosShort) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy.
func (e *dosShort) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		switch a.ID {
		case e.stake():
			if !e.idle(a.ID, e.campaign.capital, v, do) {
				e.campaign.step(v, do)
			}
		case e.leg:
			e.seller.step(&e.campaign, v, do)
		}
	}
}

// seller works the short leg of a campaign.
type seller struct {
	leg                 agents.ID
	openDays, coverDays float64
	use                 float64 // value sold short over cash
	contract            float64 // share of the short that is a perpetual future
	capital             ledger.Amount
}

// step opens the short before the act, as far as somebody lends, and covers it
// in the last days of the act.
func (s *seller) step(c *campaign, v *agents.View, do *agents.Actions) {
	if c.idle(s.leg, s.capital, v, do) {
		return
	}
	d, act := c.days(v), c.s.BuildDays
	end := act + c.s.ActDays
	agents.KeepMargin(s.leg, v, do)
	debt := v.Debt(s.leg).Units()
	if s.contract > 0 {
		s.perpetual(c, v, do, d, act, end)
	}
	switch {
	case d >= act-s.openDays && d < act:
		s.open(c, v, do, debt, act)
	case d < end-s.coverDays:
		s.sellFree(c, v, do, c.slices(v, act))
	case debt > 0:
		agents.Cover(s.leg, debt, debt/c.slices(v, end)+1, v, do)
	default:
		s.sellFree(c, v, do, 1)
	}
	do.WakeAt(s.leg, v.Tick+c.slice(v))
}

// open borrows and sells an even part of the short that is wanted, until the act
// begins.
func (s *seller) open(c *campaign, v *agents.View, do *agents.Actions, debt, act float64) {
	left := c.slices(v, act)
	if want := float64(s.use*(1-s.contract))*s.capital.Units()/v.Mid - debt; want > 0 {
		do.Move(agents.Borrow, s.leg, min(agents.Amount(want/left), v.Borrowable()))
	}
	s.sellFree(c, v, do, left)
}

// perpetual opens and covers the part of the short that is a perpetual future, in
// the same days.
func (s *seller) perpetual(c *campaign, v *agents.View, do *agents.Actions, d, act, end float64) {
	short := -v.PerpPosition(s.leg)
	side, lots := book.Sell, 0.0
	switch {
	case d >= act-s.openDays && d < act:
		lots = (float64(s.use*s.contract)*s.capital.Units()/v.Mid - short) / c.slices(v, act)
	case d >= end-s.coverDays && short > 0:
		side, lots = book.Buy, min(short/c.slices(v, end)+1, short)
	}
	agents.MarginPerp(s.leg, short+max(lots, 0), v, do)
	do.PerpOrder(s.leg, takingSlot, side, book.ImmediateOrCancel, c.within(v, side), v.Lots(lots))
}

// catchUp is how many times faster than evenly borrowed tokens are sold that are
// still there.
//
// Assumption: tokens that nobody has bought yet are offered ten times as fast, so
// that they are sold before the act.
const catchUp = 10

// sellFree sells borrowed tokens that have not been sold yet, in at most this many
// parts.
func (s *seller) sellFree(c *campaign, v *agents.View, do *agents.Actions, parts float64) {
	free := v.Free(s.leg, ledger.Token).Units()
	if free >= 1 {
		c.order(v, do, s.leg, book.Sell, max(free/max(parts/catchUp, 1), 1))
	}
}
