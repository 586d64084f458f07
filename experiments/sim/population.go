package sim

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

// group is the agents of one kind in a world.
type group struct {
	kind
	first, size int32 // places
}

// population lays the agents out kind by kind. An agent follows from its place, so
// that looking at one of a million costs a byte of memory and not a cache line. It
// never changes once a world is built, and copies of the world share it.
type population struct {
	groups [kindCount]group
	kindOf []uint8 // by place
}

// newPopulation lays out the agents of a configuration.
func newPopulation(c *Config) (p population) {
	for s, k := range kinds {
		n := k.count(c)
		p.groups[s] = group{kind: k, first: int32(len(p.kindOf)), size: int32(n)}
		for range n {
			p.kindOf = append(p.kindOf, uint8(s))
		}
	}
	return p
}

// size is the number of agents.
func (p *population) size() int { return len(p.kindOf) }

// at returns the agent at a place.
func (p *population) at(i int32) agents.Agent { return p.groups[p.kindOf[i]].at(i) }

// key is the key of the draws of the agent at a place.
func (p *population) key(i int32) uint32 {
	g := &p.groups[p.kindOf[i]]
	return keyOf(g.key, i-g.first)
}

// can is what the agent at a place may do.
func (p *population) can(i int32) agents.Capability { return p.groups[p.kindOf[i]].can }

// of lists the agents of the kind with a row.
func (p *population) of(row ledger.Row) []agents.Agent { return p.groups[numberOf(row)].list() }

// at returns the agent at a place of the group.
func (g *group) at(i int32) agents.Agent {
	row := i - g.first
	return agents.Agent{ID: idOf(i), Key: keyOf(g.key, row), Row: row}
}

// list lists the agents of the group.
func (g *group) list() []agents.Agent {
	list := make([]agents.Agent, g.size)
	for row := range list {
		list[row] = g.at(g.first + int32(row))
	}
	return list
}

func idOf(i int32) agents.ID { return ledger.First + agents.ID(i) }

// keyOf is made of kind and number within it, so that adding agents of one kind
// moves no other's draws.
func keyOf(kind uint8, row int32) uint32 { return uint32(kind)<<24 | uint32(row) }
