package rollup

import "stakeout/market/ledger"

// Hold keeps the stake behind an operator within reach of a judgment until
// Release: stakers that delegate to the operator cannot choose another, and their
// unbonding stake is not paid out. There is one Hold at a time.
func (s *State) Hold(operator ledger.Owner) {
	s.Release()
	s.accused = operator
}

// Release ends a Hold and pays out the stake that has fallen due since.
func (s *State) Release() {
	s.accused = ledger.Outside
	for _, u := range s.held {
		s.payOut(u)
	}
	s.held = s.held[:0]
}

// Condemn burns a share of the stake behind an operator and returns the
// micro-tokens taken. The share applies to all stake delegated to it and, if the
// contract has a time lock (locked), to the unbonding stake that was delegated to
// it when the unbonding began. The evidence against the operator is cleared.
//
// Assumption: stakers are liable for the operator to which they delegate; stake
// that was delegated elsewhere before a Hold is not.
func (s *State) Condemn(operator ledger.Owner, share float64, locked bool, tick uint32) (taken ledger.Amount) {
	guilt := s.Guilt(operator)
	r := &s.records[operator]
	r.Lost, r.Slashed = s.LossRate(operator, tick)+float64(share*lossPerYear), tick
	for o := range s.operator {
		if s.operator[o] != operator {
			continue
		}
		if cut := part(s.Bonded(ledger.Owner(o)), share); cut > 0 {
			s.burn(ledger.Owner(o), ledger.Staked, cut)
			s.unstaked(ledger.Owner(o), cut)
			taken += cut
		}
	}
	if locked {
		taken += s.condemnLeaving(s.unbonding[s.head:], operator, share) + s.condemnLeaving(s.held, operator, share)
	}
	s.threaten(taken, guilt)
	s.clear(operator)
	return taken
}

// condemnLeaving burns a share of unbonding stake.
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

// Fine is the share of the leader's stake that a missed deadline costs now: none when
// most leaders miss theirs, so that an outage burns no stake.
func (s *State) Fine() float64 {
	if s.missedHour > s.p.ForgiveShare {
		return 0
	}
	return s.p.SlashMissShare
}

// Succeed sets the successors in the office of the single operator, in order.
func (s *State) Succeed(list ...ledger.Owner) { s.successors = append(s.successors[:0], list...) }

// Dismiss gives the office to the next successor and clears the record of the
// former holder. Without a successor the office stays vacant.
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

// part returns a share of an amount, rounded down. The share is between 0 and 1
// and is rounded to six decimals.
func part(a ledger.Amount, share float64) ledger.Amount {
	x, _ := ledger.MulDiv(a, ledger.Amount(float64(share*1e6)+0.5), 1e6, ledger.Down)
	return x
}
