package trial

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"stakeout/experiments/presets"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/tiny"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

// fate is all that a trial can end in.
type fate struct {
	Attack, Honest, Idle uint64
	Gain, Fair           measure.Account
	Docket               remedy.Docket
	with                 [2]int // remedies of which the attack and the honest world are one
}

func fateOf(t *testing.T, s *question.Spec, b *Worlds, rep int) fate {
	t.Helper()
	x, err := Run(context.Background(), s, b, rep)
	if err != nil {
		t.Fatal(err)
	}
	return fate{x.Attack.Hash(), x.Honest.Hash(), x.Idle.Hash(), x.Gain, x.Fair, *x.Attack.Remedy().Docket(),
		[2]int{len(x.Attack.Remedy().Names()), len(x.Honest.Remedy().Names())}}
}

func same(t *testing.T, name string, shared, alone fate) {
	t.Helper()
	a, b := reflect.ValueOf(shared), reflect.ValueOf(alone)
	for i := range a.NumField() - 1 {
		if x, y := a.Field(i).Interface(), b.Field(i).Interface(); !reflect.DeepEqual(x, y) {
			t.Errorf("%s: %s is %+v with others, %+v alone", name, a.Type().Field(i).Name, x, y)
		}
	}
}

// underAll are an attack's preset under a leader selection with every remedy that
// applies, in small worlds that users want to leave.
func underAll(t *testing.T, attack strategies.Entry, mechanism election.Entry) (specs []*question.Spec,
	names []string) {
	for _, r := range remedy.All() {
		s := tiny.Spec(t, attack.Name, "world.users.count=200", "world.users.churn_per_day=0.5",
			"world.stakers.civic.accuse_share=1",
			"attack_params.act_days=0.9", "horizon_days=3")
		if attack.Needs.Under(r.New(&s.World.Remedies).Rules()) && r.In(mechanism.Rules()) {
			s.Mechanism, s.Remedy = mechanism.Name, r.Name
			specs, names = append(specs, s), append(names, r.Name)
		}
	}
	return specs, names
}

// Trials that share their worlds end as each of them does alone, to the bit: under
// every remedy that an attack can meet, whichever comes first, with the memory of
// another seed. Some must share a world to the end and some must part after the act,
// or this proves nothing.
func TestSharedWorldsAreThoseOfEveryTrialAlone(t *testing.T) {
	shared, parted, moved := 0, 0, 0
	for i, a := range strategies.All() {
		home, _ := election.Find(question.HomeMechanism("")(a.Name))
		specs, names := underAll(t, a, home)
		b := NewWorlds(names...)
		fateOf(t, specs[0], b, 1)
		if i%2 == 1 {
			slices.Reverse(specs)
		}
		for _, s := range specs {
			got, want := fateOf(t, s, b, 0), fateOf(t, s, NewWorlds(), 0)
			same(t, a.Name+" with "+s.Remedy, got, want)
			if got.with[0] > 1 {
				shared++
			}
			if got.with[0] < got.with[1] {
				parted++
			}
			if got.Docket.Move.Moved > 0 {
				moved++
			}
		}
	}
	t.Logf("%d worlds are shared, %d part after the act, in %d users have moved", shared, parted, moved)
	if shared == 0 || parted == 0 || moved == 0 {
		t.Error("want some of each")
	}
}

// Attacks with the same honest use of the capital have its world in common, and end as
// each of them does alone.
func TestSharedHonestUse(t *testing.T) {
	b := NewWorlds("none", "forced-exit")
	var first string
	for i, attack := range []string{"dos-empty-blocks", "dos-process-fee", "dos-withdraw-fee", "dos-short"} {
		for _, name := range []string{"none", "forced-exit"} {
			s := tiny.Spec(t, attack)
			s.Remedy = name
			same(t, attack+" with "+name, fateOf(t, s, b, 0), fateOf(t, s, NewWorlds(), 0))
			if i == 0 {
				first = s.UseKey()
			}
			if shared := s.UseKey() == first; shared != (i < 3) {
				t.Errorf("%s shares the honest use of dos-empty-blocks: %v", attack, shared)
			}
		}
	}
	if s := tiny.Spec(t, "dos-empty-blocks", "attack_params.short_usd=1000"); s.UseKey() != s.PlanKey() {
		t.Error("a short on top is used by one attack alone")
	}
}

// One world serves all that have a horizon and a plan of their own, whatever the
// order.
func TestSharedWorldsServeEveryHorizon(t *testing.T) {
	b := NewWorlds("none", "forced-exit")
	for _, set := range [][]string{{"horizon_days=1.5"}, {"horizon_days=2"}, {"horizon_days=1.5"},
		{"attack_params.budget_usd=1000000"}, {"attack_params.budget_usd=0"}, {"seed=1"}, {"start_days=0.5"}} {
		s := tiny.Spec(t, "dos-short", set...)
		same(t, set[0], fateOf(t, s, b, 0), fateOf(t, s, NewWorlds(), 0))
	}
}

func TestNoBudgetIsTheIdleWorld(t *testing.T) {
	for _, name := range presets.Names() {
		s := tiny.Spec(t, name, "attack_params.budget_usd=0")
		x, err := Run(context.Background(), s, NewWorlds(), 3)
		if err != nil {
			t.Fatal(err)
		}
		if a, h, i := x.Attack.Hash(), x.Honest.Hash(), x.Idle.Hash(); a != i || h != i {
			t.Errorf("%s: hashes %x, %x, %x", name, a, h, i)
		}
		if x.Gain.Profit != 0 || x.Gain.Net() != 0 || x.Advantage() != 0 || x.Effect() != 0 {
			t.Errorf("%s: profit %d and advantage %d without capital", name, x.Gain.Profit, x.Advantage())
		}
	}
}

// The attack and its honest twin are simulated as one world until the act.
// Running both from the start must give the same worlds to the bit. Users leave, so
// that acts that concern nobody else have somebody to act on.
func TestSharedUntilTheAct(t *testing.T) {
	for _, name := range presets.Names() {
		s := tiny.Spec(t, name, "world.users.count=200", "world.users.churn_per_day=0.5", "attack_params.act_days=0.9",
			"horizon_days=3")
		short, err := Run(context.Background(), s, NewWorlds(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if short.act <= short.Start || short.act >= short.End {
			t.Errorf("%s: the act at %d is not between %d and %d, so the test proves nothing", name, short.act,
				short.Start, short.End)
		}
		apart := s.Clone()
		apart.Entry.Act = func(strategies.Params) float64 { return 0 } // Nothing is shared.
		long, err := Run(context.Background(), apart, NewWorlds(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if short.Attack.Hash() != long.Attack.Hash() || short.Honest.Hash() != long.Honest.Hash() {
			t.Errorf("%s: run as one until the act %x, %x, run apart %x, %x", name, short.Attack.Hash(), short.Honest.Hash(),
				long.Attack.Hash(), long.Honest.Hash())
		}
		if long.Attack.Hash() == long.Honest.Hash() {
			t.Errorf("%s: the act changes nothing, so the test proves nothing", name)
		}
	}
}
