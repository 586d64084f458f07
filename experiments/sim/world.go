// Package sim is the deterministic kernel: it builds a world from plain data
// and advances it tick by tick through a table of named phases.
//
// A tick is one layer-one block interval. Within a tick the agents that are
// awake are put in a keyed random order and cut into rounds; each round decides
// on a fresh frozen view, and its actions are applied in that order. Agents
// name the tick at which they want to wake, so quiet ticks cost almost nothing.
// Every draw is keyed by (seed, purpose, agent, tick): adding an agent, a
// metric or an order moves no other draw, and worlds that differ only in
// one strategy share every exogenous event.
//
// This package and the packages below it touch no files, clocks, goroutines, maps or
// hidden randomness. Parallelism is between worlds, never inside one. A world is plain
// data: CopyFrom branches it.
package sim

import (
	"fmt"

	"stakeout/agents"
	"stakeout/market"
	"stakeout/market/ledger"
	"stakeout/market/lending"
	"stakeout/market/perp"
	"stakeout/market/vault"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/layer1"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
	"stakeout/strategies"
)

// Legs is the number of accounts of an attacker. They exist in every world, and stay
// idle without a strategy.
const Legs = strategies.Legs

// World is one simulated world. What stands here is copied with the struct, or
// never changes once the world is built and is shared by its copies.
type World struct {
	cfg       *Config
	mechanism string
	seed      uint64
	perDay    float64 // ticks in a day
	opening   agents.Opening
	people    population
	attackers []agents.ID

	tick       uint32
	moving     moving
	mining     mining
	news       news
	volatility volatility
	refused    uint64
	liquidated ledger.Amount
	fault      error

	parts
	scratch
}

// New builds a world at its fixed point, tick 0. Capital is the cash in
// micro-USD that each leg of the attacker starts with. The other remedies stay in the
// book beside the one in force as long as they make no difference.
func New(
	cfg *Config, mechanism, remedyName string, seed uint64, capital [Legs]ledger.Amount, others ...string,
) (*World, error) {
	m, ok := election.Find(mechanism)
	if !ok {
		return nil, fmt.Errorf("sim: no election mechanism %q", mechanism)
	}
	book, ok := remedy.Book(&cfg.Remedies, append([]string{remedyName}, others...)...)
	if !ok {
		return nil, fmt.Errorf("sim: no remedy %q", remedyName)
	}
	w := &World{cfg: cfg, mechanism: mechanism, seed: seed, perDay: cfg.perDay(), people: newPopulation(cfg)}
	if w.people.size() > indexMask {
		return nil, fmt.Errorf("sim: %d agents, more than %d", w.people.size(), indexMask)
	}
	for _, a := range w.people.of(RowAttacker) {
		w.attackers = append(w.attackers, a.ID)
	}
	if err := w.build(); err != nil {
		return nil, err
	}
	w.mech, w.remedy = m.New(&cfg.Election), book
	w.news = newNews(cfg.News, w.perDay, w.Ticks(cfg.Time.WarmupDays), w.stream)
	w.open(capital)
	return w, w.fault
}

// SetAttacker gives the attacker's legs a strategy and wakes them at the next
// tick. Idle legs have none.
func (w *World) SetAttacker(s agents.Strategy) {
	w.strategies[numberOf(RowAttacker)] = s
	for _, id := range w.attackers {
		w.wheel.put(int32(id-ledger.First), w.tick+1, w.tick)
		w.x.Watch(id)
		w.dai.Watch(id)
		w.perp.Watch(id)
	}
}

// Appoint gives the attacker's stake leg the office of the single operator, with which
// a rogue operator begins.
func (w *World) Appoint() { w.roll.Appoint(w.attackers[0]) }

// Endow gives tokens or cash in micro-units to a leg of the attacker from
// outside the model, for experiments in which a purchase would be in the way.
func (w *World) Endow(leg int, asset ledger.Asset, amount ledger.Amount) error {
	return w.led.Post(ledger.Transfer{
		Amount: amount, From: ledger.Outside, To: w.attackers[leg], Asset: asset, Reason: ledger.Genesis,
	})
}

// Attacker is the strategy of the attacker's legs, nil when they are idle.
func (w *World) Attacker() agents.Strategy { return w.strategies[numberOf(RowAttacker)] }

// Succeed replaces the strategy of the attacker by one that has taken over its state.
func (w *World) Succeed(s agents.Strategy) { w.strategies[numberOf(RowAttacker)] = s }

// Attackers are the accounts of the attacker, in the order of strategies.Plan.
func (w *World) Attackers() []agents.ID { return w.attackers }

// Opening is the fixed point at which the world started.
func (w *World) Opening() agents.Opening { return w.opening }

// Tick is the number of ticks done.
func (w *World) Tick() uint32 { return w.tick }

// PerDay is the number of ticks in a day.
func (w *World) PerDay() float64 { return w.perDay }

// Ticks converts days to ticks.
func (w *World) Ticks(days float64) uint32 { return w.cfg.Ticks(days) }

// Ledger is the ledger of all agents. It and the parts below are for reading only:
// a caller who changes them breaks the world.
func (w *World) Ledger() *ledger.Ledger { return w.led }

// Exchange is the market of the token.
func (w *World) Exchange() *market.Exchange { return w.x }

// Dai is the market of dai.
func (w *World) Dai() *market.Exchange { return w.dai }

// Perp is the market of the perpetual future.
func (w *World) Perp() *perp.Market { return w.perp }

// Vaults is the contract that issues dai.
func (w *World) Vaults() *vault.System { return w.vaults }

// Pool is the lending pool.
func (w *World) Pool() *lending.Pool { return w.pool }

// Rollup is the state of the rollup.
func (w *World) Rollup() *rollup.State { return w.roll }

// Away is the rollup to which users may move, nil when there is none.
func (w *World) Away() *rollup.State { return w.away.roll }

// Remedy is the remedy in force, with those beside it that have made no difference.
func (w *World) Remedy() *remedy.Rulebook { return w.remedy }

// Enforce puts one of the remedies of Remedy into force and keeps some of the others
// beside it.
func (w *World) Enforce(name string, others ...string) {
	w.remedy.Enforce(name, others...)
	w.showMechanisms()
}

// Chain is layer one.
func (w *World) Chain() *layer1.Chain { return w.chain }

// View is the public view as of the last round.
func (w *World) View() *agents.View { return w.view }

// Refused counts the wishes of agents that the rules did not allow.
func (w *World) Refused() uint64 { return w.refused }

// Liquidated is the number of micro-tokens bought in from borrowers.
func (w *World) Liquidated() ledger.Amount { return w.liquidated }

func (w *World) must(err error) {
	if err != nil && w.fault == nil {
		w.fault = fmt.Errorf("tick %d: %w", w.tick, err)
	}
}

// Settle adds the interest due to every loan and claim, so that pockets show equity.
func (w *World) Settle() { w.pool.SettleAll() }
