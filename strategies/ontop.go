package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

// OnTop are the parameters of a short position on top of a plan, in the third leg.
// The thread names the short for empty blocks alone; whatever makes the price fall
// can be combined with it.
type OnTop struct {
	ShortCash  ledger.Amount `key:"short_usd" default:"0" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: none, so that the attack stands alone" doc:"Further cash, behind a short position that is opened before the act and covered in its last days"`
	ShortUse   float64       `key:"short_use_share" default:"0.5" unit:"share" min:"0" max:"0.66" source:"Assumption: as dos-short" doc:"Value sold short as a share of that cash"`
	ShortOpen  float64       `key:"short_open_days" default:"3" unit:"d" min:"0" max:"100" source:"Assumption: as dos-short" doc:"Days before the act over which the short is opened"`
	ShortCover float64       `key:"short_cover_days" default:"3" unit:"d" min:"0" max:"100" source:"Assumption: as dos-short" doc:"Last days of the act over which it is covered"`
}

// Borrows reports whether somebody must lend tokens.
func (p *OnTop) Borrows() bool { return p.ShortCash > 0 }

// capital is that of a plan with what it has in its own two legs.
func (p *OnTop) capital(stake, second ledger.Amount) [Legs]ledger.Amount {
	return [Legs]ledger.Amount{stake, second, p.ShortCash}
}

// alone is the name of the honest use of a plan where there is no short on top.
func (p *OnTop) alone(use string) string {
	if p.ShortCash > 0 {
		return ""
	}
	return use
}

// under puts the short on top of a plan with the timing of a campaign.
func (p *OnTop) under(plan Committer, timing campaign) Committer {
	if p.ShortCash == 0 {
		return plan
	}
	return &shorted{plan, timing, seller{leg: timing.Legs[2], openDays: p.ShortOpen, coverDays: p.ShortCover, use: p.ShortUse, capital: p.ShortCash}}
}

// shorted is a plan whose third leg is short.
type shorted struct {
	Committer
	timing campaign // which a seller reads and does not move
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
