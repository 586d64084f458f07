package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments"
	"stakeout/experiments/instruments/shards"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/presets"
)

// second returns the argument that follows plan, run, missing, merge or submit.
func second(c *cli.Context, what string) (string, error) {
	args := c.Args().Slice()
	if len(args) != 2 {
		return "", usagef("sweep %s takes one %s, got %d: %q", args[0], what, len(args)-1, args[1:])
	}
	return args[1], nil
}

// sweepPlan writes the plan of a sweep in shards.
func (p *program) sweepPlan(c *cli.Context) error {
	name, err := second(c, "preset")
	if err != nil {
		return err
	}
	if !c.IsSet("shards") || !c.IsSet("out") {
		return usagef("sweep plan needs --shards NUMBER and --out FOLDER")
	}
	_, v, err := loadSweep(c, name)
	if err != nil {
		return err
	}
	o, err := p.options(c)
	if err != nil {
		return err
	}
	o.Command = unplanned(p.command)
	plan, err := await(c.Context, func() (*shards.Plan, error) { return shards.NewPlan(name, v, c.Int("shards"), o) })
	if err != nil {
		return err
	}
	dir := c.String("out")
	if err := plan.Write(dir); err != nil {
		return err
	}
	if c.Bool("json") {
		return p.json(plan)
	}
	fmt.Fprintf(p.out, "%s: %d cells, %d runs in %d shards, spec %s\n",
		plan.Experiment, plan.Cells, plan.Runs, plan.Shards, plan.SpecSHA256)
	fmt.Fprintf(p.out, "about %.0f s a shard on one 2.5 GHz server core\n", plan.ExpectedSeconds(1))
	p.next("sweep", "submit", quoted(dir), "--backend", "slurm")
	return nil
}

// unplanned is the command line that runs the same sweep in one process.
func unplanned(command []string) (args []string) {
	for i := 0; i < len(command); i++ {
		switch a := strings.TrimLeft(command[i], "-"); {
		case a == "plan" && command[i] == a && !slices.Contains(command[:i], a):
		case a == "shards" && command[i] != a:
			i++ // Its value follows.
		case strings.HasPrefix(a, "shards=") && command[i] != a:
		default:
			args = append(args, command[i])
		}
	}
	return args
}

// planned reads the plan in the folder that a part of sweep was given.
func planned(c *cli.Context) (plan *shards.Plan, dir string, err error) {
	if dir, err = second(c, "folder of a plan"); err != nil {
		return nil, dir, err
	}
	plan, err = shards.ReadPlan(dir, identity())
	return plan, dir, err
}

// arrays are the variables in which job arrays hold the index of a task, and the
// index of their first task.
var arrays = []struct {
	name  string
	first int
}{{"SLURM_ARRAY_TASK_ID", 0}, {"JOB_COMPLETION_INDEX", 0}, {"SGE_TASK_ID", 1}, {"PBS_ARRAY_INDEX", 0}}

// shardIndex is the index given by --shard, or else by the job array. Outside of arrays Grid Engine sets its variable
// to the word undefined.
func shardIndex(c *cli.Context) (int, error) {
	if c.IsSet("shard") {
		return c.Int("shard"), nil
	}
	var names []string
	for _, a := range arrays {
		value := os.Getenv(a.name)
		names = append(names, a.name)
		if value == "" || value == "undefined" {
			continue
		}
		n, err := strconv.Atoi(value)
		if err != nil {
			return 0, usagef("%s is %q: expected the index of a shard", a.name, value)
		}
		return n - a.first, nil
	}
	return 0, usagef("sweep run needs --shard INDEX, or one of %s", strings.Join(names, ", "))
}

// sweepRun runs one shard.
func (p *program) sweepRun(c *cli.Context) error {
	plan, dir, err := planned(c)
	if err != nil {
		return err
	}
	shard, err := shardIndex(c)
	if err != nil {
		return err
	}
	r, err := p.shard(c, plan, dir, shard)
	if r == nil || err != nil {
		return err
	}
	if c.Bool("json") {
		return p.json(map[string]any{
			"shard": shard, "dir": r.Dir, "planned": r.Planned, "finished": r.Finished, "failed": r.Failed})
	}
	fmt.Fprintf(p.out, "shard %d: %d of %d runs in %s", shard, r.Finished, r.Planned, r.Dir)
	if r.Failed > 0 {
		fmt.Fprintf(p.out, ", %d of them failed", r.Failed)
	}
	fmt.Fprintln(p.out)
	p.next("sweep", "missing", quoted(dir))
	return nil
}

func (p *program) shard(c *cli.Context, plan *shards.Plan, dir string, shard int) (*experiments.Result, error) {
	if c.Int("workers") < 0 {
		return nil, usagef("--workers %d: expected 0 or more", c.Int("workers"))
	}
	step, end := p.progress(fmt.Sprintf("shard %d", shard), c.Bool("json"))
	defer end()
	return plan.Run(c.Context, dir, shard, experiments.Options{
		Workers: c.Int("workers"), Program: identity(), Progress: step})
}

