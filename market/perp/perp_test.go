package perp

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/transcript"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

const (
	cent   = 100 // ticks of a basis point of a dollar
	owners = int(ledger.First) + 6
	unit   = ledger.Unit
)

var names = []string{"ann", "bob", "cat", "dan", "eve", "fay"}

func defaults() Params {
	var p Params
	param.Defaults(&p)
	p.OpenInterestCap, p.TakerFeeBps = 1000*unit, 0
	return p
}

func open(p Params) (*Market, *ledger.Ledger) {
	l := ledger.New(owners, owners)
	for o := range owners {
		l.Assign(ledger.Owner(o), ledger.Row(o))
	}
	m := New(l, p, owners, 100, unit, 30_000)
	for o := int(ledger.First); o < owners; o++ {
		m.Register(ledger.Owner(o), 3)
	}
	return m, l
}

func audit(m *Market, l *ledger.Ledger) error {
	if err := m.Audit(); err != nil {
		return err
	}
	return l.Audit()
}

// TestTranscripts replays testdata/*.txt. A line is a command; the lines that
// begin with "=" after it are what it prints. Prices in dollars, amounts in
// tokens and dollars; each owner has the order slots 0 to 2:
//
//	params FIELD=VALUE ...             before anything else
//	deposit|withdraw OWNER CASH        margin; deposits come from outside
//	insurance CASH                     money for the insurance owner
//	mark PRICE                         value all positions
//	buy|sell OWNER SLOT LOTS PRICE [post|ioc]
//	cancel OWNER SLOT
//	fund                               a funding payment
//	liquidate                          margin check
//	show OWNER ...                     positions and margins
//	market                             mark, best prices, open interest, counters
func TestTranscripts(t *testing.T) { transcript.Files(t, 5, replay) }

type script struct {
	t   *testing.T
	p   Params
	m   *Market
	l   *ledger.Ledger
	out strings.Builder
}

func replay(t *testing.T, text string) string {
	t.Helper()
	s := &script{t: t, p: defaults()}
	s.m, s.l = open(s.p)
	transcript.Replay(text, &s.out, func(verb string, args []string) {
		s.run(verb, args)
		must(t, audit(s.m, s.l))
	})
	return s.out.String()
}

func (s *script) say(format string, args ...any) { fmt.Fprintf(&s.out, "= "+format+"\n", args...) }

func (s *script) refused(err error) {
	if err != nil {
		s.say("%v", err)
	}
}

func (s *script) owner(name string) ledger.Owner {
	for i, n := range names {
		if n == name {
			return ledger.First + ledger.Owner(i)
		}
	}
	s.t.Fatalf("no owner %q", name)
	return 0
}

func (s *script) number(text string) float64 {
	x, err := strconv.ParseFloat(text, 64)
	must(s.t, err)
	return x
}

func (s *script) cash(text string) ledger.Amount {
	return ledger.Amount(s.number(text)*float64(unit) + 0.5)
}

func (s *script) price(text string) uint32 { return uint32(s.number(text)*100*cent + 0.5) }

func (s *script) run(verb string, a []string) {
	switch verb {
	case "params":
		s.params(a)
	case "deposit":
		must(s.t, s.l.Post(ledger.Transfer{Amount: s.cash(a[1]), To: s.owner(a[0])}))
		s.refused(s.m.Deposit(s.owner(a[0]), s.cash(a[1])))
	case "withdraw":
		s.refused(s.m.Withdraw(s.owner(a[0]), s.cash(a[1])))
	case "insurance":
		must(s.t, s.l.Post(ledger.Transfer{Amount: s.cash(a[0]), To: ledger.Insurance}))
	case "mark":
		s.m.MarkTo(s.price(a[0]))
	case "buy", "sell":
		s.trade(verb, a)
	case "cancel":
		if !s.m.Cancel(s.owner(a[0]), uint16(s.number(a[1]))) {
			s.say("no such order")
		}
	case "fund":
		s.m.Fund()
	case "liquidate":
		s.m.Liquidate()
	case "show":
		for _, name := range a {
			s.say("%s: position %d, margin %s", name, s.m.Position(s.owner(name)), dollars(s.m.Equity(s.owner(name))))
		}
	case "market":
		s.market()
	default:
		s.t.Fatalf("no command %q", verb)
	}
}

func (s *script) params(a []string) {
	for _, x := range a {
		name, value, _ := strings.Cut(x, "=")
		field := map[string]*float64{"maker": &s.p.MakerFeeBps, "taker": &s.p.TakerFeeBps, "penalty": &s.p.Penalty}[name]
		if name == "cap" {
			s.p.OpenInterestCap = s.cash(value)
		} else {
			*field = s.number(value)
		}
	}
	s.m, s.l = open(s.p)
}

func (s *script) trade(verb string, a []string) {
	o := Order{Owner: s.owner(a[0]), Slot: uint16(s.number(a[1])), Lots: uint32(s.number(a[2])), Price: s.price(a[3])}
	if verb == "sell" {
		o.Side = book.Sell
	}
	if len(a) > 4 {
		o.Kind = map[string]book.Kind{"post": book.PostOnly, "ioc": book.ImmediateOrCancel}[a[4]]
	}
	filled, err := s.m.Submit(o)
	if s.refused(err); err == nil && filled > 0 {
		s.say("%d traded", filled)
	}
}

