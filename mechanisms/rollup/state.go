package rollup

import (
	"math"

	"stakeout/market/ledger"
)

// included is a request that has left its queue for a batch.
type included struct {
	bid          ledger.Amount
	owner        ledger.Owner
	count, since uint32
	exit         bool
}

// Served tells a user what became of its last request; it is the user's own
// account information.
type Served struct {
	Tick  uint32 // when the batch was built
	Since uint32 // when the request arrived
	Count uint32
	Bid   ledger.Amount
}

// State is the rollup of one world.
type State struct {
	p           Params
	led         *ledger.Ledger
	asset       ledger.Asset // that is staked
	perDay      float64      // ticks in a day
	unbondTicks uint32
	delayTicks  uint32
	exodusTicks uint32 // 0 is never

	lot      lottery
	weight   []int64 // owner: what the lottery counts
	behind   []int64 // operator: weight delegated to it
	operator []ledger.Owner
	policy   []Policy

	unbonding []unbond
	head      int
	accused   ledger.Owner // whose stake is on hold; Outside when nobody's is
	held      []unbond     // fallen due meanwhile

	txs, exits queue
	batch      []included
	terms      Policy // of the leader, as of the build of its batch
	posting    bool
	slot       Outcome

	forced    forcedQueue
	pub       Public
	decay     decay
	active    []bool
	earned    []ledger.Amount // owner: rewards not yet consumed
	records   []Record        // operator
	appointed ledger.Owner    // holder of the office of a single operator
	home      []uint8         // owner: the number of the rollup it is in, when there are two; shared by both
	number    uint8
	turn      int             // in the line of those who follow
	made      []ledger.Amount // operator: fees and extracted value less layer-one gas
	accrual   accrual
	activity  float64

	successors []ledger.Owner // in that office

	fault  error
	warmth uint64 // means nothing; it keeps the reads of warming
}

// New returns an empty rollup for the given number of owners.
func New(l *ledger.Ledger, p Params, owners int, ticksPerDay float64) *State {
	s := &State{
		p: p, led: l, asset: ledger.Token, perDay: ticksPerDay,
		unbondTicks: uint32(math.Ceil(p.UnbondingDays * ticksPerDay)),
		delayTicks:  uint32(math.Ceil(p.QueueDelayHours * ticksPerDay / 24)),
		exodusTicks: uint32(math.Ceil(p.ExodusHours * ticksPerDay / 24)),
		lot:         newLottery(owners),
		weight:      make([]int64, owners),
		behind:      make([]int64, owners),
		operator:    make([]ledger.Owner, owners),
		policy:      make([]Policy, owners),
		txs:         newQueue(owners),
		exits:       newQueue(owners),
	}
	s.active = make([]bool, owners)
	s.earned = make([]ledger.Amount, owners)
	s.records = make([]Record, owners)
	s.made = make([]ledger.Amount, owners)
	s.pub.ToStake = 1 - p.OperatorShare
	s.activity = 1
	s.decay = newDecay(float64(p.BlocksPerSlot) / ticksPerDay)
	s.forced.init(owners)
	for o := range s.operator {
		s.operator[o] = ledger.Owner(o)
	}
	return s
}

// Appoint gives somebody the office of the single operator, where there is one.
func (s *State) Appoint(o ledger.Owner) { s.appointed = o }

// Appointed is who holds that office.
func (s *State) Appointed() ledger.Owner { return s.appointed }

// SlotsPerDay is the number of slots in a day.
func (s *State) SlotsPerDay() float64 { return s.perDay / float64(s.p.BlocksPerSlot) }

// Params returns the rules in force.
func (s *State) Params() *Params { return &s.p }

// UnbondTicks is the unbonding delay in ticks.
func (s *State) UnbondTicks() uint32 { return s.unbondTicks }

// Fault is the first transfer that an invariant should have made possible and
// the ledger refused; it is nil in a sound world.
func (s *State) Fault() error { return s.fault }

func (s *State) must(err error) {
	if err != nil && s.fault == nil {
		s.fault = err
	}
}

func (s *State) move(o ledger.Owner, a ledger.Asset, from, to ledger.Pocket, x ledger.Amount) error {
	return s.led.Post(ledger.Transfer{Amount: x, From: o, To: o, Asset: a, FromPocket: from, ToPocket: to,
		Reason: ledger.Move})
}

