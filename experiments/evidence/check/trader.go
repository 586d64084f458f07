package check

import (
	"stakeout/agents"
	"stakeout/experiments/sim"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

var noCapital [sim.Legs]ledger.Amount

// endow gives the first leg of the attacker cash and tokens in a branch, so
// that nobody else knows of them before they are used.
func endow(w *sim.World, cash, tokens float64) error {
	if err := w.Endow(0, ledger.Cash, agents.Amount(cash)); err != nil {
		return err
	}
	return w.Endow(0, ledger.Token, agents.Amount(tokens))
}

// task is one parent order: tokens in even child orders from one tick to
// another. What a child did not get is spread over those that follow.
type task struct {
	side        book.Side
	tokens      float64
	from, until uint32  // ticks
	every       uint32  // ticks between child orders
	slack       float64 // furthest price from the mid that a child takes
	all         bool    // sell whatever is held, instead of tokens
}

// trader works a list of tasks one after the other with orders that never rest.
type trader struct {
	id      agents.ID
	tasks   []task
	started bool
	base    float64 // tokens held when the task began
}

// Clone implements agents.Strategy.
func (t *trader) Clone() agents.Strategy { c := *t; return &c }

// Decide implements agents.Strategy.
func (t *trader) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		if a.ID == t.id {
			t.step(v, do)
		}
	}
}

func (t *trader) step(v *agents.View, do *agents.Actions) {
	for len(t.tasks) > 0 && v.Tick > t.tasks[0].until {
		t.tasks, t.started = t.tasks[1:], false
	}
	if len(t.tasks) == 0 {
		return
	}
	p := &t.tasks[0]
	if v.Tick < p.from {
		do.WakeAt(t.id, p.from)
		return
	}
	if !t.started {
		t.started, t.base = true, v.Tokens(t.id)
		if p.all {
			p.tokens = t.base
		}
	}
	done, limit := v.Tokens(t.id)-t.base, v.Mid*(1+p.slack)
	if p.side == book.Sell {
		done, limit = -done, v.Mid*(1-p.slack)
	}
	children := float64((p.until-v.Tick)/p.every + 1)
	do.Order(t.id, 1, p.side, book.ImmediateOrCancel, v.Price(limit), v.Lots((p.tokens-done)/children))
	do.WakeAt(t.id, v.Tick+p.every)
}

// operator builds for those who delegate to it: empty blocks, or honest ones at
// the common price.
type operator struct {
	id      agents.ID
	opening agents.Opening
	empty   bool
}

// Clone implements agents.Strategy.
func (o *operator) Clone() agents.Strategy { c := *o; return &c }

// Decide implements agents.Strategy.
func (o *operator) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		if a.ID != o.id {
			continue
		}
		p := agents.HonestPolicy(o.opening.Margin/o.opening.EthUSD, o.opening.PerBatch, v)
		if o.empty {
			p = rollup.Policy{}
		}
		do.Policy(o.id, p)
		do.WakeAt(o.id, v.Tick+uint32(max(v.TicksPerDay/24, 1)))
	}
}

// capture lets the attacker build for stakers who hold a share of all stake, as
// if they had delegated to it, and returns the share reached. Nothing is
// bought, staked or diluted, so the price feels the act alone.
func capture(w *sim.World, cfg *sim.Config, share float64, empty bool) (reached float64) {
	id, r := w.Attackers()[0], w.Rollup()
	total := float64(r.Public().Staked)
	for i := range cfg.Stakers.Count {
		staker := ledger.First + ledger.Owner(i)
		if x := float64(r.Bonded(staker)) / total; reached+x <= share {
			r.Delegate(staker, id)
			reached += x
		}
	}
	w.SetAttacker(&operator{id: id, opening: w.Opening(), empty: empty})
	return reached
}

// midOf is the middle of the quote in USD.
func midOf(w *sim.World) float64 {
	q, v := w.Exchange().Quote(), w.View()
	if !q.HasBid || !q.HasAsk {
		return v.Mid
	}
	return (float64(q.Bid) + float64(q.Ask)) / 2 * v.TickUSD
}

// depthOf is the number of tokens resting on one side within 2 % of the mid.
func depthOf(w *sim.World, side book.Side) float64 {
	limit := midOf(w) * 0.98
	if side == book.Sell {
		limit = midOf(w) * 1.02
	}
	return float64(w.Exchange().Depth(side, w.View().Price(limit)))
}
