package rollup

import (
	"errors"
	"math/bits"

	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// ErrStake is returned if less is staked than should be unstaked, or if the
// amount is 0.
var ErrStake = errors.New("rollup: nothing to unstake, or not that much staked")

// lottery is a Fenwick tree of stakes by owner: updates and draws in O(log n).
type lottery struct {
	tree  []int64
	total int64
}

func newLottery(n int) lottery {
	size := 1
	for size < n {
		size *= 2
	}
	return lottery{tree: make([]int64, size+1)}
}

func (f *lottery) add(o ledger.Owner, x int64) {
	f.total += x
	for i := int(o) + 1; i < len(f.tree); i += i & -i {
		f.tree[i] += x
	}
}

// pick returns the owner in whose interval u falls, 0 ≤ u < total.
func (f *lottery) pick(u int64) ledger.Owner {
	pos := 0
	for step := len(f.tree) - 1; step > 0; step /= 2 {
		if next := pos + step; next < len(f.tree) && f.tree[next] <= u {
			pos = next
			u -= f.tree[next]
		}
	}
	return ledger.Owner(pos)
}

type unbond struct {
	due    uint32
	owner  ledger.Owner
	amount ledger.Amount

	operator ledger.Owner // operator to which it was delegated
}

// Stake moves free tokens into the staking contract. It returns the ledger's
// error.
func (s *State) Stake(o ledger.Owner, a ledger.Amount) error {
	if err := s.move(o, s.asset, ledger.Free, ledger.Staked, a); err != nil {
		return err
	}
	s.pub.Staked += a
	s.reweigh(o)
	return nil
}

// Unstake starts the unbonding of staked tokens, which stop counting at once. It
// returns ErrStake if fewer are staked or the amount is 0.
//
// Assumption: tokens on their way out are not slashed for a missed deadline, but
// a judgment can slash them if the contract has a time lock (Condemn).
func (s *State) Unstake(o ledger.Owner, a ledger.Amount, tick uint32) error {
	if a == 0 || s.move(o, s.asset, ledger.Staked, ledger.Unbonding, a) != nil {
		return ErrStake
	}
	s.pub.Staked -= a
	s.pub.Unbonding += a
	s.unbonding = append(s.unbonding, unbond{due: tick + s.unbondTicks, owner: o, amount: a, operator: s.operator[o]})
	s.reweigh(o)
	return nil
}

// SeedUnbonding places an unbonding that falls due at the given tick, for the
// opening state of a world with a full pipeline. Call it in order of due, and
// with due at most the unbonding delay. It returns the ledger's error.
func (s *State) SeedUnbonding(o ledger.Owner, a ledger.Amount, due uint32) error {
	if err := s.move(o, s.asset, ledger.Free, ledger.Unbonding, a); err != nil {
		return err
	}
	s.pub.Unbonding += a
	s.unbonding = append(s.unbonding, unbond{due: due, owner: o, amount: a, operator: s.operator[o]})
	return nil
}

// Mature releases every unbonding that has fallen due. The delay is the same for
// all, so the list is in order of due and only its head needs a look.
func (s *State) Mature(tick uint32) {
	for s.head < len(s.unbonding) && s.unbonding[s.head].due <= tick {
		u := s.unbonding[s.head]
		s.head++
		if s.accused != ledger.Outside && u.operator == s.accused {
			s.held = append(s.held, u)
			continue
		}
		s.payOut(u)
	}
	if s.head > 4096 && s.head*2 > len(s.unbonding) {
		s.unbonding = s.unbonding[:copy(s.unbonding, s.unbonding[s.head:])]
		s.head = 0
	}
}

func (s *State) payOut(u unbond) {
	s.pub.Unbonding -= u.amount
	s.must(s.move(u.owner, s.asset, ledger.Unbonding, ledger.Free, u.amount))
}

// Slashed updates the contract's books after a fine has been taken out of a staked
// pocket.
func (s *State) Slashed(o ledger.Owner, a ledger.Amount, tick uint32) {
	operator := s.operator[o]
	s.blame(operator, a, tick)
	s.threaten(a, s.Guilt(operator))
	s.unstaked(o, a)
}

// unstaked updates the books after stake has left the pocket.
func (s *State) unstaked(o ledger.Owner, a ledger.Amount) {
	s.pub.Staked -= a
	s.reweigh(o)
}

// blame adds a loss of stake to the record of the operator behind whom it stood.
func (s *State) blame(operator ledger.Owner, a ledger.Amount, tick uint32) {
	r := &s.records[operator]
	share := a.Units() / max(s.Backing(operator).Units(), 1)
	r.Lost = s.LossRate(operator, tick) + float64(share*lossPerYear)
	r.Slashed = tick
}

// lossPerYear turns a loss into its contribution to a yearly rate with a half-life of
// 30 days: 365·ln 2/30.
const lossPerYear = 8.433290696812668

// LossRate is the share of the stake behind an operator that is slashed a year, by an
// average with a half-life of 30 days.
func (s *State) LossRate(operator ledger.Owner, tick uint32) float64 {
	r := &s.records[operator]
	if r.Lost == 0 {
		return 0
	}
	return r.Lost * exact.HalfLife(float64(tick-r.Slashed)/s.perDay, 30)
}

// reweigh makes the lottery agree with the ledger for one owner.
func (s *State) reweigh(o ledger.Owner) {
	w := s.led.Balance(o, s.asset, ledger.Staked)
	if w < s.p.MinStake {
		w = 0
	}
	if d := int64(w) - s.weight[o]; d != 0 {
		s.weight[o] += d
		s.behind[s.operator[o]] += d
		s.lot.add(o, d)
	}
}

// Draw picks a staker with probability proportional to stake from a uniform
// 64-bit number; ok is false if no stake counts.
func (s *State) Draw(u uint64) (o ledger.Owner, ok bool) {
	if s.lot.total <= 0 {
		return 0, false
	}
	hi, _ := bits.Mul64(u, uint64(s.lot.total))
	return s.lot.pick(int64(hi)), true
}

// Delegate sets the operator that builds when o's stake wins a slot. It returns
// false, and changes nothing, if the present operator is under a Hold.
func (s *State) Delegate(o, operator ledger.Owner) bool {
	if s.accused != ledger.Outside && s.operator[o] == s.accused {
		return false
	}
	s.behind[s.operator[o]] -= s.weight[o]
	s.behind[operator] += s.weight[o]
	s.operator[o] = operator
	return true
}

// Backing is the stake behind an operator that counts in the lottery.
func (s *State) Backing(operator ledger.Owner) ledger.Amount {
	return ledger.Amount(s.behind[operator])
}

// OperatorOf returns the operator that builds for o.
func (s *State) OperatorOf(o ledger.Owner) ledger.Owner { return s.operator[o] }

// SetPolicy replaces an operator's standing policy.
func (s *State) SetPolicy(o ledger.Owner, p Policy) { s.policy[o] = p }

// PolicyOf returns an operator's policy, which is public.
func (s *State) PolicyOf(o ledger.Owner) Policy { return s.policy[o] }

// Bonded is the amount that an owner has staked.
func (s *State) Bonded(o ledger.Owner) ledger.Amount {
	return s.led.Balance(o, s.asset, ledger.Staked)
}
