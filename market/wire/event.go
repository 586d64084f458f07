package wire

import (
	"encoding/json"
	"strconv"

	"stakeout/market/book"
	"stakeout/market/ledger"
)

// event starts an event; the caller adds its fields and calls end.
func (s *Session) event(what string) {
	s.out = append(s.out, `{"event":"`...)
	s.out = append(s.out, what...)
	s.out = append(s.out, `","line":`...)
	s.out = strconv.AppendInt(s.out, int64(s.line), 10)
}

func (s *Session) raw(key, json string) {
	s.out = append(s.out, `,"`...)
	s.out = append(s.out, key...)
	s.out = append(s.out, `":`...)
	s.out = append(s.out, json...)
}

func (s *Session) number(key string, n int64) { s.raw(key, strconv.FormatInt(n, 10)) }

func (s *Session) text(key, value string) {
	quoted, _ := json.Marshal(value)
	s.raw(key, string(quoted))
}

func (s *Session) end() { s.out = append(s.out, "}\n"...) }

// complain reports a line that is not a command.
func (s *Session) complain(err error) {
	f, _ := err.(*fault)
	s.event("error")
	s.text("field", f.field)
	s.text("problem", f.problem)
	s.text("expected", f.expected)
	if f.hint != "" {
		s.text("hint", f.hint)
	}
	s.end()
}

func (s *Session) refuse(id string, code int, reason string) {
	s.event("reject")
	if id != "" {
		s.raw("id", id)
	}
	s.number("code", int64(code))
	s.text("reason", reason)
	s.end()
}

// ownerField writes the owner of an order, unless the order has no named owner.
func (s *Session) ownerField(key string, o ledger.Owner) {
	if int64(o) < int64(len(s.called)) {
		s.raw(key, s.called[o])
	}
}

// learn stores the name of the order in a place.
func (s *Session) learn(id book.OrderID, n name) {
	for int(id) >= len(s.names) {
		s.names = append(s.names, name{})
	}
	s.names[id] = n
	s.orders[n.key] = id
}

func (s *Session) forget(id book.OrderID) { delete(s.orders, s.names[id].key) }

// report writes what a command did and updates the names of orders.
func (s *Session) report(c *command, b *book.Command, n name, was before) {
	r := &s.reaction
	if r.Code != book.Accepted {
		s.refuse(n.json, int(r.Code), r.Code.String())
		return
	}
	switch c.op {
	case "new":
		s.entered(b, n)
	case "amend":
		s.amended(b, n, was)
	case "cancel":
		s.forget(b.ID)
		s.gone("cancel", n.json, r.Was.Lots, "user")
	case "cancel-all":
		s.event("cancel-all")
		s.number("orders", int64(len(r.Removed)))
		s.end()
		s.removed("cancel", "user")
	case "clock":
		s.event("clock")
		s.number("tick", int64(b.Tick))
		s.end()
		s.removed("expire", "expiry")
	case "band":
		s.event("band")
		s.number("low", int64(b.Low))
		s.number("high", int64(b.High))
		s.end()
		s.removed("cancel", "band")
	case "min-size":
		s.event("min-size")
		s.number("quantity", int64(b.Lots))
		s.end()
	case "phase":
		s.opened(b)
	}
	s.fired()
}

// entered reports a new order and what it traded.
func (s *Session) entered(b *book.Command, n name) {
	r := &s.reaction
	if used, err := strconv.ParseUint(n.key, 10, 63); err == nil && used >= s.next {
		s.next = used + 1
	}
	s.event("accept")
	s.raw("id", n.json)
	s.end()
	left := s.trades(n.json, b.Order, r.Fills[:r.Own])
	s.remains(r.ID, n, b.Order, left)
}

// remains reports what happened to the lots that did not trade.
func (s *Session) remains(id book.OrderID, n name, o book.Order, left uint32) {
	if id != 0 {
		s.learn(id, n)
		return
	}
	if left > 0 {
		s.gone("cancel", n.json, left, map[book.Kind]string{book.Market: "market", book.ImmediateOrCancel: "ioc"}[o.Kind])
	}
}

func (s *Session) gone(event, id string, lots uint32, reason string) {
	s.event(event)
	s.raw("id", id)
	s.number("quantity", int64(lots))
	if event != "expire" {
		s.text("reason", reason)
	}
	s.end()
}

// trades reports the fills of an order, and what self-trade prevention removed.
// It returns the lots that the order has left.
func (s *Session) trades(taker string, o book.Order, fills []book.Fill) (left uint32) {
	left = o.Lots
	for i := range fills {
		f := &fills[i]
		maker := s.names[f.Maker]
		if f.Gone {
			s.forget(f.Maker)
		}
		if f.Self {
			left = s.selfTrade(taker, maker.json, o, f, left)
			continue
		}
		left -= f.Lots
		s.event("trade")
		s.number("price", int64(f.Price))
		s.number("quantity", int64(f.Lots))
		s.text("side", o.Side.String())
		s.raw("maker", maker.json)
		s.raw("taker", taker)
		s.ownerField("maker_owner", f.Owner)
		s.ownerField("taker_owner", o.Owner)
		s.number("maker_left", int64(f.Left))
		s.number("taker_left", int64(left))
		s.end()
	}
	return left
}

func (s *Session) selfTrade(taker, maker string, o book.Order, f *book.Fill, left uint32) uint32 {
	event := map[bool]string{true: "cancel", false: "reduce"}
	if f.Left > 0 {
		s.gone(event[f.Gone], maker, f.Left, "self-trade")
	}
	lost := uint32(0)
	switch o.Self {
	case book.CancelNewest, book.CancelBoth:
		lost = left
	case book.Decrement:
		lost = f.Left
	}
	if lost > 0 {
		s.gone(event[lost == left], taker, lost, "self-trade")
	}
	return left - lost
}
