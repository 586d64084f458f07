package lending

import (
	"math/bits"

	"stakeout/market/ledger"
)

// wide is an unsigned 128-bit integer. It holds shares times index exactly, so
// solvency is decided without rounding.
type wide struct{ hi, lo uint64 }

// product multiplies two non-negative amounts.
func product(a, b ledger.Amount) wide {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return wide{hi, lo}
}

func (w wide) plus(v wide) wide {
	lo, carry := bits.Add64(w.lo, v.lo, 0)
	hi, _ := bits.Add64(w.hi, v.hi, carry)
	return wide{hi, lo}
}

// minus subtracts v, which must not exceed w.
func (w wide) minus(v wide) wide {
	lo, borrow := bits.Sub64(w.lo, v.lo, 0)
	hi, _ := bits.Sub64(w.hi, v.hi, borrow)
	return wide{hi, lo}
}

func (w wide) less(v wide) bool {
	return w.hi < v.hi || (w.hi == v.hi && w.lo < v.lo)
}

// over divides by a positive amount and rounds down; a quotient that does not fit
// is saturated.
func (w wide) over(c ledger.Amount) ledger.Amount {
	if w.hi >= uint64(c) {
		return saturated
	}
	q, _ := bits.Div64(w.hi, w.lo, uint64(c))
	return ledger.Amount(min(q, uint64(saturated)))
}

// backing is the pool's free tokens plus all debts, and owed is the sum of all
// claims, both in micro-tokens × indexUnit.
func (p *Pool) backing() wide {
	return product(p.free(ledger.Pool), indexUnit).plus(product(p.debt, p.debtIndex))
}

func (p *Pool) owed() wide { return product(p.supply, p.lendIndex) }
