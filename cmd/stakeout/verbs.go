package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/question"
	"stakeout/market/wire"
)

// The flags that several verbs share.
var (
	seedFlag    = &cli.StringFlag{Name: "seed", Usage: "master `SEED` in place of the preset's"}
	repsFlag    = &cli.StringFlag{Name: "reps", Usage: "`NUMBER` of replications in place of the preset's"}
	workersFlag = &cli.IntFlag{Name: "workers", Usage: "`NUMBER` of worlds at a time, 0 for one a processor"}
	outFlag     = &cli.StringFlag{Name: "out", Value: "results", Usage: "`FOLDER` for results"}
	replaceFlag = &cli.BoolFlag{Name: "replace", Usage: "lose the results of another configuration in that folder"}
	jsonFlag    = &cli.BoolFlag{Name: "json", Usage: "print JSON and nothing else"}
	dryFlag     = &cli.BoolFlag{Name: "dry-run", Usage: "print worlds, time, memory and disk, and run nothing"}
	setFlag     = &cli.StringSliceFlag{Name: "set", Usage: "override a parameter, `PATH=VALUE`; may be repeated"}
	formatFlag  = &cli.StringFlag{Name: "format", Value: "csv,parquet",
		Usage: "`FORMATS` of result files: csv, parquet or both"}
	daysFlag = &cli.Float64Flag{Name: "days", Usage: "measured `DAYS` of a check, 0 for its own"}
	repFlag  = &cli.IntFlag{Name: "rep", Usage: "`INDEX` of the replication to explain, from 0"}
	fullFlag = &cli.BoolFlag{Name: "full",
		Usage: "as many replications as a publication needs, minutes instead of seconds"}
	bookFlag   = &cli.StringFlag{Name: "book", Usage: "`FILE` with states of the book to compare with"}
	levelsFlag = &cli.IntFlag{Name: "levels", Usage: "`NUMBER` of levels a side; 0 compares all and writes ten"}
	recordFlag = &cli.StringFlag{Name: "format", Usage: "`FORMAT` of the record: lobster, coinbase, mbo, dbn or itch; " +
		"without it the content decides"}
	symbolFlag   = &cli.StringFlag{Name: "symbol", Usage: "`NAME` of the instrument to rebuild, in a record of several"}
	rebuiltFlag  = &cli.StringFlag{Name: "rebuilt", Usage: "`FILE` to write the rebuilt book to, a row a message"}
	seedsFlag    = &cli.IntFlag{Name: "seeds", Usage: "`NUMBER` of seeds of a check, 0 for its own"}
	intervalFlag = &cli.StringFlag{Name: "interval", Value: "1d", Usage: "`TIME` between prices, such as 30s, 5m, 6h, 1d"}
	columnFlag   = &cli.StringFlag{Name: "column", Usage: "`NAME` of the column of prices"}
	matrixFlag   = &cli.BoolFlag{Name: "matrix", Usage: "print which attack applies under which leader selection"}
	sourceFlag   = &cli.StringFlag{Name: "source", Usage: "describe the program whose sources are in `FOLDER` anew"}
	inWorldFlag  = &cli.StringFlag{Name: "world", Usage: "`WORLD` beneath the preset: 2020, 2026 or a file"}
	worldFlag    = &cli.StringFlag{Name: "world", Usage: "`WORLD` of a run: attack, honest or idle; all of them without"}
)

// verbs are the commands in the order in which help lists them.
func (p *program) verbs() []*cli.Command { return append(p.runners(), p.judges()...) }

