// Package claims puts the sentences of the thread on trial: each is quoted, read
// as a statement about a measured quantity, tried by experiments with paired
// seeds, and judged by intervals.
//
// A verdict comes from runs and from nothing else: it changes when the model does,
// and "cannot be told" is a verdict. A claim with several tests holds when all of
// them do, fails when all of them do, and otherwise depends on what tells the
// tests apart.
//
// Assumption: the reading of a sentence, which stands beside it. The thread gives
// no numbers; bounds like "materially" are stated with the test.
//
// Source: barryWhiteHat, "Against proof of stake for [zk/op]rollup leader
// election", ethresear.ch 7698, July 2020, and its replies.
package claims

import (
	"fmt"
	"strconv"
	"strings"

	"stakeout/experiments/kit/stat"
)

// Claim is a sentence of the thread with what tries it.
type Claim struct {
	ID    string // C1 to C21 for the author's, R1 to R17 for the replies'
	By    string // who says it
	Quote string
	// Reading is what the sentence says about the model.
	Reading string
	Tests   []Test
	// Turn is a parameter along which the verdict of the first test may change.
	Turn *Turn
}

// Case is an experiment: a preset with what is changed in it.
type Case struct {
	Preset string
	Set    []string // path=value
}

func (c Case) key() string { return c.Preset + " " + strings.Join(c.Set, " ") }

// command is what a reader types to see the experiment.
func (c Case) command() string {
	out := "run " + c.Preset
	for _, s := range c.Set {
		out += " --set " + s
	}
	return out
}

// Test says on which side of a bound a quantity lies.
type Test struct {
	When string // what tells this test from the others of its claim
	Case
	// Less, if it has a preset, is a second experiment whose value is subtracted,
	// seed by seed.
	Less  Case
	Of    Measure
	Above bool // the bound; below it otherwise
	Bound float64
}

func (t *Test) statement() string {
	side := "below"
	if t.Above {
		side = "above"
	}
	return fmt.Sprintf("%s %s %s", t.Of.Name, side, number(t.Bound, t.Of))
}

// Turn is a numerical parameter and the range in which a verdict may turn.
type Turn struct {
	Param  string
	Lo, Hi float64
}

// at is the setting of the parameter at a value.
func (t *Turn) at(x float64) string {
	return t.Param + "=" + strconv.FormatFloat(x, 'g', 6, 64)
}

// Verdict is the judgement on a test or a claim.
type Verdict string

// The verdicts. A test holds when its whole interval lies on the stated side of the
// bound, fails when it lies on the other, and cannot be told when it crosses it.
const (
	Holds      Verdict = "holds"
	Fails      Verdict = "fails"
	Depends    Verdict = "depends"
	CannotTell Verdict = "cannot be told"
)

// Finding is what the trial of a claim gave.
type Finding struct {
	Claim   *Claim
	Verdict Verdict
	Results []Result // by test
	Turns   string   // where the verdict turns, empty when nobody looked
}

// Result is a test with its measured value.
type Result struct {
	Test    *Test
	Got     stat.Interval
	Verdict Verdict
}

// judge holds an interval against a test.
func judge(t *Test, got stat.Interval) Verdict {
	lo, hi := got.Lo, got.Hi
	if !t.Above {
		lo, hi = -got.Hi, -got.Lo
	}
	bound := t.Bound
	if !t.Above {
		bound = -bound
	}
	switch {
	case lo > bound:
		return Holds
	case hi < bound:
		return Fails
	}
	return CannotTell
}

// together is the verdict on a claim.
func together(results []Result) Verdict {
	count := map[Verdict]int{}
	for _, r := range results {
		count[r.Verdict]++
	}
	switch {
	case count[Holds] == len(results):
		return Holds
	case count[Fails] == len(results):
		return Fails
	case count[Holds] > 0 && count[Fails] > 0:
		return Depends
	}
	return CannotTell
}

// All lists the claims, the author's first.
func All() []*Claim {
	var list []*Claim
	for i := range authors {
		list = append(list, &authors[i])
	}
	for i := range replies {
		list = append(list, &replies[i])
	}
	return list
}
