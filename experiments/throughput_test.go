//go:build unix

package experiments

import (
	"context"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/trial"
)

// BenchmarkThroughput compares an experiment, with its store, tables and files,
// with bare replications. Metrics: of-linear is its speed over that of so many
// workers times one bare worker alone; of-machine over that of so many bare workers
// at once, which shows what of a loss is the processor's; of-cpu is the processor
// time of bare replications over that of the experiment, which other programs on
// the machine disturb least.
//
//	go test ./experiments -run '^$' -bench Throughput -benchtime 1x
func BenchmarkThroughput(b *testing.B) {
	const reps = 40
	s, err := question.Load("dos-short", "replications=40")
	if err != nil {
		b.Fatal(err)
	}
	workers := runtime.GOMAXPROCS(0)
	bare := func(workers int) float64 {
		start := time.Now()
		var wait sync.WaitGroup
		for w := range workers {
			wait.Go(func() {
				worlds := trial.NewWorlds()
				for rep := w; rep < reps; rep += workers {
					if _, err := trial.Run(context.Background(), s, worlds, rep); err != nil {
						b.Error(err)
					}
				}
			})
		}
		wait.Wait()
		return time.Since(start).Seconds()
	}
	cpu := func() float64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
	}
	var alone, together, experiment, cpuBare, cpuExperiment float64
	for b.Loop() {
		alone += bare(1)
		before := cpu()
		together += bare(workers)
		between := cpu()
		start := time.Now()
		if _, err := Run(context.Background(), question.Alone(s),
			Options{Out: b.TempDir(), Workers: workers, Formats: record.Parquet}); err != nil {
			b.Fatal(err)
		}
		experiment += time.Since(start).Seconds()
		cpuBare, cpuExperiment = cpuBare+between-before, cpuExperiment+cpu()-between
	}
	b.ReportMetric(alone/experiment/float64(workers), "of-linear")
	b.ReportMetric(together/experiment, "of-machine")
	b.ReportMetric(cpuBare/cpuExperiment, "of-cpu")
	b.ReportMetric(reps*float64(b.N)/experiment, "replications/s")
}
