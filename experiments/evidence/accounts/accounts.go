// Package accounts writes the books of a world as stock-flow consistent models
// do: a balance-sheet matrix, a transaction-flow matrix, and the table that leads
// from one balance sheet to the next. Sectors stand in columns, instruments and
// flows in rows; a plus is an asset or a receipt, a minus a liability or a
// payment. Every row sums to zero because what one sector owes or pays another
// owns or receives, and every column does because of its balancing item.
//
// Values are whole numbers of 1e-12 USD, an amount in micro-units times a price in
// micro-USD, so that the sums are exact and not near.
//
// Assumption: the sector outside issues cash, tokens and ether, and is shown as
// liable for each in the form in which the others hold it. Dai and loans of tokens
// have debtors within the model.
//
// Assumption: flows are valued at the prices at the end of the period, at which a
// row of tokens sums to zero like a row of cash; what is held at its beginning is
// revalued apart.
//
// Source: W. Godley, M. Lavoie, "Monetary Economics: An Integrated Approach to
// Credit, Money, Income, Production and Wealth", Palgrave Macmillan, 2007, chapter
// 2, for both matrices and their signs.
package accounts

import (
	"math/big"

	"stakeout/agents"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/measure"
	"stakeout/market/ledger"
)

// Statement is what the sectors of a world hold at one moment, and what they have
// received until then.
type Statement struct {
	price [ledger.Assets]ledger.Amount // micro-USD
	held  [][ledger.Assets][ledger.Pockets]ledger.Amount
	flow  [][ledger.Reasons][ledger.Assets]ledger.Amount // net, since the start
}

// Of draws up the statement of a world and leaves the world as it is.
func Of(w *sim.World) *Statement {
	var settled sim.World
	settled.CopyFrom(w)
	settled.Settle()
	s := &Statement{
		held: make([][ledger.Assets][ledger.Pockets]ledger.Amount, len(measure.Sectors)),
		flow: make([][ledger.Reasons][ledger.Assets]ledger.Amount, len(measure.Sectors)),
	}
	for a, p := range measure.Prices(&settled) {
		s.price[a] = agents.Amount(p)
	}
	l := settled.Ledger()
	for o := range ledger.Owner(l.Owners()) {
		of := &s.held[measure.SectorOf(l.RowOf(o))]
		for a := range of {
			for p := range of[a] {
				of[a][p] += l.Balance(o, ledger.Asset(a), ledger.Pocket(p))
			}
		}
	}
	for r := range ledger.Row(l.Rows()) {
		of := &s.flow[measure.SectorOf(r)]
		for why := range of {
			for a := range of[why] {
				of[why][a] += l.Flow(r, ledger.Reason(why), ledger.Asset(a))
			}
		}
	}
	return s
}

// total is what a sector has of an asset, debts deducted.
func (s *Statement) total(sector int, a ledger.Asset) (sum ledger.Amount) {
	for _, x := range s.held[sector][a] {
		sum += x
	}
	return sum
}

// worth is an amount at a price in 1e-12 USD.
func worth(x, price ledger.Amount) *big.Int {
	return new(big.Int).Mul(big.NewInt(int64(x)), big.NewInt(int64(price)))
}

// NetWorth is what a sector owns less what it owes, in 1e-12 USD.
func (s *Statement) NetWorth(sector int) *big.Int {
	sum := new(big.Int)
	for a, price := range s.price {
		sum.Add(sum, worth(s.total(sector, ledger.Asset(a)), price))
	}
	return sum
}

// instrument is a row of the balance sheet: an asset in some of its pockets.
type instrument struct {
	name  string
	asset ledger.Asset
	in    []ledger.Pocket // nil is every pocket that no other row of the asset has
	// issued says that the sector outside is liable for what the others hold.
	issued bool
}

