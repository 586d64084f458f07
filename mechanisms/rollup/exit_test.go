package rollup

import (
	"errors"
	"testing"

	"stakeout/market/ledger"
)

// many is larger than any piece of the line.
const many = 1 << 20

// carry puts the whole line onto layer one, except users who cannot pay.
func (w *world) carry(cost ledger.Amount) (pieces int) {
	for {
		payer, users, some := w.s.NextRequest(many)
		switch gas := ledger.Amount(users) * cost; {
		case !some:
			return pieces
		case gas > w.s.Affords(payer, users):
			w.s.GiveUp(payer, users)
		default:
			w.s.Requested(payer, users, gas, w.tick)
			pieces++
		}
	}
}

func TestForcedExitTakesItsTime(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 1000*usd)
	w.tick = 10
	w.s.Send(ann, 5, 100, w.tick)
	w.s.AskExit(ann, 100, 10, w.tick)
	ok(t, w.s.ForceExit(ann, 100))
	equal(t, "queue", w.s.QueueLength(), 100)
	payer, users, some := w.s.NextRequest(many)
	equal(t, "payer", payer, ann)
	equal(t, "users in a block", users, 8)
	equal(t, "some", some, true)
	w.tick = 20
	w.s.Requested(payer, users, 8*usd, w.tick)
	equal(t, "pieces", w.carry(usd), 12)
	equal(t, "gas", w.led.Flow(ledger.Row(ledger.LayerOne), ledger.ExitGas, ledger.Cash), 100*usd)
	due := uint32(20 + perDay)
	for w.tick < due-1 {
		w.tick++
		w.s.QueueTick(w.tick)
	}
	equal(t, "inside a tick before", w.s.Balance(ann), 900*usd)
	equal(t, "leaving", w.s.Leaving(ann), true)
	w.s.QueueTick(due)
	equal(t, "inside when due", w.s.Balance(ann), 0)
	equal(t, "withdrawn", w.led.Flow(ledger.Row(ledger.Outside), ledger.Withdrawal, ledger.Cash), 900*usd)
	equal(t, "leaving", w.s.Leaving(ann), false)
	equal(t, "active", w.s.Public().Active, 0)
	equal(t, "counted", w.s.Public().ForcedExits, 100)
	ok(t, w.audit())
}

// The queue serves 128 users in a window of 16 blocks, in order of arrival.
func TestForcedQueueCapacity(t *testing.T) {
	p := defaults()
	p.QueueDelayHours = 0
	w := newWorld(p)
	for i, o := range []ledger.Owner{eve, ann, bob} {
		w.inside(o, 1000*usd)
		ok(t, w.s.ForceExit(o, []uint32{100, 200, 20}[i]))
	}
	w.carry(0)
	left := []uint64{}
	for w.tick = 1; w.tick < 64; w.tick++ {
		w.s.QueueTick(w.tick)
		ok(t, w.audit())
		if w.tick%16 == 0 || w.tick%16 == 15 {
			left = append(left, w.s.QueueLength())
		}
		equal(t, "eve", w.s.Balance(eve) == 0, w.tick >= 16)
		equal(t, "ann", w.s.Balance(ann) == 0, w.tick >= 48)
		equal(t, "bob", w.s.Balance(bob) == 0, w.tick >= 48)
	}
	for i, want := range []uint64{320, 192, 192, 64, 64, 0, 0} {
		equal(t, "left", left[i], want)
	}
	w.s.QueueTick(64)
	equal(t, "list", len(w.s.forced.list), 0)
}

// A coordinator that serves transactions also serves the queue before the end of
// the delay; one that builds empty batches does not.
func TestWorkingCoordinatorServesQueue(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 1000*usd)
	w.inside(bob, 1000*usd)
	ok(t, w.s.ForceExit(ann, 100))
	w.carry(0)
	w.s.QueueTick(16)
	w.s.Send(bob, 10, 500, 0)
	w.slot(Policy{}, true)
	equal(t, "after an empty batch", w.s.QueueLength(), 100)
	w.slot(serveAll, false)
	equal(t, "after a missed batch", w.s.QueueLength(), 100)
	w.slot(serveAll, true)
	equal(t, "after a batch", w.s.QueueLength(), 0)
	ok(t, w.audit())
}

