package remedy

import (
	"slices"
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/transcript"
	"stakeout/market/ledger"
)

func defaults(t *testing.T, names ...string) *Rulebook {
	t.Helper()
	var p Params
	param.Defaults(&p)
	b, ok := Book(&p, names...)
	if !ok {
		t.Fatalf("one of %v is not in the catalogue", names)
	}
	return b
}

// A remedy with another answer leaves the book; the one in force never does.
func TestAsk(t *testing.T) {
	b := defaults(t, "none", "forced-exit", "hard-fork", "timelock-vote")
	force := func(r *Rules, _ *Docket) bool { return r.ForcedExit }
	before := b.Copy()
	if Ask(b, force) || !slices.Equal(b.Names(), []string{"none", "hard-fork", "timelock-vote"}) {
		t.Errorf("after a question about forced exits there are %v", b.Names())
	}
	if slash := Ask(b, func(r *Rules, _ *Docket) float64 { return r.Trial.Slash }); slash != 0 || len(b.Names()) != 1 {
		t.Errorf("after a question about slashing there are %v", b.Names())
	}
	if len(before.Names()) != 4 {
		t.Error("a copy changes with the original")
	}
	before.Enforce("forced-exit", "hard-fork")
	if !Ask(before, force) || !slices.Equal(before.Names(), []string{"forced-exit"}) || !before.Has("forced-exit") ||
		before.Has("hard-fork") {
		t.Errorf("with forced exits in force there are %v", before.Names())
	}
	if one := defaults(t, "timelock-vote", "timelock-vote"); one.Rules() != one.InForce().Rules() ||
		len(one.Names()) != 2 {
		t.Error("equal rules part")
	}
	if _, ok := Book(new(Params), "none", "no such"); ok {
		t.Error("found what is not there")
	}
}

// All kinds of migration, and no other remedies, note a signature. It drops no
// remedy from the book, and it is there when one of them comes into force.
func TestNotesPartNobody(t *testing.T) {
	s := newScript(t)
	user := named("user")
	s.grant(user, ledger.Cash, 1e6*ledger.Unit)
	s.ok(s.roll.Join(user, 1e6*ledger.Unit))
	b := defaults(t, "migrate-bls", "migrate-zk", "forced-exit")
	if !b.Notes(Sign) || b.Notes(Alarm) {
		t.Error("signatures and nothing else are noted")
	}
	sign := Message{By: user, Word: Sign, Count: 1, Amount: ledger.Unit, Gas: 250000}
	if !b.Hear(s.world(), sign) || len(b.Names()) != 3 {
		t.Errorf("after a signature there are %v", b.Names())
	}
	for name, users := range map[string]uint64{"migrate-zk": 0, "migrate-bls": 0, "forced-exit": 0} {
		c := b.Copy()
		if c.Enforce(name); c.Docket().Move.Users != users {
			t.Errorf("%s has noted %+v", name, c.Docket().Move)
		}
	}
	sign.Gas = 400000 // enough for one signature of the second kind; the first kind needs more gas
	b.Hear(s.world(), sign)
	for name, users := range map[string]uint64{"migrate-zk": 0, "migrate-bls": 1, "forced-exit": 0} {
		c := b.Copy()
		if c.Enforce(name); c.Docket().Move.Users != users {
			t.Errorf("%s has noted %+v", name, c.Docket().Move)
		}
	}
}

// Only the remedy in force receives any other message, even one that it refuses.
func TestOnlyTheRemedyInForceHears(t *testing.T) {
	b := defaults(t, "none", "hard-fork")
	if b.Hear(nil, Message{Word: Accuse}) || len(b.Names()) != 1 {
		t.Errorf("after a message there are %v", b.Names())
	}
}

// A remedy that has received no message has nothing to do, and its docket equals
// that of all others, except for terms that only Ask may read.
func TestQuietRemediesLookAlike(t *testing.T) {
	w := newScript(t).world()
	for _, e := range All() {
		b := defaults(t, e.Name)
		if b.Due(w) {
			t.Errorf("%s has something to do in a world where nothing has happened", e.Name)
		}
		d := b.Docket()
		if d.Fork.Stage != Quiet || d.Fork.Ended != 0 || d.Case.Open || d.Case.Number != 0 || d.Exit != (Window{}) ||
			d.Move != (Move{EachGas: d.Move.EachGas}) {
			t.Errorf("%s shows %+v", e.Name, d)
		}
	}
}

// If something is due for any remedy, the remedies part.
func TestDuePartsRemedies(t *testing.T) {
	s := newScript(t)
	s.remedy = defaults(t, "none")
	transcript.Replay("stake bob 2000 mallory\npolicy mallory empty\nsend 9000\nslot", &s.out, s.run)
	beside, inForce := defaults(t, "none", "auto-slash", "mass-exit"), defaults(t, "auto-slash", "none")
	for _, b := range []*Rulebook{beside, inForce} {
		n := len(b.Names())
		b.Step(s.world())
		if len(b.Names()) != n {
			t.Errorf("nothing is due, and of %d there are %v", n, b.Names())
		}
	}
	transcript.Replay("slot 20", &s.out, s.run)
	before := s.led.Hash(0)
	if beside.Step(s.world()); !slices.Equal(beside.Names(), []string{"none", "mass-exit"}) || s.led.Hash(0) != before {
		t.Errorf("slashing is due beside what is in force: %v", beside.Names())
	}
	if inForce.Step(s.world()); len(inForce.Names()) != 1 || inForce.Docket().Case.Ended != 1 || s.led.Hash(0) == before {
		t.Errorf("slashing is in force and due: %v, %+v", inForce.Names(), inForce.Docket().Case)
	}
}
