package lending

import (
	"math/big"
	"math/rand"
	"testing"

	"stakeout/market/ledger"
)

const ticksPerYear = 365 * 24 * 3600 / 13

// At full use the pool contains only debts and claims, which grow at the same
// rate. So utilisation is constant, and a year of ticks is (1 + r·dt)^n.
func TestYearAtFullUseIsTheClosedForm(t *testing.T) {
	w := newWorld(t, defaults(t), 100e6*usd, 1e6*usd)
	lender, borrower := ledger.First, ledger.First+1
	ok(t, w.pool.Deposit(lender, 1e6*usd))
	ok(t, w.pool.Borrow(borrower, 1e6*usd, usd))
	for tick := uint32(1); tick <= ticksPerYear; tick++ {
		w.pool.Accrue(tick)
	}
	near(t, "debt", w.pool.Debt(borrower), compound(3.07, ticksPerYear, 1e12), 1e-7)
	near(t, "claim", w.pool.Claim(lender), compound(3.07*0.8, ticksPerYear, 1e12), 1e-7)
	if own := w.pool.Debt(borrower) - w.pool.Claim(lender) - w.pool.Claim(ledger.Insurance); own < 0 || own > 50 {
		t.Errorf("interest of %d micro-tokens went to nobody", own)
	}
	ok(t, w.closing(50))
}

// With a flat curve utilisation does not matter: interest is seven per cent a
// year, and Insurance gets a fifth of it and the interest on that.
func TestYearAtAFlatRateIsTheClosedForm(t *testing.T) {
	p := defaults(t)
	p.BaseRate, p.KinkRate, p.ExcessSlope = 0.07, 0.07, 0
	w := newWorld(t, p, 100e6*usd, 1e6*usd)
	lender, borrower := ledger.First, ledger.First+1
	ok(t, w.pool.Deposit(lender, 1e6*usd))
	ok(t, w.pool.Borrow(borrower, 450_000*usd, usd))
	for tick := uint32(1); tick <= ticksPerYear; tick++ {
		w.pool.Accrue(tick)
	}
	debt := w.pool.Debt(borrower)
	near(t, "debt", debt, compound(0.07, ticksPerYear, 450e9), 1e-8)
	interest := debt - 450_000*usd
	reserves := w.pool.Claim(ledger.Insurance)
	if share := float64(reserves) / float64(interest); share < 0.2024 || share > 0.2027 {
		t.Errorf("Insurance got %v of the interest, want a fifth and half a year's 2.52 %% on it", share)
	}
	if got := w.pool.Claim(lender) - 1e6*usd + reserves; got > interest || got < interest-50 {
		t.Errorf("borrowers paid %d, lenders and Insurance got %d", interest, got)
	}
	ok(t, w.closing(50))
	if got := w.ledger.Flow(w.ledger.RowOf(borrower), ledger.Interest, ledger.Token); got != -interest {
		t.Errorf("the ledger says the borrower paid %d of interest, the pool %d", -got, interest)
	}
}

// One jump of n ticks is simple interest; an earlier tick changes nothing.
func TestAccrueJumps(t *testing.T) {
	w := newWorld(t, defaults(t), 100e6*usd, 1e6*usd)
	ok(t, w.pool.Deposit(ledger.First, 1e6*usd))
	ok(t, w.pool.Borrow(ledger.First+1, 450_000*usd, usd))
	w.pool.Accrue(ticksPerYear)
	near(t, "debt", w.pool.Debt(ledger.First+1), 450e9*(1+0.07*13*ticksPerYear/(365*24*3600.)), 1e-9)
	before := w.pool.Hash(0)
	w.pool.Accrue(ticksPerYear - 1)
	if w.pool.Hash(0) != before {
		t.Error("an earlier tick changed the pool")
	}
}

// Debts stop growing before they overflow, and restating shares changes no debt
// or claim.
func TestIndicesNeverOverflow(t *testing.T) {
	w := newWorld(t, defaults(t), 1<<50, 1e6*usd)
	ok(t, w.pool.Deposit(ledger.First, 1e6*usd))
	ok(t, w.pool.Borrow(ledger.First+1, 1e6*usd, usd))
	restated := false
	for range 6000 {
		w.tick += 10_000
		before := w.pool.debtIndex
		w.pool.Accrue(w.tick)
		restated = restated || w.pool.debtIndex < before
		ok(t, w.verify())
	}
	w.pool.Accrue(1<<32 - 1)
	if !restated {
		t.Error("shares were never restated: the test shows nothing")
	}
	if d := w.pool.Debt(ledger.First + 1); d > maxDebt || d < maxDebt/2 {
		t.Errorf("debt %d, want it to have stopped just below %d", d, maxDebt)
	}
	ok(t, w.closing(20_000))
}

func TestRestatingChangesNoBalance(t *testing.T) {
	w := newWorld(t, defaults(t), 1e9*usd, 1e6*usd)
	r := rand.New(rand.NewSource(3))
	for range 500 {
		_ = w.apply(byte(r.Intn(11)), ledger.First+ledger.Owner(r.Intn(12)), ledger.Amount(r.Int63n(1e11)))
	}
	var before [testOwners][2]ledger.Amount
	for o := range before {
		before[o] = [2]ledger.Amount{w.pool.Debt(ledger.Owner(o)), w.pool.Claim(ledger.Owner(o))}
	}
	w.pool.restate()
	for o := range before {
		if after := [2]ledger.Amount{w.pool.Debt(ledger.Owner(o)), w.pool.Claim(ledger.Owner(o))}; after != before[o] {
			t.Errorf("owner %d: debt and claim %v, were %v", o, after, before[o])
		}
	}
	ok(t, w.verify())
}

// compound is principal × (1 + rate·dt)^n for ticks of 13 seconds, in 200 bits.
func compound(rate float64, n int, principal float64) float64 {
	step := new(big.Float).SetPrec(200).SetFloat64(rate * 13)
	step.Quo(step, big.NewFloat(365*24*3600))
	step.Add(step, big.NewFloat(1))
	sum := new(big.Float).SetPrec(200).SetFloat64(principal)
	for ; n > 0; n /= 2 {
		if n%2 == 1 {
			sum.Mul(sum, step)
		}
		step.Mul(step, step)
	}
	f, _ := sum.Float64()
	return f
}

func near(t *testing.T, what string, got ledger.Amount, want, tolerance float64) {
	t.Helper()
	if d := float64(got)/want - 1; d > tolerance || d < -tolerance {
		t.Errorf("%s %d, want %.0f: off by %v", what, got, want, d)
	}
}
