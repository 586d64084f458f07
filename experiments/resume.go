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
)

// Recipe is how a sweep was made. A results folder holds it until the sweep is
// complete, so that it can be resumed with nothing but the folder and the same
// version of the program.
type Recipe struct {
	record.Program
	Command   []string      `json:"command"` // for the manifest
	File      string        `json:"file"`
	Preset    string        `json:"preset"`            // its text
	Variant   string        `json:"variant,omitempty"` // as Load takes it
	Set       []string      `json:"set,omitempty"`     // what the variant changes
	Matrix    *MatrixOf     `json:"matrix,omitempty"`  // in place of a preset
	Variation Variation     `json:"variation"`
	Formats   record.Format `json:"formats"`
	Series    bool          `json:"series"`
}

// MatrixOf are the arguments of Comparison.
type MatrixOf struct {
	All  bool `json:"all"`
	Reps int  `json:"reps"`
}

// recipeText is the recipe of a run with some options, as its folder keeps it.
func recipeText(r Recipe, o Options) []byte {
	r.Program, r.Command, r.Formats, r.Series = o.Program, record.Reproducible(o.Command), o.Formats, o.Series
	text, _ := json.MarshalIndent(r, "", "  ") // Numbers and texts always encode.
	return append(text, '\n')
}

// sweep makes the sweep again.
func (r Recipe) sweep() (*Sweep, error) {
	if r.Matrix != nil {
		return Comparison(r.Matrix.All, r.Matrix.Reps)
	}
	return source{file: r.File, text: []byte(r.Preset), name: r.Variant, set: r.Set}.parseSweep(r.Variation)
}

// Unfinished is a sweep in a results folder that is not complete.
type Unfinished struct {
	*Sweep
	// Name is what the sweep was called on the command line: a preset or a file.
	Name string
	Set  []string // path=value, as on the command line
	dir  string
	Recipe
}

// ErrFinished is wrapped by the error of Resumable for a complete folder.
var ErrFinished = errors.New("the experiment is complete")

// Resumable reads what is to be resumed in a results folder, where the run was
// interrupted or killed. It refuses a folder of another program and one whose name was changed.
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
		return nil, planErrorf("%s does not say how to go on: %v", dir, err)
	}
	if u.Program != by {
		return nil, planErrorf("%s was begun by version %s and this is %s: use that version, or run again in another folder", dir, u.Signature(), by.Signature())
	}
	if u.Sweep, err = u.sweep(); err != nil {
		return nil, err
	}
	if name := filepath.Base(u.dir); name != u.Spec.Name {
		return nil, planErrorf("%s holds the experiment %s: give the folder that name again", dir, u.Spec.Name)
	}
	u.Name, u.Set = u.File, u.Variation.Set
	if known(u.Spec.Name) {
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
		return planErrorf("%s holds a plan: `sweep submit %s` runs the shards that are missing", dir, dir)
	}
	return fmt.Errorf("%w; expected the folder of a run that was interrupted, such as results/dos-short", missing)
}

// Resume runs what is left. The files are the bytes of a run that was never
// interrupted, but for timing.json. Of the options it takes Workers and Progress.
func (u *Unfinished) Resume(ctx context.Context, o Options) (*Result, error) {
	o.Out, o.Program, o.Command, o.Formats, o.Series = filepath.Dir(u.dir), u.Program, u.Command, u.Formats, u.Recipe.Series
	return Run(ctx, u.Sweep, o)
}