func TestForcedExitRefusals(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 1000*usd)
	w.inside(bob, 1000*usd)
	refused := func(what string, o ledger.Owner, n uint32) {
		t.Helper()
		if err := w.s.ForceExit(o, n); !errors.Is(err, ErrExit) {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("nothing inside", eve, 5)
	refused("nobody", ann, 0)
	ok(t, w.s.ForceExit(ann, 5))
	refused("twice", ann, 5)
	w.s.AskExit(bob, 5, 9000, 0)
	w.s.SetPolicy(operator, serveAll)
	w.s.Open(Leader{operator, operator})
	_, _ = w.s.Build(20, false)
	refused("in a batch", bob, 5)
	w.s.Close(40, false, 0, 1)
	ok(t, w.s.ForceExit(bob, 50))
	equal(t, "no more users than were left", w.s.QueueLength(), 10)
	w.s.AskExit(bob, 5, 9000, 0)
	equal(t, "one way out at a time", w.s.exits.total, 0)
}

// Where the price follows the balance, the rich pay more, those who bid less wait for
// the next leader, and the users of a cohort pay the same each, whoever leaves first.
func TestExitPriceFollowsTheBalance(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 1000*usd)
	w.inside(bob, 10*usd)
	w.s.AskExit(ann, 5, 19*usd, 0)
	w.s.AskExit(bob, 5, 10_000, 0)
	policy := serveAll
	policy.ExitShare = 0.1
	out := func(exits, fees ledger.Amount) {
		t.Helper()
		w.s.SetPolicy(operator, policy)
		o := w.slot(policy, true)
		equal(t, "exits", ledger.Amount(o.Exits), exits)
		equal(t, "fees", o.Fees, fees)
	}
	out(0, 0)
	w.s.AskExit(ann, 5, 21*usd, 0)
	out(5, 100*usd)
	w.s.AskExit(bob, 5, usd, 0)
	out(5, usd)
	equal(t, "waiting", ledger.Amount(w.s.Asked()), 0)
}

// If a user leaves through the queue while its transactions are in a batch, they
// are removed from the batch.
func TestForcedOutOfABatch(t *testing.T) {
	p := defaults()
	p.QueueDelayHours = 0
	for _, posted := range []bool{false, true} {
		w := newWorld(p)
		w.inside(ann, 1000*usd)
		w.inside(bob, 1000*usd)
		w.s.Send(ann, 10, 500, 0)
		w.s.Send(bob, 7, 400, 0)
		w.s.SetPolicy(operator, serveAll)
		w.s.Open(Leader{operator, operator})
		_, _ = w.s.Build(20, false)
		ok(t, w.s.ForceExit(ann, 5))
		w.carry(0)
		w.s.QueueTick(32)
		o := w.s.Close(40, posted, 0, 1)
		count, _ := w.s.Waiting(ann)
		equal(t, "ann waits", count, 0)
		equal(t, "withdrawn", w.led.Flow(ledger.Row(ledger.Outside), ledger.Withdrawal, ledger.Cash), 1000*usd)
		if posted {
			equal(t, "served", o.Transactions, 7)
		}
		w.inside(ann, usd)
		w.s.Send(ann, 3, 500, 50)
		want := uint32(3)
		if !posted {
			want += 7
		}
		equal(t, "served after she came back", w.slot(serveAll, true).Transactions, want)
		ok(t, w.audit())
	}
}

// A queue that never empties frees the memory of the requests that it has served.
func TestForcedQueueIsTrimmed(t *testing.T) {
	p := defaults()
	p.QueueDelayHours = 0
	w := newWorld(p)
	longest := 0
	for w.tick = 1; w.tick < 90_000; w.tick++ {
		for o := ledger.First; o < operator; o++ {
			if w.s.Balance(o) == 0 {
				w.inside(o, usd)
				ok(t, w.s.ForceExit(o, 40))
			}
		}
		w.carry(0)
		w.s.QueueTick(w.tick)
		longest = max(longest, len(w.s.forced.list))
	}
	equal(t, "served more than is kept", w.s.Public().ForcedExits/40 > uint64(2*longest), true)
	ok(t, w.audit())
}

