package strategies

import (
	"fmt"

	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register[RepeatParams](Entry{
	Name: "fake-dos-repeat",
	Doc: "Fake DoS in cycles: withhold blocks, sell the liquid part into the rally, stop, buy back with all cash, " +
		"and begin again with what that makes of the stake.",
	Source: "“Repeating this attack an attacker can 1. Discourage other stakers from joining during a dos attack " +
		"2. Can start to increase their stake by repeating this attack causing the market to fluctuate.”, " +
		"with the sixth step “6. Attacker buys token for lower price (Optional)”",
	Needs: Levers{Stake: true},
})

// RepeatParams are the parameters of fake-dos-repeat. The schedule's act_days is
// the length of one act.
type RepeatParams struct {
	Budget      ledger.Amount `key:"budget_usd" default:"10000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: as fake-dos, to which it is compared" doc:"Cash of the attacker"`
	Cycles      int           `key:"cycles" default:"3" unit:"1" min:"1" max:"50" source:"Assumption: as many as fit two months; no sweep yet" doc:"Number of acts"`
	LiquidShare float64       `key:"liquid_share" default:"0.5" unit:"share" min:"0" max:"1" source:"Assumption: as fake-dos; no sweep yet" doc:"Share of the tokens owned that is kept to be sold into the rally"`
	HoldDays    float64       `key:"hold_days" default:"2" unit:"d" min:"0" max:"365" source:"Assumption: a third of the act, in which yields are seen and bought; no sweep yet" doc:"Days of each act before the sale begins"`
	RestDays    float64       `key:"rest_days" default:"7" unit:"d" min:"0.01" max:"365" source:"Assumption: a week, as long as the act of the preset; no sweep yet" doc:"Time between two acts, over which all cash buys tokens back"`
	OnTop
	Schedule
}

func (p *RepeatParams) terms() terms {
	t := terms{budget: p.Budget, Schedule: p.Schedule, OnTop: p.OnTop, events: []Mark{{0, "buying starts"}}}
	t.ActDays += float64(float64(p.Cycles-1) * p.period()) // all cycles are one act
	for i := range p.Cycles {
		on := p.BuildDays + float64(float64(i)*p.period())
		t.events = append(t.events,
			Mark{on, fmt.Sprintf("act %d starts", i+1)}, Mark{on + p.ActDays, fmt.Sprintf("act %d ends", i+1)})
	}
	return t
}

func (p *RepeatParams) plan(c campaign, _ ledger.Amount) Committer { return &fakeDosRepeat{c, *p} }

// period is the time from the start of one act to the start of the next.
func (p *RepeatParams) period() float64 { return p.ActDays + p.RestDays }

type fakeDosRepeat struct {
	campaign
	x RepeatParams
}

// Clone implements agents.Strategy.
func (e *fakeDosRepeat) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy.
func (e *fakeDosRepeat) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		if a.ID == e.stake() && !e.idle(a.ID, e.capital, v, do) {
			e.step(v, do)
		}
	}
}

// cycle is the number of the cycle in which a day of the plan falls, counted from
// 0, and the days since that cycle began.
func (e *fakeDosRepeat) cycle(days float64) (number int, into float64) {
	since := days - e.s.BuildDays
	number = min(int(since/e.x.period()), e.x.Cycles-1)
	return number, since - float64(float64(number)*e.x.period())
}

// step is a campaign in whose cycles the liquid part is sold while the blocks are
// withheld and bought back while they are not.
func (e *fakeDosRepeat) step(v *agents.View, do *agents.Actions) {
	now := e.phase(v)
	switch now {
	case building:
		e.build(v, do, false)
		e.gather(v, do, e.s.BuildDays)
	case acting:
		e.turn(v, do)
	default:
		e.campaign.step(v, do)
		return
	}
	e.next(v, do)
}

// turn works one cycle: hold, sell until the act ends, buy until the next begins.
func (e *fakeDosRepeat) turn(v *agents.View, do *agents.Actions) {
	number, into := e.cycle(e.days(v))
	begun := e.s.BuildDays + float64(float64(number)*e.x.period())
	e.build(v, do, into < e.x.ActDays)
	switch {
	case into < e.x.HoldDays:
	case into < e.x.ActDays:
		e.sell(v, do, v.Free(e.stake(), ledger.Token).Units(), begun+e.x.ActDays)
	default:
		e.gather(v, do, begun+e.x.period())
	}
}

// gather buys until a day of the plan and stakes all but the liquid share.
func (e *fakeDosRepeat) gather(v *agents.View, do *agents.Actions, until float64) {
	e.buy(v, do, until)
	e.lock(v, do, e.part(v, e.x.LiquidShare))
}
