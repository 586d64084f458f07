package lending

import (
	"slices"

	"stakeout/market/ledger"
)

// Call is one margin call: the owner, the micro-tokens of its debt that must be
// bought in, and the collateral in micro-USD that can pay for them.
type Call struct {
	Owner      ledger.Owner
	Tokens     ledger.Amount
	Collateral ledger.Amount
}

// margin is the state of a borrower between a margin call and its end.
type margin struct {
	called bool
	open   bool          // collateral was seized and Liquidate has not settled it yet
	seized ledger.Amount // collateral moved to Free, in micro-USD
	before ledger.Amount // cash in Free before the seizure, in micro-USD
}

// marginOf returns the margin state of a borrower, nil for all other owners.
func (p *Pool) marginOf(o ledger.Owner) *margin {
	if i, found := slices.BinarySearch(p.borrowers, o); found {
		return &p.margins[i]
	}
	return nil
}

func (p *Pool) unseized(o ledger.Owner) error {
	if m := p.marginOf(o); m != nil && m.open {
		return ErrSeized
	}
	return nil
}

// Check appends to due a margin call for each account whose collateral is below
// the maintenance margin at a price in micro-USD a token, in ascending order of
// owners, and returns due. It replaces all earlier calls. The caller seizes
// collateral, buys tokens through the book and calls Liquidate; if no collateral
// is left it calls WriteOff.
func (p *Pool) Check(price ledger.Amount, due []Call) []Call {
	p.mark = max(price, 0)
	for i, o := range p.borrowers {
		tokens := p.callable(o, p.mark)
		p.margins[i].called = tokens > 0
		if tokens > 0 {
			due = append(due, Call{Owner: o, Tokens: tokens, Collateral: p.collateral(o)})
		}
	}
	return due
}

// callable is the number of micro-tokens that a margin check would buy in: none,
// the share of the close factor, or all of the debt where a partial close would
// not help.
func (p *Pool) callable(o ledger.Owner, price ledger.Amount) ledger.Amount {
	debt, behind := p.Debt(o), p.collateral(o)
	if behind >= p.required(debt, price, p.rules.maintenance) {
		return 0
	}
	if behind < p.required(debt, price, p.rules.fullClose) || p.required(debt, price, billion) < p.rules.smallDebt {
		return debt
	}
	return scale(debt, p.rules.closeFactor, billion, ledger.Up)
}

// Seize moves collateral (micro-USD) of a called account to Free so that the
// caller can buy tokens with it. The caller must call Liquidate in the same phase
// and must not use that owner's cash otherwise before, because Liquidate takes
// back all free cash above the balance before the seizure. Until then the account
// cannot borrow, repay, post or release. Errors: ledger.ErrAccount,
// ledger.ErrAmount, ErrNotCalled, ErrCollateral.
func (p *Pool) Seize(o ledger.Owner, cash ledger.Amount) error {
	if err := p.admit(o, cash); err != nil {
		return err
	}
	m := p.marginOf(o)
	if m == nil || !m.called {
		return ErrNotCalled
	}
	if cash > p.collateral(o) {
		return ErrCollateral
	}
	if !m.open {
		m.open, m.before = true, p.ledger.Balance(o, ledger.Cash, ledger.Free)
	}
	m.seized += cash
	p.lock(o, -cash)
	return nil
}

// Liquidate ends a margin call. It returns unspent seized cash to Collateral,
// repays the debt with at most bought micro-tokens of the owner's free balance,
// and moves the penalty from the remaining collateral to Insurance; the penalty
// is a share of the value of these tokens at the price of the check. The penalty
// comes after the purchase, so it never costs the lenders anything. bought is 0
// if the purchase failed. Errors: ledger.ErrAccount, ledger.ErrAmount,
// ledger.ErrFunds, ErrNotCalled.
func (p *Pool) Liquidate(o ledger.Owner, bought ledger.Amount) error {
	if !p.known(o) {
		return ledger.ErrAccount
	}
	if bought < 0 {
		return ledger.ErrAmount
	}
	m := p.marginOf(o)
	if m == nil || !m.called {
		return ErrNotCalled
	}
	bought = min(bought, p.Debt(o))
	if p.free(o) < bought {
		return ledger.ErrFunds
	}
	left := p.ledger.Balance(o, ledger.Cash, ledger.Free) - m.before
	p.lock(o, min(max(left, 0), m.seized))
	*m = margin{}
	if bought == 0 {
		return nil
	}
	p.payDebt(o, bought)
	p.penalise(o, bought)
	if p.accounts[o].debt == 0 {
		p.lock(o, -p.collateral(o))
	}
	return nil
}

