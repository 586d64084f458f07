package book

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stakeout/experiments/kit/transcript"
	"stakeout/market/ledger"
)

// TestTranscripts replays testdata/*.txt, the specification of the book by cases.
// A case begins with its name behind "--" and has a new book of prices below
// 1000. Each line is a command. The lines after it that begin with "=" are the
// answer of the book; lines that begin with "#" explain. Orders are named a, b, c
// … in the order in which they arrive:
//
//	OWNER buys|sells LOTS [@ PRICE] [WORDS]
//	amend ORDER LOTS @ PRICE
//	cancel ORDER
//	cancel-all [OWNER]
//	clock TICK
//	phase continuous|call|halted [REFERENCE]
//	band LOW HIGH
//	min-size LOTS
//	indicate [REFERENCE]
//	restore            go on with a book restored from a snapshot
//	replay             go on with a book replayed from the journal
//	book               what rests and waits
//
// The words of an order are market, ioc, fok, post-only, until=TICK,
// stop=TRIGGER, show=LOTS, min=LOTS, budget=AMOUNT and
// self=newest|both|decrement; side=N, kind=N and policy=N give numbers that have
// no word. The book is checked after every command, and every case ends with
// book, restore and replay.
func TestTranscripts(t *testing.T) {
	cases := 0
	transcript.Files(t, 10, func(t *testing.T, text string) string {
		got, n := replay(t, text)
		cases += n
		return got
	})
	if cases < 300 {
		t.Errorf("only %d cases", cases)
	}
}

// replay returns the text with the present answers of the book, and counts the
// cases.
func replay(t *testing.T, text string) (string, int) {
	t.Helper()
	s, cases := &script{t: t}, 0
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "=":
			continue
		case words[0] == "#":
			s.out.WriteString(line + "\n")
			continue
		case words[0] == "--":
			s.close()
			if s.book != nil {
				s.out.WriteString("\n")
			}
			cases++
			s.book, s.journal, s.ids, s.last = New(1000), nil, nil, ""
		}
		s.out.WriteString(line + "\n")
		if words[0] != "--" {
			s.run(words)
			if err := s.book.Check(); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
	}
	s.close()
	return s.out.String(), cases
}

type script struct {
	t       *testing.T
	book    *Book
	journal []byte
	ids     []OrderID // by letter; 0 when gone
	r       Reaction
	out     strings.Builder
	last    string
}

func (s *script) say(format string, args ...any) { fmt.Fprintf(&s.out, "= "+format+"\n", args...) }

// close ends a case.
func (s *script) close() {
	if s.book == nil {
		return
	}
	if s.last != "book" {
		s.state()
	}
	s.run([]string{"restore"})
	s.run([]string{"replay"})
}

var owners = map[string]ledger.Owner{"ann": ann, "ben": ben, "cat": cat, "dan": cat + 1}

func (s *script) number(word string) uint32 {
	n, err := strconv.ParseUint(word, 10, 32)
	if err != nil {
		s.t.Fatal(err)
	}
	return uint32(n)
}

func (s *script) letter(id OrderID) string {
	if i := slices.Index(s.ids, id); i >= 0 {
		return string(rune('a' + i))
	}
	return "?"
}

func (s *script) run(words []string) {
	s.last = words[0]
	num := func(i int) uint32 {
		if i >= len(words) {
			return 0
		}
		return s.number(words[i])
	}
	order := func() OrderID { return s.ids[words[1][0]-'a'] }
	switch words[0] {
	case "amend":
		s.do(Command{Op: OpAmend, ID: order(), Lots: num(2), Price: num(4)}, int(words[1][0]-'a'))
	case "cancel":
		s.do(Command{Op: OpCancel, ID: order()}, int(words[1][0]-'a'))
	case "cancel-all":
		c := Command{Op: OpCancelAll, All: len(words) == 1}
		if !c.All {
			c.Order.Owner = owners[words[1]]
		}
		s.do(c, -1)
	case "clock":
		s.do(Command{Op: OpExpire, Tick: num(1)}, -1)
	case "phase":
		p := slices.Index([]string{"continuous", "call", "halted", "unknown"}, words[1])
		s.do(Command{Op: OpPhase, Phase: Phase(p), Price: num(2)}, -1)
	case "band":
		s.do(Command{Op: OpBand, Low: num(1), High: num(2)}, -1)
	case "min-size":
		s.do(Command{Op: OpMinLots, Lots: num(1)}, -1)
	case "indicate":
		a := s.book.Indicative(num(1))
		s.say("indicates %d @ %d, surplus %d", a.Lots, a.Price, a.Surplus)
	case "restore":
		s.restore()
	case "replay":
		b := New(1000)
		if err := b.Replay(s.journal); err != nil || b.Hash(1) != s.book.Hash(1) {
			s.t.Fatalf("the journal leads elsewhere: %v", err)
		}
		s.book = b
	case "book":
		s.state()
	default:
		s.order(words)
	}
}

func (s *script) restore() {
	shot := s.book.AppendSnapshot(nil)
	b, err := Restore(shot)
	if err != nil || b.Hash(1) != s.book.Hash(1) || !bytes.Equal(b.AppendSnapshot(nil), shot) {
		s.t.Fatalf("another book was restored: %v", err)
	}
	s.book = b
}

