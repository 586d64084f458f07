package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register[OutbidParams](Entry{
	Name: "outbid",
	Doc: "Sell borrowed tokens short, outbid the others in the auction of leadership, build empty blocks in the slots " +
		"bought, cover; without a short only the cost is left.",
	Source: "“also need more analysis before we can start to recommend what to use for rollup leader election” of burn " +
		"and MEV auctions, with “Take a short position on the token that is used for staking. " +
		"Stake -> DOS -> Price Crashes -> Profit.”",
	Needs: Levers{Bids: true, Loans: true},
})

// OutbidParams are the parameters of outbid.
//
// Assumption: the attacker values a slot by the public record, as operators do,
// and cannot know what they bid beyond that; it stops bidding early enough to lead
// within the act all that it has bought. It bids cash; where bids are paid in
// tokens it does not bid.
type OutbidParams struct {
	Budget       ledger.Amount `key:"budget_usd" default:"4000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: what stands behind the short of dos-short, and two weeks of slots at their premium; no sweep yet" doc:"Cash of the attacker"`
	ShortShare   float64       `key:"short_share" default:"0.8" unit:"share" min:"0" max:"1" source:"Assumption: collateral for the borrow cap; 0 leaves the short out" doc:"Share of the budget that stands behind the short position"`
	UseShare     float64       `key:"use_share" default:"0.5" unit:"share" min:"0" max:"0.66" source:"Assumption: as dos-short" doc:"Value sold short as a share of the short leg's cash"`
	Premium      float64       `key:"bid_premium_share" default:"1" unit:"share" min:"-1" max:"1000" source:"Assumption: twice what a slot is worth, which no operator would pay; no sweep yet" doc:"Highest bid over the public value of a slot, less one"`
	OpenDays     float64       `key:"open_days" default:"3" unit:"d" min:"0.01" max:"100" source:"Assumption: long enough to sell the borrow cap within daily volume" doc:"Time before the act, over which the short is opened and the first slots are bought"`
	ActDays      float64       `key:"act_days" default:"14" unit:"d" min:"0" max:"365" source:"Assumption: two weeks; no sweep yet" doc:"Length of the attack"`
	CoverDays    float64       `key:"cover_days" default:"3" unit:"d" min:"0" max:"100" source:"Assumption: as long as opening" doc:"Last days of the act over which the short is covered"`
	SliceMinutes float64       `key:"slice_minutes" default:"10" unit:"min" min:"1" max:"1440" source:"Time-weighted execution (Almgren and Chriss 2001, risk-averse limit)" doc:"Time between child orders, and between looks at the auction"`
	SlackShare   float64       `key:"slack_share" default:"0.005" unit:"share" min:"0" max:"0.5" source:"Assumption: half a percent, some half-spreads" doc:"Distance from the mid up to which a child order trades"`
}

// terms of a campaign that buys no stake.
func (p *OutbidParams) terms() terms {
	s := Schedule{BuildDays: p.OpenDays, ActDays: p.ActDays, SliceMinutes: p.SliceMinutes, SlackShare: p.SlackShare}
	return terms{budget: p.Budget, secondShare: p.ShortShare, Schedule: s, events: []Mark{
		{0, "bidding starts"}, {p.OpenDays, "act starts"}, {p.OpenDays + p.ActDays, "act ends"},
	}}
}

func (p *OutbidParams) plan(c campaign, short ledger.Amount) Committer {
	return &outbid{
		campaign: c,
		seller: seller{
			leg: c.second(), openDays: p.OpenDays, coverDays: p.CoverDays, use: p.UseShare, capital: short,
		},
		premium: p.Premium,
	}
}

type outbid struct {
	campaign
	seller
	premium float64
	bid     bool // a bid that it has made may still stand
}

// Clone implements agents.Strategy.
func (e *outbid) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy: one leg buys slots and builds in them, the
// other works the short.
func (e *outbid) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		switch a.ID {
		case e.stake():
			if !e.idle(a.ID, e.campaign.capital, v, do) {
				e.build(v, do, e.phase(v) == acting)
				e.compete(v, do)
				e.next(v, do)
			}
		case e.leg:
			e.seller.step(&e.campaign, v, do)
		}
	}
}

// compete bids for lots that are led within the act, up to the limit and to what
// the cash pays for. When there are none left it takes its bid back.
func (e *outbid) compete(v *agents.View, do *agents.Actions) {
	board := v.Auction
	if board == nil || board.Asset != ledger.Cash {
		return
	}
	lots := e.wanted(v)
	limit := agents.Amount(max(agents.SlotValue(e.Opening, v)*(1+e.premium), 0) * float64(board.Slots))
	limit = min(limit, v.Free(e.stake(), ledger.Cash)-board.Bond)
	switch {
	case lots > 0 && limit >= board.Least:
		do.Bid(e.stake(), lots, limit)
		e.bid = true
	case e.bid && lots == 0:
		do.Bid(e.stake(), 0, 0)
		e.bid = false
	}
}

// wanted is the number of lots for sale, from the first on, that are led within
// the act.
func (e *outbid) wanted(v *agents.View) uint32 {
	lot := float64(v.Auction.Slots) * e.Opening.SlotTicks
	first := float64(float64(v.Auction.First)*lot) - float64(e.Start)
	from, to := float64(e.s.BuildDays*v.TicksPerDay), float64((e.s.BuildDays+e.s.ActDays)*v.TicksPerDay)
	if first < from {
		return 0
	}
	return min(uint32(max(to-first, 0)/lot), v.Auction.Open)
}
