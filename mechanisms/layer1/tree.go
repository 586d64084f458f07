package layer1

import "stakeout/experiments/kit/draw"

// find is a block that is about to be built: its producer and its parent.
type find struct {
	producer int
	parent   int32
}

// contest is a tick in which branches may change. It builds the block of the
// tick, and a second one if there is a natural uncle, publishes or withholds
// them, and updates the canonical chain.
func (c *Chain) contest(tick uint32, s *draw.Stream, producer int, uncle bool) {
	before := c.tip
	c.endOverlong()
	height := c.Height()
	first := find{producer, c.parentOf(producer, s.Float64())}
	secret := c.secret>>producer&1 != 0
	var second find
	if uncle = uncle && !secret; uncle {
		second, uncle = c.uncleOf(first, s)
	}
	b := c.build(first, tick)
	if secret {
		c.withhold(b)
	} else {
		c.see(b)
	}
	if uncle && c.tip == b {
		r := c.build(second, tick)
		c.see(r)
		c.tie(r, 0.5, true)
	}
	if c.secret != 0 && !secret && c.Height() > height {
		c.react()
	}
	c.resolve(before)
	c.prune()
}

// uncleOf draws the block that competes with the first one of a tick. It reports
// false if no other producer mines in public at the same height.
func (c *Chain) uncleOf(first find, s *draw.Stream) (find, bool) {
	producer, ok := c.producers.other(first.producer, s)
	if !ok || c.secret>>producer&1 != 0 {
		return find{}, false
	}
	parent := c.parentOf(producer, s.Float64())
	return find{producer, parent}, c.blocks[parent].height == c.blocks[first.parent].height
}

// parentOf is the block on which a producer mines. x, uniform in [0, 1), decides
// which block of a tie it has seen first.
func (c *Chain) parentOf(producer int, x float64) int32 {
	bit := uint64(1) << producer
	if c.secret&bit != 0 {
		return c.private
	}
	if c.refusing&bit != 0 && c.policies[producer].tip != c.tip {
		return c.policies[producer].tip
	}
	if c.rival == none || c.blocks[c.rival].bad&bit&c.refusing != 0 {
		return c.tip
	}
	if c.natural && int(c.blocks[c.tip].producer) == producer {
		return c.tip
	}
	if x < c.rivalOdds || c.natural && int(c.blocks[c.rival].producer) == producer {
		return c.rival
	}
	return c.tip
}

// see makes a block public. The longest chain wins, and among equals the one seen
// first.
func (c *Chain) see(b int32) {
	c.blocks[b].hidden = false
	if c.blocks[b].height > c.Height() {
		c.tip = b
		c.rival = none
	}
	if c.refusing == 0 {
		return
	}
	for p := range c.policies {
		s := &c.policies[p]
		if s.RefuseBuilding && c.blocks[b].bad>>p&1 == 0 && c.blocks[b].height > c.blocks[s.tip].height {
			s.tip = b
		}
	}
	c.giveUp()
}

// tie makes a public block of the canonical height the rival of the tip. A
// neutral producer builds on it with the given odds.
func (c *Chain) tie(rival int32, odds float64, natural bool) {
	if rival != c.tip {
		c.rival, c.rivalOdds, c.natural = rival, odds, natural
	}
}

// withhold is the pool's move after it has found a block: keep it secret, unless
// the block wins a tie for the pool (Eyal and Sirer, algorithm 1, "My pool
// found").
func (c *Chain) withhold(b int32) {
	c.blocks[b].hidden = true
	wins := c.rival != none && !c.natural && c.blocks[b].parent == c.rival
	c.private = b
	if wins {
		c.publish(c.blocks[b].height)
	}
}

// react is the pool's move after a public block that made the chain longer
// (algorithm 1, "Others found a block"). If the pool is behind, it gives up; if
// level, it publishes its block and races; if one ahead, it publishes all; if
// further ahead, it publishes one block for each public one.
func (c *Chain) react() {
	height, mine := c.Height(), c.blocks[c.private].height
	switch {
	case mine < height:
		c.abandon()
	case mine == height:
		c.publish(height)
		c.tie(c.private, c.gamma, false)
	case mine == height+1:
		c.publish(mine)
	default:
		c.publish(height)
		b := c.private
		for c.blocks[b].height > height {
			b = c.blocks[b].parent
		}
		c.tie(b, c.gamma, false)
	}
}

// publish publishes the withheld blocks up to a height. Blocks are in order of
// creation, so parents come first.
func (c *Chain) publish(height uint64) {
	for i := range c.blocks {
		if b := &c.blocks[i]; b.hidden && b.height <= height {
			c.see(int32(i))
		}
	}
}

