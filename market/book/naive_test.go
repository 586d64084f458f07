package book

import (
	"cmp"
	"slices"
)

// naive is the obvious order book: one slice a side, sorted by price and age,
// every command a loop over it.
type naive struct {
	max, now uint32
	seq      int
	side     [2][]*naiveOrder
}

type naiveOrder struct {
	Order
	seq int
	id  OrderID // what the fast book called it
}

func (n *naive) better(s Side, p, q uint32) bool { return (s == Buy && p > q) || (s == Sell && p < q) }

func (n *naive) meets(o *Order, p uint32) bool {
	return o.Kind == Market || p == o.Price || n.better(o.Side, o.Price, p)
}

func (n *naive) test(o Order) Reject {
	if o.Side > Sell {
		return BadSide
	}
	if o.Kind > Market {
		return BadKind
	}
	if o.Kind != Market && (o.Price == 0 || o.Price >= n.max) {
		return BadPrice
	}
	if o.Lots == 0 {
		return BadLots
	}
	if o.Expiry != 0 && o.Expiry <= n.now {
		return BadExpiry
	}
	there := n.side[o.Side.Opposite()]
	if o.Kind == PostOnly && len(there) > 0 && n.meets(&o, there[0].Price) {
		return WouldCross
	}
	if lots, _ := n.available(o); o.Kind == FillOrKill && lots < uint64(o.Lots) {
		return NotFillable
	}
	return Accepted
}

func (n *naive) available(o Order) (lots, notional uint64) {
	for _, m := range n.side[o.Side.Opposite()] {
		if m.Owner != o.Owner && n.meets(&o, m.Price) {
			f := min(uint64(m.Lots), uint64(o.Lots)-lots)
			lots += f
			notional += f * uint64(m.Price)
		}
	}
	return lots, notional
}

func (n *naive) submit(o Order) (*naiveOrder, []Fill, Reject) {
	if code := n.test(o); code != Accepted {
		return nil, nil, code
	}
	var fills []Fill
	there := &n.side[o.Side.Opposite()]
	for o.Lots > 0 && len(*there) > 0 {
		m := (*there)[0]
		bounded := o.Budget != 0 && (o.Kind == ImmediateOrCancel || o.Kind == Market)
		if !n.meets(&o, m.Price) || (bounded && n.spent(fills, 1, m.Price) > o.Budget) {
			break
		}
		f := Fill{Maker: m.id, Owner: m.Owner, Tag: m.Tag, Price: m.Price}
		if m.Owner == o.Owner {
			f.Self, f.Gone, f.Left = true, true, m.Lots
		} else {
			for f.Lots < min(o.Lots, m.Lots) {
				if bounded && n.spent(fills, f.Lots+1, m.Price) > o.Budget {
					break
				}
				f.Lots++
			}
			o.Lots -= f.Lots
			m.Lots -= f.Lots
			f.Left, f.Gone = m.Lots, m.Lots == 0
		}
		fills = append(fills, f)
		if !f.Gone {
			break
		}
		*there = (*there)[1:]
	}
	if o.Lots == 0 || o.Kind > PostOnly {
		return nil, fills, Accepted
	}
	return n.rest(o), fills, Accepted
}

func (n *naive) spent(fills []Fill, lots, price uint32) uint64 {
	sum := uint64(lots) * uint64(price)
	for _, f := range fills {
		sum += uint64(f.Lots) * uint64(f.Price)
	}
	return sum
}

func (n *naive) rest(o Order) *naiveOrder {
	n.seq++
	m := &naiveOrder{Order: o, seq: n.seq}
	n.side[o.Side] = append(n.side[o.Side], m)
	slices.SortFunc(n.side[o.Side], func(a, b *naiveOrder) int {
		if a.Price == b.Price {
			return cmp.Compare(a.seq, b.seq)
		}
		if n.better(o.Side, a.Price, b.Price) {
			return -1
		}
		return 1
	})
	return m
}

func (n *naive) find(id OrderID) *naiveOrder {
	for _, side := range n.side {
		for _, m := range side {
			if m.id == id {
				return m
			}
		}
	}
	return nil
}

func (n *naive) remove(m *naiveOrder) {
	n.side[m.Side] = slices.DeleteFunc(n.side[m.Side], func(x *naiveOrder) bool { return x == m })
}

func (n *naive) amend(id OrderID, price, lots uint32) (*naiveOrder, []Fill, Reject) {
	m := n.find(id)
	switch {
	case m == nil:
		return nil, nil, UnknownOrder
	case price == 0 || price >= n.max:
		return m, nil, BadPrice
	case lots == 0:
		return m, nil, BadLots
	case price == m.Price && lots <= m.Lots:
		m.Lots = lots
		return m, nil, Accepted
	}
	n.remove(m)
	o := m.Order
	o.Price, o.Lots, o.Kind = price, lots, Limit
	return n.submit(o)
}

func (n *naive) expire(tick uint32) []Resting {
	n.now = max(n.now, tick)
	var gone []*naiveOrder
	for s := range n.side {
		for _, m := range n.side[s] {
			if m.Expiry != 0 && m.Expiry <= n.now {
				gone = append(gone, m)
			}
		}
	}
	slices.SortFunc(gone, func(a, b *naiveOrder) int {
		return cmp.Or(cmp.Compare(a.Expiry, b.Expiry), cmp.Compare(a.seq, b.seq))
	})
	var out []Resting
	for _, m := range gone {
		n.remove(m)
		out = append(out, describeNaive(m))
	}
	return out
}

func describeNaive(m *naiveOrder) Resting {
	return Resting{ID: m.id, Owner: m.Owner, Price: m.Price, Lots: m.Lots, Tag: m.Tag, Side: m.Side}
}
