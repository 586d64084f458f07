package shards

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"stakeout/experiments"
	"stakeout/experiments/study/question"
)

// plainPaths fails on a path that a script of a scheduler cannot hold. In a comment for
// Slurm and in a line for HTCondor nothing quotes the end of the line, so what follows it in
// a path would be a line of its own, which a shell runs.
func plainPaths(paths ...string) error {
	for _, p := range paths {
		odd := func(r rune) bool { return !unicode.IsPrint(r) }
		if !utf8.ValidString(p) || strings.ContainsFunc(p, odd) {
			return experiments.PlanErrorf("the path %q has a line end or another character that cannot be seen, which a script "+
				"of a cluster cannot hold: give the folder another name", p)
		}
	}
	return nil
}

// SlurmScript is a job array that runs the given shards of the plan in dir, one
// task a shard. Program and dir are absolute paths. The time limit is four times
// the estimate; a task that hits it keeps its finished runs, and submitting
// again goes on from there.
func (p *Plan) SlurmScript(program, dir string, shards []int, workers int) (string, error) {
	if err := plainPaths(program, dir); err != nil {
		return "", err
	}
	minutes := max(10, int(math.Ceil(4*p.ExpectedSeconds(workers)/60)))
	return strings.Join([]string{
		"#!/bin/sh",
		"#SBATCH --job-name=stakeout-" + p.Experiment,
		"#SBATCH --array=" + Array(shards),
		fmt.Sprintf("#SBATCH --cpus-per-task=%d", workers),
		fmt.Sprintf("#SBATCH --mem=%dM", p.mebibytes(workers)),
		fmt.Sprintf("#SBATCH --time=%d:%02d:00", minutes/60, minutes%60),
		"#SBATCH --output=" + question.Argument(strings.ReplaceAll(dir, "%", "%%")+"/slurm-%A_%a.log"),
		fmt.Sprintf("exec %s sweep run %s --workers %d", question.Argument(program), question.Argument(dir), workers),
		"",
	}, "\n"), nil
}

// mebibytes is the memory that a shard asks for.
func (p *Plan) mebibytes(workers int) int { return 256 + 64*workers + p.Cells/64 }

// KubernetesJob is an Indexed Job that runs all shards of the plan. Kubernetes
// counts from 0 without gaps, so shards that are complete get a task, too, which ends at
// once. The reader fills in the image, which holds the program, and the volume claim,
// which holds the plan and must be writable from all nodes.
// Source: Kubernetes API reference, batch/v1 Job.
func (p *Plan) KubernetesJob(workers int) string {
	return fmt.Sprintf(`apiVersion: batch/v1
kind: Job
metadata:
  name: %s
spec:
  completionMode: Indexed # sets JOB_COMPLETION_INDEX
  completions: %d
  parallelism: %d
  backoffLimit: %d # a shard goes on from its finished runs
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: stakeout
          image: IMAGE # with the program stakeout %s
          command: [stakeout, sweep, run, /plan, --workers, "%d"]
          resources:
            requests: {cpu: %d, memory: %dMi}
            limits: {memory: %dMi}
          volumeMounts:
            - {name: plan, mountPath: /plan}
      volumes:
        - name: plan
          persistentVolumeClaim: {claimName: CLAIM} # ReadWriteMany, holds the folder of the plan
`, jobName(p.Experiment), p.Shards, min(p.Shards, 32), 2*p.Shards, p.Version, workers, workers,
		p.mebibytes(workers), p.mebibytes(workers))
}

// jobName turns a name into a label of the domain name system, as Kubernetes requires.
func jobName(experiment string) string {
	name := "stakeout-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(experiment))
	return strings.TrimRight(name[:min(len(name), 52)], "-") // Kubernetes appends the index.
}

// CondorJob is a submit file for HTCondor that runs the given shards of the plan
// in dir, one job a shard, on machines that share the folder. Program and dir are
// absolute paths.
// Source: HTCondor manual, condor_submit.
func (p *Plan) CondorJob(program, dir string, shards []int, workers int) (string, error) {
	if err := plainPaths(program, dir); err != nil {
		return "", err
	}
	if program != strings.TrimSpace(program) || strings.HasSuffix(program, `\`) {
		return "", experiments.PlanErrorf("the path %q ends in a blank or a backslash, which HTCondor reads otherwise: "+
			"give the program another name", program)
	}
	program, dir = condorText(program), condorText(dir)
	list := make([]string, len(shards))
	for i, k := range shards {
		list[i] = fmt.Sprint(k)
	}
	return strings.Join([]string{
		"universe = vanilla",
		"executable = " + program,
		fmt.Sprintf(`arguments = "sweep run %s --shard $(shard) --workers %d"`, condor(dir), workers),
		fmt.Sprintf("request_cpus = %d", workers),
		fmt.Sprintf("request_memory = %d MB", p.mebibytes(workers)),
		"should_transfer_files = NO",
		"log = " + dir + "/condor.log",
		"output = " + dir + "/condor-$(shard).out",
		"error = " + dir + "/condor-$(shard).err",
		"queue shard in (" + strings.Join(list, ", ") + ")",
		"",
	}, "\n"), nil
}

// condorText is a path in which HTCondor finds no variable of its own.
func condorText(path string) string { return strings.ReplaceAll(path, "$", "$(DOLLAR)") }

// condor quotes a path within the quotes of an argument list.
func condor(path string) string {
	return "'" + strings.NewReplacer("'", "''", `"`, `""`).Replace(path) + "'"
}