// endOverlong ends all races if there is no room for them. It also publishes the
// secret blocks of a pool that has stopped withholding.
func (c *Chain) endOverlong() {
	full := len(c.blocks) >= c.window
	if full || c.secret == 0 && c.private != c.tip {
		if c.blocks[c.private].height > c.Height() {
			c.publish(c.blocks[c.private].height)
		}
		c.abandon()
	}
	if !full {
		return
	}
	c.rival = none
	for p := range c.policies {
		if c.policies[p].RefuseBuilding {
			c.forgive(p)
		}
	}
}

// abandon makes the withholding pool start again from the canonical tip.
func (c *Chain) abandon() {
	c.private = c.tip
	for i := range c.blocks {
		if b := &c.blocks[i]; b.hidden {
			b.hidden, b.dead = false, true
		}
	}
}

// resolve updates mempool and counts from one canonical tip to the present one
// and records the changes for transactions.
func (c *Chain) resolve(before int32) {
	leave, enter := c.fork(before, c.tip)
	for _, b := range leave {
		c.tallies[c.blocks[b].producer].canonical--
		c.record(b, true)
	}
	for _, b := range enter {
		c.tallies[c.blocks[b].producer].canonical++
		c.record(b, false)
	}
	c.moveView(c.tip)
}

func (c *Chain) record(b int32, orphaned bool) {
	blk := &c.blocks[b]
	for _, e := range c.content(b) {
		if c.pool.at(e.id).dropped {
			continue
		}
		c.changes = append(c.changes, Change{
			ID: e.id, Gas: e.gas, Price: e.price, Base: c.blocks[blk.parent].next, Height: blk.height,
			Producer: c.producers.owners[blk.producer], Orphaned: orphaned,
		})
	}
}

// prune drops blocks on which no race can depend any more: all below the
// canonical tip if all producers mine on it, otherwise those before the first
// fork if room is short.
func (c *Chain) prune() {
	if c.secret == 0 && !c.blocks[c.private].hidden {
		c.private = c.tip
	}
	if c.agreed() {
		c.shift(c.tip)
	} else if len(c.blocks) >= c.window {
		c.shift(c.root())
	}
}

// agreed reports whether all producers mine on the canonical tip.
func (c *Chain) agreed() bool {
	if c.rival != none || c.private != c.tip {
		return false
	}
	for p := range c.policies {
		if s := &c.policies[p]; s.RefuseBuilding && s.tip != c.tip {
			return false
		}
	}
	return true
}

// root is the last common block of all branches on which a producer mines.
func (c *Chain) root() int32 {
	root := c.ancestor(c.tip, c.private)
	if c.rival != none {
		root = c.ancestor(root, c.rival)
	}
	for p := range c.policies {
		if s := &c.policies[p]; s.RefuseBuilding {
			root = c.ancestor(root, s.tip)
		}
	}
	return root
}

// ancestor is the last common block of two branches.
func (c *Chain) ancestor(a, b int32) int32 {
	for a != b {
		if a > b {
			a = c.blocks[a].parent
		} else {
			b = c.blocks[b].parent
		}
	}
	return a
}

// shift drops the blocks before a new root. Branches that do not descend from it
// have lost and are marked dead.
func (c *Chain) shift(root int32) {
	if root == 0 {
		return
	}
	cut := c.blocks[root].first + c.blocks[root].count
	for _, e := range c.entries[:cut] {
		c.pool.unref(e.id)
	}
	c.entries = c.entries[:copy(c.entries, c.entries[cut:])]
	c.blocks = c.blocks[:copy(c.blocks, c.blocks[root:])]
	c.blocks[0].parent, c.blocks[0].first, c.blocks[0].count = none, 0, 0
	c.blocks[0].laden = 0
	for i := 1; i < len(c.blocks); i++ {
		b := &c.blocks[i]
		b.first -= cut
		b.laden = max(0, b.laden-root)
		if b.parent -= root; b.parent < 0 || c.blocks[b.parent].dead {
			b.parent, b.dead, b.hidden = none, true, false
		}
	}
	c.move(root)
}

// move subtracts the number of dropped blocks from every index of a block.
func (c *Chain) move(by int32) {
	c.tip -= by
	c.view -= by
	c.private -= by
	if c.rival != none {
		c.rival -= by
	}
	for p := range c.policies {
		c.policies[p].tip = max(0, c.policies[p].tip-by)
	}
}
