// Package tiny makes presets so small that a replication takes milliseconds. Only tests
// import it.
package tiny

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stakeout/experiments/study/question"
)

// world makes a world of a hundred agents that lasts a day and a half.
var world = []string{
	"horizon_days=1.5", "start_days=0.25",
	"world.time.warmup_days=0.25", "world.time.rounds=2", "world.rollup.unbonding_days=0.1",
	"world.users.count=20", "world.stakers.count=20", "world.noise.count=20", "world.chartists.count=5",
	"world.holders.count=10", "world.shorters.count=4", "world.coordinators.count=3",
	"world.remedies.timelock_vote.voting_days=0.1",
}

// phases shortens the phases of an attack to six hours.
var phases = []string{
	"build_days=0.25", "open_days=0.25", "act_days=0.25", "cover_days=0.25", "sell_days=0.25",
	"slash_days=0.25", "cycles=2", "rest_days=0.1",
}

// Spec is a preset in a tiny world, with further settings.
func Spec(t testing.TB, preset string, more ...string) *question.Spec {
	t.Helper()
	s, err := question.Load(preset)
	if err != nil {
		t.Fatal(err)
	}
	set := slices.Concat([]string{"replications=6"}, world)
	for _, phase := range phases {
		path, _, _ := strings.Cut(question.AttackPrefix+phase, "=")
		if _, has := s.Value(path); has { // Not every attack has all phases.
			set = append(set, question.AttackPrefix+phase)
		}
	}
	if s, err = question.Load(preset, append(set, more...)...); err != nil {
		t.Fatal(err)
	}
	return s
}

// Axes are a grid of eight cells, more than a report looks into one by one.
var Axes = []string{"world.users.leave_below=0.3,0.9", "attack_params.budget_usd=1e6..8e6:4:log"}

// Variation is the command line that makes dos-short as small as Spec does.
func Variation(axes ...string) question.Variation {
	set := slices.Concat([]string{"replications=3"}, world)
	for _, phase := range []string{"build_days=0.25", "act_days=0.25", "sell_days=0.25"} {
		set = append(set, question.AttackPrefix+phase)
	}
	return question.Variation{Axes: axes, Set: set}
}

// Sweep is dos-short under a variation.
func Sweep(t testing.TB, v question.Variation) *question.Sweep {
	t.Helper()
	w, err := question.LoadSweep("dos-short", v)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Files are the files of a folder by name, without what belongs to one
// invocation.
func Files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "timing.json" {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		files[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// SameFiles fails when two folders differ in their files.
func SameFiles(t *testing.T, what string, a, b map[string][]byte) {
	t.Helper()
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s: %s differs", what, name)
		}
	}
	if len(a) != len(b) {
		t.Errorf("%s: %d files against %d", what, len(a), len(b))
	}
}
