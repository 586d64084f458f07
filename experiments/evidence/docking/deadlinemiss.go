package docking

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/stat"
	"stakeout/market/ledger"
	"stakeout/mechanisms/layer1"
)

var _ = register(Entry{
	Name: "deadline-miss",
	Doc: "The odds that a miner with hash share α makes a batch miss its deadline of k blocks: α^k by leaving it " +
		"out, far more by refusing to build on it.",
	Source: "ethresear.ch 7698, “Slashing attack”, for the two refusals; the odds are those of the random walk of two " +
		"branches: a block that holds the batch is orphaned with (α/(1−α))² by a miner with patience, α² by a feather fork " +
		"of one confirmation (A. Miller, “Feather-forks”, bitcointalk 312668, 2013)",
	Code: "mechanisms/layer1 Chain.Step under a Policy that refuses",
	run:  deadlineMiss,
})

// missTolerance is the share of the odds within which a row must lie.
const missTolerance = 0.03

// settledAfter is the number of confirmations after which a batch counts as
// safe: a rival with two fifths of the hash power is then a hundred blocks
// behind, give or take seventeen, and catches up with a chance below 1e-6.
const settledAfter = 300

// missCase is one miner: its share, the deadline in blocks, whether it also
// refuses to build on the batch, and after how many confirmations it gives up.
type missCase struct {
	alpha    float64
	k        int
	build    bool
	patience int // 0 never gives up
	quick    int // trials of the quick form; the full form has ten times as many
}

var missCases = []missCase{
	{0.3, 3, false, 0, 400_000}, {0.3, 3, true, 1, 200_000}, {0.3, 3, true, 0, 60_000},
	{0.4, 5, false, 0, 1_500_000}, {0.4, 10, true, 0, 120_000},
}

func (c missCase) String() string {
	switch {
	case !c.build:
		return fmt.Sprintf("α = %g, k = %d, leaves out", c.alpha, c.k)
	case c.patience == 0:
		return fmt.Sprintf("α = %g, k = %d, also refuses to build", c.alpha, c.k)
	}
	return fmt.Sprintf("α = %g, k = %d, also refuses to build up to %d confirmation", c.alpha, c.k, c.patience)
}

// odds solves f(k) = 1, f(c) = α f(c+1) + q Σ P_m f(min(k, c+m+1)) for f(0),
// with P_m = C(2m, m−1)/m · α^(m+1) q^(m−1) the chance that m blocks on the batch's
// branch are overtaken, m at most the patience.
func (c missCase) odds() float64 {
	if !c.build {
		return exact.Pow(c.alpha, float64(c.k))
	}
	q := 1 - c.alpha
	f := make([]float64, c.k+1)
	f[c.k] = 1
	for i := c.k - 1; i >= 0; i-- {
		sum, paths := 0.0, 1.0
		for m := 1; m <= 400 && (c.patience == 0 || m <= c.patience); m++ {
			sum += float64(paths * exact.Pow(c.alpha, float64(m+1)) * exact.Pow(q, float64(m-1)) * f[min(c.k, i+m+1)])
			paths *= 2 * (2*float64(m) + 1) / (float64(m) + 2)
		}
		f[i] = float64(c.alpha*f[i+1]) + float64(q*sum)
	}
	return f[0]
}

// race returns a chain of two producers, the first of which refuses the sender.
func race(alpha float64, p layer1.Policy) (*layer1.Chain, error) {
	var rules layer1.Params
	param.Defaults(&rules)
	rules.MaxRaceBlocks = 4 * settledAfter
	rules.HashShares, rules.UncleShare, rules.BackgroundIntervalSeconds = []float64{alpha, 1 - alpha}, 0, 86400
	c, err := layer1.New(rules, nil)
	if err != nil {
		return nil, err
	}
	return c, c.SetPolicy(0, p)
}

