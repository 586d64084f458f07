package lending

import (
	"slices"

	"stakeout/market/ledger"
)

// Deposit lends a micro-tokens of an owner's free balance to the pool. Errors:
// ledger.ErrAccount, ledger.ErrAmount, ledger.ErrFunds.
func (p *Pool) Deposit(o ledger.Owner, a ledger.Amount) error {
	if err := p.admit(o, a); err != nil {
		return err
	}
	if p.free(o) < a {
		return ledger.ErrFunds
	}
	p.Settle(o)
	shares := scale(a, indexUnit, p.lendIndex, ledger.Down)
	p.accounts[o].supply += shares
	p.supply += shares
	p.pay(o, ledger.Pool, a, ledger.Lend)
	p.mirror(o, ledger.Lend)
	return nil
}

// Withdraw pays a micro-tokens of an owner's claim from the free tokens of the
// pool. Errors: ledger.ErrAccount, ledger.ErrAmount, ErrClaim, ErrLiquidity.
func (p *Pool) Withdraw(o ledger.Owner, a ledger.Amount) error {
	if err := p.admit(o, a); err != nil {
		return err
	}
	if a > p.Claim(o) {
		return ErrClaim
	}
	if a > p.free(ledger.Pool) {
		return ErrLiquidity
	}
	p.Settle(o)
	p.cutClaim(o, a)
	p.pay(ledger.Pool, o, a, ledger.Lend)
	p.mirror(o, ledger.Lend)
	return nil
}

// cutClaim reduces a claim of at least a micro-tokens by at least a.
func (p *Pool) cutClaim(o ledger.Owner, a ledger.Amount) {
	shares := p.accounts[o].supply
	if a < p.Claim(o) {
		shares = scale(a, indexUnit, p.lendIndex, ledger.Up)
	}
	p.accounts[o].supply -= shares
	p.supply -= shares
}

// Borrow lends tokens (micro-units) and moves free cash to Collateral until it
// covers the initial margin of the whole debt at a price in micro-USD a token.
// Errors: ledger.ErrAccount, ledger.ErrAmount, ErrPrice, ErrSeized, ErrCap,
// ErrLiquidity, ErrCollateral.
func (p *Pool) Borrow(o ledger.Owner, tokens, price ledger.Amount) error {
	if err := p.admitLoan(o, tokens, price); err != nil {
		return err
	}
	if tokens > p.capRoom() {
		return ErrCap
	}
	if tokens > p.free(ledger.Pool) {
		return ErrLiquidity
	}
	shares := scale(tokens, indexUnit, p.debtIndex, ledger.Up)
	debt := scale(p.accounts[o].debt+shares, p.debtIndex, indexUnit, ledger.Up)
	missing := max(p.required(debt, price, p.rules.initial)-p.collateral(o), 0)
	if missing > p.ledger.Balance(o, ledger.Cash, ledger.Free) {
		return ErrCollateral
	}
	p.mark = price
	p.lock(o, missing)
	p.Settle(o)
	p.enlist(o)
	p.accounts[o].debt += shares
	p.debt += shares
	p.pay(ledger.Pool, o, tokens, ledger.Borrow)
	p.mirror(o, ledger.Borrow)
	return nil
}

// admitLoan checks operations that need a price and that are refused during a
// seizure.
func (p *Pool) admitLoan(o ledger.Owner, a, price ledger.Amount) error {
	if err := p.admit(o, a); err != nil {
		return err
	}
	if price <= 0 {
		return ErrPrice
	}
	return p.unseized(o)
}

// Repay pays back at most tokens (micro-units) of a debt from the owner's free
// balance and returns the amount repaid. It frees the collateral above the
// initial margin at the latest price, or all of it if the debt is gone. Errors:
// ledger.ErrAccount, ledger.ErrAmount, ledger.ErrFunds, ErrDebt, ErrSeized.
func (p *Pool) Repay(o ledger.Owner, tokens ledger.Amount) (ledger.Amount, error) {
	if err := p.admit(o, tokens); err != nil {
		return 0, err
	}
	if err := p.unseized(o); err != nil {
		return 0, err
	}
	tokens = min(tokens, p.Debt(o))
	if tokens == 0 {
		return 0, ErrDebt
	}
	if p.free(o) < tokens {
		return 0, ledger.ErrFunds
	}
	p.payDebt(o, tokens)
	p.lock(o, -p.excess(o, p.mark))
	return tokens, nil
}

