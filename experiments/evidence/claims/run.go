package claims

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"stakeout/experiments/kit/pool"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/stat"
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
	trials map[string]*experiment // by key of the case
	order  []string               // keys in the order of the claims
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

// Try runs the experiments of claims and judges the claims. It fails when the context
// ends, a preset does not load, the folder of stored values cannot be written, or the
// model breaks an invariant. Results do not depend on the number of workers.
func Try(ctx context.Context, list []*Claim, o Options) ([]Finding, error) {
	o = o.withDefaults()
	c := &court{o: o, clock: &clock{show: o.Progress}, trials: map[string]*experiment{}}
	for _, claim := range list {
		for i := range claim.Tests {
			for _, k := range []Case{claim.Tests[i].Case, claim.Tests[i].Less} {
				if err := c.summon(k, claim.Tests[i].Of); err != nil {
					return nil, fmt.Errorf("%s: %w", claim.ID, err)
				}
			}
		}
	}
	c.clock.total = len(c.order) * o.Reps
	if o.Turns {
		for _, claim := range list {
			c.clock.total += turnPoints * claim.cases() * o.Reps
		}
	}
	if err := c.sit(ctx); err != nil {
		return nil, err
	}
	findings := make([]Finding, len(list))
	for i, claim := range list {
		findings[i] = c.judge(claim)
	}
	if o.Turns {
		return findings, c.turns(ctx, findings)
	}
	return findings, nil
}

// summon adds an experiment to the list of the court, and a measure to the experiment.
func (c *court) summon(k Case, of Measure) error {
	if k.Preset == "" {
		return nil
	}
	t := c.trials[k.key()]
	if t == nil {
		s, err := question.Load(k.Preset, k.Set...)
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
		t := c.trials[k]
		if t.first = c.memory().recall(t, c.o.Reps); t.first < c.o.Reps {
			// Writing before the work shows early that the folder cannot be written.
			if err := c.memory().keep(t); err != nil {
				return err
			}
		}
		c.clock.add(t.first)
	}
	list := make([]*experiment, len(c.order))
	for i, k := range c.order {
		list[i] = c.trials[k]
	}
	blocks := trial.Blocks(list, trial.BlockSize(len(list), c.o.Workers), specOf)
	return pool.Each(ctx, c.o.Workers, len(blocks), func(ctx context.Context, i int) error {
		return c.try(ctx, blocks[i])
	})
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
			err := t.run(ctx, worlds, rep)
			if err == nil {
				err = c.memory().keep(t)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", t.key, err)
			}
			c.clock.add(1)
		}
	}
	return nil
}

func (c *court) memory() memory { return memory{c.o.Out, c.o.Program} }

// run simulates one replication and appends its measures.
func (t *experiment) run(ctx context.Context, worlds *trial.Worlds, rep int) error {
	x, err := trial.Run(ctx, t.spec, worlds, rep)
	if err != nil {
		return err
	}
	for _, m := range t.of {
		t.values[m.Name] = append(t.values[m.Name], m.of(x))
	}
	return nil
}

// judge finds the verdict on a claim. The experiments of the claim have been run.
func (c *court) judge(claim *Claim) Finding {
	f := Finding{Claim: claim}
	for i := range claim.Tests {
		t := &claim.Tests[i]
		got := stat.PairedT(c.sample(t), confidence)
		f.Results = append(f.Results, Result{t, got, judge(t, got)})
	}
	f.Verdict = together(f.Results)
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