// sweepMissing prints the shards that are not complete, and nothing else, so that
// a shell can put them behind --array=.
func (p *program) sweepMissing(c *cli.Context) error {
	plan, dir, err := planned(c)
	if err != nil {
		return err
	}
	missing, err := plan.Missing(dir)
	switch {
	case err != nil:
		return err
	case c.Bool("json"):
		return p.json(map[string]any{"shards": plan.Shards, "missing": slices.Concat([]int{}, missing)})
	case len(missing) == 0:
		fmt.Fprintf(p.err, "all %d shards are complete: `sweep merge %s` puts them together\n", plan.Shards, quoted(dir))
		return nil
	}
	fmt.Fprintln(p.out, shards.Array(missing))
	return nil
}

// sweepMerge puts the shards together and reports.
func (p *program) sweepMerge(c *cli.Context) error {
	plan, dir, err := planned(c)
	if err != nil {
		return err
	}
	step, end := p.progress("merge", c.Bool("json"))
	r, err := plan.Merge(c.Context, dir, experiments.Options{Out: c.String("out"), Progress: step})
	end()
	name := strings.TrimSuffix(plan.File, ".yaml")
	if !slices.Contains(presets.Names(), name) {
		name = plan.File
	}
	return p.result(c, name, choices(c), r, err)
}

// sweepSubmit runs the missing shards here, or writes a job array for them.
func (p *program) sweepSubmit(c *cli.Context) error {
	plan, dir, err := planned(c)
	if err != nil {
		return err
	}
	backend := c.String("backend")
	switch {
	case !slices.Contains(backends, backend):
		return usagef("--backend %s: there is no such backend%s; expected one of %s",
			backend, hint(backend, backends), strings.Join(backends, ", "))
	case backend != "slurm" && c.Bool("go"):
		return usagef("--go is for --backend slurm: local runs the shards at once, and the others are yours to submit")
	}
	missing, err := plan.Missing(dir)
	if err != nil {
		return err
	}
	switch {
	case len(missing) == 0:
		fmt.Fprintf(p.out, "all %d shards are complete\n", plan.Shards)
	case backend == "slurm":
		return p.slurm(c, plan, dir, missing)
	case backend == "kubernetes":
		fmt.Fprint(p.out, plan.KubernetesJob(max(c.Int("workers"), 1)))
		return nil
	case backend == "htcondor":
		return p.condor(c, plan, dir, missing)
	}
	for _, k := range missing {
		r, err := p.shard(c, plan, dir, k)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "shard %d: %d of %d runs\n", k, r.Finished, r.Planned)
	}
	p.next("sweep", "merge", quoted(dir))
	return nil
}

// backends are where shards can run.
var backends = []string{"local", "slurm", "kubernetes", "htcondor"}

// placed returns the absolute paths by which a cluster finds the program and the folder of a plan.
func placed(dir string) (self, folder string, err error) {
	if self, err = os.Executable(); err != nil {
		return "", "", err
	}
	if strings.Contains(filepath.ToSlash(self), "/go-build") {
		return "", "", inputError{errors.New("`go run` removes the program when it ends, and the cluster needs it: " +
			"`go build ./cmd/stakeout`, then `./stakeout sweep submit`")}
	}
	folder, err = filepath.Abs(dir)
	return self, folder, err
}

// condor prints a submit file and nothing else.
func (p *program) condor(c *cli.Context, plan *shards.Plan, dir string, missing []int) error {
	self, folder, err := placed(dir)
	if err != nil {
		return err
	}
	job, err := plan.CondorJob(self, folder, missing, max(c.Int("workers"), 1))
	if err == nil {
		fmt.Fprint(p.out, job)
	}
	return err
}

// slurm writes the script of a job array, shows it and, with --go, submits it.
func (p *program) slurm(c *cli.Context, plan *shards.Plan, dir string, missing []int) error {
	self, folder, err := placed(dir)
	if err != nil {
		return err
	}
	script, err := plan.SlurmScript(self, folder, missing, max(c.Int("workers"), 1))
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "submit.sh")
	if err := record.WriteFile(path, []byte(script)); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%s:\n\n%s", path, script)
	if !c.Bool("go") {
		p.next("sweep", "submit", quoted(dir), "--backend", "slurm", "--go")
		return nil
	}
	answer, err := exec.CommandContext(c.Context, "sbatch", path).CombinedOutput()
	fmt.Fprintf(p.out, "\n%s", answer)
	if err != nil {
		return inputError{fmt.Errorf("sbatch: %w", err)}
	}
	p.next("sweep", "missing", quoted(dir))
	return nil
}
