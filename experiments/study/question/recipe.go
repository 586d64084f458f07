package question

import "stakeout/experiments/kit/record"

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

// MatrixOf holds the arguments of Comparison.
type MatrixOf struct {
	All   bool       `json:"all"`
	Reps  int        `json:"reps"`
	World string     `json:"world"`
	Text  *WorldText `json:"world_text,omitempty"` // of a world in a file
}

// Remake makes the sweep again.
func (r Recipe) Remake() (*Sweep, error) {
	if r.Matrix != nil {
		return r.Matrix.make()
	}
	return source{file: r.File, text: []byte(r.Preset), name: r.Variant, set: r.Set}.parseSweep(r.Variation)
}
