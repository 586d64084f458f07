package experiments

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/question"
)

// recipeText is the recipe of a run in the form in which its folder keeps it.
func recipeText(r question.Recipe, o Options) []byte {
	r.Program, r.Command, r.Formats, r.Series = o.Program, record.Reproducible(o.Command), o.Formats, o.Series
	text, _ := json.MarshalIndent(r, "", "  ") // Numbers and texts always encode.
	return append(text, '\n')
}

// Unfinished is a sweep in a results folder that is not complete.
type Unfinished struct {
	*question.Sweep
	// Name is what the sweep was called on the command line: a preset or a file.
	Name string
	Set  []string // path=value, as on the command line
	dir  string
	question.Recipe
}

// ErrFinished is wrapped by the error of Resumable for a complete folder.
var ErrFinished = errors.New("the experiment is complete")

// Resumable reads the sweep of a results folder whose run was interrupted or killed. It
// refuses the folder of another program and a folder whose name was changed.
func Resumable(dir string, by record.Program) (*Unfinished, error) {
	text, err := record.ReadRecipe(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noRecipe(dir, err)
	}
	if err != nil {
		return nil, err
	}
	u := &Unfinished{dir: filepath.Clean(dir)}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(&u.Recipe); err != nil {
		return nil, PlanErrorf("%s does not say how to go on: %v", dir, err)
	}
	if u.Program != by {
		return nil, PlanErrorf("%s was begun by version %s and this is %s: use that version, or run again in another folder",
			dir, u.Signature(), by.Signature())
	}
	if u.Sweep, err = u.Remake(); err != nil {
		return nil, err
	}
	if name := filepath.Base(u.dir); name != u.Spec.Name {
		return nil, PlanErrorf("%s holds the experiment %s: give the folder that name again", dir, u.Spec.Name)
	}
	u.Name, u.Set = u.File, u.Variation.Set
	if question.Known(u.Spec.Name) {
		u.Name = u.Spec.Name
	}
	return u, nil
}

// noRecipe says why there is nothing to resume.
func noRecipe(dir string, missing error) error {
	if m, err := record.ReadManifest(dir); err == nil && m.Status == record.Complete {
		return fmt.Errorf("%s: %w", dir, ErrFinished)
	}
	if _, err := os.Stat(filepath.Join(dir, record.PlanName)); err == nil {
		return PlanErrorf("%s holds a plan: `sweep submit %s` runs the shards that are missing", dir, dir)
	}
	return fmt.Errorf("%w; expected the folder of a run that was interrupted, such as results/dos-short", missing)
}

// Resume runs what is left. The files are the bytes of an uninterrupted run, except
// timing.json. Of the options it uses Workers and Progress.
func (u *Unfinished) Resume(ctx context.Context, o Options) (*Result, error) {
	o.Out, o.Program, o.Command, o.Formats, o.Series = filepath.Dir(u.dir), u.Program, u.Command, u.Formats,
		u.Recipe.Series
	return Run(ctx, u.Sweep, o)
}
