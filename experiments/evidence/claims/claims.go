// Package claims tests the sentences of the thread by experiments. Each sentence is quoted, read as a
// statement about a measured quantity, tried by experiments with paired seeds, and judged by intervals.
//
// A verdict follows from runs alone, so it can change with the model; "cannot be
// told" is a verdict too. A claim holds when all its tests hold, and fails when
// all fail. It depends when some tests hold and some fail, namely on what differs
// between them. In all other cases it cannot be told. A test whose outcome follows from
// the books alone is named an identity and left out of the verdict.
//
// Assumption: the reading of a sentence, which stands beside it. The thread gives
// no numbers, so the bound of each test is an assumption about words such as
// "materially".
//
// Source: barryWhiteHat, "Against proof of stake for [zk/op]rollup leader
// election", ethresear.ch 7698, July 2020, and its replies.
package claims

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"stakeout/experiments/kit/stat"
)

// Claim is a sentence of the thread with its reading and its tests.
type Claim struct {
	ID    string // C1 to C21 in the post, R1 to R17 in the replies
	By    string // name of the writer in the forum
	Quote string
	// Reading states the sentence as a proposition about the model.
	Reading string
	Tests   []Test
	// Turn is a parameter along which the verdict of the first test may change.
	Turn *Turn
}

// Case is an experiment: a preset and changes of its parameters. Without a preset it
// stands for no experiment.
type Case struct {
	Preset string
	Set    []string // path=value
}

// key identifies the experiment, so that claims that share it run it once.
func (c Case) key() string { return c.Preset + " " + strings.Join(c.Set, " ") }

// command is the command line, without the name of the program, that shows the
// experiment.
func (c Case) command() string {
	out := "run " + c.Preset
	for _, s := range c.Set {
		out += " --set " + s
	}
	return out
}

// Test states on which side of a bound the mean of a measure lies.
type Test struct {
	When string // how this test differs from the others of its claim
	Case
	// Less, if it has a preset, is a second experiment. Its values are subtracted
	// from those of Case seed by seed.
	Less  Case
	Of    Measure
	Above bool // the mean lies above the bound; false: below
	Bound float64
	// Identity says why the outcome follows from the books, whatever the agents do. It is
	// empty for a test that could fail.
	Identity string
}

// statement is the proposition of the test, such as "net profit above 0 USD".
func (t *Test) statement() string {
	side := "below"
	if t.Above {
		side = "above"
	}
	return fmt.Sprintf("%s %s %s", t.Of.Name, side, number(t.Bound, t.Of))
}

// Turn is a numerical parameter and the range in which a verdict may turn.
type Turn struct {
	Param  string // path
	Lo, Hi float64
}

// at is the setting that gives the parameter a value.
func (t *Turn) at(x float64) string {
	return t.Param + "=" + strconv.FormatFloat(x, 'g', 6, 64)
}

// Verdict is the judgement on a test or a claim.
type Verdict string

// The verdicts. A test holds when its whole interval lies on the stated side of the
// bound and its p-value, adjusted for the tests of its claim, agrees; it fails when it lies
// on the other, and otherwise it cannot be told. A sample without variance has no interval
// and cannot be told. Only claims depend.
const (
	Identity   Verdict = "identity"
	Holds      Verdict = "holds"
	Fails      Verdict = "fails"
	Depends    Verdict = "depends"
	CannotTell Verdict = "cannot be told"
)

// Finding is the verdict on a claim with its evidence.
type Finding struct {
	Claim   *Claim
	Verdict Verdict
	Results []Result // by test
	Why     string   // why there is no experiment in this world, empty where there is one
	Turns   string   // where the verdict turns, empty when the search was not asked for
}

// Result is a test with its measured value.
type Result struct {
	Test    *Test
	Got     stat.Interval
	Verdict Verdict
	// P is the two-sided p-value of a mean at the bound. Holm is P adjusted over the tests
	// of the claim, and Q over all tests of the trial by Benjamini and Hochberg. They are
	// NaN for an identity and for a sample without variance.
	P, Holm, Q float64
	Warnings   []stat.Warning
}

// tested tells whether the result is one of the tests that p-values are adjusted for.
func (r *Result) tested() bool { return !math.IsNaN(r.P) }

// judge gives the verdict on a test from the interval of its measure. An interval
// that is not a number cannot be told.
func judge(t *Test, got stat.Interval) Verdict {
	lo, hi, bound := got.Lo, got.Hi, t.Bound
	if !t.Above {
		lo, hi, bound = -hi, -lo, -bound
	}
	switch {
	case t.Identity != "":
		return Identity
	case got.SE == 0:
		return CannotTell
	case lo > bound:
		return Holds
	case hi < bound:
		return Fails
	}
	return CannotTell
}

// together combines the verdicts on the tests of a claim.
func together(results []Result) Verdict {
	count := map[Verdict]int{}
	for _, r := range results {
		count[r.Verdict]++
	}
	n := len(results) - count[Identity]
	switch {
	case n == 0:
		return Identity
	case count[Holds] == n:
		return Holds
	case count[Fails] == n:
		return Fails
	case count[Holds] > 0 && count[Fails] > 0:
		return Depends
	}
	return CannotTell
}

// All lists the claims, those of the opening post first.
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
