package lending

import (
	"stakeout/market/ledger"
)

const (
	// indexUnit is the index of a new pool. It is so large that one tick of
	// interest at a utilisation of one per cent still moves the lenders' index by
	// thousands of units.
	indexUnit ledger.Amount = 1_000_000_000_000_000
	// maxIndex is the index at which shares are restated, so that a share is
	// never worth more than a thousandth of a token.
	maxIndex = 1000 * indexUnit
	// maxDebt is more than any supply of tokens. Interest stops there instead of
	// overflowing.
	maxDebt ledger.Amount = 1 << 58
	// saturated stands for a value that does not fit an Amount. No owner holds
	// that much.
	saturated ledger.Amount = 1 << 62

	billion             ledger.Amount = 1_000_000_000
	millisecondsPerYear ledger.Amount = 365 * 24 * 3600 * 1000
)

// account holds the shares of an owner. The owner owes debt × debtIndex /
// indexUnit micro-tokens and claims supply × lendIndex / indexUnit.
type account struct{ debt, supply ledger.Amount }

// Pool lends the staking token. It posts to the ledger that New was given.
type Pool struct {
	ledger   *ledger.Ledger
	rules    rules
	accounts []account // by owner

	borrowers []ledger.Owner // with debt, ascending
	margins   []margin       // of the borrowers, in the same order

	debt, supply         ledger.Amount // sums of shares
	debtIndex, lendIndex ledger.Amount // never below indexUnit
	mark                 ledger.Amount // latest price given to Borrow, Release or Check, micro-USD a token
	tick                 uint32
}

// rules are the parameters as integers: fractions and yearly rates in parts per
// billion, amounts in micro-units.
type rules struct {
	cap, smallDebt, dustCollateral        ledger.Amount
	base, kinkRate, kink, excess, reserve ledger.Amount
	initial, maintenance, penalty         ledger.Amount
	closeFactor, fullClose, tickMillis    ledger.Amount
}

// New returns an empty pool for the owners 0 to owners−1. The parameters must be
// valid. A tick lasts secondsPerTick, rounded to the millisecond.
func New(l *ledger.Ledger, p Params, owners int, secondsPerTick float64) *Pool {
	return &Pool{
		ledger: l,
		rules: rules{
			cap: p.BorrowCap, smallDebt: p.SmallDebt, dustCollateral: p.WriteOffCollateral,
			base: parts(p.BaseRate), kinkRate: parts(p.KinkRate), kink: parts(p.Kink),
			excess: parts(p.ExcessSlope), reserve: parts(p.ReserveFactor),
			initial: parts(p.InitialMargin), maintenance: parts(p.MaintenanceMargin),
			penalty: parts(p.LiquidationPenalty), closeFactor: parts(p.CloseFactor),
			fullClose:  parts(p.FullCloseMargin),
			tickMillis: ledger.Amount(float64(secondsPerTick*1000) + 0.5),
		},
		accounts:  make([]account, owners),
		debtIndex: indexUnit,
		lendIndex: indexUnit,
	}
}

// parts converts a non-negative fraction to the nearest part per billion.
func parts(x float64) ledger.Amount { return ledger.Amount(float64(x*1e9) + 0.5) }

// scale is MulDiv that returns saturated for a quotient that does not fit.
func scale(a, b, c ledger.Amount, r ledger.Rounding) ledger.Amount {
	q, ok := ledger.MulDiv(a, b, c, r)
	if !ok {
		return saturated
	}
	return q
}

// known reports whether an owner can have an account. Pool and Outside cannot.
func (p *Pool) known(o ledger.Owner) bool {
	return uint(o) < uint(len(p.accounts)) && o != ledger.Pool && o != ledger.Outside
}

// admit is the first check of every operation on an amount.
func (p *Pool) admit(o ledger.Owner, a ledger.Amount) error {
	if !p.known(o) {
		return ledger.ErrAccount
	}
	if a <= 0 {
		return ledger.ErrAmount
	}
	return nil
}

// Debt is the debt of an owner in micro-tokens, interest to date included.
func (p *Pool) Debt(o ledger.Owner) ledger.Amount {
	return scale(p.accounts[o].debt, p.debtIndex, indexUnit, ledger.Up)
}

