package sim

import (
	"testing"

	"stakeout/agents"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
)

// raid claims the deposits for its first leg, disputes until the token forks, and
// picks the side of the claim.
type raid struct{ legs []agents.ID }

func (s *raid) Clone() agents.Strategy { c := *s; return &c }

func (s *raid) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	f, me := &v.Docket.Fork, s.legs[0]
	for _, a := range awake {
		if a.ID != me {
			continue
		}
		switch {
		case f.Stage == remedy.Quiet:
			do.Say(me, remedy.Message{Word: remedy.Report, About: me, Count: uint32(remedy.Owns)})
		case f.Stage == remedy.Disputed && f.Answer == 0:
			do.Say(me, remedy.Message{Word: remedy.Dispute, Amount: f.Missing})
		case f.Stage == remedy.Forking:
			do.Say(me, remedy.Message{Word: remedy.Pick, Count: 1})
		}
		do.WakeAt(me, v.Tick+100)
	}
}

// raided is a default world in which an agent with tokens from outside raids the
// deposits.
func raided(t testing.TB, tokens float64) *World {
	c := defaults(t)
	c.Time.WarmupDays = 1
	c.Remedies.TokenFork.FirstDays, c.Remedies.TokenFork.Days, c.Remedies.TokenFork.PickDays = 1, 2, 3
	w := worldUnder(t, c, "pos", "token-fork", 1)
	if err := w.Endow(0, ledger.Token, agents.Amount(tokens)); err != nil {
		t.Fatal(err)
	}
	w.SetAttacker(&raid{w.attackers})
	return w
}

// "So you can break Augur enough to steal the ETH and DAI by controlling more REP
// than the other side, and moving them into the “lying” fork." And on: "you could
// have subjective security for a governed rollup with respect to the governed
// rollup's governance token (if it had one), and any assets issued inside the
// rollup. … Since the “honest” ledger is more useful, we can reasonably hope the
// users and the value will migrate to that."
func TestForkSplitsTheToken(t *testing.T) {
	w := raided(t, 80e6)
	inside := func(w *World) (sum ledger.Amount) {
		for _, a := range w.people.of(RowUsers) {
			sum += w.led.Balance(a.ID, ledger.Cash, ledger.Rollup)
		}
		return sum
	}
	before := inside(w)
	var at float64
	for day := 0.0; day <= 40; day += 2 {
		run(t, w, w.Ticks(day))
		if err := w.Audit(); err != nil {
			t.Fatal(err)
		}
		f := &w.remedy.Docket().Fork
		if f.Stage == remedy.Split && at == 0 {
			at = day
		}
		rival := 0.0
		if w.away.roll != nil {
			rival = w.away.roll.Public().Active
		}
		t.Logf("day %2.0f: stage %d, %d bonds, moved %.1f and %.1f M; prices %.4f and %.4f; inside %.1f M USD; "+
			"active %v and %v", day, f.Stage, f.Rounds,
			f.Moved[0].Units()/1e6, f.Moved[1].Units()/1e6, w.view.Mid, w.RivalPrice(), inside(w).Units()/1e6,
			w.roll.Public().Active, rival)
	}
	f := &w.remedy.Docket().Fork
	if f.Stage != remedy.Split || f.Answer != 1 {
		t.Fatalf("no fork: %+v", f)
	}
	if got := w.led.Flow(RowAttacker, ledger.Fork, ledger.Cash); got < before/2 {
		t.Errorf("the raider took %d of %d", got, before)
	}
	if n := w.away.roll.Public(); n.Active < 100 || n.Transactions == 0 || w.away.x.Stats().Trades == 0 {
		t.Errorf("the smaller ledger is dead: %+v", n)
	}
}

// A world copied after a fork goes on like the original, in new memory and in the
// memory of a world without a fork.
func TestCopyAfterAFork(t *testing.T) {
	w := raided(t, 80e6)
	for w.away.roll == nil {
		run(t, w, w.Tick()+400)
	}
	fresh, used := new(World), worldUnder(t, defaults(t), "pos", "none", 1)
	fresh.CopyFrom(w)
	used.CopyFrom(w)
	until := w.Tick() + w.Ticks(2)
	for _, x := range []*World{w, fresh, used} {
		run(t, x, until)
	}
	if w.Hash() != fresh.Hash() || w.Hash() != used.Hash() {
		t.Errorf("hashes %x, %x and %x", w.Hash(), fresh.Hash(), used.Hash())
	}
}

// The memory of a world that has forked can hold one that has not.
func TestCopyIntoAForkedWorld(t *testing.T) {
	forked := raided(t, 80e6)
	for forked.away.roll == nil {
		run(t, forked, forked.Tick()+400)
	}
	w := world(t, defaults(t), "none", 1)
	run(t, w, w.Ticks(1))
	used := new(World)
	used.CopyFrom(forked)
	used.CopyFrom(w)
	same(t, "two days later", run(t, w, w.Ticks(3)), run(t, used, w.Ticks(3)))
}

// When the other side moves more tokens, the raider keeps only the token of a ledger
// that nobody uses.
func TestSmallerSideGetsNothing(t *testing.T) {
	w := raided(t, 20e6)
	run(t, w, w.Ticks(40))
	f := &w.remedy.Docket().Fork
	if f.Stage != remedy.Split || f.Answer != 0 {
		t.Fatalf("%+v", f)
	}
	if got := w.led.Flow(RowAttacker, ledger.Fork, ledger.Cash); got != 0 {
		t.Errorf("the raider took %d", got)
	}
	if w.led.Balance(w.attackers[0], ledger.Rival, ledger.Free) == 0 || w.led.Total(w.attackers[0], ledger.Token) != 0 {
		t.Error("the raider is not on the smaller side")
	}
	if w.away.roll.Public().Transactions != 0 || w.roll.Public().Active < 1000 {
		t.Error("users have followed the smaller side")
	}
}
