package lending

import (
	"errors"
	"math"
	"reflect"
	"strconv"
	"testing"

	"stakeout/market/ledger"
)

func TestDefaultsAreInRangeAndValid(t *testing.T) {
	p := defaults(t)
	ok(t, p.Validate())
	v := reflect.TypeOf(p)
	for i := range v.NumField() {
		f := v.Field(i)
		var x [3]float64
		for j, name := range []string{"min", "default", "max"} {
			var err error
			if x[j], err = strconv.ParseFloat(f.Tag.Get(name), 64); err != nil {
				t.Errorf("%s: %s: %v", f.Name, name, err)
			}
		}
		if x[0] > x[1] || x[1] > x[2] {
			t.Errorf("%s: default %v outside %v to %v", f.Name, x[1], x[0], x[2])
		}
		for _, name := range []string{"key", "unit", "source", "doc"} {
			if f.Tag.Get(name) == "" {
				t.Errorf("%s has no %s", f.Name, name)
			}
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Params){
		"kink 0":      func(p *Params) { p.Kink = 0 },
		"kink 1":      func(p *Params) { p.Kink = 1 },
		"kink NaN":    func(p *Params) { p.Kink = math.NaN() },
		"falling":     func(p *Params) { p.BaseRate = 0.08 },
		"initial":     func(p *Params) { p.InitialMargin = 1.1 },
		"full close":  func(p *Params) { p.FullCloseMargin = 1.3 },
		"uncovered":   func(p *Params) { p.FullCloseMargin = 0.9 },
		"reserve":     func(p *Params) { p.ReserveFactor = 1.1 },
		"close never": func(p *Params) { p.CloseFactor = 0 },
	} {
		p := defaults(t)
		spoil(&p)
		if p.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// The kinked curve: 0 % idle, 7 % at 45 % use, 300 % more at full use.
func TestKinkedCurveIsExact(t *testing.T) {
	for _, c := range []struct{ lent, borrow, lend float64 }{
		{0, 0, 0},
		{0.225, 0.035, 0.035 * 0.225 * 0.8},
		{0.45, 0.07, 0.07 * 0.45 * 0.8},
		{0.725, 1.57, 1.57 * 0.725 * 0.8},
		{1, 3.07, 3.07 * 0.8},
	} {
		w := newWorld(t, defaults(t), 1000*usd, 100*usd)
		lender, borrower := ledger.First, ledger.First+1
		ok(t, w.pool.Deposit(lender, 100*usd))
		if c.lent > 0 {
			ok(t, w.pool.Borrow(borrower, ledger.Amount(c.lent*100)*usd+ledger.Amount(c.lent*1000)%10*usd/10, usd))
		}
		borrow, lend := w.pool.Rates()
		if borrow != c.borrow || math.Abs(lend-c.lend) > 1e-9 {
			t.Errorf("at %v: borrow %v, lend %v, want %v and %v", w.pool.Utilisation(), borrow, lend, c.borrow, c.lend)
		}
		if got := w.pool.Utilisation(); got != c.lent {
			t.Errorf("utilisation %v, want %v", got, c.lent)
		}
	}
}

// In a squeeze, a new lender must not be promised the rate before its deposit.
func TestLendRateFallsWithOwnSupply(t *testing.T) {
	w := newWorld(t, defaults(t), 1000*usd, 1000*usd)
	ok(t, w.pool.Deposit(ledger.First, 100*usd))
	ok(t, w.pool.Borrow(ledger.First+1, 100*usd, usd))
	_, now := w.pool.Rates()
	if got := w.pool.LendRateIf(0); got != now {
		t.Errorf("nothing extra: %v, want %v", got, now)
	}
	last := now
	for extra := ledger.Amount(10 * usd); extra <= 1000*usd; extra += 10 * usd {
		got := w.pool.LendRateIf(extra)
		if got >= last {
			t.Fatalf("with %d extra the rate is %v, not below %v", extra, got, last)
		}
		last = got
	}
	promised := w.pool.LendRateIf(50 * usd)
	ok(t, w.pool.Deposit(ledger.First+2, 50*usd))
	if _, got := w.pool.Rates(); got != promised {
		t.Errorf("after the deposit the rate is %v, promised %v", got, promised)
	}
	if got := w.pool.LendRateIf(-10_000 * usd); got != now {
		t.Errorf("a supply below the debt is full use: %v, want %v", got, now)
	}
	if empty := emptyWorld(defaults(t)); empty.pool.LendRateIf(-usd) != 0 {
		t.Error("an empty pool pays")
	}
}

// A borrower can never borrow more than the free tokens or the room under the
// cap, and Available is exactly this bound.
func TestAvailableIsTheBound(t *testing.T) {
	for _, c := range []struct {
		supplied, cap ledger.Amount
		want          error
	}{
		{1000 * usd, 300 * usd, ErrCap},
		{300 * usd, 1000 * usd, ErrLiquidity},
		{1000 * usd, 0, ErrCap},
		{0, 1000 * usd, ErrLiquidity},
	} {
		p := defaults(t)
		p.BorrowCap = c.cap
		w := newWorld(t, p, 1e6*usd, 1000*usd)
		if c.supplied > 0 {
			ok(t, w.pool.Deposit(ledger.First, c.supplied))
		}
		for i := range ledger.Owner(8) {
			o := ledger.First + 1 + i
			room := w.pool.Available()
			if err := w.pool.Borrow(o, room+1, usd); !errors.Is(err, c.want) {
				t.Fatalf("one unit more than available: %v, want %v", err, c.want)
			}
			if room == 0 {
				continue
			}
			ok(t, w.pool.Borrow(o, max(room/3+7, 1), usd))
			w.tick += 7200
			w.pool.Accrue(w.tick)
			if got := w.pool.Available(); got > room {
				t.Fatalf("available rose from %d to %d", room, got)
			}
		}
		if room := w.pool.Available(); room > 0 {
			ok(t, w.pool.Borrow(ledger.First+9, room, usd))
		}
		if w.pool.Borrowed() > c.cap && w.tick == 0 || w.pool.free(ledger.Pool) < 0 {
			t.Errorf("borrowed %d over cap %d", w.pool.Borrowed(), c.cap)
		}
	}
}

// A loan never carries the debt above the cap, at any index.
func TestCapHoldsForEveryIndex(t *testing.T) {
	p := defaults(t)
	p.BorrowCap = 1_000_003
	w := newWorld(t, p, 1e6*usd, 1000*usd)
	ok(t, w.pool.Deposit(ledger.First, 1_000_001))
	for i := range 300 {
		o := ledger.First + 1 + ledger.Owner(i%8)
		if a := w.pool.Available(); a > 0 {
			ok(t, w.pool.Borrow(o, 1+a*ledger.Amount(i%3)/2-min(a*ledger.Amount(i%3)/2, 1), usd))
			if w.pool.Borrowed() > p.BorrowCap {
				t.Fatalf("borrowed %d over cap %d at index %d", w.pool.Borrowed(), p.BorrowCap, w.pool.debtIndex)
			}
		}
		w.tick += 40_001
		w.pool.Accrue(w.tick)
		if d := w.pool.Debt(o); d > 0 && i%2 == 0 {
			_, err := w.pool.Repay(o, d)
			ok(t, err)
		}
	}
	if w.pool.debtIndex < indexUnit+indexUnit/2 {
		t.Errorf("the index only reached %d: the test shows nothing", w.pool.debtIndex)
	}
}
