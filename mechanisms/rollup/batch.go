package rollup

import "stakeout/market/ledger"

// Open starts a slot under its leader.
func (s *State) Open(l Leader) {
	s.slot = Outcome{Leader: l}
	s.batch = s.batch[:0]
	s.posting = false
	s.pub.Slot++
	s.pub.Leader = l
}

// Build fills the leader's batch by its standing policy and returns the
// layer-one gas that it needs. ok is false when nobody builds: the slot is
// vacant or the operator is down. An empty batch is a batch.
func (s *State) Build(tick uint32, down bool) (gas uint32, ok bool) {
	if s.slot.Operator == ledger.Outside || down {
		s.slot.Tried = s.slot.Operator != ledger.Outside && s.policy[s.slot.Operator].Transfers
		return 0, false
	}
	pol := s.policy[s.slot.Operator]
	room := uint32(s.p.CapacityTx)
	gas = uint32(s.p.BatchGas)
	if pol.Exits {
		s.batch, _, _ = s.exits.take(pol.ExitFee, s.exitRoom(room), s.batch, true)
	}
	if pol.Transfers {
		s.slot.Tried = true
		var marginal ledger.Amount
		s.batch, room, marginal = s.txs.take(pol.MinFee, room, s.batch, false)
		s.priced(pol.MinFee, marginal, room)
	}
	for _, b := range s.batch {
		if b.exit {
			gas += b.count * uint32(s.p.WithdrawalGas)
		} else {
			gas += b.count * uint32(s.p.TransactionGas)
		}
	}
	s.posting = true
	return gas, true
}

// exitRoom is how many users can leave in a batch: what its gas allows beside a
// full load of transactions.
func (s *State) exitRoom(room uint32) uint32 {
	gas := s.p.MaxBatchGas - s.p.BatchGas - s.p.CapacityTx*s.p.TransactionGas
	return min(room, uint32(max(gas/max(s.p.WithdrawalGas, 1), 1)))
}

// priced publishes what inclusion cost: an average of the minima of those who
// served, or the lowest bid that made it into a batch that left others waiting.
func (s *State) priced(minFee, marginal ledger.Amount, room uint32) {
	if room < uint32(s.p.CapacityTx) {
		fee := mix(float64(minFee), float64(s.pub.PostedFee), s.decay.hour)
		s.pub.PostedFee = ledger.Amount(fee + 0.5)
	}
	s.pub.MarginalFee = s.pub.PostedFee
	if room < uint32(s.p.CapacityTx)/50 && s.txs.total > 0 {
		s.pub.MarginalFee = max(marginal, minFee)
	}
}

// Close ends the slot. posted says whether the batch reached layer one before
// the deadline, cost what its gas cost in micro-USD, tick is now and eth the
// price of ETH relative to the start. Fees move now; a batch that missed its
// deadline gives its requests back. Sharing the fees is the mechanism's part.
func (s *State) Close(tick uint32, posted bool, cost ledger.Amount, eth float64) Outcome {
	o := &s.slot
	o.Posted = posted && s.posting
	if o.Posted {
		o.Cost = s.pay(o.Operator, ledger.LayerOne, ledger.Free, cost, ledger.BatchCost)
	}
	for _, b := range s.batch {
		switch {
		case !o.Posted:
			s.giveBack(b)
		case b.exit:
			s.leave(b, o)
		default:
			s.serve(b, tick, o)
		}
	}
	s.batch = s.batch[:0]
	if o.Posted && o.Transactions > 0 {
		s.serveForced(tick, true)
	}
	s.publish(tick, o, eth)
	return *o
}

// giveBack returns a request to the queue; where its owner has asked anew in
// the meantime, the new request takes over the age of the old one.
func (s *State) giveBack(b included) {
	q := &s.txs
	if b.exit {
		q = &s.exits
	}
	if r := &q.req[b.owner]; r.waiting {
		r.since = b.since
	} else {
		q.push(b.owner, b.count, b.bid, b.since)
	}
}

// pay moves up to amount of cash and returns what was moved.
func (s *State) pay(from, to ledger.Owner, pocket ledger.Pocket, amount ledger.Amount, why ledger.Reason) ledger.Amount {
	amount = min(amount, s.led.Balance(from, ledger.Cash, pocket))
	s.must(s.led.Post(ledger.Transfer{Amount: amount, From: from, To: to, Asset: ledger.Cash, FromPocket: pocket, Reason: why}))
	return amount
}

func (s *State) serve(b included, tick uint32, o *Outcome) {
	o.Fees += s.pay(b.owner, o.Operator, ledger.Rollup, b.bid*ledger.Amount(b.count), ledger.TransactionFee)
	o.Transactions += b.count
	s.served[b.owner] = Served{Tick: tick, Since: b.since, Count: b.count, Bid: b.bid}
}

// leave charges the exit fee of the leader's policy, not the bid: withdrawals
// are sold at a posted price.
func (s *State) leave(b included, o *Outcome) {
	fee := s.policy[o.Operator].ExitFee * ledger.Amount(b.count)
	o.Fees += s.pay(b.owner, o.Operator, ledger.Rollup, fee, ledger.WithdrawalFee)
	o.Exits += b.count
	s.withdrawn(b.owner)
}

// withdrawn takes the rest of a user's balance out of the model.
func (s *State) withdrawn(user ledger.Owner) {
	s.txs.remove(user)
	s.Activate(user, false)
	s.pay(user, ledger.Outside, ledger.Rollup, s.Balance(user), ledger.Withdrawal)
}
