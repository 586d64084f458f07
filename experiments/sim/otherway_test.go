package sim

import (
	"testing"

	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// Where the way out through layer one is open, its cost bounds the fee of a
// coordinator. Remedies differ by it only when somebody is asked for more.
func TestOtherWayOut(t *testing.T) {
	c := defaults(t)
	w := world(t, c, "none", 1)
	run(t, w, 1)
	gas := func(units int) rollup.Policy {
		return rollup.Policy{Transfers: true, Exits: true, ExitFee: w.gasCost(uint64(units), w.offer(typicalBatchGas))}
	}
	leader := w.roll.Public().Leader.Operator
	user := w.people.of(RowUsers)[0].ID
	for _, x := range []struct {
		asks, dear, open bool
	}{{true, true, true}, {false, true, true}, {true, false, true}, {true, true, false}} {
		names := []string{"none", "forced-exit"}
		if x.open {
			names = []string{"forced-exit", "none"}
		}
		book, ok := remedy.Book(&c.Remedies, names...)
		if !ok {
			t.Fatal(names)
		}
		w.remedy = book
		w.roll.SetPolicy(leader, gas(c.Rollup.ForcedExitGas/2))
		if x.dear {
			w.roll.SetPolicy(leader, gas(2*c.Rollup.ForcedExitGas))
		}
		count := uint32(0)
		if x.asks {
			count = 1
		}
		w.roll.AskExit(user, count, 1, w.tick)
		if got := w.otherWay(&w.layer); (got > 0) != (x.asks && x.dear && x.open) {
			t.Errorf("%+v: the other way costs %v", x, got)
		}
		if parted := len(book.Names()) == 1; parted != (x.asks && x.dear) {
			t.Errorf("%+v: in the book there are %v", x, book.Names())
		}
	}
}
