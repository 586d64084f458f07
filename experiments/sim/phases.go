package sim

import (
	"math/bits"

	"stakeout/agents"
	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/layer1"
	"stakeout/mechanisms/remedy"
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

// clock moves time on: orders expire, stake finishes unbonding, the exit queue
// serves as many users as it can, and the agents that are due wake up.
func (w *World) clock() {
	w.tick++
	w.view.Tick = w.tick
	w.x.Expire(w.tick)
	w.dai.Expire(w.tick)
	w.perp.SetTick(w.tick)
	if x := w.Rival(); x != nil {
		x.Expire(w.tick)
	}
	for l := range w.layers {
		l.roll.Mature(w.tick)
		l.roll.QueueTick(w.tick)
	}
	w.awake = w.wheel.pop(w.tick, w.awake[:0])
}

// nature draws the news of an interval and publishes them.
func (w *World) nature() {
	if w.tick%uint32(w.cfg.News.IntervalBlocks) != 0 {
		return
	}
	w.news.step(w.cfg.News, w.tick, w.stream)
	w.publishNews()
}

// publishNews shows the price of ether, activity and the price of gas.
func (w *World) publishNews() {
	v := w.view
	v.LnETH, v.LnActivity, v.LnOwn = w.news.LnETH, w.news.LnActivity, w.news.LnOwn
	v.EthUSD = w.cfg.Opening.EthUSD * exp(w.news.LnETH)
	v.Activity = exp(w.news.LnActivity)
	for l := range w.layers {
		l.roll.SetActivity(v.Activity)
	}
	v.GasGwei = w.offer(typicalBatchGas).Gwei()
}

// elect has the mechanism name the leader of a slot that begins, and opens it.
func (w *World) elect() {
	if (w.tick-1)%uint32(w.cfg.Rollup.BlocksPerSlot) != 0 {
		return
	}
	slot := (w.tick - 1) / uint32(w.cfg.Rollup.BlocksPerSlot)
	for l := range w.layers {
		next := l.mech.Elect(l.roll, w.stream.At(draw.Lottery, l.key, slot))
		if l.key != 0 && w.roll.Here(next.Operator) {
			l.roll.SetPolicy(next.Operator, w.roll.PolicyOf(next.Operator)) // operators serve both rollups alike
		}
		l.roll.Open(next)
		l.roll.SetQuote(w.quote())
	}
	w.showMechanisms()
}

// quote is what an honest leader would ask for a transaction now, in micro-USD.
func (w *World) quote() ledger.Amount {
	return agents.HonestPolicy(w.opening.Margin/w.opening.EthUSD, w.opening.PerBatch, w.view).MinFee
}

// showMechanisms lets the view look at this world's public records.
func (w *World) showMechanisms() {
	w.view.Remedy, w.view.Docket = w.remedy, w.remedy.Docket()
	if m, ok := w.mech.(election.Auction); ok {
		w.view.Auction = m.Board()
	}
	if m, ok := w.mech.(election.Foresight); ok {
		w.view.Ahead = m.Ahead()
	}
}

// trade lets the awake act, in random order and in rounds.
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

// roundOf cuts the tick by the key alone, so that no agent's round depends on which
// others are awake.
func (w *World) roundOf(key uint64) uint64 {
	r, _ := bits.Mul64(key, uint64(w.cfg.Time.Rounds))
	return r
}

// round lets one group decide on one frozen view and applies their actions.
// Neighbours that share a strategy and a rollup decide in one call.
func (w *World) round(order []uint64) {
	w.view.Refresh()
	if w.away.roll != nil {
		w.refreshAway()
	}
	if len(order) >= crowded {
		w.warm(order)
	}
	for i := 0; i < len(order); {
		s, l := w.people.kindOf[placed(order[i])], w.of(idOf(placed(order[i])))
		w.batch = w.batch[:0]
		for ; i < len(order) && w.people.kindOf[placed(order[i])] == s && w.of(idOf(placed(order[i]))) == l; i++ {
			w.batch = append(w.batch, w.people.at(placed(order[i])))
		}
		if w.strategies[s] != nil {
			list, wakes := len(w.do.List), len(w.do.Wakes)
			w.strategies[s].Decide(w.batch, l.view, &w.do)
			w.disown(s, list, wakes)
		}
	}
	w.apply()
}

// crowded is the size of a round from which warming pays.
const crowded = 64

// warm reads the memory that the agents of a round will look at. These reads do not
// depend on each other, so that the processor overlaps them; without them the decisions
// would wait for memory one by one.
func (w *World) warm(order []uint64) {
	for _, x := range order {
		i := placed(x)
		k := &w.people.groups[w.people.kindOf[i]]
		w.warmth += w.view.Warm(idOf(i), k.can)
		if s, ok := w.strategies[w.people.kindOf[i]].(agents.Warmer); ok {
			w.warmth += s.Warm(i - k.first)
		}
	}
}

// settle accrues interest and answers margin calls.
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

// transferGas is the gas of the smallest transaction.
const transferGas = 21_000

// typicalBatchGas is the gas of a batch at the opening, for the public gas price.
const typicalBatchGas = 800_000

// offer is the bid of the model's senders for a transaction of this size: a tenth
// above the price of inclusion in about one block.
func (w *World) offer(gas uint64) layer1.Price { return w.chain.GasPriceFor(gas) * 11 / 10 }

// submit sends a transaction.
func (w *World) submit(from ledger.Owner, kind layer1.Kind, gas uint32) layer1.TxID {
	price := w.offer(uint64(gas))
	id, err := w.chain.Submit(layer1.Tx{Sender: from, Gas: max(gas, transferGas), Kind: kind, MaxFee: price, Tip: price})
	w.must(err)
	return id
}

// bump raises the bid of a transaction that has waited. Layer one refuses this when it
// has included the transaction in the meantime, which is no fault.
func (w *World) bump(id layer1.TxID) {
	tx, ok := w.chain.Lookup(id)
	if !ok {
		return
	}
	price := w.raised(tx)
	_ = w.chain.Replace(id, price, price)
}

// raised is the next bid for a transaction that has waited: a fifth more, and at least
// the bid of a new one.
func (w *World) raised(tx layer1.Tx) layer1.Price {
	return max(tx.MaxFee*6/5, w.offer(uint64(tx.Gas)))
}

func (w *World) gasCost(gas uint64, p layer1.Price) ledger.Amount {
	cost, ok := layer1.Cost(gas, p, agents.Amount(w.view.EthUSD))
	if !ok {
		w.must(ledger.ErrOverflow)
	}
	return cost
}

// remedyWorld is the world as the remedy finds it.
func (w *World) remedyWorld() *remedy.World {
	w.forRemedy = remedy.World{
		Roll: w.roll, Away: w.away.roll, Ledger: w.led, Rules: w.mech.Rules(),
		Rand: w.stream.At(draw.Remedy, 0, w.roll.Public().Slot), Tick: w.tick, TicksPerDay: w.perDay,
		Cohort: uint32(w.cfg.Users.CohortSize),
	}
	return &w.forRemedy
}

// outageAgent marks the draws of partial outages; no operator has this number.
const outageAgent = 1<<32 - 1

// down reports whether an exogenous outage of the first rollup is on.
func (w *World) down() bool {
	o := &w.cfg.Outage
	start := w.Ticks(w.cfg.Time.WarmupDays + o.StartDays)
	if o.Hours == 0 || w.tick < start {
		return false
	}
	at, every := w.tick-start, max(w.Ticks(o.EveryDays), 1)
	begun := min(at/every, uint32(o.Repeat)-1)
	return at-begun*every < w.Ticks(o.Hours/24) && (o.Share == 1 ||
		w.stream.At(draw.Network, outageAgent, w.roll.Public().Slot).Float64() < o.Share)
}
