package lending

import "stakeout/market/ledger"

// borrowRate is the kinked curve: the rate in parts per billion a year at a
// utilisation in parts per billion.
func (r *rules) borrowRate(use ledger.Amount) ledger.Amount {
	if use <= r.kink {
		return r.base + scale(r.kinkRate-r.base, use, r.kink, ledger.Up)
	}
	return r.kinkRate + scale(r.excess, use-r.kink, billion-r.kink, ledger.Up)
}

// lendRate is the borrow rate, less reserves, spread over the whole supply.
func (r *rules) lendRate(use ledger.Amount) ledger.Amount {
	earned := scale(r.borrowRate(use), use, billion, ledger.Down)
	return scale(earned, billion-r.reserve, billion, ledger.Down)
}

// use is the share of a supply that is lent, in parts per billion, at most one.
func use(borrowed, supplied ledger.Amount) ledger.Amount {
	if borrowed >= supplied {
		if borrowed == 0 {
			return 0
		}
		return billion
	}
	return scale(borrowed, billion, supplied, ledger.Up)
}

func (p *Pool) utilisation() ledger.Amount { return use(p.Borrowed(), p.Supplied()) }

// Borrowed is the sum of all debts in micro-tokens, interest to date included.
func (p *Pool) Borrowed() ledger.Amount {
	return scale(p.debt, p.debtIndex, indexUnit, ledger.Up)
}

// Supplied is the sum of all claims in micro-tokens, reserves and interest to
// date included.
func (p *Pool) Supplied() ledger.Amount {
	return scale(p.supply, p.lendIndex, indexUnit, ledger.Down)
}

// Utilisation is the share of the supply that is lent, from 0 to 1.
func (p *Pool) Utilisation() float64 { return float64(p.utilisation()) / 1e9 }

// Rates returns what borrowers pay and lenders earn now, as fractions a year,
// compounded at every tick.
func (p *Pool) Rates() (borrow, lend float64) {
	u := p.utilisation()
	return float64(p.rules.borrowRate(u)) / 1e9, float64(p.rules.lendRate(u)) / 1e9
}

// LendRateIf is the lenders' rate, as a fraction a year, if the supply were
// larger by extra micro-tokens (smaller, if negative). A lender that compares
// yields must use it, because its own deposit lowers the high rate of a scarce
// pool.
func (p *Pool) LendRateIf(extra ledger.Amount) float64 {
	return float64(p.rules.lendRate(use(p.Borrowed(), max(p.Supplied()+extra, 0)))) / 1e9
}

// Available is the most that can be borrowed now, in micro-tokens: the room under
// the cap or the free tokens of the pool, whichever is less.
func (p *Pool) Available() ledger.Amount {
	return min(p.capRoom(), p.free(ledger.Pool))
}

// capRoom is the room under the cap in micro-tokens. It counts in shares, because
// a new debt is rounded up to whole shares and must not exceed the cap for that
// reason.
func (p *Pool) capRoom() ledger.Amount {
	room := scale(p.rules.cap, indexUnit, p.debtIndex, ledger.Down) - p.debt
	return scale(max(room, 0), p.debtIndex, indexUnit, ledger.Down)
}
