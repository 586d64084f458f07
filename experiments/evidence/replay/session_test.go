package replay

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
)

// session makes up a session of an exchange and records it as LOBSTER does. It keeps
// a plain list of orders, so that it shares no code with the book, and writes an
// event only when the event touches one of the best levels.
type session struct {
	rng      *rand.Rand
	levels   int
	orders   []made // oldest first
	next     int    // id of the latest order
	clock    int    // milliseconds since the opening
	step     int64  // between prices
	messages strings.Builder
	rows     strings.Builder
	events   int
}

type made struct {
	id    int
	buy   bool
	price int64
	size  int
}

func newSession(seed int64, levels int) *session {
	s := &session{rng: rand.New(rand.NewSource(seed)), levels: levels, step: 100}
	for range 60 {
		s.submit(false)
	}
	return s
}

// best lists prices and sizes of the best n levels of a side.
func (s *session) best(buy bool, n int) (prices []int64, sizes []int) {
	sum := map[int64]int{}
	for _, o := range s.orders {
		if o.buy == buy {
			sum[o.price] += o.size
		}
	}
	for p := range sum {
		prices = append(prices, p)
	}
	slices.Sort(prices)
	if buy {
		slices.Reverse(prices)
	}
	prices = prices[:min(n, len(prices))]
	for _, p := range prices {
		sizes = append(sizes, sum[p])
	}
	return prices, sizes
}

// visible reports whether a price is among the best levels of its side.
func (s *session) visible(buy bool, price int64) bool {
	prices, _ := s.best(buy, s.levels)
	return slices.Contains(prices, price)
}

// record writes an event and the row after it, if the price is visible or was
// visible before the event.
func (s *session) record(seen bool, kind, id, size int, price int64, buy bool) {
	s.clock++
	if !seen && !s.visible(buy, price) {
		return
	}
	direction := -1
	if buy {
		direction = 1
	}
	s.events++
	fmt.Fprintf(&s.messages, "%d.%09d,%d,%d,%d,%d,%d\n",
		34200+s.clock/1000, s.clock%1000*1_000_000, kind, id, size, price, direction)
	asks, askSizes := s.best(false, s.levels)
	bids, bidSizes := s.best(true, s.levels)
	for i := range s.levels {
		if i > 0 {
			s.rows.WriteByte(',')
		}
		level := func(prices []int64, sizes []int, none int64) {
			if i < len(prices) {
				fmt.Fprintf(&s.rows, "%d,%d", prices[i], sizes[i])
			} else {
				fmt.Fprintf(&s.rows, "%d,0", none)
			}
		}
		level(asks, askSizes, noPrice)
		s.rows.WriteByte(',')
		level(bids, bidSizes, -noPrice)
	}
	s.rows.WriteByte('\n')
}

// submit rests an order; a price that would cross moves one step behind the best
// price of the other side.
func (s *session) submit(record bool) {
	buy := s.rng.Intn(2) == 0
	price := 1_000_000 + int64(s.rng.Intn(25)-12)*s.step
	if p, _ := s.best(!buy, 1); len(p) > 0 && (buy && price >= p[0] || !buy && price <= p[0]) {
		price = p[0] + s.step
		if buy {
			price = p[0] - s.step
		}
	}
	s.next++
	o := made{s.next, buy, price, 1 + s.rng.Intn(100)}
	s.orders = append(s.orders, o)
	if record {
		s.record(false, 1, o.id, o.size, o.price, buy)
	}
}

// act carries out a random event: a submission, a cancellation, a trade, or a hidden
// execution that leaves the list of orders as it is.
func (s *session) act() {
	switch k := s.rng.Intn(20); {
	case k < 9 || len(s.orders) < 10:
		s.submit(true)
	case k < 14:
		s.shrink()
	case k < 19:
		s.trade()
	default:
		p, _ := s.best(true, 1)
		if len(p) > 0 {
			s.record(true, 5, 0, 10, p[0]+s.step/2, false)
		}
	}
}

// shrink deletes a random order, or a part of it.
func (s *session) shrink() {
	i := s.rng.Intn(len(s.orders))
	o := s.orders[i]
	seen := s.visible(o.buy, o.price)
	if cut := s.rng.Intn(o.size); cut > 0 && s.rng.Intn(3) == 0 {
		s.orders[i].size -= cut
		s.record(seen, 2, o.id, cut, o.price, o.buy)
		return
	}
	s.orders = slices.Delete(s.orders, i, i+1)
	s.record(seen, 3, o.id, o.size, o.price, o.buy)
}

// trade executes the oldest order at the best price, wholly or in part.
func (s *session) trade() {
	buy := s.rng.Intn(2) == 0
	p, _ := s.best(buy, 1)
	if len(p) == 0 {
		return
	}
	i := slices.IndexFunc(s.orders, func(o made) bool { return o.buy == buy && o.price == p[0] })
	o := s.orders[i]
	size := 1 + s.rng.Intn(o.size)
	if s.orders[i].size -= size; s.orders[i].size == 0 {
		s.orders = slices.Delete(s.orders, i, i+1)
	}
	s.record(true, 4, o.id, size, o.price, buy)
}
