package lending

import (
	"slices"

	"stakeout/market/ledger"
)

// Call is one margin call: the owner whose debt must be bought in, how many
// micro-tokens of it, and the collateral in micro-USD that can pay for them.
type Call struct {
	Owner      ledger.Owner
	Tokens     ledger.Amount
	Collateral ledger.Amount
}

// margin is the state of a borrower between a margin call and its end.
type margin struct {
	called bool
	open   bool          // collateral was seized and not accounted for
	seized ledger.Amount // micro-USD moved to Free since then
	before ledger.Amount // micro-USD that were in Free before
}

// marginOf returns the margin state of a borrower, nil for everybody else.
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

// Check appends a margin call for each account whose collateral is below the
// maintenance margin at a price in micro-USD a token, in ascending order of
// owners, and returns due. It replaces all earlier calls. The caller seizes
// collateral, buys tokens through the book and calls Liquidate; when no
// collateral is left it calls WriteOff.
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

// callable is how many micro-tokens a margin check would buy in: none, the
// close factor's share, or everything where a partial close would not help.
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
// caller can buy tokens with it. The caller must do nothing else with that
// owner's cash before Liquidate, in the same phase: Liquidate takes back what
// the free balance still has above what it was before, and until then the
// account can neither borrow, repay, post nor release. Errors:
// ledger.ErrAccount, ledger.ErrAmount, ErrNotCalled, ErrCollateral.
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

// Liquidate ends a margin call: it puts unspent seized cash back, repays the
// debt with at most bought micro-tokens of the owner's free balance, and takes
// the penalty, on their value at the price of the check, from what collateral
// is left to Insurance. Buying comes before the penalty, so the penalty never
// costs the lenders anything. Zero bought is a purchase that failed. Errors:
// ledger.ErrAccount, ledger.ErrAmount, ledger.ErrFunds, ErrNotCalled.
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

// penalise moves the penalty on tokens bought in to Insurance.
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

// WriteOff strikes the debt of an account below the maintenance margin, at the
// price of the latest check, that has no collateral left, or too little to buy
// anything, which then goes to Insurance. The loss falls on the owner's own
// claim on the pool, on Insurance's claim, on Insurance's free tokens (the
// caller may first buy some with its cash), and the rest on all lenders in
// proportion to their claims, each with a transfer of its own: this one
// operation is O(owners) when lenders lose. Errors: ledger.ErrAccount, ErrDebt,
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

// setOff pays a debt with the owner's own claim as far as it goes.
func (p *Pool) setOff(o ledger.Owner) {
	a := min(p.Claim(o), p.Debt(o))
	p.cutClaim(o, a)
	p.cutDebt(o, a)
	p.mirror(o, ledger.Shortfall)
}

// cover makes Insurance pay for a lost debt, with its claim and then with its
// free tokens, as far as they go.
func (p *Pool) cover(loss ledger.Amount) {
	claim := min(loss, p.Claim(ledger.Insurance))
	p.cutClaim(ledger.Insurance, claim)
	p.mirror(ledger.Insurance, ledger.Shortfall)
	p.pay(ledger.Insurance, ledger.Pool, min(loss-claim, p.free(ledger.Insurance)), ledger.Shortfall)
}

// socialise lowers the lenders' index to what the pool can back. Each lender
// is settled before, so that interest and loss stay apart in the ledger, and
// all shares are restated after, so that the index cannot wither to nothing.
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
