package book

import (
	"cmp"
	"slices"

	"stakeout/market/ledger"
)

// naive is the obvious order book: each side is a slice sorted by price and age,
// and every command is a loop over it. During a call it lets the sides cross.
type naive struct {
	max, now, last uint32
	rules          Rules
	seq            int
	side           [2][]*naiveOrder
	stops          []*naiveOrder
	traded         []uint32 // prices since no stop was due
}

type naiveOrder struct {
	Order        // Lots are the lots in sight
	terms  Terms // Trigger is 0 once the order no longer waits
	hidden uint32
	seq    int     // age in its queue
	born   int     // age as an order
	id     OrderID // its id in the fast book
}

func (m *naiveOrder) total() uint32 { return m.Lots + m.hidden }

func (n *naive) better(s Side, p, q uint32) bool { return (s == Buy && p > q) || (s == Sell && p < q) }

func (n *naive) meets(o *Order, p uint32) bool {
	return o.Kind == Market || p == o.Price || n.better(o.Side, o.Price, p)
}

func (n *naive) test(o Order, t Terms) Reject {
	waits := n.waits(o, t)
	for _, rule := range []struct {
		broken bool
		code   Reject
	}{
		{o.Side > Sell, BadSide},
		{o.Kind > Market, BadKind},
		{o.Kind != Market && (o.Price == 0 || o.Price >= n.max), BadPrice},
		{o.Lots == 0, BadLots},
		{o.Expiry != 0 && o.Expiry <= n.now, BadExpiry},
	} {
		if rule.broken {
			return rule.code
		}
	}
	there := n.side[o.Side.Opposite()]
	if trading := n.rules.Phase == Continuous && !waits; trading {
		if o.Kind == PostOnly && len(there) > 0 && n.meets(&o, there[0].Price) {
			return WouldCross
		}
		if lots, _ := n.available(o); o.Kind == FillOrKill && lots < uint64(o.Lots) {
			return NotFillable
		}
	}
	called := waits || ((o.Kind == Limit || o.Kind == Market) && t.MinLots == 0)
	switch {
	case o.Self > Decrement, t.Trigger >= n.max, t.MinLots > o.Lots, t.MinLots > 0 && o.Kind == PostOnly,
		t.Display > o.Lots, t.Display > 0 && o.Kind != Limit && o.Kind != PostOnly:
		return BadTerms
	case n.rules.Phase == Halted, n.rules.Phase == Call && !called:
		return WrongPhase
	case o.Lots < n.rules.MinLots:
		return TooSmall
	case o.Kind != Market && n.rules.High > 0 && (o.Price < n.rules.Low || o.Price > n.rules.High):
		return OutsideBand
	}
	if lots, _ := n.available(o); !waits && lots < uint64(t.MinLots) {
		return BelowMinimum
	}
	return Accepted
}

// available executes the order on a copy.
func (n *naive) available(o Order) (lots, notional uint64) {
	try := naive{max: n.max, seq: n.seq}
	for s := range n.side {
		for _, m := range n.side[s] {
			c := *m
			try.side[s] = append(try.side[s], &c)
		}
	}
	if o.Self != CancelOldest {
		o.Self = CancelNewest
	}
	if o.Kind != Market {
		o.Kind = ImmediateOrCancel
	}
	o.Budget = 0
	for _, f := range try.match(&o) {
		lots += uint64(f.Lots)
		notional += uint64(f.Lots) * uint64(f.Price)
	}
	return lots, notional
}

func (n *naive) waits(o Order, t Terms) bool {
	return t.Trigger != 0 &&
		(n.last == 0 || (o.Side == Buy && n.last < t.Trigger) || (o.Side == Sell && n.last > t.Trigger))
}

func (n *naive) enter(o Order, t Terms) (*naiveOrder, []Fill, Reject) {
	if code := n.test(o, t); code != Accepted {
		return nil, nil, code
	}
	if n.waits(o, t) {
		n.seq++
		m := &naiveOrder{Order: o, terms: t, seq: n.seq, born: n.seq}
		n.stops = append(n.stops, m)
		return m, nil, Accepted
	}
	t.Trigger = 0
	var fills []Fill
	if n.rules.Phase == Continuous {
		if fills = n.match(&o); o.Lots == 0 || o.Kind > PostOnly {
			return nil, fills, Accepted
		}
	}
	return n.rest(o, t), fills, Accepted
}

