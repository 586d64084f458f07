//go:build unix

package main

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
)

// speck is a world that takes a millisecond.
const speck = `name: speck
question: Does memory stay flat over many runs of a world that takes no time?
attack: dos-short
horizon_days: 0.1
start_days: 0.01
world:
  time: {warmup_days: 0.02, rounds: 1}
  rollup: {unbonding_days: 0.01}
  users: {count: 5, cohort_size: 20000}
  stakers: {count: 5}
  noise: {count: 5}
  chartists: {count: 2}
  holders: {count: 4}
  shorters: {count: 2}
  coordinators: {count: 2}
  makers: {count: 1}
attack_params: {build_days: 0.02, act_days: 0.02, sell_days: 0.02, open_days: 0.01, cover_days: 0.01}
axes:
  attack_params.budget_usd: {from: 1e6, to: 2e6, points: 10}
`

// TestMemoryIsFlat compares the peak memory of 100,000 runs with the peak of 10,000, each in a separate process. The
// growth that remains is the index of the journal, 12 bytes a run, and the footer of the Parquet file, about 40. The
// peak also grows because it is the largest of ten times as many peaks between collections.
func TestMemoryIsFlat(t *testing.T) {
	if !*long {
		t.Skip("takes minutes: -long")
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("speck.yaml", []byte(speck), 0o644); err != nil {
		t.Fatal(err)
	}
	peak := func(runs int) int64 {
		cmd := exec.Command(os.Args[0], "sweep", "speck.yaml", "--reps", strconv.Itoa(runs/10),
			"--workers", "2", "--json", "--out", strconv.Itoa(runs))
		cmd.Args[0] = "stakeout" // which the test's own process obeys
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return int64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	}
	few, many := peak(10_000), peak(100_000)
	t.Logf("peaks: %d after 10,000 runs, %d after 100,000 (kB on Linux)", few, many)
	if 10*many > 14*few {
		t.Errorf("the peak grows from %d to %d between 10,000 and 100,000 runs", few, many)
	}
}
