package sim

import (
	"stakeout/agents"
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// NetworkParams say what it costs to disturb somebody's network, and what it does.
type NetworkParams struct {
	HourUSD      float64 `key:"attack_hour_usd" default:"25" unit:"USD" min:"0.01" max:"1e6" source:"Kaspersky Lab, The cost of launching a DDoS attack, March 2017: about 25 USD an hour from a booter" doc:"What an hour of a network attack on one operator costs, sold by the hour"`
	Success      float64 `key:"attack_success_share" default:"0.5" unit:"share" min:"0" max:"1" source:"Assumption: every other batch, since operators have defences; no sweep yet" doc:"Share of the batches of an operator under attack that are delayed"`
	DelayMinutes float64 `key:"attack_delay_minutes" default:"10" unit:"min" min:"0.01" max:"10000" source:"Assumption: what it takes to reach miners another way; no sweep yet" doc:"Mean of the delay, exponential"`
}

// network is until when whose network is disturbed. It is empty until somebody
// pays for the first attack.
type network struct{ until []uint32 }

// maxHours bounds what can be ordered at once.
const maxHours = 24 * 365

// disturb carries out the wish for a network attack on an operator: paid at once,
// by the hour, at the end of what is ordered already.
//
// Assumption: booters serve whoever pays, against whomever; nobody learns who it
// was, and the operator cannot tell it from bad luck.
func (w *World) disturb(a *agents.Action) bool {
	at, ok := w.index(a.Other)
	if !ok || w.people.can(at)&agents.CanBuild == 0 || a.Count == 0 || a.Count > maxHours {
		return false
	}
	price := agents.Amount(w.cfg.Network.HourUSD) * ledger.Amount(a.Count)
	if w.led.Post(ledger.Transfer{Amount: price, From: a.Agent, To: ledger.Outside, Asset: ledger.Cash,
		Reason: ledger.Disruption}) != nil {
		return false
	}
	n := &w.network
	if n.until == nil {
		n.until = make([]uint32, w.led.Owners())
	}
	n.until[a.Other] = max(n.until[a.Other], w.tick) + w.Ticks(float64(a.Count)/24)
	return true
}

// delay is by how many ticks a batch that an operator has built now reaches layer
// one late.
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

// release sends a batch to layer one that has been built and is not held up.
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

// hash folds what is disturbed into a state hash; worlds in which nothing is keep
// theirs.
func (n *network) hash(h uint64) uint64 {
	for o, until := range n.until {
		if until > 0 {
			h = exact.Fold(h, uint64(until)^uint64(o)<<32)
		}
	}
	return h
}
