package rollup

import (
	"testing"

	"stakeout/market/ledger"
)

// behind gives three stakers tokens; two of them delegate to the rival.
func behind(t *testing.T) *world {
	w := newWorld(defaults())
	for i, o := range []ledger.Owner{ann, bob, eve} {
		w.grant(o, ledger.Token, ledger.Amount(i+1)*10_000*usd)
		ok(t, w.s.Stake(o, ledger.Amount(i+1)*5_000*usd))
	}
	w.s.Delegate(ann, operator)
	w.s.Delegate(bob, rival)
	w.s.Delegate(eve, rival)
	return w
}

// “On layer 2 it seems like there is no way to punish people for using this
// attack”: a judgment burns its share of all stake behind an operator and of no
// other stake, and with a time lock also of unbonding stake.
func TestCondemnedStakeIsBurnt(t *testing.T) {
	for _, c := range []struct {
		locked bool
		taken  ledger.Amount
	}{{false, 10_500 * usd}, {true, 12_500 * usd}} {
		w := behind(t)
		equal(t, "stake behind the rival", w.s.Backing(rival), 25_000*usd)
		ok(t, w.s.Unstake(bob, 4_000*usd, w.tick))
		equal(t, "taken", w.s.Condemn(rival, 0.5, c.locked, w.tick), c.taken)
		equal(t, "burnt", w.led.Balance(ledger.Burned, ledger.Token, ledger.Free), c.taken)
		equal(t, "ann's stake", w.s.Bonded(ann), 5_000*usd)
		equal(t, "bob's stake", w.s.Bonded(bob), 3_000*usd)
		equal(t, "stake behind the rival", w.s.Backing(rival), 10_500*usd)
		ok(t, w.audit())
		// The second judgment takes everything.
		w.s.Condemn(rival, 1, c.locked, w.tick)
		equal(t, "stake behind the rival", w.s.Backing(rival), 0)
		ok(t, w.audit())
		// Stake out of reach is paid out when it is due.
		w.s.Mature(w.s.UnbondTicks())
		paid := 4_000 * usd
		if c.locked {
			paid = 0
		}
		equal(t, "bob's free tokens", w.led.Balance(bob, ledger.Token, ledger.Free), 10_000*usd+paid)
		ok(t, w.audit())
	}
}

// While an operator is accused, its stakers cannot leave it and nothing is paid
// out; afterwards everything is.
func TestHoldKeepsStakeWithinReach(t *testing.T) {
	w := behind(t)
	ok(t, w.s.Unstake(bob, 1_000*usd, w.tick))
	ok(t, w.s.Unstake(ann, 1_000*usd, w.tick))
	w.s.Hold(rival)
	equal(t, "bob may delegate", w.s.Delegate(bob, operator), false)
	equal(t, "ann may delegate", w.s.Delegate(ann, operator), true)
	w.s.Mature(w.s.UnbondTicks())
	equal(t, "bob's free tokens", w.led.Balance(bob, ledger.Token, ledger.Free), 10_000*usd)
	equal(t, "ann's free tokens", w.led.Balance(ann, ledger.Token, ledger.Free), 6_000*usd)
	ok(t, w.audit())
	w.s.Condemn(rival, 0.25, true, w.tick)
	w.s.Release()
	equal(t, "bob's free tokens", w.led.Balance(bob, ledger.Token, ledger.Free), 10_750*usd)
	equal(t, "bob may delegate", w.s.Delegate(bob, operator), true)
	ok(t, w.audit())
	w.s.Hold(operator)
	w.s.Hold(rival)
	equal(t, "ann may delegate after another hold", w.s.Delegate(ann, rival), true)
}

// The office goes to the next successor other than the dismissed holder, and is
// vacant without one.
func TestDismissal(t *testing.T) {
	w := newWorld(defaults())
	w.s.Appoint(eve)
	w.s.Dismiss()
	equal(t, "office without a line", w.s.Appointed(), ledger.Outside)
	w.s.Appoint(eve)
	w.s.Succeed(eve, operator, rival)
	for _, want := range []ledger.Owner{operator, rival, eve, operator} {
		w.s.Dismiss()
		equal(t, "office", w.s.Appointed(), want)
	}
}

// The record separates slots withheld from missed deadlines and from slots
// without waiting users, and a judgment clears it.
func TestRecordOfAnOperator(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 100*usd)
	w.slot(Policy{}, true)
	equal(t, "record when nobody waits", w.s.RecordOf(operator), Record{Led: 1})
	equal(t, "suspect", w.s.Public().Suspect, ledger.Outside)
	w.s.Send(ann, 10, 1000, w.tick)
	w.slot(serveAll, false)
	r := w.s.RecordOf(operator)
	if r.Led != 2 || r.Unserved != 1 || r.Missed != 1 || r.Failing <= 0 || r.Withheld != 0 {
		t.Errorf("after a missed deadline %+v", r)
	}
	for range 16 {
		w.slot(Policy{}, true)
	}
	r = w.s.RecordOf(operator)
	if d := r.Withheld - 0.5; r.Led != 18 || r.Unserved != 17 || d > 1e-12 || d < -1e-12 {
		t.Errorf("after sixteen empty slots %+v", r)
	}
	equal(t, "suspect", w.s.Public().Suspect, operator)
	w.slot(serveAll, true)
	if now := w.s.RecordOf(operator); now.Withheld >= r.Withheld || now.Unserved != 17 {
		t.Errorf("after an honest slot %+v", now)
	}
	w.s.Condemn(operator, 1, true, w.tick)
	if now := w.s.RecordOf(operator); now.Withheld != 0 || now.Failing != 0 || now.Led != 19 {
		t.Errorf("after a judgment %+v", now)
	}
	equal(t, "suspect", w.s.Public().Suspect, ledger.Outside)
}