// match trades o and leaves in it the lots that did not trade.
func (n *naive) match(o *Order) (fills []Fill) {
	there := &n.side[o.Side.Opposite()]
	for o.Lots > 0 && len(*there) > 0 {
		m := (*there)[0]
		bounded := o.Budget != 0 && (o.Kind == ImmediateOrCancel || o.Kind == Market)
		if !n.meets(o, m.Price) || (bounded && n.spent(fills, 1, m.Price) > o.Budget) {
			break
		}
		f := Fill{Maker: m.id, Owner: m.Owner, Tag: m.Tag, Price: m.Price}
		if m.Owner == o.Owner {
			n.selfTrade(o, m, &f)
		} else {
			for f.Lots < min(o.Lots, m.Lots) {
				if bounded && n.spent(fills, f.Lots+1, m.Price) > o.Budget {
					break
				}
				f.Lots++
			}
			o.Lots -= f.Lots
			m.Lots -= f.Lots
			f.Left, f.Gone = m.total(), m.total() == 0
			n.last = m.Price
			if len(n.stops) > 0 {
				n.traded = append(n.traded, m.Price)
			}
		}
		fills = append(fills, f)
		switch {
		case f.Gone:
			*there = (*there)[1:]
		case m.Lots == 0:
			m.Lots = min(m.terms.Display, m.hidden)
			m.hidden -= m.Lots
			n.seq++
			m.seq = n.seq
			n.sort(m.Side)
		}
	}
	return fills
}

func (n *naive) selfTrade(o *Order, m *naiveOrder, f *Fill) {
	f.Self = true
	switch o.Self {
	case CancelOldest:
		f.Left = m.total()
	case CancelNewest:
		o.Lots = 0
	case CancelBoth:
		f.Left, o.Lots = m.total(), 0
	case Decrement:
		f.Left = min(o.Lots, m.total())
		o.Lots -= f.Left
	}
	if f.Gone = f.Left == m.total(); !f.Gone {
		m.cut(f.Left)
	}
}

// cut takes lots from an order, hidden ones first.
func (m *naiveOrder) cut(lots uint32) {
	for ; lots > 0; lots-- {
		if m.hidden > 0 {
			m.hidden--
		} else {
			m.Lots--
		}
	}
}

func (n *naive) spent(fills []Fill, lots, price uint32) uint64 {
	sum := uint64(lots) * uint64(price)
	for _, f := range fills {
		sum += uint64(f.Lots) * uint64(f.Price)
	}
	return sum
}

func (n *naive) rest(o Order, t Terms) *naiveOrder {
	n.seq++
	m := &naiveOrder{Order: o, terms: t, seq: n.seq, born: n.seq}
	if t.Display > 0 {
		m.Lots = min(o.Lots, t.Display)
		m.hidden = o.Lots - m.Lots
	}
	n.side[o.Side] = append(n.side[o.Side], m)
	n.sort(o.Side)
	return m
}

func (n *naive) sort(s Side) {
	slices.SortFunc(n.side[s], func(a, b *naiveOrder) int {
		first := func(m, than *naiveOrder) bool {
			if (m.Kind == Market) != (than.Kind == Market) {
				return m.Kind == Market
			}
			if m.Kind == Market || m.Price == than.Price {
				return m.seq < than.seq
			}
			return n.better(s, m.Price, than.Price)
		}
		if first(a, b) {
			return -1
		}
		return 1
	})
}

func (n *naive) all() []*naiveOrder { return slices.Concat(n.side[Buy], n.side[Sell], n.stops) }

func (n *naive) find(id OrderID) *naiveOrder {
	for _, m := range n.all() {
		if m.id == id {
			return m
		}
	}
	return nil
}

