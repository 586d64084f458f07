// Package lending models one pool that lends the staking token against cash
// collateral. Lenders deposit tokens and hold a claim. Borrowers take tokens out,
// owe a debt and pay a rate that rises with the share of the pool that is lent.
// Accounts below the maintenance margin are called, and their debt is bought in
// through the order book, in parts. A loss beyond the collateral falls first on
// the insurance owner and last on the lenders.
//
// Debts and claims are shares of two growing indices, so that interest costs O(1)
// for any number of accounts. The ledger mirrors an account in the pocket Loan of
// the owner, against that of the pool, but only when an operation touches the
// account: an owner's equity is up to date only after Settle. Every division
// rounds against the agent.
//
// The pool's free tokens plus all debts are never less than all claims; Audit
// checks this exactly. Between settlements the pool's own pockets can sum to less
// than zero, if interest has reached the pocket of a lender but has not yet left
// those of the borrowers. After SettleAll they cannot.
//
// Assumption: a loan can be called only for lack of margin and has no term. The
// pool has no recourse beyond the collateral and the borrower's own claim on the
// pool, as on Compound and Aave.
//
// Assumption: interest is simple within one call of Accrue and compounds
// between calls; a year has 365 days.
//
// Assumption: reserves are a claim like any other and earn the lenders' rate.
// Remainders of rounding in the indices are added to them.
//
// Assumption: no other package uses the token's pocket Loan, the cash pocket
// Collateral, or the pool's Free tokens.
//
// Sources: R. Leshner and G. Hayes, "Compound: The Money Market Protocol"
// (2019), for the index; Aave, "Protocol Whitepaper" (2020), for the kinked
// curve and scaled balances; Aave v3.3 for closing small debts completely.
package lending

import (
	"errors"
	"fmt"

	"stakeout/market/ledger"
)

// asset is the asset that the pool lends.
const asset = ledger.Token

// Params are the rules of the pool. Shares and margins are fractions, rates are
// per year.
type Params struct {
	BorrowCap          ledger.Amount `key:"borrow_cap_tokens" default:"1500000" scale:"1000000" unit:"tokens" min:"0" max:"1000000000" source:"Assumption: 1.5 % of 100 M tokens; no sweep yet" doc:"Largest sum of debts up to which loans are granted; interest may raise debts above it"`
	BaseRate           float64       `key:"base_rate_per_year" default:"0" unit:"1/year" min:"0" max:"1" source:"Aave v3 Ethereum, UNI as listed in 2023" doc:"Borrow rate of an idle pool"`
	KinkRate           float64       `key:"kink_rate_per_year" default:"0.07" unit:"1/year" min:"0" max:"5" source:"Aave v3 Ethereum, UNI as listed in 2023" doc:"Borrow rate at the kink"`
	Kink               float64       `key:"kink_share" default:"0.45" unit:"share" min:"0.01" max:"0.99" source:"Aave v3 Ethereum, UNI as listed in 2023" doc:"Utilisation at which the curve bends"`
	ExcessSlope        float64       `key:"excess_rate_per_year" default:"3" unit:"1/year" min:"0" max:"20" source:"Aave v3 Ethereum, UNI as listed in 2023; no sweep yet" doc:"Increase of the borrow rate from the kink to full use"`
	ReserveFactor      float64       `key:"reserve_share" default:"0.2" unit:"share" min:"0" max:"1" source:"Aave v3 Ethereum, UNI as listed in 2023" doc:"Share of interest that goes to the insurance owner"`
	InitialMargin      float64       `key:"initial_margin" default:"1.5" unit:"1" min:"1" max:"10" source:"Regulation T, 12 CFR 220.12: 150 % for a short sale" doc:"Collateral per value of debt needed to borrow or to take collateral back"`
	MaintenanceMargin  float64       `key:"maintenance_margin" default:"1.2" unit:"1" min:"1" max:"10" source:"Assumption: below the 130 % that FINRA rule 4210 asks for short sales of stock" doc:"Collateral per value of debt below which an account is called"`
	LiquidationPenalty float64       `key:"liquidation_penalty_share" default:"0.05" unit:"share" min:"0" max:"0.5" source:"Aave liquidation bonus: 5 % (WETH) to 10 % (UNI)" doc:"Share of the value bought in that goes to the insurance owner"`
	CloseFactor        float64       `key:"close_share" default:"0.5" unit:"share" min:"0.01" max:"1" source:"Compound and Aave" doc:"Share of the debt bought in at one margin check"`
	FullCloseMargin    float64       `key:"full_close_margin" default:"1.05" unit:"1" min:"1" max:"10" source:"Assumption: one plus the penalty, since below it a partial close makes the account worse" doc:"Collateral per value of debt below which all of the debt is bought in"`
	SmallDebt          ledger.Amount `key:"small_debt_usd" default:"2000" scale:"1000000" unit:"USD" min:"0" max:"1000000000" source:"Aave v3.3" doc:"Value of debt below which all of it is bought in"`
	WriteOffCollateral ledger.Amount `key:"write_off_collateral_usd" default:"10" scale:"1000000" unit:"USD" min:"0" max:"1000000" source:"Assumption: too little to buy a lot of the book" doc:"Collateral below which a debt may be written off"`
}

// The reasons for which the pool refuses an operation and changes nothing.
// Refusals of the ledger (ErrAmount, ErrAccount, ErrFunds) are returned
// unchanged.
var (
	ErrCap        = errors.New("lending: borrow cap reached")
	ErrLiquidity  = errors.New("lending: pool has not enough free tokens")
	ErrCollateral = errors.New("lending: not enough collateral")
	ErrClaim      = errors.New("lending: more than the lender's claim")
	ErrDebt       = errors.New("lending: no debt")
	ErrPrice      = errors.New("lending: price is not positive")
	ErrNotCalled  = errors.New("lending: account has no margin call")
	ErrSeized     = errors.New("lending: seized collateral not accounted for")
	ErrSecured    = errors.New("lending: debt still has collateral")
)

// Validate checks conditions that concern several fields and so cannot be written
// as the range of one.
func (p Params) Validate() error {
	switch {
	case !(p.Kink > 0 && p.Kink < 1):
		return fmt.Errorf("lending: kink %v is not inside (0, 1)", p.Kink)
	case !(p.KinkRate >= p.BaseRate && p.BaseRate >= 0 && p.ExcessSlope >= 0):
		return errors.New("lending: the borrow rate must not fall with use")
	case !(p.InitialMargin >= p.MaintenanceMargin && p.MaintenanceMargin >= p.FullCloseMargin && p.FullCloseMargin >= 1):
		return errors.New("lending: margins must satisfy initial >= maintenance >= full close >= 1")
	case !(p.ReserveFactor >= 0 && p.ReserveFactor <= 1 && p.CloseFactor > 0 && p.CloseFactor <= 1):
		return errors.New("lending: reserve factor and close factor are shares")
	}
	return nil
}
