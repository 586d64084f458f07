package paper

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"stakeout/experiments"
	"stakeout/experiments/evidence/check"
	"stakeout/experiments/evidence/claims"
	"stakeout/experiments/evidence/docking"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/report"
)

// archive holds the evidence of one form of the paper: results folders of
// experiments below runs, and everything else as values below evidence.
type archive struct {
	Options
	studies map[string]*report.Study
	found   map[string]any
	times   Times
}

func newArchive(o Options) *archive {
	return &archive{Options: o, studies: map[string]*report.Study{}, found: map[string]any{}, times: ReadTimes(o)}
}

// pick is the size of the form that is built.
func (a *archive) pick(quick, full int) int {
	if a.Quick {
		return quick
	}
	return full
}

// progress reports on a piece of evidence and keeps its wall time. It opens with the
// first step, since a stored experiment makes none.
func (a *archive) progress(what string) (step func(done, total int), end func()) {
	start, stop := time.Now(), func() {}
	var inner func(done, total int)
	opened := false
	step = func(done, total int) {
		if !opened && a.Progress != nil {
			inner, stop = a.Progress(what)
		}
		opened = true
		if inner != nil {
			inner(done, total)
		}
	}
	return step, func() {
		stop()
		if opened {
			a.times.add(what, time.Since(start))
		}
	}
}

// study is the study of an experiment, run unless it is stored.
func (a *archive) study(ctx context.Context, e experiment) (*report.Study, error) {
	if s := a.studies[e.name]; s != nil {
		return s, nil
	}
	w, err := e.sweep(a.Quick)
	if err != nil {
		return nil, err
	}
	step, end := a.progress(e.name)
	r, err := experiments.Obtain(ctx, w, experiments.Options{Out: a.runs(e), Workers: a.Workers, Program: a.Program, Command: a.Command, Progress: step, Formats: record.CSV | record.Parquet})
	end()
	if err != nil {
		return nil, err
	}
	if r.Failed > 0 {
		return nil, fmt.Errorf("%d of %d replications failed; the table runs in %s says why", r.Failed, r.Planned, r.Dir)
	}
	a.studies[e.name] = r.Study
	return r.Study, nil
}

// runs is the folder in which the results folder of an experiment is.
func (a *archive) runs(e experiment) string { return filepath.Join(a.Dir(), "runs", e.name) }

// keep is a value that find computes, from the archive where it is there under the
// same key.
func keep[T any](a *archive, name, key string, find func() (T, error)) (T, error) {
	if v, ok := a.found[name]; ok {
		return v.(T), nil
	}
	path := filepath.Join(a.Dir(), "evidence", name+".gob")
	if v, ok := recall[T](path, key); ok {
		a.found[name] = v
		return v, nil
	}
	v, err := find()
	if err != nil {
		return v, err
	}
	var b bytes.Buffer
	e := gob.NewEncoder(&b)
	for _, x := range []any{key, &v} {
		if err := e.Encode(x); err != nil {
			return v, fmt.Errorf("cannot store %s: %w", name, err)
		}
	}
	if err := record.WriteFile(path, b.Bytes()); err != nil {
		return v, err
	}
	// Read back, so that fresh evidence and stored evidence are drawn alike: what is
	// stored has no negative zero.
	if v, ok := recall[T](path, key); ok {
		a.found[name] = v
		return v, nil
	}
	return v, fmt.Errorf("%s does not hold what was just written to it", path)
}

// recall reads a stored value; one of another key, or one that cannot be read, is
// as good as none.
func recall[T any](path, key string) (v T, ok bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return v, false
	}
	d, was := gob.NewDecoder(bytes.NewReader(text)), ""
	if d.Decode(&was) != nil || was != key {
		return v, false
	}
	return v, d.Decode(&v) == nil
}

// findings says what kept values come from.
func (a *archive) findings() string { return a.Version + " " + a.Findings }

// target is the outcome of a docking target.
func (a *archive) target(ctx context.Context, e docking.Entry) (*docking.Outcome, error) {
	name := "docking-" + e.Name
	return keep(a, name, fmt.Sprintf("%s full %t seed %d", a.findings(), !a.Quick, docking.Seed), func() (*docking.Outcome, error) {
		step, end := a.progress(name)
		defer end()
		return e.Run(ctx, docking.Scale{Seed: docking.Seed, Full: !a.Quick, Progress: step})
	})
}

// check is one table of a check of the model.
func (a *archive) check(ctx context.Context, name string, quickSeeds int, tableName string) (*table.Table, error) {
	seeds := a.pick(quickSeeds, 0) // 0 is the check's own number
	r, err := keep(a, "check-"+name, fmt.Sprintf("%s seeds %d", a.findings(), seeds), func() (*check.Result, error) {
		step, end := a.progress("check " + name)
		defer end()
		return check.Run(ctx, name, check.Options{Seeds: seeds, Workers: a.Workers, Progress: step})
	})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, t := range r.Tables {
		if t.Name == tableName {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return nil, fmt.Errorf("the check %s has no table %s, but %s", name, tableName, strings.Join(names, ", "))
}

// ledger is the table of verdicts on the claims.
func (a *archive) ledger(ctx context.Context) (*table.Table, error) {
	reps := a.pick(2, 10)
	return keep(a, "claims", fmt.Sprintf("%s reps %d turns %t", a.findings(), reps, !a.Quick), func() (*table.Table, error) {
		step, end := a.progress("claims")
		defer end()
		found, err := claims.Try(ctx, claims.All(), claims.Options{Reps: reps, Workers: a.Workers, Turns: !a.Quick, Progress: step,
			Out: filepath.Join(a.Dir(), "runs", "claims"), Program: a.Program})
		if err != nil {
			return nil, err
		}
		return claims.Ledger(found, reps), nil
	})
}
