package lending

import (
	"testing"

	"stakeout/market/ledger"
)

// Collateral that a borrower has posted in advance stays in place when it borrows
// more.
func TestBorrowKeepsPostedCollateral(t *testing.T) {
	w := lent(t)
	b := ledger.First + 1
	ok(t, w.pool.Post(b, 500*usd))
	ok(t, w.pool.Borrow(b, usd, usd))
	if got := w.pool.collateral(b); got != 560*usd {
		t.Errorf("collateral %d, want the 60 of the first loan and the 500 posted", got)
	}
}

// A lender can withdraw its claim and not one unit more, even if the pool has
// more.
func TestWithdrawStopsAtTheClaim(t *testing.T) {
	w := lent(t)
	ok(t, w.pool.Deposit(ledger.First+2, 500*usd))
	if err := w.pool.Withdraw(ledger.First, w.pool.Claim(ledger.First)+1); err != ErrClaim {
		t.Errorf("one unit more than the claim: %v", err)
	}
	ok(t, w.pool.Withdraw(ledger.First, w.pool.Claim(ledger.First)))
	if got := w.pool.accounts[ledger.First].supply; got != 0 {
		t.Errorf("%d shares are left after everything was withdrawn", got)
	}
}

// A sound but small loan cannot be written off, and neither can a bad loan that
// still has collateral.
func TestWriteOffNeedsABadAndBareDebt(t *testing.T) {
	w := lent(t)
	small, large := ledger.First+2, ledger.First+1
	ok(t, w.pool.Borrow(small, usd, usd))
	w.pool.Check(usd, nil)
	if err := w.pool.WriteOff(small); err != ErrSecured {
		t.Errorf("a sound loan of one token: %v, want %v", err, ErrSecured)
	}
	w.pool.Check(100*usd, nil)
	if err := w.pool.WriteOff(large); err != ErrSecured {
		t.Errorf("a bad loan with 60 dollars behind it: %v, want %v", err, ErrSecured)
	}
	ok(t, w.pool.WriteOff(small))
	if got := w.ledger.Balance(ledger.Insurance, ledger.Cash, ledger.Free); got != usd+usd/2 {
		t.Errorf("Insurance got %d of the collateral left over, want 1.5 dollars", got)
	}
}

// A check replaces the calls of the previous one.
func TestCallsEndWhenThePriceRecovers(t *testing.T) {
	w := lent(t)
	if calls := w.pool.Check(2*usd, nil); len(calls) != 1 {
		t.Fatalf("calls %v", calls)
	}
	if calls := w.pool.Check(usd, nil); len(calls) != 0 {
		t.Fatalf("calls %v", calls)
	}
	if err := w.pool.Seize(ledger.First+1, usd); err != ErrNotCalled {
		t.Errorf("seized from a sound account: %v", err)
	}
}

// Profit by channel: the lender's earnings before a loss are interest, and the
// loss is shortfall, both to the last unit, although neither was settled before.
func TestLossesAndInterestStayApart(t *testing.T) {
	w := lent(t)
	lender, ruined := ledger.First+2, ledger.First+1
	row := w.ledger.RowOf(lender)
	ok(t, w.pool.Deposit(lender, 300*usd))
	ok(t, w.pool.Borrow(ruined, 300*usd, usd))
	w.pool.Accrue(100_000)
	before, debt := w.pool.Claim(lender), w.pool.Debt(ruined)
	claims := w.pool.Supplied()
	reserve := w.pool.Claim(ledger.Insurance)

	w.pool.forfeit(ruined, w.pool.collateral(ruined), ledger.Pay)
	w.pool.Check(w.price, nil)
	ok(t, w.pool.WriteOff(ruined))

	if got, want := w.ledger.Flow(row, ledger.Interest, ledger.Token), before-300*usd; got != want || got <= 0 {
		t.Errorf("interest %d, want %d", got, want)
	}
	loss := -w.ledger.Flow(row, ledger.Shortfall, ledger.Token)
	if loss != before-w.pool.Claim(lender) {
		t.Errorf("shortfall %d, but the claim fell by %d", loss, before-w.pool.Claim(lender))
	}
	want := float64(debt-reserve) * float64(before) / float64(claims-reserve)
	if d := float64(loss) - want; d > 2 || d < -2 {
		t.Errorf("the lender lost %d, its share of the loss is %.1f", loss, want)
	}
	if got := w.pool.Claim(ledger.Insurance); got != 0 {
		t.Errorf("Insurance kept %d while lenders paid", got)
	}
	ok(t, w.closing(10))
}
