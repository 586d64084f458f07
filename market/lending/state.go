package lending

import (
	"fmt"

	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// CopyFrom makes p equal to src and re-uses the memory of p where it fits. p
// keeps its own ledger, which the caller must copy too.
func (p *Pool) CopyFrom(src *Pool) {
	own, accounts, borrowers, margins := p.ledger, p.accounts, p.borrowers, p.margins
	*p = *src
	p.ledger = own
	p.accounts = append(accounts[:0], src.accounts...)
	p.borrowers = append(borrowers[:0], src.borrowers...)
	p.margins = append(margins[:0], src.margins...)
}

// Hash folds the state of the pool into h, for the state hash of a world.
func (p *Pool) Hash(h uint64) uint64 {
	h = exact.Fold(h, p.debtIndex, p.lendIndex, p.debt, p.supply, p.mark, ledger.Amount(p.tick))
	for _, a := range p.accounts {
		h = exact.Fold(h, a.debt, a.supply)
	}
	for i, m := range p.margins {
		h = exact.Fold(h, ledger.Amount(p.borrowers[i]), m.seized, m.before, bit(m.called)+2*bit(m.open))
	}
	return h
}

func bit(b bool) ledger.Amount {
	if b {
		return 1
	}
	return 0
}

// Audit checks the invariants: shares add up, the borrowers are exactly the
// owners with debt, the Loan pockets sum to zero, and the pool's free tokens plus
// all debts are at least all claims.
func (p *Pool) Audit() error {
	var debt, supply, loans ledger.Amount
	listed := 0
	for i, a := range p.accounts {
		o := ledger.Owner(i)
		if a.debt < 0 || a.supply < 0 || (!p.known(o) && a != account{}) {
			return fmt.Errorf("lending: owner %d has shares %+v", o, a)
		}
		if a.debt > 0 {
			if listed >= len(p.borrowers) || p.borrowers[listed] != o {
				return fmt.Errorf("lending: borrower %d is not in its place in %v", o, p.borrowers)
			}
			listed++
		}
		debt += a.debt
		supply += a.supply
		loans += p.ledger.Balance(o, asset, ledger.Loan)
	}
	switch {
	case listed != len(p.borrowers) || listed != len(p.margins):
		return fmt.Errorf("lending: %d debts, %d borrowers, %d margins", listed, len(p.borrowers), len(p.margins))
	case debt != p.debt || supply != p.supply:
		return fmt.Errorf("lending: shares %d and %d, sums %d and %d", debt, supply, p.debt, p.supply)
	case loans != 0:
		return fmt.Errorf("lending: loan pockets sum to %d, not to zero", loans)
	case p.debtIndex < indexUnit || p.lendIndex < indexUnit:
		return fmt.Errorf("lending: index below its start: %d, %d", p.debtIndex, p.lendIndex)
	case p.backing().less(p.owed()):
		return fmt.Errorf("lending: lenders are owed %d, borrowers owe %d, in hand %d",
			p.Supplied(), p.Borrowed(), p.free(ledger.Pool))
	}
	return nil
}
