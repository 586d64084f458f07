package sim

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

// kind is one population of agents: those that share a strategy.
type kind struct {
	first, count int32 // places
	key          uint8 // of its draws
	can          agents.Capability
}

// population lays the agents out kind by kind, the attacker's legs last. An
// agent follows from its place, so that looking at one of a million costs a
// byte of memory and not a cache line. It never changes once a world is built.
type population struct {
	kinds  []kind
	kindOf []uint8 // by place
}

// add appends a kind of n agents, whose strategy is the number of kinds so far.
// Its key is its own for ever, so that a further kind moves nobody's draws.
func (p *population) add(n int, key uint8, can agents.Capability) {
	s := uint8(len(p.kinds))
	p.kinds = append(p.kinds, kind{first: int32(len(p.kindOf)), count: int32(n), key: key, can: can})
	for range n {
		p.kindOf = append(p.kindOf, s)
	}
}

// size is the number of agents.
func (p *population) size() int { return len(p.kindOf) }

// at returns the agent at a place.
func (p *population) at(i int32) agents.Agent {
	s := p.kindOf[i]
	k := &p.kinds[s]
	row := i - k.first
	return agents.Agent{ID: idOf(i), Key: keyOf(k.key, row), Row: row}
}

// key is the key of the draws of the agent at a place.
func (p *population) key(i int32) uint32 {
	k := &p.kinds[p.kindOf[i]]
	return keyOf(k.key, i-k.first)
}

// can is what the agent at a place may do.
func (p *population) can(i int32) agents.Capability { return p.kinds[p.kindOf[i]].can }

// of lists the agents of a strategy.
func (p *population) of(strategy int) []agents.Agent {
	k := p.kinds[strategy]
	list := make([]agents.Agent, k.count)
	for row := range list {
		list[row] = p.at(k.first + int32(row))
	}
	return list
}

func idOf(i int32) agents.ID { return ledger.First + agents.ID(i) }

// keyOf is made of kind and number within it, so that adding agents of one kind
// moves no other's draws.
func keyOf(kind uint8, row int32) uint32 { return uint32(kind)<<24 | uint32(row) }
