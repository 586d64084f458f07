package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register[RogueParams](Entry{
	Name: "rogue-operator",
	Doc:  "Hold the office of the single operator, sell borrowed tokens short, build empty blocks, cover.",
	Source: "“Take a short position on the token that is used for staking. Stake -> DOS -> Price Crashes -> Profit.”, " +
		"by the centralized coordinator that the thread names as the first alternative",
	Needs: Levers{Office: true, Loans: true},
})

// RogueParams are the parameters of rogue-operator.
//
// Assumption: the attacker has the office at the start of its plan, and what it
// took to get it is not counted; the honest use of the same capital is to hold it
// honestly.
type RogueParams struct {
	Budget       ledger.Amount `key:"budget_usd" default:"3400000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: what stands behind the short of dos-short, and an operator's cash" doc:"Cash of the attacker"`
	ShortShare   float64       `key:"short_share" default:"0.94" unit:"share" min:"0" max:"1" source:"Assumption: all but what pays for the layer-one gas of batches" doc:"Share of the budget that stands behind the short position"`
	UseShare     float64       `key:"use_share" default:"0.5" unit:"share" min:"0" max:"0.66" source:"Assumption: as dos-short" doc:"Value sold short as a share of the short leg's cash"`
	Perpetual    float64       `key:"perpetual_share" default:"0" unit:"share" min:"0" max:"1" source:"Assumption: 0, so that the short is a loan unless a preset opens a perpetual future" doc:"Share of the short position that is sold in the perpetual future instead of with borrowed tokens"`
	OpenDays     float64       `key:"open_days" default:"3" unit:"d" min:"0.01" max:"100" source:"Assumption: long enough to sell the borrow cap within daily volume" doc:"Time over which the short is opened, before the act"`
	ActDays      float64       `key:"act_days" default:"14" unit:"d" min:"0" max:"365" source:"Assumption: two weeks; no sweep yet" doc:"Length of the attack"`
	CoverDays    float64       `key:"cover_days" default:"3" unit:"d" min:"0" max:"100" source:"Assumption: as long as opening" doc:"Last days of the act over which the short is covered"`
	SliceMinutes float64       `key:"slice_minutes" default:"10" unit:"min" min:"1" max:"1440" source:"Time-weighted execution (Almgren and Chriss 2001, risk-averse limit)" doc:"Time between child orders"`
	SlackShare   float64       `key:"slack_share" default:"0.005" unit:"share" min:"0" max:"0.5" source:"Assumption: half a percent, some half-spreads" doc:"Distance from the mid up to which a child order trades"`
}

// terms of a campaign that buys nothing.
func (p *RogueParams) terms() terms {
	s := Schedule{BuildDays: p.OpenDays, ActDays: p.ActDays, SliceMinutes: p.SliceMinutes, SlackShare: p.SlackShare}
	return terms{
		budget: p.Budget, secondShare: p.ShortShare, Schedule: s, contract: p.Perpetual > 0,
		events: []Mark{{0, "selling starts"}, {p.OpenDays, "act starts"}, {p.OpenDays + p.ActDays, "act ends"}},
	}
}

func (p *RogueParams) plan(c campaign, short ledger.Amount) Committer {
	return &rogue{c, seller{
		leg: c.second(), openDays: p.OpenDays, coverDays: p.CoverDays,
		use: p.UseShare, contract: p.Perpetual, capital: short,
	}}
}

type rogue struct {
	campaign
	seller
}

// Clone implements agents.Strategy.
func (e *rogue) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy: the office builds, honestly except during the
// act, and the other leg works the short.
func (e *rogue) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		switch a.ID {
		case e.stake():
			if !e.idle(a.ID, e.campaign.capital, v, do) {
				e.build(v, do, e.phase(v) == acting)
				e.next(v, do)
			}
		case e.leg:
			e.seller.step(&e.campaign, v, do)
		}
	}
}
