package lending

import (
	"fmt"
	"reflect"
	"strconv"
	"testing"

	"stakeout/market/ledger"
)

const usd = ledger.Unit // one dollar and one token are both a million units

// defaults reads the default values from the tags of Params, as the configuration
// does, so that the tests use the same values as a user.
func defaults(tb testing.TB) Params {
	tb.Helper()
	var p Params
	v := reflect.ValueOf(&p).Elem()
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		x, err := strconv.ParseFloat(tag.Get("default"), 64)
		if err != nil {
			tb.Fatalf("%s: %v", v.Type().Field(i).Name, err)
		}
		if s := tag.Get("scale"); s != "" {
			k, err := strconv.ParseFloat(s, 64)
			if err != nil {
				tb.Fatal(err)
			}
			x *= k
		}
		if f := v.Field(i); f.CanFloat() {
			f.SetFloat(x)
		} else {
			f.SetInt(int64(x))
		}
	}
	return p
}

// world is a ledger with a pool and a price.
type world struct {
	ledger *ledger.Ledger
	pool   *Pool
	price  ledger.Amount
	tick   uint32
	calls  []Call
}

const testOwners = int(ledger.First) + 12

// newWorld gives every agent and Insurance cash and tokens in micro-units.
func newWorld(tb testing.TB, p Params, cash, tokens ledger.Amount) *world {
	tb.Helper()
	w := emptyWorld(p)
	for o := ledger.First; int(o) < testOwners; o++ {
		w.fund(tb, o, cash, tokens)
	}
	return w
}

func emptyWorld(p Params) *world {
	l := ledger.New(testOwners, testOwners) // a row for each owner
	for o := ledger.Owner(0); int(o) < testOwners; o++ {
		l.Assign(o, ledger.Row(o))
	}
	return &world{ledger: l, pool: New(l, p, testOwners, 13), price: usd}
}

func (w *world) fund(tb testing.TB, o ledger.Owner, cash, tokens ledger.Amount) {
	tb.Helper()
	for _, t := range []ledger.Transfer{
		{Amount: cash, Asset: ledger.Cash, From: ledger.Outside, To: o},
		{Amount: tokens, Asset: ledger.Token, From: ledger.Outside, To: o},
	} {
		if err := w.ledger.Post(t); err != nil {
			tb.Fatal(err)
		}
	}
}

// buy trades cash of an owner for tokens of the outside world.
func (w *world) buy(o ledger.Owner, tokens, cash ledger.Amount) error {
	if err := w.ledger.Post(ledger.Transfer{
		Amount: cash, Asset: ledger.Cash, From: o, To: ledger.Outside, Reason: ledger.Trade,
	}); err != nil {
		return err
	}
	return w.ledger.Post(ledger.Transfer{
		Amount: tokens, Asset: ledger.Token, From: ledger.Outside, To: o, Reason: ledger.Trade,
	})
}

// sell trades tokens of an owner for cash of the outside world.
func (w *world) sell(o ledger.Owner, tokens, cash ledger.Amount) error {
	if err := w.ledger.Post(ledger.Transfer{
		Amount: tokens, Asset: ledger.Token, From: o, To: ledger.Outside, Reason: ledger.Trade,
	}); err != nil {
		return err
	}
	return w.ledger.Post(ledger.Transfer{
		Amount: cash, Asset: ledger.Cash, From: ledger.Outside, To: o, Reason: ledger.Trade,
	})
}

// buyIn handles a call as the simulation does: it seizes, buys at a price as far
// as the collateral goes, liquidates, and returns the tokens bought.
func (w *world) buyIn(c Call, price ledger.Amount) (ledger.Amount, error) {
	cash := min(scale(c.Tokens, price, ledger.Unit, ledger.Up), w.pool.collateral(c.Owner))
	if cash > 0 {
		if err := w.pool.Seize(c.Owner, cash); err != nil {
			return 0, err
		}
	}
	tokens := min(scale(cash, ledger.Unit, price, ledger.Down), c.Tokens)
	if err := w.buy(c.Owner, tokens, cash); err != nil {
		return 0, err
	}
	return tokens, w.pool.Liquidate(c.Owner, tokens)
}

const operations = 16

// apply does one operation. The amount is in micro-units and may be illegal.
func (w *world) apply(op byte, o ledger.Owner, a ledger.Amount) error {
	switch op % operations {
	case 0, 1:
		return w.pool.Deposit(o, a)
	case 2:
		return w.pool.Withdraw(o, a)
	case 3, 4, 5:
		return w.pool.Borrow(o, a, w.price)
	case 6:
		_, err := w.pool.Repay(o, a)
		return err
	case 7:
		return w.pool.Post(o, a)
	case 8:
		return w.pool.Release(o, a, w.price)
	case 9:
		w.tick += uint32(a) & 0xffff
		w.pool.Accrue(w.tick)
	case 10:
		w.pool.Settle(o)
	case 11:
		w.price = max(min(scale(w.price, 500+a&1023, 1000, ledger.Up), 100*usd), usd/100)
		w.calls = w.pool.Check(w.price, w.calls[:0])
	case 12:
		return w.pool.Seize(o, a)
	case 13:
		return w.pool.Liquidate(o, a)
	case 14:
		return w.pool.WriteOff(o)
	case 15:
		return w.answerCalls(a&1 == 0)
	}
	return nil
}

// answerCalls buys in every account that the latest check called, with slippage,
// and writes off the accounts that have nothing left.
func (w *world) answerCalls(slip bool) error {
	w.calls = w.pool.Check(w.price, w.calls[:0])
	for _, c := range w.calls {
		price := w.price
		if slip {
			price += price / 10
		}
		if _, err := w.buyIn(c, price); err != nil {
			return err
		}
		if err := w.pool.WriteOff(c.Owner); err != nil && err != ErrSecured && err != ErrDebt {
			return err
		}
	}
	return nil
}

// verify checks the books of the ledger and of the pool.
func (w *world) verify() error {
	if err := w.ledger.Audit(); err != nil {
		return err
	}
	return w.pool.Audit()
}

// closing settles all owners and checks the remainder in the pool: between zero
// and dust micro-tokens.
func (w *world) closing(dust ledger.Amount) error {
	w.pool.SettleAll()
	for o := ledger.First; int(o) < testOwners; o++ {
		want := w.pool.Claim(o) - w.pool.Debt(o)
		if got := w.ledger.Balance(o, ledger.Token, ledger.Loan); got != want {
			return fmt.Errorf("owner %d has %d in Loan, claim less debt is %d", o, got, want)
		}
	}
	if own := w.ledger.Total(ledger.Pool, ledger.Token); own < 0 || own > dust {
		return fmt.Errorf("the pool owns %d micro-tokens, want 0 to %d", own, dust)
	}
	return w.verify()
}

// sweepDust bounds what the pool can hold just after Accrue has moved remainders
// to Insurance: less than a share, and the rounding of each account.
func (p *Pool) sweepDust() ledger.Amount {
	return p.lendIndex/indexUnit + 1 + 2*ledger.Amount(testOwners)
}

func ok(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
