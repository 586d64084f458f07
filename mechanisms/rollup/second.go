package rollup

import "stakeout/market/ledger"

// A world can have two rollups over one ledger: the one that users leave
// together, and the one to which they move. Every owner is in exactly one of
// them.

// Beside connects two rollups with the same owners, all of whom are in the first.
// The stake of the second is in the given asset.
func Beside(first, second *State, asset ledger.Asset) {
	first.home = make([]uint8, len(first.policy))
	second.asset = asset
	Share(first, second)
}

// Share connects two rollups again after each has been copied separately.
func Share(first, second *State) { second.home, second.number = first.home, 1 }

// Here reports whether an owner is in this rollup and not in the other one.
func (s *State) Here(o ledger.Owner) bool { return len(s.home) == 0 || s.home[o] == s.number }

// Hand moves an owner and its whole balance to the other rollup. Its requests
// lapse.
func (s *State) Hand(o ledger.Owner, to *State) {
	s.lapse(o)
	held := s.Balance(o) > 0
	s.home[o] = to.number
	if held {
		s.pub.Members--
		to.pub.Members++
	}
	to.Activate(o, to.inside(o))
}

// Forsake takes everything that an owner has in the staking contract out at once,
// staked and unbonding, and returns the amount that was staked.
func (s *State) Forsake(o ledger.Owner) (staked ledger.Amount) {
	staked = s.Bonded(o)
	s.must(s.move(o, s.asset, ledger.Staked, ledger.Free, staked))
	s.unstaked(o, staked)
	for _, list := range [...][]unbond{s.unbonding[s.head:], s.held} {
		for i := range list {
			if u := &list[i]; u.owner == o {
				s.payOut(*u)
				u.amount = 0
			}
		}
	}
	return staked
}

// Inherit gives a rollup that splits off the public record of the other one: the
// reward of stake, and the revenue for each user, scaled by the share that
// follows it. supply is that of its own token. With users it inherits the number of active cohorts too; otherwise
// it begins without users.
func (s *State) Inherit(from *State, share, supply float64, users bool) {
	p, q := &s.pub, &from.pub
	if users {
		p.ActiveFast, p.ActiveMonth = q.ActiveFast, q.ActiveMonth
	}
	p.Reward7d, p.RewardOwn7d, p.PerUser30d = q.Reward7d, q.RewardOwn7d, float64(q.PerUser30d*share)
	p.PostedFee, p.MarginalFee = q.PostedFee, q.PostedFee
	s.seedStake(supply)
	s.activity = from.activity
}

// HandOver gives everything inside the rollup to one owner, as the captured
// governance of a contract could. Requests lapse.
func (s *State) HandOver(to ledger.Owner) {
	for o := ledger.First; int(o) < len(s.policy); o++ {
		if !s.inside(o) || o == to {
			continue
		}
		s.lapse(o)
		s.pay(o, to, ledger.Rollup, s.Balance(o), ledger.Fork)
		s.must(s.led.Post(ledger.Transfer{
			Amount: s.led.Balance(o, ledger.Dai, ledger.Rollup), From: o, To: to, Asset: ledger.Dai, FromPocket: ledger.Rollup,
			Reason: ledger.Fork,
		}))
	}
}

// Charge pays layer one out of what an owner has inside, up to all of it, and
// returns the amount paid.
func (s *State) Charge(o ledger.Owner, cost ledger.Amount, why ledger.Reason) ledger.Amount {
	return s.pay(o, ledger.LayerOne, s.purse(o), cost, why)
}

// Levy makes an owner pay an operator for a withdrawal, up to all that it has
// inside, and returns the amount paid.
func (s *State) Levy(o, operator ledger.Owner, fee ledger.Amount) ledger.Amount {
	return s.pay(o, operator, s.purse(o), fee, ledger.WithdrawalFee)
}

// Ended returns the outcome of the last slot that has ended.
func (s *State) Ended() *Outcome { return &s.slot }

// lapse removes an owner's requests from the queues and from the batch on its
// way. Requests on layer one stay in the contract's queue and pay nothing.
func (s *State) lapse(o ledger.Owner) {
	for i := range s.batch {
		if b := &s.batch[i]; b.owner == o {
			b.count = 0
		}
	}
	s.txs.req[o].riding, s.exits.req[o].riding = false, false
	s.txs.remove(o)
	s.exits.remove(o)
	s.Activate(o, false)
}