func (n *naive) remove(m *naiveOrder) {
	is := func(x *naiveOrder) bool { return x == m }
	n.side[m.Side] = slices.DeleteFunc(n.side[m.Side], is)
	n.stops = slices.DeleteFunc(n.stops, is)
}

func (n *naive) amend(id OrderID, price, lots uint32) (*naiveOrder, []Fill, Reject) {
	m := n.find(id)
	if m == nil {
		return nil, nil, UnknownOrder
	}
	keeps := lots <= m.total() && (price == m.Price || m.Kind == Market)
	switch {
	case price == 0 || price >= n.max:
		return m, nil, BadPrice
	case lots == 0:
		return m, nil, BadLots
	case n.rules.Phase == Halted && !keeps:
		return m, nil, WrongPhase
	case lots < n.rules.MinLots:
		return m, nil, TooSmall
	case m.Kind != Market && n.rules.High > 0 && (price < n.rules.Low || price > n.rules.High):
		return m, nil, OutsideBand
	case keeps:
		m.cut(m.total() - lots)
		n.rebudget(m)
		return m, nil, Accepted
	case m.terms.Trigger != 0:
		n.seq++
		m.Price, m.Lots, m.seq = price, lots, n.seq
		n.rebudget(m)
		return m, nil, Accepted
	}
	n.remove(m)
	o := m.Order
	o.Lots = lots
	if o.Kind != Market {
		o.Kind, o.Price = Limit, price
	}
	var fills []Fill
	if n.rules.Phase == Continuous {
		if fills = n.match(&o); o.Lots == 0 {
			return nil, fills, Accepted
		}
	}
	return n.rest(o, m.terms), fills, Accepted
}

// rebudget follows an amendment of a stop. The fast book does not keep every
// price of a market order and uses 0 instead, and so does this book.
func (n *naive) rebudget(m *naiveOrder) {
	if m.terms.Trigger == 0 || m.Budget == 0 {
		return
	}
	if m.Budget = uint64(m.Price) * uint64(m.Lots); m.Price >= n.max {
		m.Budget = 0
	}
}

func (n *naive) expire(tick uint32) []Resting {
	n.now = max(n.now, tick)
	return n.removeAll(func(m *naiveOrder) bool { return m.Expiry != 0 && m.Expiry <= n.now },
		func(a, b *naiveOrder) int { return cmp.Compare(a.Expiry, b.Expiry) })
}

// removeAll removes the orders that pick selects, sorted by order and then by
// age.
func (n *naive) removeAll(pick func(*naiveOrder) bool, order func(a, b *naiveOrder) int) (out []Resting) {
	var gone []*naiveOrder
	for _, m := range n.all() {
		if pick(m) {
			gone = append(gone, m)
		}
	}
	slices.SortFunc(gone, func(a, b *naiveOrder) int { return cmp.Or(order(a, b), cmp.Compare(a.born, b.born)) })
	for _, m := range gone {
		n.remove(m)
		out = append(out, describeNaive(m))
	}
	return out
}

// fire executes the stop that is due, if there is one.
func (n *naive) fire() (was Order, id OrderID, m *naiveOrder, fills []Fill, code Reject, ok bool) {
	var due [2]*naiveOrder
	for _, m := range n.stops {
		reached := slices.ContainsFunc(n.traded,
			func(p uint32) bool { return p == m.terms.Trigger || n.better(m.Side, p, m.terms.Trigger) })
		d := due[m.Side]
		if reached && (d == nil || n.better(m.Side, d.terms.Trigger, m.terms.Trigger) ||
			(d.terms.Trigger == m.terms.Trigger && m.seq < d.seq)) {
			due[m.Side] = m
		}
	}
	x := due[Buy]
	if s := due[Sell]; x == nil || (s != nil && s.seq < x.seq) {
		x = s
	}
	if x == nil || n.rules.Phase != Continuous {
		if n.rules.Phase == Continuous {
			n.traded = nil
		}
		return Order{}, 0, nil, nil, Accepted, false
	}
	n.remove(x)
	t := Terms{Display: min(x.terms.Display, x.Lots), MinLots: min(x.terms.MinLots, x.Lots)}
	m, fills, code = n.enter(x.Order, t)
	return x.Order, x.id, m, fills, code, true
}

