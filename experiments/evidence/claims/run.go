package claims

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"

	"stakeout/experiments/kit/pool"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/trial"
)

// confidence is the level of all intervals; a column title of Ledger quotes it.
const confidence = 0.95

// Options say how much a trial of claims may simulate.
type Options struct {
	Reps     int                   // paired replications of each experiment, at least 2
	Workers  int                   // experiments at the same time, below 1 one for each processor
	Turns    bool                  // also search where verdicts turn
	World    string                // in which all experiments are, built in or a file; empty is the default
	Progress func(done, total int) // replications; nil shows nothing
	Out      string                // folder of stored values, which later trials do not run again; empty stores nothing
	// Program identifies the code. Values stored by another program are not used.
	record.Program
}

func (o Options) withDefaults() Options {
	if o.Workers < 1 {
		o.Workers = runtime.NumCPU()
	}
	o.Reps = max(o.Reps, 2)
	return o
}

// experiment is a case with the values of all measures that its tests need.
type experiment struct {
	key    string // of its case
	spec   *question.Spec
	values map[string][]float64 // by name of the measure, then by replication
	of     []Measure
	first  int // replication to begin with; earlier ones are stored
}

// court runs each experiment once, even when several claims share it.
type court struct {
	o      Options
	clock  *clock
	memory *record.Memory // of what each replication gave, or nil
	trials map[string]*experiment
	order  []string
}

// clock counts the replications that are done. Workers share it.
type clock struct {
	sync.Mutex
	done, total int
	show        func(done, total int) // or nil
}

// add counts n replications and shows the progress.
func (k *clock) add(n int) {
	k.Lock()
	defer k.Unlock()
	if k.done += n; k.show != nil && n > 0 {
		k.show(k.done, k.total)
	}
}

// remember opens the memory of what replications gave: a row for each measure.
func remember(o Options) (*record.Memory, error) {
	if o.Out == "" {
		return nil, nil
	}
	return record.OpenMemory(o.Out, o.Program,
		record.Column{Name: "measure", Type: record.Text, Unit: record.NoUnit, Doc: "Name of a measure."},
		record.Column{Name: "value", Type: record.Float, Unit: record.Dimensionless,
			Doc: "What the replication gave, in the unit of the measure."})
}

// Try runs the experiments of claims and judges them. It fails when the context ends,
// when a preset does not load, when the folder cannot be written to, and on a broken
// invariant.
func Try(ctx context.Context, list []*Claim, o Options) (found []Finding, err error) {
	o = o.withDefaults()
	memory, err := remember(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, memory.Close()) }()
	c := &court{o: o, memory: memory, clock: &clock{show: o.Progress}, trials: map[string]*experiment{}}
	missing, err := c.elsewhere(list)
	if err != nil {
		return nil, err
	}
	if err := c.summonAll(list, missing); err != nil {
		return nil, err
	}
	c.clock.total = len(c.order) * o.Reps
	if o.Turns {
		for _, claim := range list {
			if missing[claim.ID] == "" {
				c.clock.total += turnPoints * claim.cases() * o.Reps
			}
		}
	}
	if err := c.sit(ctx); err != nil {
		return nil, err
	}
	findings := make([]Finding, len(list))
	for i, claim := range list {
		if why := missing[claim.ID]; why != "" {
			findings[i] = Finding{Claim: claim, Verdict: NotHere, Why: why}
			continue
		}
		findings[i] = c.judge(claim)
	}
	discoveries(findings)
	if o.Turns {
		return findings, c.turns(ctx, findings)
	}
	return findings, nil
}

// summonAll adds the experiments of the claims that have one in this world.
func (c *court) summonAll(list []*Claim, missing map[string]string) error {
	for _, claim := range list {
		if missing[claim.ID] != "" {
			continue
		}
		for i := range claim.Tests {
			for _, k := range []Case{claim.Tests[i].Case, claim.Tests[i].Less} {
				if err := c.summon(k, claim.Tests[i].Of); err != nil {
					return fmt.Errorf("%s: %w", claim.ID, err)
				}
			}
		}
	}
	return nil
}

