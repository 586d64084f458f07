package remedy

import (
	"stakeout/market/ledger"
)

// MoveStage is the stage of a migration.
type MoveStage uint8

// The stages.
const (
	Gathering  MoveStage = iota // collects signatures
	Publishing                  // data and proof are on their way to layer one
	// The move is on layer one. A coordinator may carry it out at once; the
	// contract does after the delay of the queue.
	Queued
	Challenged // carried out at the end of the challenge time unless it is proved wrong
)

// Move is the public record of a migration.
type Move struct {
	Stage    MoveStage // stage of the next or present move
	Users    uint64    // users who have signed
	Until    uint32    // tick at which the contract acts; only if Queued or Challenged
	EachGas  float64   // layer-one gas for each user if the move were published now
	Moved    uint64    // users moved so far
	Ended    uint32    // migrations that are over
	Refusals uint32    // slots whose coordinator did not carry the move out
}

// moveRules are the parameters of the three kinds of migration.
type moveRules struct {
	threshold float64 // share of the cohorts inside that must sign
	expiry    float64 // days for which a signature is valid
	challenge float64 // days in which the move can be proved wrong
	base      uint64  // gas of the move itself
	each      uint64  // gas for each user
}

// gasPerByte is the price of data on layer one (EIP-2028, non-zero byte).
const gasPerByte = 16

type signature struct {
	by    ledger.Owner
	users uint32
	tick  uint32
	limit ledger.Amount
}

// migration moves all signers at once when there are enough of them: “the pissed
// off users organize and form a new zkRollup validator group” (gluk64). One
// transaction moves them all. The coordinator carries it out at its price for
// withdrawals. If it refuses, or asks more than the signers would pay on average,
// the priority queue of layer one does so after its delay. Signers who have left
// by another way in the meantime are skipped. The remedy can be used any number
// of times.
//
// Assumption: the signers share the gas in proportion to their users and pay it
// from what they have inside. If a balance is too small, the others do not pay
// the difference.
//
// Assumption: a migration is never proved wrong, because only correct ones are
// published.
type migration struct {
	rules  moveRules
	docket Docket
	list   []signature // in order of arrival, except that strike moves the last one
	place  []uint32    // by owner: index in list plus one; 0: none
	taken  int         // the first taken signatures belong to the move under way
	left   uint64      // gas that has not been published yet
}

func newMigration(r moveRules) *migration {
	t := &migration{rules: r}
	t.price()
	return t
}

func (*migration) Rules() Rules      { return Rules{Migration: true} }
func (t *migration) Docket() *Docket { return &t.docket }

func (t *migration) Clone() Remedy {
	c := *t
	c.list = append([]signature(nil), t.list...)
	c.place = append([]uint32(nil), t.place...)
	return &c
}

// Hear takes a signature if the present gas for each user is below the limit of
// the signer. A signature that is part of a move under way cannot be withdrawn.
// An owner cannot sign for more users than a cohort has, because each user takes
// space on layer one, and an owner without a balance would take it without
// paying.
func (t *migration) Hear(w *World, m Message) bool {
	if m.Word != Sign || !w.Roll.Here(m.By) || m.Count > 0 && m.Gas > 0 && t.docket.Move.EachGas >= m.Gas {
		return false
	}
	if len(t.place) == 0 {
		t.place = make([]uint32, w.Ledger.Owners())
	}
	at := int(t.place[m.By]) - 1
	switch {
	case at >= 0 && at < t.taken:
		return false
	case at >= 0 && m.Count == 0:
		t.strike(at)
		return true
	case at >= 0:
		t.list[at].tick, t.list[at].limit = w.Tick, m.Amount
		return true
	case m.Count == 0 || w.Cohort > 0 && m.Count > w.Cohort || w.Roll.Balance(m.By) == 0:
		return false
	}
	t.list = append(t.list, signature{m.By, m.Count, w.Tick, m.Amount})
	t.place[m.By] = uint32(len(t.list))
	t.docket.Move.Users += uint64(m.Count)
	t.price()
	return true
}

// strike removes a signature from the list and puts the last one in its place.
func (t *migration) strike(at int) {
	last := len(t.list) - 1
	gone := t.list[at]
	t.list[at] = t.list[last]
	t.place[t.list[at].by] = uint32(at) + 1
	t.place[gone.by] = 0
	t.list = t.list[:last]
	t.docket.Move.Users -= uint64(gone.users)
	t.price()
}

// price publishes the gas that a move would cost each user now.
func (t *migration) price() {
	m := &t.docket.Move
	m.EachGas = float64(t.rules.each) + float64(t.rules.base)/float64(max(m.Users, 1))
}

