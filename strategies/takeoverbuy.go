package strategies

import (
	"stakeout/agents"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

var _ = register[TakeoverBuyParams](Entry{
	Name: "takeover-buy",
	Doc: "Buy stake towards almost all slots over weeks, charge massively for withdrawals, " +
		"sell the stake or keep it.",
	Source: "“The ability to slash or buy most of the staking tokens in circulation can lead to coordinator take over. " +
		"Where they can create almost all the blocks and use this power to impose massive withdraw fees on users wishing " +
		"to leave. This reduces to almost 0 the value of their tokens.”",
	Needs: Levers{Stake: true},
})

// TakeoverBuyParams are the parameters of takeover-buy. Its schedule has other
// defaults than a campaign's, since most of the tokens in circulation are neither
// bought nor sold in days.
type TakeoverBuyParams struct {
	Budget       ledger.Amount `key:"budget_usd" default:"60000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000000" source:"Assumption: a fifth more than all stake is worth at the opening; no sweep yet" doc:"Cash of the attacker"`
	Multiple     float64       `key:"exit_fee_multiple" default:"20" unit:"1" min:"1" max:"1000000" source:"Assumption: massive, some ten dollars a user; no sweep yet" doc:"Fee of a withdrawal as a multiple of the common price, which is its layer-one gas and a twentieth"`
	ExitShare    float64       `key:"exit_balance_share" default:"0.01" unit:"share" min:"0" max:"1" source:"Assumption: what a leaver gives to be out a day earlier (urgency_per_day); check monopoly varies it" doc:"Price of a withdrawal as a share of the leaver's balance, where that is more than the multiple; balances are public"`
	Stop         bool          `key:"stop_transfers" default:"false" source:"Assumption: who has almost all blocks earns their fees as well" doc:"Include no transactions, so that users want to leave"`
	Keep         bool          `key:"keep_stake" default:"false" source:"Assumption: what the stake is worth is learned by selling it" doc:"Go on for ever instead of selling the stake"`
	BuildDays    float64       `key:"build_days" default:"40" unit:"d" min:"0.01" max:"365" source:"Assumption: weeks, in which holders come to part with their tokens; no sweep yet" doc:"Time over which the position is bought"`
	ActDays      float64       `key:"act_days" default:"14" unit:"d" min:"0" max:"365" source:"Assumption: two weeks; no sweep yet" doc:"Length of the attack"`
	SellDays     float64       `key:"sell_days" default:"28" unit:"d" min:"0" max:"365" source:"Assumption: weeks, as for buying; no sweep yet" doc:"Time over which the tokens are sold again"`
	SliceMinutes float64       `key:"slice_minutes" default:"10" unit:"min" min:"1" max:"1440" source:"Time-weighted execution (Almgren and Chriss 2001, risk-averse limit)" doc:"Time between child orders"`
	SlackShare   float64       `key:"slack_share" default:"0.005" unit:"share" min:"0" max:"0.5" source:"Assumption: half a percent, some half-spreads" doc:"Distance from the mid up to which a purchase trades"`
	GiveShare    float64       `key:"give_share" default:"0.02" unit:"share" min:"0" max:"0.9" source:"Assumption: who must sell most of the tokens in existence gives way, by two percent a slice, until somebody buys; no sweep yet" doc:"Distance below the best bid at which tokens are offered for sale"`
	ReserveShare float64       `key:"reserve_share" default:"0.01" unit:"share" min:"0" max:"0.9" source:"Assumption: cash for the layer-one gas of honest batches" doc:"Share of the capital that is not spent on tokens"`
	OnTop
}

func (p *TakeoverBuyParams) terms() terms {
	s := Schedule{p.BuildDays, p.ActDays, p.SellDays, p.SliceMinutes, p.SlackShare, p.ReserveShare}
	return terms{budget: p.Budget, Schedule: s, OnTop: p.OnTop}
}

func (p *TakeoverBuyParams) plan(c campaign, _ ledger.Amount) Committer {
	return &takeoverBuy{
		campaign: c, multiple: p.Multiple, exitShare: p.ExitShare, stop: p.Stop, keep: p.Keep, give: p.GiveShare,
	}
}

type takeoverBuy struct {
	campaign
	multiple, exitShare, give float64
	stop, keep                bool
}

// Clone implements agents.Strategy.
func (e *takeoverBuy) Clone() agents.Strategy { c := *e; return &c }

// Decide implements agents.Strategy.
func (e *takeoverBuy) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		if a.ID == e.stake() && !e.idle(a.ID, e.capital, v, do) {
			e.step(v, do)
		}
	}
}

// step prices withdrawals during the act, which never ends when the stake is kept.
func (e *takeoverBuy) step(v *agents.View, do *agents.Actions) {
	now := e.phase(v)
	if e.keep {
		now = min(now, acting)
	}
	harsh := e.fair(v)
	harsh.Transfers = !e.stop
	harsh.ExitFee, harsh.ExitShare = times(harsh.ExitFee, e.multiple), e.exitShare
	e.demand(v, do, now == acting, harsh)
	if now < selling {
		e.work(v, do, now)
		return
	}
	e.dispose(v, do)
	e.next(v, do)
}

// dispose sells evenly to the best bids until the end, and then the rest as fast
// as somebody buys it. Tokens that find no bid are on offer until the next slice,
// and cheaper then while nobody bids.
//
// The holder of most of the tokens cannot go by the mid: with hardly anything on
// offer it is far above what anybody bids, and stays there until somebody offers
// for less.
func (e *takeoverBuy) dispose(v *agents.View, do *agents.Actions) {
	have := (v.Free(e.stake(), ledger.Token) + v.Pocket(e.stake(), ledger.Token, ledger.Held)).Units()
	part := have/e.slices(v, e.s.unwound(v.Rollup.UnbondingDays)) + 1
	best := v.Bid
	if best == 0 {
		best, _, _, _ = v.Open(e.stake(), takingSlot)
	}
	if best > 0 {
		price := float64(best) * v.TickUSD * (1 - e.give)
		do.Order(e.stake(), takingSlot, book.Sell, book.Limit, v.Price(price), v.Lots(min(part, have)))
	}
}
