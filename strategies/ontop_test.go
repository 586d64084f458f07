package strategies_test

import (
	"math"
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/sim"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/strategies"
)

// shortBefore are the attacks on top of which there is no short, with the reason.
var shortBefore = map[string]string{
	"dos-short":      "a short is its second leg",
	"dos-borrowed":   "a short is its split form",
	"outbid":         "a short is its second leg",
	"rogue-operator": "a short is its second leg",
}

// An attack that makes the price fall can be combined with a short. The short is
// opened in the third leg before the act, by no more than is lent, and closed at the
// end; the honest use of the same capital opens the same short.
func TestShortOnTop(t *testing.T) {
	for _, e := range strategies.All() {
		t.Run(e.Name, func(t *testing.T) {
			p := short(t, e, "1500000")
			if has := param.Set(p, "short_usd", "1000000") == nil; has != (shortBefore[e.Name] == "") {
				t.Fatalf("takes a short on top: %v, against which stands %q", has, shortBefore[e.Name])
			} else if !has {
				return
			}
			attack, honest := shorted(t, e, p, true), shorted(t, e, p, false)
			if attack != honest {
				t.Errorf("owed and sold before the act: %+v, without it %+v", attack, honest)
			}
			// Half the cash in value, at a price that the act has not moved yet.
			if want := 0.5e6 / quick().Opening.Price; math.Abs(attack.owed/want-1) > 0.3 ||
				math.Abs(attack.sold/attack.owed-1) > 0.01 {
				t.Errorf("owes %.0f tokens when the act begins and has sold %.0f, want about %.0f", attack.owed, attack.sold, want)
			}
		})
	}
}

// position is the number of tokens that the third leg owes and has sold when the act
// begins.
type position struct{ owed, sold float64 }

// shorted runs a plan to its end and checks the books of the short at every hour.
func shorted(t *testing.T, e strategies.Entry, params strategies.Params, act bool) (at position) {
	t.Helper()
	w := newWorld(t, e, e.Capital(params))
	begin(w, e, params, act)
	leg, hour := w.Attackers()[sim.Legs-1], w.Ticks(1.0/24)
	due := w.Ticks(openDays + e.Act(params))
	for end := w.Ticks(openDays + e.Days(params, unbondingDays) + 0.25); w.Tick() < end; {
		next := min(end, w.Tick()+hour)
		if w.Tick() < due {
			next = min(next, due)
		}
		run(t, w, next)
		if lent := w.Pool().Borrowed(); w.Pool().Debt(leg) > lent ||
			float64(lent) > 1.001*float64(quick().Lending.BorrowCap) {
			t.Errorf("act %v: owes %d of %d tokens lent", act, w.Pool().Debt(leg), lent)
		}
		for _, other := range w.Attackers()[:sim.Legs-1] {
			if w.Pool().Debt(other) > 0 {
				t.Fatalf("act %v: agent %d, which is not the short's, owes tokens", act, other)
			}
		}
		if w.Tick() == due {
			if err := w.Audit(); err != nil {
				t.Fatal(err)
			}
			at = position{w.Pool().Debt(leg).Units(), soldBy(w, leg)}
		}
	}
	wound(t, w, act)
	return at
}

// soldBy is the number of tokens that an account has sold, less those that it has
// bought.
func soldBy(w *sim.World, leg ledger.Owner) (tokens float64) {
	for _, f := range w.Exchange().Log() {
		switch {
		case f.Owner != leg:
		case f.Side == book.Sell:
			tokens += float64(f.Lots)
		default:
			tokens -= float64(f.Lots)
		}
	}
	return tokens
}
