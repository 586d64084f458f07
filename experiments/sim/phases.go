package sim

import (
	"math/bits"

	"stakeout/agents"
	"stakeout/experiments/sim/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/layer1"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// Phase is one named part of a tick.
type Phase struct {
	Name string
	Run  func(*World)
}

// Phases is the order of a tick.
var Phases = [...]Phase{
	{"clock", (*World).clock},
	{"nature", (*World).nature},
	{"elect", (*World).elect},
	{"trade", (*World).trade},
	{"layer1", (*World).layer1},
	{"layer2", (*World).layer2},
	{"settle", (*World).settle},
	{"close", (*World).close},
}

// Step advances the world by one tick. It returns the first broken invariant,
// after which the world must not be used.
func (w *World) Step() error {
	for i := range Phases {
		Phases[i].Run(w)
	}
	return w.fault
}

// Run advances the world up to a tick.
func (w *World) Run(tick uint32) error {
	for w.tick < tick {
		if err := w.Step(); err != nil {
			return err
		}
	}
	return nil
}

// clock moves time on and releases what has fallen due.
func (w *World) clock() {
	w.tick++
	w.view.Tick = w.tick
	w.x.Expire(w.tick)
	w.dai.Expire(w.tick)
	w.roll.Mature(w.tick)
	w.roll.QueueTick(w.tick)
	w.awake = w.wheel.pop(w.tick, w.awake[:0])
}

// nature draws the news.
func (w *World) nature() {
	if w.tick%uint32(w.cfg.News.IntervalBlocks) != 0 {
		return
	}
	w.news.step(w.cfg.News, w.tick, w.stream)
	w.publishNews()
}

func (w *World) publishNews() {
	v := w.view
	v.LnETH, v.LnActivity = w.news.LnETH, w.news.LnActivity
	v.EthUSD = w.cfg.Opening.EthUSD * exp(w.news.LnETH)
	v.Activity = exp(w.news.LnActivity)
	w.roll.SetActivity(v.Activity)
	v.GasGwei = w.offer(typicalBatchGas).Gwei()
}

// elect opens a slot under its leader.
func (w *World) elect() {
	if (w.tick-1)%uint32(w.cfg.Rollup.BlocksPerSlot) != 0 {
		return
	}
	slot := (w.tick - 1) / uint32(w.cfg.Rollup.BlocksPerSlot)
	w.roll.Open(w.mech.Elect(w.roll, w.stream.At(draw.Lottery, 0, slot)))
	w.showMechanisms()
}

// showMechanisms lets the view look at this world's public records.
func (w *World) showMechanisms() {
	w.view.Docket = w.remedy.Docket()
	if m, ok := w.mech.(election.Auction); ok {
		w.view.Auction = m.Board()
	}
	if m, ok := w.mech.(election.Foresight); ok {
		w.view.Ahead = m.Ahead()
	}
}

// trade lets the awake act in rounds.
func (w *World) trade() {
	keys := w.order.keys[:0]
	for _, i := range w.awake {
		keys = append(keys, place(draw.Key(w.seed, draw.Activation, w.people.key(i), w.tick), i))
	}
	w.order.keys = keys
	w.order.sort()
	for i, keys := 0, w.order.keys; i < len(keys); {
		first := i
		for r := w.roundOf(keys[i]); i < len(keys) && w.roundOf(keys[i]) == r; {
			i++
		}
		w.round(keys[first:i])
	}
}

// roundOf cuts the tick by the key alone, so that nobody's round depends on who
// else is awake.
func (w *World) roundOf(key uint64) uint64 {
	r, _ := bits.Mul64(key, uint64(w.cfg.Time.Rounds))
	return r
}

// round lets one group decide on one frozen view and applies their actions.
// Neighbours that share a strategy decide in one call.
func (w *World) round(order []uint64) {
	w.view.Refresh()
	if len(order) >= crowded {
		w.warm(order)
	}
	for i := 0; i < len(order); {
		s := w.people.kindOf[placed(order[i])]
		w.batch = w.batch[:0]
		for ; i < len(order) && w.people.kindOf[placed(order[i])] == s; i++ {
			w.batch = append(w.batch, w.people.at(placed(order[i])))
		}
		if w.strategies[s] != nil {
			list, wakes := len(w.do.List), len(w.do.Wakes)
			w.strategies[s].Decide(w.batch, w.view, &w.do)
			w.disown(s, list, wakes)
		}
	}
	w.apply()
}

// crowded is the size of a round from which on warming it pays.
const crowded = 64

// warm reads what the agents of a round will look at. These reads do not depend
// on each other, so that the processor overlaps them; the decisions that follow
// would wait for memory one by one.
func (w *World) warm(order []uint64) {
	for _, x := range order {
		i := placed(x)
		k := &w.people.kinds[w.people.kindOf[i]]
		w.warmth += w.view.Warm(idOf(i), k.can)
		if s, ok := w.strategies[w.people.kindOf[i]].(agents.Warmer); ok {
			w.warmth += s.Warm(i - k.first)
		}
	}
}

// settle moves interest and answers margin calls.
func (w *World) settle() {
	if w.tick%uint32(w.cfg.Time.InterestBlocks) == 0 {
		w.pool.Accrue(w.tick)
	}
	if w.tick%uint32(w.cfg.Time.MarginBlocks) == 0 && len(w.pool.Borrowers()) > 0 {
		w.view.Refresh()
		w.liquidate()
	}
	if w.cfg.Perp.OpenInterestCap > 0 {
		w.settlePerp()
	}
}

// settlePerp values the positions in the perpetual future, checks their margins
// and, when it is due, lets one side pay the other.
func (w *World) settlePerp() {
	if w.tick%uint32(w.cfg.Time.MarginBlocks) == 0 {
		w.view.Refresh()
		w.perp.MarkTo(w.view.Price(w.view.Mid))
		w.perp.Liquidate()
	}
	if w.tick%max(w.Ticks(w.cfg.Perp.FundingHours/24), 1) == 0 {
		w.perp.Fund()
	}
}

// posting is the way of a batch and of forced exits onto layer one.
type posting struct {
	batch, forced layer1.TxID
	paid          layer1.Price // for a unit of gas of the batch, when last included
	users         uint32
	waited        uint32
}

// Transaction kinds on layer one.
const (
	kindBatch layer1.Kind = iota
	kindForcedExit
)

// layer1 finds the block of the tick and carries exit requests onto the chain.
func (w *World) layer1() {
	w.chain.Step(w.tick, w.stream)
	p := &w.posting
	for _, c := range w.chain.Changes() {
		if c.ID == p.batch && !c.Orphaned {
			p.paid = c.Price
		}
	}
	if p.forced != 0 {
		w.followForced(p)
	} else if payer, users, ok := w.roll.NextRequest(); ok {
		gas := users * uint32(w.cfg.Rollup.ForcedExitGas)
		p.forced = w.submit(payer, kindForcedExit, gas)
		p.users, p.waited = users, 0
	}
}

func (w *World) followForced(p *posting) {
	for _, c := range w.chain.Changes() {
		if c.ID == p.forced && !c.Orphaned {
			w.roll.Requested(p.users, w.gasCost(uint64(c.Gas), c.Price), w.tick)
			w.must(w.chain.Forget(p.forced))
			p.forced = 0
			return
		}
	}
	if p.waited++; p.waited%3 == 0 {
		w.bump(p.forced)
	}
}

// typicalBatchGas is the gas of a batch at the opening, for the public gas price.
const typicalBatchGas = 800_000

// offer is what the model's senders bid for a transaction of this size: a tenth
// above what inclusion in about one block costs.
func (w *World) offer(gas uint64) layer1.Price { return w.chain.GasPriceFor(gas) * 11 / 10 }

// submit sends a transaction.
func (w *World) submit(from ledger.Owner, kind layer1.Kind, gas uint32) layer1.TxID {
	price := w.offer(uint64(gas))
	id, err := w.chain.Submit(layer1.Tx{Sender: from, Gas: max(gas, 21000), Kind: kind, MaxFee: price, Tip: price})
	w.must(err)
	return id
}

// bump outbids a transaction that has waited; one that layer one has included
// in the meantime refuses, and that is well.
func (w *World) bump(id layer1.TxID) {
	tx, ok := w.chain.Lookup(id)
	if !ok {
		return
	}
	price := max(tx.MaxFee*6/5, w.offer(uint64(tx.Gas)))
	_ = w.chain.Replace(id, price, price)
}

func (w *World) gasCost(gas uint64, p layer1.Price) ledger.Amount {
	cost, ok := layer1.Cost(gas, p, agents.Amount(w.view.EthUSD))
	if !ok {
		w.must(ledger.ErrOverflow)
	}
	return cost
}

// layer2 builds the batch, follows it onto layer one, and ends the slot.
func (w *World) layer2() {
	per := uint32(w.cfg.Rollup.BlocksPerSlot)
	at := (w.tick - 1) % per
	p := &w.posting
	switch build := per - uint32(w.cfg.Rollup.DeadlineBlocks); {
	case at == build-1:
		if gas, ok := w.roll.Build(w.tick, w.down()); ok {
			p.batch = w.submit(w.roll.Public().Leader.Operator, kindBatch, gas)
		}
	case at >= build && at < per-1 && (at-build)%3 == 2 && p.batch != 0:
		if _, _, in := w.chain.Included(p.batch); !in {
			w.bump(p.batch)
		}
	case at == per-1:
		w.endSlot(p)
	}
}

func (w *World) endSlot(p *posting) {
	var cost ledger.Amount
	posted := false
	if p.batch != 0 {
		if _, _, in := w.chain.Included(p.batch); in {
			tx, _ := w.chain.Lookup(p.batch)
			posted, cost = true, w.gasCost(uint64(tx.Gas), p.paid)
		} else {
			_ = w.chain.Withdraw(p.batch)
		}
		w.must(w.chain.Forget(p.batch))
		p.batch = 0
	}
	o := w.roll.Close(w.tick, posted, cost, exp(w.news.LnETH))
	w.reward(o)
	w.remedy.Step(w.remedyWorld())
	w.must(w.roll.Fault())
}

// reward posts what the mechanism makes of the outcome of a slot.
func (w *World) reward(o rollup.Outcome) {
	w.moves = w.mech.Settle(w.roll, o, w.moves[:0])
	for _, t := range w.moves {
		w.must(w.led.Post(t))
		switch {
		case t.Reason == ledger.StakingReward && t.Asset == ledger.Cash:
			w.roll.Reward(t.To, t.Amount)
		case t.Reason == ledger.Slash:
			w.roll.Slashed(t.From, t.Amount)
		}
	}
	if w.view.Auction != nil {
		w.accrue()
	}
}

// accrue publishes what the settlement of a slot has brought to the holders of
// the token, tokens at the price of the book.
func (w *World) accrue() {
	var paid, burnt ledger.Amount
	for _, t := range w.moves {
		x := t.Amount
		if t.Asset == ledger.Token {
			x = agents.Amount(x.Units() * w.view.Mid)
		}
		switch {
		case t.Reason == ledger.StakingReward:
			paid += x
		case t.Reason == ledger.Burn && t.Asset == ledger.Token:
			burnt += x
		}
	}
	w.roll.Accrue(paid, burnt, exp(w.news.LnETH))
}

// remedyWorld is the world as the remedy finds it.
func (w *World) remedyWorld() *remedy.World {
	w.forRemedy = remedy.World{
		Roll: w.roll, Ledger: w.led, Rand: w.stream.At(draw.Remedy, 0, w.roll.Public().Slot), Tick: w.tick, TicksPerDay: w.perDay,
	}
	return &w.forRemedy
}

// down reports whether an exogenous outage is on.
func (w *World) down() bool {
	o := &w.cfg.Outage
	start := w.Ticks(w.cfg.Time.WarmupDays + o.StartDays)
	if o.Hours == 0 || w.tick < start {
		return false
	}
	at, every := w.tick-start, max(w.Ticks(o.EveryDays), 1)
	begun := min(at/every, uint32(o.Repeat)-1)
	return at-begun*every < w.Ticks(o.Hours/24)
}
