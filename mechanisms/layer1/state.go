package layer1

import (
	"fmt"
	"math"

	"stakeout/experiments/kit/exact"
)

// CopyFrom makes c equal to src and re-uses the memory of c where it fits. The
// two share only slices that are never changed in place.
func (c *Chain) CopyFrom(src *Chain) {
	old := *c
	*c = *src
	c.policies = copyPolicies(old.policies, src.policies)
	c.tallies = append(old.tallies[:0], src.tallies...)
	c.blocks = append(old.blocks[:0], src.blocks...)
	c.entries = append(old.entries[:0], src.entries...)
	c.changes = append(old.changes[:0], src.changes...)
	c.leave, c.enter = old.leave[:0], old.enter[:0]
	c.pool.txs = append(old.pool.txs[:0], src.pool.txs...)
	c.pool.free = append(old.pool.free[:0], src.pool.free...)
	c.pool.pending = append(old.pool.pending[:0], src.pool.pending...)
	c.pool.bids = old.pool.bids[:0]
}

func copyPolicies(dst, src []policyState) []policyState {
	if len(dst) != len(src) {
		dst = make([]policyState, len(src))
	}
	for i, s := range src {
		senders := append(dst[i].Refused[:0], s.Refused...)
		dst[i] = s
		dst[i].Refused = senders
	}
	return dst
}

// Hash folds the state of the chain into h: two chains with equal hashes react
// alike to equal calls. Every row has four words; short rows end in zeros.
func (c *Chain) Hash(h uint64) uint64 {
	h = exact.Fold(h, uint64(uint32(c.tip)), uint64(uint32(c.rival)), uint64(uint32(c.private)), uint64(uint32(c.view)))
	h = exact.Fold(h, math.Float64bits(c.rivalOdds), truth(c.natural), c.refusing, c.secret)
	h = exact.Fold(h, math.Float64bits(c.logPrice), math.Float64bits(c.gamma), uint64(c.untilPrice), c.pool.seq)
	for i, t := range c.tallies {
		h = exact.Fold(h, t.found, t.canonical, math.Float64bits(c.producers.shares[i]), uint64(c.producers.owners[i]))
	}
	for i := range c.policies {
		h = c.policies[i].hash(h)
	}
	for i := range c.blocks {
		h = c.blocks[i].hash(h)
	}
	for _, e := range c.entries {
		h = exact.Fold(h, uint64(e.id), uint64(e.gas), uint64(e.price), 0)
	}
	return c.pool.hash(h)
}

func (s *policyState) hash(h uint64) uint64 {
	h = exact.Fold(h, uint64(uint32(s.tip)), uint64(s.GiveUp), math.Float64bits(s.Gamma),
		truth(s.RefuseInclusion)|truth(s.RefuseBuilding)<<1|truth(s.Withhold)<<2)
	for _, o := range s.Refused {
		h = exact.Fold(h, uint64(o), 0, 0, 0)
	}
	return h
}

func (b *block) hash(h uint64) uint64 {
	h = exact.Fold(h, uint64(b.next), uint64(b.price), b.refused, b.bad)
	h = exact.Fold(h, b.height, b.gas, uint64(b.tick), uint64(uint32(b.parent)))
	return exact.Fold(h, uint64(b.first), uint64(b.count), uint64(b.producer)|uint64(b.laden)<<8,
		truth(b.hidden)|truth(b.dead)<<1|truth(b.settled)<<2)
}