func describeNaive(m *naiveOrder) Resting {
	return Resting{ID: m.id, Owner: m.Owner, Price: m.Price, Lots: m.total(), Hidden: m.hidden, Tag: m.Tag, Side: m.Side,
		Self: m.Self,
		Stop: m.terms.Trigger != 0}
}

// auction tries every price at which the result can change.
func (n *naive) auction(reference uint32) (a Auction) {
	if reference == 0 {
		reference = n.last
	}
	var prices []uint32
	for _, m := range slices.Concat(n.side[Buy], n.side[Sell]) {
		if m.Kind != Market {
			prices = append(prices, m.Price)
		}
	}
	if len(prices) == 0 {
		if n.rules.High != 0 {
			reference = min(max(reference, n.rules.Low), n.rules.High)
		}
		prices = append(prices, reference)
	}
	low, high := slices.Min(prices), slices.Max(prices)
	tries := []uint32{}
	for p := low; p <= high && high-low < 300; p++ {
		tries = append(tries, p)
	}
	for _, p := range prices {
		tries = append(tries, max(p-1, low), p, min(p+1, high))
	}
	slices.Sort(tries)
	var equal []uint32
	for _, p := range tries {
		lots, surplus := n.volume(p)
		size := func(x int64) int64 { return max(x, -x) }
		switch {
		case lots > a.Lots || (lots == a.Lots && (len(equal) == 0 || size(surplus) < size(a.Surplus))):
			a.Lots, a.Surplus, equal = lots, surplus, []uint32{p}
		case lots == a.Lots && size(surplus) == size(a.Surplus):
			equal = append(equal, p)
		}
	}
	if a.Lots == 0 || equal[0] == 0 {
		return Auction{}
	}
	if a.Price = equal[0] + (equal[len(equal)-1]-equal[0])/2; reference != 0 {
		a.Price = min(max(reference, equal[0]), equal[len(equal)-1])
	}
	_, a.Surplus = n.volume(a.Price)
	return a
}

func (n *naive) volume(p uint32) (lots uint64, surplus int64) {
	var sum [2]uint64
	for s := range n.side {
		for _, m := range n.side[s] {
			if n.meets(&m.Order, p) {
				sum[s] += uint64(m.total())
			}
		}
	}
	return min(sum[Buy], sum[Sell]), int64(sum[Buy] - sum[Sell])
}

// open executes the auction lot by lot and drops the market orders.
func (n *naive) open(reference uint32) (a Auction) {
	crossed := len(n.side[Buy]) > 0 && len(n.side[Sell]) > 0
	if crossed {
		a = n.auction(reference)
	}
	for left := a.Lots; left > 0; {
		pair := [2]*naiveOrder{n.side[Buy][0], n.side[Sell][0]}
		m := Match{Lots: uint32(min(left, uint64(pair[Buy].total()), uint64(pair[Sell].total())))}
		left -= uint64(m.Lots)
		for s, x := range pair {
			x.cut(m.Lots)
			m.Sides[s] = Party{ID: x.id, Owner: x.Owner, Price: x.Price, Left: x.total(), Tag: x.Tag, Gone: x.total() == 0}
			if x.total() == 0 {
				n.remove(x)
			}
		}
		a.Matches = append(a.Matches, m)
	}
	if a.Lots > 0 {
		n.last = a.Price
		if len(n.stops) > 0 {
			n.traded = append(n.traded, a.Price)
		}
	}
	a.Dropped = n.removeAll(func(m *naiveOrder) bool { return m.Kind == Market && m.terms.Trigger == 0 },
		func(a, b *naiveOrder) int { return 0 })
	for s := range n.side {
		for _, m := range n.side[s] {
			m.Kind = Limit
		}
	}
	return a
}

func ofOwner(o ledger.Owner) func(*naiveOrder) bool {
	return func(m *naiveOrder) bool { return m.Owner == o }
}
