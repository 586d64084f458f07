// Package shards cuts an experiment into parts for several machines. It has the plan, its
// shards, the merge to the bytes of a single run, and scripts for three job schedulers.
package shards

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"

	"stakeout/experiments"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/presets"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/question"
)

// Plan is a sweep cut into shards for machines that share a folder. It holds
// the preset itself, so that a shard needs nothing but the folder and the same
// version of the program.
type Plan struct {
	Experiment string `json:"experiment"`
	record.Program
	Command    []string           `json:"command"` // of the sweep in one process, for the manifest
	File       string             `json:"file"`
	Preset     string             `json:"preset"`
	Variation  question.Variation `json:"variation"`
	Formats    record.Format      `json:"formats"`
	Series     bool               `json:"series"`
	Cells      int                `json:"cells"`
	Runs       int                `json:"runs"`
	Shards     int                `json:"shards"`
	SpecSHA256 string             `json:"spec_sha256"` // of the configuration, as in the manifest

	sweep  *question.Sweep
	design *design.Design
}

// maxShards is the length of a job array that Slurm admits by default.
const maxShards = 1000

// shardsName is the folder of the shards of a plan.
const shardsName = "shards"

// NewPlan cuts the sweep of a preset into shards. The command is the one that
// would run it in one process.
func NewPlan(name string, v question.Variation, shards int, o experiments.Options) (*Plan, error) {
	file, text, err := presets.Source(name)
	if err != nil {
		return nil, err
	}
	o = o.WithDefaults()
	p := &Plan{Program: o.Program, Command: record.Reproducible(o.Command), File: file,
		Preset: string(text), Variation: v, Formats: o.Formats, Series: o.Series, Shards: shards}
	if err := p.load(); err != nil {
		return nil, err
	}
	p.Variation = p.sweep.Recipe.Variation // with the text of a world in a file
	if p.sweep.Precision != nil {
		return nil, experiments.PlanErrorf("a plan cuts a number of runs that is known beforehand, and with a precision " +
			"the results decide on it: give a number of replications in place of the precision, or sweep in one process")
	}
	p.Experiment, p.Cells, p.Runs, p.SpecSHA256 = p.design.Name, len(p.design.Cells), p.design.Total(), p.hash()
	if shards < 1 || shards > maxShards || shards > p.Runs {
		return nil, experiments.PlanErrorf("%d shards: expected 1 to %d, and no more than the %d runs", shards,
			maxShards, p.Runs)
	}
	return p, nil
}

// load makes the sweep and the design from the preset in the plan.
func (p *Plan) load() (err error) {
	if p.sweep, err = question.ParseSweep(p.File, []byte(p.Preset), p.Variation); err != nil {
		return err
	}
	p.design, err = design.Of(p.sweep, p.Version, p.Series)
	return err
}

func (p *Plan) hash() string {
	sum := sha256.Sum256([]byte(p.design.Manifest(p.Program, nil).Config))
	return hex.EncodeToString(sum[:])
}

// Write puts the plan into a folder. It refuses a folder that holds another
// plan, whose shards would then be foreign; the same plan again changes nothing.
func (p *Plan) Write(dir string) error {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	path := filepath.Join(dir, record.PlanName)
	if old, err := record.ReadPlan(dir, record.PlanName); err == nil && !bytes.Equal(old, text) {
		return experiments.PlanErrorf("%s holds another plan: choose another folder with --out, or remove it with its shards",
			path)
	}
	return record.WriteFile(path, text)
}

// ReadPlan reads the plan of a folder. It refuses the plan of another program, and one
// whose preset was changed, since its shards would not belong together.
func ReadPlan(dir string, by record.Program) (*Plan, error) {
	path := filepath.Join(dir, record.PlanName)
	text, err := record.ReadPlan(dir, record.PlanName)
	if err != nil {
		return nil, fmt.Errorf("%w; `sweep plan PRESET --shards K --out %s` makes a plan", err, dir)
	}
	p := &Plan{}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(p); err != nil {
		return nil, experiments.PlanErrorf("%s: %v", path, err)
	}
	if p.Program != by {
		return nil, experiments.PlanErrorf("%s was made by version %s and this is %s: use that version, or plan again in "+
			"another folder", path, p.Signature(), by.Signature())
	}
	if err := p.load(); err != nil {
		return nil, err
	}
	if err := record.Plain(dir, shardsName); err != nil {
		return nil, err
	}
	if got := p.hash(); got != p.SpecSHA256 || p.Experiment != p.design.Name || p.Runs != p.design.Total() ||
		p.Shards < 1 || p.Shards > min(maxShards, p.Runs) {
		return nil, experiments.PlanErrorf("%s was changed after it was made: its preset hashes to %s and not to %s", path,
			got, p.SpecSHA256)
	}
	return p, nil
}

// span is the places of an experiment from first up to, but without, end.
type span struct{ first, end int64 }

// span gives the runs of a shard: of N runs and K shards, run i is in shard ⌊i·K/N⌋.
func (p *Plan) span(shard int) span {
	first := func(k int) int64 { return (int64(k)*int64(p.Runs) + int64(p.Shards) - 1) / int64(p.Shards) }
	return span{first(shard), first(shard + 1)}
}

// ExpectedSeconds estimates the wall time of the longest shard.
func (p *Plan) ExpectedSeconds(workers int) float64 {
	return p.sweep.ExpectedSeconds(workers) / float64(p.Shards)
}

// Sweep is the sweep that the plan cuts.
func (p *Plan) Sweep() *question.Sweep { return p.sweep }
