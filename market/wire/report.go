package wire

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"stakeout/market/book"
)

func (s *Session) amended(b *book.Command, n name, was before) {
	r := &s.reaction
	s.forget(b.ID)
	s.event("amend")
	s.raw("id", n.json)
	at := b.Price
	if was.kind == book.Market {
		at = was.Price
	}
	s.raw("price", price(at))
	s.number("quantity", int64(b.Lots))
	if was.Stop {
		s.number("trigger", int64(b.Terms.Trigger))
	}
	keeps := at == was.Price && b.Lots <= was.Lots && b.Terms.Trigger == was.trigger
	s.raw("keeps_priority", strconv.FormatBool(keeps))
	s.end()
	s.trades(n.json, book.Order{Owner: was.Owner, Side: was.Side, Self: was.Self, Lots: b.Lots}, r.Fills[:r.Own])
	if r.ID != 0 {
		s.learn(r.ID, n)
	}
}

// removed reports the orders that a command took out of the book.
func (s *Session) removed(event, reason string) {
	for _, r := range s.reaction.Removed {
		s.gone(event, s.names[r.ID].json, r.Lots, reason)
		s.forget(r.ID)
	}
}

// opened reports a change of phase and the auction, if there was one.
func (s *Session) opened(b *book.Command) {
	a := &s.reaction.Auction
	s.event("phase")
	s.text("phase", b.Phase.String())
	s.end()
	if a.Price != 0 {
		s.event("auction")
		s.number("price", int64(a.Price))
		s.number("quantity", int64(a.Lots))
		s.number("surplus", a.Surplus)
		s.end()
	}
	for i := range a.Matches {
		m := &a.Matches[i]
		buyer, seller := &m.Sides[book.Buy], &m.Sides[book.Sell]
		s.event("trade")
		s.number("price", int64(a.Price))
		s.number("quantity", int64(m.Lots))
		s.text("side", "auction")
		s.raw("buyer", s.names[buyer.ID].json)
		s.raw("seller", s.names[seller.ID].json)
		s.ownerField("buyer_owner", buyer.Owner)
		s.ownerField("seller_owner", seller.Owner)
		s.number("buyer_left", int64(buyer.Left))
		s.number("seller_left", int64(seller.Left))
		s.end()
		for _, p := range []*book.Party{buyer, seller} {
			if p.Gone {
				s.forget(p.ID)
			}
		}
	}
	for _, r := range a.Dropped {
		s.gone("cancel", s.names[r.ID].json, r.Lots, "market")
		s.forget(r.ID)
	}
}

// fired reports the stops that the command made due.
func (s *Session) fired() {
	r := &s.reaction
	from := r.Own
	for i := range r.Fired {
		f := &r.Fired[i]
		n := s.names[f.Was]
		s.forget(f.Was)
		s.event("trigger")
		s.raw("id", n.json)
		s.end()
		if f.Code != book.Accepted { // it cannot wait again, so it is gone
			s.gone("cancel", n.json, f.Order.Lots, f.Code.String())
			continue
		}
		left := s.trades(n.json, f.Order, r.Fills[from:f.Fills])
		from = f.Fills
		s.remains(f.ID, n, f.Order, left)
	}
}

// showBook writes the state of the book, best prices first. A level is its price
// and the quantity in sight; with orders it also lists every order by priority.
func (s *Session) showBook(c *command) {
	depth := 10
	if c.has("levels") {
		depth = int(min(c.number["levels"], math.MaxInt32))
	}
	s.event("book")
	s.text("phase", s.book.Rules().Phase.String())
	s.raw("last", price(s.book.Last()))
	for side := book.Buy; side <= book.Sell; side++ {
		s.out = append(s.out, `,"`...)
		s.out = append(s.out, [2]string{"bids", "asks"}[side]...)
		s.out = append(s.out, `":[`...)
		for i, l := range s.levels(side, depth) {
			s.comma(i)
			s.out = append(s.out, '[')
			s.out = strconv.AppendUint(s.out, uint64(l.Price), 10)
			s.out = append(s.out, ',')
			s.out = strconv.AppendUint(s.out, l.Lots, 10)
			s.out = append(s.out, ']')
		}
		s.out = append(s.out, ']')
	}
	if s.book.Rules().Phase == book.Call {
		s.indicative(c.number["reference"])
	}
	if c.text["orders"] == "true" {
		s.list("orders", s.book.Orders(book.Sell, s.book.Orders(book.Buy, nil)))
		s.list("waiting", s.book.Waiting(nil))
	}
	s.end()
}

// levels are the best levels of a side. During a call they hold the orders that
// wait outside the queues too, and may cross.
func (s *Session) levels(side book.Side, depth int) []book.Level {
	var parked []book.Level
	for _, r := range s.book.Waiting(nil) {
		kind, _, _ := s.book.Conditions(r.ID)
		if r.Side == side && !r.Stop && kind != book.Market {
			parked = append(parked, book.Level{Price: r.Price, Lots: uint64(r.Lots - r.Hidden)})
		}
	}
	if len(parked) == 0 {
		return s.book.Levels(side, depth, nil)
	}
	all := append(s.book.Levels(side, math.MaxInt, nil), parked...)
	slices.SortStableFunc(all, func(x, y book.Level) int {
		if side == book.Buy {
			x, y = y, x
		}
		return cmp.Compare(x.Price, y.Price)
	})
	out := all[:0]
	for _, l := range all {
		if n := len(out); n > 0 && out[n-1].Price == l.Price {
			out[n-1].Lots += l.Lots
		} else {
			out = append(out, l)
		}
	}
	return out[:min(depth, len(out))]
}

// indicative writes what the auction would trade if the book opened now.
func (s *Session) indicative(reference uint32) {
	a := s.book.Indicative(reference)
	if a.Price == 0 {
		s.raw("indicative", "null")
		return
	}
	s.raw("indicative", fmt.Sprintf(`{"price":%d,"quantity":%d,"surplus":%d}`, a.Price, a.Lots, a.Surplus))
}

func price(p uint32) string {
	if p == 0 {
		return "null"
	}
	return strconv.FormatUint(uint64(p), 10)
}

func (s *Session) comma(i int) {
	if i > 0 {
		s.out = append(s.out, ',')
	}
}

// list writes orders one by one.
func (s *Session) list(key string, orders []book.Resting) {
	s.out = append(s.out, `,"`...)
	s.out = append(s.out, key...)
	s.out = append(s.out, `":[`...)
	for i, r := range orders {
		s.comma(i)
		s.out = append(s.out, `{"id":`...)
		s.out = append(s.out, s.names[r.ID].json...)
		s.ownerField("owner", r.Owner)
		s.text("side", r.Side.String())
		s.raw("price", price(r.Price))
		s.number("quantity", int64(r.Lots))
		if r.Hidden > 0 {
			s.number("hidden", int64(r.Hidden))
		}
		if r.Stop {
			_, terms, _ := s.book.Conditions(r.ID)
			s.raw("stop", "true")
			s.number("trigger", int64(terms.Trigger))
		}
		s.out = append(s.out, '}')
	}
	s.out = append(s.out, ']')
}