func (m *mempool) hash(h uint64) uint64 {
	for i := range m.txs {
		t := &m.txs[i]
		h = exact.Fold(h, uint64(t.Sender), uint64(t.Ref), uint64(t.Gas), uint64(t.Kind))
		h = exact.Fold(h, uint64(t.MaxFee), uint64(t.Tip), t.seq, t.refuse)
		h = exact.Fold(h, t.height, uint64(t.tick), uint64(t.left), uint64(uint32(t.pos)))
		h = exact.Fold(h, uint64(uint32(t.refs)), truth(t.live)|truth(t.gone)<<1|truth(t.dropped)<<2|truth(t.Split)<<3, 0, 0)
	}
	for _, id := range m.free {
		h = exact.Fold(h, uint64(id), 0, 0, 0)
	}
	return h
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// Check verifies the invariants between two Steps: the blocks form a tree whose
// tip is the end of the longest public chain, blocks respect the gas limit, and
// mempool, entries and canonical chain agree about every transaction.
func (c *Chain) Check() error {
	if err := c.checkTree(); err != nil {
		return err
	}
	if err := c.checkPool(); err != nil {
		return err
	}
	return c.checkTxs()
}

func (c *Chain) checkTree() error {
	var found, canonical uint64
	for _, t := range c.tallies {
		found += t.found
		canonical += t.canonical
	}
	if canonical != c.Height() || found < canonical {
		return fmt.Errorf("layer1: height %d, %d canonical blocks of %d found", c.Height(), canonical, found)
	}
	if c.view != c.tip || c.blocks[c.tip].hidden || c.blocks[c.tip].dead {
		return fmt.Errorf("layer1: mempool at block %d, tip %d", c.view, c.tip)
	}
	if c.rival != none && c.blocks[c.rival].height != c.Height() {
		return fmt.Errorf("layer1: rival at height %d of %d", c.blocks[c.rival].height, c.Height())
	}
	for i := range c.blocks {
		if err := c.checkBlock(int32(i)); err != nil {
			return err
		}
	}
	for p := range c.policies {
		s := &c.policies[p]
		if !s.RefuseBuilding {
			continue
		}
		if b := &c.blocks[s.tip]; b.bad>>p&1 != 0 || b.dead || b.hidden {
			return fmt.Errorf("layer1: producer %d mines on a block that it refuses", p)
		}
	}
	return nil
}

func (c *Chain) checkBlock(i int32) error {
	b := &c.blocks[i]
	var gas uint64
	for _, e := range c.content(i) {
		gas += uint64(e.gas)
	}
	if i > 0 && (gas != b.gas || gas > c.limit) {
		return fmt.Errorf("layer1: block %d says %d gas, holds %d of at most %d", i, b.gas, gas, c.limit)
	}
	if !b.hidden && !b.dead && b.height > c.Height() {
		return fmt.Errorf("layer1: public block of height %d above the tip at %d", b.height, c.Height())
	}
	if b.parent == none {
		if i > 0 && !b.dead {
			return fmt.Errorf("layer1: block %d has no parent", i)
		}
		return nil
	}
	p := &c.blocks[b.parent]
	if b.parent >= i || b.height != p.height+1 || b.bad != p.bad|b.refused {
		return fmt.Errorf("layer1: block %d does not follow from its parent", i)
	}
	return nil
}

func (c *Chain) checkPool() error {
	m := &c.pool
	for i, id := range m.pending {
		t := m.at(id)
		if t.pos != int32(i) || !t.live || t.gone || t.left == 0 || t.MaxFee > m.ceiling {
			return fmt.Errorf("layer1: transaction %d does not belong in the mempool", id)
		}
	}
	waiting, dead := 0, 0
	for i := range m.txs {
		t := &m.txs[i]
		switch {
		case !t.live:
			dead++
		case t.pos != none:
			waiting++
		case t.left > 0 && !t.gone:
			return fmt.Errorf("layer1: transaction %d is lost", i+1)
		}
	}
	if waiting != len(m.pending) || dead != len(m.free) {
		return fmt.Errorf("layer1: %d of %d waiting, %d of %d slots free", waiting, len(m.pending), dead, len(m.free))
	}
	return nil
}

// checkTxs counts references and gas again from the blocks of the tree.
func (c *Chain) checkTxs() error {
	refs := make([]int32, len(c.pool.txs))
	inChain := make([]uint64, len(c.pool.txs))
	for _, e := range c.entries {
		refs[e.id-1]++
	}
	for b := c.tip; b != none; b = c.blocks[b].parent {
		for _, e := range c.content(b) {
			inChain[e.id-1] += uint64(e.gas)
		}
	}
	for i := range c.pool.txs {
		t := &c.pool.txs[i]
		if t.refs != refs[i] || inChain[i]+uint64(t.left) > uint64(t.Gas) {
			return fmt.Errorf("layer1: transaction %d has %d entries, not %d, or too much gas", i+1, refs[i], t.refs)
		}
	}
	return nil
}
