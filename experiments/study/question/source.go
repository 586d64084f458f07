package question

import (
	"fmt"
	"slices"
	"strings"

	"stakeout/experiments/kit/notation"
	"stakeout/experiments/presets"
)

// variantFault says what is wrong with the form of a variant, before anything is read.
func variantFault(name, base, place string) error {
	form := "expected PRESET@LEADER-SELECTION or PRESET@LEADER-SELECTION+REMEDY, such as dos-short@burn-auction+hard-fork"
	mechanism, remedy, both := strings.Cut(place, "+")
	switch {
	case base == "":
		return fmt.Errorf("%w before the @ of %s: %s", presets.ErrPreset, name, form)
	case !slices.Contains(presets.Names(), base) && strings.ContainsAny(base, "./\\"):
		return fmt.Errorf("%w %s: an @ works behind the name of a built-in preset, and %s is a file; state mechanism and "+
			"remedy in it, or use --set mechanism=%s", presets.ErrPreset, name, base, mechanism)
	case mechanism == "" || both && remedy == "":
		return fmt.Errorf("%w %s: %s", presets.ErrPreset, name, form)
	}
	return nil
}

// blame names the place where the user wrote a value that does not go together with others: the variant or the --set
// that gave it. What is left of the problems of a built-in preset names the preset and no line of a file that the user
// has never seen. What neither has said comes from the world.
func (f source) blame(s *Spec, doc *notation.Document, problems []notation.Problem, overrides []string) {
	set := slices.Concat(f.set, overrides)
	for i := range problems {
		p := &problems[i]
		if p.File != f.file {
			continue
		}
		given := func(o string) bool { return strings.HasPrefix(o, p.Path+"=") }
		switch k := slices.IndexFunc(set, given); {
		case k >= 0 && k < len(f.set):
			p.File, p.Line, p.Column = f.name, 0, 0
		case k >= 0:
			p.File, p.Line, p.Column = "--set "+set[k], 0, 0
		case s.layer.blamed(doc, p.Path):
			p.File, p.Line, p.Column = s.layer.place(p.Path)
		case f.builtin:
			p.File, p.Line, p.Column = "preset "+strings.TrimSuffix(f.file, ".yaml"), 0, 0
		}
	}
}