// Join brings a user's money into the rollup from outside the model. It returns
// the ledger's error, or ErrExodus.
func (s *State) Join(o ledger.Owner, cash ledger.Amount) error {
	if s.pub.Exodus {
		return ErrExodus
	}
	err := s.led.Post(ledger.Transfer{Amount: cash, From: ledger.Outside, To: o, Asset: ledger.Cash,
		ToPocket: ledger.Rollup, Reason: ledger.Deposit})
	if err == nil && cash > 0 && s.Balance(o) == cash {
		s.pub.Members++
	}
	return err
}

// Bridge moves an owner's free dai into the rollup, from where it comes back
// like a user's balance but to the owner's free pocket. It returns the ledger's
// error, or ErrExodus.
//
// Assumption: bringing dai in costs nothing beside the taking out.
func (s *State) Bridge(o ledger.Owner, dai ledger.Amount) error {
	if s.pub.Exodus {
		return ErrExodus
	}
	return s.move(o, ledger.Dai, ledger.Free, ledger.Rollup, dai)
}

// inside reports whether an owner has anything to take out.
func (s *State) inside(o ledger.Owner) bool {
	return s.Balance(o) > 0 || s.Here(o) && s.led.Balance(o, ledger.Dai, ledger.Rollup) > 0
}

// purse is where an owner pays the way out from: the cash inside, or for those
// who have only dai inside their free cash.
func (s *State) purse(o ledger.Owner) ledger.Pocket {
	if s.Balance(o) > 0 {
		return ledger.Rollup
	}
	return ledger.Free
}

// Balance is what a user has inside the rollup, in micro-USD.
func (s *State) Balance(o ledger.Owner) ledger.Amount {
	if !s.Here(o) {
		return 0
	}
	return s.led.Balance(o, ledger.Cash, ledger.Rollup)
}

// Send offers count transactions at bid micro-USD each. A waiting offer of the
// same owner is replaced but keeps its age, and its place in line while the bid
// stays in the same bucket; count 0 takes it back. What is in a batch already
// stays there.
func (s *State) Send(o ledger.Owner, count uint32, bid ledger.Amount, tick uint32) {
	s.ask(&s.txs, o, count, bid, tick)
}

// AskExit asks the coordinators for a withdrawal of count users' balances,
// offering at most bid micro-USD a user. Asking again changes the bid of those
// who still wait but cannot add to them, and count 0 takes the request back.
// Nothing happens while an exit of the owner is in a batch or on the way through
// layer one, or when it has no balance.
func (s *State) AskExit(o ledger.Owner, count uint32, bid ledger.Amount, tick uint32) {
	r := &s.exits.req[o]
	l := &s.forced.of[o]
	if r.riding || l.asked > 0 || !s.inside(o) {
		return
	}
	if l.rest > 0 {
		count = min(count, l.rest)
	}
	if r.waiting {
		count = min(count, r.count)
	}
	s.ask(&s.exits, o, count, bid, tick)
}

func (s *State) ask(q *queue, o ledger.Owner, count uint32, bid ledger.Amount, tick uint32) {
	bid = max(bid, 0)
	switch {
	case count == 0:
		q.remove(o)
	case q.req[o].waiting:
		q.revise(o, count, bid)
	default:
		q.push(o, count, bid, tick)
	}
}

// Waiting reports an owner's waiting transactions and since when they wait.
func (s *State) Waiting(o ledger.Owner) (count, since uint32) {
	if r := &s.txs.req[o]; r.waiting {
		return r.count, r.since
	}
	return 0, 0
}

// Warm reads an owner's request; what it returns means nothing.
func (s *State) Warm(o ledger.Owner) uint64 { return uint64(s.txs.req[o].since) }

// Earned is the reward that an owner has received and not consumed.
func (s *State) Earned(o ledger.Owner) ledger.Amount { return s.earned[o] }

// Reward books a reward received, or with a negative amount one consumed.
func (s *State) Reward(o ledger.Owner, a ledger.Amount) { s.earned[o] += a }

// Asked is how many users ask the coordinators for a way out.
func (s *State) Asked() uint64 { return s.exits.total }

// Leaving reports whether an exit of the owner waits or is in a batch.
func (s *State) Leaving(o ledger.Owner) bool {
	return s.exits.req[o].waiting || s.exits.req[o].riding || s.forced.of[o].asked > 0
}

// LastServed tells what was last included for an owner.
func (s *State) LastServed(o ledger.Owner) Served { return s.txs.req[o].last }