// Claim is the claim of an owner on the pool in micro-tokens, interest to date
// included.
func (p *Pool) Claim(o ledger.Owner) ledger.Amount {
	return scale(p.accounts[o].supply, p.lendIndex, indexUnit, ledger.Down)
}

// Accrue raises the indices to a tick at the present rate. It is O(1). An earlier
// tick changes nothing.
func (p *Pool) Accrue(tick uint32) {
	if tick <= p.tick {
		return
	}
	elapsed := ledger.Amount(tick-p.tick) * p.rules.tickMillis
	p.tick = tick
	if p.debt == 0 {
		return
	}
	rate := p.rules.borrowRate(p.utilisation())
	growth, fits := ledger.MulDiv(rate*(indexUnit/billion), elapsed, millisecondsPerYear, ledger.Down)
	step := scale(p.debtIndex, growth, indexUnit, ledger.Up)
	if !fits || step > saturated-p.debtIndex || scale(p.debt, p.debtIndex+step, indexUnit, ledger.Up) > maxDebt {
		return
	}
	p.distribute(step)
	if max(p.debtIndex, p.lendIndex) > maxIndex {
		p.restate()
	}
}

// distribute raises the debt index by a step and distributes the interest.
// Insurance gets everything that the pool then has beyond what it owes: the
// reserve, and the remainders of all earlier rounding.
func (p *Pool) distribute(step ledger.Amount) {
	interest := product(p.debt, step)
	var lent ledger.Amount
	if p.supply > 0 {
		lent = scale(interest.over(p.supply), billion-p.rules.reserve, billion, ledger.Down)
	}
	p.debtIndex += step
	p.lendIndex += lent
	reserve := p.backing().minus(p.owed()).over(p.lendIndex)
	p.accounts[ledger.Insurance].supply += reserve
	p.supply += reserve
}

// restate sets both indices back to indexUnit and converts the shares of every
// account, so that debts and claims stay the same.
func (p *Pool) restate() {
	p.debt, p.supply = 0, 0
	for o := range p.accounts {
		a := account{debt: p.Debt(ledger.Owner(o)), supply: p.Claim(ledger.Owner(o))}
		p.accounts[o] = a
		p.debt += a.debt
		p.supply += a.supply
	}
	p.debtIndex, p.lendIndex = indexUnit, indexUnit
}

// Settle updates the pocket Loan of one owner; the difference is interest. It
// does nothing for an owner that cannot have an account.
func (p *Pool) Settle(o ledger.Owner) {
	if p.known(o) {
		p.mirror(o, ledger.Interest)
	}
}

// SettleAll settles every owner, for a closing balance; it is O(owners).
func (p *Pool) SettleAll() {
	for o := range p.accounts {
		p.Settle(ledger.Owner(o))
	}
}

// mirror posts the difference between an account and its pocket Loan. Every
// operation first settles interest, then changes the shares, and then mirrors
// again with its own reason, so each reason gets exactly its amount and no
// rounding is lost.
func (p *Pool) mirror(o ledger.Owner, why ledger.Reason) {
	d := p.Claim(o) - p.Debt(o) - p.ledger.Balance(o, asset, ledger.Loan)
	t := ledger.Transfer{
		Amount: d, From: ledger.Pool, To: o, Asset: asset,
		FromPocket: ledger.Loan, ToPocket: ledger.Loan, Reason: why,
	}
	if d < 0 {
		t.Amount, t.From, t.To = -d, o, ledger.Pool
	}
	if d != 0 {
		p.post(t)
	}
}

// post applies a transfer. It panics if the ledger refuses, since the caller has
// checked the funds.
func (p *Pool) post(t ledger.Transfer) {
	if err := p.ledger.Post(t); err != nil {
		panic("lending: checked transfer refused: " + err.Error())
	}
}

// pay moves free tokens between an owner and the pool.
func (p *Pool) pay(from, to ledger.Owner, a ledger.Amount, why ledger.Reason) {
	p.post(ledger.Transfer{Amount: a, From: from, To: to, Asset: asset, Reason: why})
}

// free is the balance of tokens that an owner can spend.
func (p *Pool) free(o ledger.Owner) ledger.Amount {
	return p.ledger.Balance(o, asset, ledger.Free)
}
