package claims

import (
	"context"
	"fmt"
	"strings"

	"stakeout/experiments/kit/pool"
	"stakeout/experiments/kit/root"
	"stakeout/experiments/kit/stat"
)

// turnSteps is the number of bisections after the two ends of the range, and
// turnPoints the largest number of values tried.
const (
	turnSteps  = 5
	turnPoints = turnSteps + 2
)

// cases is the number of experiments for one value of the parameter Turn of a claim.
func (c *Claim) cases() int {
	switch {
	case c.Turn == nil:
		return 0
	case c.Tests[0].Less.Preset != "":
		return 2
	}
	return 1
}

// turns searches where verdicts turn; each worker takes one claim at a time. The error
// is the first in the order of the claims.
func (c *court) turns(ctx context.Context, findings []Finding) error {
	return pool.Each(ctx, c.o.Workers, len(findings), func(ctx context.Context, i int) (err error) {
		f := &findings[i]
		if f.Claim.Turn == nil || f.Verdict == NotHere {
			return nil
		}
		if f.Turns, err = c.turn(ctx, f.Claim); unfit(err) {
			f.Turns, err = "has no turn in this world: "+strings.ReplaceAll(err.Error(), "\n", "; "), nil
		}
		return err
	})
}

// turn finds by bisection where the mean of the first test of a claim crosses its
// bound along the parameter, with the same seeds at every point.
//
// Assumption: the mean crosses its bound at most once in the range. Of several
// crossings the bisection finds one or none.
func (c *court) turn(ctx context.Context, claim *Claim) (string, error) {
	lo, hi := claim.Turn.Lo, claim.Turn.Hi
	a, err := c.distance(ctx, claim, lo)
	if err != nil {
		return "", err
	}
	b, err := c.distance(ctx, claim, hi)
	if err != nil {
		return "", err
	}
	if (a > 0) == (b > 0) {
		c.clock.add(turnSteps * claim.cases() * c.o.Reps)
		return fmt.Sprintf("does not turn for %s between %.4g and %.4g", claim.Turn.Param, lo, hi), nil
	}
	lo, hi, err = root.Bisect(lo, hi, root.Arithmetic, root.Steps(turnSteps), func(x float64) (bool, error) {
		m, err := c.distance(ctx, claim, x)
		return (m > 0) != (a > 0), err
	})
	return fmt.Sprintf("turns between %.4g and %.4g of %s", lo, hi, claim.Turn.Param), err
}

// distance is the mean of the first test of a claim less its bound, with the parameter
// at x. It runs on one worker, because turns already uses all of them.
func (c *court) distance(ctx context.Context, claim *Claim, x float64) (float64, error) {
	t := claim.Tests[0]
	set := claim.Turn.at(x)
	t.Case = t.Case.with(set)
	if t.Less.Preset != "" {
		t.Less = t.Less.with(set)
	}
	sub := &court{o: c.o, clock: c.clock, memory: c.memory, trials: map[string]*experiment{}}
	sub.o.Workers = 1
	for _, k := range []Case{t.Case, t.Less} {
		if err := sub.summon(k, t.Of); err != nil {
			return 0, err
		}
	}
	if err := sub.sit(ctx); err != nil {
		return 0, err
	}
	return stat.Mean(sub.sample(&t)) - t.Bound, nil
}
