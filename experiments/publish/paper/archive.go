package paper

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/gob"
	"fmt"
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
// experiments below runs, and everything else in a memory in the folder evidence.
type archive struct {
	Options
	memory  *record.Memory
	studies map[string]*report.Study
	found   map[string]any
	times   Times
}

// openArchive opens the archive below the folder of the form. It fails when another
// process has it.
func openArchive(o Options) (*archive, error) {
	a := &archive{Options: o, studies: map[string]*report.Study{}, found: map[string]any{}, times: ReadTimes(o)}
	var err error
	a.memory, err = record.OpenMemory(filepath.Join(a.Dir(), "evidence"),
		record.Program{Version: o.Version, Code: o.Findings},
		record.Column{Name: "name", Type: record.Text, Unit: record.NoUnit, Doc: "Name of the evidence."},
		record.Column{Name: "value", Type: record.Text, Unit: record.NoUnit,
			Doc: "The evidence in Go's gob format, in base64."})
	return a, err
}

// pick is the size of the form that is built.
func (a *archive) pick(quick, full int) int {
	if a.Quick {
		return quick
	}
	return full
}

// progress reports on a piece of evidence and keeps its wall time. The report opens with
// the first step, because a stored experiment has no steps.
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

// study is the study of an experiment. It runs the experiment unless it is stored.
func (a *archive) study(ctx context.Context, e experiment) (*report.Study, error) {
	if s := a.studies[e.name]; s != nil {
		return s, nil
	}
	w, err := e.sweep(a.Quick)
	if err != nil {
		return nil, err
	}
	step, end := a.progress(e.name)
	r, err := experiments.Obtain(ctx, w,
		experiments.Options{Out: a.runs(e), Workers: a.Workers, Program: a.Program, Command: a.Command, Progress: step,
			Formats: record.CSV | record.Parquet})
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

// runs is the parent of the results folder of an experiment.
func (a *archive) runs(e experiment) string { return filepath.Join(a.Dir(), "runs", e.name) }

// keep computes a value with find, unless the archive holds it under the same key.
func keep[T any](a *archive, name, key string, find func() (T, error)) (v T, err error) {
	if v, ok := a.found[name]; ok {
		return v.(T), nil
	}
	slot := record.RunKey(name, key, 0, "")
	v, ok, err := recall[T](a, slot)
	if err == nil && !ok {
		if v, err = find(); err != nil {
			return v, err
		}
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(&v); err != nil {
			return v, fmt.Errorf("cannot store %s: %w", name, err)
		}
		text := record.TextValue(base64.StdEncoding.EncodeToString(b.Bytes()))
		if err := a.memory.Keep(slot, record.Row{record.TextValue(name), text}); err != nil {
			return v, err
		}
		// The value is read back, so that fresh and stored evidence are drawn alike:
		// gob drops the sign of a negative zero.
		v, _, err = recall[T](a, slot)
	}
	if err == nil {
		a.found[name] = v
	}
	return v, err
}

// recall reads a stored value.
func recall[T any](a *archive, slot string) (v T, ok bool, err error) {
	rows, ok, err := a.memory.Recall(slot)
	if err != nil || !ok {
		return v, false, err
	}
	raw, err := base64.StdEncoding.DecodeString(rows[0][1].String())
	if err == nil {
		err = gob.NewDecoder(bytes.NewReader(raw)).Decode(&v)
	}
	return v, err == nil, err
}

// findings says what kept values come from.
func (a *archive) findings() string { return a.Version + " " + a.Findings }

// target is the outcome of a docking target.
func (a *archive) target(ctx context.Context, e docking.Entry) (*docking.Outcome, error) {
	name := "docking-" + e.Name
	return keep(a, name, fmt.Sprintf("%s full %t seed %d", a.findings(), !a.Quick, docking.Seed),
		func() (*docking.Outcome, error) {
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
	return keep(a, "claims", fmt.Sprintf("%s reps %d turns %t", a.findings(), reps, !a.Quick),
		func() (*table.Table, error) {
			step, end := a.progress("claims")
			defer end()
			found, err := claims.Try(ctx, claims.All(),
				claims.Options{Reps: reps, Workers: a.Workers, Turns: !a.Quick, Progress: step,
					Out: filepath.Join(a.Dir(), "runs", "claims"), Program: a.Program})
			if err != nil {
				return nil, err
			}
			return claims.Ledger(found, reps), nil
		})
}
