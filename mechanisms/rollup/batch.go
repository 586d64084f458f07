package rollup

import "stakeout/market/ledger"

// Open starts a slot under its leader. Each slot has one Open, at most one Build,
// and one Close. In exodus there is no leader.
func (s *State) Open(l Leader) {
	if s.pub.Exodus {
		l = Leader{}
	}
	s.records[l.Operator].Led++
	s.slot = Outcome{Leader: l}
	s.posting = false
	s.pub.Slot++
	s.pub.Leader = l
}

// Build fills the leader's batch by its policy, which is fixed from here on, and
// returns the layer-one gas that the batch needs. ok is false if no batch is
// built, because the slot is vacant or the operator is down. A batch may be
// empty.
func (s *State) Build(tick uint32, down bool) (gas uint32, ok bool) {
	room := s.room()
	s.taken, s.left, s.data = 0, 0, 0
	if s.slot.Operator == ledger.Outside || down {
		s.left = s.leftOut(room)
		return 0, false
	}
	s.terms = s.policy[s.slot.Operator]
	if s.terms.Transfers {
		free, marginal := s.fill(&s.txs, false, s.terms.MinFee, s.terms.most(room))
		s.taken = s.terms.most(room) - free
		s.priced(marginal, room-s.taken)
	}
	s.left = s.leftOut(room - s.taken)
	if s.terms.Exits {
		s.fillExits()
	}
	s.data = s.p.DataGas(s.taken)
	gas = uint32(s.p.BatchGas)
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

// DataGas is the gas that costs as much as the blobs of the batch that was built last.
func (s *State) DataGas() uint64 { return s.data }

// room is the number of transactions that fit a batch, by its capacity and its
// gas.
func (s *State) room() uint32 {
	gas := max(s.p.MaxBatchGas-s.p.BatchGas, 0)
	return uint32(min(s.p.CapacityTx, gas/max(s.p.TransactionGas, 1)))
}

// exitRoom is the number of users that can leave in a batch: as many as its gas
// allows besides a full load of transactions, but at least one.
func (s *State) exitRoom() uint32 {
	gas := s.p.MaxBatchGas - s.p.BatchGas - int(s.room())*s.p.TransactionGas
	return uint32(min(max(gas/max(s.p.WithdrawalGas, 1), 1), s.p.CapacityTx))
}

// fill moves requests from the highest buckets into the batch until its room is
// used up, and none from a bucket below that of floor. It returns the room that
// is left and the bid of the last request taken. A request larger than the room
// is taken in part; transactions for which their sender cannot pay are dropped.
func (s *State) fill(q *queue, exit bool, floor ledger.Amount, room uint32) (left uint32, marginal ledger.Amount) {
	ahead := 0
	for b := q.highest(buckets - 1); b >= bucketOf(floor) && room > 0; b = q.highest(b) {
		o := q.head[b]
		if ahead--; ahead < 0 {
			ahead = s.warmLine(q, o)
		}
		r := &q.req[o]
		want := min(r.count, room)
		n := want
		if !exit && r.bid > 0 {
			n = uint32(min(ledger.Amount(want), s.Balance(o)/r.bid))
		}
		if n > 0 {
			s.batch = append(s.batch, included{bid: r.bid, owner: o, count: n, since: r.since, exit: exit})
			r.riding = true
			marginal = r.bid
			room -= n
		}
		if n < want || n == r.count {
			q.remove(o)
		} else {
			q.revise(o, r.count-n, r.bid)
		}
	}
	return room, marginal
}

// fillExits lets users out, the highest bids first. Where the price follows the balance,
// those who bid less than theirs are passed over.
func (s *State) fillExits() {
	if s.terms.ExitShare == 0 {
		s.fill(&s.exits, true, s.terms.ExitFee, s.exitRoom())
		return
	}
	q, room := &s.exits, s.exitRoom()
	for b := q.highest(buckets - 1); b >= bucketOf(s.terms.ExitFee) && room > 0; b = q.highest(b - 1) {
		for o := q.head[b]; o != 0 && room > 0; {
			next, r := q.line[o].next, &q.req[o]
			if r.bid >= s.ExitPrice(&s.terms, o, r.count) {
				n := min(r.count, room)
				s.batch = append(s.batch, included{bid: r.bid, owner: o, count: n, since: r.since, exit: true})
				r.riding = true
				room -= n
				if n == r.count {
					q.remove(o)
				} else {
					q.revise(o, r.count-n, r.bid)
				}
			}
			o = next
		}
	}
}

// ExitPrice is what each of the last count users of an owner pays under a policy to
// leave, in micro-USD. Balances inside a rollup are public.
func (s *State) ExitPrice(p *Policy, o ledger.Owner, count uint32) ledger.Amount {
	if p.ExitShare == 0 || count == 0 {
		return p.ExitFee
	}
	balance := s.Balance(o)
	if s.Here(o) {
		balance += s.led.Balance(o, ledger.Dai, ledger.Rollup)
	}
	return max(p.ExitFee, ledger.Amount(p.ExitShare*float64(balance)/float64(count)))
}

// priced publishes the price of inclusion: the posted fee, or the last bid in a full
// batch if that left others waiting.
func (s *State) priced(marginal ledger.Amount, room uint32) {
	s.pub.MarginalFee = s.pub.PostedFee
	if room == 0 && s.txs.total > 0 {
		s.pub.MarginalFee = max(marginal, s.pub.PostedFee)
	}
}

// Close ends the slot. posted says whether the batch reached layer one before the
// deadline, cost is its gas in micro-USD, tick is the present tick, and eth the
// price of ETH relative to the start. First the fees move, then the cost. A batch
// that missed its deadline returns its requests and costs nothing. A batch that
// contradicts another of its leader is void: it returns its requests too, but its
// gas has been paid. The mechanism shares the fees.
//
// Assumption: an operator that cannot pay all of the gas pays what it has.
func (s *State) Close(tick uint32, posted bool, cost ledger.Amount, eth float64) Outcome {
	o := &s.slot
	arrived := posted && s.posting
	o.Equivocated = arrived && s.terms.Equivocate
	o.Posted = arrived && !o.Equivocated
	if o.Posted {
		s.execute(tick, o)
		s.extract(o, eth)
	} else {
		s.giveBack()
	}
	if arrived {
		o.Cost = s.pay(o.Operator, ledger.LayerOne, ledger.Free, cost, ledger.BatchCost)
		s.made[o.Operator] += o.Fees + o.Extracted - o.Cost
	}
	s.batch = s.batch[:0]
	s.posting = false
	if o.Transactions > 0 {
		s.serveForced(tick, true)
	}
	s.publish(tick, o, eth)
	return *o
}

// execute carries out the batch, transactions before exits.
func (s *State) execute(tick uint32, o *Outcome) {
	for i := range s.batch {
		if i%readAhead == 0 {
			s.warmBatch(s.batch[i:min(i+readAhead, len(s.batch))])
		}
		switch b := s.batch[i]; {
		case b.count == 0: // removed by strike or lapse
		case b.exit:
			s.leave(b, o)
		default:
			s.serve(b, tick, o)
		}
	}
}

// readAhead is the number of accounts that are read before the first of them is
// needed. The reads are independent, so the processor overlaps them; without them
// each use would wait for memory.
const readAhead = 64

// warmLine reads the accounts of a request and of those behind it in its bucket,
// and returns the number behind it.
func (s *State) warmLine(q *queue, o ledger.Owner) (behind int) {
	for ; o != 0 && behind < readAhead; behind++ {
		s.warmth += uint64(q.req[o].count) + uint64(s.Balance(o))
		o = q.line[o].next
	}
	return behind - 1
}

func (s *State) warmBatch(list []included) {
	for i := range list {
		s.warmth += uint64(s.txs.req[list[i].owner].count) + uint64(s.Balance(list[i].owner))
	}
}

// extract pays the operator the value of the order of the transactions.
//
// Assumption: the value comes from trades inside the rollup that the model does
// not contain, so it enters from outside. It is earned in ETH, like fees, and
// belongs to the operator alone.
func (s *State) extract(o *Outcome, eth float64) {
	o.Extracted = ledger.Amount(float64(s.p.ExtractableUSD * eth * float64(o.Transactions) * float64(ledger.Unit)))
	s.must(s.led.Post(ledger.Transfer{Amount: o.Extracted, From: ledger.Outside, To: o.Operator, Asset: ledger.Cash,
		Reason: ledger.Extraction}))
}

// giveBack returns the requests of the batch to their queues. It begins with the
// last, so that the requests of a bucket keep their order.
func (s *State) giveBack() {
	for i := len(s.batch) - 1; i >= 0; i-- {
		b := s.batch[i]
		q := &s.txs
		if b.exit {
			q = &s.exits
		}
		q.req[b.owner].riding = false
		if b.count > 0 {
			q.restore(b)
		}
	}
}

// strike removes an owner's transactions from the batch that is waiting for layer
// one.
func (s *State) strike(o ledger.Owner) {
	if !s.txs.req[o].riding {
		return
	}
	for i := range s.batch {
		if b := &s.batch[i]; b.owner == o && !b.exit {
			b.count = 0
		}
	}
}

// pay moves at most amount of cash into the free pocket of the receiver and
// returns the amount moved.
func (s *State) pay(from, to ledger.Owner, pocket ledger.Pocket, amount ledger.Amount,
	why ledger.Reason) ledger.Amount {
	have := s.led.Balance(from, ledger.Cash, pocket)
	amount = min(amount, have)
	if amount == 0 {
		return 0
	}
	s.must(s.led.Post(ledger.Transfer{Amount: amount, From: from, To: to, Asset: ledger.Cash, FromPocket: pocket,
		Reason: why}))
	if pocket == ledger.Rollup && amount == have {
		s.pub.Members--
	}
	return amount
}

// serve charges the bid, or the sender's whole balance if less is left because a
// layer-one request has been paid from it since the batch was built.
func (s *State) serve(b included, tick uint32, o *Outcome) {
	s.txs.req[b.owner].riding = false
	o.Fees += s.pay(b.owner, o.Operator, ledger.Rollup, s.fee(b, b.bid), ledger.TransactionFee)
	o.Transactions += b.count
	s.txs.req[b.owner].last = Served{Tick: tick, Since: b.since, Count: b.count, Bid: b.bid}
}

// leave charges the price of the leader's terms, not the bid, because withdrawals have
// a posted price. The balance of a cohort goes with its last user.
func (s *State) leave(b included, o *Outcome) {
	left := b.count
	if r := &s.exits.req[b.owner]; r.waiting {
		left += r.count
	}
	price := min(s.ExitPrice(&s.terms, b.owner, left), b.bid)
	s.exits.req[b.owner].riding = false
	o.Fees += s.pay(b.owner, o.Operator, s.purse(b.owner), s.fee(b, price), ledger.WithdrawalFee)
	o.Exits += b.count
	if !s.exits.req[b.owner].waiting {
		s.withdrawn(b.owner)
	}
}

// fee is the price of all units of an included request. If it overflows, it is
// the balance.
func (s *State) fee(b included, each ledger.Amount) ledger.Amount {
	if fee, ok := ledger.MulDiv(each, ledger.Amount(b.count), 1, ledger.Down); ok {
		return fee
	}
	return s.Balance(b.owner)
}

// withdrawn takes the rest of a user's balance out of the model, and returns dai
// to its owner.
func (s *State) withdrawn(user ledger.Owner) {
	s.txs.remove(user)
	s.exits.remove(user)
	s.forced.of[user] = leaver{}
	s.Activate(user, false)
	s.pay(user, ledger.Outside, ledger.Rollup, s.Balance(user), ledger.Withdrawal)
	if s.Here(user) {
		s.must(s.move(user, ledger.Dai, ledger.Rollup, ledger.Free, s.led.Balance(user, ledger.Dai, ledger.Rollup)))
	}
}
