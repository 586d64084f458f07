package rollup

import (
	"errors"

	"stakeout/market/ledger"
)

// ErrExit is returned when a forced exit cannot be asked for.
var ErrExit = errors.New("rollup: already on the way out, or nothing to withdraw")

type forcedExit struct {
	owner ledger.Owner
	count uint32 // users still to be served
	since uint32 // tick at which layer one included the request; 0 before
}

// forcedQueue is the contract's first-come-first-served exit queue.
type forcedQueue struct {
	list    []forcedExit
	head    int    // first not yet served
	onChain int    // first not yet included in layer one
	posted  uint32 // users of the first not yet included who are
	credit  uint32 // exits that the window still allows
	gates   bool   // open: neither capacity nor delay
	users   uint64 // not yet served
	waiting []bool // owner
}

func (f *forcedQueue) init(owners int) { f.waiting = make([]bool, owners) }

func (f *forcedQueue) copyFrom(src *forcedQueue) {
	list, waiting := f.list, f.waiting
	*f = *src
	f.list = append(list[:0], src.list...)
	f.waiting = append(waiting[:0], src.waiting...)
}

// ForceExit asks layer one for the exit of count users of a cohort and takes
// back what they asked of the coordinators. It returns ErrExit when they wait in
// the queue already, when an exit of theirs is in the leader's batch, when
// nobody is to leave or nothing is left inside.
func (s *State) ForceExit(o ledger.Owner, count uint32) error {
	if s.forced.waiting[o] || s.exits.req[o].riding || count == 0 || !s.inside(o) {
		return ErrExit
	}
	if r := &s.exits.req[o]; r.waiting {
		count = min(count, r.count)
		s.exits.remove(o)
	}
	s.forced.waiting[o] = true
	s.forced.users += uint64(count)
	s.forced.list = append(s.forced.list, forcedExit{owner: o, count: count})
	return nil
}

// NextRequest is the next piece of the queue that wants to get onto layer one:
// how many users' requests, at most what the queue serves in a block or, with open
// gates, what the gas of a batch allows, and who pays. ok is false when nobody waits.
func (s *State) NextRequest() (payer ledger.Owner, users uint32, ok bool) {
	f := &s.forced
	if f.onChain >= len(f.list) {
		return 0, 0, false
	}
	e := f.list[f.onChain]
	piece := max(uint32(s.p.QueueExits/s.p.QueueBlocks), 1)
	if f.gates {
		piece = max(uint32(s.p.MaxBatchGas/max(s.p.ForcedExitGas, 1)), 1)
	}
	return e.owner, min(e.count-f.posted, piece), true
}

// Requested tells the contract that a piece of the queue is on layer one and
// what its gas cost the users in micro-USD. It must follow a NextRequest.
//
// Assumption: users pay the gas out of their balance inside, up to all of it;
// those who have only dai inside pay from their free cash, and nobody pays for
// those who have left in the meantime.
func (s *State) Requested(users uint32, cost ledger.Amount, tick uint32) {
	f := &s.forced
	e := &f.list[f.onChain]
	if s.inside(e.owner) {
		s.Charge(e.owner, cost, ledger.ExitGas)
	}
	if f.posted += users; f.posted >= e.count {
		e.since = tick
		f.onChain++
		f.posted = 0
	}
}

// QueueTick opens the queue's next window when it is due and serves what has
// waited longer than the delay. It is free when the queue is empty.
func (s *State) QueueTick(tick uint32) {
	f := &s.forced
	if f.head == len(f.list) {
		if f.head > 0 {
			f.list, f.head, f.onChain, f.credit = f.list[:0], 0, 0, 0
		}
		return
	}
	if tick%uint32(s.p.QueueBlocks) == 0 {
		f.credit = uint32(s.p.QueueExits)
	}
	s.serveForced(tick, false)
	if e := &f.list[min(f.head, len(f.list)-1)]; s.exodusTicks > 0 && f.head < f.onChain && tick-e.since > s.exodusTicks {
		s.pub.Exodus, f.gates = true, true
	}
	if f.head > 4096 && f.head*2 > len(f.list) {
		f.list = f.list[:copy(f.list, f.list[f.head:])]
		f.onChain -= f.head
		f.head = 0
	}
}

// serveForced lets queued users out within the window's capacity: those older
// than the delay, or all on layer one when a coordinator that works serves them.
// With open gates all that are on layer one go.
func (s *State) serveForced(tick uint32, coordinator bool) {
	f := &s.forced
	for f.head < f.onChain && (f.credit > 0 || f.gates) {
		e := &f.list[f.head]
		if !coordinator && !f.gates && tick-e.since < s.delayTicks {
			return
		}
		n := e.count
		if !f.gates {
			n = min(n, f.credit)
			f.credit -= n
		}
		e.count -= n
		f.users -= uint64(n)
		s.pub.ForcedExits += uint64(n)
		if e.count == 0 {
			s.strike(e.owner)
			s.withdrawn(e.owner)
			f.waiting[e.owner] = false
			f.head++
		}
	}
}

// OpenGates lets those who are on layer one out without capacity or delay, as an
// exit window does, until CloseGates.
func (s *State) OpenGates() { s.forced.gates = true }

// CloseGates ends that: whoever is not on layer one in full has missed it, stays
// inside and may ask again. After an exodus gates stay open.
func (s *State) CloseGates() {
	f := &s.forced
	if s.pub.Exodus {
		return
	}
	f.gates = false
	for _, e := range f.list[f.head:] {
		f.users -= uint64(e.count)
		f.waiting[e.owner] = false
	}
	f.list, f.head, f.onChain, f.posted, f.credit = f.list[:0], 0, 0, 0, 0
}

// QueueLength is the number of users in the forced-exit queue.
func (s *State) QueueLength() uint64 { return s.forced.users }
