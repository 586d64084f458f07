package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments"
	"stakeout/experiments/study/question"
)

// The flags of sweep and its parts.
var (
	axisFlag = &cli.StringSliceFlag{Name: "axis", Usage: "vary a parameter, " +
		"`PATH=VALUES` such as a,b,c or from..to:points or from..to:points:log; may be repeated"}
	sampleFlag = &cli.StringFlag{Name: "sample",
		Usage: "`METHOD:POINTS` from the box of all axes in place of their grid: lhs or halton"}
	seriesFlag = &cli.BoolFlag{Name: "series",
		Usage: "keep the time series of a sweep with axes, about 150 kB a replication"}
	precisionFlag = &cli.StringFlag{Name: "precision", Usage: "add replications to a cell until the half-width of its " +
		"advantage is small: `RULE` such as 0.05:0.01:100..10000, at most 5 % of the mean or 1 % of the capital at risk, " +
		"and from 100 to 10,000 replications"}
	shardsFlag = &cli.IntFlag{Name: "shards", Usage: "`NUMBER` of shards of a plan"}
	shardFlag  = &cli.IntFlag{Name: "shard",
		Usage: "`INDEX` of the shard to run, from 0; without it that of the job array"}
	backendFlag = &cli.StringFlag{Name: "backend", Value: "local", Usage: "`WHERE` to run the missing shards: local, " +
		"one after the other, slurm, or kubernetes and htcondor, for which a job is printed"}
	goFlag = &cli.BoolFlag{Name: "go", Usage: "hand the script to sbatch instead of only writing it"}
)

var sweepFlags = []cli.Flag{axisFlag, sampleFlag, seedFlag, repsFlag, precisionFlag, inWorldFlag, setFlag, workersFlag,
	outFlag, replaceFlag, jsonFlag, dryFlag, formatFlag, seriesFlag, shardsFlag, shardFlag, backendFlag, goFlag}

const sweepHelp = `sweep PRESET runs every cell of the preset's axes and of those given with --axis. To use several
machines that share a folder, cut the sweep into shards:

   sweep plan PRESET --shards K --out DIR   writes the plan
   sweep run DIR --shard I                  runs a shard; without --shard the one that SLURM_ARRAY_TASK_ID,
                                            JOB_COMPLETION_INDEX, SGE_TASK_ID (from 1) or PBS_ARRAY_INDEX names
   sweep missing DIR                        prints the shards that are not complete, for --array=
   sweep submit DIR --backend local|slurm   runs the missing shards here, or writes a job array and, with --go,
                                            submits it
   sweep submit DIR --backend kubernetes    prints an Indexed Job; htcondor prints a submit file
   sweep merge DIR --out FOLDER             puts the shards together: the same bytes as in one process`

// part is one way to use sweep: which flags it takes and what it does.
type part struct {
	flags string
	do    func(*program, *cli.Context) error
}

// parts of sweep by their word; the empty word is a sweep in one process.
var parts = map[string]part{
	"":        {"axis sample seed reps precision world set workers out json dry-run format series", (*program).sweepHere},
	"plan":    {"axis sample seed reps precision world set out format series shards json", (*program).sweepPlan},
	"run":     {"shard workers json", (*program).sweepRun},
	"missing": {"json", (*program).sweepMissing},
	"merge":   {"out json", (*program).sweepMerge},
	"submit":  {"backend go workers", (*program).sweepSubmit},
}

// sweep chooses the part and refuses flags that the part does not take.
func (p *program) sweep(c *cli.Context) error {
	word := c.Args().First()
	chosen, ok := parts[word]
	if !ok {
		word, chosen = "", parts[""]
	}
	for _, f := range sweepFlags {
		if name := f.Names()[0]; c.IsSet(name) && !slices.Contains(strings.Fields(chosen.flags), name) {
			return usagef("%s does not take --%s, which is for %s; `sweep --help` shows what it does",
				strings.TrimSpace("sweep "+word), name, takers(name))
		}
	}
	return chosen.do(p, c)
}

