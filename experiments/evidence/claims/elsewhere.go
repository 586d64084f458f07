package claims

import (
	"errors"
	"slices"
	"strings"

	"stakeout/experiments/kit/notation"
	"stakeout/experiments/study/question"
)

// NotHere stands in place of the verdict of a claim whose experiment cannot be set up in
// the world of the trial, such as one of twenty blocks to arrive where a slot has six.
const NotHere Verdict = "not in this world"

// load reads an experiment in the world of the trial.
func (c *court) load(k Case) (*question.Spec, error) {
	set := slices.Clone(k.Set)
	if c.o.World != "" {
		set = append(set, question.InWorld+c.o.World)
	}
	return question.Load(k.Preset, set...)
}

// elsewhere says for every claim that has no experiment in the world of the trial why. It
// fails when there is no such world.
func (c *court) elsewhere(list []*Claim) (map[string]string, error) {
	why := map[string]string{}
	if c.o.World == "" {
		return why, nil
	}
	if _, err := question.World(c.o.World); err != nil {
		return nil, err
	}
	for _, claim := range list {
		for i := range claim.Tests {
			for _, k := range []Case{claim.Tests[i].Case, claim.Tests[i].Less} {
				if k.Preset == "" {
					continue
				}
				if _, err := c.load(k); unfit(err) && why[claim.ID] == "" {
					why[claim.ID] = strings.ReplaceAll(err.Error(), "\n", "; ")
				}
			}
		}
	}
	return why, nil
}

// unfit tells an experiment whose values do not go together.
func unfit(err error) bool {
	var problems *notation.Error
	return errors.As(err, &problems)
}
