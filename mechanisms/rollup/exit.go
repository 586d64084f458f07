package rollup

import (
	"errors"

	"stakeout/market/ledger"
)

// ErrExit is returned when a forced exit cannot be asked for.
var ErrExit = errors.New("rollup: already on the way out, or nothing to withdraw")

// wish is a cohort's wish to leave through layer one whose requests have not all
// been sent.
type wish struct {
	owner ledger.Owner
	users uint32 // not sent yet
}

// leaver counts the users of a cohort that leaves through layer one.
type leaver struct {
	size   uint32        // of the cohort as it asked first; 0 where nobody has
	asked  uint32        // on the way out
	rest   uint32        // without a request on layer one, those who gave up included
	claims ledger.Amount // of those with one to the balance inside
}

// forcedQueue is the way out through layer one: wishes in line, requests that
// wait in the mempool, and the contract's first-come-first-served queue.
type forcedQueue struct {
	line   []wish
	next   int    // first wish not sent in full
	flying uint64 // users whose requests wait in the mempool
	list   []forcedExit
	head   int    // first not yet served
	credit uint32 // exits that the window still allows
	window uint32 // number of the window that credit is of
	gates  bool   // open: neither capacity nor delay
	users  uint64 // on the way out
	of     []leaver
}

func (f *forcedQueue) init(owners int) { f.of = make([]leaver, owners) }

func (f *forcedQueue) copyFrom(src *forcedQueue) {
	line, list, of := f.line, f.list, f.of
	*f = *src
	f.line = append(line[:0], src.line...)
	f.list = append(list[:0], src.list...)
	f.of = append(of[:0], src.of...)
}

// ForceExit puts count users of a cohort in line for layer one and takes back
// what they asked of the coordinators. It returns ErrExit when some are on that
// way already, when an exit of theirs is in the leader's batch, when nobody is to
// leave or nothing is left inside. Who has given up may ask again, and no more
// than are still inside.
func (s *State) ForceExit(o ledger.Owner, count uint32) error {
	l := &s.forced.of[o]
	if l.asked > 0 || s.exits.req[o].riding || count == 0 || !s.inside(o) {
		return ErrExit
	}
	if l.rest > 0 {
		count = min(count, l.rest)
	} else {
		l.size, l.rest = count, count
	}
	if r := &s.exits.req[o]; r.waiting {
		count = min(count, r.count)
		l.size, l.rest = l.size-l.rest+count, count
		s.exits.remove(o)
	}
	l.asked = count
	s.forced.users += uint64(count)
	s.forced.line = append(s.forced.line, wish{o, count})
	return nil
}

// InLine reports whether anybody waits in line for layer one.
func (s *State) InLine() bool { return s.forced.next < len(s.forced.line) }

// NextRequest takes the next piece of the line that is to be sent to layer one:
// who pays and for how many users, at most as many as the queue serves in a
// block and no more than asked for. ok is false when nobody is in line. Each
// piece ends in Requested or in GiveUp, unless CloseGates ends them all.
func (s *State) NextRequest(most uint32) (payer ledger.Owner, users uint32, ok bool) {
	f := &s.forced
	if f.next == len(f.line) {
		f.line, f.next = f.line[:0], 0
		return 0, 0, false
	}
	w := &f.line[f.next]
	payer, users = w.owner, min(w.users, max(uint32(s.p.QueueExits/s.p.QueueBlocks), 1), max(most, 1))
	f.flying += uint64(users)
	if w.users -= users; w.users == 0 {
		f.next++
	}
	if f.next > 4096 && f.next*2 > len(f.line) {
		f.line, f.next = f.line[:copy(f.line, f.line[f.next:])], 0
	}
	return payer, users, true
}

// Affords is the most that users of a cohort can pay for their requests: their
// share of its balance, or of its free cash where only dai is inside.
func (s *State) Affords(payer ledger.Owner, users uint32) ledger.Amount {
	if !s.inside(payer) {
		return 0
	}
	l := &s.forced.of[payer]
	have := max(s.led.Balance(payer, ledger.Cash, s.purse(payer))-l.claims, 0)
	return sharedOut(have, users, l.rest)
}

// GiveUp takes a piece back that layer one has not included. Its users stay
// inside, and so do those of the cohort who are next in line: they have as little.
func (s *State) GiveUp(payer ledger.Owner, users uint32) {
	f := &s.forced
	f.flying -= uint64(users)
	if f.next < len(f.line) && f.line[f.next].owner == payer {
		users += f.line[f.next].users
		f.next++
	}
	f.users -= uint64(users)
	f.of[payer].stay(users)
}

// stay takes users off the way out. A cohort of which nobody has left may count
// itself anew.
func (l *leaver) stay(users uint32) {
	if l.asked -= users; l.asked == 0 && l.rest == l.size {
		*l = leaver{}
	}
}

// Requested tells the contract that a piece of the line is on layer one and
// what its gas cost the users in micro-USD. What is left of their share of the
// balance is theirs from here on.
//
// Assumption: users pay the gas out of their balance inside, up to all of it;
// those who have only dai inside pay from their free cash, and nobody pays for
// those who have left in the meantime.
func (s *State) Requested(payer ledger.Owner, users uint32, cost ledger.Amount, tick uint32) {
	l := &s.forced.of[payer]
	claim := max(s.Affords(payer, users)-cost, 0)
	if s.inside(payer) {
		s.Charge(payer, cost, ledger.ExitGas)
	}
	l.rest -= users
	l.claims += claim
	s.forced.flying -= uint64(users)
	s.forced.list = append(s.forced.list, forcedExit{owner: payer, users: users, since: tick, claim: claim})
}

// sharedOut is what some of all users have of an amount.
func sharedOut(a ledger.Amount, some, all uint32) ledger.Amount {
	x, _ := ledger.MulDiv(a, ledger.Amount(some), ledger.Amount(all), ledger.Down)
	return x
}

// Forced is how many users of a cohort are on the way out through layer one.
func (s *State) Forced(o ledger.Owner) uint32 { return s.forced.of[o].asked }

// QueueLength is the number of users on the way out through layer one.
func (s *State) QueueLength() uint64 { return s.forced.users }
