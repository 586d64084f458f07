package sim

import (
	"testing"

	"stakeout/mechanisms/remedy"
)

// stricken is the default world whose coordinators all stop for weeks.
func stricken(t testing.TB, name string) *World {
	c := defaults(t)
	c.Time.WarmupDays, c.Outage.StartDays, c.Outage.Hours = 1, 0, 24*20
	return worldUnder(t, c, "pos", name, 1)
}

// "the pissed off users organize and form a new zkRollup validator group. Then they
// submit a single proof of mass exit to the old zkRollup smart contract, which will
// transfer the total amount of tokens owned by these users to the smart contract of
// the new zkRollup." Users who cannot leave sign, move, and are served in the new
// rollup; the old one loses their fees. The new one is founded when enough users have
// signed.
func TestUsersMigrate(t *testing.T) {
	for _, name := range []string{"migrate-zk", "migrate-optimistic", "migrate-bls"} {
		w := stricken(t, name)
		for day := 0.0; day <= 20; day++ {
			if err := w.Run(w.Ticks(day)); err != nil {
				t.Fatal(err)
			}
			if err := w.Audit(); err != nil {
				t.Fatal(err)
			}
			m := w.remedy.Docket().Move
			if begun := m.Stage != remedy.Gathering || m.Ended > 0; begun != (w.Away() != nil) {
				t.Fatalf("%s day %.0f: a move has begun is %v, and the second rollup is %v", name, day, begun, w.Away())
			}
			if w.Away() == nil {
				continue
			}
			t.Logf("%s day %2.0f: stage %d, %d signed, %.0f gas each, %d moved in %d; members %v and %v, transactions %d and %d",
				name, day, m.Stage, m.Users, m.EachGas, m.Moved, m.Ended,
				w.roll.Public().Members, w.Away().Public().Members,
				w.roll.Public().Transactions, w.Away().Public().Transactions)
		}
		if m := w.remedy.Docket().Move; m.Moved == 0 || w.Away().Public().Transactions == 0 {
			t.Errorf("%s: %d users moved, %d transactions there", name, m.Moved, w.Away().Public().Transactions)
		}
	}
}

// A branch of a world in the middle of a migration goes on as the world does.
func TestBranchInTheMiddleOfAMigration(t *testing.T) {
	w := stricken(t, "migrate-optimistic")
	for w.remedy.Docket().Move.Stage != remedy.Challenged {
		if err := w.Step(); err != nil {
			t.Fatal(err)
		}
		if w.tick > w.Ticks(20) {
			t.Fatal("no migration in twenty days")
		}
	}
	var b World
	b.CopyFrom(w)
	until := w.tick + w.Ticks(9)
	for _, x := range []*World{w, &b} {
		if err := x.Run(until); err != nil {
			t.Fatal(err)
		}
	}
	if w.Hash() != b.Hash() || w.away.roll.Public().Members == 0 {
		t.Errorf("hashes %x and %x, %v members away", w.Hash(), b.Hash(), w.away.roll.Public().Members)
	}
}
