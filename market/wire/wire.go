// Package wire speaks to an order book in lines of JSON: one command a line in,
// one event a line out. It is the protocol of `stakeout book`, for teaching, for
// programs in other languages and for conformance suites.
//
// Prices are whole ticks from 1 to 16,777,215, quantities whole lots from 1 to
// 4,294,967,295. The user decides what a tick and a lot are worth. Funds are not
// checked.
//
// # Commands
//
// Every line is an object with a field "op"; Help lists the operations and
// their fields.
//
// # Events
//
// Every event has the number of the line that caused it. A refused command has
// one event, reject, with the stable code of package book or DuplicateID. A line
// that is not a command has one event, error. Neither changes anything. For every
// other command, accept, amend, cancel, phase and so on come first, and then the
// consequences in the order in which they happened: trades at the maker's price,
// cancels with their reason, stops that trigger, and expiries.
//
// Assumption: the client sends lines of finite length and does not exhaust
// memory; the session keeps a name for every live order and every owner.
package wire

import (
	"strconv"

	"stakeout/market/book"
	"stakeout/market/ledger"
)

// DuplicateID is the reject code of a new order whose id is in use.
const DuplicateID = 64

// Session is one book and the names of its orders and owners.
type Session struct {
	book     *book.Book
	line     int
	orders   map[string]book.OrderID // by the text of the id
	names    []name                  // by place in the book
	owners   map[string]ledger.Owner
	called   []string     // owners by number, as JSON
	nameless ledger.Owner // number of the latest owner without a name; they count down
	next     uint64       // id of the next order without one
	reaction book.Reaction
	out      []byte
}

// name is the id that the client gave to an order.
type name struct {
	key  string // the text of the id
	json string // as it was written
}

// New returns a session on an empty book.
func New() *Session {
	return &Session{book: book.New(book.MaxPrice), orders: map[string]book.OrderID{}, owners: map[string]ledger.Owner{},
		nameless: ^ledger.Owner(0), next: 1}
}

// Line executes the next line and returns the events, one a line. They are valid
// until the next call. An empty line has no event.
func (s *Session) Line(line []byte) []byte {
	s.line++
	s.out = s.out[:0]
	c, err := parse(line)
	switch {
	case err == errEmpty:
	case err != nil:
		s.complain(err)
	default:
		s.execute(c)
	}
	return s.out
}

func (s *Session) execute(c *command) {
	if c.op == "book" {
		s.showBook(c)
		return
	}
	b := book.Command{}
	var n name
	switch c.op {
	case "new":
		n = s.nameOf(c)
		if _, used := s.orders[n.key]; used {
			s.refuse(n.json, DuplicateID, "duplicate id")
			return
		}
		b = book.Command{Op: book.OpEnter, Order: c.order(s.owner(c)), Terms: book.Terms{Trigger: c.number["trigger"],
			Display: c.number["display"], MinLots: c.number["min"]}}
	case "amend", "cancel":
		n = name{c.text["id"], c.raw["id"]}
		id := s.orders[n.key]
		b = book.Command{Op: book.OpCancel, ID: id}
		if c.op == "amend" {
			b = s.amendment(c, id)
		}
	case "cancel-all":
		b = book.Command{Op: book.OpCancelAll, All: !c.has("owner")}
		if c.has("owner") {
			b.Order.Owner = s.owner(c)
		}
	case "clock":
		b = book.Command{Op: book.OpExpire, Tick: c.number["tick"]}
	case "phase":
		b = book.Command{Op: book.OpPhase, Phase: book.Phase(index(phases, c.text["phase"])), Price: c.number["reference"]}
	case "band":
		b = book.Command{Op: book.OpBand, Low: c.number["low"], High: c.number["high"]}
	case "min-size":
		b = book.Command{Op: book.OpMinLots, Lots: c.number["quantity"]}
	}
	was, _ := s.book.Describe(b.ID)
	s.book.Do(&b, &s.reaction)
	s.report(c, &b, n, was)
}

// amendment keeps the old price or quantity where the command gives none.
func (s *Session) amendment(c *command, id book.OrderID) book.Command {
	b := book.Command{Op: book.OpAmend, ID: id, Price: c.number["price"], Lots: c.number["quantity"]}
	was, _ := s.book.Get(id)
	if !c.has("price") {
		b.Price = max(was.Price, 1) // a market order may have the price 0, which is ignored
	}
	if !c.has("quantity") {
		b.Lots = was.Lots
	}
	return b
}

// nameOf is the id of a new order. Without one it is a number above all numeric
// ids so far.
func (s *Session) nameOf(c *command) name {
	if c.has("id") {
		return name{c.text["id"], c.raw["id"]}
	}
	n := strconv.FormatUint(s.next, 10)
	return name{n, n}
}

// owner is the number of a command's owner. Without a name, each command gets
// another number, so that its order never meets an order of the same owner.
func (s *Session) owner(c *command) ledger.Owner {
	if !c.has("owner") {
		s.nameless--
		return s.nameless
	}
	o, known := s.owners[c.text["owner"]]
	if !known {
		o = ledger.Owner(len(s.called))
		s.owners[c.text["owner"]] = o
		s.called = append(s.called, c.raw["owner"])
	}
	return o
}

// order translates a new order. A type and a time in force of the same name mean
// the same. A market order that must trade completely is a FillOrKill at the
// worst price.
func (c *command) order(o ledger.Owner) book.Order {
	out := book.Order{Owner: o, Price: c.number["price"], Lots: c.number["quantity"], Expiry: c.number["expiry"],
		Side: book.Side(index(sides, c.text["side"])), Self: book.SelfTrade(index(policies, c.text["stp"]))}
	kind := c.text["type"]
	switch tif := c.text["tif"]; {
	case kind == "market" || kind == "stop":
		out.Kind = book.Market
		if tif == "fok" {
			out.Kind, out.Price = book.FillOrKill, 1
			if out.Side == book.Buy {
				out.Price = book.MaxPrice - 1
			}
		}
	case kind == "post-only":
		out.Kind = book.PostOnly
	case kind == "ioc" || tif == "ioc":
		out.Kind = book.ImmediateOrCancel
	case kind == "fok" || tif == "fok":
		out.Kind = book.FillOrKill
	}
	return out
}
