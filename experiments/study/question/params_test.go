package question

import (
	"regexp"
	"strings"
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/sim"
	"stakeout/strategies"
)

// described returns every struct whose tags end up in presets, in help texts
// and in the parameter table.
func described() map[string]any {
	all := map[string]any{"world": new(sim.Config), "header": new(Header)}
	for _, e := range strategies.All() {
		all["attack_params of "+e.Name] = e.Params()
	}
	return all
}

func TestParametersAreFitToPrint(t *testing.T) {
	for name, ptr := range described() {
		for _, line := range param.Lint(ptr) {
			t.Errorf("%s: %s", name, line)
		}
	}
}

// unchecked matches what a reader cannot look up.
var unchecked = regexp.MustCompile(`(?i)prototype|default world|MODEL section|^Assumption\.?$`)

func TestSourcesCanBeLookedUp(t *testing.T) {
	for name, ptr := range described() {
		param.Walk(ptr, func(path string, f param.Field) {
			if unchecked.MatchString(f.Source) {
				t.Errorf("%s: %s: nobody can check the source %q", name, path, f.Source)
			}
			if strings.HasPrefix(f.Source, "assumption") || strings.HasPrefix(f.Source, "calibrated") {
				t.Errorf("%s: %s: the source %q starts in lower case", name, path, f.Source)
			}
		})
	}
}

// sentence matches documentation that begins with a capital or a number and has
// no full stop at its end.
var sentence = regexp.MustCompile(`^[A-Z0-9].*[^.]$`)

func TestDocumentationReadsAlike(t *testing.T) {
	for name, ptr := range described() {
		check := func(path, doc string) {
			if !sentence.MatchString(doc) {
				t.Errorf("%s: %s: the doc %q should begin with a capital and end without a full stop", name, path, doc)
			}
		}
		param.Walk(ptr, func(path string, f param.Field) { check(path, f.Doc) })
		param.Sections(ptr, check)
	}
}
