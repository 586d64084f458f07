package strategies

import (
	"fmt"

	"stakeout/agents"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// Schedule is the timing and the execution that the campaigns share.
type Schedule struct {
	BuildDays    float64 `key:"build_days" default:"10" unit:"d" min:"0.01" max:"365" source:"Assumption: ten days; the price of a position hardly falls when it is bought more slowly; no sweep yet" doc:"Time over which the position is bought"`
	ActDays      float64 `key:"act_days" default:"14" unit:"d" min:"0" max:"365" source:"Assumption: two weeks; no sweep yet" doc:"Length of the attack"`
	SellDays     float64 `key:"sell_days" default:"7" unit:"d" min:"0" max:"365" source:"Calibrated: a position of a tenth of the stake sold at about a tenth of daily volume" doc:"Time over which the tokens are sold again"`
	SliceMinutes float64 `key:"slice_minutes" default:"10" unit:"min" min:"1" max:"1440" source:"Time-weighted execution (Almgren and Chriss 2001, risk-averse limit)" doc:"Time between child orders"`
	SlackShare   float64 `key:"slack_share" default:"0.005" unit:"share" min:"0" max:"0.5" source:"Assumption: half a percent, some half-spreads" doc:"Distance from the mid up to which a child order trades"`
	ReserveShare float64 `key:"reserve_share" default:"0.01" unit:"share" min:"0" max:"0.9" source:"Assumption: cash for the layer-one gas of honest batches" doc:"Share of the stake leg's capital that is not spent on tokens"`
}

// phase is where a campaign stands.
type phase uint8

const (
	building phase = iota
	acting
	unbonding
	selling
	over
)

// campaign is the part of a plan that buys stake, holds it through the act and
// sells it again. It holds what is known of the plan and nothing else.
type campaign struct {
	Plan
	s       Schedule      // timing and execution
	capital ledger.Amount // cash of the stake leg at the start
	policy  policyKind    // standing policy that was set last
	asked   bool          // unstaking has been asked for
	pleaded uint32        // the case and the round in which it voted for itself
}

type policyKind uint8

const (
	unset policyKind = iota
	honest
	empty
)

// newPlan makes the plan of an attack, with the short on top where there is one.
func newPlan(p Params, plan Plan) Committer {
	t := p.terms()
	cash := t.capital()
	c := campaign{Plan: plan, s: t.Schedule, capital: cash[0]}
	return t.under(p.plan(c, cash[1]), c)
}

func (c *campaign) stake() agents.ID { return c.Legs[0] }

// second is the leg for what the attack needs besides stake.
func (c *campaign) second() agents.ID { return c.Legs[1] }

// Commit implements Committer.
func (c *campaign) Commit() { c.Act = true }

// campaigner is a plan whose honest use is a campaign and nothing else.
type campaigner interface{ base() *campaign }

func (c *campaign) base() *campaign { return c }

// Inherit implements Heir for such plans.
func (c *campaign) Inherit(honest agents.Strategy) { *c = *honest.(campaigner).base() }

// use names the honest use of capital in a campaign.
func (s *Schedule) use(capital ledger.Amount) string {
	return fmt.Sprintf("campaign of %d: %+v", capital, *s)
}

// idle reports that a leg has nothing to do because it has no capital or its plan
// has not begun. A leg with capital is woken when the plan begins.
func (p *Plan) idle(leg agents.ID, capital ledger.Amount, v *agents.View, do *agents.Actions) bool {
	if capital > 0 && v.Tick < p.Start {
		do.WakeAt(leg, p.Start)
	}
	return capital == 0 || v.Tick < p.Start
}

// days since the start of the plan.
func (c *campaign) days(v *agents.View) float64 {
	return float64(v.Tick-c.Start) / v.TicksPerDay
}

// phase says what is due now.
func (c *campaign) phase(v *agents.View) phase {
	d := c.days(v)
	act := c.s.BuildDays + c.s.ActDays
	free := act + v.Rollup.UnbondingDays
	switch {
	case d < c.s.BuildDays:
		return building
	case d < act:
		return acting
	case d < free:
		return unbonding
	case d < free+c.s.SellDays:
		return selling
	}
	return over
}

// unwound is the day by which a campaign has sold, unbonding included.
func (s Schedule) unwound(unbondingDays float64) float64 {
	return s.BuildDays + s.ActDays + unbondingDays + s.SellDays
}

// marks are the moments that figures show.
func (t terms) marks() []Mark {
	if t.events != nil {
		return t.events
	}
	return []Mark{{0, "buying starts"}, {t.BuildDays, "act starts"}, {t.BuildDays + t.ActDays, "act ends"}}
}

// slices left until a day of the plan, at least one.
func (c *campaign) slices(v *agents.View, until float64) float64 {
	return max((until-c.days(v))*minutesPerDay/c.s.SliceMinutes, 1)
}

const minutesPerDay = 24 * 60

// next wakes the stake leg for the next slice.
func (c *campaign) next(v *agents.View, do *agents.Actions) {
	do.WakeAt(c.stake(), v.Tick+c.slice(v))
}

// slice is the time between child orders in ticks.
func (c *campaign) slice(v *agents.View) uint32 {
	return uint32(max(c.s.SliceMinutes/minutesPerDay*v.TicksPerDay, 1))
}

// buy spends the rest of the budget evenly until a day of the plan.
func (c *campaign) buy(v *agents.View, do *agents.Actions, until float64) {
	keep := ledger.Amount(c.s.ReserveShare * float64(c.capital))
	left := (v.Free(c.stake(), ledger.Cash) - keep).Units()
	if left > 0 {
		c.order(v, do, c.stake(), book.Buy, left/c.slices(v, until)/v.Mid)
	}
}

// sell sells free tokens evenly until a day of the plan.
func (c *campaign) sell(v *agents.View, do *agents.Actions, tokens, until float64) {
	have := v.Free(c.stake(), ledger.Token).Units()
	c.order(v, do, c.stake(), book.Sell, min(tokens/c.slices(v, until)+1, have))
}

// order sends one marketable child order. Less than a lot is not sent.
func (c *campaign) order(v *agents.View, do *agents.Actions, leg agents.ID, side book.Side, tokens float64) {
	do.Order(leg, takingSlot, side, book.ImmediateOrCancel, c.within(v, side), v.Lots(tokens))
}

// within is the worst price at which a child order trades, in ticks.
func (c *campaign) within(v *agents.View, side book.Side) uint32 {
	if side == book.Sell {
		return v.Price(v.Mid * (1 - c.s.SlackShare))
	}
	return v.Price(v.Mid * (1 + c.s.SlackShare))
}

// takingSlot is the order slot for orders that never rest.
const takingSlot = 1

// lock stakes free tokens when they are worth a transaction.
func (c *campaign) lock(v *agents.View, do *agents.Actions, keep ledger.Amount) {
	if free := v.Free(c.stake(), ledger.Token) - keep; free > v.Rollup.MinStake {
		do.Move(agents.Stake, c.stake(), free)
	}
}

// unlock starts the unbonding of all stake, once.
func (c *campaign) unlock(v *agents.View, do *agents.Actions) {
	if !c.asked {
		do.Move(agents.Unstake, c.stake(), v.Pocket(c.stake(), ledger.Token, ledger.Staked))
		c.asked = true
	}
}

// plead defends the stake leg when it is accused: it votes for itself, and
// appeals when it is condemned.
func (c *campaign) plead(v *agents.View, do *agents.Actions) {
	k := &v.Docket.Case
	round := k.Number<<8 | k.Round
	switch {
	case !k.Open || k.Accused != c.stake():
	case k.Phase == remedy.Voting && c.pleaded != round:
		c.pleaded = round
		do.Say(c.stake(), remedy.Message{Word: remedy.Vote})
	case k.Phase == remedy.Appealing && k.Condemned && k.Cost > 0:
		do.Say(c.stake(), remedy.Message{Word: remedy.Appeal})
	}
}

// build sets the standing policy. During the act it builds empty blocks and, where
// blocks need signatures, signs nobody else's. Otherwise it builds honest blocks at
// the common price.
func (c *campaign) build(v *agents.View, do *agents.Actions, act bool) {
	c.plead(v, do)
	if act && c.Act {
		if c.policy != empty {
			do.Policy(c.stake(), rollup.Policy{Veto: true})
			c.policy = empty
		}
		return
	}
	do.Policy(c.stake(), c.fair(v))
	c.policy = honest
}

// fair is the policy of honest blocks at the common price.
func (c *campaign) fair(v *agents.View) rollup.Policy {
	return agents.HonestPolicy(c.Opening.Margin/c.Opening.EthUSD, c.Opening.PerBatch, v)
}

// demand sets a harsh standing policy during the act and the policy of honest
// blocks otherwise.
func (c *campaign) demand(v *agents.View, do *agents.Actions, act bool, harsh rollup.Policy) {
	if !act || !c.Act {
		c.build(v, do, false)
		return
	}
	c.plead(v, do)
	do.Policy(c.stake(), harsh)
}

// times is a multiple of a fee.
func times(fee ledger.Amount, k float64) ledger.Amount {
	return agents.Amount(fee.Units() * k)
}
