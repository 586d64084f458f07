// Package ledger holds every balance of the model and is the only place where one
// changes. It is a double-entry ledger in integer micro-units: a Transfer takes
// an amount from one pocket and adds it to another, with a reason. So the sum
// over all accounts is zero for every asset at all times. Supply enters from the
// owner Outside, whose balance is minus the sum of all other balances.
//
// Profit by channel is a group-by over reasons and is computed nowhere else. Each
// owner belongs to a row (a sector, or a leg of an attacker), and the ledger
// keeps the net amount that each row has received for each reason and asset.
//
// Balances of Outside, the counterpart of everything that the model does not
// contain, may be negative, and so may the pocket Loan of every owner. Loan is a
// claim when positive and a debt when negative, so the equity of an owner is the
// sum of its pockets.
package ledger

import (
	"errors"
	"fmt"

	"stakeout/experiments/kit/exact"
)

// Amount is a quantity of an asset in micro-units (1e-6 token, 1e-6 USD).
type Amount int64

// Unit is one whole token or one US dollar.
const Unit Amount = 1_000_000

// Units converts to whole tokens or dollars, for beliefs and statistics.
func (a Amount) Units() float64 {
	return float64(a) / float64(Unit)
}

// Owner identifies an account holder; ids are dense.
type Owner uint32

// The owners that exist in every world. Agents start at First.
const (
	Outside   Owner = iota // the world outside the model
	Venue                  // the exchange: trading fees
	Pool                   // the lending pool
	Insurance              // pays the debts that collateral did not cover
	Treasury               // proceeds of auctions, protocol income
	Escrow                 // bids, bonds and bribes until it is settled who gets them
	Burned                 // tokens and cash that have been destroyed
	LayerOne               // miners and the burnt base fee
	Dust                   // remainders of rounding
	First                  // the first agent
)

// Asset is the unit of an account.
type Asset uint8

// The assets. Cash is US dollars and the numeraire. Ether exists only as the
// collateral of vaults and on its way into and out of them; its price is
// exogenous. Rival is the staking token of the smaller ledger after a fork.
const (
	Cash Asset = iota
	Token
	Dai
	Ether
	Rival
	Assets
)

// Pocket separates the money that an owner can spend from money that is tied up.
type Pocket uint8

// The pockets of an owner. Eight pockets of eight bytes fill one cache line for
// each asset.
const (
	Free       Pocket = iota // spendable
	Held                     // behind open orders
	Staked                   // in the staking contract
	Unbonding                // leaving the staking contract
	Collateral               // behind a loan
	Rollup                   // inside the rollup
	Margin                   // behind a position in the perpetual future
	Loan                     // claim on the pool (positive) or debt to it (negative)
	Pockets
)

const (
	perRow = int(Reasons) * int(Assets)
	// maxBalance bounds every balance and flow in both directions, so that the
	// sum or difference of two always fits an Amount.
	maxBalance = Amount(1)<<62 - 1
)

// Transfer moves Amount of Asset from one pocket to another.
type Transfer struct {
	Amount     Amount
	From, To   Owner
	Asset      Asset
	FromPocket Pocket
	ToPocket   Pocket
	Reason     Reason
}

// The reasons for which Post refuses a transfer and changes nothing. Balances and
// flows are bounded by 2**62 − 1 micro-units, which is 4.6 trillion dollars.
var (
	ErrAmount   = errors.New("ledger: negative amount")
	ErrAccount  = errors.New("ledger: no such account")
	ErrFunds    = errors.New("ledger: insufficient funds")
	ErrOverflow = errors.New("ledger: balance or flow overflows")
)

// Row groups owners for the flow table: a sector, or one leg of an attacker.
type Row uint8

// Ledger holds balances of a fixed number of owners.
type Ledger struct {
	bal  [Assets][]pockets // by asset and owner
	row  []Row             // by owner
	flow []Amount          // row × reason × asset: net amount received
}

// pockets are the balances of one owner in one asset: one cache line. Each asset
// has its own table, because most owners have only one of them.
type pockets [Pockets]Amount

// New returns an empty ledger for the owners 0 to owners−1 and the rows 0 to
// rows−1. Every owner starts in row 0. There must be at least one row and First
// owners.
func New(owners, rows int) *Ledger {
	l := &Ledger{row: make([]Row, owners), flow: make([]Amount, rows*perRow)}
	for a := range l.bal {
		l.bal[a] = make([]pockets, owners)
	}
	return l
}

// Owners is the number of owners, system owners included.
func (l *Ledger) Owners() int { return len(l.row) }

// Rows is the number of rows of the flow table.
func (l *Ledger) Rows() int { return len(l.flow) / perRow }

// Assign puts an owner into a row of the flow table. Call it before the owner's
// first transfer and with a row below Rows; otherwise the flows of the rows do
// not add up to their holdings, and Audit reports it.
func (l *Ledger) Assign(o Owner, r Row) { l.row[o] = r }