// penalise moves the penalty for bought micro-tokens to Insurance.
func (p *Pool) penalise(o ledger.Owner, bought ledger.Amount) {
	p.forfeit(o, min(p.required(bought, p.mark, p.rules.penalty), p.collateral(o)), ledger.Liquidation)
}

// forfeit moves collateral (micro-USD) to Insurance.
func (p *Pool) forfeit(o ledger.Owner, cash ledger.Amount, why ledger.Reason) {
	p.post(ledger.Transfer{
		Amount: cash, From: o, To: ledger.Insurance, Asset: ledger.Cash,
		FromPocket: ledger.Collateral, ToPocket: ledger.Free, Reason: why,
	})
}

// WriteOff cancels the debt of an account that is below the maintenance margin at
// the price of the latest check and whose collateral is gone or too small to buy
// anything; such a remainder goes to Insurance. The loss falls on the owner's own
// claim on the pool, then on Insurance's claim, then on Insurance's free tokens
// (the caller may first buy some with its cash), and finally on all lenders in
// proportion to their claims. In the last case the operation is O(owners),
// because each lender gets a transfer. Errors: ledger.ErrAccount, ErrDebt,
// ErrSeized, ErrSecured.
func (p *Pool) WriteOff(o ledger.Owner) error {
	if !p.known(o) {
		return ledger.ErrAccount
	}
	if p.accounts[o].debt == 0 {
		return ErrDebt
	}
	if err := p.unseized(o); err != nil {
		return err
	}
	if p.collateral(o) > p.rules.dustCollateral || p.callable(o, p.mark) == 0 {
		return ErrSecured
	}
	p.forfeit(o, p.collateral(o), ledger.Shortfall)
	p.Settle(o)
	p.Settle(ledger.Insurance)
	p.setOff(o)
	p.cover(p.Debt(o))
	p.cutDebt(o, p.Debt(o))
	p.mirror(o, ledger.Shortfall)
	if p.backing().less(p.owed()) {
		p.socialise()
	}
	return nil
}

// setOff pays as much of a debt as possible with the owner's own claim.
func (p *Pool) setOff(o ledger.Owner) {
	a := min(p.Claim(o), p.Debt(o))
	p.cutClaim(o, a)
	p.cutDebt(o, a)
	p.mirror(o, ledger.Shortfall)
}

// cover makes Insurance pay for a lost debt, first with its claim and then with
// its free tokens, as far as they suffice.
func (p *Pool) cover(loss ledger.Amount) {
	claim := min(loss, p.Claim(ledger.Insurance))
	p.cutClaim(ledger.Insurance, claim)
	p.mirror(ledger.Insurance, ledger.Shortfall)
	p.pay(ledger.Insurance, ledger.Pool, min(loss-claim, p.free(ledger.Insurance)), ledger.Shortfall)
}

// socialise lowers the lenders' index to what the pool can back. It settles each
// lender first, so that interest and loss are separate flows in the ledger. It
// restates all shares afterwards, because repeated losses would otherwise drive
// the index towards zero.
func (p *Pool) socialise() {
	for o := range p.accounts {
		if p.accounts[o].supply > 0 {
			p.Settle(ledger.Owner(o))
		}
	}
	p.lendIndex = p.backing().over(p.supply)
	for o := range p.accounts {
		if p.accounts[o].supply > 0 {
			p.mirror(ledger.Owner(o), ledger.Shortfall)
		}
	}
	p.restate()
}