// runners are the commands that find, run and look into presets.
func (p *program) runners() []*cli.Command {
	return []*cli.Command{
		{Name: "help", Usage: "print a topic, or how a command is used",
			ArgsUsage: "[TOPIC | COMMAND]", Action: p.help},
		{Name: "list",
			Usage:     "list presets, worlds, attacks, elections, remedies, or checks, claims, figures, parameters, targets",
			ArgsUsage: "[checks|claims|figures|parameters|targets]",
			Flags:     []cli.Flag{matrixFlag, jsonFlag}, Action: p.list},
		{Name: "show", Usage: "show a preset with all its parameters, a world, or an entry of the catalogue",
			ArgsUsage: "NAME", Flags: []cli.Flag{seedFlag, repsFlag, inWorldFlag, setFlag, jsonFlag}, Action: p.show},
		{Name: "run", Usage: "run a preset and print its table of returns",
			ArgsUsage: "PRESET",
			Flags: []cli.Flag{seedFlag, repsFlag, precisionFlag, inWorldFlag, setFlag, workersFlag, outFlag, replaceFlag,
				jsonFlag,
				dryFlag, formatFlag},
			Action: p.run},
		{Name: "sweep", Usage: "run a preset along its axes, in this process or in shards",
			ArgsUsage:   "PRESET | plan PRESET | run|missing|submit|merge DIR",
			Description: sweepHelp,
			Flags:       sweepFlags, Action: p.sweep},
		{Name: "resume", Usage: "go on with a run, sweep or comparison that was interrupted or killed",
			ArgsUsage: "FOLDER", Flags: []cli.Flag{workersFlag, jsonFlag}, Action: p.resume},
		{Name: "verify", Usage: "hash every file of a results folder again, and add up its money",
			ArgsUsage: "FOLDER", Flags: []cli.Flag{jsonFlag}, Action: p.verify},
		{Name: "export", Usage: "print the replications of a results folder as the table of BehaviorSpace",
			ArgsUsage: "FOLDER", Flags: []cli.Flag{exportFlag}, Action: p.export},
		{Name: "break-even", Usage: "search along the budget or another parameter for where an attack breaks even",
			ArgsUsage:   "PRESET",
			Description: breakEvenHelp,
			Flags: []cli.Flag{searchAxisFlag, halvingsFlag, searchRepsFlag, seedFlag, inWorldFlag, setFlag, workersFlag,
				outFlag, jsonFlag, formatFlag},
			Action: p.breakEven},
		{Name: "compare", Usage: "run every attack under every leader selection and remedy, and print who gains most",
			Flags: []cli.Flag{allFlag, compareRepsFlag, inWorldFlag, workersFlag, outFlag, replaceFlag, jsonFlag, dryFlag,
				formatFlag},
			Action: p.compare},
		{Name: "explain", Usage: "say why an attack paid or not, from one replication",
			ArgsUsage: "PRESET", Flags: []cli.Flag{seedFlag, inWorldFlag, setFlag, repFlag, jsonFlag}, Action: p.explain},
		{Name: "table", Usage: "print results folders beside each other, for a paper or a look",
			ArgsUsage: "FOLDER ...", Flags: []cli.Flag{rowsFlag, asFlag, jsonFlag}, Action: p.beside},
		{Name: "report", Usage: "write what a results folder holds as one HTML page",
			ArgsUsage: "FOLDER", Flags: []cli.Flag{pageFlag, jsonFlag}, Action: p.page},
	}
}

// judges are the commands that compare presets, the model and its results with something else.
func (p *program) judges() []*cli.Command {
	return []*cli.Command{
		{Name: "check", Usage: "validate a preset file, or run a check of the model",
			ArgsUsage: "FILE.yaml | preset FILE | CHECK",
			Flags:     []cli.Flag{seedsFlag, daysFlag, inWorldFlag, workersFlag, jsonFlag},
			Action:    p.check},
		{Name: "schema", Usage: "print the JSON Schema of presets, for editors", Action: p.schema},
		{Name: "claims", Usage: "list the claims of the thread, or put them on trial",
			ArgsUsage: "[CLAIM ...|all]",
			Flags:     []cli.Flag{claimRepsFlag, turnsFlag, inWorldFlag, workersFlag, outFlag, jsonFlag},
			Action:    p.claims},
		{Name: "facts", Usage: "hold the prices of a run or of a file against the stylised facts of markets",
			ArgsUsage: "FOLDER | FILE.csv | FILE.csv.gz",
			Flags:     []cli.Flag{intervalFlag, columnFlag, worldFlag, jsonFlag},
			Action:    p.facts},
		{Name: "replay", Usage: "rebuild the book from recorded order flow and compare it with the record",
			ArgsUsage: "MESSAGES", Flags: []cli.Flag{bookFlag, levelsFlag, recordFlag, symbolFlag, rebuiltFlag, jsonFlag},
			Action: p.replay},
		{Name: "dock", Usage: "reproduce published numbers with the modules of the model",
			ArgsUsage: "[TARGET|all]", Flags: []cli.Flag{seedFlag, fullFlag, outFlag, jsonFlag}, Action: p.dock},
		{Name: "figures", Usage: "build every figure and table of the paper, from stored runs where there are some",
			ArgsUsage:   "[NAME ...|all]",
			Description: figuresHelp,
			Flags:       []cli.Flag{quickFlag, listFlag, timesFlag, hashesFlag, workersFlag, outFlag, jsonFlag},
			Action:      p.figures},
		{Name: "describe", Usage: "print the description of the model by the ODD protocol, in Markdown",
			ArgsUsage:   "[PART]",
			Description: describeHelp,
			Flags:       []cli.Flag{sourceFlag}, Action: p.describe},
		{Name: "book", Usage: "answer commands to an order book, JSON lines on standard input and output",
			Description: wire.Help, Action: p.book},
	}
}

// word returns the one positional argument of a verb.
func word(c *cli.Context, what string) (string, error) {
	args := c.Args().Slice()
	if len(args) != 1 {
		return "", usagef("%s", c.Command.Name+" takes one "+what+", and "+given(args)+whatThereIs(c, what))
	}
	return args[0], nil
}

// given says what was typed in place of one word.
func given(args []string) string {
	if len(args) == 0 {
		return "none was given"
	}
	list := make([]string, len(args))
	for i, a := range args {
		list[i] = quoted(a)
	}
	return fmt.Sprintf("%d were given: %s", len(args), strings.Join(list, ", "))
}

