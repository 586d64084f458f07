package question

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/transcript"
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
		var invalid *notation.Error
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
	located = regexp.MustCompile(`^[a-z_0-9]+\.yaml:[1-9][0-9]*:[1-9][0-9]*: .+|^--(axis|sample|precision|set) \S+: .+`)
	// What is said about a file that is no preset, or about a key that is none, has no
	// key.
	keyless = regexp.MustCompile(
		`: (invalid YAML|the file|a file|a preset|a key|the key "|nests|there is no axis|is not an axis)`)
	keyed = regexp.MustCompile(`: \S+: `)
)

// Each of the lines about wrong presets and sweeps, in all three folders, names file,
// line, column and key, or the flag and the key.
func TestEveryProblemHasAPlace(t *testing.T) {
	lines := 0
	for _, folder := range []string{"testdata/wrong", "testdata/wrong_axes", "../../kit/notation/testdata/wrong"} {
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
	if !ok || s.Attack != "fake-dos" || s.Entry.Name != "fake-dos" {
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
		{"world.users.leave_bellow=0.3", `did you mean "world.users.leave_below"?`},
		{"name=Dos Short", "write dos-short"},
		{"mechanism=pso", `did you mean "pos"?`},
		{"start_days=60", "less than horizon_days"},
		{"world.rollup.capacity_tx=100", "world.rollup.capacity_tx"},
	} {
		_, err := Load("dos-short", c.set)
		var value param.Problem
		var invalid *notation.Error
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &value) && !errors.As(err, &invalid) {
			t.Errorf("%s: %v, want %q", c.set, err, c.want)
		}
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
			_, err := Parse("x.yaml",
				[]byte("name: x\nquestion: Does it?\nattack: dos-empty-blocks\nmechanism: "+m.Name+"\nremedy: "+r.Name+"\n"))
			text := fmt.Sprint(err)
			refused := strings.Contains(text, "x.yaml:5:9: remedy: "+r.Name+" takes stake or an office away") &&
				strings.Contains(text, "the nearest pair that works is "+r.Name+" with mechanism pos")
			if rules := m.Rules(); refused != (r.Punishes && !rules.Stake && !rules.Office) {
				t.Errorf("%s under %s: %v", r.Name, m.Name, err)
			}
		}
		if auction := (rollup.Rules{Bids: true}); r.In(auction) == r.Punishes {
			t.Errorf("%s under a pure auction: %v", r.Name, r.In(auction))
		}
	}
}
