package sim

import (
	"slices"
	"testing"

	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
	"stakeout/strategies"
)

// same ends the test unless two worlds are alike in everything that is public.
func same(t *testing.T, what string, a, b *World) {
	t.Helper()
	if a.Hash() != b.Hash() || a.Tick() != b.Tick() || a.Refused() != b.Refused() || a.Liquidated() != b.Liquidated() {
		t.Fatalf("%s: tick %d %016x, tick %d %016x", what, a.Tick(), a.Hash(), b.Tick(), b.Hash())
	}
	if !slices.Equal(a.Series(), b.Series()) || !slices.Equal(a.path, b.path) {
		t.Fatalf("%s: other samples", what)
	}
	if a.posting != b.posting || a.news != b.news || a.volatility != b.volatility {
		t.Fatalf("%s: other hidden state", what)
	}
}

// A copy goes on as the original does, whatever its memory held before, and leaves the
// original alone.
func TestCopyFrom(t *testing.T) {
	entry, _ := strategies.Find("dos-short")
	larger := small(t)
	larger.Users.Count, larger.Stakers.Count = 90, 30
	used := map[string]func() *World{
		"new":              func() *World { return new(World) },
		"other seed":       func() *World { return run(t, attacked(t, small(t), "none", 99, entry), 900) },
		"larger":           func() *World { return run(t, world(t, larger, "forced-exit", 5), 700) },
		"later":            func() *World { return run(t, world(t, small(t), "none", 4), 6000) },
		"far in the wheel": func() *World { return run(t, world(t, small(t), "none", 4), 4095) },
	}
	for name, memory := range used {
		w := run(t, attacked(t, small(t), "forced-exit", 4, entry), 1003)
		c := memory()
		c.CopyFrom(w)
		same(t, name+", at once", w, c)
		run(t, w, 2500)
		same(t, name+", original", w, run(t, attacked(t, small(t), "forced-exit", 4, entry), 2500))
		run(t, c, 2500)
		same(t, name, w, c)
		if err := c.Audit(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A plan that becomes the attack after a branch equals one that was the attack from
// the start, provided that it was not due to act before.
func TestBranchBeforeTheAct(t *testing.T) {
	for _, e := range strategies.All() {
		p := hasty(t, e)
		c := small(t)
		name := against(e, c, "none")
		quicken(&c.Remedies)
		attacker := attacked(t, c, name, 3, e)
		honest := worldUnder(t, c, under(e), name, 3, legs(e, p)...)
		honest.must(honest.Equip(e, p))
		if e.Needs.Office {
			honest.Appoint()
		}
		honest.SetAttacker(e.New(p, strategies.Plan{Legs: honest.Attackers(), Opening: honest.Opening()}))
		act := honest.Ticks(e.Act(p))
		run(t, honest, act)
		b := new(World)
		b.CopyFrom(honest)
		b.Attacker().(strategies.Committer).Commit()
		run(t, b, 3000)
		same(t, e.Name, b, run(t, attacker, 3000))
		if b.Hash() == run(t, honest, 3000).Hash() {
			t.Errorf("%s: the act changes nothing", e.Name)
		}
	}
}

func legs(e strategies.Entry, params strategies.Params) []ledger.Amount {
	c := e.Capital(params)
	return c[:]
}

// others says where two worlds differ in prices, in the service or in the balances of
// agents other than the attacker. Agents are matched by kind and number.
func others(a, b *World) string {
	if !slices.Equal(a.path, b.path) {
		return "prices differ"
	}
	p, q := *a.Rollup().Public(), *b.Rollup().Public()
	p.Leader, q.Leader = rollup.Leader{}, rollup.Leader{} // ids shift when agents are added
	p.Suspect, q.Suspect = ledger.Outside, ledger.Outside
	if p != q {
		return "the service differs"
	}
	if a.Exchange().Stats() != b.Exchange().Stats() {
		return "trading differs"
	}
	if a.news != b.news || a.Chain().Hash(0) != b.Chain().Hash(0) {
		return "nature differs"
	}
	for i := range a.people.groups[numberOf(RowAttacker)].first {
		x := a.people.at(i)
		k := b.people.groups[a.people.kindOf[i]]
		if x.Row >= k.size {
			continue
		}
		y := idOf(k.first + x.Row)
		for asset := range ledger.Assets {
			for p := range ledger.Pockets {
				if a.led.Balance(x.ID, asset, p) != b.led.Balance(y, asset, p) {
					return "balances differ"
				}
			}
		}
	}
	return ""
}

// A strategy that wakes and asks for nothing changes nothing for anybody.
func TestIdleAttackerChangesNothing(t *testing.T) {
	for _, c := range []*Config{small(t), defaults(t)} {
		quiet, woken := world(t, c, "none", 8), world(t, c, "none", 8)
		woken.SetAttacker(idle{every: 1})
		run(t, quiet, 4000)
		run(t, woken, 4000)
		same(t, "idle", quiet, woken)
	}
}

// An attack without capital reproduces the world without an attacker bit for
// bit.
func TestAttackWithoutCapital(t *testing.T) {
	for _, e := range strategies.All() {
		p := hasty(t, e)
		if e.Needs.Office || e.Hash(p) > 0 { // Both change the world without capital too.
			continue
		}
		c := small(t)
		name := against(e, c, "none")
		quiet := world(t, c, name, 9)
		broke := world(t, c, name, 9)
		attack(broke, e, p)
		if bad := others(run(t, quiet, 3500), run(t, broke, 3500)); bad != "" {
			t.Errorf("%s: %s", e.Name, bad)
		}
	}
	// Capital that is used does change the world, so that the comparison can fail.
	e := strategies.All()[0]
	if others(run(t, world(t, small(t), "none", 9), 3500), run(t, attacked(t, small(t), "none", 9, e), 3500)) == "" {
		t.Error("an attack with capital changed nothing")
	}
}

// Agents without money or wishes move no other draws, although they shift the ids of
// all later kinds.
func TestAddingAgentsMovesNobody(t *testing.T) {
	for _, remedyName := range []string{"none", "forced-exit", "timelock-vote", "court-kleros"} {
		c, d := small(t), small(t)
		c.Holders.HoldShare, d.Holders.HoldShare = 0, 0
		d.Holders.Count += 9
		a, b := world(t, c, remedyName, 10), world(t, d, remedyName, 10)
		if a.people.size()+9 != b.people.size() {
			t.Fatal("no agent was added")
		}
		if bad := others(run(t, a, 5000), run(t, b, 5000)); bad != "" {
			t.Error(bad)
		}
	}
}

// Measuring more, or at other times, moves nothing.
func TestMeasuringMovesNothing(t *testing.T) {
	entry, _ := strategies.Find("fake-dos")
	a, b := attacked(t, small(t), "forced-exit", 2, entry), attacked(t, small(t), "forced-exit", 2, entry)
	for range 3000 {
		run(t, a, a.Tick()+1)
		run(t, b, b.Tick()+1)
		b.View().Refresh()
		_ = b.sample()
		_ = b.PriceAt(b.Tick())
		if b.Tick()%50 == 0 {
			if err := b.Audit(); err != nil {
				t.Fatal(err)
			}
			_ = b.Hash()
		}
	}
	same(t, "measured", a, b)
}

// Cash given late to legs without a plan counts from the opening on, in the state and
// in the series.
func TestFundedLate(t *testing.T) {
	capital := [Legs]ledger.Amount{3e6 * ledger.Unit, 2e6 * ledger.Unit}
	for _, name := range []string{"none", "token-fork"} {
		early, late := world(t, small(t), name, 4, capital[:]...), world(t, small(t), name, 4)
		run(t, early, 1500)
		run(t, late, 1500)
		if early.Hash() == late.Hash() {
			t.Fatal("the hash does not see the cash")
		}
		late.Fund(capital)
		same(t, name, early, late)
		same(t, name, run(t, early, 2500), run(t, late, 2500))
	}
}