// whatThereIs points to a list of what a verb takes.
func whatThereIs(c *cli.Context, what string) string {
	switch what {
	case "preset", "name":
		return "; `stakeout list` shows them all, and `stakeout " + c.Command.Name + " dos-short` takes the first"
	case "results folder":
		return "; `stakeout run dos-short` makes results/dos-short"
	}
	return "; `stakeout help " + c.Command.Name + "` shows how it is used"
}

// load reads the preset named on the command line with its overrides.
func load(c *cli.Context) (*question.Spec, error) {
	name, err := word(c, "preset")
	if err != nil {
		return nil, err
	}
	set, err := overrides(c)
	if err != nil {
		return nil, err
	}
	s, err := await(c.Context, func() (*question.Spec, error) { return question.Load(name, set...) })
	return s, asInput(err)
}

// besides are the parameters that have a flag of their own.
var besides = map[string]string{"seed": "seed", "replications": "reps", "world": "world", question.WorldPath: "world"}

// overrides are the parameters that the command line sets.
func overrides(c *cli.Context) ([]string, error) {
	set := slices.Clone(c.StringSlice("set"))
	for i, o := range set {
		path, _, _ := strings.Cut(o, "=")
		twice := func(other string) bool { return strings.HasPrefix(other, path+"=") }
		if k := slices.IndexFunc(set[:i], twice); k >= 0 {
			return nil, usagef("--set %s and --set %s set the same parameter: expected one of the two", set[k], o)
		}
		if other := besides[path]; other != "" && c.IsSet(other) {
			return nil, usagef("--%s %s and --set %s set the same parameter: expected one of the two", other, c.String(other), o)
		}
		if !strings.Contains(o, "=") {
			return nil, usagef("--set %s: expected path=value, as in --set world.users.leave_below=0.3", o)
		}
	}
	if c.IsSet("world") {
		set = append(set, question.InWorld+c.String("world"))
	}
	if c.IsSet("seed") {
		set = append(set, "seed="+c.String("seed"))
	}
	if c.IsSet("reps") {
		set = append(set, "replications="+c.String("reps"))
	}
	return set, nil
}

// mostWorkers is far above what any machine has use for.
const mostWorkers = 1024

// checkWorkers refuses a number of workers that is a typing error.
func checkWorkers(c *cli.Context) error {
	if n := c.Int("workers"); n < 0 || n > mostWorkers {
		return usagef("--workers %d: expected 0 or more, at most %d; this machine has %d processors", n, mostWorkers,
			runtime.NumCPU())
	}
	return nil
}

// options turns flags into the options of a run.
func (p *program) options(c *cli.Context) (experiments.Options, error) {
	o := experiments.Options{
		Out: c.String("out"), Workers: c.Int("workers"), Command: p.command, Program: identity(), Series: c.Bool("series"),
		Replace: c.Bool("replace")}
	if err := checkWorkers(c); err != nil {
		return o, err
	}
	for _, f := range strings.Split(c.String("format"), ",") {
		switch strings.TrimSpace(f) {
		case "csv":
			o.Formats |= record.CSV
		case "parquet":
			o.Formats |= record.Parquet
		default:
			return o, usagef("--format %s: there is no format %q%s; expected csv, parquet or csv,parquet",
				c.String("format"), f, hint(f, []string{"csv", "parquet"}))
		}
	}
	return o, nil
}

// tables prints tables of numbers for people, or as a JSON list.
func (p *program) tables(c *cli.Context, list []*table.Table) error {
	return p.each(c, list, func(t *table.Table) error { return t.Terminal(p.out, p.width()) })
}

// catalogue prints tables of texts for people, or as a JSON list.
func (p *program) catalogue(c *cli.Context, list []*table.Table) error {
	return p.each(c, list, func(t *table.Table) error {
		p.entries(t)
		return t.Validate()
	})
}

func (p *program) each(c *cli.Context, list []*table.Table, print func(*table.Table) error) error {
	if c.Bool("json") {
		raw, err := rawTables(list...)
		if err != nil {
			return err
		}
		return p.json(raw)
	}
	for i, t := range list {
		if i > 0 {
			fmt.Fprintln(p.out)
		}
		if err := print(t); err != nil {
			return err
		}
	}
	return nil
}

// rawTables encodes tables one by one.
func rawTables(list ...*table.Table) ([]json.RawMessage, error) {
	raw := make([]json.RawMessage, len(list))
	for i, t := range list {
		var b bytes.Buffer
		if err := t.JSON(&b); err != nil {
			return nil, err
		}
		raw[i] = b.Bytes()
	}
	return raw, nil
}

// json prints a value as indented JSON.
func (p *program) json(v any) error {
	e := json.NewEncoder(p.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// quoted is an argument as a shell wants it.
func quoted(arg string) string { return question.Argument(arg) }

// next prints the command that one would type next.
func (p *program) next(args ...string) {
	fmt.Fprintln(p.out, "\nNext:", p.self, strings.Join(args, " "))
}
