package check

import (
	"stakeout/agents"
	"stakeout/experiments/sim"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

var noCapital [sim.Legs]ledger.Amount

// endow gives the first leg of the attacker cash in USD and tokens. A branch is endowed
// after the warm-up, so that other agents cannot react to the capital before its use.
func endow(w *sim.World, cash, tokens float64) error {
	if err := w.Endow(0, ledger.Cash, agents.Amount(cash)); err != nil {
		return err
	}
	return w.Endow(0, ledger.Token, agents.Amount(tokens))
}

// task is one parent order, split into equal child orders from one tick to another.
// The unfilled rest of a child is spread over the later children.
type task struct {
	side        book.Side
	tokens      float64
	from, until uint32  // ticks
	every       uint32  // ticks between child orders
	slack       float64 // largest distance of the limit from the mid, as a share of the mid
	all         bool    // sell all tokens held at the start of the task, instead of tokens
}

// trader works a list of tasks one after the other, with orders that never rest.
type trader struct {
	id      agents.ID
	tasks   []task  // the current one first
	started bool    // the current task has begun
	base    float64 // tokens held when the current task began
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

// operator builds for the stakers who delegate to it: at a multiple of the common price,
// with a price of exits by balance, or empty blocks where the multiple is zero.
type operator struct {
	id                  agents.ID
	opening             agents.Opening
	multiple, exitShare float64
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
		p.MinFee, p.ExitShare = ledger.Amount(o.multiple*float64(p.MinFee)), o.exitShare
		if o.multiple == 0 {
			p = rollup.Policy{}
		}
		do.Policy(o.id, p)
		do.WakeAt(o.id, v.Tick+uint32(max(v.TicksPerDay/24, 1)))
	}
}

// capture lets the attacker build for stakers who hold at most a share of all stake, as
// if they had delegated to it, and returns the share reached. The attacker buys and
// stakes nothing, so only the act itself can affect the price.
func capture(w *sim.World, cfg *sim.Config, share float64, as operator) (reached float64) {
	id, r := w.Attackers()[0], w.Rollup()
	total := float64(r.Public().Staked)
	for i := range cfg.Stakers.Count {
		staker := ledger.First + ledger.Owner(i)
		if x := float64(r.Bonded(staker)) / total; reached+x <= share {
			r.Delegate(staker, id)
			reached += x
		}
	}
	as.id, as.opening = id, w.Opening()
	w.SetAttacker(&as)
	return reached
}

// midOf is the middle of the quote in USD. With an empty side it is the last known mid.
func midOf(w *sim.World) float64 {
	q, v := w.Exchange().Quote(), w.View()
	if !q.HasBid || !q.HasAsk {
		return v.Mid
	}
	return (float64(q.Bid) + float64(q.Ask)) / 2 * v.TickUSD
}

// depthOf is the number of tokens that rest on one side within 2 % of the mid.
func depthOf(w *sim.World, side book.Side) float64 {
	limit := midOf(w) * 0.98
	if side == book.Sell {
		limit = midOf(w) * 1.02
	}
	return float64(w.Exchange().Depth(side, w.View().Price(limit)))
}
