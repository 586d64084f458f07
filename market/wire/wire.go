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
// A session keeps a name for every live order and every owner. MaxLine, MaxName and
// MaxNames bound its memory.
package wire

import (
	"bytes"
	"math"
	"slices"
	"strconv"

	"stakeout/market/book"
	"stakeout/market/ledger"
)

// The reject codes of the session. They follow those of package book.
const (
	DuplicateID   = 64 + iota // a new order whose id is in use
	ClockBackward             // a clock earlier than the last one
	TooManyNames              // a new order or owner beyond MaxNames
)

// reasons are the texts of the codes from DuplicateID on.
var reasons = [...]string{"duplicate id", "clock runs backwards", "too many names"}

// The limits of a session: bytes in a line, bytes in an id or owner as it is
// written, and orders that live at a time, which is also the number of owners.
const (
	MaxLine  = 1 << 16
	MaxName  = 1 << 8
	MaxNames = 1 << 20
)

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
	low      uint64       // where the search for a free id begins, once next is out of range
	tick     uint32       // of the clock
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
		nameless: ^ledger.Owner(0), next: 1, low: 1}
}

// Line executes the next line and returns the events, one a line. They are valid
// until the next call. An empty line has no event.
func (s *Session) Line(line []byte) []byte {
	if s.line++; s.line == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff")) // the byte-order mark of a file from Windows
	}
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
	code := 0
	switch c.op {
	case "new":
		n = s.nameOf(c)
		b = book.Command{Op: book.OpEnter, Order: c.order(s.owner(c)), Terms: book.Terms{Trigger: c.number["trigger"],
			Display: c.number["display"], MinLots: c.number["min"]}}
		code = s.testNew(c, &b, n)
	case "amend", "cancel":
		n = name{c.text["id"], c.raw["id"]}
		b = book.Command{Op: book.OpCancel, ID: s.orders[n.key]}
		if c.op == "amend" {
			b = s.amendment(c, b.ID)
		}
	case "cancel-all":
		b = book.Command{Op: book.OpCancelAll, All: !c.has("owner")}
		if o, known := s.owners[c.text["owner"]]; known {
			b.Order.Owner = o
		} else {
			b.Order.Owner = s.nameless - 1 // nobody
		}
	case "clock":
		b = book.Command{Op: book.OpExpire, Tick: c.number["tick"]}
		if b.Tick < s.tick {
			code = ClockBackward
		}
		s.tick = max(s.tick, b.Tick)
	case "phase":
		b = book.Command{Op: book.OpPhase, Phase: book.Phase(index(phases, c.text["phase"])), Price: c.number["reference"]}
	case "band":
		b = book.Command{Op: book.OpBand, Low: c.number["low"], High: c.number["high"]}
	case "min-size":
		b = book.Command{Op: book.OpMinLots, Lots: c.number["quantity"]}
	}
	if code != 0 {
		s.refuse(n.json, code, reason(code))
		return
	}
	was := s.before(b.ID)
	s.book.Do(&b, &s.reaction)
	s.report(c, &b, n, was)
}

// testNew returns the lowest code that a new order breaks, 0 for none. To the book
// 0 means no expiry and no trigger; a client that sends it means the tick or the
// price 0, which the book would refuse.
func (s *Session) testNew(c *command, b *book.Command, n name) int {
	terms := b.Terms
	var broken []int
	if isStop(c.text["type"]) && terms.Trigger == 0 {
		terms.Trigger = book.MaxPrice // refused too
	}
	if code := s.book.TestTerms(&b.Order, &terms); code != book.Accepted {
		broken = append(broken, int(code))
	}
	if c.has("expiry") && b.Order.Expiry == 0 {
		broken = append(broken, int(book.BadExpiry))
	}
	if _, used := s.orders[n.key]; used {
		broken = append(broken, DuplicateID)
	}
	_, known := s.owners[c.text["owner"]]
	if len(s.orders) >= MaxNames || c.has("owner") && !known {
		broken = append(broken, TooManyNames)
	}
	if len(broken) == 0 {
		return 0
	}
	return slices.Min(broken)
}

func reason(code int) string {
	if code >= DuplicateID {
		return reasons[code-DuplicateID]
	}
	return book.Reject(code).String()
}

// before is an order as it was before a command.
type before struct {
	book.Resting
	kind    book.Kind
	trigger uint32 // of a stop, otherwise 0
}

func (s *Session) before(id book.OrderID) (was before) {
	was.Resting, _ = s.book.Describe(id)
	kind, terms, _ := s.book.Conditions(id)
	was.kind, was.trigger = kind, terms.Trigger
	return was
}

// amendment keeps the old price, quantity and trigger where the command gives
// none.
func (s *Session) amendment(c *command, id book.OrderID) book.Command {
	b := book.Command{Op: book.OpAmend, ID: id, Price: c.number["price"], Lots: c.number["quantity"]}
	was := s.before(id)
	if !c.has("price") || was.kind == book.Market {
		b.Price = max(was.Price, 1) // a market order may have the price 0, which is ignored
	}
	if !c.has("quantity") {
		b.Lots = was.Lots
	}
	b.Terms.Trigger = was.trigger
	if c.has("trigger") {
		if b.Terms.Trigger = c.number["trigger"]; b.Terms.Trigger == 0 {
			b.Terms.Trigger = book.MaxPrice // refused as no price, while 0 would mean no stop
		}
	}
	return b
}

// nameOf is the id of a new order. Without one it is a number above all numeric
// ids so far, or from the end of the 64-bit range on the lowest free one.
func (s *Session) nameOf(c *command) name {
	if c.has("id") {
		return name{c.text["id"], c.raw["id"]}
	}
	n := strconv.FormatUint(s.next, 10)
	for s.next > math.MaxInt64 {
		n = strconv.FormatUint(s.low, 10)
		if _, used := s.orders[n]; !used {
			break
		}
		s.low++
	}
	return name{n, n}
}

// owner is the number of a command's owner. Without a name, each command gets
// another number, so that its order never meets an order of the same owner.
// Beyond MaxNames a new name gets none, and testNew refuses the order.
func (s *Session) owner(c *command) ledger.Owner {
	if !c.has("owner") {
		s.nameless--
		return s.nameless
	}
	o, known := s.owners[c.text["owner"]]
	if !known && len(s.called) < MaxNames {
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
		out.Kind, out.Price = book.Market, 0 // the price means nothing and is not shown later
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