// Dai returns to its owner, who pays from free cash: through the coordinator the
// posted price, through the queue the gas. While the leaders refuse withdrawals,
// dai is locked.
func TestDaiComesBack(t *testing.T) {
	w := newWorld(defaults())
	w.grant(bob, ledger.Dai, 500*usd)
	w.grant(bob, ledger.Cash, 100*usd)
	if w.s.Bridge(bob, 501*usd) == nil {
		t.Error("brought in more than there is")
	}
	ok(t, w.s.Bridge(bob, 500*usd))
	w.s.AskExit(bob, 1, 3*usd, w.tick)
	w.slot(Policy{Transfers: true}, true)
	equal(t, "locked up", w.led.Balance(bob, ledger.Dai, ledger.Rollup), 500*usd)
	o := w.slot(Policy{Exits: true, ExitFee: 2 * usd}, true)
	equal(t, "back", w.led.Balance(bob, ledger.Dai, ledger.Free), 500*usd)
	equal(t, "fee", o.Fees, 2*usd)
	equal(t, "cash", w.led.Balance(bob, ledger.Cash, ledger.Free), 98*usd)
	ok(t, w.s.Bridge(bob, 300*usd))
	ok(t, w.s.ForceExit(bob, 1))
	w.carry(usd)
	w.tick += perDay + 40
	w.s.QueueTick(w.tick - w.tick%uint32(w.s.p.QueueBlocks))
	equal(t, "back through the queue", w.led.Balance(bob, ledger.Dai, ledger.Free), 500*usd)
	equal(t, "gas", w.led.Flow(ledger.Row(ledger.LayerOne), ledger.ExitGas, ledger.Cash), usd)
	if w.s.ForceExit(bob, 1) != ErrExit {
		t.Error("nothing is left to take out")
	}
	ok(t, w.audit())
}

// Each user pays for itself: a user whose request met expensive gas gets less,
// and a user who gives up keeps its share, to the unit, and may ask again.
func TestNobodyPaysForOthers(t *testing.T) {
	p := defaults()
	p.QueueDelayHours = 0
	w := newWorld(p)
	w.inside(ann, 1000*usd)
	ok(t, w.s.ForceExit(ann, 20))
	dear, _, _ := w.s.NextRequest(many)
	cheap, _, _ := w.s.NextRequest(many)
	left, four, _ := w.s.NextRequest(many)
	equal(t, "users of the last piece", four, 4)
	equal(t, "what eight of twenty have", w.s.Affords(dear, 8), 400*usd)
	w.s.Requested(dear, 8, 399*usd, 1)
	equal(t, "what the next eight have", w.s.Affords(cheap, 8), 400*usd)
	w.s.Requested(cheap, 8, 7, 1)
	w.s.GiveUp(left, four)
	ok(t, w.audit())
	equal(t, "on the way", w.s.Forced(ann), 16)
	equal(t, "again while some are on the way", w.s.ForceExit(ann, 4), ErrExit)
	w.s.QueueTick(16)
	equal(t, "inside", w.s.Balance(ann), 200*usd)
	equal(t, "taken home", w.led.Flow(ledger.Row(ledger.Outside), ledger.Withdrawal, ledger.Cash), 401*usd-7)
	equal(t, "leaving", w.s.Leaving(ann), false)
	ok(t, w.s.ForceExit(ann, 20))
	equal(t, "no more than are inside", w.s.Forced(ann), 4)
	equal(t, "pieces", w.carry(51*usd), 0)
	ok(t, w.s.ForceExit(ann, 20))
	equal(t, "pieces", w.carry(50*usd), 1)
	w.s.QueueTick(32)
	equal(t, "members", w.s.Public().Members, 0)
	ok(t, w.audit())
}
