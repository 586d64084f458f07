package lending

import "stakeout/market/ledger"

// borrowRate is the kinked curve: parts per billion a year at a utilisation in
// parts per billion.
func (r *rules) borrowRate(use ledger.Amount) ledger.Amount {
	if use <= r.kink {
		return r.base + scale(r.kinkRate-r.base, use, r.kink, ledger.Up)
	}
	return r.kinkRate + scale(r.excess, use-r.kink, billion-r.kink, ledger.Up)
}

// lendRate is what is left of the borrow rate, spread over all that is
// supplied, after reserves.
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

// Borrowed is what all borrowers owe together, in micro-tokens, interest to
// date included.
func (p *Pool) Borrowed() ledger.Amount {
	return scale(p.debt, p.debtIndex, indexUnit, ledger.Up)
}

// Supplied is what the pool owes all lenders together, reserves included, in
// micro-tokens, interest to date included.
func (p *Pool) Supplied() ledger.Amount {
	return scale(p.supply, p.lendIndex, indexUnit, ledger.Down)
}

// Utilisation is the share of what is supplied that is lent, from 0 to 1.
func (p *Pool) Utilisation() float64 { return float64(p.utilisation()) / 1e9 }

// Rates are what borrowers pay and lenders get now, as fractions a year,
// compounded at every tick.
func (p *Pool) Rates() (borrow, lend float64) {
	u := p.utilisation()
	return float64(p.rules.borrowRate(u)) / 1e9, float64(p.rules.lendRate(u)) / 1e9
}

// LendRateIf is what lenders would get, as a fraction a year, if the supply
// were larger by extra micro-tokens (smaller, if negative). A lender who
// compares yields must use it: the rate of a squeezed pool falls with what the
// lender itself brings.
func (p *Pool) LendRateIf(extra ledger.Amount) float64 {
	return float64(p.rules.lendRate(use(p.Borrowed(), max(p.Supplied()+extra, 0)))) / 1e9
}

// Available is the most that anybody can borrow now, in micro-tokens: what the
// cap leaves or what the pool holds, whichever is less.
func (p *Pool) Available() ledger.Amount {
	return min(p.capRoom(), p.free(ledger.Pool))
}

// capRoom counts in shares, because a new debt is rounded up to whole shares
// and must not pass the cap for that.
func (p *Pool) capRoom() ledger.Amount {
	room := scale(p.rules.cap, indexUnit, p.debtIndex, ledger.Down) - p.debt
	return scale(max(room, 0), p.debtIndex, indexUnit, ledger.Down)
}
