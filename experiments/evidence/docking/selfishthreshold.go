package docking

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/root"
	"stakeout/experiments/kit/stat"
	"stakeout/mechanisms/layer1"
)

var _ = register(Entry{
	Name: "selfish-threshold",
	Doc: "The hash share from which withholding blocks pays, when a share γ of the others builds on the pool's " +
		"block in a tie.",
	Source: "I. Eyal, E. G. Sirer, “Majority is not enough: Bitcoin mining is vulnerable”, Financial Cryptography 2014, " +
		"observation 1: (1 − γ)/(3 − 2γ), a third when nobody follows the pool, a quarter when half do",
	Code: "mechanisms/layer1 Chain.Step under a Policy that withholds",
	run:  selfishThreshold,
})

const (
	thresholdTolerance = 0.003
	thresholdWidth     = 0.05 // either side of the published one is searched
	thresholdSteps     = 8
	thresholdSamples   = 12
)

var thresholdGammas = []float64{0, 0.25, 0.5, 0.75}

// threshold is the published share.
func threshold(gamma float64) float64 { return (1 - gamma) / (3 - 2*gamma) }

// breakEven is the share at which a withholding pool gets the share of blocks
// that it finds, by bisection with the same finds for every share.
func breakEven(gamma float64, seed uint64, blocks int) (float64, error) {
	low, high := threshold(gamma)-thresholdWidth, threshold(gamma)+thresholdWidth
	low, high, err := root.Bisect(low, high, root.Arithmetic, root.Steps(thresholdSteps),
		func(alpha float64) (bool, error) {
			gain, err := withheld(alpha, gamma, seed, blocks)
			return gain > 0, err
		})
	return root.Arithmetic(low, high), err
}

// withheld is the share of canonical blocks of a pool that withholds, less the
// share of all blocks that it has found, so that luck in finding is no gain.
func withheld(alpha, gamma float64, seed uint64, blocks int) (float64, error) {
	c, err := race(alpha, layer1.Policy{Withhold: true, Gamma: gamma})
	if err != nil {
		return 0, err
	}
	s := draw.New(seed)
	for tick := range uint32(blocks) {
		c.Step(tick, s)
	}
	found, mine := c.Blocks(0)
	return float64(mine)/float64(c.Height()) - float64(found)/float64(blocks), nil
}

func selfishThreshold(ctx context.Context, s Scale) (*Outcome, error) {
	blocks := s.pick(150_000, 1_000_000)
	out := &Outcome{Notes: []string{fmt.Sprintf("Two producers, the first of which withholds; the share at which it "+
		"gets what it finds, by %d bisections over ±%g around the published one, in %d samples of %s blocks each. Shares "+
		"of one sample meet the same random numbers.", thresholdSteps, thresholdWidth, thresholdSamples, thousands(blocks))},
		Diagnosis: "a pool does not react as in the paper's algorithm 1, or ties do not go as γ says."}
	total := len(thresholdGammas) * thresholdSamples
	for i, gamma := range thresholdGammas {
		var x []float64
		for k := range thresholdSamples {
			at, err := breakEven(gamma, draw.Mix(s.Seed, uint64(1000*i+k)), blocks)
			if err != nil {
				return nil, err
			}
			x = append(x, at)
			if err := s.step(ctx, i*thresholdSamples+k+1, total); err != nil {
				return nil, err
			}
		}
		out.Rows = append(out.Rows, absolute(fmt.Sprintf("threshold, γ = %g", gamma), threshold(gamma), thresholdTolerance,
			stat.PairedT(x, confidence), 4))
	}
	out.Figure = thresholdFigure(out.Rows, s.Seed)
	return out, nil
}

// thresholdFigure shows the threshold over the share that follows the pool.
func thresholdFigure(rows []Row, seed uint64) *figure.Figure {
	panel := figure.Panel{Legend: true, XLabel: "Share of others on the pool's block in a tie, γ (1)",
		YLabel: "Threshold (1)", ZeroLine: true}
	law, got := figure.Line{Name: "published: (1 − γ)/(3 − 2γ)"},
		figure.Line{Name: "model's chain", Points: true, Style: 1}
	for gamma := 0.0; gamma < 1.01; gamma += 0.05 {
		law.X, law.Y = append(law.X, gamma), append(law.Y, threshold(gamma))
	}
	for i, r := range rows {
		got.X, got.Y = append(got.X, thresholdGammas[i]), append(got.Y, r.Got.Mean)
		got.Lo, got.Hi = append(got.Lo, r.Got.Lo), append(got.Hi, r.Got.Hi)
	}
	panel.Lines = []figure.Line{law, got}
	return &figure.Figure{Width: figure.SingleColumn, HeightMM: 75, Panels: []figure.Panel{panel},
		Caption: fmt.Sprintf("Hash share from which withholding blocks pays. Line: Eyal and Sirer (2014); points: the "+
			"model's layer one, with 95 %% intervals (Student's t over %d samples), which are narrower than the points. "+
			"Master seed %d.", thresholdSamples, seed)}
}
