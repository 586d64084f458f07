package shards

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"stakeout/experiments"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/runner"
)

// sidecarName is the file that says what a shard holds. The manifest of the shard lists
// its hash and is written last, so a sidecar without a manifest is not trusted.
const sidecarName = "shard.json"

// sidecar is what a finished shard holds.
type sidecar struct {
	SpecSHA256 string `json:"spec_sha256"`
	record.Program
	Shard  int   `json:"shard"`
	Shards int   `json:"shards"`
	First  int64 `json:"first_run"`
	Last   int64 `json:"last_run"`
	Rows   int64 `json:"rows"` // of the table runs
}

func (p *Plan) sidecar(shard int) sidecar {
	part := p.span(shard)
	return sidecar{p.SpecSHA256, p.Program, shard, p.Shards, part.first, part.end - 1, part.end - part.first}
}

func shardName(shard int) string { return fmt.Sprintf("shard-%04d", shard) }

func shardFolder(dir string, shard int) string {
	return filepath.Join(dir, shardsName, shardName(shard))
}

// Run runs one shard of the plan in dir, or what is left of it, and writes its
// rows to dir/shards. It leaves a finished shard alone. It returns the errors of
// experiments.Run and a result without tables.
func (p *Plan) Run(ctx context.Context, dir string, shard int, o experiments.Options) (*experiments.Result, error) {
	if shard < 0 || shard >= p.Shards {
		return nil, experiments.PlanErrorf("shard %d: the plan has the shards 0 to %d", shard, p.Shards-1)
	}
	o = o.WithDefaults()
	part := p.span(shard)
	r := &experiments.Result{Dir: shardFolder(dir, shard), Cells: p.Cells,
		Counts: runner.Counts{Planned: int(part.end - part.first)}}
	if why, err := p.fault(dir, shard); why == "" || err != nil {
		r.Finished, r.Reused = r.Planned, r.Planned
		return r, err
	}
	m := p.design.Manifest(p.Program, p.Command)
	m.Experiment = shardName(shard)
	store, err := record.Open(filepath.Join(dir, shardsName), m, p.design.Tables(record.Parquet)...)
	if err != nil {
		return nil, err
	}
	store.Workers(o.Workers)
	start := time.Now()
	stopped := runner.Execute(ctx, p.design, store, p.design.Part(part.first, part.end), o.Pace(), &r.Counts)
	store.Phase("replications", time.Since(start))
	r.Partial = stopped != nil
	err = nil
	if !r.Partial {
		text, _ := json.MarshalIndent(p.sidecar(shard), "", "  ") // Numbers and texts always encode.
		err = store.WriteFile(sidecarName, append(text, '\n'))
	}
	return r, experiments.Conclude(store, r, stopped, err)
}

// fault says why a shard is not complete, or nothing. It fails when the shard
// belongs to another plan.
func (p *Plan) fault(dir string, shard int) (why string, err error) {
	folder := shardFolder(dir, shard)
	have, err := readSidecar(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "is not there", nil
	case err != nil:
		return err.Error(), nil
	case have != p.sidecar(shard):
		return "", experiments.PlanErrorf("%s belongs to another plan: spec %s, version %s, shard %d of %d, runs %d to %d; "+
			"remove it or choose another folder",
			folder, have.SpecSHA256, have.Signature(), have.Shard, have.Shards, have.First, have.Last)
	}
	m, err := record.ReadManifest(folder)
	if errors.Is(err, fs.ErrNotExist) || err == nil && m.Status != record.Complete {
		return "is not finished", nil
	}
	if problems := record.Verify(folder); len(problems) > 0 {
		return problems[0].String(), nil
	}
	return "", nil
}

func readSidecar(folder string) (s sidecar, err error) {
	text, err := record.ReadPlan(folder, sidecarName)
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	return s, err
}

// Missing lists the shards in dir that are not complete: absent, interrupted or
// damaged ones. It fails on a foreign shard, and on one that is there twice.
func (p *Plan) Missing(dir string) (missing []int, err error) {
	if err := p.doubles(dir); err != nil {
		return nil, err
	}
	for k := range p.Shards {
		why, err := p.fault(dir, k)
		if err != nil {
			return nil, err
		}
		if why != "" {
			missing = append(missing, k)
		}
	}
	return missing, nil
}

// doubles refuses a folder that holds a shard under a name that is not the shard's, such
// as a copy.
func (p *Plan) doubles(dir string) error {
	entries, err := os.ReadDir(filepath.Join(dir, shardsName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		have, err := readSidecar(filepath.Join(dir, shardsName, e.Name()))
		if err == nil && e.Name() != shardName(have.Shard) {
			return experiments.PlanErrorf("%s holds shard %d, whose place is %s: remove one of the two",
				filepath.Join(dir, shardsName, e.Name()), have.Shard, shardFolder(dir, have.Shard))
		}
	}
	return nil
}

// Array writes shard numbers as job arrays take them: 3,17,40-42.
func Array(shards []int) string {
	var parts []string
	for i := 0; i < len(shards); {
		j := i
		for j+1 < len(shards) && shards[j+1] == shards[j]+1 {
			j++
		}
		if j-i < 2 {
			j = i
			parts = append(parts, fmt.Sprint(shards[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", shards[i], shards[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ",")
}
