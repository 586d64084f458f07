package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/urfave/cli/v2"

	"stakeout/experiments"
)

// What a run costs besides time, measured with the default world.
const (
	worldsPerRep  = 3
	bytesPerWorld = 4 << 20  // resident, with its series and its log of fills
	bytesPerDay   = 4 << 10  // of result files, a replication and measured day
	bytesFixed    = 40 << 20 // the program, the figures and the tables
)

// estimate is what --dry-run prints.
type estimate struct {
	Preset       string  `json:"preset"`
	Replications int     `json:"replications"`
	Worlds       int     `json:"worlds"`
	Workers      int     `json:"workers"`
	Seconds      float64 `json:"seconds"`
	MemoryMiB    float64 `json:"memory_mib"`
	DiskMiB      float64 `json:"disk_mib"`
}

// dryRun prints the cost of a run and starts none.
func (p *program) dryRun(c *cli.Context, s *experiments.Spec, o experiments.Options) error {
	workers := o.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	e := estimate{
		Preset: s.Name, Replications: s.Replications, Worlds: worldsPerRep * s.Replications, Workers: workers,
		Seconds:   s.ExpectedSeconds(min(workers, runtime.NumCPU())),
		MemoryMiB: float64(bytesFixed+workers*worldsPerRep*bytesPerWorld) / (1 << 20),
		DiskMiB:   float64(s.Replications) * s.HorizonDays * bytesPerDay / (1 << 20),
	}
	if c.Bool("json") {
		return p.json(e)
	}
	fmt.Fprintf(p.out, "%s: %d replications, %d worlds, %d workers\n", e.Preset, e.Replications, e.Worlds, e.Workers)
	fmt.Fprintf(p.out, "about %s on a 2.5 GHz server core, %.0f MiB of memory, %.1f MiB of disk\n",
		time.Duration(e.Seconds*float64(time.Second)).Round(time.Second), e.MemoryMiB, e.DiskMiB)
	p.next(again(p.command, "--dry-run", "-dry-run")...)
	return nil
}
