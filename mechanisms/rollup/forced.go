package rollup

import (
	"errors"
	"fmt"

	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// ErrExodus is returned for a deposit into a rollup that has ended.
var ErrExodus = errors.New("rollup: in exodus, nothing comes in any more")

// forcedExit is a request that layer one has included.
type forcedExit struct {
	owner ledger.Owner
	users uint32        // still to be served
	since uint32        // tick of inclusion
	claim ledger.Amount // their share of the balance less the gas
}

// QueueTick serves the requests older than the delay, within the capacity of the
// window, and declares exodus if the oldest one left is older than the deadline.
// It costs nothing if the queue is empty.
func (s *State) QueueTick(tick uint32) {
	f := &s.forced
	if f.head == len(f.list) {
		f.list, f.head = f.list[:0], 0
		return
	}
	s.serveForced(tick, false)
	if f.head < len(f.list) && s.exodusTicks > 0 && tick-f.list[f.head].since > s.exodusTicks {
		s.exodus()
		s.serveForced(tick, false)
	}
	if f.head > 4096 && f.head*2 > len(f.list) {
		f.list, f.head = f.list[:copy(f.list, f.list[f.head:])], 0
	}
}

// serveForced lets queued users out within the capacity of the window: those
// older than the delay, or all if a working coordinator serves them. With open
// gates it lets everybody out.
func (s *State) serveForced(tick uint32, coordinator bool) {
	f := &s.forced
	for f.head < len(f.list) {
		e := &f.list[f.head]
		n := e.users
		if !f.gates {
			if !coordinator && tick-e.since < s.delayTicks {
				return
			}
			if n = min(n, f.room(tick, &s.p)); n == 0 {
				return
			}
			f.credit -= n
		}
		s.letOut(e, n)
		if e.users == 0 {
			f.head++
		}
	}
}

// room is the number of exits still allowed in the window of the tick.
func (f *forcedQueue) room(tick uint32, p *Params) uint32 {
	if now := tick / uint32(p.QueueBlocks); now != f.window {
		f.window, f.credit = now, uint32(p.QueueExits)
	}
	return f.credit
}

// letOut pays users of a request their claim. The last users of a cohort get the
// rest of the balance and the dai.
func (s *State) letOut(e *forcedExit, users uint32) {
	l := &s.forced.of[e.owner]
	claim := sharedOut(e.claim, users, e.users)
	e.users -= users
	e.claim -= claim
	l.asked -= users
	l.claims -= claim
	s.forced.users -= uint64(users)
	s.pub.ForcedExits += uint64(users)
	if l.asked == 0 && l.rest == 0 {
		s.strike(e.owner)
		s.withdrawn(e.owner)
		return
	}
	s.pay(e.owner, ledger.Outside, ledger.Rollup, min(claim, s.Balance(e.owner)), ledger.Withdrawal)
}

// exodus ends the rollup. The batch on its way is void and counts as no missed
// deadline. From then on there is no leader and no deposit, and every user may
// leave at once for the gas of an exit.
//
// Assumption: a withdrawal in exodus takes the gas of a forced exit, and requests
// in the queue are paid out without another request.
func (s *State) exodus() {
	s.pub.Exodus, s.forced.gates = true, true
	s.giveBack()
	s.batch, s.posting = s.batch[:0], false
	s.slot, s.pub.Leader = Outcome{}, Leader{}
}

// OpenGates lets users with a request on layer one out without capacity limit or
// delay until CloseGates, as an exit window does.
func (s *State) OpenGates() { s.forced.gates = true }

// CloseGates ends the window of OpenGates. Users with a request on layer one
// leave; users in line or in the mempool have missed the window, stay inside and
// may ask again. After an exodus the gates stay open.
func (s *State) CloseGates(tick uint32) {
	f := &s.forced
	if s.pub.Exodus || !f.gates {
		return
	}
	s.serveForced(tick, false)
	for o := range f.of {
		f.of[o].stay(f.of[o].asked)
	}
	f.line, f.next, f.flying, f.users = f.line[:0], 0, 0, 0
	f.list, f.head, f.gates = f.list[:0], 0, false
}

func (f *forcedQueue) hash(h uint64) uint64 {
	h = exact.Fold(h, uint64(len(f.list)-f.head), uint64(f.window)<<32|uint64(f.credit), f.users)
	for _, e := range f.list[f.head:] {
		h = exact.Fold(h, uint64(e.owner), uint64(e.users)<<32|uint64(e.since), uint64(e.claim))
	}
	for _, w := range f.line[f.next:] {
		h = exact.Fold(h, uint64(w.owner), uint64(w.users))
	}
	for o, l := range f.of {
		if l != (leaver{}) {
			h = exact.Fold(h, uint64(o)<<32|uint64(l.size), uint64(l.asked)<<32|uint64(l.rest), uint64(l.claims))
		}
	}
	if f.gates {
		h = exact.Fold(h, uint64(1))
	}
	return h
}

// audit checks that each user who has asked for the way through layer one is once
// in line, in the mempool or in the contract's queue, and that claims agree with
// the queue.
func (f *forcedQueue) audit() error {
	users, asked := f.flying, uint64(0)
	var claims ledger.Amount
	for _, e := range f.list[f.head:] {
		users += uint64(e.users)
		claims += e.claim
	}
	for _, w := range f.line[f.next:] {
		users += uint64(w.users)
	}
	for _, l := range f.of {
		asked += uint64(l.asked)
		claims -= l.claims
	}
	if users != f.users || asked != f.users || claims != 0 {
		return fmt.Errorf("rollup: %d users in the forced queue, %d asked, counted %d; claims are off by %d", users, asked,
			f.users, claims)
	}
	return nil
}
