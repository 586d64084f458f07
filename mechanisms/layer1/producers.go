package layer1

import (
	"fmt"
	"slices"

	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
)

// producers draws block producers by hash share in constant time, by the alias
// method (A. J. Walker 1977; M. D. Vose 1991).
type producers struct {
	owners     []ledger.Owner
	shares     []float64
	keep       []uint32 // probability to stay in the column, in units of 2**−32
	alias      []uint8  // producer to which the rest of the column belongs
	uncleBelow uint64   // an uncle occurs if 32 random bits are below this number
}

// SetShares replaces the hash shares. There must be one for each producer, and
// they must sum to one within 1e-6; they are scaled to sum exactly. Policies and
// counts of the producers stay.
func (c *Chain) SetShares(shares []float64) error {
	p := &c.producers
	if len(shares) == 0 || len(shares) > maxProducers || len(shares) != len(p.owners) {
		return fmt.Errorf("layer1: %d hash shares for %d producers (at most %d)", len(shares), len(p.owners), maxProducers)
	}
	sum := 0.0
	for _, s := range shares {
		if !(s >= 0 && s <= 1) {
			return fmt.Errorf("layer1: hash share %v is not in [0, 1]", s)
		}
		sum += s
	}
	if sum < 1-1e-6 || sum > 1+1e-6 {
		return fmt.Errorf("layer1: hash shares sum to %v, not to 1", sum)
	}
	p.shares = slices.Clone(shares)
	for i := range p.shares {
		p.shares[i] /= sum
	}
	p.tabulate()
	return nil
}

// Enter adds a producer with the given share of all hash power, which the others
// lose in proportion, and returns its index. It fails if the share is not within
// (0, 1) or if the number of producers is at its limit.
func (c *Chain) Enter(owner ledger.Owner, share float64) (int, error) {
	p := &c.producers
	n := len(p.owners)
	if n >= maxProducers || !(share > 0 && share < 1) {
		return 0, fmt.Errorf("layer1: no room for a hash share of %v", share)
	}
	shares := make([]float64, 0, n+1)
	for _, s := range p.shares {
		shares = append(shares, s*(1-share))
	}
	p.owners = append(slices.Clone(p.owners), owner)
	c.policies = append(c.policies, policyState{tip: c.tip})
	c.tallies = append(c.tallies, tally{})
	return n, c.SetShares(append(shares, share))
}

// tabulate builds the alias table. Each column belongs to one producer, up to the
// average share, and the rest of it to one producer above the average.
func (p *producers) tabulate() {
	n := len(p.shares)
	p.keep = make([]uint32, n)
	p.alias = make([]uint8, n)
	weight := make([]float64, n)
	var small, large []int
	for i, s := range p.shares {
		weight[i] = s * float64(n)
		p.keep[i], p.alias[i] = 1<<32-1, uint8(i)
		if weight[i] < 1 {
			small = append(small, i)
		} else {
			large = append(large, i)
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		p.keep[s], p.alias[s] = uint32(weight[s]*(1<<32)), uint8(l)
		weight[l] -= 1 - weight[s]
		if weight[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
}

// pick maps 32 random bits to a producer.
func (p *producers) pick(u uint32) int {
	x := uint64(u) * uint64(len(p.keep))
	column := int(x >> 32)
	if uint32(x) < p.keep[column] {
		return column
	}
	return int(p.alias[column])
}

// other draws a producer other than the given one by hash share. It reports false
// if that one has all hash power.
func (p *producers) other(than int, s *draw.Stream) (int, bool) {
	x := s.Float64() * (1 - p.shares[than])
	last := -1
	for i, share := range p.shares {
		if i == than || share == 0 {
			continue
		}
		last = i
		if x < share {
			break
		}
		x -= share
	}
	return last, last >= 0
}

// Producers is the number of block producers.
func (c *Chain) Producers() int { return len(c.producers.owners) }

// Owner is the account holder behind a producer.
func (c *Chain) Owner(producer int) ledger.Owner { return c.producers.owners[producer] }

// Share is the hash share of a producer.
func (c *Chain) Share(producer int) float64 { return c.producers.shares[producer] }