var instruments = []instrument{
	{name: "Cash", asset: ledger.Cash},
	{"Cash inside the rollup", ledger.Cash, []ledger.Pocket{ledger.Rollup}, true},
	{"Cash as margin and collateral", ledger.Cash, []ledger.Pocket{ledger.Margin, ledger.Collateral}, true},
	{name: "Tokens, free and behind orders", asset: ledger.Token},
	{"Tokens staked", ledger.Token, []ledger.Pocket{ledger.Staked}, true},
	{"Tokens unbonding", ledger.Token, []ledger.Pocket{ledger.Unbonding}, true},
	{"Loans of tokens", ledger.Token, []ledger.Pocket{ledger.Loan}, false},
	{name: "Dai", asset: ledger.Dai},
	{name: "Ether", asset: ledger.Ether},
	{name: "Tokens of the smaller side of a fork", asset: ledger.Rival},
}

// outside is the place of the sector outside, the last one.
func outside() int { return len(measure.Sectors) - 1 }

// amounts lists the amounts of an instrument by sector. Outside issues some assets. Its debt
// for the forms in which they are held is taken from the row of the asset without a form.
func (s *Statement) amounts(i instrument) []ledger.Amount {
	out := make([]ledger.Amount, len(s.held))
	for sector := range s.held {
		for _, p := range i.in {
			out[sector] += s.held[sector][i.asset][p]
		}
		if i.in == nil {
			out[sector] = s.total(sector, i.asset)
		}
	}
	if i.in == nil {
		for _, other := range instruments {
			if other.asset == i.asset && other.in != nil {
				for sector, x := range s.amounts(other) {
					out[sector] -= x
				}
			}
		}
	}
	if i.issued {
		for _, x := range out[:outside()] {
			out[outside()] -= x
		}
	}
	return out
}

// BalanceSheet is the balance-sheet matrix. The balancing item of a column is its
// net worth, with a minus.
func (s *Statement) BalanceSheet() *Matrix {
	m := newMatrix("balance_sheet", "Balance-sheet matrix")
	for _, i := range instruments {
		m.add(i.name, func(sector int) *big.Int { return worth(s.amounts(i)[sector], s.price[i.asset]) })
	}
	m.add("Net worth", func(sector int) *big.Int { x := s.NetWorth(sector); return x.Neg(x) })
	return m
}

// assetNames head the rows of flows.
var assetNames = [ledger.Assets]string{ledger.Cash: "cash", ledger.Token: "tokens", ledger.Dai: "dai",
	ledger.Ether: "ether", ledger.Rival: "tokens of the smaller side"}

// Flows is the transaction-flow matrix from an earlier statement of the same world
// to this one. The balancing items of a column are the changes of what it holds,
// with a minus: a use of funds.
func (s *Statement) Flows(since *Statement) *Matrix {
	m := newMatrix("transaction_flows", "Transaction-flow matrix")
	for why := range ledger.Reasons {
		for a := range ledger.Assets {
			m.add(sentenceCase(why.String())+", "+assetNames[a], func(sector int) *big.Int {
				return worth(s.flow[sector][why][a]-since.flow[sector][why][a], s.price[a])
			})
		}
	}
	for a := range ledger.Assets {
		m.add("Change of "+assetNames[a], func(sector int) *big.Int {
			return worth(since.total(sector, a)-s.total(sector, a), s.price[a])
		})
	}
	return m
}

// Reconciliation leads from an earlier statement of the same world to this one:
// net worth, plus what was received, plus what became of the prices of what was
// held, is the new net worth.
func (s *Statement) Reconciliation(since *Statement) *Matrix {
	m := newMatrix("reconciliation", "From one balance sheet to the next")
	m.add("Net worth at the beginning", since.NetWorth)
	m.add("Transactions", func(sector int) *big.Int {
		sum := new(big.Int)
		for why := range ledger.Reasons {
			for a := range ledger.Assets {
				sum.Add(sum, worth(s.flow[sector][why][a]-since.flow[sector][why][a], s.price[a]))
			}
		}
		return sum
	})
	m.add("Revaluation", func(sector int) *big.Int {
		sum := new(big.Int)
		for a := range ledger.Assets {
			sum.Add(sum, worth(since.total(sector, a), s.price[a]-since.price[a]))
		}
		return sum
	})
	m.add("Net worth at the end", func(sector int) *big.Int { x := s.NetWorth(sector); return x.Neg(x) })
	return m
}
