package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

// OnTop are the parameters of a short position on top of a plan, in the third leg.
// The thread names the short for empty blocks alone, but it can be combined with
// anything that makes the price fall.
type OnTop struct {
	ShortCash  ledger.Amount `key:"short_usd" default:"0" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: none, so that the attack stands alone" doc:"Further cash, behind a short position that is opened before the act and covered in its last days"`
	ShortUse   float64       `key:"short_use_share" default:"0.5" unit:"share" min:"0" max:"0.66" source:"Assumption: as dos-short" doc:"Value sold short as a share of that cash"`
	ShortOpen  float64       `key:"short_open_days" default:"3" unit:"d" min:"0" max:"100" source:"Assumption: as dos-short" doc:"Days before the act over which the short is opened"`
	ShortCover float64       `key:"short_cover_days" default:"3" unit:"d" min:"0" max:"100" source:"Assumption: as dos-short" doc:"Last days of the act over which it is covered"`
}

// use names the honest use of an attack's capital. With a short on top no other
// attack has that use.
func (t terms) use() string {
	if t.ShortCash > 0 {
		return ""
	}
	return t.honestUse
}

// under puts the short on top of a plan with the timing of a campaign.
func (p *OnTop) under(plan Committer, timing campaign) Committer {
	if p.ShortCash == 0 {
		return plan
	}
	return &shorted{plan, timing, seller{
		leg: timing.Legs[2], openDays: p.ShortOpen, coverDays: p.ShortCover, use: p.ShortUse, capital: p.ShortCash,
	}}
}

// shorted is a plan whose third leg is short.
type shorted struct {
	Committer
	timing campaign // read by the seller, which never changes it
	seller
}

// Clone implements agents.Strategy.
func (e *shorted) Clone() agents.Strategy {
	c := *e
	c.Committer = e.Committer.Clone().(Committer)
	return &c
}

// Decide implements agents.Strategy.
func (e *shorted) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	e.Committer.Decide(awake, v, do)
	for _, a := range awake {
		if a.ID == e.leg {
			e.seller.step(&e.timing, v, do)
		}
	}
}
