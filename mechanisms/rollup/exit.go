package rollup

import (
	"errors"

	"stakeout/market/ledger"
)

// ErrExit is returned when a forced exit cannot be asked for.
var ErrExit = errors.New("rollup: forced exit already waiting or nothing to withdraw")

type forcedExit struct {
	owner ledger.Owner
	count uint32 // users still to be served
	since uint32 // tick at which layer one included the request; 0 before
}

// forcedQueue is the contract's first-come-first-served exit queue.
type forcedQueue struct {
	list    []forcedExit
	head    int // first not yet served
	onChain int // first not yet included in layer one
	posted  uint32
	credit  uint32 // exits that the window still allows
	waiting []bool // owner
}

func (f *forcedQueue) init(owners int) { f.waiting = make([]bool, owners) }

func (f *forcedQueue) copyFrom(src *forcedQueue) {
	list, waiting := f.list, f.waiting
	*f = *src
	f.list = append(list[:0], src.list...)
	f.waiting = append(waiting[:0], src.waiting...)
}

// ForceExit asks layer one for the exit of count users of a cohort.
func (s *State) ForceExit(o ledger.Owner, count uint32) error {
	if s.forced.waiting[o] || count == 0 || s.Balance(o) == 0 {
		return ErrExit
	}
	s.exits.remove(o)
	s.forced.waiting[o] = true
	s.forced.list = append(s.forced.list, forcedExit{owner: o, count: count})
	return nil
}

// NextRequest is the next piece of the queue that wants to get onto layer one:
// how many users' requests, at most what the queue serves in a block, and who
// pays. ok is false when nobody waits.
func (s *State) NextRequest() (payer ledger.Owner, users uint32, ok bool) {
	f := &s.forced
	if f.onChain >= len(f.list) {
		return 0, 0, false
	}
	e := f.list[f.onChain]
	piece := max(uint32(s.p.QueueExits/s.p.QueueBlocks), 1)
	return e.owner, min(e.count-f.posted, piece), true
}

// Requested tells the contract that a piece of the queue is on layer one and
// what its gas cost the users.
func (s *State) Requested(users uint32, cost ledger.Amount, tick uint32) {
	f := &s.forced
	e := &f.list[f.onChain]
	s.pay(e.owner, ledger.LayerOne, ledger.Rollup, cost, ledger.ExitGas)
	if f.posted += users; f.posted >= e.count {
		e.since = tick
		f.onChain++
		f.posted = 0
	}
}

// QueueTick gives the queue its capacity of one block and serves what has
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
}

// serveForced lets queued users out, all of them when a coordinator that works
// serves the queue, else only those older than the delay.
func (s *State) serveForced(tick uint32, coordinator bool) {
	f := &s.forced
	for f.head < f.onChain && f.credit > 0 {
		e := &f.list[f.head]
		if !coordinator && tick-e.since < s.delayTicks {
			return
		}
		n := min(e.count, f.credit)
		e.count -= n
		f.credit -= n
		s.pub.ForcedExits += uint64(n)
		if e.count == 0 {
			s.withdrawn(e.owner)
			f.waiting[e.owner] = false
			f.head++
		}
	}
}

// QueueLength is the number of users in the forced-exit queue.
func (s *State) QueueLength() uint64 {
	var n uint64
	for _, e := range s.forced.list[s.forced.head:] {
		n += uint64(e.count)
	}
	return n
}
