package strategies

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

var _ = register[TakeoverSlashParams](Entry{
	Name: "takeover-slash",
	Doc: "Hold stake, have rivals slashed by hash power or network attacks so that the own share of the slots grows, " +
		"then charge massively for withdrawals while that goes on; sell the stake.",
	Source: "“The ability to slash or buy most of the staking tokens in circulation can lead to coordinator take over. " +
		"Where they can create almost all the blocks and use this power to impose massive withdraw fees on users wishing " +
		"to leave.”",
	Needs: Levers{Stake: true},
})

// TakeoverSlashParams are the parameters of takeover-slash. The schedule's act_days
// is the time of the ransom; the second leg pays for the slashing.
//
// Burnt stake makes the remaining stake scarcer, and holders who see it burn fear for
// their own: they ask a higher yield, unstake, or name another operator.
type TakeoverSlashParams struct {
	Budget         ledger.Amount `key:"budget_usd" default:"12000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a fifth of the stake to begin with; no sweep yet" doc:"Cash of the attacker"`
	SlashCash      float64       `key:"slash_cash_share" default:"0.02" unit:"share" min:"0" max:"1" source:"Assumption: weeks of network attacks on a dozen operators; hash power takes more" doc:"Share of the budget that pays for the slashing of others"`
	Network        bool          `key:"network_attacks" default:"true" source:"ethresear.ch 7698: “There are also network level dos attacks”" doc:"Have rivals that lead attacked by the hour"`
	HashShare      float64       `key:"hash_share" default:"0" unit:"share" min:"0" max:"0.99" source:"Assumption: network attacks alone, which are cheaper" doc:"Share of layer one's hash power that refuses rivals' batches; 0 is no miner"`
	RefuseBuilding bool          `key:"refuse_building" default:"true" source:"As slash-miner" doc:"Build on no block that holds a rival's batch, besides leaving it out"`
	GiveUp         int           `key:"give_up_blocks" default:"3" unit:"blocks" min:"1" max:"1000" source:"As slash-miner" doc:"Blocks on top of a refused block after which it is accepted"`
	SlashDays      float64       `key:"slash_days" default:"14" unit:"d" min:"0.01" max:"365" source:"Assumption: two weeks; no sweep yet" doc:"Time over which rivals are slashed before withdrawals are priced"`
	Multiple       float64       `key:"exit_fee_multiple" default:"20" unit:"1" min:"1" max:"1000000" source:"Assumption: massive, some ten dollars a user; no sweep yet" doc:"Fee of a withdrawal as a multiple of the common price, which is its layer-one gas and a twentieth"`
	ExitShare      float64       `key:"exit_balance_share" default:"0.01" unit:"share" min:"0" max:"1" source:"Assumption: what a leaver gives to be out a day earlier (urgency_per_day); check monopoly varies it" doc:"Price of a withdrawal as a share of the leaver's balance, where that is more than the multiple; balances are public"`
	Stop           bool          `key:"stop_transfers" default:"false" source:"Assumption: who has almost all blocks earns their fees as well" doc:"Include no transactions during the ransom, so that users want to leave"`
	OnTop
	Schedule
}

func (p *TakeoverSlashParams) terms() terms {
	ransom := p.BuildDays + p.SlashDays
	t := terms{
		budget: p.Budget, secondShare: p.SlashCash, Schedule: p.Schedule, OnTop: p.OnTop, hashShare: p.HashShare,
		events: []Mark{
			{0, "buying starts"}, {p.BuildDays, "slashing starts"},
			{ransom, "ransom starts"}, {ransom + p.ActDays, "act ends"},
		},
	}
	t.ActDays += p.SlashDays // slashing and ransom are one act
	return t
}

func (p *TakeoverSlashParams) plan(c campaign, cash ledger.Amount) Committer {
	return &takeoverSlash{
		campaign: c,
		miner:    miner{leg: c.second(), capital: cash, giveUp: uint32(p.GiveUp), building: p.RefuseBuilding},
		booter:   booter{leg: c.second(), capital: cash},
		x:        *p,
	}
}

type takeoverSlash struct {
	campaign
	miner  miner
	booter booter
	x      TakeoverSlashParams
}

// Clone implements agents.Strategy.
func (e *takeoverSlash) Clone() agents.Strategy {
	c := *e
	c.booter = e.booter.clone()
	return &c
}

// Decide implements agents.Strategy.
func (e *takeoverSlash) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		switch a.ID {
		case e.stake():
			if !e.idle(a.ID, e.capital, v, do) {
				e.step(v, do)
			}
		case e.booter.leg:
			e.slash(v, do, e.phase(v) == acting)
		}
	}
}

// step builds honest blocks until the ransom, during which it prices withdrawals.
func (e *takeoverSlash) step(v *agents.View, do *agents.Actions) {
	now, harsh := e.phase(v), e.fair(v)
	harsh.Transfers = !e.x.Stop
	harsh.ExitFee, harsh.ExitShare = times(harsh.ExitFee, e.x.Multiple), e.x.ExitShare
	e.demand(v, do, now == acting && e.days(v) >= e.x.BuildDays+e.x.SlashDays, harsh)
	e.work(v, do, now)
}

// slash makes rivals miss their deadlines by the means that the plan has.
func (e *takeoverSlash) slash(v *agents.View, do *agents.Actions, act bool) {
	if e.x.Network {
		e.booter.step(&e.campaign, v, do, act)
	}
	if e.x.HashShare > 0 {
		e.miner.step(&e.campaign, v, do, act)
	}
}