func (s *script) market() {
	bid, ask := s.m.Top()
	x := s.m.Stats()
	s.say("mark %.4f, bid %.4f, ask %.4f, open interest %d, room %d", float64(s.m.Mark())/1e4, float64(bid)/1e4,
		float64(ask)/1e4, s.m.OpenInterest(), s.m.Room())
	s.say("traded %d in %d, funded %s, insured %s, socialised %s, liquidated %d, deleveraged %d", x.Lots, x.Trades,
		dollars(x.Funded), dollars(x.Insured), dollars(x.Socialised), x.Liquidated, x.Deleverage)
}

func dollars(a ledger.Amount) string { return fmt.Sprintf("$%.6f", a.Units()) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// For random commands and marks, positions sum to zero, open interest stays
// within its cap, no money appears or vanishes, and a refusal changes nothing.
func TestRandomCommands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := defaults()
		p.OpenInterestCap, p.TakerFeeBps, p.MakerFeeBps = 200*unit, 5, 1
		m, l := open(p)
		for o := int(ledger.First); o < owners; o++ {
			if l.Post(ledger.Transfer{Amount: 50 * unit, To: ledger.Owner(o)}) != nil ||
				m.Deposit(ledger.Owner(o), 30*unit) != nil {
				t.Fatal("no margin")
			}
		}
		m.MarkTo(100 * cent)
		for range rapid.IntRange(1, 80).Draw(t, "commands") {
			o := ledger.Owner(rapid.IntRange(int(ledger.First), owners-1).Draw(t, "owner"))
			before := m.Hash(l.Hash(1))
			var err error
			switch rapid.IntRange(0, 9).Draw(t, "verb") {
			case 0:
				m.MarkTo(uint32(rapid.IntRange(50*cent, 200*cent).Draw(t, "mark")))
			case 1:
				m.Fund()
			case 2:
				m.Liquidate()
			case 3:
				err = m.Withdraw(o, ledger.Amount(rapid.Int64Range(-5, 60*int64(unit)).Draw(t, "cash")))
			case 4:
				m.Cancel(o, uint16(rapid.IntRange(0, 3).Draw(t, "slot")))
			default:
				near := int(m.Mark())
				_, err = m.Submit(Order{
					Owner: o, Slot: uint16(rapid.IntRange(0, 3).Draw(t, "slot")),
					Side:  book.Side(rapid.IntRange(0, 1).Draw(t, "side")),
					Kind:  book.Kind(rapid.IntRange(0, int(book.Kinds)).Draw(t, "kind")),
					Lots:  uint32(rapid.IntRange(0, 150).Draw(t, "lots")),
					Price: uint32(rapid.IntRange(near*93/100, near*107/100).Draw(t, "price")),
				})
			}
			if err != nil && m.Hash(l.Hash(1)) != before {
				t.Fatalf("refused with %v, yet something changed", err)
			}
			if err := audit(m, l); err != nil {
				t.Fatal(err)
			}
		}
		k := ledger.New(owners, owners)
		k.CopyFrom(l)
		c := New(k, p, owners, 100, unit, 30_000)
		if c.CopyFrom(m); c.Hash(k.Hash(1)) != m.Hash(l.Hash(1)) || audit(c, k) != nil {
			t.Fatal("a copy differs")
		}
	})
}

// A market with a cap of zero is closed and leaves the state hash unchanged.
func TestClosed(t *testing.T) {
	p := defaults()
	p.OpenInterestCap = 0
	m, l := open(p)
	must(t, l.Post(ledger.Transfer{Amount: unit, To: ledger.First}))
	must(t, m.Deposit(ledger.First, unit))
	m.MarkTo(cent)
	if _, err := m.Submit(Order{Owner: ledger.First, Price: cent, Lots: 1}); !errors.Is(err, ErrClosed) || m.Hash(7) != 7 {
		t.Errorf("%v, hash %d", err, m.Hash(7))
	}
}

// Longs gain what shorts lose, to the micro-dollar, on any path of the mark.
func TestGainsAreLosses(t *testing.T) {
	m, l := open(defaults())
	ann, bob := ledger.First, ledger.First+1
	for _, o := range []ledger.Owner{ann, bob} {
		must(t, l.Post(ledger.Transfer{Amount: 1000 * unit, To: o}))
		must(t, m.Deposit(o, 1000*unit))
	}
	m.MarkTo(100 * cent)
	_, err := m.Submit(Order{Owner: ann, Price: 101 * cent, Lots: 100, Side: book.Sell})
	must(t, err)
	_, err = m.Submit(Order{Owner: bob, Price: 101 * cent, Lots: 100})
	must(t, err)
	for _, mark := range []uint32{9000, 13333, 7777, 12000} {
		m.MarkTo(mark)
	}
	// Sold at 1.01, marked at 1.20: 19 cents a lot.
	if m.Equity(ann) != 981*unit || m.Equity(bob) != 1019*unit {
		t.Errorf("ann has %d, bob %d", m.Equity(ann), m.Equity(bob))
	}
	must(t, audit(m, l))
}
