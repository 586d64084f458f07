package rollup

import (
	"fmt"
	"math"

	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// CopyFrom makes s equal to src and re-uses the memory of s where it fits. s
// keeps its own ledger, which the caller must copy too.
func (s *State) CopyFrom(src *State) {
	led, keep := s.led, *s
	*s = *src
	s.led = led
	s.lot.tree = append(keep.lot.tree[:0], src.lot.tree...)
	s.weight = append(keep.weight[:0], src.weight...)
	s.behind = append(keep.behind[:0], src.behind...)
	s.operator = append(keep.operator[:0], src.operator...)
	s.policy = append(keep.policy[:0], src.policy...)
	s.unbonding = append(keep.unbonding[:0], src.unbonding...)
	s.batch = append(keep.batch[:0], src.batch...)
	s.active = append(keep.active[:0], src.active...)
	s.earned = append(keep.earned[:0], src.earned...)
	s.records = append(keep.records[:0], src.records...)
	s.successors = append(keep.successors[:0], src.successors...)
	s.held = append(keep.held[:0], src.held...)
	s.home = append(keep.home[:0], src.home...)
	s.made = append(keep.made[:0], src.made...)
	s.txs, s.exits, s.forced = keep.txs, keep.exits, keep.forced
	s.txs.copyFrom(&src.txs)
	s.exits.copyFrom(&src.exits)
	s.forced.copyFrom(&src.forced)
}

// Hash folds the state of the rollup into h, for the state hash of a world: two
// rollups with equal hashes over equal ledgers react alike to equal calls, and look
// alike to agents.
func (s *State) Hash(h uint64) uint64 {
	for o := range s.policy {
		p, v := &s.policy[o], &s.txs.req[o].last
		h = exact.Fold(h, uint64(s.weight[o]), uint64(s.operator[o]), uint64(s.earned[o]),
			uint64(p.MinFee), uint64(p.ExitFee))
		if p.ExitShare != 0 {
			h = exact.Fold(h, math.Float64bits(p.ExitShare))
		}
		h = exact.Fold(h, flags(p.Equivocate, p.Transfers, p.Exits, s.active[o], s.forced.of[o].asked > 0, p.Veto))
		h = exact.Fold(h, uint64(v.Tick)<<32|uint64(v.Since), uint64(v.Count), uint64(v.Bid))
		if r := &s.records[o]; *r != (Record{}) {
			h = r.hash(exact.Fold(h, uint64(p.Most)))
		}
	}
	h = exact.Fold(h, uint64(s.appointed), uint64(s.taken)<<32|uint64(s.left), uint64(s.run))
	for _, x := range [...]float64{s.missedHour, s.stake0, s.supply0, s.burnt, s.lost} {
		h = exact.Fold(h, math.Float64bits(x))
	}
	if a := &s.accrual; a.sold {
		for _, x := range [...]float64{a.fees, a.stakers, a.burnt, s.pub.ToStake, s.pub.ToSupply} {
			h = exact.Fold(h, math.Float64bits(x))
		}
	}
	for _, u := range s.unbonding[s.head:] {
		h = exact.Fold(h, uint64(u.due)<<32|uint64(u.owner), uint64(u.amount))
	}
	if s.accused != ledger.Outside {
		h = exact.Fold(h, uint64(s.accused))
		for _, u := range s.held {
			h = exact.Fold(h, uint64(u.owner), uint64(u.amount))
		}
	}
	h = s.exits.hash(s.txs.hash(h))
	for _, b := range s.batch {
		h = exact.Fold(h, uint64(b.bid), uint64(b.owner), uint64(b.count)<<32|uint64(b.since), flags(b.exit))
	}
	h = exact.Fold(h, flags(s.terms.Equivocate, s.posting, s.terms.Transfers, s.terms.Exits), uint64(s.terms.MinFee),
		uint64(s.terms.ExitFee))
	if s.terms.ExitShare != 0 {
		h = exact.Fold(h, math.Float64bits(s.terms.ExitShare))
	}
	h = s.slot.hash(h)
	h = s.forced.hash(h)
	return s.pub.hash(exact.Fold(h, math.Float64bits(s.activity)))
}

// hash follows the order within each bucket, because it decides who is served.
func (q *queue) hash(h uint64) uint64 {
	h = exact.Fold(h, q.total)
	for b := q.highest(buckets - 1); b >= 0; b = q.highest(b - 1) {
		for o := q.head[b]; o != 0; o = q.line[o].next {
			r := &q.req[o]
			h = exact.Fold(h, uint64(o), uint64(r.bid), uint64(r.count)<<32|uint64(r.since))
		}
	}
	return h
}

func (o *Outcome) hash(h uint64) uint64 {
	h = exact.Fold(h, uint64(o.Staker)<<32|uint64(o.Operator), flags(o.Equivocated, o.Posted))
	return exact.Fold(h, uint64(o.Transactions)<<32|uint64(o.Exits), uint64(o.Fees), uint64(o.Extracted), uint64(o.Cost))
}

func (p *Public) hash(h uint64) uint64 {
	for _, x := range [...]float64{
		p.Members, p.Active, p.ActiveFast, p.ActiveMonth, p.EmptyHour, p.EmptyDay, p.Withheld, p.PerUser30d, p.Served6h,
		p.Reward7d, p.RewardOwn7d, p.RewardTotal, p.Stake60d, p.Expected,
	} {
		h = exact.Fold(h, math.Float64bits(x))
	}
	h = p.Peril.hash(p.Episode.hash(exact.Fold(h, flags(p.Exodus), uint64(p.Suspect))))
	h = exact.Fold(h, uint64(p.Slot), uint64(p.Leader.Staker)<<32|uint64(p.Leader.Operator), uint64(p.Staked),
		uint64(p.Unbonding))
	h = exact.Fold(h, uint64(p.PostedFee), uint64(p.MarginalFee), p.Waiting, p.Slots, p.EmptySlots, p.MissedSlots)
	return exact.Fold(h, p.Transactions, p.Exits, p.ForcedExits)
}

func (e *Episode) hash(h uint64) uint64 {
	h = exact.Fold(h, flags(e.Open), uint64(e.Since)<<32|uint64(e.Last), uint64(e.Calm)<<32|uint64(e.Ended))
	return exact.Fold(h, uint64(e.Slots)<<32|uint64(e.slots), math.Float64bits(e.Missing), math.Float64bits(e.missing),
		math.Float64bits(e.Carry))
}

func (p *Peril) hash(h uint64) uint64 {
	h = exact.Fold(h, math.Float64bits(p.Fast), math.Float64bits(p.Slow))
	return exact.Fold(h, uint64(p.Since)<<32|uint64(p.Last), uint64(p.Spells))
}

func (r *Record) hash(h uint64) uint64 {
	for _, x := range [...]float64{r.Failing, r.Withheld, r.Evidence, r.Lost} {
		h = exact.Fold(h, math.Float64bits(x))
	}
	return exact.Fold(h, uint64(r.Led)<<32|uint64(r.Slashed), uint64(r.Unserved)<<32|uint64(r.Missed))
}

func flags(bits ...bool) (x uint64) {
	for _, b := range bits {
		x <<= 1
		if b {
			x |= 1
		}
	}
	return x
}

// Audit checks the invariants: the books of the contract and the weights of the
// lottery agree with the ledger, the members are the owners with a balance
// inside, the queues add up, and no transfer has been refused.
func (s *State) Audit() error {
	var staked, unbonding, weight, behind ledger.Amount
	members := 0
	for o := range s.weight {
		bonded := s.Bonded(ledger.Owner(o))
		w := bonded
		if w < s.p.MinStake {
			w = 0
		}
		if ledger.Amount(s.weight[o]) != w {
			return fmt.Errorf("rollup: owner %d has %d staked and weight %d", o, bonded, s.weight[o])
		}
		staked += bonded
		weight += w
		behind += s.Backing(ledger.Owner(o))
		unbonding += s.led.Balance(ledger.Owner(o), s.asset, ledger.Unbonding)
		if s.Balance(ledger.Owner(o)) > 0 {
			members++
		}
	}
	switch {
	case staked != s.pub.Staked || unbonding != s.pub.Unbonding:
		return fmt.Errorf("rollup: %d staked and %d unbonding, books say %d and %d", staked, unbonding, s.pub.Staked,
			s.pub.Unbonding)
	case behind != weight:
		return fmt.Errorf("rollup: weights sum to %d, those behind operators to %d", weight, behind)
	case weight != ledger.Amount(s.lot.total):
		return fmt.Errorf("rollup: weights sum to %d, the lottery to %d", weight, s.lot.total)
	case float64(members) != s.pub.Members:
		return fmt.Errorf("rollup: %d members, published %v", members, s.pub.Members)
	}
	return s.auditQueues()
}

func (s *State) auditQueues() error {
	for _, q := range [...]*queue{&s.txs, &s.exits} {
		var sum uint64
		for o := range q.req {
			if r := &q.req[o]; r.waiting {
				sum += uint64(r.count)
			}
		}
		if sum != q.total {
			return fmt.Errorf("rollup: requests sum to %d, the queue to %d", sum, q.total)
		}
	}
	if err := s.forced.audit(); err != nil {
		return err
	}
	return s.fault
}
