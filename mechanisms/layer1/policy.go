package layer1

import (
	"errors"
	"slices"

	"stakeout/market/ledger"
)

// Policy is the behaviour of a producer until the next SetPolicy. The zero value
// is an honest producer.
type Policy struct {
	Refused         []ledger.Owner // senders whose transactions are refused
	RefuseInclusion bool           // does not include transactions of refused senders
	RefuseBuilding  bool           // does not build on a block that contains one
	GiveUp          uint32         // accepts such a block when this many blocks follow it; 0: never
	Withhold        bool           // keeps its blocks secret (selfish mining)
	Gamma           float64        // share of the others that builds on a withheld block in a tie
}

// ErrPolicy is the error for a producer that does not exist, a gamma outside [0,
// 1], and withholding together with refusing to build.
var ErrPolicy = errors.New("layer1: no such producer, or policy out of range")

type policyState struct {
	Policy
	tip int32 // the block on which a producer that refuses to build mines
}

// SetPolicy sets the policy of a producer from the next Step on. It copies the
// list of senders. Races that the producer has begun go on as long as it refuses
// to build. It fails with ErrPolicy.
func (c *Chain) SetPolicy(producer int, p Policy) error {
	if producer < 0 || producer >= len(c.policies) || !(p.Gamma >= 0 && p.Gamma <= 1) || p.Withhold && p.RefuseBuilding {
		return ErrPolicy
	}
	bit := uint64(1) << producer
	s := &c.policies[producer]
	senders := append(s.Refused[:0], p.Refused...)
	if p.RefuseBuilding != s.RefuseBuilding {
		c.forgive(producer)
	}
	s.Policy = p
	s.Refused = senders
	c.refusing = setBit(c.refusing, bit, p.RefuseBuilding)
	c.secret = setBit(c.secret, bit, p.Withhold)
	if p.Withhold {
		c.gamma = p.Gamma
	}
	for i := range c.pool.txs {
		t := &c.pool.txs[i]
		t.refuse = setBit(t.refuse, bit, t.live && slices.Contains(senders, t.Sender))
	}
	return nil
}

// PolicyOf returns the policy of a producer; the list of senders is shared and
// must not be changed.
func (c *Chain) PolicyOf(producer int) Policy { return c.policies[producer].Policy }

func setBit(mask, bit uint64, on bool) uint64 {
	if on {
		return mask | bit
	}
	return mask &^ bit
}

// refusers is the mask of producers that refuse a sender.
func (c *Chain) refusers(sender ledger.Owner) uint64 {
	var mask uint64
	for i := range c.policies {
		if len(c.policies[i].Refused) > 0 && slices.Contains(c.policies[i].Refused, sender) {
			mask |= 1 << i
		}
	}
	return mask
}

// excluded is the mask of refusals for which a producer leaves a transaction out:
// its own bit, or none.
func (c *Chain) excluded(producer int) uint64 {
	if c.policies[producer].RefuseInclusion {
		return 1 << producer
	}
	return 0
}

// forgive makes a producer accept the canonical chain and all other blocks.
func (c *Chain) forgive(producer int) {
	bit := uint64(1) << producer
	for i := range c.blocks {
		c.blocks[i].refused &^= bit
		c.blocks[i].bad &^= bit
	}
	c.policies[producer].tip = c.tip
}

// giveUp lets producers accept a refused block of the canonical chain on which
// enough blocks have been built. They go on with the next refused block above it,
// if there is one.
func (c *Chain) giveUp() {
	for p := range c.policies {
		s := &c.policies[p]
		if !s.RefuseBuilding || s.GiveUp == 0 {
			continue
		}
		bit := uint64(1) << p
		for c.blocks[c.tip].bad&bit != 0 {
			b := c.lowestBad(bit)
			if c.blocks[c.tip].height-c.blocks[b].height < uint64(s.GiveUp) {
				break
			}
			c.accept(b, bit)
			s.tip = c.bestFor(bit)
		}
	}
}

// lowestBad is the first block on the canonical chain that a producer refuses.
func (c *Chain) lowestBad(bit uint64) int32 {
	b := c.tip
	for parent := c.blocks[b].parent; parent != none && c.blocks[parent].bad&bit != 0; parent = c.blocks[b].parent {
		b = parent
	}
	return b
}

// accept clears a producer's refusal of one block, and of its descendants unless
// they contain another reason.
func (c *Chain) accept(b int32, bit uint64) {
	c.blocks[b].refused &^= bit
	for i := int(b); i < len(c.blocks); i++ {
		blk := &c.blocks[i]
		inherited := uint64(0)
		if blk.parent != none {
			inherited = c.blocks[blk.parent].bad & bit
		}
		blk.bad = blk.bad&^bit | blk.refused&bit | inherited
	}
}

// bestFor is the highest public block that a producer does not refuse. Among
// equals it prefers the canonical tip, then the block seen first.
func (c *Chain) bestFor(bit uint64) int32 {
	best := int32(0)
	for i := range c.blocks {
		if b := &c.blocks[i]; b.bad&bit == 0 && !b.hidden && !b.dead && b.height > c.blocks[best].height {
			best = int32(i)
		}
	}
	if t := &c.blocks[c.tip]; t.bad&bit == 0 {
		best = c.tip
	}
	return best
}
