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

// Served describes a user's last request that was included. Only the user itself
// knows it.
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
	asset       ledger.Asset // staking token
	perDay      float64      // ticks in a day
	unbondTicks uint32
	delayTicks  uint32
	exodusTicks uint32 // 0: never

	lot      lottery
	weight   []int64        // by owner: stake that counts in the lottery
	behind   []int64        // by operator: weight delegated to it
	operator []ledger.Owner // by owner: its operator
	policy   []Policy       // by operator

	unbonding []unbond
	head      int          // first of unbonding that has not matured
	accused   ledger.Owner // operator whose stake is on hold; Outside if there is none
	held      []unbond     // fallen due during the hold

	txs, exits queue
	batch      []included
	terms      Policy // of the leader when it built the batch
	posting    bool
	slot       Outcome

	forced    forcedQueue
	pub       Public
	decay     decay
	active    []bool
	earned    []ledger.Amount // by owner: rewards not yet consumed
	records   []Record        // by operator
	appointed ledger.Owner    // holder of the office of a single operator
	home      []uint8         // by owner: number of its rollup; shared by two rollups, empty if there is one
	number    uint8
	turn      int             // successors used so far
	made      []ledger.Amount // by operator: fees and extracted value less layer-one gas
	accrual   accrual
	activity  float64

	data        uint64  // gas that costs as much as the blobs of the batch
	taken, left uint32  // transactions of the batch, and those that it owed besides
	run         uint32  // mostly unserved slots in a row until now
	missedHour  float64 // share of slots without a batch in time, half-life 1 h
	stake0      float64 // tokens staked and unbonding at the opening
	supply0     float64 // tokens in existence at the opening
	burnt       float64 // tokens of stake slashed since
	lost        float64 // tokens slashed in this slot, weighed by the chance that they were innocent

	successors []ledger.Owner // in the office of appointed

	fault  error
	warmth uint64 // has no meaning; writing it keeps the warming reads from being optimised away
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

// Appoint gives an owner the office of the single operator.
func (s *State) Appoint(o ledger.Owner) { s.appointed = o }

// Appointed is the holder of the office of the single operator.
func (s *State) Appointed() ledger.Owner { return s.appointed }

// SlotsPerDay is the number of slots in a day.
func (s *State) SlotsPerDay() float64 { return s.perDay / float64(s.p.BlocksPerSlot) }

// Params returns the rules in force.
func (s *State) Params() *Params { return &s.p }

// UnbondTicks is the unbonding delay in ticks.
func (s *State) UnbondTicks() uint32 { return s.unbondTicks }

// Fault is the first transfer that the ledger refused although the invariants
// promised that it would succeed; nil in a correct world.
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

// Bridge moves an owner's free dai into the rollup. It leaves like a user's
// balance, but to the owner's free pocket. Bridge returns the ledger's error, or
// ErrExodus.
//
// Assumption: bringing dai in costs nothing; only taking it out does.
func (s *State) Bridge(o ledger.Owner, dai ledger.Amount) error {
	if s.pub.Exodus {
		return ErrExodus
	}
	return s.move(o, ledger.Dai, ledger.Free, ledger.Rollup, dai)
}

// inside reports whether an owner has cash or dai in the rollup.
func (s *State) inside(o ledger.Owner) bool {
	return s.Balance(o) > 0 || s.Here(o) && s.led.Balance(o, ledger.Dai, ledger.Rollup) > 0
}

// purse is the pocket from which an owner pays its way out: the cash inside, or
// free cash if it has only dai inside.
func (s *State) purse(o ledger.Owner) ledger.Pocket {
	if s.Balance(o) > 0 {
		return ledger.Rollup
	}
	return ledger.Free
}

// Balance is the cash of a user inside the rollup, in micro-USD.
func (s *State) Balance(o ledger.Owner) ledger.Amount {
	if !s.Here(o) {
		return 0
	}
	return s.led.Balance(o, ledger.Cash, ledger.Rollup)
}

// Send offers count transactions at bid micro-USD each. It replaces the waiting
// offer of the owner, which keeps its age, and its place in line while the bid
// stays in the same bucket. A count of 0 withdraws the offer. Transactions
// already in a batch stay there.
func (s *State) Send(o ledger.Owner, count uint32, bid ledger.Amount, tick uint32) {
	s.ask(&s.txs, o, count, bid, tick)
}

// AskExit asks the coordinators for a withdrawal of count users' balances at no
// more than bid micro-USD for each user. Asking again can change the bid of the
// waiting users and reduce their number, but not raise it; a count of 0 withdraws
// the request. Nothing happens if an exit of the owner is in a batch or on the
// way through layer one, or if it has nothing inside.
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

// Waiting returns the number of an owner's waiting transactions and the tick of
// their arrival.
func (s *State) Waiting(o ledger.Owner) (count, since uint32) {
	if r := &s.txs.req[o]; r.waiting {
		return r.count, r.since
	}
	return 0, 0
}

// Warm reads an owner's request, so that it is in the cache when it is needed.
// The result has no meaning.
func (s *State) Warm(o ledger.Owner) uint64 { return uint64(s.txs.req[o].since) }

// Earned is the reward that an owner has received and not yet consumed.
func (s *State) Earned(o ledger.Owner) ledger.Amount { return s.earned[o] }

// Reward adds a reward received; a negative amount is a reward consumed.
func (s *State) Reward(o ledger.Owner, a ledger.Amount) { s.earned[o] += a }

// Asked is the number of users who ask the coordinators for a withdrawal.
func (s *State) Asked() uint64 { return s.exits.total }

// Leaving reports whether an exit of the owner waits, is in a batch or is on the
// way through layer one.
func (s *State) Leaving(o ledger.Owner) bool {
	return s.exits.req[o].waiting || s.exits.req[o].riding || s.forced.of[o].asked > 0
}

// LastServed describes what was last included for an owner.
func (s *State) LastServed(o ledger.Owner) Served { return s.txs.req[o].last }