// payDebt pays back tokens. The owner must have and owe that many.
func (p *Pool) payDebt(o ledger.Owner, tokens ledger.Amount) {
	p.Settle(o)
	p.cutDebt(o, tokens)
	p.pay(o, ledger.Pool, tokens, ledger.Repay)
	p.mirror(o, ledger.Repay)
}

// cutDebt reduces a debt of at least a micro-tokens by at most a, and removes the
// owner from the borrowers if nothing is left.
func (p *Pool) cutDebt(o ledger.Owner, a ledger.Amount) {
	shares := p.accounts[o].debt
	if a < p.Debt(o) {
		shares = scale(a, indexUnit, p.debtIndex, ledger.Down)
	}
	p.accounts[o].debt -= shares
	p.debt -= shares
	if p.accounts[o].debt == 0 {
		p.delist(o)
	}
}

// Post adds free cash (micro-USD) to an owner's collateral. Errors:
// ledger.ErrAccount, ledger.ErrAmount, ledger.ErrFunds, ErrSeized.
func (p *Pool) Post(o ledger.Owner, cash ledger.Amount) error {
	if err := p.admit(o, cash); err != nil {
		return err
	}
	if err := p.unseized(o); err != nil {
		return err
	}
	if cash > p.ledger.Balance(o, ledger.Cash, ledger.Free) {
		return ledger.ErrFunds
	}
	p.lock(o, cash)
	return nil
}

// Release takes cash (micro-USD) back from an owner's collateral, down to the
// initial margin at a price in micro-USD a token. Errors: ledger.ErrAccount,
// ledger.ErrAmount, ErrPrice, ErrSeized, ErrCollateral.
func (p *Pool) Release(o ledger.Owner, cash, price ledger.Amount) error {
	if err := p.admitLoan(o, cash, price); err != nil {
		return err
	}
	if cash > p.excess(o, price) {
		return ErrCollateral
	}
	p.mark = price
	p.lock(o, -cash)
	return nil
}

// collateral is the cash behind an owner's debt, in micro-USD.
func (p *Pool) collateral(o ledger.Owner) ledger.Amount {
	return p.ledger.Balance(o, ledger.Cash, ledger.Collateral)
}

// required is the collateral in micro-USD that a debt needs at a price, for a
// margin in parts per billion.
func (p *Pool) required(debt, price, margin ledger.Amount) ledger.Amount {
	return scale(scale(debt, price, ledger.Unit, ledger.Up), margin, billion, ledger.Up)
}

// excess is the collateral above the initial margin, in micro-USD.
func (p *Pool) excess(o ledger.Owner, price ledger.Amount) ledger.Amount {
	debt := p.Debt(o)
	if debt > 0 && price <= 0 {
		return 0
	}
	return max(p.collateral(o)-p.required(debt, price, p.rules.initial), 0)
}

// lock moves cash from Free to Collateral; a negative amount moves it back.
func (p *Pool) lock(o ledger.Owner, cash ledger.Amount) {
	t := ledger.Transfer{
		Amount: cash, From: o, To: o, Asset: ledger.Cash,
		FromPocket: ledger.Free, ToPocket: ledger.Collateral, Reason: ledger.Move,
	}
	if cash < 0 {
		t.Amount, t.FromPocket, t.ToPocket = -cash, ledger.Collateral, ledger.Free
	}
	if cash != 0 {
		p.post(t)
	}
}

// Borrowers returns the owners with debt in ascending order. The slice belongs to
// the pool and is valid until the next operation.
func (p *Pool) Borrowers() []ledger.Owner { return p.borrowers }

func (p *Pool) enlist(o ledger.Owner) {
	if i, found := slices.BinarySearch(p.borrowers, o); !found {
		p.borrowers = slices.Insert(p.borrowers, i, o)
		p.margins = slices.Insert(p.margins, i, margin{})
	}
}

func (p *Pool) delist(o ledger.Owner) {
	if i, found := slices.BinarySearch(p.borrowers, o); found {
		p.borrowers = slices.Delete(p.borrowers, i, i+1)
		p.margins = slices.Delete(p.margins, i, i+1)
	}
}
