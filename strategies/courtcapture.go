package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
)

var _ = register[CourtCaptureParams](Entry{
	Name: "court-capture",
	Doc: "Buy stake, put up most of the court stake or bribe the jurors, have the largest honest operators condemned, " +
		"sell the stake.",
	Source: "“could be just a subjective Staking Coordinators’ vote, Kleros or Aragon Court judgement” (GriffGreen); " +
		"“Then the security of the L2 degenerates to this governance mechanism and the PoS becomes redundant.” (adlerjohn)",
	Needs: Levers{Stake: true, Judge: remedy.Jurors},
})

// CourtCaptureParams are the parameters of court-capture.
type CourtCaptureParams struct {
	Budget     ledger.Amount `key:"budget_usd" default:"5000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: as dos-empty-blocks; no sweep yet" doc:"Cash of the attacker"`
	CourtShare float64       `key:"court_share" default:"0.02" unit:"share" min:"0" max:"1" source:"Assumption: a hundred thousand dollars, well above the court stake of all honest jurors; no sweep yet" doc:"Share of the budget that is spent on the court"`
	SeatShare  float64       `key:"seat_share" default:"0.8" unit:"share" min:"0" max:"1" source:"Assumption: all but what bonds, appeals and bribes cost; 0 only bribes" doc:"Share of the court's cash that is put up as court stake"`
	Bribe      ledger.Amount `key:"bribe_usd" default:"0" scale:"1000000" unit:"USD" min:"0" max:"1000000" source:"Assumption: none, since court stake is cheaper; Buterin (2015) for the offer; no sweep yet" doc:"Offer for each seat that condemns, paid if that side loses"`
	AccuseDays float64       `key:"accuse_days" default:"15" unit:"d" min:"0" max:"365" source:"Assumption: so that a second case can begin and end within the act; no sweep yet" doc:"Days of the act in which cases are opened"`
	OnTop
	Schedule
}

func (p *CourtCaptureParams) terms() terms {
	return terms{budget: p.Budget, secondShare: p.CourtShare, Schedule: p.Schedule, OnTop: p.OnTop}
}

func (p *CourtCaptureParams) plan(c campaign, cash ledger.Amount) Committer {
	return &courtCapture{
		campaign: c,
		accuser:  accuser{leg: c.second(), bribe: p.Bribe},
		cash:     cash, seats: p.SeatShare, accuses: p.AccuseDays,
	}
}

type courtCapture struct {
	campaign
	accuser
	cash           ledger.Amount // of the court leg at the start
	seats, accuses float64
	serves         bool // has court stake
}

// Clone implements agents.Strategy.
func (e *courtCapture) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy: one leg is a campaign that builds honest
// blocks, the other sits in the court.
func (e *courtCapture) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		switch a.ID {
		case e.stake():
			if !e.idle(a.ID, e.capital, v, do) {
				e.build(v, do, false)
				e.work(v, do, e.phase(v))
			}
		case e.leg:
			if !e.idle(a.ID, e.cash, v, do) {
				e.judge(v, do)
				do.WakeAt(a.ID, v.Tick+e.slice(v))
			}
		}
	}
}

// judge takes seats before the first case, opens cases while one can still end
// within the act, and takes the court stake back after the last case.
func (e *courtCapture) judge(v *agents.View, do *agents.Actions) {
	e.watch(e.stake(), v)
	now := e.phase(v)
	if !e.Act || now == building {
		return
	}
	open := now == acting && e.days(v) < e.s.BuildDays+e.accuses
	if idle := !v.Docket.Case.Open; idle && open && !e.serves {
		e.serves = true
		do.Say(e.leg, remedy.Message{Word: remedy.Enlist, Amount: ledger.Amount(e.seats * float64(e.cash))})
	} else if idle && !open && e.serves {
		e.serves = false
		do.Say(e.leg, remedy.Message{Word: remedy.Enlist})
	}
	e.prosecute(open, v, do)
}
