package rollup

import (
	"errors"

	"stakeout/market/ledger"
)

// ErrExit is returned when a forced exit cannot be requested.
var ErrExit = errors.New("rollup: already on the way out, or nothing to withdraw")

// wish is a cohort's wish to leave through layer one. Some of its requests have
// not been sent yet.
type wish struct {
	owner ledger.Owner
	users uint32 // users whose requests have not been sent
}

// leaver counts the users of a cohort that leaves through layer one.
type leaver struct {
	size   uint32        // users of the cohort when it first asked; 0 if it has not
	asked  uint32        // users on the way out
	rest   uint32        // users without a request on layer one, including those who gave up
	claims ledger.Amount // claims to the balance inside of the users with a request
}

// forcedQueue is the way out through layer one: wishes in line, requests that
// wait in the mempool, and the first-come-first-served queue of the contract.
type forcedQueue struct {
	line   []wish
	next   int    // first wish that has not been sent completely
	flying uint64 // users whose requests wait in the mempool
	list   []forcedExit
	head   int      // first request in list that has not been served
	credit uint32   // exits still allowed in the window
	window uint32   // number of the window to which credit belongs
	gates  bool     // gates are open: exits have neither capacity limit nor delay
	users  uint64   // users on the way out
	of     []leaver // by owner
}

func (f *forcedQueue) init(owners int) { f.of = make([]leaver, owners) }

func (f *forcedQueue) copyFrom(src *forcedQueue) {
	line, list, of := f.line, f.list, f.of
	*f = *src
	f.line = append(line[:0], src.line...)
	f.list = append(list[:0], src.list...)
	f.of = append(of[:0], src.of...)
}

// ForceExit puts count users of a cohort in line for layer one and withdraws
// their request to the coordinators. It returns ErrExit if some users of the
// cohort are on that way already, if an exit of the cohort is in the leader's
// batch, if count is 0, or if nothing is left inside. Users who have given up may
// ask again; count is reduced to the users still inside.
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

// InLine reports whether a wish waits in line for layer one.
func (s *State) InLine() bool { return s.forced.next < len(s.forced.line) }

// NextRequest takes the next piece of the line to be sent to layer one: the payer
// and the number of users, at most most and at most what the queue serves in a
// block. ok is false if the line is empty. Each piece ends in Requested or in
// GiveUp, unless CloseGates ends all of them.
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
// share of its balance, or of its free cash if only dai is inside.
func (s *State) Affords(payer ledger.Owner, users uint32) ledger.Amount {
	if !s.inside(payer) {
		return 0
	}
	l := &s.forced.of[payer]
	have := max(s.led.Balance(payer, ledger.Cash, s.purse(payer))-l.claims, 0)
	return sharedOut(have, users, l.rest)
}

// GiveUp withdraws a piece that layer one has not included. Its users stay
// inside. So do the users of the cohort that are next in line, because they
// cannot pay more.
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

// stay takes users off the way out. If no user of the cohort has left, its next
// request counts its size again.
func (l *leaver) stay(users uint32) {
	if l.asked -= users; l.asked == 0 && l.rest == l.size {
		*l = leaver{}
	}
}

// Requested records that a piece of the line is on layer one and what its gas
// cost the users in micro-USD. The rest of their share of the balance is reserved
// for them from here on.
//
// Assumption: users pay the gas out of their balance inside, up to all of it.
// Users with only dai inside pay from their free cash. The gas of users who have
// left in the meantime is not charged.
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

// sharedOut is the part of an amount that belongs to some of all users.
func sharedOut(a ledger.Amount, some, all uint32) ledger.Amount {
	x, _ := ledger.MulDiv(a, ledger.Amount(some), ledger.Amount(all), ledger.Down)
	return x
}

// Forced is the number of users of a cohort on the way out through layer one.
func (s *State) Forced(o ledger.Owner) uint32 { return s.forced.of[o].asked }

// QueueLength is the number of users on the way out through layer one.
func (s *State) QueueLength() uint64 { return s.forced.users }
