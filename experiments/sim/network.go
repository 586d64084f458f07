package sim

import (
	"stakeout/agents"
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// NetworkParams say what a network attack costs, and what it does.
type NetworkParams struct {
	HourUSD      float64 `key:"attack_hour_usd" default:"25" unit:"USD" min:"0.01" max:"1e6" source:"Kaspersky Lab, The cost of launching a DDoS attack, March 2017: about 25 USD an hour from a booter" doc:"What an hour of a network attack on one operator costs, sold by the hour"`
	Success      float64 `key:"attack_success_share" default:"0.5" unit:"share" min:"0" max:"1" source:"Assumption: every other batch, since operators have defences; no sweep yet" doc:"Share of the batches of an operator under attack that are delayed"`
	DelayMinutes float64 `key:"attack_delay_minutes" default:"10" unit:"min" min:"0.01" max:"10000" source:"Assumption: what it takes to reach miners another way; no sweep yet" doc:"Mean of the delay, exponential"`
}

// network is the state of the network between operators and layer one.
type network struct {
	until []uint32 // owner: tick at which the attack on it ends; nil before the first attack
}

// maxHours is the longest attack that can be ordered at once: a year.
const maxHours = 24 * 365

// disturb orders a network attack on an operator. It is paid at once, by the hour, and
// begins when the attacks that are ordered already have ended.
//
// Assumption: booters serve everybody who pays, against every target; nobody learns who
// paid, and the operator cannot tell the attack from bad luck.
func (w *World) disturb(a *agents.Action) bool {
	at, ok := w.index(a.Other)
	if !ok || w.people.can(at)&agents.CanBuild == 0 || a.Count == 0 || a.Count > maxHours {
		return false
	}
	price := agents.Amount(w.cfg.Network.HourUSD) * ledger.Amount(a.Count)
	pay := ledger.Transfer{
		Amount: price, From: a.Agent, To: ledger.Outside, Asset: ledger.Cash, Reason: ledger.Disruption,
	}
	if w.led.Post(pay) != nil {
		return false
	}
	n := &w.network
	if n.until == nil {
		n.until = make([]uint32, w.led.Owners())
	}
	n.until[a.Other] = max(n.until[a.Other], w.tick) + w.Ticks(float64(a.Count)/24)
	return true
}

// delay is the number of ticks by which a batch that an operator has just built
// reaches layer one late.
func (w *World) delay(operator ledger.Owner) uint32 {
	at, ok := w.index(operator)
	if !ok || w.network.until == nil || w.network.until[operator] <= w.tick {
		return 0
	}
	p, r := &w.cfg.Network, w.stream.At(draw.Network, w.people.key(at), w.tick)
	if r.Float64() >= p.Success {
		return 0
	}
	return w.Ticks(float64(r.Exponential()*p.DelayMinutes) / 1440)
}

// release sends a batch that has been built to layer one, unless an attack delays it.
func (w *World) release(l *layer) {
	if p := &l.posting; p.built && p.due <= w.tick {
		p.batch = w.submit(l.roll.Public().Leader.Operator, kindBatch, p.gas)
		p.built = false
	}
}

func (n *network) copyFrom(src *network) {
	if src.until == nil {
		n.until = nil
		return
	}
	n.until = append(n.until[:0], src.until...)
}

// hash folds the attacks into a state hash and leaves the hash of a world without any
// unchanged.
func (n *network) hash(h uint64) uint64 {
	for o, until := range n.until {
		if until > 0 {
			h = exact.Fold(h, uint64(until)^uint64(o)<<32)
		}
	}
	return h
}
