package experiments

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"stakeout/experiments/param"
	"stakeout/experiments/preset"
	"stakeout/experiments/record"
	"stakeout/experiments/report"
	"stakeout/experiments/transcript"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
	"stakeout/strategies"
)

// Every wrong preset in testdata/wrong has its problems, one a line, in the
// .want file beside it.
func TestWrongPresets(t *testing.T) {
	files, _ := filepath.Glob("testdata/wrong/*.yaml")
	if len(files) < 83 {
		t.Fatalf("%d wrong presets", len(files))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Parse(filepath.Base(file), text)
		var invalid *preset.Error
		if !errors.As(err, &invalid) {
			t.Errorf("%s: error %v", file, err)
			continue
		}
		if strings.Contains(file, "typo_") && strings.Count(err.Error(), "did you mean") != len(invalid.Problems) {
			t.Errorf("%s: a typo without the nearest key: %v", file, err)
		}
		golden := strings.TrimSuffix(file, ".yaml") + ".want"
		got := invalid.Error() + "\n"
		transcript.Golden(t, golden, got)
	}
}

var (
	located = regexp.MustCompile(`^[a-z_0-9]+\.yaml:[1-9][0-9]*:[1-9][0-9]*: .+|^--(axis|sample|precision) \S+: .+`)
	// What is said about a file that is no preset, or about a key that is none, has no
	// key.
	keyless = regexp.MustCompile(`: (invalid YAML|the file|a file|a preset|a key|the key "|nests|there is no axis|is not an axis)`)
	keyed   = regexp.MustCompile(`: \S+: `)
)

// Each of the lines about wrong presets and sweeps, in all three folders, names file,
// line, column and key, or the flag and the key.
func TestEveryProblemHasAPlace(t *testing.T) {
	lines := 0
	for _, folder := range []string{"testdata/wrong", "testdata/wrong_axes", "preset/testdata/wrong"} {
		files, _ := filepath.Glob(folder + "/*.want")
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(text)) {
				lines++
				if !located.MatchString(line) || !keyed.MatchString(line) && !keyless.MatchString(line) {
					t.Errorf("%s: no place or key in %s", file, line)
				}
			}
		}
	}
	if lines < 220 {
		t.Errorf("%d problems", lines)
	}
}

func TestOverrides(t *testing.T) {
	s, err := Load("dos-short", "attack_params.hold_days=3", "attack_params.budget_usd=2000000", "attack=fake-dos")
	if err != nil {
		t.Fatal(err)
	}
	p, ok := s.Params.(*strategies.FakeParams)
	if !ok || s.Attack != "fake-dos" || s.attack.Name != "fake-dos" {
		t.Fatalf("attack %s with %T", s.Attack, s.Params)
	}
	if p.HoldDays != 3 || p.Budget.Units() != 2e6 {
		t.Errorf("%+v", p)
	}
}

// Parameters that two attacks share stay when the attack is switched.
func TestSwitchKeepsSharedParameters(t *testing.T) {
	s, err := Load("dos-split")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []string{"attack_params.build_days=4", "attack=dos-empty-blocks"} {
		if err := s.Set(o); err != nil {
			t.Fatal(err)
		}
	}
	if p := s.Params.(*strategies.EmptyBlocksParams); p.BuildDays != 4 {
		t.Errorf("%+v", p)
	}
}

// An attack that locks dai up needs a world with dai.
func TestNoDaiToLockUp(t *testing.T) {
	for _, set := range []string{"world.arbitrageurs.count=0", "world.vault_owners.count=0"} {
		if _, err := Load("dos-lockup", set); err == nil || !strings.Contains(err.Error(), "there is no dai") {
			t.Errorf("%s: %v", set, err)
		}
	}
	if _, err := Load("dos-short", "world.arbitrageurs.count=0"); err != nil {
		t.Error(err)
	}
}

func TestWrongOverrides(t *testing.T) {
	for _, c := range []struct{ set, want string }{
		{"attack=dos-shrt", `attack: there is no attack "dos-shrt"; expected one of `},
		{"attack=dos-shrt", `did you mean "dos-short"?`},
		{"attack_params.hold_days=3", "attack_params.hold_days: unknown parameter"},
		{"attack_params.budget=3", `did you mean "attack_params.budget_usd"?`},
		{"attack_params.zzz=3", "`stakeout show dos-short` lists"},
		{"attack_params.budget_usd=much", "attack_params.budget_usd: "},
		{"world.users.loyality=0.3", `did you mean "world.users.loyalty"?`},
		{"name=Dos Short", "write dos-short"},
		{"mechanism=pso", `did you mean "pos"?`},
		{"start_days=60", "less than horizon_days"},
		{"world.rollup.capacity_tx=100", "world.rollup.capacity_tx"},
	} {
		_, err := Load("dos-short", c.set)
		var value param.Problem
		var invalid *preset.Error
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &value) && !errors.As(err, &invalid) {
			t.Errorf("%s: %v, want %q", c.set, err, c.want)
		}
	}
}

