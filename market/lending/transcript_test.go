package lending

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"stakeout/experiments/kit/transcript"
	"stakeout/market/ledger"
)

// TestTranscripts replays testdata/*.txt. A line is a command; the lines that
// begin with "=" after it are what it prints. Commands, amounts in tokens and
// dollars, prices in dollars:
//
//	params FIELD=VALUE ...        before anything else; ratios and amounts
//	fund O CASH TOKENS            money from outside
//	price P                       the price of all later commands
//	deposit|withdraw O TOKENS     lender
//	borrow|repay O TOKENS         borrower
//	post|release O CASH           collateral
//	days N                        accrue in ticks of 13 seconds
//	check                         margin calls
//	answer PRICE                  check, seize, buy at PRICE, liquidate
//	seize|liquidate O AMOUNT      the same by hand
//	buy|sell O TOKENS CASH        a trade with the outside world
//	writeoff O                    strike a debt
//	show O ...                    accounts
//	pool                          use, rates, amounts
func TestTranscripts(t *testing.T) { transcript.Files(t, 5, replay) }

// replay returns the text with the present output after each command.
func replay(t *testing.T, text string) string {
	t.Helper()
	s := &script{t: t, world: emptyWorld(defaults(t))}
	transcript.Replay(text, &s.out, func(verb string, args []string) {
		s.run(verb, args)
		ok(t, s.verify())
	})
	ok(t, s.closing(1000))
	return s.out.String()
}

type script struct {
	*world
	t   *testing.T
	out strings.Builder
}

func (s *script) say(format string, args ...any) { fmt.Fprintf(&s.out, "= "+format+"\n", args...) }

// report prints errors; a success prints nothing.
func (s *script) report(err error) {
	if err != nil {
		s.say("refused: %v", err)
	}
}

func (s *script) number(word string) ledger.Amount {
	x, err := strconv.ParseFloat(word, 64)
	ok(s.t, err)
	if x < 0 {
		return -ledger.Amount(float64(-x*1e6) + 0.5)
	}
	return ledger.Amount(float64(x*1e6) + 0.5)
}

// owner reads a name: i for Insurance, p for the pool, 0 and up for agents.
func (s *script) owner(word string) ledger.Owner {
	switch word {
	case "i":
		return ledger.Insurance
	case "p":
		return ledger.Pool
	}
	n, err := strconv.Atoi(word)
	ok(s.t, err)
	return ledger.First + ledger.Owner(n)
}

func (s *script) run(verb string, args []string) {
	switch verb {
	case "params":
		s.world = emptyWorld(s.params(args))
	case "price":
		s.price = s.number(args[0])
	case "days":
		for range s.number(args[0]) / ledger.Unit * 86400 / 13 {
			s.tick++
			s.pool.Accrue(s.tick)
		}
	case "check":
		for _, c := range s.pool.Check(s.price, nil) {
			s.call(c)
		}
	case "answer":
		s.answer(s.number(args[0]))
	case "show":
		for _, o := range args {
			s.show(o)
		}
	case "pool":
		borrow, lend := s.pool.Rates()
		s.say("use %.4f%%, borrow %.4f%%, lend %.4f%%, supplied %s, borrowed %s, available %s",
			100*s.pool.Utilisation(), 100*borrow, 100*lend,
			money(s.pool.Supplied()), money(s.pool.Borrowed()), money(s.pool.Available()))
	case "fund":
		s.fund(s.t, s.owner(args[0]), s.number(args[1]), s.number(args[2]))
	case "buy":
		s.report(s.buy(s.owner(args[0]), s.number(args[1]), s.number(args[2])))
	case "sell":
		s.report(s.sell(s.owner(args[0]), s.number(args[1]), s.number(args[2])))
	case "writeoff":
		s.report(s.pool.WriteOff(s.owner(args[0])))
	default:
		s.operate(verb, s.owner(args[0]), s.number(args[1]))
	}
}

// operate runs the commands that take an owner and an amount.
func (s *script) operate(verb string, o ledger.Owner, a ledger.Amount) {
	switch verb {
	case "deposit":
		s.report(s.pool.Deposit(o, a))
	case "withdraw":
		s.report(s.pool.Withdraw(o, a))
	case "borrow":
		s.report(s.pool.Borrow(o, a, s.price))
	case "repay":
		repaid, err := s.pool.Repay(o, a)
		s.report(err)
		if err == nil {
			s.say("repaid %s", money(repaid))
		}
	case "post":
		s.report(s.pool.Post(o, a))
	case "release":
		s.report(s.pool.Release(o, a, s.price))
	case "seize":
		s.report(s.pool.Seize(o, a))
	case "liquidate":
		s.report(s.pool.Liquidate(o, a))
	default:
		s.t.Fatalf("no command %q", verb)
	}
}

func (s *script) params(args []string) Params {
	p := defaults(s.t)
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "cap":
			p.BorrowCap = s.number(value)
		case "small":
			p.SmallDebt = s.number(value)
		default:
			s.t.Fatalf("no parameter %q", name)
		}
	}
	return p
}

func (s *script) call(c Call) {
	s.say("call %d: buy in %s of %s, collateral $%s, margin %.4f%%", c.Owner-ledger.First, money(c.Tokens),
		money(s.pool.Debt(c.Owner)), money(c.Collateral),
		100*float64(c.Collateral)/float64(s.pool.required(s.pool.Debt(c.Owner), s.price, billion)))
}

// answer buys in every called account at a price that may be worse than the mark,
// as when many buy at once.
func (s *script) answer(price ledger.Amount) {
	for _, c := range s.pool.Check(s.price, nil) {
		s.call(c)
		bought, err := s.buyIn(c, price)
		s.report(err)
		s.say("bought %s, left: debt %s, collateral $%s", money(bought),
			money(s.pool.Debt(c.Owner)), money(s.pool.collateral(c.Owner)))
	}
}

func (s *script) show(name string) {
	o := s.owner(name)
	if o == ledger.Pool {
		s.say("pool: free %s", money(s.pool.free(o)))
		return
	}
	s.pool.Settle(o)
	s.say("%s: cash $%s, collateral $%s, tokens %s, claim %s, debt %s", name,
		money(s.ledger.Balance(o, ledger.Cash, ledger.Free)), money(s.pool.collateral(o)),
		money(s.pool.free(o)), money(s.pool.Claim(o)), money(s.pool.Debt(o)))
}

func money(a ledger.Amount) string {
	return fmt.Sprintf("%d.%06d", a/ledger.Unit, a%ledger.Unit)
}
