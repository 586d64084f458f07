package remedy

import (
	"stakeout/market/ledger"
)

// MoveStage is where a migration stands.
type MoveStage uint8

// The stages.
const (
	Gathering  MoveStage = iota // signatures
	Publishing                  // data and proof on their way onto layer one
	// on layer one: a coordinator may carry it out, after the delay of the queue the contract does
	Queued
	Challenged // carried out unless somebody proves it wrong
)

// Move is the public record of a migration.
type Move struct {
	Stage    MoveStage // where it stands
	Users    uint64    // users who have signed
	Until    uint32    // tick at which the contract acts, when Queued or Challenged
	EachGas  float64   // layer-one gas for each user if it were published now
	Moved    uint64    // users moved so far
	Ended    uint32    // migrations that are over
	Refusals uint32    // slots whose coordinator would not carry it out
}

// moveRules are what the three kinds of migration differ by, and share.
type moveRules struct {
	threshold float64 // share of those inside
	expiry    float64 // days
	challenge float64 // days
	base      uint64  // gas
	each      uint64  // gas a user
}

// gasPerByte is the price of data on layer one (EIP-2028, non-zero byte).
const gasPerByte = 16

type signature struct {
	by    ledger.Owner
	users uint32
	tick  uint32
	limit ledger.Amount
}

// migration moves those who have signed, all at once, when they are enough: “the
// pissed off users organize and form a new zkRollup validator group” (gluk64).
// One transaction carries them all, through the coordinator at its price for
// withdrawals or, where it refuses or asks more than the signers would give on
// average, through the priority queue of layer one after its delay. Who has left
// by another way in the meantime is passed over. It can be repeated at any time.
//
// Assumption: the gas is shared by the signers in proportion to their users and
// paid from what they have inside; what a small balance cannot pay is not
// collected from others.
// Assumption: nobody proves a migration wrong, because nothing wrong is published.
type migration struct {
	rules  moveRules
	docket Docket
	list   []signature // by time
	place  []uint32    // owner: place in list plus one
	taken  int         // signatures that are part of the move under way
	left   uint64      // gas still to be published
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

// Hear takes signatures of those for whom the move is not too dear by now; one that is
// part of a move under way cannot be taken back. Nobody signs for more users than a
// cohort has, since each of them takes space on layer one that one who has nothing
// would not pay for.
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

// strike takes a signature out of the list, whose last one takes its place.
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

// price publishes what a move would cost each user.
func (t *migration) price() {
	m := &t.docket.Move
	m.EachGas = float64(t.rules.each) + float64(t.rules.base)/float64(max(m.Users, 1))
}

// Due implements Remedy: a move is under way, or there are signatures enough for one
// if all are good.
func (t *migration) Due(w *World) bool {
	return t.docket.Move.Stage != Gathering || t.enough(w)
}

// enough reports whether so many have signed that a move begins.
func (t *migration) enough(w *World) bool {
	return len(t.list) > 0 && float64(len(t.list)) >= t.rules.threshold*w.Roll.Public().Members
}

// Step takes the next step of a move when it is due, and drops old signatures.
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

// gather drops signatures that are old or of people who have gone, and begins a
// move when enough are left.
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

// users are those whose move is under way.
func (t *migration) users() (sum uint64) {
	for _, s := range t.list[:t.taken] {
		sum += uint64(s.users)
	}
	return sum
}

// Publishes implements Publisher: the first signer sends it.
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
// move out, and pays it.
func (t *migration) accepted(w *World) bool {
	o := w.Roll.Ended()
	if !o.Posted {
		return false
	}
	policy := w.Roll.PolicyOf(o.Operator)
	if !policy.Exits || float64(policy.ExitFee) > t.limit() {
		t.docket.Move.Refusals++
		return false
	}
	for _, s := range t.list[:t.taken] {
		if w.Roll.Balance(s.by) > 0 {
			w.Roll.Levy(s.by, o.Operator, ledger.Amount(s.users)*policy.ExitFee)
		}
	}
	return true
}

// limit is the mean of what a user would pay the coordinator, in micro-USD.
func (t *migration) limit() float64 {
	sum, users := 0.0, 0.0
	for _, s := range t.list[:t.taken] {
		sum += float64(float64(s.users) * float64(s.limit))
		users += float64(s.users)
	}
	return sum / users
}

// move hands everybody who has signed and is still inside to the second rollup.
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
