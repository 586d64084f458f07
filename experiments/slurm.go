package experiments

import (
	"fmt"
	"math"
	"strings"
)

// SlurmScript is a job array that runs the given shards of the plan in dir, one
// task a shard. Program and dir are absolute paths. The time limit is four times
// the estimate; a task that hits it keeps its finished runs, and submitting
// again goes on from there.
func (p *Plan) SlurmScript(program, dir string, shards []int, workers int) string {
	minutes := max(10, int(math.Ceil(4*p.ExpectedSeconds(workers)/60)))
	mebibytes := 256 + 64*workers + p.Cells/64
	return strings.Join([]string{
		"#!/bin/sh",
		"#SBATCH --job-name=stakeout-" + p.Experiment,
		"#SBATCH --array=" + Array(shards),
		fmt.Sprintf("#SBATCH --cpus-per-task=%d", workers),
		fmt.Sprintf("#SBATCH --mem=%dM", mebibytes),
		fmt.Sprintf("#SBATCH --time=%d:%02d:00", minutes/60, minutes%60),
		"#SBATCH --output=" + shell(dir+"/slurm-%A_%a.log"),
		fmt.Sprintf("exec %s sweep run %s --workers %d", shell(program), shell(dir), workers),
		"",
	}, "\n")
}

// shell quotes a path where a shell needs it.
func shell(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