// Due implements Remedy: a move is under way, or there are enough signatures for
// one if all are still valid.
func (t *migration) Due(w *World) bool {
	return t.docket.Move.Stage != Gathering || t.enough(w)
}

// enough reports whether there are enough signatures for a move.
func (t *migration) enough(w *World) bool {
	return len(t.list) > 0 && float64(len(t.list)) >= t.rules.threshold*w.Roll.Public().Members
}

// Step advances a move when its next stage is due, and drops old signatures.
func (t *migration) Step(w *World) {
	m := &t.docket.Move
	switch m.Stage {
	case Gathering:
		t.gather(w)
	case Queued:
		if t.accepted(w) || w.Tick >= m.Until {
			m.Stage, m.Until = Challenged, w.Tick+w.ticks(t.rules.challenge)
		}
	}
	if m.Stage == Challenged && w.Tick >= m.Until {
		t.move(w)
	}
}

// gather drops signatures that are too old or whose owners have left, and begins
// a move if enough remain.
func (t *migration) gather(w *World) {
	for i := 0; i < len(t.list); {
		if s := &t.list[i]; float64(w.Tick-s.tick) > t.rules.expiry*w.TicksPerDay || w.Roll.Balance(s.by) == 0 {
			t.strike(i)
		} else {
			i++
		}
	}
	if !t.enough(w) {
		return
	}
	t.taken = len(t.list)
	t.left = t.rules.base + t.rules.each*t.users()
	t.docket.Move.Stage = Publishing
}

// users is the number of users whose move is under way.
func (t *migration) users() (sum uint64) {
	for _, s := range t.list[:t.taken] {
		sum += uint64(s.users)
	}
	return sum
}

// Publishes implements Publisher. The first signer is the sender.
func (t *migration) Publishes() (sender ledger.Owner, gas uint64) {
	if t.docket.Move.Stage != Publishing {
		return 0, 0
	}
	return t.list[0].by, t.left
}

// Published implements Publisher.
func (t *migration) Published(w *World, gas uint64, cost ledger.Amount) {
	users := ledger.Amount(t.users())
	for _, s := range t.list[:t.taken] {
		part, _ := ledger.MulDiv(cost, ledger.Amount(s.users), users, ledger.Up)
		if w.Roll.Balance(s.by) > 0 {
			w.Roll.Charge(s.by, part, ledger.Migration)
		}
	}
	if t.left -= min(gas, t.left); t.left == 0 {
		m := &t.docket.Move
		m.Stage, m.Until = Queued, w.after(w.Roll.Params().QueueDelayHours/24)
	}
}

// accepted reports whether the coordinator of the slot that ends has carried the
// move out. If so, the signers pay it.
func (t *migration) accepted(w *World) bool {
	o := w.Roll.Ended()
	if !o.Posted {
		return false
	}
	policy := w.Roll.PolicyOf(o.Operator)
	price := func(s *signature) ledger.Amount {
		return ledger.Amount(s.users) * w.Roll.ExitPrice(&policy, s.by, s.users)
	}
	asked := 0.0
	for i := range t.list[:t.taken] {
		asked += float64(price(&t.list[i]))
	}
	if !policy.Exits || asked > t.limit() {
		t.docket.Move.Refusals++
		return false
	}
	for i := range t.list[:t.taken] {
		if s := &t.list[i]; w.Roll.Balance(s.by) > 0 {
			w.Roll.Levy(s.by, o.Operator, price(s))
		}
	}
	return true
}

// limit is what all who sign would pay the coordinator, in micro-USD.
func (t *migration) limit() (sum float64) {
	for _, s := range t.list[:t.taken] {
		sum += float64(float64(s.users) * float64(s.limit))
	}
	return sum
}

// move moves every signer who is still inside to the second rollup.
func (t *migration) move(w *World) {
	m := &t.docket.Move
	for i, s := range t.list[:t.taken] {
		t.place[s.by] = 0
		m.Users -= uint64(s.users)
		if w.Roll.Here(s.by) && w.Roll.Balance(s.by) > 0 {
			w.Roll.Hand(s.by, w.Away)
			m.Moved += uint64(s.users)
		}
		t.list[i] = signature{}
	}
	t.list = t.list[:copy(t.list, t.list[t.taken:])]
	for i, s := range t.list {
		t.place[s.by] = uint32(i) + 1
	}
	t.taken = 0
	m.Stage = Gathering
	m.Ended++
	t.price()
}
