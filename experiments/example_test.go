package experiments_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"stakeout/experiments"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/report"
)

// quick makes a preset small enough for an example.
var quick = []string{
	"replications=4", "horizon_days=2", "start_days=0.25", "world.time.warmup_days=0.25", "world.time.rounds=2",
	"world.rollup.unbonding_days=0.1",
	"world.users.count=20", "world.stakers.count=20", "world.noise.count=20", "world.chartists.count=5",
	"world.holders.count=10",
	"attack_params.build_days=0.25", "attack_params.act_days=0.25", "attack_params.sell_days=0.25",
}

// temporary is a folder for results.
func temporary() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	return dir, func() { os.RemoveAll(dir) }
}

// Run takes a preset, with whatever is to be changed, and returns statistics and
// tables.
func ExampleRun() {
	dir, remove := temporary()
	defer remove()
	spec, err := question.Load("dos-short", quick...)
	if err != nil {
		log.Fatal(err)
	}
	result, err := experiments.Run(context.Background(), question.Alone(spec), experiments.Options{Out: dir})
	if err != nil {
		log.Fatal(err)
	}
	x := result.Study.Summaries()[0]
	fmt.Println(result.Finished, "of", result.Planned, "replications")
	a := x.Advantage
	fmt.Println("the advantage lies in its interval:", a.Lo <= a.Mean && a.Mean <= a.Hi)
	fmt.Println(len(result.ROI.Rows), "row of", result.ROI.Name)
	// Output:
	// 4 of 4 replications
	// the advantage lies in its interval: true
	// 1 row of roi
}

// A sweep is a preset with axes; the results folder of either can be read again.
func ExampleLoadSweep() {
	dir, remove := temporary()
	defer remove()
	sweep, err := question.LoadSweep("dos-short", question.Variation{
		Set:  quick,
		Axes: []string{"world.users.leave_below=0.2..0.8:3"},
	})
	if err != nil {
		log.Fatal(err)
	}
	result, err := experiments.Run(context.Background(), sweep, experiments.Options{Out: dir, Workers: 2})
	if err != nil {
		log.Fatal(err)
	}
	study, err := report.Load(result.Dir)
	if err != nil {
		log.Fatal(err)
	}
	for _, cell := range study.Cells {
		fmt.Println(cell.Attack, "with", cell.N(), "replications")
	}
	_, problems := report.Verify(filepath.Join(dir, "dos-short"))
	fmt.Println(len(problems), "problems")
	// Output:
	// dos-short with 4 replications
	// dos-short with 4 replications
	// dos-short with 4 replications
	// 0 problems
}

// An interrupted sweep is in its folder with all that is needed to go on.
func ExampleResumable() {
	dir, remove := temporary()
	defer remove()
	sweep, err := question.LoadSweep("dos-short", question.Variation{Set: quick})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err = experiments.Run(ctx, sweep, experiments.Options{Out: dir, Program: record.Program{Version: "1"}, Workers: 1,
		Progress: func(done, total int) { cancel() }})
	fmt.Println("interrupted:", err != nil)
	rest, err := experiments.Resumable(filepath.Join(dir, "dos-short"), record.Program{Version: "1"})
	if err != nil {
		log.Fatal(err)
	}
	result, err := rest.Resume(context.Background(), experiments.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Finished, "of", result.Planned, "replications")
	// Output:
	// interrupted: true
	// 4 of 4 replications
}
