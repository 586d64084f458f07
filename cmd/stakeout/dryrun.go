package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/urfave/cli/v2"

	"stakeout/experiments"
	"stakeout/experiments/study/question"
)

// What a run costs besides time, in bytes, measured with the default world.
const (
	worldsPerRep  = 3
	worldsShared  = 60       // of a worker, where cells have worlds in common for a while
	bytesPerWorld = 4 << 20  // resident, with its series and its log of fills
	bytesPerDay   = 4 << 10  // of result files, a replication and measured day, with its series
	bytesPerRun   = 8 << 10  // of result files, a replication without its series
	bytesFixed    = 40 << 20 // the program, the figures and the tables
	bytesPerCell  = 16 << 10 // resident
	bytesPerRow   = 10 << 10 // resident, of the Parquet group that is being filled
	rowsPerGroup  = 4096     // after which it goes to disk
	bytesPerIndex = 100      // resident, of the journal a replication
)

// estimate is what --dry-run prints.
type estimate struct {
	Preset       string  `json:"preset"`
	Cells        int     `json:"cells"`
	Replications int     `json:"replications"`
	Worlds       int     `json:"worlds"`
	Workers      int     `json:"workers"`
	Seconds      float64 `json:"seconds"`
	MemoryMiB    float64 `json:"memory_mib"`
	DiskMiB      float64 `json:"disk_mib"`
}

// dryRun prints what a sweep would cost and runs nothing.
func (p *program) dryRun(c *cli.Context, w *question.Sweep, o experiments.Options) error {
	workers := o.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	runs, disk := w.Runs(), 0.0
	for _, cell := range w.Cells {
		bytes := bytesPerDay * cell.HorizonDays
		if len(w.Axes()) > 0 && !o.Series {
			bytes = bytesPerRun
		}
		disk += float64(bytes * float64(cell.Replications))
	}
	worlds := worldsPerRep
	if w.Shares() {
		worlds = worldsShared
	}
	memory := bytesFixed + min(workers, runs)*worlds*bytesPerWorld + len(w.Cells)*bytesPerCell +
		min(runs, rowsPerGroup)*bytesPerRow + runs*bytesPerIndex
	e := estimate{
		Preset: w.Spec.Name, Cells: len(w.Cells), Replications: runs, Worlds: worldsPerRep * runs, Workers: workers,
		Seconds:   w.ExpectedSeconds(min(workers, runtime.NumCPU())),
		MemoryMiB: float64(memory) / (1 << 20), DiskMiB: disk / (1 << 20),
	}
	if c.Bool("json") {
		return p.json(e)
	}
	cells := ""
	if len(w.Axes()) > 0 {
		cells = fmt.Sprintf("%d cells, ", e.Cells)
	}
	most := ""
	if w.Precision != nil {
		most = "at most "
	}
	fmt.Fprintf(p.out, "%s: %s%s%d replications, %d worlds, %d workers\n",
		e.Preset, cells, most, e.Replications, e.Worlds, e.Workers)
	about := "about"
	if w.Shares() {
		about = "less than"
	}
	fmt.Fprintf(p.out, "%s %s on a 2.5 GHz server core, %.0f MiB of memory, %.1f MiB of disk\n",
		about, time.Duration(e.Seconds*float64(time.Second)).Round(time.Second), e.MemoryMiB, e.DiskMiB)
	p.next(again(p.command, "--dry-run", "-dry-run")...)
	return nil
}
