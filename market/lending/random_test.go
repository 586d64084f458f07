package lending

import (
	"math/big"
	"math/rand"
	"testing"

	"stakeout/market/ledger"
)

// draw makes a random operation: mostly legal sizes, some absurd ones, and some
// owners that cannot have an account.
func draw(r *rand.Rand) (op byte, o ledger.Owner, a ledger.Amount) {
	op, o = byte(r.Intn(operations)), ledger.First+ledger.Owner(r.Intn(testOwners-int(ledger.First)))
	switch a = ledger.Amount(r.Int63n(1 << uint(1+r.Intn(38)))); r.Intn(40) {
	case 0:
		a = -a
	case 1:
		a = 1<<62 + ledger.Amount(r.Int63n(1<<61))
	case 2:
		o = ledger.Owner(r.Intn(int(ledger.First)))
	case 3:
		o = ledger.Owner(testOwners + r.Intn(3))
	}
	return op, o, a
}

// After each of 100,000 random operations, legal or not, everything sums to zero
// and the pool can pay what it owes; a refused operation has changed nothing.
func TestConservationUnderRandomOperations(t *testing.T) {
	p := defaults(t)
	p.BorrowCap = 200_000 * usd
	w := newWorld(t, p, 300_000*usd, 50_000*usd)
	w.fund(t, ledger.Insurance, 0, 5_000*usd)
	r := rand.New(rand.NewSource(1))
	var done [operations]int
	for i := range 100_000 {
		op, o, a := draw(r)
		before := w.pool.Hash(w.ledger.Hash(0))
		room, taken := w.pool.Available(), ledger.Amount(0)
		err := w.apply(op, o, a)
		if err == nil {
			done[op]++
		} else if w.pool.Hash(w.ledger.Hash(0)) != before && op != 15 {
			t.Fatalf("operation %d: %d(%d, %d) was refused (%v) but changed something", i, op, o, a, err)
		}
		if op >= 3 && op <= 5 && err == nil {
			taken = a
		}
		if taken > room {
			t.Fatalf("operation %d: %d borrowed of %d available", i, taken, room)
		}
		if err := w.verify(); err != nil {
			t.Fatalf("operation %d: %d(%d, %d): %v", i, op, o, a, err)
		}
	}
	for op, n := range done {
		if n < 20 {
			t.Errorf("operation %d succeeded only %d times: the test shows little", op, n)
		}
	}
	w.pool.Accrue(w.tick + 1)
	ok(t, w.closing(w.pool.sweepDust()))
}

