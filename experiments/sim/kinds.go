package sim

import (
	"stakeout/agents"
	"stakeout/market/ledger"
)

// Row names the sectors of the flow table. The first rows are the system
// owners, in their order; each kind of agent has one of the others.
const (
	RowStakers ledger.Row = ledger.Row(ledger.First) + iota
	RowMakers
	RowNoise
	RowChartists
	RowHolders
	RowShorters
	RowCoordinators
	RowUsers
	RowVaultOwners
	RowArbitrageurs
	RowBasis
	RowAttacker // first leg; the others follow
)

const (
	rows      = int(RowAttacker) + Legs
	kindCount = int(RowAttacker-RowStakers) + 1
)

// kind is a kind of agent: those that share a strategy.
type kind struct {
	row ledger.Row // first row of the flow table
	// key begins the key of every draw of the kind. It never changes, so that a
	// further kind moves nobody's draws.
	key   uint8
	can   agents.Capability
	slots slots
	count func(*Config) int // number of agents
	// wake is the typical time between two looks in hours, over which the first
	// looks of the kind are spread. The zero value lets all look at once.
	wake func(*Config) float64
	// make draws the agents and endows them. The zero value leaves them without a
	// strategy.
	make func(*World, []agents.Agent) agents.Strategy
}

// slots is how many orders an agent can have in the markets of the token, of dai and
// of the perpetual future.
type slots [agents.Pairs]int

// kinds are the agents of a world in the order of their places. The attacker's legs
// come last, so that the others have the same places with any number of legs.
var kinds = [kindCount]kind{
	{
		row: RowStakers, key: 0, can: agents.CanTrade | agents.CanStake, slots: slots{2, 0, 2},
		count: func(c *Config) int { return c.Stakers.Count },
		wake:  func(c *Config) float64 { return c.Stakers.WakeHours },
		make: func(w *World, list []agents.Agent) agents.Strategy {
			return agents.NewStakers(w.cfg.Stakers, w.cfg.Beliefs, w.opening, list, w.stream, w.endow)
		},
	}, {
		row: RowMakers, key: 1, can: agents.CanTrade, slots: slots{10},
		count: func(c *Config) int { return c.Makers.Count },
		make: func(w *World, list []agents.Agent) agents.Strategy {
			return agents.NewMakers(w.cfg.Makers, w.cfg.Beliefs, w.opening, list, w.stream, w.endow)
		},
	}, {
		row: RowNoise, key: 2, can: agents.CanTrade, slots: slots{2, 0, 2},
		count: func(c *Config) int { return c.Noise.Count },
		wake:  func(c *Config) float64 { return c.Noise.WakeBlocks / c.perDay() * 24 },
		make: func(w *World, list []agents.Agent) agents.Strategy {
			return agents.NewNoise(w.cfg.Noise, w.opening, list, w.stream, w.endow)
		},
	}, {
		row: RowChartists, key: 3, can: agents.CanTrade, slots: slots{2, 0, 2},
		count: func(c *Config) int { return c.Chartists.Count },
		wake:  func(c *Config) float64 { return c.Chartists.WakeHours },
		make: func(w *World, list []agents.Agent) agents.Strategy {
			return agents.NewChartists(w.cfg.Chartists, w.opening, list, w.stream, w.endow)
		},
	}, {
		row: RowHolders, key: 4, can: agents.CanTrade,
		count: func(c *Config) int { return c.Holders.Count },
		wake:  func(c *Config) float64 { return c.Holders.WakeHours },
		make: func(w *World, list []agents.Agent) agents.Strategy {
			return agents.NewHolders(w.cfg.Holders, w.opening, list, w.stream, w.endow)
		},
	}, {
		row: RowShorters, key: 5, can: agents.CanTrade | agents.CanBorrow, slots: slots{2, 0, 2},
		count: func(c *Config) int { return c.Shorters.Count },
		wake:  func(c *Config) float64 { return c.Shorters.WakeHours },
		make: func(w *World, list []agents.Agent) agents.Strategy {
			return agents.NewShorters(w.cfg.Shorters, w.cfg.Beliefs, w.opening, list, w.stream, w.endow)
		},
	}, {
		row: RowCoordinators, key: 6, can: agents.CanBuild | agents.CanTrade, slots: slots{2},
		count: func(c *Config) int { return c.Coordinators.Count },
		make: func(w *World, list []agents.Agent) agents.Strategy {
			return agents.NewCoordinators(w.cfg.Coordinators, w.opening, list, w.stream, w.endow)
		},
	}, {
		row: RowUsers, key: 7, can: agents.CanUse,
		count: func(c *Config) int { return c.Users.Count },
		wake:  func(c *Config) float64 { return c.Users.WakeHours },
		make: func(w *World, list []agents.Agent) agents.Strategy {
			return agents.NewUsers(w.cfg.Users, w.cfg.Beliefs, w.opening, list, w.stream, w.endow)
		},
	}, {
		row: RowVaultOwners, key: 9, can: agents.CanTrade | agents.CanVault, slots: slots{0, 2},
		count: func(c *Config) int { return c.VaultOwners.Count },
		wake:  func(c *Config) float64 { return c.VaultOwners.WakeHours },
		make: func(w *World, list []agents.Agent) agents.Strategy {
			v := w.cfg.Vaults
			return agents.NewVaultOwners(w.cfg.VaultOwners, v.Ratio, v.Penalty, w.opening, list, w.stream, w.endow)
		},
	}, {
		row: RowArbitrageurs, key: 10, can: agents.CanTrade | agents.CanUse | agents.CanVault,
		slots: slots{0, 3},
		count: func(c *Config) int { return c.Arbitrageurs.Count },
		make: func(w *World, list []agents.Agent) agents.Strategy {
			return agents.NewArbitrageurs(w.cfg.Arbitrageurs, w.opening, list, w.stream, w.endow)
		},
	}, {
		row: RowBasis, key: 11, can: agents.CanTrade, slots: slots{2, 0, 2},
		count: func(c *Config) int { return c.Basis.Count },
		make: func(w *World, list []agents.Agent) agents.Strategy {
			return agents.NewBasis(w.cfg.Basis, w.opening, list, w.stream, w.endow)
		},
	}, {
		row: RowAttacker, key: 8, can: agents.CanTrade | agents.CanStake | agents.CanBorrow | agents.CanBuild,
		slots: slots{2, 2, 2},
		count: func(*Config) int { return Legs },
	},
}

// numberOf is the place in kinds of the kind with a row.
func numberOf(row ledger.Row) int { return int(row - RowStakers) }