// missed runs a trial: whether the batch is not among the next k canonical
// blocks once the race is decided.
func (c missCase) missed(chain *layer1.Chain, s *draw.Stream) (bool, error) {
	start := chain.Height()
	id, err := chain.Submit(layer1.Tx{Sender: ledger.First, Gas: 400_000, MaxFee: layer1.Gwei(10_000)})
	if err != nil {
		return false, err
	}
	for tick := uint32(0); ; tick++ {
		chain.Step(tick, s)
		height, _, in := chain.Included(id)
		switch {
		case !in && chain.Height() >= start+uint64(c.k), in && height > start+uint64(c.k):
			return true, nil
		case in && (!c.build || chain.Confirmations(id) > settledAfter):
			return false, nil
		}
	}
}

// reproduce repeats trials from a fresh chain.
func (c missCase) reproduce(ctx context.Context, seed uint64, trials int) (stat.Interval, error) {
	base, err := race(c.alpha,
		layer1.Policy{Refused: []ledger.Owner{ledger.First}, RefuseInclusion: true, RefuseBuilding: c.build,
			GiveUp: uint32(c.patience)})
	if err != nil {
		return stat.Interval{}, err
	}
	chain, s, misses := new(layer1.Chain), draw.New(seed), 0
	for i := range trials {
		if i%10_000 == 0 && ctx.Err() != nil {
			return stat.Interval{}, ctx.Err()
		}
		chain.CopyFrom(base)
		s.Seed(draw.Mix(seed, uint64(i)))
		miss, err := c.missed(chain, s)
		if err != nil {
			return stat.Interval{}, err
		}
		if miss {
			misses++
		}
	}
	lo, hi := stat.Wilson(misses, trials, confidence)
	return stat.Interval{Mean: float64(misses) / float64(trials), Lo: lo, Hi: hi, N: trials}, nil
}

func deadlineMiss(ctx context.Context, s Scale) (*Outcome, error) {
	out := &Outcome{Notes: []string{"Two producers, the first of which refuses the batch's sender; no uncles, and block " +
		"space for everybody. A trial ends when the batch has missed its deadline, or is in and the race about it is " +
		"decided. Intervals: Wilson, 95 %."},
		Diagnosis: "a race is called decided after three hundred confirmations; a longer wait would add less than 1e-6 " +
			"to the odds."}
	for i, c := range missCases {
		got, err := c.reproduce(ctx, draw.Mix(s.Seed, uint64(i)), c.quick*s.pick(1, 10))
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, relative(c.String(), c.odds(), missTolerance, got, 5))
		if err := s.step(ctx, i+1, len(missCases)); err != nil {
			return nil, err
		}
	}
	out.Figure = missFigure(out.Rows, s.Seed)
	return out, nil
}

// missFigure shows the closed forms over hash share for a deadline of three
// blocks, and what the chain gave.
func missFigure(rows []Row, seed uint64) *figure.Figure {
	panel := figure.Panel{Legend: true, XLabel: "Hash share α (1)", YLabel: "Odds of a miss (1)", ZeroLine: true}
	for i, c := range []missCase{{k: 3}, {k: 3, build: true, patience: 1}, {k: 3, build: true}} {
		line := figure.Line{Name: []string{"leaves out", "feather fork", "refuses for good"}[i], Style: i}
		for a := 0.02; a < 0.49; a += 0.01 {
			c.alpha = a
			line.X, line.Y = append(line.X, a), append(line.Y, c.odds())
		}
		panel.Lines = append(panel.Lines, line)
	}
	got := figure.Line{Name: "model's chain", Points: true, Style: 3}
	for i, c := range missCases {
		if c.k == 3 {
			got.X, got.Y = append(got.X, c.alpha), append(got.Y, rows[i].Got.Mean)
		}
	}
	panel.Lines = append(panel.Lines, got)
	return &figure.Figure{Width: figure.SingleColumn, HeightMM: 80, Panels: []figure.Panel{panel},
		Caption: fmt.Sprintf("Odds that a batch misses a deadline of three blocks when a miner of hash share α refuses it. "+
			"Lines: closed forms; points: trials on the model's layer one, whose 95 %% intervals (Wilson, %s) are narrower "+
			"than the points. Master seed %d.", sampleSizes(rows), seed)}
}