// An illegal operation returns the error that names the reason.
func TestRefusals(t *testing.T) {
	w := newWorld(t, defaults(t), 1000*usd, 1000*usd)
	a, b := ledger.First, ledger.First+1
	ok(t, w.pool.Deposit(a, 500*usd))
	ok(t, w.pool.Borrow(b, 200*usd, usd))
	repay := func(o ledger.Owner, x ledger.Amount) error { _, err := w.pool.Repay(o, x); return err }
	for _, c := range []struct {
		name      string
		got, want error
	}{
		{"deposit zero", w.pool.Deposit(a, 0), ledger.ErrAmount},
		{"deposit by the pool", w.pool.Deposit(ledger.Pool, usd), ledger.ErrAccount},
		{"deposit by nobody", w.pool.Deposit(ledger.Owner(testOwners), usd), ledger.ErrAccount},
		{"deposit too much", w.pool.Deposit(a, 501*usd), ledger.ErrFunds},
		{"withdraw too much", w.pool.Withdraw(a, 501*usd), ErrClaim},
		{"withdraw what is lent", w.pool.Withdraw(a, 301*usd), ErrLiquidity},
		{"withdraw another's", w.pool.Withdraw(b, usd), ErrClaim},
		{"borrow for nothing", w.pool.Borrow(b, usd, 0), ErrPrice},
		{"borrow too much", w.pool.Borrow(b, 301*usd, usd), ErrLiquidity},
		{"borrow unsecured", w.pool.Borrow(b, 300*usd, 3*usd), ErrCollateral},
		{"repay nothing", repay(b, 0), ledger.ErrAmount},
		{"repay no debt", repay(a, usd), ErrDebt},
		{"post too much", w.pool.Post(b, 701*usd), ledger.ErrFunds},
		{"release the margin", w.pool.Release(b, 1, usd), ErrCollateral},
		{"release for nothing", w.pool.Release(b, 1, -usd), ErrPrice},
		{"seize uncalled", w.pool.Seize(b, usd), ErrNotCalled},
		{"liquidate uncalled", w.pool.Liquidate(b, usd), ErrNotCalled},
		{"write off a sound debt", w.pool.WriteOff(b), ErrSecured},
		{"write off no debt", w.pool.WriteOff(a), ErrDebt},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	if calls := w.pool.Check(2*usd, nil); len(calls) != 1 ||
		calls[0] != (Call{Owner: b, Tokens: 200 * usd, Collateral: 300 * usd}) {
		t.Fatalf("calls %v", calls)
	}
	ok(t, w.pool.Seize(b, 100*usd))
	for _, c := range []struct {
		name      string
		got, want error
	}{
		{"seize too much", w.pool.Seize(b, 201*usd), ErrCollateral},
		{"borrow while seized", w.pool.Borrow(b, usd, usd), ErrSeized},
		{"repay while seized", repay(b, usd), ErrSeized},
		{"post while seized", w.pool.Post(b, usd), ErrSeized},
		{"release while seized", w.pool.Release(b, 1, usd), ErrSeized},
		{"write off while seized", w.pool.WriteOff(b), ErrSeized},
		{"liquidate a negative", w.pool.Liquidate(b, -1), ledger.ErrAmount},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	ok(t, w.pool.Liquidate(b, 0))
	if got := w.pool.collateral(b); got != 300*usd {
		t.Errorf("a purchase that failed left %d of collateral", got)
	}
}

// ideal is the pool as a textbook describes it: every debt and claim is a
// separate number that grows by its own interest, without indices and rounding.
type ideal struct {
	debt, claim [testOwners]*big.Float
	free        *big.Float
}

func number(x float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(x) }

func newIdeal() *ideal {
	m := &ideal{free: number(0)}
	for o := range m.debt {
		m.debt[o], m.claim[o] = number(0), number(0)
	}
	return m
}

func total(xs []*big.Float) *big.Float {
	s := number(0)
	for _, x := range xs {
		s.Add(s, x)
	}
	return s
}

func (m *ideal) accrue(ticks int) {
	debt, claim := total(m.debt[:]), total(m.claim[:])
	if debt.Sign() == 0 || claim.Sign() == 0 {
		return
	}
	use, _ := new(big.Float).Quo(debt, claim).Float64()
	use = min(use, 1)
	rate := 0.07 * use / 0.45
	if use > 0.45 {
		rate = 0.07 + 3*(use-0.45)/0.55
	}
	growth := number(rate * float64(ticks) * 13 / (365 * 24 * 3600))
	lenders := new(big.Float).Quo(new(big.Float).Mul(growth, debt), claim)
	lenders.Mul(lenders, number(0.8))
	grow(m.debt[:], growth)
	grow(m.claim[:], lenders)
	reserve := new(big.Float).Mul(new(big.Float).Mul(growth, debt), number(0.2))
	m.claim[ledger.Insurance].Add(m.claim[ledger.Insurance], reserve)
}

func grow(xs []*big.Float, by *big.Float) {
	for _, x := range xs {
		x.Add(x, new(big.Float).Mul(x, by))
	}
}

// writeOff cancels a debt and passes the loss down the waterfall. It returns what
// Insurance paid from its free tokens.
func (m *ideal) writeOff(o ledger.Owner, insurance ledger.Amount) {
	loss := new(big.Float).Set(m.debt[o])
	m.debt[o] = number(0)
	for _, payer := range []*big.Float{m.claim[o], m.claim[ledger.Insurance], number(float64(insurance))} {
		part := payer
		if loss.Cmp(payer) < 0 {
			part = loss
		}
		paid := new(big.Float).Set(part)
		if payer != m.claim[o] && payer != m.claim[ledger.Insurance] {
			m.free.Add(m.free, paid)
		}
		payer.Sub(payer, paid)
		loss.Sub(loss, paid)
	}
	if all := total(m.claim[:]); all.Sign() > 0 {
		grow(m.claim[:], new(big.Float).Neg(new(big.Float).Quo(loss, all)))
	}
}

// The pool agrees with the ideal model: after random operations every debt and
// claim is within rounding of it.
func TestPoolAgreesWithTheIdealModel(t *testing.T) {
	p := defaults(t)
	p.BorrowCap = 1e6 * usd
	w := newWorld(t, p, 500_000*usd, 100_000*usd)
	w.fund(t, ledger.Insurance, 0, 100*usd)
	m := newIdeal()
	r := rand.New(rand.NewSource(7))
	writeOffs := 0
	for i := range 4000 {
		op, o, a := draw(r)
		switch op %= operations; op {
		case 9:
			a = ledger.Amount(r.Intn(300))
		case 11, 12, 13, 15:
			continue
		case 14:
			o = m.ruin(t, w, o)
		}
		insurance, debt := w.pool.free(ledger.Insurance), ledger.Amount(0)
		if int(o) < testOwners {
			debt = w.pool.Debt(o)
		}
		if err := w.apply(op, o, a); err != nil {
			continue
		}
		x := number(float64(a))
		switch op {
		case 0, 1:
			m.claim[o].Add(m.claim[o], x)
		case 2:
			m.claim[o].Sub(m.claim[o], x)
		case 3, 4, 5:
			m.debt[o].Add(m.debt[o], x)
		case 6:
			m.debt[o].Sub(m.debt[o], number(float64(min(a, debt))))
		case 9:
			m.accrue(int(a))
		case 14:
			m.writeOff(o, insurance)
			writeOffs++
		}
		m.compare(t, w, i)
	}
	if writeOffs < 10 {
		t.Errorf("only %d debts were written off", writeOffs)
	}
}

// ruin takes the collateral of a borrower away, so that its debt can be written
// off.
func (m *ideal) ruin(t *testing.T, w *world, o ledger.Owner) ledger.Owner {
	t.Helper()
	if len(w.pool.borrowers) == 0 {
		return o
	}
	o = w.pool.borrowers[int(o)%len(w.pool.borrowers)]
	if c := w.pool.collateral(o); c > 0 {
		w.pool.forfeit(o, c, ledger.Pay)
	}
	w.pool.Check(w.price, nil)
	return o
}

// compare allows for each account ten micro-tokens for each of up to 4,000
// roundings, and one part in ten million because rates are whole parts per
// billion.
func (m *ideal) compare(t *testing.T, w *world, step int) {
	t.Helper()
	for o := range m.debt {
		for _, c := range []struct {
			what string
			got  ledger.Amount
			want *big.Float
		}{{"debt", w.pool.Debt(ledger.Owner(o)), m.debt[o]}, {"claim", w.pool.Claim(ledger.Owner(o)), m.claim[o]}} {
			want, _ := c.want.Float64()
			if d := float64(c.got) - want; d > 4000+1e-7*want || -d > 4000+1e-7*want {
				t.Fatalf("step %d: %s of %d is %d, the ideal model says %.3f", step, c.what, o, c.got, want)
			}
		}
	}
}