// RowOf returns the row of an owner.
func (l *Ledger) RowOf(o Owner) Row { return l.row[o] }

// Balance returns the balance of an owner in one pocket.
func (l *Ledger) Balance(o Owner, a Asset, p Pocket) Amount { return l.bal[a][o][p] }

// Total returns the sum of an owner's pockets in one asset: its equity in that
// asset, debts deducted. The sum cannot overflow while at most two pockets are
// near the bound of a balance.
func (l *Ledger) Total(o Owner, a Asset) Amount {
	var sum Amount
	for _, b := range &l.bal[a][o] {
		sum += b
	}
	return sum
}

// Flow returns the net amount of an asset that a row has received for a reason.
func (l *Ledger) Flow(r Row, why Reason, a Asset) Amount {
	return l.flow[int(r)*perRow+int(why)*int(Assets)+int(a)]
}

// Post applies a transfer, or changes nothing and returns ErrAmount, ErrAccount,
// ErrFunds or ErrOverflow, in this order of precedence. A transfer within a row,
// for example between two pockets of one owner, changes no flow.
func (l *Ledger) Post(t Transfer) error {
	if t.Amount < 0 {
		return ErrAmount
	}
	if uint(t.From) >= uint(len(l.row)) || uint(t.To) >= uint(len(l.row)) || t.Asset >= Assets ||
		t.FromPocket >= Pockets || t.ToPocket >= Pockets || t.Reason >= Reasons {
		return ErrAccount
	}
	of := l.bal[t.Asset]
	from, to := &of[t.From][t.FromPocket], &of[t.To][t.ToPocket]
	have := *from
	if have < t.Amount && t.From != Outside && t.FromPocket != Loan {
		return ErrFunds
	}
	// The comparisons are arranged so that none of them can overflow.
	if have < t.Amount-maxBalance || (from != to && *to > maxBalance-t.Amount) {
		return ErrOverflow
	}
	if giver, taker := l.row[t.From], l.row[t.To]; giver != taker {
		f := int(t.Reason)*int(Assets) + int(t.Asset)
		out, in := &l.flow[int(giver)*perRow+f], &l.flow[int(taker)*perRow+f]
		if *out < t.Amount-maxBalance || *in > maxBalance-t.Amount {
			return ErrOverflow
		}
		*out -= t.Amount
		*in += t.Amount
	}
	*from -= t.Amount
	*to += t.Amount
	return nil
}

// Audit checks the invariants: every asset sums to zero, no balance is negative
// except those that may be, and for each row and asset the flows over all reasons
// add up to the holdings of the owners in the row.
func (l *Ledger) Audit() error {
	var sum [Assets]Amount
	held := make([]Amount, l.Rows()*int(Assets))
	for o := range l.row {
		for a := Asset(0); a < Assets; a++ {
			for p := Pocket(0); p < Pockets; p++ {
				b := l.bal[a][o][p]
				if b < 0 && Owner(o) != Outside && p != Loan {
					return fmt.Errorf("ledger: owner %d has %d of %v in %v", o, b, a, p)
				}
				sum[a] += b
				held[int(l.row[o])*int(Assets)+int(a)] += b
			}
		}
	}
	for a, s := range sum {
		if s != 0 {
			return fmt.Errorf("ledger: %v sums to %d, not to zero", Asset(a), s)
		}
	}
	return l.auditFlows(held)
}

func (l *Ledger) auditFlows(held []Amount) error {
	for r := 0; r < l.Rows(); r++ {
		for a := Asset(0); a < Assets; a++ {
			var in Amount
			for why := Reason(0); why < Reasons; why++ {
				in += l.Flow(Row(r), why, a)
			}
			if h := held[r*int(Assets)+int(a)]; in != h {
				return fmt.Errorf("ledger: row %d received %d of %v but holds %d", r, in, a, h)
			}
		}
	}
	return nil
}

// CopyFrom makes l equal to src and re-uses the memory of l where it fits.
func (l *Ledger) CopyFrom(src *Ledger) {
	for a := range l.bal {
		l.bal[a] = append(l.bal[a][:0], src.bal[a]...)
	}
	l.row = append(l.row[:0], src.row...)
	l.flow = append(l.flow[:0], src.flow...)
}

// Hash folds every balance and flow into h, for the state hash of a world. The
// rows of owners never change within a world and are left out.
func (l *Ledger) Hash(h uint64) uint64 {
	for o := range l.row {
		for a := range l.bal {
			h = exact.Fold(h, l.bal[a][o][:]...)
		}
	}
	for i, b := range l.flow {
		if why := Reason(i % perRow / int(Assets)); why >= Mining && b == 0 {
			continue // these reasons enter only where they occur; worlds without them keep their hashes
		}
		h = exact.Fold(h, b)
	}
	return h
}