// summon adds an experiment to the list of the court, and a measure to the experiment.
func (c *court) summon(k Case, of Measure) error {
	if k.Preset == "" {
		return nil
	}
	t := c.trials[k.key()]
	if t == nil {
		s, err := c.load(k)
		if err != nil {
			return err
		}
		t = &experiment{key: k.key(), spec: s, values: map[string][]float64{}}
		c.trials[k.key()] = t
		c.order = append(c.order, k.key())
	}
	if _, known := t.values[of.Name]; !known {
		t.values[of.Name] = nil
		t.of = append(t.of, of)
	}
	return nil
}

// sit runs all experiments. Experiments that share a world run one after the other,
// seed by seed, so that their common part is simulated once.
func (c *court) sit(ctx context.Context) error {
	for _, k := range c.order {
		if err := c.trials[k].recall(c.memory, c.o.Reps); err != nil {
			return err
		}
		c.clock.add(c.trials[k].first)
	}
	list := make([]*experiment, len(c.order))
	for i, k := range c.order {
		list[i] = c.trials[k]
	}
	blocks := trial.Blocks(list, trial.BlockSize(len(list), c.o.Workers), specOf)
	return pool.Each(ctx, c.o.Workers, len(blocks),
		func(ctx context.Context, i int) error { return c.try(ctx, blocks[i]) })
}

func specOf(t *experiment) *question.Spec { return t.spec }

// try runs the experiments of a block seed by seed, and stores each replication.
func (c *court) try(ctx context.Context, block []*experiment) error {
	worlds := trial.WorldsFor(block, specOf)
	for rep := range c.o.Reps {
		for _, t := range block {
			if rep < t.first {
				continue
			}
			if err := t.run(ctx, worlds, rep, c.memory); err != nil {
				return fmt.Errorf("%s: %w", t.key, err)
			}
			c.clock.add(1)
		}
	}
	return nil
}

// slot is the key of a replication in the memory.
func (t *experiment) slot(rep int) string {
	var names []string
	for _, m := range t.of {
		names = append(names, m.Name)
	}
	return record.RunKey("", t.spec.ReplicationHash(), t.spec.SeedOf(rep), strings.Join(names, "\n"))
}

// recall takes over the first replications that the memory holds, at most so many.
func (t *experiment) recall(m *record.Memory, most int) error {
	for t.first = 0; t.first < most; t.first++ {
		rows, ok, err := m.Recall(t.slot(t.first))
		if err != nil || !ok {
			return err
		}
		for _, r := range rows {
			name := r[0].String()
			t.values[name] = append(t.values[name], r[1].Number())
		}
	}
	return nil
}

// run tries one replication and keeps what it gave.
func (t *experiment) run(ctx context.Context, worlds *trial.Worlds, rep int, m *record.Memory) error {
	x, err := trial.Run(ctx, t.spec, worlds, rep)
	if err != nil {
		return err
	}
	var rows []record.Row
	for _, of := range t.of {
		v := of.of(x)
		t.values[of.Name] = append(t.values[of.Name], v)
		value := record.MissingValue()
		if !math.IsNaN(v) {
			value = record.FloatValue(v)
		}
		rows = append(rows, record.Row{record.TextValue(of.Name), value})
	}
	return m.Keep(t.slot(rep), rows...)
}

// judge finds the verdict on a claim. The experiments of the claim have been run.
func (c *court) judge(claim *Claim) Finding {
	f := Finding{Claim: claim}
	for i := range claim.Tests {
		t := &claim.Tests[i]
		f.Results = append(f.Results, weigh(t, c.sample(t)))
	}
	adjust(f.Results)
	f.Verdict = f.Claim.verdict(f.Results)
	return f
}

// sample is the measure of a test by replication, less that of its second experiment.
func (c *court) sample(t *Test) []float64 {
	x := append([]float64(nil), c.trials[t.key()].values[t.Of.Name]...)
	if t.Less.Preset != "" {
		for i, y := range c.trials[t.Less.key()].values[t.Of.Name] {
			x[i] -= y
		}
	}
	return x
}