// The attack and its honest twin are simulated as one world until the act.
// Running both from the start must give the same worlds to the bit. Users leave, so
// that acts that concern nobody else have somebody to act on.
func TestSharedUntilTheAct(t *testing.T) {
	for _, name := range Presets() {
		s := tiny(t, name, "world.users.count=200", "world.users.churn_per_day=0.5", "attack_params.act_days=0.9", "horizon_days=3")
		short, err := s.Trial(context.Background(), NewWorlds(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if short.act <= short.Start || short.act >= short.end {
			t.Errorf("%s: the act at %d is not between %d and %d, so the test proves nothing", name, short.act, short.Start, short.end)
		}
		apart := s.clone()
		apart.attack.Act = func(strategies.Params) float64 { return 0 } // Nothing is shared.
		long, err := apart.Trial(context.Background(), NewWorlds(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if short.Attack.Hash() != long.Attack.Hash() || short.Honest.Hash() != long.Honest.Hash() {
			t.Errorf("%s: run as one until the act %x, %x, run apart %x, %x", name, short.Attack.Hash(), short.Honest.Hash(), long.Attack.Hash(), long.Honest.Hash())
		}
		if long.Attack.Hash() == long.Honest.Hash() {
			t.Errorf("%s: the act changes nothing, so the test proves nothing", name)
		}
	}
}

// A world in which nobody wants anything has no transactions to lose; what is
// divided by them is missing from the table, not zero and not infinite.
func TestNothingToDivideBy(t *testing.T) {
	s := tiny(t, "dos-short", "replications=2", "world.users.transactions_per_day=0")
	r := run(t, t.TempDir(), Options{Workers: 2, Formats: record.CSV}, s)
	if r.Failed > 0 {
		t.Fatalf("%d replications failed: %s", r.Failed, r.Study.Cells[0].Why)
	}
	for _, v := range r.Study.Cells[0].Values(report.OutcomeColumn("attack", "throughput_loss")) {
		if !math.IsNaN(v) {
			t.Errorf("throughput lost %g of none", v)
		}
	}
	if got := ratio(1, 0); !math.IsNaN(got) {
		t.Errorf("1/0 is %g", got)
	}
}

// Expected times follow what is simulated: one world to the plan, three after
// it, less the twin until the act.
func TestExpectedSeconds(t *testing.T) {
	s, err := Load("dos-short")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.ExpectedSeconds(1), 100*(15+3*39-10)*secondsPerDay; math.Abs(got-want) > 1e-9 {
		t.Errorf("%g s, want %g", got, want)
	}
	if got := s.ExpectedSeconds(2); math.Abs(2*got-s.ExpectedSeconds(1)) > 1e-9 {
		t.Errorf("two workers take %g s", got)
	}
}

// A remedy that punishes is refused, with the place and the nearest pair that
// works, under every mechanism that has nothing to take away, and under no other.
func TestRemediesNeedSomethingToTake(t *testing.T) {
	for _, r := range remedy.All() {
		for _, m := range election.All() {
			_, err := Parse("x.yaml", []byte("name: x\nquestion: Does it?\nattack: dos-empty-blocks\nmechanism: "+m.Name+"\nremedy: "+r.Name+"\n"))
			text := fmt.Sprint(err)
			refused := strings.Contains(text, "x.yaml:5:9: remedy: "+r.Name+" takes stake or an office away") && strings.Contains(text, "the nearest pair that works is "+r.Name+" with mechanism pos")
			if rules := m.Rules(); refused != (r.Punishes && !rules.Stake && !rules.Office) {
				t.Errorf("%s under %s: %v", r.Name, m.Name, err)
			}
		}
		if auction := (rollup.Rules{Bids: true}); r.In(auction) == r.Punishes {
			t.Errorf("%s under a pure auction: %v", r.Name, r.In(auction))
		}
	}
}

// Every attack applies somewhere, and where it does not the matrix says so and
// a preset is refused.
func TestMatrix(t *testing.T) {
	m := Matrix()[0]
	for _, row := range m.Rows {
		attack, applies := row[0].String(), 0
		for i, col := range m.Columns[1:] {
			_, err := Parse("x.yaml", []byte("name: x\nquestion: Does it?\nattack: "+attack+"\nmechanism: "+col.Name+"\n"))
			refused := err != nil && strings.Contains(err.Error(), "has no lever")
			if refused != (row[i+1].String() == notApplicable) {
				t.Errorf("%s under %s: %v, and the matrix says %s", attack, col.Name, err, row[i+1])
			}
			if !refused {
				applies++
			}
		}
		if applies == 0 {
			t.Errorf("%s applies nowhere", attack)
		}
	}
}

// An attack that turns a remedy against others is refused under every remedy that
// does not offer it, with the nearest that does, and the matrix says the same.
func TestMatrixOfWeapons(t *testing.T) {
	m := Matrix()[2]
	refusals := 0
	for _, row := range m.Rows {
		for i, col := range m.Columns[1:] {
			_, err := Parse("x.yaml", []byte("name: x\nquestion: Does it?\nattack: "+col.Name+"\nremedy: "+row[0].String()+"\n"))
			refused := err != nil && strings.Contains(err.Error(), "has no weapon") && strings.Contains(err.Error(), "the nearest remedy that has it is ")
			if refused != (row[i+1].String() == notApplicable) {
				t.Errorf("%s under %s: %v, and the matrix says %s", col.Name, row[0], err, row[i+1])
			}
			if refused {
				refusals++
			}
		}
	}
	if n := len(remedy.All()); refusals != 3*n-4 {
		t.Errorf("%d of %d pairs refused", refusals, 3*n)
	}
}

// The same of remedies: the matrix and the check of presets agree on every pair.
func TestMatrixOfRemedies(t *testing.T) {
	m := Matrix()[1]
	for _, row := range m.Rows {
		for i, col := range m.Columns[1:] {
			_, err := Parse("x.yaml", []byte("name: x\nquestion: Does it?\nattack: dos-short\nmechanism: "+col.Name+"\nremedy: "+row[0].String()+"\n"))
			refused := err != nil && strings.Contains(err.Error(), "takes stake or an office away")
			if refused != (row[i+1].String() == notApplicable) {
				t.Errorf("%s under %s: %v, and the matrix says %s", row[0], col.Name, err, row[i+1])
			}
		}
	}
}