// order reads OWNER buys|sells LOTS [@ PRICE] [WORDS].
func (s *script) order(words []string) {
	c := Command{Order: Order{Owner: owners[words[0]], Lots: s.number(words[2])}}
	o, t := &c.Order, &c.Terms
	if o.Owner == 0 || (words[1] != "buys" && words[1] != "sells") {
		s.t.Fatalf("no command: %q", words)
	}
	o.Side = Side(slices.Index([]string{"buys", "sells"}, words[1]))
	for i, w := range words[3:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "@":
			o.Price = s.number(words[i+4])
		case "market":
			o.Kind = Market
		case "ioc":
			o.Kind = ImmediateOrCancel
		case "fok":
			o.Kind = FillOrKill
		case "post-only":
			o.Kind = PostOnly
		case "self":
			o.Self = SelfTrade(slices.Index([]string{"oldest", "newest", "both", "decrement"}, value))
		case "budget":
			o.Budget = uint64(s.number(value))
		case "side":
			o.Side = Side(s.number(value))
		case "kind":
			o.Kind = Kind(s.number(value))
		case "policy":
			o.Self = SelfTrade(s.number(value))
		default:
			if at := map[string]*uint32{"until": &o.Expiry, "stop": &t.Trigger, "show": &t.Display,
				"min": &t.MinLots}[key]; at != nil {
				*at = s.number(value)
			}
		}
	}
	s.ids = append(s.ids, 0)
	s.do(c, len(s.ids)-1)
}

// do executes a command on order number which, or on none if which is negative,
// and prints the reaction.
func (s *script) do(c Command, which int) {
	s.journal = AppendCommand(s.journal, &c)
	s.book.Do(&c, &s.r)
	r := &s.r
	if r.Code != Accepted {
		s.say("refused: %d %v", r.Code, r.Code)
		return
	}
	name := "?"
	if which >= 0 {
		name = string(rune('a' + which))
	}
	s.fills(name, r.Fills[:r.Own])
	switch c.Op {
	case OpEnter, OpAmend:
		s.ids[which] = r.ID
		s.rests(name, r.ID)
	case OpCancel:
		s.say("%s is gone, %d @ %d", name, r.Was.Lots, r.Was.Price)
		s.ids[which] = 0
	}
	for _, x := range r.Removed {
		s.drop(x)
	}
	s.auction()
	from := r.Own
	for _, f := range r.Fired {
		name := s.letter(f.Was)
		i := slices.Index(s.ids, f.Was)
		s.ids[i] = 0
		if f.Code != Accepted {
			s.say("%s fires and is refused: %d %v", name, f.Code, f.Code)
			continue
		}
		s.say("%s fires", name)
		s.fills(name, r.Fills[from:f.Fills])
		from = f.Fills
		s.ids[i] = f.ID
		s.rests(name, f.ID)
	}
}

func (s *script) drop(x Resting) {
	s.say("%s is gone, %d @ %d", s.letter(x.ID), x.Lots, x.Price)
	s.ids[slices.Index(s.ids, x.ID)] = 0
}

func (s *script) fills(taker string, fills []Fill) {
	for _, f := range fills {
		maker := s.letter(f.Maker)
		switch {
		case !f.Self:
			s.say("%s trades %d @ %d with %s, which has %d left", taker, f.Lots, f.Price, maker, f.Left)
		case f.Gone:
			s.say("%s meets its own %s, which goes with %d", taker, maker, f.Left)
		default:
			s.say("%s meets its own %s, which loses %d", taker, maker, f.Left)
		}
		if f.Gone {
			s.ids[slices.Index(s.ids, f.Maker)] = 0
		}
	}
}

func (s *script) rests(name string, id OrderID) {
	x, ok := s.book.Describe(id)
	switch {
	case !ok && len(s.r.Fired) > 0 && id != 0:
		s.say("%s rests", name)
	case !ok:
		s.say("%s does not rest", name)
	case x.Stop:
		s.say("%s waits, %d", name, x.Lots)
	case x.Hidden > 0:
		s.say("%s rests, %d of which %d are hidden", name, x.Lots, x.Hidden)
	default:
		s.say("%s rests, %d", name, x.Lots)
	}
}

func (s *script) auction() {
	a := &s.r.Auction
	if a.Price != 0 {
		s.say("opens %d @ %d, surplus %d", a.Lots, a.Price, a.Surplus)
	}
	for _, m := range a.Matches {
		x, y := m.Sides[Buy], m.Sides[Sell]
		s.say("%s buys %d from %s, left %d and %d", s.letter(x.ID), m.Lots, s.letter(y.ID), x.Left, y.Left)
		for _, p := range m.Sides {
			if p.Gone {
				s.ids[slices.Index(s.ids, p.ID)] = 0
			}
		}
	}
	for _, x := range a.Dropped {
		s.drop(x)
	}
}

// state prints the resting orders by priority and the waiting ones.
func (s *script) state() {
	var parts []string
	for side := Buy; side <= Sell; side++ {
		for _, x := range s.book.Orders(side, nil) {
			parts = append(parts, fmt.Sprintf("%s %s", [2]string{"bid", "ask"}[side], s.shown(x)))
		}
	}
	for _, x := range s.book.Waiting(nil) {
		parts = append(parts, fmt.Sprintf("%s %s %s", map[bool]string{true: "stop", false: "parked"}[x.Stop], x.Side,
			s.shown(x)))
	}
	if len(parts) == 0 {
		parts = []string{"nothing"}
	}
	s.say("book: %s", strings.Join(parts, ", "))
}

func (s *script) shown(x Resting) string {
	out := fmt.Sprintf("%s %d", s.letter(x.ID), x.Lots-x.Hidden)
	if x.Hidden > 0 {
		out += fmt.Sprintf("+%d", x.Hidden)
	}
	return out + fmt.Sprintf(" @ %d", x.Price)
}