// takers are the parts of sweep that take a flag.
func takers(flag string) string {
	var list []string
	for word, p := range parts {
		if slices.Contains(strings.Fields(p.flags), flag) {
			list = append(list, strings.TrimSpace("sweep "+word))
		}
	}
	slices.Sort(list)
	return "`" + strings.Join(list, "`, `") + "`"
}

// loadSweep reads the preset with the axes, overrides and sample of the command
// line.
func loadSweep(c *cli.Context, name string) (*question.Sweep, question.Variation, error) {
	set, err := overrides(c)
	v := question.Variation{
		Set: set, Axes: c.StringSlice("axis"), Sample: c.String("sample"), Precision: c.String("precision")}
	if err != nil {
		return nil, v, err
	}
	if v.Precision != "" && c.IsSet("reps") {
		return nil, v, usagef("--reps and --precision both decide on the number of replications: expected one of the two")
	}
	w, err := await(c.Context, func() (*question.Sweep, error) { return question.LoadSweep(name, v) })
	return w, v, asInput(err)
}

// sweepHere runs a sweep in this process.
func (p *program) sweepHere(c *cli.Context) error {
	name, err := word(c, "preset")
	if err != nil {
		return err
	}
	w, _, err := loadSweep(c, name)
	if err != nil {
		return err
	}
	return p.execute(c, name, w)
}

// execute runs a sweep of one cell or of many and prints what came out of it.
func (p *program) execute(c *cli.Context, name string, w *question.Sweep) error {
	o, err := p.options(c)
	if err != nil {
		return err
	}
	if c.Bool("dry-run") {
		return p.dryRun(c, w, o)
	}
	step, end := p.progress(w.Spec.Name, c.Bool("json"))
	o.Progress = step
	p.expected(w.Spec.Name, w.Runs(), w.ExpectedSeconds(min(cmp.Or(o.Workers, runtime.GOMAXPROCS(0)), runtime.NumCPU())),
		c.Bool("json"), step)
	r, err := experiments.Run(c.Context, w, o)
	end()
	return p.result(c, name, choices(c), r, err)
}

// result prints the outcome of a run, a sweep or a merge; an interrupted one is printed as far as it went. The
// arguments in chosen are passed on to the command that is proposed next.
func (p *program) result(c *cli.Context, name string, chosen []string, r *experiments.Result, err error) error {
	if r == nil || (err != nil && !errors.Is(err, context.Canceled)) {
		return err
	}
	if r.Dropped > 0 {
		fmt.Fprintf(p.err, "%s: %d stored replications were damaged or made by other code, and were not used\n",
			r.Dir, r.Dropped)
	}
	if c.Bool("json") {
		err = errors.Join(p.resultJSON(r), err)
	} else {
		err = errors.Join(p.resultText(name, chosen, r), err)
	}
	if r.Failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d of %d replications failed; "+
			"the table runs in %s says why and how to replay them", r.Failed, r.Planned, r.Dir))
	}
	return err
}

// look is the command that explains the cell with the largest advantage.
func look(name string, chosen []string, r *experiments.Result) (args []string) {
	best := r.Study.Best()
	if best != nil && name == question.ComparisonName {
		crossing := question.VariantName(best.Cell.Attack, best.Cell.Mechanism, best.Cell.Remedy)
		if r.Study.Apart(best.Cell.Attack) && r.Study.InOneWorld(best.Cell) {
			chosen = append(slices.Clone(chosen), "--set", "world_wins=true")
		}
		return append([]string{"explain", crossing}, chosen...)
	}
	args = append([]string{"explain", quoted(name)}, chosen...)
	if best != nil {
		for i, path := range r.Study.Axes {
			if v := best.Cell.Level(i); v != "" {
				args = append(args, "--set", quoted(path+"="+v))
			}
		}
	}
	return args
}
