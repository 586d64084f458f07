package wire

import (
	"strconv"

	"stakeout/market/book"
)

func (s *Session) amended(b *book.Command, n name, was book.Resting) {
	r := &s.reaction
	s.forget(b.ID)
	s.event("amend")
	s.raw("id", n.json)
	s.number("price", int64(b.Price))
	s.number("quantity", int64(b.Lots))
	s.raw("keeps_priority", strconv.FormatBool(b.Price == was.Price && b.Lots <= was.Lots))
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
		if f.Code != book.Accepted {
			s.refuse(n.json, int(f.Code), f.Code.String())
			continue
		}
		s.event("trigger")
		s.raw("id", n.json)
		s.end()
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
		depth = int(c.number["levels"])
	}
	s.event("book")
	s.text("phase", s.book.Rules().Phase.String())
	s.raw("last", price(s.book.Last()))
	for side := book.Buy; side <= book.Sell; side++ {
		s.out = append(s.out, `,"`...)
		s.out = append(s.out, [2]string{"bids", "asks"}[side]...)
		s.out = append(s.out, `":[`...)
		for i, l := range s.book.Levels(side, depth, nil) {
			s.comma(i)
			s.out = append(s.out, '[')
			s.out = strconv.AppendUint(s.out, uint64(l.Price), 10)
			s.out = append(s.out, ',')
			s.out = strconv.AppendUint(s.out, l.Lots, 10)
			s.out = append(s.out, ']')
		}
		s.out = append(s.out, ']')
	}
	if c.text["orders"] == "true" {
		s.list("orders", s.book.Orders(book.Sell, s.book.Orders(book.Buy, nil)))
		s.list("waiting", s.book.Waiting(nil))
	}
	s.end()
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
			s.raw("stop", "true")
		}
		s.out = append(s.out, '}')
	}
	s.out = append(s.out, ']')
}
