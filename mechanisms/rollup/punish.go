package rollup

import "stakeout/market/ledger"

// Hold keeps the stake behind an operator where a judgment can reach it: nobody
// who delegates to it can name another, and what unbonds is not paid out, until
// Release. There is one Hold at a time.
func (s *State) Hold(operator ledger.Owner) {
	s.Release()
	s.accused = operator
}

// Release ends a Hold and pays out what has fallen due meanwhile.
func (s *State) Release() {
	s.accused = ledger.Outside
	for _, u := range s.held {
		s.payOut(u)
	}
	s.held = s.held[:0]
}

// Condemn burns a share of the stake behind an operator: of all that is
// delegated to it and, if the contract has a time lock, of what is unbonding and
// was delegated to it when that began. Its record starts anew. It returns the
// micro-tokens taken.
//
// Assumption: those who delegate answer for their operator; stake that was
// delegated elsewhere before a Hold goes free.
func (s *State) Condemn(operator ledger.Owner, share float64, locked bool) (taken ledger.Amount) {
	for o := range s.operator {
		if s.operator[o] != operator {
			continue
		}
		if cut := part(s.Bonded(ledger.Owner(o)), share); cut > 0 {
			s.burn(ledger.Owner(o), ledger.Staked, cut)
			s.Slashed(ledger.Owner(o), cut)
			taken += cut
		}
	}
	if locked {
		taken += s.condemnLeaving(s.unbonding[s.head:], operator, share) + s.condemnLeaving(s.held, operator, share)
	}
	s.clear(operator)
	return taken
}

// condemnLeaving burns a share of what is on its way out.
func (s *State) condemnLeaving(list []unbond, operator ledger.Owner, share float64) (taken ledger.Amount) {
	for i := range list {
		u := &list[i]
		if u.operator != operator {
			continue
		}
		cut := part(u.amount, share)
		s.burn(u.owner, ledger.Unbonding, cut)
		u.amount -= cut
		s.pub.Unbonding -= cut
		taken += cut
	}
	return taken
}

func (s *State) burn(o ledger.Owner, from ledger.Pocket, a ledger.Amount) {
	s.must(s.led.Post(ledger.Transfer{Amount: a, From: o, To: ledger.Burned, Asset: ledger.Token, FromPocket: from,
		Reason: ledger.Slash}))
}

// Succeed names those who follow in the office of the single operator, in order.
func (s *State) Succeed(list ...ledger.Owner) { s.successors = append(s.successors[:0], list...) }

// Dismiss takes the office from whoever holds it and gives it to the next in
// line; without anybody in line it stays vacant. Its record starts anew.
func (s *State) Dismiss() {
	s.clear(s.appointed)
	out := s.appointed
	s.appointed = ledger.Outside
	for range s.successors {
		next := s.successors[s.turn%len(s.successors)]
		s.turn++
		if next != out {
			s.appointed = next
			return
		}
	}
}

// part is a share between 0 and 1, to six decimals, of an amount, rounded down.
func part(a ledger.Amount, share float64) ledger.Amount {
	x, _ := ledger.MulDiv(a, ledger.Amount(float64(share*1e6)+0.5), 1e6, ledger.Down)
	return x
}
