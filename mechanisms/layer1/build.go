package layer1

// filling describes the transactions that a block takes from the mempool.
type filling struct {
	gas     uint64
	lowest  Price // lowest bid among them
	crowded bool  // an affordable bid found no room
}

// build makes the block that a producer finds on a parent: its transactions by
// price, its part of the fee market, and the producers that refuse it.
func (c *Chain) build(f find, tick uint32) int32 {
	parent, producer := f.parent, f.producer
	c.moveView(parent)
	first := int32(len(c.entries))
	in := c.fill(producer, c.blocks[parent].next)
	p := &c.blocks[parent]
	b := block{
		height: p.height + 1, tick: tick, parent: parent, producer: uint8(producer),
		gas: in.gas, first: first, count: int32(len(c.entries)) - first,
	}
	for _, e := range c.entries[first:] {
		t := c.pool.at(e.id)
		t.refs++
		b.refused |= t.refuse & c.refusing
	}
	b.bad = p.bad | b.refused
	b.laden = p.laden
	if b.count > 0 {
		b.laden = int32(len(c.blocks))
	}
	c.close(&b, p, in.lowest, in.crowded)
	c.tallies[producer].found++
	c.blocks = append(c.blocks, b)
	return int32(len(c.blocks)) - 1
}

// fill appends the entries of a new block, best bid first, while the gas limit
// has room for them and for the background that bids more. In order of price the
// room only shrinks, so the block is full at the first bid that finds less room
// than a transfer needs.
func (c *Chain) fill(producer int, base Price) filling {
	in := filling{lowest: maxPrice}
	if len(c.pool.pending) == 0 {
		return in
	}
	ask := c.ask(base)
	c.offers(producer, base, c.floor(base, ask))
	price, ceiling := maxPrice*2, 0.0
	for len(c.pool.bids) > 0 {
		b := c.pool.best()
		if b.price != price {
			price = b.price
			ceiling = float64(c.limit) - c.demand(max(price, ask).Gwei())
		}
		room := ceiling - float64(in.gas)
		if room < transferGas {
			in.crowded = true
			break
		}
		t := c.pool.at(b.id)
		gas := t.left
		if float64(gas) > room {
			in.crowded = true
			if !t.Split {
				continue
			}
			gas = uint32(room)
		}
		c.entries = append(c.entries, entry{b.id, gas, price})
		in.gas += uint64(gas)
		in.lowest = price
	}
	return in
}

// floor is a price below which no bid can enter, so that lower bids need not be
// sorted.
func (c *Chain) floor(base, ask Price) Price {
	switch {
	case !c.background:
		return base
	case c.firstPrice:
		return ask
	case float64(c.limit)-c.demand(ask.Gwei()) >= transferGas:
		return base
	}
	return max(base, wei(c.clearing(float64(c.limit))))
}

// fork lists the blocks between two: in leave those above the common ancestor on
// the side of from, newest first, in enter those on the side of to, oldest first.
func (c *Chain) fork(from, to int32) (leave, enter []int32) {
	c.leave, c.enter = c.leave[:0], c.enter[:0]
	for from != to {
		if from > to {
			c.leave = append(c.leave, from)
			from = c.blocks[from].parent
		} else {
			c.enter = append(c.enter, to)
			to = c.blocks[to].parent
		}
	}
	for i, j := 0, len(c.enter)-1; i < j; i, j = i+1, j-1 {
		c.enter[i], c.enter[j] = c.enter[j], c.enter[i]
	}
	return c.leave, c.enter
}

// content returns the entries of a block.
func (c *Chain) content(b int32) []entry {
	blk := &c.blocks[b]
	return c.entries[blk.first : blk.first+blk.count]
}

// moveView makes the mempool reflect the chain that ends in a block. It visits
// only blocks with entries, because in a long race there are few of them.
func (c *Chain) moveView(to int32) {
	from, in := c.blocks[c.view].laden, c.blocks[to].laden
	c.view = to
	c.enter = c.enter[:0]
	for from != in {
		if from < in {
			c.enter = append(c.enter, in)
			in = c.blocks[c.blocks[in].parent].laden
			continue
		}
		for _, e := range c.content(from) {
			c.undo(e)
		}
		from = c.blocks[c.blocks[from].parent].laden
	}
	for i := len(c.enter) - 1; i >= 0; i-- {
		for _, e := range c.content(c.enter[i]) {
			c.apply(e, &c.blocks[c.enter[i]])
		}
	}
}

func (c *Chain) undo(e entry) {
	t := c.pool.at(e.id)
	t.left += e.gas
	if t.pos == none && !t.gone {
		c.pool.enqueue(e.id)
	}
}

func (c *Chain) apply(e entry, b *block) {
	t := c.pool.at(e.id)
	t.left -= e.gas
	if t.left > 0 {
		return
	}
	t.height, t.tick = b.height, b.tick
	if t.pos != none {
		c.pool.dequeue(e.id)
	}
}
